"""Rows of meetings with units: whose they are to see, found, checked, and read back as one value."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.catalog.checks import same_version
from cop.choices import Receptiveness
from cop.errors import Invalid, NotFound
from cop.funnel.meetings import ConcernInput, MeetingInput, within
from cop.models import Concern, OrgUnit, Person, UnitMeeting, UnitMeetingPerson
from cop.permissions import Actor
from cop.validation import LONG, Checks


def meeting_of(db: DbSession, actor: Actor, meeting_id: int) -> UnitMeeting:
    """The meeting; NotFound where there is none, or none that the actor may see."""
    row = db.get(UnitMeeting, meeting_id)
    if row is None or not within(actor, row.org_unit_id):
        raise NotFound
    return row


def open_meeting(db: DbSession, actor: Actor, meeting_id: int) -> UnitMeeting:
    """A meeting that may be changed."""
    row = meeting_of(db, actor, meeting_id)
    if row.archived_at is not None:
        raise Invalid({"": "This meeting is archived. Restore it first."})
    return row


def concern_of(db: DbSession, actor: Actor, concern_id: int) -> Concern:
    """A concern of a meeting that may be changed."""
    row = db.get(Concern, concern_id)
    if row is None:
        raise NotFound
    open_meeting(db, actor, row.meeting_id)
    return row


def current_meeting(db: DbSession, actor: Actor, meeting_id: int, version: int) -> UnitMeeting:
    """The meeting as it was read, or Conflict with what it is now."""
    row = open_meeting(db, actor, meeting_id)
    same_version(db, row, version, current=lambda: vars(as_typed(db, row)))
    return row


def as_typed(db: DbSession, row: UnitMeeting) -> MeetingInput:
    """The meeting as its form holds it."""
    return MeetingInput(
        org_unit_id=row.org_unit_id,
        met_on=row.met_on,
        person_ids=tuple(sorted(people_of(db, row.id))),
        led_by_id=row.led_by_id,
        receptiveness=row.receptiveness.value if row.receptiveness else None,
        notes=row.notes,
        next_contact_on=row.next_contact_on,
    )


def people_of(db: DbSession, meeting_id: int) -> set[int]:
    """Who took part."""
    return set(db.scalars(sa.select(UnitMeetingPerson.person_id).where(UnitMeetingPerson.meeting_id == meeting_id)))


def snapshot(db: DbSession, row: UnitMeeting) -> dict[str, Any]:
    """Everything of the meeting for the audit trail, as plain values."""
    db.flush()
    return audit.values(row) | {"people": sorted(people_of(db, row.id))}


def meeting_values(
    db: DbSession, actor: Actor, said: MeetingInput, *, today: date, kept: frozenset[int] = frozenset()
) -> dict[str, Any]:
    """The columns of a meeting as said; raises Invalid, or NotFound for a unit that the actor may not see.

    `kept` are the people who stand there already: they stay though they may have left the organisation since.
    """
    if said.org_unit_id is not None and not within(actor, said.org_unit_id):
        raise NotFound
    checks = Checks()
    if said.org_unit_id is None or db.get(OrgUnit, said.org_unit_id) is None:
        checks.fail("org_unit_id", "Choose the unit that was met.")
    if said.met_on is None:
        checks.fail("met_on", "Say on which day you met.")
    elif said.met_on > today:
        checks.fail("met_on", "A meeting is recorded once it was held: the day can't lie in the future.")
    if said.met_on and said.next_contact_on and said.next_contact_on <= said.met_on:
        checks.fail("next_contact_on", "The next contact must come after the meeting.")
    unknown = set(said.person_ids) - kept - _active(db, said.person_ids)
    if unknown:
        checks.fail("person_ids", "Choose active people.")
    if said.led_by_id is not None and said.led_by_id not in kept | _active(db, [said.led_by_id]):
        checks.fail("led_by_id", "Choose an active person.")
    attitude = said.receptiveness
    known = checks.one_of("receptiveness", "How it was received", attitude, Receptiveness) if attitude else None
    values = {
        "org_unit_id": said.org_unit_id,
        "met_on": said.met_on,
        "led_by_id": said.led_by_id,
        "receptiveness": Receptiveness(known) if known else None,
        "notes": checks.text("notes", "The notes", said.notes, limit=LONG),
        "next_contact_on": said.next_contact_on,
    }
    checks.done()
    return values


def concern_values(said: ConcernInput, *, met_on: date) -> dict[str, Any]:
    """The columns of a concern as said; raises Invalid."""
    checks = Checks()
    if said.follow_up_on is not None and said.follow_up_on <= met_on:
        checks.fail("follow_up_on", "Coming back to it must come after the meeting.")
    values = {
        "concern": checks.text("concern", "The concern", said.concern, limit=500, required=True),
        "answer": checks.text("answer", "The answer", said.answer, limit=1000),
        "follow_up_on": said.follow_up_on,
    }
    checks.done()
    return values


def set_people(db: DbSession, meeting_id: int, wanted: set[int]) -> None:
    """Let exactly these people have taken part."""
    there = people_of(db, meeting_id)
    if there - wanted:
        db.execute(
            sa.delete(UnitMeetingPerson).where(
                UnitMeetingPerson.meeting_id == meeting_id, UnitMeetingPerson.person_id.in_(there - wanted)
            )
        )
    db.add_all(UnitMeetingPerson(meeting_id=meeting_id, person_id=key) for key in sorted(wanted - there))
    db.flush()


def _active(db: DbSession, ids: Any) -> set[int]:
    people = sa.select(Person.id).where(Person.id.in_(list(ids)), Person.active, Person.merged_into_id.is_(None))
    return set(db.scalars(people))
