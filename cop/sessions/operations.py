"""Writes on sessions: plan, change, cancel, record, amend; and drafts of what is being typed."""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import facts
from cop.choices import AttendanceKind, SessionStatus
from cop.errors import Conflict, Invalid
from cop.models import CommunitySession, Draft
from cop.organisation import time_zone
from cop.periods import local_day
from cop.permissions import Actor, Permission, require
from cop.sessions import rows
from cop.sessions.checks import Checked, check_not_twice, check_plan, check_report
from cop.sessions.drafts import KIND, draft_subject, owned
from cop.sessions.inputs import Plan, Report
from cop.validation import Checks

MAX_DRAFT = 2_000_000
"""Characters; far above what a form can validly hold, so that too long a text is kept until it is shortened."""


def plan_session(db: DbSession, actor: Actor | None, *, now: datetime, community_id: int, plan: Plan) -> int:
    """Announce a session; returns its id."""
    actor = require(actor, Permission.SESSION_RECORD, community_id=community_id)
    rows.open_community(db, community_id)
    checks = Checks()
    values = _check_plan(db, checks, plan, community_id, None)
    _check_ahead(checks, values.get("starts_at"), now)
    checks.done()
    values["planned_starts_at"] = values["starts_at"]
    row = rows.new_row(db, community_id, SessionStatus.PLANNED, values, now)
    rows.record(db, actor, row, now=now, operation="plan_session", before=None)
    return row.id


def change_plan(db: DbSession, actor: Actor | None, *, now: datetime, session_id: int, version: int, plan: Plan) -> int:
    """Change a planned session; returns its id."""
    actor = require(actor, Permission.SESSION_RECORD, community_id=rows.community_of(db, session_id))
    row = rows.current_row(db, session_id, version)
    _check_status(row, SessionStatus.PLANNED, "Only a planned session can be changed here.")
    checks = Checks()
    values = _check_plan(db, checks, plan, row.community_id, row)
    if values.get("starts_at") != row.starts_at:
        _check_ahead(checks, values.get("starts_at"), now)
    checks.done()
    before = rows.snapshot(db, row)
    _set(row, values)
    row.planned_starts_at = row.starts_at
    row.sequence += 1
    rows.record(db, actor, row, now=now, operation="change_plan", before=before)
    return row.id


def cancel_session(
    db: DbSession, actor: Actor | None, *, now: datetime, session_id: int, version: int, reason: str
) -> int:
    """Call a planned session off, with a reason that everybody sees; returns its id."""
    actor = require(actor, Permission.SESSION_RECORD, community_id=rows.community_of(db, session_id))
    row = rows.current_row(db, session_id, version)
    _check_status(row, SessionStatus.PLANNED, "Only a planned session can be cancelled.")
    checks = Checks()
    said = checks.text("reason", "The reason", reason, limit=300, required=True)
    checks.done()
    before = rows.snapshot(db, row)
    row.status, row.cancel_reason = SessionStatus.CANCELLED, said
    row.sequence += 1
    rows.record(db, actor, row, now=now, operation="cancel_session", before=before)
    return row.id


def reinstate_session(db: DbSession, actor: Actor | None, *, now: datetime, session_id: int, version: int) -> int:
    """Undo a cancellation; returns the session's id.

    Cancelled is also a session that was recorded by mistake and never planned: it is planned from now on, if it lies
    ahead.
    """
    actor = require(actor, Permission.SESSION_RECORD, community_id=rows.community_of(db, session_id))
    row = rows.current_row(db, session_id, version)
    _check_status(row, SessionStatus.CANCELLED, "Only a cancelled session can be reinstated.")
    checks = Checks()
    check_not_twice(
        db, checks, community_id=row.community_id, session_id=row.id, title=row.title, starts_at=row.starts_at
    )
    if row.planned_starts_at is None:
        _check_ahead(checks, row.starts_at, now)
    checks.done()
    before = rows.snapshot(db, row)
    row.status, row.cancel_reason = SessionStatus.PLANNED, ""
    row.planned_starts_at = row.planned_starts_at or row.starts_at
    row.sequence += 1
    rows.record(db, actor, row, now=now, operation="reinstate_session", before=before)
    return row.id


def record_session(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    community_id: int,
    plan: Plan,
    report: Report,
    session_id: int | None = None,
    version: int | None = None,
) -> int:
    """Say what happened; returns the session's id.

    Without `session_id` it is one that wasn't planned; a planned one becomes held; a held one is amended.
    """
    actor = require(actor, Permission.SESSION_RECORD, community_id=community_id)
    rows.open_community(db, community_id)
    if session_id is not None:
        # The session's own community counts, whatever the caller says it is.
        actor = require(actor, Permission.SESSION_RECORD, community_id=rows.community_of(db, session_id))
    row = None if session_id is None else rows.current_row(db, session_id, version)
    values, checked = _check_recording(db, row, community_id, plan, report, now)
    before = None if row is None else rows.snapshot(db, row)
    since = values["day"] if row is None else min(row.day, values["day"])
    if row is None:
        row = rows.new_row(db, community_id, SessionStatus.HELD, values, now)
    elif (row.starts_at, row.ends_at) != (values["starts_at"], values["ends_at"]):
        row.sequence += 1
    _set(row, values)
    rows.store_report(db, actor, row, checked, now=now)
    _drop_draft(db, actor, draft_subject(row.community_id, session_id))
    facts.touch(db, row.community_id, since)
    rows.record(db, actor, row, now=now, operation="record_session", before=before)
    return row.id


def undo_recording(db: DbSession, actor: Actor | None, *, now: datetime, session_id: int, version: int) -> int:
    """Take back that a session was held: a planned one is planned again, an unplanned one is cancelled.

    What was recorded stays in the audit trail, from which `restore_recording` brings it back. Returns the session's id.
    """
    actor = require(actor, Permission.SESSION_RECORD, community_id=rows.community_of(db, session_id))
    row = rows.current_row(db, session_id, version)
    _check_status(row, SessionStatus.HELD, "Only a recorded session can be taken back.")
    before = rows.snapshot(db, row)
    rows.clear_report(db, row, now=now)
    planned = row.planned_starts_at is not None
    row.status = SessionStatus.PLANNED if planned else SessionStatus.CANCELLED
    row.cancel_reason = "" if planned else "Recorded by mistake."
    row.attendance_kind, row.headcount = AttendanceKind.MISSING, None
    row.topics = row.decisions = ""
    row.recorded_at = row.recorded_by_id = None
    facts.touch(db, row.community_id, row.day)
    rows.record(db, actor, row, now=now, operation=rows.UNDO, before=before)
    return row.id


def restore_recording(db: DbSession, actor: Actor | None, *, now: datetime, session_id: int, version: int) -> int:
    """Bring back what `undo_recording` took away, while nobody has done anything else to the session since.

    Returns the session's id. Raises Invalid where there is nothing to bring back, or where the same was recorded anew.
    """
    actor = require(actor, Permission.SESSION_RECORD, community_id=rows.community_of(db, session_id))
    row = rows.current_row(db, session_id, version)
    was = rows.taken_back(db, session_id)
    if was is None or row.status is SessionStatus.HELD:
        raise Invalid({"": "There is no recording of this session to bring back."})
    checks = Checks()
    check_not_twice(
        db, checks, community_id=row.community_id, session_id=row.id, title=row.title, starts_at=row.starts_at
    )
    checks.done()
    before = rows.snapshot(db, row)
    rows.bring_back(db, row, was, now=now, by=actor.person_id or None)
    facts.touch(db, row.community_id, row.day)
    rows.record(db, actor, row, now=now, operation="restore_recording", before=before)
    return row.id


def save_draft(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    community_id: int,
    subject: str,
    payload: dict[str, Any],
    version: str | None,
) -> str:
    """Keep what the actor has typed so far; theirs alone, not audited, bumps nothing. Returns the draft's version.

    Raises Conflict where it isn't the `version` known to who types (None: there is none yet): the actor types in two
    windows. A draft that is gone was saved or discarded, so nothing is lost by beginning it anew.
    """
    actor = require(actor, Permission.SESSION_RECORD, community_id=community_id)
    if len(json.dumps(payload)) > MAX_DRAFT:
        raise Invalid({"": "This is too long to be kept as a draft."})
    row = db.scalar(sa.select(Draft).where(owned(actor, subject)))
    if row is None:
        row = Draft(account_id=actor.account_id, kind=KIND, subject=subject, payload=payload, updated_at=now)
        db.add(row)
    elif row.version != version:
        raise Conflict({})
    else:
        row.payload, row.updated_at = payload, now
    db.flush()
    return row.version


def discard_draft(db: DbSession, actor: Actor | None, *, now: datetime, community_id: int, subject: str) -> None:  # noqa: ARG001 - an operation's signature
    """Forget what the actor has typed."""
    actor = require(actor, Permission.SESSION_RECORD, community_id=community_id)
    _drop_draft(db, actor, subject)


def _check_recording(
    db: DbSession, row: CommunitySession | None, community_id: int, plan: Plan, report: Report, now: datetime
) -> tuple[dict[str, Any], Checked]:
    """The column values and the report, all problems told at once."""
    if row is not None and row.status is SessionStatus.CANCELLED:
        raise Invalid({"": "This session was cancelled. Reinstate it first, then record it."})
    checks = Checks()
    values = _check_plan(db, checks, plan, row.community_id if row else community_id, row)
    if "starts_at" in values and values["starts_at"] > now:
        checks.fail("start", "This lies in the future: only a session that has begun can be recorded.")
    checked = check_report(db, checks, report)
    checks.done()
    return values, checked


def _drop_draft(db: DbSession, actor: Actor, subject: str) -> None:
    db.execute(sa.delete(Draft).where(owned(actor, subject)))


def _check_ahead(checks: Checks, starts_at: datetime | None, now: datetime) -> None:
    if starts_at is not None and starts_at < now:
        checks.fail("start", "This lies in the past. If the session was held, record it instead.")


def _check_plan(
    db: DbSession, checks: Checks, plan: Plan, community_id: int, row: CommunitySession | None
) -> dict[str, Any]:
    """The plan as column values, the day in the organisation's time zone included."""
    values = check_plan(checks, plan)
    if "starts_at" in values:
        values["day"] = local_day(values["starts_at"], time_zone(db))
        check_not_twice(
            db,
            checks,
            community_id=community_id,
            session_id=row.id if row else None,
            title=values["title"],
            starts_at=values["starts_at"],
        )
    return values


def _check_status(row: CommunitySession, status: SessionStatus, message: str) -> None:
    if row.status is not status:
        raise Invalid({"": message})


def _set(row: CommunitySession, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
