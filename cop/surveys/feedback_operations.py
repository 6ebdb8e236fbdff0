"""Asking those who came to a session what it was worth to them: a wave that is made and opened in one go."""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.choices import AttendanceKind, SessionStatus, SurveyKind, SurveyState
from cop.db import wait_for
from cop.errors import Invalid, NotFound
from cop.models import CommunitySession, Question, Survey, SurveyTemplate, TemplateQuestion
from cop.organisation import time_zone
from cop.periods import local_day
from cop.permissions import Actor, Permission, require
from cop.sessions import rows as sessions
from cop.surveys import checks as checked
from cop.surveys import feedback, snapshot
from cop.surveys.audit import LEAST
from cop.surveys.feedback_queries import staff_who_came
from cop.validation import Checks


def ask_for_feedback(
    db: DbSession, actor: Actor | None, *, now: datetime, session_id: int, closes_on: date | None = None
) -> int:
    """Ask the staff on a held session's list, without names, until the day given or a week from today; returns the wave's id.

    The questions are those of the office's newest template for it. Raises Invalid where no list was taken, fewer than
    five of the staff came, or they were asked already.
    """
    actor = require(actor, Permission.SESSION_RECORD, community_id=sessions.community_of(db, session_id))
    wait_for(db, "asking for feedback")
    session = db.get(CommunitySession, session_id)
    if session is None:
        raise NotFound
    community = sessions.open_community(db, session.community_id)
    came = _who_is_asked(db, session)
    today = local_day(now, time_zone(db))
    checks = Checks()
    template, questions = _questions(db, checks)
    last_day = _last_day(checks, closes_on, today)
    checks.done()
    names = db.scalars(sa.select(Survey.name))
    row = Survey(
        name=feedback.wave_name(community.name, session.title, session.day, names),
        kind=SurveyKind.SESSION_FEEDBACK,
        purpose=(template.purpose if template else "") or feedback.PURPOSE,
        template_id=template.id if template else None,
        smallest_group=LEAST,
        state=SurveyState.OPEN,
        opened_on=today,
        closes_on=last_day,
        session_id=session_id,
    )
    db.add(row)
    db.flush()
    db.add_all(Question(survey_id=row.id, **values) for values in questions)
    snapshot.take_whole(db, row, came, name=session.title[:120])
    audit.record(
        db,
        actor,
        now=now,
        operation="surveys.ask_for_feedback",
        topics=("surveys",),
        object_type="survey",
        object_id=row.id,
        community_id=community.id,
        after=audit.values(row) | {"questions": checked.told(questions), "asked": len(came)},
    )
    return row.id


def _who_is_asked(db: DbSession, session: CommunitySession) -> list[int]:
    if session.status is not SessionStatus.HELD:
        raise Invalid({"": "Only a session that was held can be asked about."})
    if session.attendance_kind is not AttendanceKind.LIST:
        raise Invalid({"": "No list of who came was taken, so nobody can be asked."})
    if db.scalar(sa.select(sa.exists().where(Survey.session_id == session.id))):
        raise Invalid({"": "Those who came to this session were asked already."})
    came = staff_who_came(db, session.id)
    if len(came) < LEAST:
        raise Invalid({"": f"At least {LEAST} colleagues must have come: of fewer nothing could be told."})
    return came


def _questions(db: DbSession, checks: Checks) -> tuple[SurveyTemplate | None, list[dict[str, Any]]]:
    """Those of the newest template for sessions that is in use, the usual ones without any."""
    template = db.scalar(
        sa.select(SurveyTemplate)
        .where(SurveyTemplate.kind == SurveyKind.SESSION_FEEDBACK, SurveyTemplate.archived_at.is_(None))
        .order_by(SurveyTemplate.id.desc())
        .limit(1)
    )
    own = TemplateQuestion.template_id == (template.id if template else None)
    stored = db.scalars(sa.select(TemplateQuestion).where(own).order_by(TemplateQuestion.place))
    asked = feedback.questions_of([checked.as_input(row) for row in stored])
    problems = Checks()
    values = checked.question_values(db, problems, asked)
    if template and problems.errors:  # such as a skill that was archived since
        checks.fail("", f"The template “{template.name}” can’t be used as it is: {' '.join(problems.errors.values())}")
    return template, values


def _last_day(checks: Checks, chosen: date | None, today: date) -> date:
    last_day = chosen or today + timedelta(days=feedback.DAYS)
    if last_day < today:
        checks.fail("closes_on", "The last day lies in the past.")
    elif last_day > today + timedelta(days=feedback.MOST_DAYS):
        checks.fail("closes_on", f"Choose a day within the next {feedback.MOST_DAYS} days.")
    return last_day
