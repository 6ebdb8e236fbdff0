"""What the gates need to know of items, counted in the database."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import CriterionSource, FunnelStage, RoundPhase
from cop.funnel.gates import Readiness
from cop.models import (
    Assessment,
    CriteriaVersion,
    Criterion,
    CriterionWeight,
    FunnelItem,
    FunnelRound,
    ItemCommunity,
    ItemUnit,
    RingChange,
    RoundItem,
)


def current_version(db: DbSession) -> int | None:
    """The criteria in force: the last version."""
    return db.scalar(sa.select(sa.func.max(CriteriaVersion.id)))


def assessed_criteria(db: DbSession) -> frozenset[int]:
    """The criteria in force that people judge."""
    rows = (
        sa.select(Criterion.id)
        .join(CriterionWeight, CriterionWeight.criterion_id == Criterion.id)
        .where(CriterionWeight.version_id == current_version(db), Criterion.source == CriterionSource.ASSESSED)
    )
    return frozenset(db.scalars(rows))


def full_assessors(db: DbSession, item_ids: Collection[int] | None = None) -> dict[int, frozenset[int]]:
    """Per item, who has marked it on every criterion in force."""
    asked = assessed_criteria(db)
    rows = (
        sa.select(Assessment.item_id, Assessment.assessor_id)
        .where(Assessment.criterion_id.in_(asked))
        .group_by(Assessment.item_id, Assessment.assessor_id)
        .having(sa.func.count() == len(asked))
    )
    if item_ids is not None:
        rows = rows.where(Assessment.item_id.in_(item_ids))
    found: dict[int, set[int]] = {}
    for item_id, assessor_id in db.execute(rows):
        found.setdefault(item_id, set()).add(assessor_id)
    return {key: frozenset(people) for key, people in found.items()}


def closed_sheets(db: DbSession) -> frozenset[int]:
    """The items of the round that is deciding: nobody marks them any more, and whoever scores sees all marks."""
    rows = (
        sa.select(RoundItem.item_id)
        .join(FunnelRound, FunnelRound.id == RoundItem.round_id)
        .where(FunnelRound.phase == RoundPhase.DECIDING)
    )
    return frozenset(db.scalars(rows))


SCORED = frozenset({FunnelStage.DELIVERED, FunnelStage.EVALUATED, FunnelStage.REJECTED})
"""Where an item is past being scored."""


def past_scoring(db: DbSession, item: FunnelItem) -> str:
    """Why the item takes no more marks; nothing while it does."""
    if item.merged_into_id is not None:
        return "Another item stands for this one: that is the one to be scored."
    if item.stage in SCORED:
        return "This item is past being scored: its marks are part of what was decided."
    if item.id in closed_sheets(db):
        return "The round is deciding on this item: its marks stay until that is published."
    return ""


def readiness(db: DbSession, item_ids: Collection[int] | None = None) -> dict[int, Readiness]:
    """Of these items, or of all, what the gates look at."""
    items = sa.select(FunnelItem)
    if item_ids is not None:
        items = items.where(FunnelItem.id.in_(item_ids))
    units = _counts(db, ItemUnit.item_id, item_ids)
    rings = _counts(db, RingChange.item_id, item_ids, RingChange.withdrawn_at.is_(None))
    communities = _counts(db, ItemCommunity.item_id, item_ids)
    assessors = full_assessors(db, item_ids)
    return {
        row.id: Readiness(
            channel=row.channel,
            description=row.description,
            owned=row.owner_id is not None,
            units=units.get(row.id, 0),
            horizon=row.horizon,
            client=row.client,
            deadline=row.deadline,
            quadrant=row.quadrant_id is not None,
            rings=rings.get(row.id, 0),
            objective=row.objective,
            indicator=row.indicator,
            target=row.target,
            judged_on=row.judged_on,
            assessors=len(assessors.get(row.id, ())),
            communities=communities.get(row.id, 0),
            outcome=row.outcome,
        )
        for row in db.scalars(items)
    }


def _counts(
    db: DbSession,
    column: sa.orm.InstrumentedAttribute[int],
    item_ids: Collection[int] | None,
    *where: sa.ColumnElement[bool],
) -> dict[int, int]:
    rows = sa.select(column, sa.func.count()).where(*where).group_by(column)
    if item_ids is not None:
        rows = rows.where(column.in_(item_ids))
    return {key: count for key, count in db.execute(rows)}  # noqa: C416 - dict() doesn't take rows
