"""Reads of what came of gaps: the funnel item that stands for one, and how later waves find it."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import SurveyState
from cop.funnel.gates import CLOSED
from cop.models import FunnelItem, ItemGap, Question, Survey, SurveyGroup
from cop.permissions import Actor, Permission, require
from cop.query import query
from cop.surveys.change import Change
from cop.surveys.gap_queries import SkillName, against, records, rows_of, skill_names
from cop.surveys.queries import readers
from cop.surveys.result_queries import frozen_days, reference, same_group

Gap = tuple[str, int, int]
"""A kind of group, its unit or job role, a skill."""


@dataclass(frozen=True)
class Raised:
    """The funnel item that stands for a gap."""

    item_id: int
    title: str
    stage: str

    @property
    def is_open(self) -> bool:
        """Whether anything is still decided on it."""
        return self.stage not in CLOSED


@query("surveys", "funnel", public=True)
def raised(db: DbSession, _actor: Actor | None) -> dict[Gap, Raised]:
    """The latest item raised for each gap, an open one before closed ones; of merged items the one that stands for both."""
    found: dict[Gap, Raised] = {}
    rows = db.execute(
        sa.select(FunnelItem, SurveyGroup, Question.skill_id)
        .join(ItemGap, ItemGap.item_id == FunnelItem.id)
        .join(SurveyGroup, SurveyGroup.id == ItemGap.group_id)
        .join(Question, Question.id == ItemGap.question_id)
        .order_by(FunnelItem.id)
    )
    for item, group, skill_id in rows:
        where = reference(group)
        if where is None or skill_id is None:
            continue
        stands, key = _standing(db, item), (group.kind.value, where, skill_id)
        new = Raised(stands.id, stands.title, stands.stage.value)
        if key not in found or new.is_open or not found[key].is_open:
            found[key] = new
    return found


def _standing(db: DbSession, item: FunnelItem) -> FunnelItem:
    """The item that stands for this one; a ring, which there should be none of, ends."""
    seen = {item.id}
    while item.merged_into_id is not None and item.merged_into_id not in seen:
        item = db.get_one(FunnelItem, item.merged_into_id)
        seen.add(item.id)
    return item


@dataclass(frozen=True)
class Later:
    """The same gap as a later wave found it."""

    survey_id: int
    group_id: int
    wave: str
    frozen_on: date
    severity: float | None
    change: Change | None


@dataclass(frozen=True)
class GapOfItem:
    """A gap from which an item came, as its wave found it, and as later ones did."""

    survey_id: int
    group_id: int
    skill_id: int
    wave: str
    kind: str
    group: str
    skill: str
    frozen_on: date
    severity: float | None
    n: int | None
    later: tuple[Later, ...]


@query("surveys", "funnel", "skills", "catalog", scope=readers)
def gaps_of_item(db: DbSession, actor: Actor | None, *, item_id: int) -> tuple[GapOfItem, ...]:
    """The gaps that an item, or one merged into it, came from."""
    require(actor, Permission.SURVEY_RESULTS)
    stands = sa.or_(FunnelItem.id == item_id, FunnelItem.merged_into_id == item_id)
    rows = db.execute(
        sa.select(Survey, SurveyGroup, Question)
        .select_from(ItemGap)
        .join(FunnelItem, FunnelItem.id == ItemGap.item_id)
        .join(SurveyGroup, SurveyGroup.id == ItemGap.group_id)
        .join(Question, Question.id == ItemGap.question_id)
        .join(Survey, Survey.id == SurveyGroup.survey_id)
        .where(stands, Survey.state == SurveyState.CLOSED)
        .order_by(Survey.id, SurveyGroup.id, Question.place)
    )
    found = rows.all()
    if not found:
        return ()
    days, skills = frozen_days(db), skill_names(db)
    return tuple(_gap_of_item(db, survey, group, question, days, skills) for survey, group, question in found)


def _gap_of_item(
    db: DbSession,
    survey: Survey,
    group: SurveyGroup,
    question: Question,
    days: dict[int, date],
    skills: dict[int, SkillName],
) -> GapOfItem:
    skill_id = question.skill_id or 0
    (row,) = records(rows_of(db, SurveyGroup.id == group.id, Question.id == question.id))
    return GapOfItem(
        survey_id=survey.id,
        group_id=group.id,
        skill_id=skill_id,
        wave=survey.name,
        kind=group.kind.value,
        group=group.name,
        skill=skills[skill_id].name,
        frozen_on=days[survey.id],
        severity=row["severity"],
        n=row["n"],
        later=tuple(_later(db, survey, group, row, days)),
    )


def _later(
    db: DbSession, survey: Survey, group: SurveyGroup, then: dict[Hashable, Any], days: dict[int, date]
) -> Iterable[Later]:
    asked = sa.select(Survey).join(Question).where(
        Question.skill_id == then["skill_id"], Survey.state == SurveyState.CLOSED
    )  # fmt: skip
    waves = [wave for wave in db.scalars(asked) if (days[wave.id], wave.id) > (days[survey.id], survey.id)]
    for wave in sorted(waves, key=lambda wave: (days[wave.id], wave.id)):
        same = same_group(db, group, wave.id)
        if same is None:
            continue
        (row,) = records(rows_of(db, SurveyGroup.id == same.id, Question.skill_id == then["skill_id"]))
        before = against(row, then)
        moved = before.change if before else None
        yield Later(wave.id, same.id, wave.name, days[wave.id], row["severity"], moved)
