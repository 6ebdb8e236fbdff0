"""Reads of a closed wave for its screens: what it was, and what is told of one group. All rests on the released table."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import RESTORED, QuestionType, SurveyState
from cop.errors import NotFound
from cop.models import AuditEntry, Participation, Question, ReleasedCell, Survey, SurveyGroup
from cop.organisation import time_zone
from cop.periods import local_day
from cop.permissions import Actor, Permission, require
from cop.query import query
from cop.surveys.answers import bare
from cop.surveys.pulse import Dimension, Item, dimensions
from cop.surveys.queries import closed, readers, released_rows
from cop.surveys.release import response_rate, severity


@dataclass(frozen=True)
class Group:
    """People about whom a wave tells something together, or says why not; `reference` is the unit, role or community.

    `severest` is the largest gap that is told of it, by which a screen chooses whom to show first.
    """

    id: int
    kind: str
    name: str
    reference: int | None
    headcount: int
    hidden: str | None
    severest: float | None = None


@dataclass(frozen=True)
class Earlier:
    """A closed wave with which another one can be compared."""

    id: int
    name: str
    frozen_on: date


@dataclass(frozen=True)
class Head:
    """A closed wave: of when it is, who was asked, what was asked, with which earlier ones it can be compared."""

    id: int
    name: str
    kind: str
    purpose: str
    named: bool
    collected_elsewhere: bool
    ended_by_restore: bool
    """Its answers weren't in the backup that was put back, so nothing is told of it."""
    opened_on: date
    closes_on: date
    frozen_on: date
    asked: int
    response_rate: float | None
    smallest_group: int
    groups: tuple[Group, ...]
    types: frozenset[str]
    texts: tuple[tuple[int, str], ...]
    earlier: tuple[Earlier, ...]
    """Those that asked one of its questions, the latest first."""


@query("surveys", scope=readers)
def head(db: DbSession, actor: Actor | None, *, survey_id: int) -> Head:
    """A closed wave. Raises NotFound for every other."""
    require(actor, Permission.SURVEY_RESULTS)
    row = closed(db, survey_id)
    own = Participation.survey_id == survey_id
    asked = db.scalar(sa.select(sa.func.count()).where(own)) or 0
    answered = db.scalar(sa.select(sa.func.count()).where(own, Participation.done)) or 0
    questions = db.scalars(sa.select(Question).where(Question.survey_id == survey_id).order_by(Question.place)).all()
    days, severest = frozen_days(db), _severest(db, survey_id)
    groups = tuple(_group(found, severest.get(found.id)) for found in _groups(db, survey_id))
    return Head(
        id=row.id,
        name=row.name,
        kind=row.kind.value,
        purpose=row.purpose,
        named=row.named,
        collected_elsewhere=row.collected_elsewhere,
        ended_by_restore=any(group.hidden == RESTORED for group in groups),
        opened_on=row.opened_on or row.closes_on,
        closes_on=row.closes_on,
        frozen_on=days[row.id],
        asked=asked,
        response_rate=response_rate(answered, asked),
        smallest_group=row.smallest_group,
        groups=groups,
        types=frozenset(found.type.value for found in questions),
        texts=tuple((found.id, found.text) for found in questions if found.type is QuestionType.TEXT),
        earlier=_earlier(db, row, days),
    )


def _groups(db: DbSession, survey_id: int) -> list[SurveyGroup]:
    rows = db.scalars(sa.select(SurveyGroup).where(SurveyGroup.survey_id == survey_id).order_by(SurveyGroup.id))
    return list(rows)


def _group(row: SurveyGroup, severest: float | None = None) -> Group:
    return Group(row.id, row.kind.value, row.name, reference(row), row.headcount, row.hidden, severest)


def _severest(db: DbSession, survey_id: int) -> dict[int, float]:
    cells = db.execute(
        sa.select(ReleasedCell.group_id, ReleasedCell.counts, ReleasedCell.required)
        .join(SurveyGroup, SurveyGroup.id == ReleasedCell.group_id)
        .where(SurveyGroup.survey_id == survey_id, ReleasedCell.required.is_not(None), ReleasedCell.hidden.is_(None))
    )
    found: dict[int, float] = {}
    for group_id, counts, required in cells:
        value = severity(counts or (), required or 0) or 0
        found[group_id] = max(value, found.get(group_id, 0))
    return found


def reference(row: SurveyGroup) -> int | None:
    """The unit, job role or community that a group is; None for the whole, and for what was deleted since."""
    return row.org_unit_id or row.job_role_id or row.community_id


def frozen_days(db: DbSession) -> dict[int, date]:
    """The day on which the table of each closed wave was made; the last day to answer where none is on record."""
    zone = time_zone(db)
    closings = sa.select(AuditEntry.object_id, sa.func.max(AuditEntry.at)).where(
        AuditEntry.operation == "surveys.close_wave",
        AuditEntry.object_type == "survey",
        AuditEntry.outcome == "done",
    )
    made = {key: local_day(at, zone) for key, at in db.execute(closings.group_by(AuditEntry.object_id))}
    rows = db.execute(sa.select(Survey.id, Survey.closes_on).where(Survey.state == SurveyState.CLOSED))
    return {key: made.get(key, last_day) for key, last_day in rows}


def _earlier(db: DbSession, row: Survey, days: dict[int, date]) -> tuple[Earlier, ...]:
    subjects = sa.select(Question.survey_id, Question.skill_id, Question.text, Survey.name).join(Survey)
    counted = subjects.where(Question.type != QuestionType.TEXT, Survey.state == SurveyState.CLOSED)
    asked: dict[tuple[int, str], set[Any]] = {}
    for survey_id, skill_id, text, name in db.execute(counted):
        asked.setdefault((survey_id, name), set()).add(skill_id or bare(text))
    own = asked.get((row.id, row.name), set())
    found = [
        Earlier(key, name, days[key])
        for (key, name), those in asked.items()
        if (days[key], key) < (days[row.id], row.id) and those & own
    ]
    return tuple(sorted(found, key=lambda wave: (wave.frozen_on, wave.id), reverse=True))


@dataclass(frozen=True)
class GroupResults:
    """What is told of one group but levels of skills: dimensions of agreement, and every question of it.

    `questions`: question_id, question, type, option (its words where there are several, else empty), options (the words
    of its steps or choices), dimension, reversed, known, mean (1 to 5), counts, hidden.
    """

    group: Group
    n: int | None
    dimensions: tuple[Dimension, ...]
    questions: pd.DataFrame


_COLUMNS = [
    "question_id", "question", "type", "option", "options", "dimension", "reversed", "known", "mean", "counts", "hidden",
]  # fmt: skip


@query("surveys", scope=readers)
def of_group(
    db: DbSession, actor: Actor | None, *, survey_id: int, group_id: int, before_id: int | None = None
) -> GroupResults:
    """One group of a closed wave, with changes since an earlier one. Raises NotFound for what isn't closed or isn't there."""
    require(actor, Permission.SURVEY_RESULTS)
    closed(db, survey_id)
    group = db.get(SurveyGroup, group_id)
    if group is None or group.survey_id != survey_id:
        raise NotFound
    rows = released_rows(db, SurveyGroup.id == group_id)
    earlier = same_group(db, group, before_id)
    before = released_rows(db, SurveyGroup.id == earlier.id) if earlier is not None else rows.iloc[:0]
    options = {key: words for key, words in _options(db, survey_id)}  # noqa: C416 - dict() doesn't take rows
    return GroupResults(
        _group(group),
        n=None if rows["n"].dropna().empty else int(rows["n"].max()),
        dimensions=tuple(dimensions(_items(rows), _items(before))),
        questions=_questions(rows[rows["type"] != QuestionType.LEVEL.value], options),
    )


def _options(db: DbSession, survey_id: int) -> sa.Result[int, list[str] | None]:
    return db.execute(sa.select(Question.id, Question.options).where(Question.survey_id == survey_id))


def same_group(db: DbSession, group: SurveyGroup, survey_id: int | None) -> SurveyGroup | None:
    """The same unit, job role, community or whole in another closed wave."""
    if survey_id is None:
        return None
    closed(db, survey_id)
    key = (group.kind, reference(group))
    if key[1] is None and group.kind.value != "whole":
        return None
    return next((row for row in _groups(db, survey_id) if (row.kind, reference(row)) == key), None)


def _items(rows: pd.DataFrame) -> list[Item]:
    return [
        Item(row["question_id"], bare(row["question"]), row["dimension"], row["reversed"], row["counts"], row["hidden"])
        for row in rows[rows["type"] == QuestionType.LIKERT.value].to_dict("records")
    ]


def _questions(rows: pd.DataFrame, options: dict[int, list[str] | None]) -> pd.DataFrame:
    means = {item.question_id: item.estimate for item in _items(rows)}
    found = []
    for row in rows.to_dict("records"):
        words = tuple(options.get(row["question_id"]) or ())
        estimate = means.get(row["question_id"])
        told = row | {
            "option": words[row["option"] - 1] if row["option"] else "",
            "options": words,
            "mean": estimate.value if estimate else None,
        }
        found.append([told[name] for name in _COLUMNS])
    return pd.DataFrame(found, columns=_COLUMNS, dtype="object")
