"""The rules of planning, recording and amending, on a real database."""
# ruff: noqa: DTZ001 - local times, as a form gives them

import threading
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from cop import integrity
from cop.choices import AttendanceKind, PersonKind, SessionStatus
from cop.db import reading, revisions
from cop.errors import Conflict, Forbidden, Invalid
from cop.execute import execute
from cop.models import (
    ActivityMonth,
    Attendance,
    AuditEntry,
    CommunitySession,
    Contribution,
    Draft,
    Person,
    PersonAlias,
    Resource,
)
from cop.people.newcomers import Newcomer
from cop.permissions import Role
from cop.sessions import operations as ops
from cop.sessions import queries, rows
from cop.sessions.drafts import Mark, own_draft, own_mark, own_subjects
from cop.sessions.inputs import Gift, Link, Plan, Report
from tests import factories as make

NOW = make.NOW  # Monday 15 June 2026, 10:00 UTC: noon in Madrid


def a_plan(**values):
    start = values.pop("start", datetime(2026, 6, 15, 9))
    base = {"title": "Weekly", "start": start, "end": start + timedelta(hours=1), "time_zone": "Europe/Madrid"}
    return Plan(**base | values)


AHEAD = datetime(2026, 6, 18, 16)


class World:
    def __init__(self, db):
        make.organisation(db)
        self.room = make.community(db, name="Data")
        self.lead = make.actor(db, Role.FACILITATOR, communities=[self.room])
        self.co = make.actor(db, Role.FACILITATOR, communities=[self.room])
        self.ana, self.ben = make.person(db, name="Ana Gómez"), make.person(db, name="Ben Ito")
        make.commit(db)

    def record(self, actor=None, **values):
        base = {"now": NOW, "community_id": self.room.id, "plan": a_plan(), "report": Report()}
        return execute(ops.record_session, actor or self.lead, **base | values)

    def plan(self, **values):
        base = {"now": NOW, "community_id": self.room.id, "plan": a_plan(start=AHEAD)}
        return execute(ops.plan_session, self.lead, **base | values)


@pytest.fixture
def world(db):
    return World(db)


def get(session_id):
    with reading() as db:
        return db.get(CommunitySession, session_id)


def came(session_id):
    with reading() as db:
        rows = db.scalars(sa.select(Attendance).where(Attendance.session_id == session_id))
        return {row.person_id: (row.led, row.spoke) for row in rows}


def refused(call, **values):
    with pytest.raises(Invalid) as caught:
        call(**values)
    return caught.value.errors


def test_planning(world):
    row = get(world.plan())
    assert (row.status, row.day, row.sequence) == (SessionStatus.PLANNED, date(2026, 6, 18), 0)
    assert row.starts_at.isoformat() == "2026-06-18T14:00:00+00:00"  # summer in Madrid: UTC+2
    assert row.planned_starts_at == row.starts_at


def test_the_day_is_the_organisations(world):
    row = get(world.plan(plan=a_plan(start=datetime(2026, 6, 18, 23), time_zone="America/New_York")))
    assert row.day == date(2026, 6, 19)  # 03:00 UTC, 05:00 in Madrid


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"title": " "}, "title", "missing"),
        ({"title": "x" * 201}, "title", "too long"),
        ({"title": "a\x00b"}, "title", "can't be stored"),
        ({"kind": "party"}, "kind", "must be one of"),
        ({"end": AHEAD}, "end", "after the start"),
        ({"end": AHEAD + timedelta(hours=25)}, "end", "24 hours"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "not a time zone"),
        ({"link": "javascript:alert(1)"}, "link", "web address"),
        ({"agenda": "x" * 100_000}, "agenda", "too long: 100,000"),
        ({"start": datetime(2026, 6, 15, 11)}, "start", "past"),
        ({"start": datetime(1926, 6, 15, 11)}, "start", "too early"),
        ({"start": datetime(2027, 3, 28, 2, 30)}, "start", "doesn't exist"),
    ],
)
def test_bad_plans_are_refused(world, values, field, message):
    assert message in refused(world.plan, plan=a_plan(**{"start": AHEAD} | values))[field]
    with reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(CommunitySession)) == 0


def test_all_problems_are_told_at_once(world):
    errors = refused(world.plan, plan=a_plan(start=AHEAD, title="", link="x", end=AHEAD))
    assert set(errors) == {"title", "link", "end"}


def test_the_same_session_twice_is_refused(world):
    world.plan()
    assert "there already" in refused(world.plan, plan=a_plan(start=AHEAD, title="WEEKLY"))["start"]
    world.plan(plan=a_plan(start=AHEAD, title="Another one at that time"))


def test_change_cancel_reinstate(world):
    session_id = world.plan()
    execute(
        ops.change_plan, world.co, now=NOW, session_id=session_id, version=1, plan=a_plan(start=AHEAD, place="Room 4")
    )
    row = get(session_id)
    assert (row.place, row.version, row.sequence) == ("Room 4", 2, 1)
    errors = refused(
        execute, operation=ops.cancel_session, actor=world.lead, now=NOW, session_id=session_id, version=2, reason=" "
    )
    assert "missing" in errors["reason"]
    execute(ops.cancel_session, world.lead, now=NOW, session_id=session_id, version=2, reason="A strike")
    assert (get(session_id).status, get(session_id).cancel_reason) == (SessionStatus.CANCELLED, "A strike")
    again = {"session_id": session_id, "version": 3, "community_id": world.room.id}
    assert "Reinstate" in refused(world.record, **again)[""]
    execute(ops.reinstate_session, world.lead, now=NOW, session_id=session_id, version=3)
    row = get(session_id)
    assert (row.status, row.cancel_reason, row.sequence) == (SessionStatus.PLANNED, "", 3)


def test_reinstating_makes_no_second_session(world):
    session_id = world.plan()
    execute(ops.cancel_session, world.lead, now=NOW, session_id=session_id, version=1, reason="A strike")
    again = world.plan()
    of = {"operation": ops.reinstate_session, "actor": world.lead, "now": NOW, "session_id": session_id}
    assert "there already" in refused(execute, version=2, **of)["start"]
    assert get(session_id).status is SessionStatus.CANCELLED
    execute(ops.cancel_session, world.lead, now=NOW, session_id=again, version=1, reason="Planned twice")
    execute(**of, version=2)
    assert get(session_id).status is SessionStatus.PLANNED


def test_what_never_was_planned_is_recorded_anew_not_reinstated(db, world):
    session_id = world.record()
    execute(ops.undo_recording, world.lead, now=NOW, session_id=session_id, version=get(session_id).version)
    of = {"operation": ops.reinstate_session, "actor": world.lead, "now": NOW}
    version = get(session_id).version
    assert "record it instead" in refused(execute, session_id=session_id, version=version, **of)["start"]
    assert world.record() != session_id
    ahead = {"starts_at": NOW + timedelta(days=2), "ends_at": NOW + timedelta(days=2, hours=1)}
    row = make.session(db, world.room, status=SessionStatus.CANCELLED, title="Brought along", **ahead)
    make.commit(db)
    execute(**of, session_id=row.id, version=1)
    assert get(row.id).planned_starts_at == ahead["starts_at"]


def test_a_held_session_is_neither_cancelled_nor_changed_as_a_plan(world):
    session_id = world.record()
    of = {"actor": world.lead, "now": NOW, "session_id": session_id, "version": get(session_id).version}
    assert "planned" in refused(execute, operation=ops.cancel_session, reason="x", **of)[""]
    assert "planned" in refused(execute, operation=ops.change_plan, plan=a_plan(start=AHEAD), **of)[""]
    assert "cancelled" in refused(execute, operation=ops.reinstate_session, **of)[""]


def test_recording_everything(world):
    session_id = world.record(
        report=Report(
            attendance="list",
            attended=[world.ana.id, world.ben.id, "n1"],
            led=[world.ana.id],
            spoke=["n1"],
            topics="Lineage",
            decisions="Adopt it",
            contributions=[Gift("lesson", "Start small", "n1"), Gift("idea", "A glossary", url="https://e.org/g")],
            links=[Link("", "https://e.org/slides")],
            newcomers={"n1": Newcomer("Nora Vidal"), "unused": Newcomer("Nobody")},
            spellings=[("Ben Itto", world.ben.id), ("Ana Gomez", world.ana.id)],
        )
    )
    row = get(session_id)
    assert (row.status, row.attendance_kind, row.topics) == (SessionStatus.HELD, AttendanceKind.LIST, "Lineage")
    assert (row.recorded_by_id, row.recorded_at, row.planned_starts_at) == (world.lead.person_id, NOW, None)
    with reading() as db:
        nora = db.scalars(sa.select(Person).where(Person.name == "Nora Vidal")).one()
        gifts = db.execute(sa.select(Contribution.kind, Contribution.person_id, Contribution.day)).all()
        link = db.scalars(sa.select(Resource)).one()
        month = db.scalars(sa.select(ActivityMonth).where(ActivityMonth.month == date(2026, 6, 1))).one()
        keys = db.scalars(sa.select(PersonAlias.key)).all()
        assert db.scalar(sa.select(sa.func.count()).where(Person.name == "Nobody")) == 0
    assert nora.kind is PersonKind.GUEST
    assert came(session_id) == {world.ana.id: (True, False), world.ben.id: (False, False), nora.id: (False, True)}
    assert [tuple(gift) for gift in gifts] == [("lesson", nora.id, row.day), ("idea", None, row.day)]
    assert (link.title, link.session_id) == ("https://e.org/slides", session_id)
    assert (month.sessions_held, month.attendances, month.contributions) == (1, 3, 2)
    assert keys == ["ben itto"]  # Ana's spelling is her name's own


def test_missing_is_not_empty_and_a_count_is_not_a_list(world):
    nothing, some = (
        world.record(),
        world.record(plan=a_plan(title="Other"), report=Report(attendance="count", headcount=14)),
    )
    assert (get(nothing).attendance_kind, get(nothing).headcount) == (AttendanceKind.MISSING, None)
    assert (get(some).attendance_kind, get(some).headcount) == (AttendanceKind.COUNT, 14)
    with reading() as db:
        month = db.scalars(sa.select(ActivityMonth)).one()
    assert (month.sessions_held, month.sessions_listed, month.sessions_counted, month.headcount) == (2, 0, 1, 14)


def test_bad_reports_are_refused_and_nothing_is_half_written(world):
    ana, ben = world.ana.id, world.ben.id
    cases = [
        ({"attendance": "list"}, "attended", "Nobody is on the list"),
        ({"attendance": "list", "attended": [ana, ana]}, "attended", "Ana Gómez is on the list twice"),
        ({"attendance": "list", "attended": [ana, 99_999]}, "attended", "not known"),
        ({"attendance": "list", "attended": [ana, "n9"]}, "attended", "not known"),
        ({"attendance": "list", "attended": [ana], "led": [ben]}, "led", "on the attendance list"),
        ({"attendance": "list", "attended": [ana], "spoke": [99_999]}, "spoke", "on the attendance list"),
        ({"attendance": "missing", "led": [ana]}, "led", "on the attendance list"),
        ({"attendance": "missing", "attended": [ana]}, "attendance", "choose the list"),
        ({"attendance": "count"}, "headcount", "missing"),
        ({"attendance": "count", "headcount": -1}, "headcount", "between"),
        ({"attendance": "perhaps"}, "attendance", "must be one of"),
        ({"topics": "x" * 100_000}, "topics", "too long"),
        ({"decisions": "x" * 20_001}, "decisions", "too long"),
        ({"contributions": [Gift("idea", "Good"), Gift("idea", " ")]}, "contributions", "Row 2"),
        ({"contributions": [Gift("wish", "Good")]}, "contributions", "Row 1: the kind"),
        ({"contributions": [Gift("idea", "Good", 99_999)]}, "contributions", "not known"),
        ({"contributions": [Gift("idea", "Good", url="ftp://x")]}, "contributions", "Row 1: the link"),
        ({"contributions": [Gift("idea", "Good")] * 201}, "contributions", "201 rows"),
        ({"links": [Link("Slides", "")]}, "links", "Row 1: the address is missing"),
        ({"links": [Link("Slides", "nowhere")]}, "links", "web address"),
    ]
    for values, field, message in cases:
        assert message in refused(world.record, report=Report(**values))[field], values
    newcomers = {"n1": Newcomer("Nora"), "n2": Newcomer("NORA")}
    report = Report(attendance="list", attended=["n1", "n2"], newcomers=newcomers)
    assert "called “Nora”" in refused(world.record, report=report)["attended"]
    with reading() as db:
        for table in (CommunitySession, Attendance, Contribution, AuditEntry):
            assert db.scalar(sa.select(sa.func.count()).select_from(table)) == 0
        assert db.scalar(sa.select(sa.func.count()).where(Person.name == "Nora")) == 0


def test_two_new_people_of_one_name_are_told_apart_by_address(world):
    newcomers = {
        "n1": Newcomer("Nora", email="nora@example.org"),
        "n2": Newcomer("NORA\u200b", email="no\u200bra.2@example.org"),
    }
    world.record(report=Report(attendance="list", attended=["n1", "n2"], newcomers=newcomers))
    with reading() as db:
        stored = db.execute(
            sa.select(Person.name, Person.email).where(Person.name.ilike("nora")).order_by(Person.email)
        )
        assert [tuple(row) for row in stored] == [("NORA", "nora.2@example.org"), ("Nora", "nora@example.org")]


def test_the_future_cannot_have_been_held(world):
    ends_later = a_plan(start=datetime(2026, 6, 15, 11, 59))
    world.record(plan=ends_later)
    assert "future" in refused(world.record, plan=a_plan(start=datetime(2026, 6, 15, 12, 1)))["start"]


def test_a_planned_session_becomes_held(world):
    session_id = world.plan()
    later = NOW + timedelta(days=4)
    world.record(now=later, session_id=session_id, version=1, plan=a_plan(start=AHEAD + timedelta(minutes=10)))
    row = get(session_id)
    assert (row.status, row.sequence) == (SessionStatus.HELD, 1)  # it moved: calendars must learn
    assert row.planned_starts_at.isoformat() == "2026-06-18T14:00:00+00:00"


def test_amending_keeps_history_and_moves_figures(world):
    first = Report(
        attendance="list", attended=[world.ana.id, world.ben.id], contributions=[Gift("idea", "A"), Gift("idea", "B")]
    )
    session_id = world.record(plan=a_plan(start=datetime(2026, 5, 20, 9)), report=first)
    with reading() as db:
        kept, dropped = db.scalars(sa.select(Contribution.id).order_by(Contribution.id)).all()
    second = Report(
        attendance="list",
        attended=[world.ben.id],
        led=[world.ben.id],
        contributions=[Gift("lesson", "A, rather", id=kept), Gift("asset", "C", world.ben.id)],
    )
    of = {"session_id": session_id, "version": get(session_id).version}
    world.record(actor=world.co, report=second, **of)
    assert came(session_id) == {world.ben.id: (True, False)}
    with reading() as db:
        gifts = {row.id: (row.kind.value, row.title, row.day) for row in db.scalars(sa.select(Contribution))}
        entry = db.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        months = {row.month: row.attendances for row in db.scalars(sa.select(ActivityMonth))}
    assert gifts[kept] == ("lesson", "A, rather", date(2026, 6, 15))
    assert dropped not in gifts
    assert [item["person_id"] for item in entry.before["attended"]] == [world.ana.id, world.ben.id]
    assert entry.after["attended"] == [{"person_id": world.ben.id, "led": True, "spoke": False}]
    assert [item["title"] for item in entry.before["contributions"]] == ["A", "B"]
    assert entry.before["starts_at"].startswith("2026-05-20")
    assert months[date(2026, 6, 1)] == 1
    assert months.get(date(2026, 5, 1), 0) == 0


def test_amending_only_the_attendance_makes_another_version(world):
    session_id = world.record(report=Report(attendance="list", attended=[world.ana.id]))
    version = get(session_id).version
    report = Report(attendance="list", attended=[world.ben.id])
    world.record(session_id=session_id, version=version, report=report)
    assert get(session_id).version == version + 1
    with pytest.raises(Conflict) as caught:
        world.record(actor=world.co, session_id=session_id, version=version, report=Report(topics="Mine"))
    assert caught.value.current["attended"][0]["person_id"] == world.ben.id
    assert (caught.value.current["version"], caught.value.changed_by) == (version + 1, world.lead.name)
    assert get(session_id).topics == ""


def test_undoing_a_recording(world):
    unplanned = world.record(
        report=Report(attendance="list", attended=[world.ana.id], links=[Link("S", "https://e.org")])
    )
    execute(ops.undo_recording, world.lead, now=NOW, session_id=unplanned, version=get(unplanned).version)
    assert (get(unplanned).status, came(unplanned)) == (SessionStatus.CANCELLED, {})
    planned = world.plan()
    later = NOW + timedelta(days=4)
    world.record(now=later, session_id=planned, version=1, plan=a_plan(start=AHEAD), report=Report(topics="T"))
    execute(ops.undo_recording, world.lead, now=later, session_id=planned, version=get(planned).version)
    assert (get(planned).status, get(planned).topics) == (SessionStatus.PLANNED, "")
    with reading() as db:
        assert db.scalar(sa.select(sa.func.coalesce(sa.func.sum(ActivityMonth.sessions_held), 0))) == 0
        assert db.scalars(sa.select(Resource)).one().archived_at == NOW


def _restore(world, session_id, actor=None, now=NOW):
    values = {"session_id": session_id, "version": get(session_id).version}
    return execute(ops.restore_recording, actor or world.lead, now=now, **values)


def _undo(world, session_id, now=NOW):
    execute(ops.undo_recording, world.lead, now=now, session_id=session_id, version=get(session_id).version)


@pytest.mark.parametrize("planned", [True, False])
def test_a_recording_that_was_taken_back_comes_back_whole(world, db, planned):
    report = Report(
        attendance="list",
        attended=[world.ana.id, world.ben.id],
        led=[world.ben.id],
        topics="Lineage",
        decisions="Every month",
        contributions=[Gift("idea", "A glossary", world.ana.id)],
        links=[Link("Slides", "https://e.org")],
    )
    later = NOW + timedelta(days=4)
    session_id = None
    if planned:
        session_id = world.plan()
    of = {"session_id": session_id, "version": 1} if planned else {}
    session_id = world.record(now=later, plan=a_plan(start=AHEAD), report=report, **of)
    with reading() as read:
        before = rows.snapshot(read, read.get_one(CommunitySession, session_id))
    _undo(world, session_id, later)
    with reading() as read:
        assert queries.was_taken_back(read, None, session_id=session_id)
    _restore(world, session_id, now=later)
    with reading() as read:
        after = rows.snapshot(read, read.get_one(CommunitySession, session_id))
        assert not queries.was_taken_back(read, None, session_id=session_id)
        months = read.scalars(sa.select(ActivityMonth)).all()
    for state in (before, after):
        for gift in state["contributions"]:
            del gift["id"]  # a new row
    assert after == before
    assert [(row.month.month, row.attendances, row.contributions) for row in months if row.sessions_held] == [(6, 2, 1)]
    assert list(integrity.figures_are_right(db, later)) == []


def test_notes_of_an_import_come_back_too_and_people_who_are_one_record_by_now_came_once(world, db):
    row = make.session(db, world.room, make.TODAY, people=[world.ana, world.ben])
    db.scalars(sa.select(Attendance).where(Attendance.person_id == world.ben.id)).one().note = "led"
    make.commit(db)
    _undo(world, row.id)
    ben = db.get(Person, world.ben.id)
    ben.merged_into_id, ben.active = world.ana.id, False
    make.commit(db)
    _restore(world, row.id)
    with reading() as read:
        (one,) = read.scalars(sa.select(Attendance)).all()
    assert (one.person_id, one.note) == (world.ana.id, "led")


def test_what_can_not_be_brought_back(world):
    never = world.plan()
    assert "no recording" in refused(lambda: _restore(world, never))[""]
    held = world.record()
    assert "no recording" in refused(lambda: _restore(world, held))[""]
    _undo(world, held)
    world.record()  # anew, as another session of the same name and time
    assert "there already" in refused(lambda: _restore(world, held))["start"]
    changed = world.record(plan=a_plan(title="Another", start=datetime(2026, 6, 14, 9)))
    _undo(world, changed)
    with pytest.raises(Conflict):
        execute(ops.restore_recording, world.lead, now=NOW, session_id=changed, version=1)


def test_only_the_last_thing_done_can_be_undone(world):
    planned = world.plan()
    later = NOW + timedelta(days=4)
    world.record(now=later, session_id=planned, version=1, plan=a_plan(start=AHEAD))
    _undo(world, planned, later)
    execute(ops.cancel_session, world.lead, now=later, session_id=planned, version=get(planned).version, reason="Away")
    assert "no recording" in refused(lambda: _restore(world, planned, now=later))[""]


def test_another_communitys_facilitator_is_refused(db, world):
    other = make.community(db)
    stranger = make.actor(db, Role.FACILITATOR, communities=[other])
    make.commit(db)
    session_id = world.plan()
    of = {"actor": stranger, "now": NOW, "session_id": session_id, "version": 1}
    for operation, values in (
        (ops.change_plan, {"plan": a_plan(start=AHEAD)}),
        (ops.cancel_session, {"reason": "x"}),
        (ops.record_session, {"community_id": world.room.id, "plan": a_plan(), "report": Report()}),
        # their own community named, the session is another's
        (ops.record_session, {"community_id": other.id, "plan": a_plan(), "report": Report()}),
    ):
        with pytest.raises(Forbidden):
            execute(operation, **of, **values)
    with pytest.raises(Forbidden):
        execute(ops.cancel_session, stranger, now=NOW, session_id=99_999, version=1, reason="x")
    assert get(session_id).status is SessionStatus.PLANNED


def test_an_archived_community_is_closed_to_the_office_too(db, world):
    office = make.actor(db, Role.ADMIN)
    world.room.archived_at = NOW
    make.commit(db)
    assert "archived" in refused(world.plan, plan=a_plan(start=AHEAD))[""]
    assert "archived" in refused(world.record, actor=office)[""]


def test_people_merged_since_the_list_was_typed_count_once(db, world):
    double = make.person(db, name="A Gomez", merged_into_id=world.ana.id)
    make.commit(db)
    report = Report(attendance="list", attended=[world.ana.id, double.id], led=[double.id])
    assert came(world.record(report=report)) == {world.ana.id: (True, False)}


def test_two_facilitators_at_once_lose_nothing(world):
    """Both amend the same version: one is written, the other gets a conflict; never half of each."""
    session_id = world.record(report=Report(attendance="list", attended=[world.ana.id]))
    version, outcomes = get(session_id).version, []
    start = threading.Barrier(2)

    def amend(actor, person, topics):
        start.wait()
        report = Report(attendance="list", attended=[person], topics=topics)
        try:
            world.record(actor=actor, session_id=session_id, version=version, report=report)
            outcomes.append(topics)
        except Conflict:
            outcomes.append("conflict")

    threads = [
        threading.Thread(target=amend, args=(world.lead, world.ana.id, "lead's")),
        threading.Thread(target=amend, args=(world.co, world.ben.id, "co's")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert outcomes.count("conflict") == 1
    (won,) = set(outcomes) - {"conflict"}
    assert get(session_id).topics == won
    assert came(session_id) == {(world.ana.id if won == "lead's" else world.ben.id): (False, False)}


def test_the_same_form_twice_at_once_writes_once(world):
    results = []
    threads = [threading.Thread(target=lambda: results.append(world.record(once="key"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(set(results)) == 1
    with reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(CommunitySession)) == 1


def test_drafts_are_ones_own_bump_nothing_and_go_with_the_saving(world):
    subject = f"community:{world.room.id}"
    of = {"now": NOW, "community_id": world.room.id, "subject": subject}
    with reading() as db:
        before = revisions(db)
    version = execute(ops.save_draft, world.lead, payload={"title": "Half"}, version=None, **of)
    execute(ops.save_draft, world.lead, payload={"title": "Half a"}, version=version, **of)
    execute(ops.save_draft, world.co, payload={"title": "Other"}, version=None, **of)
    with reading() as db:
        assert own_draft(db, world.lead, subject).payload == {"title": "Half a"}
        assert own_subjects(db, world.co) == {subject: NOW}
        assert revisions(db) == before
        assert db.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 0
    execute(ops.discard_draft, world.co, **of)
    with reading() as db:
        assert own_draft(db, world.co, subject) is None
        assert own_draft(db, world.lead, subject) is not None
    world.record()
    with reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Draft)) == 0


def test_a_draft_keeps_what_is_too_long_to_be_saved(world):
    of = {"operation": ops.save_draft, "actor": world.lead, "now": NOW, "community_id": world.room.id}
    of |= {"subject": "community:1", "version": None}
    execute(payload={"topics": "x" * 100_000}, **of)
    assert "too long" in refused(execute, payload={"topics": "x" * 2_000_000}, **of)[""]


def test_two_windows_never_overwrite_each_others_draft(world):
    of = {"now": NOW, "community_id": world.room.id, "subject": "community:1"}

    def keep(text, version):
        return execute(ops.save_draft, world.lead, payload={"title": text}, version=version, **of)

    def kept():
        with reading() as db:
            found = own_draft(db, world.lead, "community:1")
            mark = own_mark(db, world.lead, "community:1")
        assert mark == (Mark(found.version, found.updated_at) if found else None)
        return found.payload["title"] if found else None

    first = keep("One", None)
    second = keep("One more", first)
    for stale in (None, first):
        with pytest.raises(Conflict):
            keep("The other window", stale)
    assert kept() == "One more"
    execute(ops.discard_draft, world.lead, **of)
    begun_anew = keep("One more, anew", second)
    with pytest.raises(Conflict):  # a token never comes back, so what was begun anew is not taken for the old one
        keep("The other window", second)
    assert (kept(), keep("One more, again", begun_anew) == begun_anew) == ("One more, anew", False)
