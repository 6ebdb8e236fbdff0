"""The rules of the funnel's rows that a constraint can't express; `cop.integrity` goes through them with its own."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm import aliased

from cop.choices import CriterionSource, RoundPhase
from cop.models import (
    Assessment,
    CriteriaVersion,
    Criterion,
    CriterionWeight,
    FunnelItem,
    FunnelRound,
    RoundItem,
    StageStay,
)


def items_are_where_they_went(db: DbSession, _now: datetime) -> Iterator[str]:
    """One stay of each item is open, and tells the stage that the item tells, since the same moment."""
    rows = (
        sa.select(FunnelItem.id, FunnelItem.stage, FunnelItem.stage_since, StageStay.stage, StageStay.entered_at)
        .outerjoin(StageStay, sa.and_(StageStay.item_id == FunnelItem.id, StageStay.left_at.is_(None)))
        .order_by(FunnelItem.id)
    )
    for item_id, stage, since, stay_stage, entered_at in db.execute(rows):
        if stay_stage is None:
            yield f"funnel item {item_id} has no open stay"
        elif (stage, since) != (stay_stage, entered_at):
            yield (
                f"funnel item {item_id} is {stage.value} since {since:%Y-%m-%d %H:%M}, "
                f"but its open stay is {stay_stage.value} since {entered_at:%Y-%m-%d %H:%M}"
            )


def stays_follow_each_other(db: DbSession, _now: datetime) -> Iterator[str]:
    """An item leaves a stage when it enters the next one, and not before it came."""
    stays: dict[int, list[tuple[int, datetime, datetime | None]]] = defaultdict(list)
    rows = sa.select(StageStay.item_id, StageStay.id, StageStay.entered_at, StageStay.left_at)
    for item_id, key, entered_at, left_at in db.execute(rows.order_by(StageStay.entered_at, StageStay.id)):
        stays[item_id].append((key, entered_at, left_at))
    for item_id, found in sorted(stays.items()):
        for key, entered_at, left_at in found:
            if left_at is not None and left_at < entered_at:
                yield f"stay {key} of funnel item {item_id} ends before it begins"
        for (key, _entered_at, left_at), (following, begins_at, _left_at) in pairwise(found):
            if left_at != begins_at:
                yield f"stay {following} of funnel item {item_id} doesn't begin when stay {key} ends"


def merged_items_do_not_chain(db: DbSession, _now: datetime) -> Iterator[str]:
    """The item that stands for another one isn't merged itself."""
    target = aliased(FunnelItem)
    rows = (
        sa.select(FunnelItem.id, target.id, target.merged_into_id)
        .join(target, target.id == FunnelItem.merged_into_id)
        .where(target.merged_into_id.is_not(None))
        .order_by(FunnelItem.id)
    )
    for item_id, into_id, further_id in db.execute(rows):
        yield f"funnel item {item_id} is merged into {into_id}, which is merged into {further_id}"


def marks_are_on_their_scale(db: DbSession, _now: datetime) -> Iterator[str]:
    """An assessment lies within its criterion's scale."""
    rows = (
        sa.select(Assessment.item_id, Assessment.assessor_id, Assessment.value, Criterion)
        .join(Criterion, Criterion.id == Assessment.criterion_id)
        .where(sa.or_(Assessment.value < Criterion.low, Assessment.value > Criterion.high))
        .order_by(Assessment.item_id, Assessment.criterion_id, Assessment.assessor_id)
    )
    for item_id, assessor_id, value, scale in db.execute(rows):
        yield (
            f"funnel item {item_id} has {value} of person {assessor_id} on criterion {scale.id}, "
            f"which goes from {scale.low} to {scale.high}"
        )


def criteria_can_be_weighed(db: DbSession, _now: datetime) -> Iterator[str]:
    """Every version of the criteria has weight to share out, and something that people judge."""
    is_assessed = sa.case((Criterion.source == CriterionSource.ASSESSED, 1), else_=0)
    rows = (
        sa.select(
            CriteriaVersion.id,
            sa.func.coalesce(sa.func.sum(CriterionWeight.weight), 0),
            sa.func.coalesce(sa.func.sum(is_assessed), 0),
        )
        .outerjoin(CriterionWeight, CriterionWeight.version_id == CriteriaVersion.id)
        .outerjoin(Criterion, Criterion.id == CriterionWeight.criterion_id)
        .group_by(CriteriaVersion.id)
        .order_by(CriteriaVersion.id)
    )
    for version_id, weight, assessed in db.execute(rows):
        if not weight > 0:
            yield f"version {version_id} of the criteria has no weight"
        if not assessed:
            yield f"version {version_id} of the criteria has none that people judge"


def published_rounds_are_kept(db: DbSession, _now: datetime) -> Iterator[str]:
    """A published round tells when, by which criteria, and how each of its items stood then."""
    published = FunnelRound.phase == RoundPhase.PUBLISHED
    incomplete = sa.or_(FunnelRound.published_at.is_(None), FunnelRound.criteria_version_id.is_(None))
    for round_id in db.scalars(sa.select(FunnelRound.id).where(published, incomplete).order_by(FunnelRound.id)):
        yield f"round {round_id} is published without its day or its criteria"
    rows = (
        sa.select(RoundItem.round_id, RoundItem.item_id)
        .join(FunnelRound, FunnelRound.id == RoundItem.round_id)
        .where(
            published,
            sa.or_(RoundItem.title == "", RoundItem.assessors.is_(None), RoundItem.votes.is_(None)),
        )
        .order_by(RoundItem.round_id, RoundItem.item_id)
    )
    for round_id, item_id in db.execute(rows):
        yield f"round {round_id} is published without a record of how item {item_id} stood"


RULES = (
    items_are_where_they_went,
    stays_follow_each_other,
    merged_items_do_not_chain,
    marks_are_on_their_scale,
    criteria_can_be_weighed,
    published_rounds_are_kept,
)
