"""Writes on series: plan sessions that recur, change or end this and the following or all, make those ahead."""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.choices import SessionStatus
from cop.errors import Invalid, NotFound
from cop.models import Community, CommunitySession, SessionSeries
from cop.periods import local_day
from cop.permissions import Actor, Permission, require
from cop.sessions import occurrences, recurrence, rows
from cop.sessions.inputs import Plan, Repeat
from cop.sessions.rhythm import days_ahead
from cop.sessions.series_checks import check_series
from cop.validation import Checks

OBJECT_TYPE = "series"
_FEWER = 300
"""Days ahead below which more sessions of a series without end are made."""


def plan_series(
    db: DbSession, actor: Actor | None, *, now: datetime, community_id: int, plan: Plan, repeat: Repeat
) -> int:
    """Plan sessions that recur from the plan's day on; returns the series' id.

    That day may lie behind ("every four weeks from 28 October"): sessions are planned from now on.
    """
    actor = require(actor, Permission.SESSION_RECORD, community_id=community_id)
    rows.open_community(db, community_id)
    row = SessionSeries(community_id=community_id, created_at=now, **check_series(plan, repeat))
    db.add(row)
    db.flush()
    days, _holidays = days_ahead(occurrences.meets(row), now=now)
    if not days:
        raise Invalid({"until": "No session would come of this. Choose a later last day, or none."})
    _made, twice = occurrences.make(db, row, days, now=now)
    if twice:
        raise Invalid({"start": f"A session of this name is planned already at this time on {_listed(twice)}."})
    _record(db, actor, row, now=now, operation="plan_series", before=None)
    return row.id


def change_series(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    series_id: int,
    version: int,
    plan: Plan,
    repeat: Repeat,
    from_session_id: int | None = None,
) -> int:
    """Change all sessions to come, or one and those that follow, which then are a series of their own.

    Returns the id of the series that has the change. Recorded sessions stay as they were, and so does what a session
    says differently from its series.
    """
    actor = require(actor, Permission.SESSION_RECORD, community_id=_community_of(db, series_id))
    row = _current(db, series_id, version)
    values = check_series(plan, repeat)
    was, since = occurrences.meets(row), _since(db, row, from_session_id)
    there = occurrences.coming(db, row.id, now=now, since=since)
    before: dict[str, Any] | None = _snapshot(row)
    if since is not None and next(recurrence.days(row.rule, row.first_on, row.first_on)) < since:
        row.until_on = since - timedelta(days=1)
        _record(db, actor, row, now=now, operation="split_series", before=before)
        row, before = SessionSeries(community_id=row.community_id, created_at=now, **values), None
        db.add(row)
    else:
        for name, value in values.items():
            setattr(row, name, value)
    occurrences.follow(db, actor, row, there, was=was, now=now)
    if not occurrences.coming(db, row.id, now=now):
        raise Invalid({"until": "No session would be left. To end the series, cancel it instead, with a reason."})
    _record(db, actor, row, now=now, operation="change_series", before=before)
    return row.id


def end_series(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    series_id: int,
    version: int,
    reason: str,
    from_session_id: int | None = None,
) -> int:
    """Cancel all sessions to come, or one and those that follow; returns the series' id.

    The first of them stays to be seen as cancelled, with the reason; the others leave the lists.
    """
    actor = require(actor, Permission.SESSION_RECORD, community_id=_community_of(db, series_id))
    row = _current(db, series_id, version)
    checks = Checks()
    said = checks.text("reason", "The reason", reason, limit=300, required=True)
    checks.done()
    since = _since(db, row, from_session_id)
    there = [one for one in occurrences.coming(db, row.id, now=now, since=since) if one.status is SessionStatus.PLANNED]
    if not there:
        raise Invalid({"": "No session of this series is planned any more."})
    before = _snapshot(row)
    first = there[0]
    row.until_on = (since or local_day(now, row.time_zone)) - timedelta(days=1)
    was = rows.snapshot(db, first)
    first.status, first.cancel_reason = SessionStatus.CANCELLED, said
    first.sequence += 1
    rows.record(db, actor, first, now=now, operation="cancel_session", before=was)
    for one in there[1:]:
        occurrences.withdraw(db, actor, one, said, now=now)
    _record(db, actor, row, now=now, operation="end_series", before=before)
    return row.id


def extend_series(db: DbSession, actor: Actor | None, *, now: datetime) -> int:
    """Make the sessions that have come within reach, of every series of an open community; returns how many."""
    actor = require(actor, Permission.ORGANISATION_EDIT)
    last = (
        sa.select(sa.func.max(CommunitySession.series_day))
        .where(CommunitySession.series_id == SessionSeries.id)
        .scalar_subquery()
    )
    reach = now.date() + timedelta(days=_FEWER)
    due = db.execute(
        sa.select(SessionSeries, last)
        .join(Community)
        .where(
            Community.archived_at.is_(None),
            sa.or_(SessionSeries.until_on.is_(None), SessionSeries.until_on > last),
            sa.or_(last.is_(None), last < reach),
        )
        .order_by(SessionSeries.id)
    ).all()
    count = 0
    for row, latest in due:
        since = latest + timedelta(days=1) if latest else None
        made, _twice = occurrences.make(db, row, days_ahead(occurrences.meets(row), now=now, since=since)[0], now=now)
        count += len(made)
        if made:
            after = {"made": len(made), "until": made[-1].series_day}
            _audit(db, actor, row, now=now, operation="extend_series", before=None, after=after)
    return count


def _community_of(db: DbSession, series_id: int) -> int | None:
    return db.scalar(sa.select(SessionSeries.community_id).where(SessionSeries.id == series_id))


def _current(db: DbSession, series_id: int, version: int) -> SessionSeries:
    row = db.get(SessionSeries, series_id)
    if row is None:
        raise NotFound
    rows.open_community(db, row.community_id)
    if row.version != version:
        raise audit.conflict(db, OBJECT_TYPE, series_id, _snapshot(row) | {"version": row.version})
    return row


def _since(db: DbSession, row: SessionSeries, session_id: int | None) -> date | None:
    """The day, by the series' rule, of the session from which on something is done."""
    if session_id is None:
        return None
    one = db.get(CommunitySession, session_id)
    if one is None or one.series_id != row.id or one.series_day is None:
        raise NotFound
    return one.series_day


def _listed(days: list[date]) -> str:
    shown = ", ".join(f"{day.day} {day:%b %Y}" for day in days[:3])
    return shown if len(days) <= 3 else f"{shown} and {len(days) - 3} more days"


def _snapshot(row: SessionSeries) -> dict[str, Any]:
    kept = ("rule", "first_on", "until_on", "start_time", "minutes", "time_zone", "holidays")
    return audit.values(row, (*occurrences.DETAILS, *kept))


def _record(
    db: DbSession, actor: Actor, row: SessionSeries, *, now: datetime, operation: str, before: dict[str, Any] | None
) -> None:
    db.flush()
    _audit(db, actor, row, now=now, operation=operation, before=before, after=_snapshot(row))


def _audit(
    db: DbSession,
    actor: Actor,
    row: SessionSeries,
    *,
    now: datetime,
    operation: str,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> None:
    audit.record(
        db,
        actor,
        now=now,
        operation=f"sessions.{operation}",
        topics=("sessions",),
        object_type=OBJECT_TYPE,
        object_id=row.id,
        community_id=row.community_id,
        before=before,
        after=after,
    )
