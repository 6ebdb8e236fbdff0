"""Series: planned, changed and ended, one, this and following, all; on a real database."""
# ruff: noqa: DTZ001 - local times, as a form gives them

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from cop.choices import SessionStatus
from cop.db import reading, revisions
from cop.errors import Conflict, Forbidden, Invalid, NotFound
from cop.execute import execute
from cop.models import AuditEntry, CommunitySession, SessionSeries
from cop.permissions import SYSTEM, Role
from cop.sessions import operations as ops
from cop.sessions import queries
from cop.sessions import series_operations as ops_of_series
from cop.sessions.inputs import Plan, Repeat, Report
from cop.sessions.recurrence import Pattern, Unit
from cop.sessions.series_checks import preview
from cop.sessions.series_queries import series, series_of
from tests import factories as make

NOW = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)  # a Thursday
FORTNIGHTLY = Repeat(Pattern(Unit.WEEK, 2, (1,)), until=date(2026, 12, 8))
DAYS = [date(2026, 10, 13), date(2026, 10, 27), date(2026, 11, 10), date(2026, 11, 24), date(2026, 12, 8)]
"""Every second Tuesday from 13 October on; clocks go back in Madrid on the 25th."""


def a_plan(start=datetime(2026, 10, 13, 9), minutes=60, **values):
    base = {"title": "Circle", "time_zone": "Europe/Madrid", "link": "https://meet.example.org/1"}
    return Plan(start=start, end=start + timedelta(minutes=minutes), **base | values)


class World:
    def __init__(self, db):
        make.organisation(db)
        self.room = make.community(db, name="Data")
        self.other = make.community(db, name="Cloud")
        self.lead = make.actor(db, Role.FACILITATOR, communities=[self.room])
        self.stranger = make.actor(db, Role.FACILITATOR, communities=[self.other])
        make.commit(db)

    def plan(self, actor=None, **values):
        base = {"now": NOW, "community_id": self.room.id, "plan": a_plan(), "repeat": FORTNIGHTLY}
        return execute(ops_of_series.plan_series, actor or self.lead, **base | values)

    def change(self, series_id, actor=None, **values):
        base = {"now": NOW, "series_id": series_id, "version": version(series_id), "plan": a_plan()}
        base |= {"repeat": FORTNIGHTLY}
        return execute(ops_of_series.change_series, actor or self.lead, **base | values)

    def end(self, series_id, actor=None, **values):
        base = {"now": NOW, "series_id": series_id, "version": version(series_id), "reason": "Merged with Cloud"}
        return execute(ops_of_series.end_series, actor or self.lead, **base | values)

    def move(self, session_id, start, **values):
        row = get(session_id)
        plan = a_plan(start, **values)
        return execute(ops.change_plan, self.lead, now=NOW, session_id=row.id, version=row.version, plan=plan)


@pytest.fixture
def world(db):
    return World(db)


def version(series_id):
    with reading() as db:
        return db.get(SessionSeries, series_id).version


def get(session_id):
    with reading() as db:
        return db.get(CommunitySession, session_id)


def sessions(series_id, *, withdrawn=False):
    """The series' sessions in the order of their start."""
    with reading() as db:
        rows = db.scalars(
            sa.select(CommunitySession)
            .where(CommunitySession.series_id == series_id)
            .order_by(CommunitySession.starts_at, CommunitySession.id)
        ).all()
    return [row for row in rows if (row.series_day is None) == withdrawn]


def starts(series_id):
    return [row.starts_at for row in sessions(series_id) if row.status is SessionStatus.PLANNED]


def at(year, month, day, hour, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def test_a_series_over_the_change_of_clocks(world):
    made = sessions(world.plan())
    assert [row.series_day for row in made] == DAYS
    assert [row.starts_at for row in made] == [
        at(2026, 10, 13, 7),  # summer time
        at(2026, 10, 27, 8),  # winter time: nine o'clock all the same
        at(2026, 11, 10, 8),
        at(2026, 11, 24, 8),
        at(2026, 12, 8, 8),
    ]
    assert {row.ends_at - row.starts_at for row in made} == {timedelta(hours=1)}
    assert all(row.planned_starts_at == row.starts_at for row in made)
    assert {row.link for row in made} == {"https://meet.example.org/1"}
    assert len({row.uid for row in made}) == 5
    assert {row.sequence for row in made} == {0}
    assert [row.day for row in made] == DAYS


def test_holidays_are_left_out(world):
    kept = sessions(world.plan(repeat=Repeat(FORTNIGHTLY.pattern, date(2026, 12, 31), "ES-MD")))
    # 8 December is a holiday in Spain; the 22nd is none
    assert [row.series_day for row in kept] == [*DAYS[:-1], date(2026, 12, 22)]
    days, skipped = preview(a_plan(), Repeat(FORTNIGHTLY.pattern, None, "ES-MD"), now=NOW)
    assert skipped[date(2026, 12, 8)] == "Immaculate Conception"
    assert date(2026, 12, 8) not in days


def test_without_an_end_a_year_is_made_and_goes_on_with_time(world):
    series_id = world.plan(repeat=Repeat(Pattern(Unit.WEEK, 1, (1,))))
    first = sessions(series_id)
    assert (first[0].series_day, first[-1].series_day) == (date(2026, 10, 13), date(2027, 9, 28))
    assert execute(ops_of_series.extend_series, SYSTEM, now=NOW) == 0
    later = NOW + timedelta(days=100)
    made = execute(ops_of_series.extend_series, SYSTEM, now=later)
    assert sessions(series_id)[-1].series_day == date(2028, 1, 4)  # the last Tuesday within 366 days
    assert len(sessions(series_id)) == len(first) + made
    assert execute(ops_of_series.extend_series, SYSTEM, now=later) == 0


def test_extending_leaves_ended_series_and_archived_communities_alone(world, db):
    ended = world.plan(repeat=Repeat(Pattern(Unit.WEEK, 1, (1,))))
    world.end(ended)
    world.plan(plan=a_plan(title="Other"), repeat=FORTNIGHTLY)
    resting = make.community(db, archived_at=NOW)
    db.add(
        SessionSeries(
            community_id=resting.id, title="Rests", rule="FREQ=WEEKLY;BYDAY=TU", first_on=DAYS[0],
            start_time=datetime(2026, 1, 1, 9).time(), minutes=60, time_zone="UTC", created_at=NOW,
        )
    )  # fmt: skip
    make.commit(db)
    assert execute(ops_of_series.extend_series, SYSTEM, now=NOW + timedelta(days=200)) == 0


def test_a_day_behind_us_counts_the_weeks_and_plans_ahead(world):
    repeat = Repeat(Pattern(Unit.WEEK, 4, (2,)), until=date(2027, 1, 31))
    now = at(2026, 11, 25, 12)  # nine o'clock of the 25th is over
    made = sessions(world.plan(plan=a_plan(datetime(2026, 10, 28, 9)), repeat=repeat, now=now))
    assert [row.series_day for row in made] == [date(2026, 12, 23), date(2027, 1, 20)]


def refused(call, *args, **values):
    with pytest.raises(Invalid) as caught:
        call(*args, **values)
    return caught.value.errors


def test_what_cannot_be_a_series(world):
    assert refused(world.plan, repeat=Repeat(FORTNIGHTLY.pattern, date(2026, 10, 1))) == {
        "until": "The last day must not come before the first."
    }
    assert (
        "No session would come"
        in refused(
            world.plan, plan=a_plan(datetime(2026, 10, 14, 9)), repeat=Repeat(FORTNIGHTLY.pattern, date(2026, 10, 15))
        )["until"]
    )
    assert "holidays" in refused(world.plan, repeat=Repeat(FORTNIGHTLY.pattern, None, "XX"))
    assert "weekdays" in refused(world.plan, repeat=Repeat(Pattern(Unit.WEEK, 1, ())))
    assert {"title", "end"} <= refused(world.plan, plan=a_plan(title=" ", minutes=-5)).keys()
    with reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(SessionSeries)) == 0


def test_the_same_session_twice_is_refused_by_its_day(world):
    world.plan()
    errors = refused(world.plan, plan=a_plan(datetime(2026, 10, 27, 9), title="circle"))
    assert errors["start"].endswith("on 27 Oct 2026, 10 Nov 2026, 24 Nov 2026 and 1 more days.")


def test_one_moved_one_cancelled_and_the_rest_follow_all(world):
    series_id = world.plan()
    _first, second, third, fourth, _fifth = sessions(series_id)
    world.move(second.id, datetime(2026, 10, 28, 16))
    row = get(third.id)
    execute(ops.cancel_session, world.lead, now=NOW, session_id=row.id, version=row.version, reason="A strike")
    world.move(fourth.id, datetime(2026, 11, 24, 9), title="Circle with guests")
    assert world.change(series_id, plan=a_plan(datetime(2026, 10, 13, 10), place="Room 5")) == series_id
    now = {row.series_day: row for row in sessions(series_id)}
    assert list(now) == DAYS
    assert now[DAYS[0]].starts_at == at(2026, 10, 13, 8)
    assert (now[DAYS[1]].starts_at, now[DAYS[1]].place) == (at(2026, 10, 28, 15), "Room 5")  # moved: keeps its time
    assert (now[DAYS[2]].status, now[DAYS[2]].cancel_reason) == (SessionStatus.CANCELLED, "A strike")
    assert (now[DAYS[3]].title, now[DAYS[3]].starts_at) == ("Circle with guests", at(2026, 11, 24, 9))
    assert [row.sequence for row in now.values()] == [1, 2, 1, 2, 1]
    assert [row.uid for row in now.values()] == [row.uid for row in (_first, second, third, fourth, _fifth)]


def test_another_weekday_keeps_each_session_in_its_week(world):
    series_id = world.plan()
    before = sessions(series_id)
    repeat = Repeat(Pattern(Unit.WEEK, 2, (3,)), FORTNIGHTLY.until)
    world.change(series_id, plan=a_plan(datetime(2026, 10, 15, 9)), repeat=repeat)
    after = sessions(series_id)
    assert [row.series_day for row in after] == [day + timedelta(days=2) for day in DAYS[:-1]]  # until the 8th
    assert [row.uid for row in after] == [row.uid for row in before[:-1]]
    (gone,) = sessions(series_id, withdrawn=True)
    assert (gone.uid, gone.status, gone.sequence) == (before[-1].uid, SessionStatus.CANCELLED, 1)
    assert gone.cancel_reason == "Its series doesn’t meet then any more."


def test_fewer_and_then_more_again(world):
    series_id = world.plan(repeat=Repeat(Pattern(Unit.WEEK, 1, (1,)), date(2026, 11, 10)))
    weekly = sessions(series_id)
    world.change(series_id, repeat=Repeat(Pattern(Unit.WEEK, 2, (1,)), date(2026, 11, 10)))
    assert [row.uid for row in sessions(series_id)] == [row.uid for row in weekly[::2]]
    world.change(series_id, repeat=Repeat(Pattern(Unit.WEEK, 1, (1,)), date(2026, 11, 10)))
    again = sessions(series_id)
    assert [row.series_day for row in again] == [row.series_day for row in weekly]
    assert len(sessions(series_id, withdrawn=True)) == 2


def test_this_and_following_become_a_series_of_their_own(world):
    series_id = world.plan()
    before = sessions(series_id)
    plan = a_plan(datetime(2026, 11, 10, 17), title="Late circle")
    new = world.change(series_id, plan=plan, from_session_id=before[2].id)
    assert new != series_id
    assert starts(series_id) == [at(2026, 10, 13, 7), at(2026, 10, 27, 8)]
    assert starts(new) == [at(2026, 11, 10, 16), at(2026, 11, 24, 16), at(2026, 12, 8, 16)]
    assert [row.uid for row in sessions(new)] == [row.uid for row in before[2:]]
    with reading() as db:
        kept, late = series_of(db, None, community_id=world.room.id, now=NOW)
    assert kept.series.repeat.until == date(2026, 11, 9)
    assert (kept.next_session_id, late.next_session_id) == (before[0].id, before[2].id)
    assert late.series.words == "every 2 weeks on Tuesday at 17:00 (Europe/Madrid)"


def test_from_the_first_on_is_all(world):
    series_id = world.plan()
    first = sessions(series_id)[0]
    assert world.change(series_id, plan=a_plan(place="Room 5"), from_session_id=first.id) == series_id
    assert {row.place for row in sessions(series_id)} == {"Room 5"}


def test_recorded_sessions_stay_as_they_were(world):
    series_id = world.plan()
    first = sessions(series_id)[0]
    later = at(2026, 10, 14, 8)
    execute(
        ops.record_session, world.lead, now=later, community_id=world.room.id, session_id=first.id,
        version=first.version, plan=a_plan(), report=Report(),
    )  # fmt: skip
    world.change(series_id, plan=a_plan(title="Another name"), now=later)
    assert [row.title for row in sessions(series_id)] == ["Circle", *["Another name"] * 4]
    assert get(first.id).series_day == DAYS[0]


def test_ending_all(world):
    series_id = world.plan()
    world.end(series_id)
    (seen,) = sessions(series_id)
    assert (seen.series_day, seen.status, seen.cancel_reason) == (DAYS[0], SessionStatus.CANCELLED, "Merged with Cloud")
    assert len(sessions(series_id, withdrawn=True)) == 4
    with reading() as db:
        assert series_of(db, None, community_id=world.room.id, now=NOW) == ()
    assert "planned any more" in refused(world.end, series_id)[""]


def test_ending_this_and_following(world):
    series_id = world.plan()
    before = sessions(series_id)
    world.end(series_id, from_session_id=before[3].id)
    assert starts(series_id) == [at(2026, 10, 13, 7), at(2026, 10, 27, 8), at(2026, 11, 10, 8)]
    assert [row.sequence for row in sessions(series_id)] == [0, 0, 0, 1]
    assert "reason" in refused(world.end, series_id, reason=" ")


def test_a_series_ended_by_mistake_goes_on_when_its_last_day_is_taken_away(world):
    series_id = world.plan()
    world.end(series_id, from_session_id=sessions(series_id)[3].id)
    world.change(series_id)
    assert [row.series_day for row in sessions(series_id) if row.status is SessionStatus.PLANNED] == [
        *DAYS[:3],
        DAYS[4],
    ]


def test_who_may_not(world):
    series_id = world.plan()
    for call in (world.change, world.end):
        with pytest.raises(Forbidden):
            call(series_id, actor=world.stranger)
    with pytest.raises(Forbidden):
        world.plan(actor=world.stranger)
    with pytest.raises(Forbidden):
        execute(ops_of_series.extend_series, world.lead, now=NOW)
    with pytest.raises(Forbidden):
        execute(
            ops_of_series.end_series, world.lead, now=NOW, series_id=99, version=1, reason="No such series"
        )  # and an unknown one looks alike


def test_a_session_of_another_series_is_none_of_this(world):
    one, two = world.plan(), world.plan(plan=a_plan(title="Another"))
    with pytest.raises(NotFound):
        world.change(one, from_session_id=sessions(two)[0].id)


def test_a_stale_version_changes_nothing(world):
    series_id = world.plan()
    old = version(series_id)
    world.change(series_id, plan=a_plan(place="Room 5"))
    with pytest.raises(Conflict) as caught:
        world.change(series_id, version=old, plan=a_plan(place="Room 6"))
    assert {row.place for row in sessions(series_id)} == {"Room 5"}
    assert (caught.value.current["place"], caught.value.current["version"]) == ("Room 5", old + 1)
    assert caught.value.changed_by == world.lead.name


def test_everything_is_in_the_trail_and_wakes_the_viewers(world):
    with reading() as db:
        before = revisions(db).get("sessions")
    series_id = world.plan()
    world.change(series_id, plan=a_plan(place="Room 5"))
    world.end(series_id)
    with reading() as db:
        assert revisions(db).get("sessions") != before
        done = db.scalars(
            sa.select(AuditEntry.operation).where(AuditEntry.object_type == "series").order_by(AuditEntry.id)
        ).all()
    assert done == ["sessions.plan_series", "sessions.change_series", "sessions.end_series"]


def test_the_plan_comes_back_as_it_was_given(world):
    repeat = Repeat(Pattern(Unit.WEEK, 2, (1,)), date(2026, 12, 8), "ES-MD")
    series_id = world.plan(repeat=repeat)
    with reading() as db:
        found = series(db, None, series_id=series_id)
        with pytest.raises(NotFound):
            series(db, None, series_id=series_id + 1)
    assert (found.plan, found.repeat) == (a_plan(), repeat)


def test_what_a_series_left_behind_is_found_by_those_who_plan_and_reinstated(world, db):
    """From every fortnight to every four weeks: every other session is withdrawn, and one of them wanted back."""
    row = world.plan()
    world.change(row, repeat=Repeat(Pattern(Unit.WEEK, 4, (1,)), until=date(2026, 12, 8)))
    staff = make.actor(db)
    make.commit(db)
    with reading() as read:
        gone = queries.withdrawn(read, world.lead, community_id=world.room.id, now=NOW)
        assert [one.starts_at.date() for one in gone] == [DAYS[1], DAYS[3]]
        for refused in (None, staff, world.stranger):
            with pytest.raises(Forbidden):
                queries.withdrawn(read, refused, community_id=world.room.id, now=NOW)
        assert queries.withdrawn(read, world.lead, community_id=world.room.id, now=gone[0].starts_at) == gone[1:]
    one = get(gone[0].id)
    execute(ops.reinstate_session, world.lead, now=NOW, session_id=one.id, version=one.version)
    assert get(one.id).status is SessionStatus.PLANNED
    with reading() as read:
        assert queries.withdrawn(read, world.lead, community_id=world.room.id, now=NOW) == gone[1:]
