"""Reads of surveys. Of a wave that is open nobody reads more than how many have answered; of a closed one, its table."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.catalog.search import fold
from cop.choices import GroupKind, SurveyState
from cop.errors import NotFound
from cop.models import (
    Participation,
    Question,
    ReleasedCell,
    ReleasedComment,
    Survey,
    SurveyGroup,
    SurveyTemplate,
    TemplateQuestion,
)
from cop.permissions import Actor, Permission, require
from cop.query import query
from cop.surveys import checks as checked
from cop.surveys import snapshot
from cop.surveys.inputs import Audience, QuestionInput
from cop.surveys.release import response_rate, severity

_WAITING = {
    "id": "int64", "name": "str", "kind": "str", "closes_on": "object", "questions": "int64", "done": "bool",
    "named": "bool",
}  # fmt: skip
_WAVES = {
    "id": "int64", "name": "str", "kind": "str", "state": "str", "opened_on": "object", "closes_on": "object",
    "asked": "Int64", "response_rate": "Float64", "cleared": "bool", "named": "bool", "collected_elsewhere": "bool",
}  # fmt: skip
_RELEASED = {
    "group_id": "int64", "kind": "str", "group": "str", "org_unit_id": "Int64", "job_role_id": "Int64",
    "community_id": "Int64", "headcount": "int64", "question_id": "int64", "place": "int64", "option": "int64",
    "question": "str", "type": "str", "skill_id": "Int64", "reversed": "bool", "dimension": "str", "n": "Int64",
    "known": "Int64", "mean": "Float64", "counts": "object", "required": "Int64", "severity": "Float64",
    "hidden": "object",
}  # fmt: skip


def office(actor: Actor, **_params: Any) -> Hashable:
    """The scope of what the whole programme office reads alike. Raises Forbidden."""
    require(actor, Permission.SURVEY_EDIT)
    return None


def readers(actor: Actor, **_params: Any) -> Hashable:
    """The scope of what everybody reads alike who may read results. Raises Forbidden."""
    require(actor, Permission.SURVEY_RESULTS)
    return None


@dataclass(frozen=True)
class TemplateRow:
    """A template in the list."""

    id: int
    name: str
    kind: str
    questions: int
    archived: bool


@query("surveys", scope=office)
def templates(db: DbSession, actor: Actor | None) -> tuple[TemplateRow, ...]:
    """All templates by name."""
    require(actor, Permission.SURVEY_EDIT)
    count = sa.select(sa.func.count()).where(TemplateQuestion.template_id == SurveyTemplate.id).scalar_subquery()
    rows = db.execute(sa.select(SurveyTemplate, count).order_by(SurveyTemplate.name))
    return tuple(
        TemplateRow(row.id, row.name, row.kind.value, number, row.archived_at is not None) for row, number in rows
    )


@dataclass(frozen=True)
class TemplateDetail:
    """A template as its form holds it."""

    id: int
    version: int
    name: str
    kind: str
    purpose: str
    archived: bool
    questions: tuple[QuestionInput, ...]


@query("surveys", scope=office)
def template(db: DbSession, actor: Actor | None, *, template_id: int) -> TemplateDetail:
    """One template. Raises NotFound."""
    require(actor, Permission.SURVEY_EDIT)
    row = checked.find_template(db, template_id)
    questions = checked.template_questions(db, template_id)
    archived = row.archived_at is not None
    return TemplateDetail(row.id, row.version, row.name, row.kind.value, row.purpose, archived, questions)


@query("surveys", "participation", scope=office)
def waves(db: DbSession, actor: Actor | None) -> pd.DataFrame:
    """Every wave, the latest first: how many are asked, and the share who answered from ten people on, nothing else."""
    require(actor, Permission.SURVEY_EDIT)
    return _waves(db)


@query("surveys", scope=readers)
def results(db: DbSession, actor: Actor | None) -> pd.DataFrame:
    """The closed waves, the latest first; columns as of `waves`."""
    require(actor, Permission.SURVEY_RESULTS)
    return _waves(db, Survey.state == SurveyState.CLOSED)


def _waves(db: DbSession, *where: Any) -> pd.DataFrame:
    own = Participation.survey_id == Survey.id
    asked = sa.select(sa.func.count()).where(own).scalar_subquery()
    answered = sa.select(sa.func.count()).where(own, Participation.done).scalar_subquery()
    rows = [
        {
            "id": row.id,
            "name": row.name,
            "kind": row.kind.value,
            "state": row.state.value,
            "opened_on": row.opened_on,
            "closes_on": row.closes_on,
            "asked": None if row.state is SurveyState.DRAFT or row.collected_elsewhere else people,
            "response_rate": response_rate(done, people),
            "cleared": row.cleared,
            "named": row.named,
            "collected_elsewhere": row.collected_elsewhere,
        }
        for row, people, done in db.execute(
            sa.select(Survey, asked, answered).where(*where).order_by(Survey.closes_on.desc(), Survey.id.desc())
        )
    ]
    return pd.DataFrame(rows, columns=list(_WAVES), dtype="object").astype(_WAVES)


def matching_waves(
    rows: pd.DataFrame, *, text: str = "", states: tuple[str, ...] = (), kinds: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Of the rows of `waves` those in whose name every word stands, in these states, of these kinds; none means all."""
    names = rows["name"].map(fold)
    keep = pd.Series(data=True, index=rows.index)
    for word in fold(text).split():
        keep &= names.str.contains(word, regex=False)
    for column, wanted in (("state", states), ("kind", kinds)):
        if wanted:
            keep &= rows[column].isin(wanted)
    return rows[keep]


@dataclass(frozen=True)
class WaveDetail:
    """A wave as the office's forms hold it; `would_ask` is how many people belong to the audience of a draft today."""

    id: int
    version: int
    name: str
    kind: str
    purpose: str
    state: str
    named: bool
    smallest_group: int
    opened_on: date | None
    closes_on: date
    audience: Audience | None
    """None where everything that was named is gone."""
    questions: tuple[QuestionInput, ...]
    is_frozen: bool
    """Whether somebody has answered, so that the questions stay."""
    would_ask: int | None


@query("surveys", "participation", "people", "organisation", "memberships", "catalog", scope=office)
def wave(db: DbSession, actor: Actor | None, *, survey_id: int, today: date) -> WaveDetail:
    """One wave. Raises NotFound."""
    require(actor, Permission.SURVEY_EDIT)
    row = _find(db, survey_id)
    audience = snapshot.audience_of(db, survey_id)
    is_draft = row.state is SurveyState.DRAFT
    return WaveDetail(
        id=row.id,
        version=row.version,
        name=row.name,
        kind=row.kind.value,
        purpose=row.purpose,
        state=row.state.value,
        named=row.named,
        smallest_group=row.smallest_group,
        opened_on=row.opened_on,
        closes_on=row.closes_on,
        audience=audience,
        questions=checked.wave_questions(db, survey_id),
        is_frozen=checked.is_frozen(db, row),
        would_ask=len(snapshot.people_of(db, audience, today=today)) if is_draft else None,
    )


@query("surveys", "participation")
def waiting(db: DbSession, actor: Actor | None, *, today: date) -> pd.DataFrame:
    """The open waves that ask the actor, the first to end first, those they answered too: id, name, kind, closes_on, questions, done, named."""
    actor = require(actor, Permission.SURVEY_ANSWER)
    count = sa.select(sa.func.count()).where(Question.survey_id == Survey.id).scalar_subquery()
    rows = db.execute(
        sa.select(Survey, count, Participation.done)
        .join(Participation, Participation.survey_id == Survey.id)
        .where(Participation.person_id == actor.person_id, Survey.state == SurveyState.OPEN, Survey.closes_on >= today)
        .order_by(Survey.closes_on, Survey.id)
    )
    found = [(row.id, row.name, row.kind.value, row.closes_on, number, done, row.named) for row, number, done in rows]
    return pd.DataFrame(found, columns=list(_WAITING), dtype="object").astype(_WAITING)


@query("surveys", scope=readers)
def released(db: DbSession, actor: Actor | None, *, survey_id: int) -> pd.DataFrame:
    """The table of a closed wave: a row per group, question and option, also where nothing is told.

    `hidden` says why (cop.surveys.audit.Reason); `counts` are people by level, blurred and merged, of which
    `cop.surveys.release.bands` makes what may be shown; `severity` where a level is required. Raises NotFound.
    """
    require(actor, Permission.SURVEY_RESULTS)
    closed(db, survey_id)
    return released_rows(db, SurveyGroup.survey_id == survey_id)


def released_rows(db: DbSession, *where: Any) -> pd.DataFrame:
    """Rows of released tables; columns as of `released`. Whether a wave is closed is for the caller to ask."""
    order = {kind: place for place, kind in enumerate(GroupKind)}
    found = db.execute(
        sa.select(*_TOLD)
        .select_from(ReleasedCell)
        .join(SurveyGroup, SurveyGroup.id == ReleasedCell.group_id)
        .join(Question, Question.id == ReleasedCell.question_id)
        .where(*where)
        .order_by(SurveyGroup.id, Question.place, ReleasedCell.option)
    )
    rows = [_released(dict(row._mapping)) for row in sorted(found, key=lambda row: order[row.kind])]  # noqa: SLF001 - public
    return pd.DataFrame(rows, columns=list(_RELEASED), dtype="object").astype(_RELEASED)


_TOLD = (
    *(SurveyGroup.id.label("group_id"), SurveyGroup.kind, SurveyGroup.name.label("group"), SurveyGroup.headcount),
    *(SurveyGroup.org_unit_id, SurveyGroup.job_role_id, SurveyGroup.community_id),
    *(Question.id.label("question_id"), Question.place, Question.text.label("question"), Question.type),
    *(Question.skill_id, Question.reversed, Question.dimension),
    *(ReleasedCell.option, ReleasedCell.answers.label("n"), ReleasedCell.known, ReleasedCell.mean),
    *(ReleasedCell.counts, ReleasedCell.required, ReleasedCell.hidden),
)
"""Columns, not rows of the ORM: a large wave has some ten thousand."""


def _released(row: dict[str, Any]) -> dict[str, Any]:
    counts, required = row["counts"], row["required"]
    told = counts is not None and required is not None
    return row | {
        "kind": row["kind"].value,
        "type": row["type"].value,
        "counts": tuple(counts) if counts is not None else None,
        "severity": severity(counts, required) if told else None,
    }


@query("surveys", scope=readers)
def comments(db: DbSession, actor: Actor | None, *, survey_id: int) -> pd.DataFrame:
    """The comments of a closed wave by question, in random order: question_id, question, text. Raises NotFound."""
    require(actor, Permission.SURVEY_RESULTS)
    closed(db, survey_id)
    rows = db.execute(
        sa.select(Question.id, Question.text, ReleasedComment.text)
        .join(Question, Question.id == ReleasedComment.question_id)
        .where(Question.survey_id == survey_id)
        .order_by(Question.place, ReleasedComment.id)
    )
    return pd.DataFrame([tuple(row) for row in rows], columns=["question_id", "question", "text"])


def closed(db: DbSession, survey_id: int) -> Survey:
    """The closed wave; NotFound for every other."""
    row = _find(db, survey_id)
    if row.state is not SurveyState.CLOSED:
        raise NotFound
    return row


def _find(db: DbSession, survey_id: int) -> Survey:
    row = db.get(Survey, survey_id)
    if row is None:
        raise NotFound
    return row


def _questions(db: DbSession, survey_id: int) -> sa.ScalarResult[Question]:
    return db.scalars(sa.select(Question).where(Question.survey_id == survey_id).order_by(Question.place))
