"""What only a server shows, on a real one: writers at the same moment, who wait for each other there."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from cop import db as database
from cop import integrity
from cop.accounts import throttle
from cop.catalog.operations import join_community
from cop.db import reading, transaction
from cop.errors import Throttled
from cop.execute import execute
from cop.models import ActivityMonth, Area, CommunitySession, Membership, SignInFailure
from cop.permissions import Role
from cop.sessions.inputs import Plan, Report
from cop.sessions.operations import record_session
from tests import factories as make
from tests.factories import NOW

WRITERS = 8


@pytest.fixture
def server(postgres):
    """An engine on a database of this test's own, with room for all writers."""
    url = postgres.new_database()
    engine = database.make_engine(url)
    yield engine
    engine.dispose()
    postgres.drop(url)


def at_once(count, work):
    """Call `work(number)` in as many threads, all starting together; an exception of one is raised."""
    start = Barrier(count)

    def one(number):
        start.wait(30)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.fixture
def community(server):
    """(id, its facilitator, a staff member)."""
    with transaction(server) as db:
        make.organisation(db)
        room = make.community(db)
        return room.id, make.actor(db, Role.FACILITATOR, communities=[room]), make.actor(db)


def plan_of(number):
    start = datetime(2026, 5, 1 + number % 20, 9)  # noqa: DTZ001 - local time, in the plan's zone
    return Plan(title=f"Session {number}", start=start, end=start + timedelta(hours=1), time_zone="UTC")


def test_saves_at_the_same_moment_lose_nothing(server, community):
    community_id, lead, _staff = community

    def save(number):
        for turn in range(5):
            values = {"plan": plan_of(turn * WRITERS + number), "report": Report(headcount=number, attendance="count")}
            execute(record_session, lead, on=server, now=NOW, community_id=community_id, **values)

    at_once(WRITERS, save)
    with reading(server) as db:
        assert db.scalar(sa.select(sa.func.count(CommunitySession.id))) == 5 * WRITERS
        month = db.scalars(sa.select(ActivityMonth)).one()
        assert (month.sessions_held, month.headcount) == (5 * WRITERS, 5 * sum(range(WRITERS)))
        assert database.revisions(db)["sessions"] == 5 * WRITERS
        assert list(integrity.figures_are_right(db, NOW)) == []


def test_one_form_sent_many_times_writes_once(server, community):
    community_id, _lead, staff = community
    results = at_once(
        WRITERS, lambda _: execute(join_community, staff, on=server, now=NOW, once="k", community_id=community_id)
    )
    with reading(server) as db:
        assert set(results) == {db.scalars(sa.select(Membership.id)).one()}


def test_many_guesses_at_once_pass_no_limit(server):
    def guess(_number):
        passed = 0
        for _ in range(4):
            with suppress(Throttled), transaction(server) as db:
                throttle.begin_attempt(db, now=NOW, name_hash="x", address="here")
                passed += 1
        return passed

    assert sum(at_once(WRITERS, guess)) == throttle.PER_NAME
    with reading(server) as db:
        assert db.scalar(sa.select(sa.func.count(SignInFailure.id))) == throttle.PER_NAME


def test_a_read_sees_one_moment_and_cannot_write(server, community):
    community_id, _lead, staff = community
    with reading(server) as db:
        assert db.scalar(sa.select(sa.func.count(Membership.id))) == 0
        execute(join_community, staff, on=server, now=NOW, community_id=community_id)
        assert db.scalar(sa.select(sa.func.count(Membership.id))) == 0
        with pytest.raises(sa.exc.DBAPIError, match="read-only"):
            db.execute(sa.delete(Membership))


def test_writers_that_wait_for_each_other_both_get_through(server, community):
    """Two that lock the same two rows, each the other's first, end in a deadlock; the one undone runs again."""
    community_id, *_ = community
    with transaction(server) as db:
        other_id = make.community(db).id
    met, tries = Barrier(2, timeout=10), []

    def rename(db, _actor, *, now, order):
        tries.append(order)
        for place, key in enumerate(order):
            db.execute(sa.text("UPDATE community SET focus = :words WHERE id = :key"), {"words": str(now), "key": key})
            if place == 0 and len(tries) <= 2:
                met.wait()

    orders = [(community_id, other_id), (other_id, community_id)]
    at_once(2, lambda number: execute(rename, None, on=server, now=NOW, order=orders[number]))
    assert len(tries) > 2  # one of them, at least, ran again


def test_after_much_was_written_the_planner_knows_of_it(server):
    """Counted while it was empty, a table is read whole for each row of another one."""

    def estimate(db):
        return db.scalar(sa.text("SELECT reltuples FROM pg_class WHERE relname = 'area'"))

    with transaction(server) as db:
        db.execute(sa.text("ANALYZE"))
        db.add_all(Area(name=f"area {number}") for number in range(3_000))
        database.take_stock(db)
        assert estimate(db) == 3_000
    with transaction(server) as db:
        db.execute(sa.delete(Area))
        database.take_stock(db)
        assert estimate(db) == 0
