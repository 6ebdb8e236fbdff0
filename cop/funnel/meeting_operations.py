"""Writes on meetings with units: recorded, corrected, archived, and the concerns raised there answered and settled."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.catalog.checks import same_version
from cop.errors import Invalid
from cop.funnel import meeting_rows as rows
from cop.funnel.meetings import ConcernInput, MeetingInput
from cop.models import Concern, UnitMeeting
from cop.organisation import time_zone
from cop.periods import local_day
from cop.permissions import Actor, Permission, require


def record_meeting(db: DbSession, actor: Actor | None, *, now: datetime, meeting: MeetingInput) -> int:
    """Record that a unit was met: the office any, a manager their own and those below; returns the meeting's id."""
    actor = require(actor, Permission.UNIT_MEETING)
    values = rows.meeting_values(db, actor, meeting, today=local_day(now, time_zone(db)))
    row = UnitMeeting(created_at=now, **values)
    db.add(row)
    db.flush()
    rows.set_people(db, row.id, set(meeting.person_ids))
    _record(db, actor, now, "record_meeting", row, after=rows.snapshot(db, row))
    return row.id


def edit_meeting(
    db: DbSession, actor: Actor | None, *, now: datetime, meeting_id: int, version: int, meeting: MeetingInput
) -> int:
    """Correct what is said of a meeting; Conflict with the present values when somebody changed it since `version`."""
    actor = require(actor, Permission.UNIT_MEETING)
    row = rows.current_meeting(db, actor, meeting_id, version)
    before = rows.snapshot(db, row)
    kept = frozenset(before["people"]) | frozenset([row.led_by_id] if row.led_by_id is not None else [])
    values = rows.meeting_values(db, actor, meeting, today=local_day(now, time_zone(db)), kept=kept)
    for name, value in values.items():
        setattr(row, name, value)
    if set(meeting.person_ids) != set(before["people"]):
        rows.set_people(db, row.id, set(meeting.person_ids))
        sa.orm.attributes.flag_modified(row, "met_on")  # who took part lies elsewhere, and is part of what was read
    after = rows.snapshot(db, row)
    if after != before:
        _record(db, actor, now, "edit_meeting", row, before=before, after=after)
    return row.id


def archive_meeting(db: DbSession, actor: Actor | None, *, now: datetime, meeting_id: int) -> int:
    """Put a meeting aside, such as one recorded twice: it counts no more, and can be brought back."""
    actor = require(actor, Permission.UNIT_MEETING)
    return _shelve(db, actor, now, "archive_meeting", meeting_id, now)


def restore_meeting(db: DbSession, actor: Actor | None, *, now: datetime, meeting_id: int) -> int:
    """Bring an archived meeting back."""
    actor = require(actor, Permission.UNIT_MEETING)
    return _shelve(db, actor, now, "restore_meeting", meeting_id, None)


def add_concern(db: DbSession, actor: Actor | None, *, now: datetime, meeting_id: int, concern: ConcernInput) -> int:
    """Note what a unit worries about."""
    actor = require(actor, Permission.UNIT_MEETING)
    meeting = rows.open_meeting(db, actor, meeting_id)
    row = Concern(meeting_id=meeting_id, **rows.concern_values(concern, met_on=meeting.met_on))
    db.add(row)
    db.flush()
    _record(db, actor, now, "add_concern", row, after=audit.values(row))
    return row.id


def edit_concern(
    db: DbSession, actor: Actor | None, *, now: datetime, concern_id: int, version: int, concern: ConcernInput
) -> int:
    """Put a concern differently, answer it, set the day to come back to it; Conflict when it was changed meanwhile."""
    actor = require(actor, Permission.UNIT_MEETING)
    row = rows.concern_of(db, actor, concern_id)
    same_version(
        db, row, version, current=lambda: {name: getattr(row, name) for name in ("concern", "answer", "follow_up_on")}
    )
    values = rows.concern_values(concern, met_on=db.get_one(UnitMeeting, row.meeting_id).met_on)
    if row.settled_on is not None and not values["answer"]:
        raise Invalid({"answer": "This concern is settled by its answer. Reopen it to take the answer away."})
    return _change(db, actor, now, "edit_concern", row, values)


def settle_concern(db: DbSession, actor: Actor | None, *, now: datetime, concern_id: int) -> int:
    """Note that a concern is settled today; that takes an answer."""
    actor = require(actor, Permission.UNIT_MEETING)
    row = rows.concern_of(db, actor, concern_id)
    if row.settled_on is not None:
        return row.id
    if not row.answer:
        raise Invalid({"": "Note first what the unit was answered: without an answer nothing is settled."})
    return _change(db, actor, now, "settle_concern", row, {"settled_on": local_day(now, time_zone(db))})


def reopen_concern(db: DbSession, actor: Actor | None, *, now: datetime, concern_id: int) -> int:
    """Note that a concern isn't settled after all."""
    actor = require(actor, Permission.UNIT_MEETING)
    row = rows.concern_of(db, actor, concern_id)
    return _change(db, actor, now, "reopen_concern", row, {"settled_on": None})


def _shelve(
    db: DbSession, actor: Actor, now: datetime, operation: str, meeting_id: int, archived_at: datetime | None
) -> int:
    row = rows.meeting_of(db, actor, meeting_id)
    if (row.archived_at is None) != (archived_at is None):
        before = rows.snapshot(db, row)
        row.archived_at = archived_at
        _record(db, actor, now, operation, row, before=before, after=rows.snapshot(db, row))
    return row.id


def _change(db: DbSession, actor: Actor, now: datetime, operation: str, row: Concern, values: dict[str, Any]) -> int:
    before = audit.values(row)
    for name, value in values.items():
        setattr(row, name, value)
    db.flush()
    if audit.values(row) != before:
        _record(db, actor, now, operation, row, before=before, after=audit.values(row))
    return row.id


def _record(
    db: DbSession, actor: Actor, now: datetime, operation: str, row: UnitMeeting | Concern, **values: Any
) -> None:
    audit.record(
        db,
        actor,
        now=now,
        operation=f"funnel.{operation}",
        topics=("meetings",),
        object_type=row.__tablename__,
        object_id=row.id,
        **values,
    )
