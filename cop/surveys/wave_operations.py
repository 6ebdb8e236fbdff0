"""Writes on waves: made of a template, opened, closed. Nothing here tells anything of single answers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.catalog.checks import same_version
from cop.choices import SurveyKind, SurveyState
from cop.db import after_commit, wait_for
from cop.errors import Invalid
from cop.models import Question, Survey, SurveyAudience
from cop.organisation import time_zone
from cop.periods import local_day
from cop.permissions import Actor, Permission, require
from cop.surveys import checks as checked
from cop.surveys import closing, snapshot
from cop.surveys.inputs import Audience, QuestionInput
from cop.validation import Checks


def create_wave(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    template_id: int,
    name: str,
    purpose: str,
    audience: Audience,
    smallest_group: int,
    closes_on: date,
    named: bool,
) -> int:
    """Make a wave of a template's questions, as a draft; returns its id.

    Raises Invalid, also for a template of feedback on a session: that is asked for from the session.
    """
    actor = require(actor, Permission.SURVEY_EDIT)
    template = checked.find_template(db, template_id)
    checks = Checks()
    if template.archived_at is not None:
        checks.fail("template_id", "This template is archived.")
    if template.kind is SurveyKind.SESSION_FEEDBACK:
        checks.fail("template_id", "Feedback on a session is asked for from that session's page.")
    values = checked.head(db, checks, Survey, name=name, kind=template.kind.value, purpose=purpose)
    values |= checked.plan(checks, smallest_group=smallest_group, closes_on=closes_on, today=_today(db, now))
    checked.check_audience(db, checks, audience)
    questions = checked.question_values(db, checks, checked.template_questions(db, template_id))
    checks.done()
    row = Survey(**values, template_id=template_id, named=named)
    db.add(row)
    db.flush()
    _put_audience(db, row, audience)
    _put_questions(db, row, questions)
    _record(db, actor, now, "create_wave", row, after={"questions": checked.told(questions)})
    return row.id


def edit_wave(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    survey_id: int,
    version: int,
    name: str,
    purpose: str,
    audience: Audience,
    smallest_group: int,
    closes_on: date,
    named: bool,
) -> int:
    """Change a draft, also whether names stand beside answers.

    Raises Invalid once it is opened, Conflict where somebody else changed it since `version`.
    """
    actor = require(actor, Permission.SURVEY_EDIT)
    row = _held(db, survey_id, version)
    checked.require_draft(row)
    checks = Checks()
    values = checked.head(db, checks, Survey, name=name, kind=row.kind.value, purpose=purpose, own_id=survey_id)
    values |= checked.plan(checks, smallest_group=smallest_group, closes_on=closes_on, today=_today(db, now))
    checked.check_audience(db, checks, audience)
    checks.done()
    before = audit.values(row)
    for field, value in (values | {"named": named}).items():
        setattr(row, field, value)
    _put_audience(db, row, audience)
    return _written(db, actor, now, "edit_wave", row, before)


def set_questions(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    survey_id: int,
    version: int,
    questions: Sequence[QuestionInput],
) -> int:
    """Replace a wave's questions, as long as nobody has answered. Raises Invalid, of questions by "questions.<place>"."""
    actor = require(actor, Permission.SURVEY_EDIT)
    row = _held(db, survey_id, version)
    checked.require_unanswered(db, row)
    checks = Checks()
    asked = checked.question_values(db, checks, questions)
    checks.done()
    texts = [question.text for question in checked.wave_questions(db, survey_id)]
    before = audit.values(row) | {"questions": texts}
    _put_questions(db, row, asked)
    return _written(db, actor, now, "set_questions", row, before, {"questions": checked.told(asked)})


def move_last_day(
    db: DbSession, actor: Actor | None, *, now: datetime, survey_id: int, version: int, closes_on: date
) -> int:
    """Let a wave that is open end earlier or later. Raises Invalid where it isn't, or the day lies in the past."""
    actor = require(actor, Permission.SURVEY_EDIT)
    row = _held(db, survey_id, version)
    _require_open(row)
    if closes_on < _today(db, now):
        raise Invalid({"closes_on": "The last day lies in the past."})
    before = audit.values(row)
    row.closes_on = closes_on
    return _written(db, actor, now, "move_last_day", row, before)


def open_wave(db: DbSession, actor: Actor | None, *, now: datetime, survey_id: int, version: int) -> int:
    """Ask the audience as it is today; returns how many people that are.

    Who belongs to what is written down and stays, whatever changes later. Raises Invalid where nobody, or fewer than
    the smallest group, would be asked.
    """
    actor = require(actor, Permission.SURVEY_EDIT)
    row = _held(db, survey_id, version)
    checked.require_draft(row)
    today = _today(db, now)
    people = snapshot.people_of(db, snapshot.audience_of(db, survey_id), today=today)
    if not people:
        raise Invalid({"": "Nobody would be asked: no active staff belong to this audience."})
    if len(people) < row.smallest_group:
        few = f"Only {len(people)} would be asked; of fewer than {row.smallest_group} people nothing could be told."
        raise Invalid({"": few})
    if row.closes_on < today:
        raise Invalid({"closes_on": "The last day lies in the past."})
    before = audit.values(row)
    row.state, row.opened_on = SurveyState.OPEN, today
    snapshot.take(db, row, people, today=today)
    _written(db, actor, now, "open_wave", row, before, {"asked": len(people)})
    return len(people)


def close_wave(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    survey_id: int,
    version: int,
    rng: np.random.Generator | None = None,
) -> int:
    """End a wave, publish what may be published, delete the answers, also from the database's files; returns its id.

    The generator of the blur is for the example alone, which is the same each time it is made.
    """
    actor = require(actor, Permission.SURVEY_EDIT)
    wait_for(db, "closing surveys")  # each counts on what the others published
    row = _held(db, survey_id, version)
    _require_open(row)
    before = audit.values(row)
    counts = closing.close(db, row, rng=rng)
    after_commit(db, closing.clear)
    return _written(db, actor, now, "close_wave", row, before, counts)


def close_overdue_waves(db: DbSession, actor: Actor | None, *, now: datetime) -> int:
    """Close every open wave whose last day is over, so that no answer lies longer than was said; returns how many."""
    actor = require(actor, Permission.SURVEY_EDIT)
    wait_for(db, "closing surveys")
    today = local_day(now, time_zone(db))
    over = sa.select(Survey).where(Survey.state == SurveyState.OPEN, Survey.closes_on < today).order_by(Survey.id)
    rows = db.scalars(over).all()
    for row in rows:
        before = audit.values(row)
        _written(db, actor, now, "close_wave", row, before, closing.close(db, row))
    if rows:
        after_commit(db, closing.clear)
    return len(rows)


def delete_wave(db: DbSession, actor: Actor | None, *, now: datetime, survey_id: int, version: int) -> None:
    """Delete a draft. Raises Invalid once it was opened."""
    actor = require(actor, Permission.SURVEY_EDIT)
    row = _held(db, survey_id, version)
    checked.require_draft(row)
    before = audit.values(row)
    db.delete(row)
    db.flush()
    _record(db, actor, now, "delete_wave", row, before=before, after=None)


def _held(db: DbSession, survey_id: int, version: int) -> Survey:
    row = checked.held(db, survey_id)
    same_version(db, row, version, current=lambda: _current(db, row))
    return row


def _current(db: DbSession, row: Survey) -> dict[str, Any]:
    """What a form of the wave shows beside what was typed."""
    more = {"audience": snapshot.audience_of(db, row.id), "questions": checked.wave_questions(db, row.id)}
    return audit.values(row) | more


def _require_open(row: Survey) -> None:
    if row.state is not SurveyState.OPEN:
        raise Invalid({"": "This wave isn't open."})


def _put_audience(db: DbSession, row: Survey, audience: Audience) -> None:
    db.execute(sa.delete(SurveyAudience).where(SurveyAudience.survey_id == row.id))
    db.add_all(SurveyAudience(survey_id=row.id, **values) for values in checked.audience_values(audience))
    db.flush()


def _put_questions(db: DbSession, row: Survey, questions: list[dict[str, Any]]) -> None:
    db.execute(sa.delete(Question).where(Question.survey_id == row.id))
    db.add_all(Question(survey_id=row.id, **question) for question in questions)
    db.flush()


def _today(db: DbSession, now: datetime) -> date:
    return local_day(now, time_zone(db))


def _written(
    db: DbSession,
    actor: Actor,
    now: datetime,
    operation: str,
    row: Survey,
    before: dict[str, Any],
    more: dict[str, Any] | None = None,
) -> int:
    """Audience and questions are part of the wave: its version goes up in any case."""
    sa.orm.attributes.flag_modified(row, "name")
    db.flush()
    _record(db, actor, now, operation, row, before=before, after=more or {})
    return row.id


def _record(
    db: DbSession,
    actor: Actor,
    now: datetime,
    operation: str,
    row: Survey,
    *,
    after: dict[str, Any] | None,
    before: dict[str, Any] | None = None,
) -> None:
    audit.record(
        db,
        actor,
        now=now,
        operation=f"surveys.{operation}",
        topics=("surveys",),
        object_type="survey",
        object_id=row.id,
        before=before,
        after=None if after is None else audit.values(row) | after,
    )
