"""What is read of sessions, and by whom; the calendar file."""

# ruff: noqa: DTZ001 - local times, as a form gives them

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from cop.choices import SessionStatus
from cop.db import reading
from cop.errors import Forbidden, NotFound
from cop.execute import execute
from cop.permissions import Role
from cop.sessions import operations as ops
from cop.sessions import queries
from cop.sessions.calendar_file import calendar_file
from cop.sessions.inputs import Gift, Plan, Report
from cop.sessions.times import to_utc
from tests import factories as make

NOW = make.NOW


@pytest.fixture
def room(db):
    make.organisation(db)
    return make.community(db, name="Data")


@pytest.fixture
def lead(db, room):
    return make.actor(db, Role.FACILITATOR, communities=[room])


def _plan(day, **values):
    start = datetime(2026, 6, day, 16)
    base = {"title": "Weekly", "start": start, "end": start + timedelta(hours=1), "time_zone": "Europe/Madrid"}
    return Plan(**base | values)


def test_names_only_for_those_who_may_see_them(db, room, lead):
    unit = make.org_unit(db, name="Platform")
    ana, ben = make.person(db, name="Ana", org_unit_id=unit.id), make.person(db, name="Ben")
    row = make.session(db, room, people=[ben, ana])
    other = make.community(db)
    seen = {
        "lead": lead,
        "office": make.actor(db, Role.ADMIN),
        "manager": make.actor(db, Role.MANAGER, units=[unit]),
        "staff": make.actor(db),
        "another": make.actor(db, Role.FACILITATOR, communities=[other]),
    }
    names = {who: [one.name for one in queries.attendees(db, actor, session_id=row.id)] for who, actor in seen.items()}
    assert names == {"lead": ["Ana", "Ben"], "office": ["Ana", "Ben"], "manager": [], "staff": [], "another": []}
    myself = make.actor(db)
    make.commit(db)
    own = make.session(db, room, people=[ben, db.get(type(ben), myself.person_id)])
    assert [one.person_id for one in queries.attendees(db, myself, session_id=own.id)] == [myself.person_id]
    assert queries.session_detail(db, None, session_id=row.id).headcount == 2
    assert "Ana" not in repr(queries.session_detail(db, None, session_id=row.id))
    with pytest.raises(NotFound):
        queries.session_detail(db, None, session_id=99_999)
    with pytest.raises(Forbidden):
        queries.usual(db, seen["manager"], community_id=room.id)


def test_the_usual_people_come_by_frequency(db, room, lead):
    ana, ben, cho, dee = (make.person(db, name=name) for name in ("Ana", "Ben", "Cho", "Dee"))
    for person in (ana, ben):
        make.membership(db, room, person)
    make.membership(db, room, dee, left_on=date(2026, 2, 1))
    make.session(db, room, date(2026, 5, 1), [ben, cho])
    make.session(db, room, date(2026, 5, 8), [ben])
    make.session(db, room, date(2026, 5, 15))  # no list taken: the one before is the last
    found = queries.usual(db, lead, community_id=room.id)
    assert found.people == (ben.id, cho.id, ana.id)
    assert found.last_time == (ben.id,)


def test_prefill_follows_the_last_session(db, room):
    of = {"community_id": room.id, "zone": "Europe/Madrid", "now": NOW}  # noon in Madrid
    first = queries.prefill(db, None, **of)
    assert (first.title, first.start, first.end) == (
        "Data session",
        datetime(2026, 6, 15, 11),
        datetime(2026, 6, 15, 12),
    )
    make.session(db, room, date(2026, 6, 4), title="Session 7", place="Room 4")  # a Thursday, 11:00 in Madrid
    found = queries.prefill(db, None, **of)
    assert (found.title, found.place) == ("Session 8", "Room 4")
    assert (found.start, found.end) == (datetime(2026, 6, 11, 11), datetime(2026, 6, 11, 12))


def test_what_is_suggested_has_begun_wherever_the_last_session_was(db, room):
    """Noon in Madrid is six in the morning in New York: last Monday's eleven o'clock there is not over today."""
    eleven = datetime(2026, 6, 8, 15, tzinfo=UTC)
    times = {"starts_at": eleven, "ends_at": eleven + timedelta(hours=1), "time_zone": "America/New_York"}
    make.session(db, room, date(2026, 6, 8), **times)
    found = queries.prefill(db, None, community_id=room.id, zone="Europe/Madrid", now=NOW)
    assert found.time_zone == "America/New_York"
    assert to_utc(found.start, found.time_zone) <= NOW


def test_due_for_recording(db, room):
    other = make.community(db)
    ids = (room.id, other.id)

    def planned(hours, where=room, status=SessionStatus.PLANNED):
        starts = NOW + timedelta(hours=hours)
        times = {"starts_at": starts, "ends_at": starts + timedelta(hours=1)}
        return make.session(db, where, starts.date(), status=status, **times).id

    old, running = planned(-48, other), planned(-0.5)
    planned(24)
    planned(-24, status=SessionStatus.CANCELLED)
    make.session(db, room, date(2026, 6, 1))

    def listed(table):
        return list(table["session_id"])

    assert listed(queries.due_for_recording(db, None, community_ids=ids, now=NOW)) == [running, old]
    assert listed(queries.due_for_recording(db, None, community_ids=(), now=NOW)) == []


def test_rooms_are_ones_own(db, room, lead):
    make.community(db, archived_at=NOW)
    second = make.community(db, name="Alpha")
    assert [one.name for one in queries.rooms(db, lead)] == ["Data"]
    assert [one.id for one in queries.rooms(db, make.actor(db, Role.ADMIN))] == [second.id, room.id]
    assert queries.rooms(db, make.actor(db, Role.MANAGER)) == ()


def test_history_in_words_with_names_masked(db, room, lead):
    ana, ben = make.person(db, name="Ana"), make.person(db, name="Ben")
    staff = make.actor(db)
    make.commit(db)
    session_id = execute(ops.plan_session, lead, now=NOW, community_id=room.id, plan=_plan(18))
    later = NOW + timedelta(days=4)
    report = Report(attendance="list", attended=[ana.id], contributions=[Gift("idea", "A glossary", ana.id)])
    of = {"now": later, "community_id": room.id, "session_id": session_id}
    execute(ops.record_session, lead, **of, version=1, plan=_plan(18), report=report)
    report = Report(attendance="list", attended=[ben.id], led=[ben.id], topics="Lineage")
    moved = _plan(18, start=datetime(2026, 6, 18, 15, 30))
    execute(ops.record_session, lead, **of, version=2, plan=moved, report=report)
    with reading() as fresh:
        told = queries.history(fresh, lead, session_id=session_id)
        masked = queries.history(fresh, staff, session_id=session_id)
    assert [change.what for change in told] == ["amended it", "recorded it", "planned it"]
    assert told[0].by == lead.name
    assert told[0].details == (
        "Start: 18 Jun 2026, 16:00 → 18 Jun 2026, 15:30",
        "Topics: – → Lineage",
        "Came: Ben",
        "Taken off the list: Ana",
        "Led: Ben",
        "Contribution removed: A glossary",
    )
    assert told[1].details == ("Came: Ana", "Contribution added: A glossary")
    assert masked[0].details == (
        "Start: 18 Jun 2026, 16:00 → 18 Jun 2026, 15:30",
        "Topics: – → Lineage",
        "Attendance: 1 → 1 people",
        "Contribution removed: A glossary",
    )
    assert "Ana" not in repr(masked)
    assert "Ben" not in repr(masked)


def test_calendar_file(db, room, lead):
    make.commit(db)
    plan = _plan(18, place="Room 4", link="https://meet.example/x", agenda="One\nTwo; three, four")
    session_id = execute(ops.plan_session, lead, now=NOW, community_id=room.id, plan=plan)
    with reading() as fresh:
        detail = queries.session_detail(fresh, None, session_id=session_id)
    calendar = Calendar.from_ical(calendar_file(detail, now=NOW))
    (event,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == "PUBLISH"
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (detail.uid, 0, "CONFIRMED")
    assert event.decoded("dtstart").isoformat() == "2026-06-18T16:00:00+02:00"
    assert event.decoded("dtstamp") == NOW
    assert event["SUMMARY"] == "Data: Weekly"
    assert event["DESCRIPTION"] == "One\nTwo; three, four\n\nhttps://meet.example/x"
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Madrid"]

    execute(ops.cancel_session, lead, now=NOW, session_id=session_id, version=1, reason="A strike")
    with reading() as fresh:
        detail = queries.session_detail(fresh, None, session_id=session_id)
    calendar = Calendar.from_ical(calendar_file(detail, now=NOW))
    (event,) = calendar.walk("VEVENT")
    assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    assert "A strike" in event["DESCRIPTION"]
