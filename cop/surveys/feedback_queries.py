"""Reads of feedback on sessions: whether it was asked for, what came of it by session and by community, comments."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import PersonKind, QuestionType, SurveyState
from cop.models import (
    Attendance,
    CommunitySession,
    Person,
    PooledComment,
    Question,
    ReleasedCell,
    Survey,
    SurveyGroup,
)
from cop.periods import last_months
from cop.permissions import Actor, Permission, require
from cop.query import query
from cop.surveys import feedback
from cop.surveys.answers import STEPS
from cop.surveys.dimensions import ROTI
from cop.surveys.release import bands, response_rate

_BY_SESSION = {
    "session_id": "int64", "survey_id": "int64", "day": "object", "title": "str", "asked": "int64", "n": "Int64",
    "total": "Float64", "mean": "Float64", "hidden": "object",
}  # fmt: skip


def _readers(actor: Actor, **_params: Any) -> Hashable:
    require(actor, Permission.SURVEY_RESULTS)
    return None


def _facilitators(actor: Actor, *, community_id: int, **_params: Any) -> Hashable:
    require(actor, Permission.SESSION_RECORD, community_id=community_id)
    return None


def staff_who_came(db: DbSession, session_id: int) -> list[int]:
    """Those on a session's list who are active staff, by id: who can be asked."""
    chosen = (
        sa.select(Person.id)
        .join(Attendance, Attendance.person_id == Person.id)
        .where(
            Attendance.session_id == session_id,
            Person.active,
            Person.kind == PersonKind.STAFF,
            Person.merged_into_id.is_(None),
        )
    )
    return sorted(db.scalars(chosen))


@query("sessions", "people", scope=_facilitators)
def could_be_asked(db: DbSession, actor: Actor | None, *, community_id: int, session_id: int) -> int:
    """How many could be asked about a session of this community, for those who record there; 0 for any other session."""
    require(actor, Permission.SESSION_RECORD, community_id=community_id)
    own = sa.select(CommunitySession.id).where(
        CommunitySession.id == session_id, CommunitySession.community_id == community_id
    )
    return len(staff_who_came(db, session_id)) if db.scalar(own) is not None else 0


@dataclass(frozen=True)
class Result:
    """What may be told of the answers on the return on time invested; the mean is 1–5."""

    answered: int | None
    """Who answered the wave at all."""
    response_rate: float | None
    """Only from ten people on."""
    n: int | None
    mean: float | None
    steps: tuple[tuple[str, int, int], ...]
    """From 1 to 5: in words, the fewest and the most people."""
    hidden: str | None
    """Why nothing is told (cop.surveys.audit.Reason)."""


@dataclass(frozen=True)
class SessionFeedback:
    """Feedback that was asked for; without a result while it is open, and where the return wasn't asked for."""

    survey_id: int
    is_open: bool
    closes_on: date
    asked: int
    result: Result | None


@query("surveys", scope=_readers)
def session_feedback(db: DbSession, actor: Actor | None, *, session_id: int) -> SessionFeedback | None:
    """What those who came said, once the wave is closed; None where nobody was asked."""
    require(actor, Permission.SURVEY_RESULTS)
    found = db.execute(
        sa.select(Survey, SurveyGroup.headcount)
        .join(SurveyGroup, SurveyGroup.survey_id == Survey.id)
        .where(Survey.session_id == session_id)
    ).one_or_none()
    if found is None:
        return None
    survey, asked = found
    told = db.execute(_cells(Question, ReleasedCell).where(Survey.id == survey.id)).first()
    result = _result(told[0], told[1], asked) if told else None
    return SessionFeedback(survey.id, survey.state is not SurveyState.CLOSED, survey.closes_on, asked, result)


def _result(question: Question, cell: ReleasedCell, asked: int) -> Result:
    answered = cell.answers
    rate = None if answered is None else response_rate(answered, asked)
    if cell.counts is None:
        return Result(answered, rate, None, None, (), cell.hidden)
    figure = feedback.roti(cell.counts, is_reversed=question.reversed)
    words = question.options or [""] * STEPS
    steps = [(word, fewest, most) for word, (fewest, most) in zip(words, bands(cell.counts), strict=True)]
    return Result(answered, rate, figure.n, figure.mean, tuple(steps[::-1] if question.reversed else steps), None)


def _cells(*columns: Any) -> sa.Select[Any]:
    """The released cells about the return on time invested, the first question of each wave first."""
    return (
        sa.select(*columns)
        .select_from(ReleasedCell)
        .join(Question, Question.id == ReleasedCell.question_id)
        .join(SurveyGroup, SurveyGroup.id == ReleasedCell.group_id)
        .join(Survey, Survey.id == SurveyGroup.survey_id)
        .where(
            Survey.session_id.is_not(None),
            Question.type == QuestionType.LIKERT,
            Question.dimension == ROTI,
        )
        .order_by(Survey.id, Question.place)
    )


@query("surveys", "sessions", scope=_readers)
def by_session(db: DbSession, actor: Actor | None, *, community_id: int, today: date) -> pd.DataFrame:
    """A community's sessions of these twelve months whose feedback is closed, the first one first.

    Columns: session_id, survey_id, day, title, asked, n (answers), total (sum of the answers), mean (1–5); n, total and
    mean are missing where `hidden` says why.
    """
    require(actor, Permission.SURVEY_RESULTS)
    period = last_months(feedback.MONTHS, today)
    found = db.execute(
        _cells(CommunitySession, Survey, SurveyGroup.headcount, Question.reversed, ReleasedCell)
        .join(CommunitySession, CommunitySession.id == Survey.session_id)
        .where(CommunitySession.community_id == community_id, CommunitySession.day.between(period.start, period.end))
        .order_by(None)
        .order_by(CommunitySession.day, Survey.id, Question.place)
    )
    rows: dict[int, dict[str, Any]] = {}
    for session, survey, asked, is_reversed, cell in found:
        figure = None if cell.counts is None else feedback.roti(cell.counts, is_reversed=is_reversed)
        rows.setdefault(
            survey.id,
            {
                "session_id": session.id,
                "survey_id": survey.id,
                "day": session.day,
                "title": session.title,
                "asked": asked,
                "n": figure.n if figure else None,
                "total": figure.total if figure else None,
                "mean": figure.mean if figure else None,
                "hidden": cell.hidden,
            },
        )
    return pd.DataFrame(list(rows.values()), columns=list(_BY_SESSION), dtype="object").astype(_BY_SESSION)


def by_day(db: DbSession, *where: sa.ColumnElement[bool]) -> Iterator[tuple[date, feedback.Roti]]:
    """The day and what is told of each session that fits; nothing of those of which nothing may be told."""
    found = db.execute(
        _cells(Survey.id, CommunitySession.day, Question.reversed, ReleasedCell.counts)
        .join(CommunitySession, CommunitySession.id == Survey.session_id)
        .where(ReleasedCell.counts.is_not(None), *where)
    )
    seen = set()
    for survey_id, day, is_reversed, counts in found:
        if survey_id not in seen:  # a wave's first question on it counts
            yield day, feedback.roti(counts, is_reversed=is_reversed)
        seen.add(survey_id)


def over_all(rows: pd.DataFrame) -> feedback.Roti:
    """Σ ÷ Σ over the rows of `by_session`."""
    told = rows[rows["n"].notna()]
    return feedback.together(
        feedback.Roti(float(total), int(n)) for total, n in zip(told["total"], told["n"], strict=True)
    )


@dataclass(frozen=True)
class Comments:
    """What those who came to a community's sessions wrote, in random order; never how many wait."""

    told: tuple[str, ...]
    some_wait: bool


@query("surveys", scope=_readers)
def comments(db: DbSession, actor: Actor | None, *, community_id: int) -> Comments:
    """The comments on a community's sessions that are told, and whether there are any that aren't yet."""
    require(actor, Permission.SURVEY_RESULTS)
    own = PooledComment.community_id == community_id
    told = db.scalars(sa.select(PooledComment.text).where(own, PooledComment.told).order_by(PooledComment.id))
    waits = db.scalar(sa.select(sa.exists().where(own, ~PooledComment.told)))
    return Comments(tuple(told), bool(waits))
