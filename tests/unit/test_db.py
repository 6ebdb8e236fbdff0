"""The engine's settings, with threads and processes that write at once: nothing lost, nothing refused."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from cop.db import before_commit, bump, reading, revisions, transaction
from cop.models import Area, Person, Revision
from cop.settings import ROOT
from tests import factories as make

pytestmark = pytest.mark.sqlite
PROCESSES, THREADS, EACH = 2, 5, 100

INCREMENT = """
import sys
from concurrent.futures import ThreadPoolExecutor
from tests.unit.test_db import read_modify_write

with ThreadPoolExecutor(int(sys.argv[1])) as pool:
    list(pool.map(lambda _: read_modify_write(), range(int(sys.argv[2]))))
"""


def read_modify_write() -> None:
    """What every edit does, spelled out so that a lost update shows: read a number, write one more."""
    with transaction() as db:
        row = db.scalars(sa.select(Revision).where(Revision.topic == "counter")).one()
        row.number = row.number + 1


def test_a_thousand_read_modify_writes_lose_nothing(data_dir):
    with transaction() as db:
        db.add(Revision(topic="counter"))
    env = {"COP_DATA_DIR": str(data_dir), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", INCREMENT, str(THREADS), str(THREADS * EACH)]
    running = [subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) for _ in range(PROCESSES)]
    assert [process.communicate(timeout=120)[1] for process in running] == [""] * PROCESSES
    with reading() as db:
        assert revisions(db) == {"counter": PROCESSES * THREADS * EACH}


@pytest.mark.usefixtures("engine")
def test_readers_never_wait_for_a_writer():
    """A reader sees the state before, while a transaction is open."""
    with transaction() as writing:
        writing.add(Area(name="Data"))
        writing.flush()
        with reading() as db:
            assert db.scalar(sa.select(sa.func.count(Area.id))) == 0
    with reading() as db:
        assert db.scalar(sa.select(sa.func.count(Area.id))) == 1


@pytest.mark.usefixtures("engine")
def test_a_reader_keeps_its_moment():
    with reading() as db:
        assert db.scalar(sa.select(sa.func.count(Area.id))) == 0
        with transaction() as writing:
            writing.add(Area(name="Data"))
        assert db.scalar(sa.select(sa.func.count(Area.id))) == 0


@pytest.mark.usefixtures("engine")
def test_what_is_written_while_reading_is_rolled_back():
    with reading() as db:
        db.add(Area(name="Data"))
        db.flush()
    with reading() as db:
        assert db.scalar(sa.select(sa.func.count(Area.id))) == 0


@pytest.mark.usefixtures("engine")
def test_a_failing_transaction_writes_nothing():
    with pytest.raises(RuntimeError), transaction() as db:
        db.add(Area(name="Data"))
        db.flush()
        raise RuntimeError
    with reading() as db:
        assert db.scalar(sa.select(sa.func.count(Area.id))) == 0


@pytest.mark.usefixtures("engine")
def test_a_hook_runs_once_before_the_commit_and_can_refuse_it():
    ran = []
    with transaction() as db:
        db.add(Area(name="Data"))
        for _ in range(3):
            before_commit(db, "count", lambda db: ran.append(db.scalar(sa.select(sa.func.count(Area.id)))))
    assert ran == [1]

    def refuse(_db):
        raise RuntimeError

    with pytest.raises(RuntimeError), transaction() as db:
        db.add(Area(name="More"))
        before_commit(db, "refuse", refuse)
    with reading() as db:
        assert db.scalars(sa.select(Area.name)).all() == ["Data"]


def test_more_threads_than_connections_wait_their_turn(engine):
    """The pool has no overflow: thirty at once share five connections and none is refused."""
    at_once = threading.Barrier(30)

    def read() -> int:
        at_once.wait(30)
        with reading() as db:
            return db.scalar(sa.select(sa.func.count(Person.id)))

    with ThreadPoolExecutor(30) as pool:
        assert list(pool.map(lambda _: read(), range(30))) == [0] * 30
    assert engine.pool.checkedout() == 0


def test_the_settings_that_lost_nothing_are_on(engine):
    with engine.connect() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_foreign_keys_hold(db):
    with pytest.raises(sa.exc.IntegrityError, match="FOREIGN KEY"):
        make.person(db, org_unit_id=99)


@pytest.mark.usefixtures("engine")
def test_revisions_rise_only_with_the_write():
    with transaction() as db:
        bump(db, ("people", "catalog"))
    with pytest.raises(RuntimeError), transaction() as db:
        bump(db, ("catalog",))
        raise RuntimeError
    with transaction() as db:
        bump(db, ("catalog",))
    with reading() as db:
        assert revisions(db) == {"people": 1, "catalog": 2}
