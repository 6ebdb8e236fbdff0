"""Copies and the way back, while real processes write."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cop import backup, integrity, schema
from cop.choices import LinkPurpose
from cop.db import reading, revisions, transaction
from cop.errors import DatabaseRefused
from cop.models import Area, AuditEntry, CalendarFeed, OneTimeLink, SignInSession
from cop.settings import ROOT, Settings, settings
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.sqlite
WRITER = """
import sys, itertools
from cop.db import transaction
from cop.models import Area
from cop import audit
from cop.periods import utcnow

for number in itertools.count():
    with transaction() as db:
        db.add(Area(name=f"{sys.argv[1]}-{number}"))
        audit.record(db, None, now=utcnow(), operation="test.write", topics=("catalog",))
    print(f"{sys.argv[1]}-{number}", flush=True)
"""


@contextmanager
def writers(folder: Path, count: int):
    """Processes that write areas and print each name once its transaction has committed."""
    env = {"COP_DATA_DIR": str(folder), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    logs = [folder / f"log-{name}" for name in range(count)]
    running = []
    for name, log in enumerate(logs):
        with log.open("w") as out:
            command = [sys.executable, "-c", WRITER, f"w{name}"]
            running.append(subprocess.Popen(command, env=env, stdout=out, stderr=subprocess.STDOUT))
    try:
        wait_for(lambda: all(len(written([log])) > 20 for log in logs))
        yield logs
    finally:
        for process in running:
            process.terminate()
            process.wait(30)


def written(logs: list[Path]) -> set[str]:
    """The names that were acknowledged; a last line without its end was not yet."""
    return {line for log in logs for line in log.read_text().split("\n")[:-1]}


def wait_for(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def areas(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM area")}


def count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def at(path: Path) -> Settings:
    return Settings(path.parent, f"sqlite:///{path}", settings().idle_limit, settings().absolute_limit)


@pytest.fixture
def live(data_dir: Path) -> Path:
    return data_dir / "cop.sqlite3"


def test_a_backup_holds_every_write_acknowledged_before_it_began(live, tmp_path):
    target = tmp_path / "copy.sqlite3"
    with writers(live.parent, 2) as logs:
        before = written(logs)
        backup.backup(settings(), target)
    assert before <= areas(target)
    assert areas(target) < areas(live)  # they went on writing: the copy is of one moment
    assert integrity.check(at(target), now=NOW) == []
    assert target.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir() if "copy" in file.name] == ["copy.sqlite3"]


def ways_in(db) -> None:
    account = make.account(db)
    times = {"created_at": NOW, "last_seen_at": NOW, "expires_at": NOW + timedelta(days=1)}
    db.add(SignInSession(token_hash="live-session", account_id=account.id, **times))
    link = {"purpose": LinkPurpose.PASSWORD_RESET, "account_id": account.id, "created_at": NOW, "expires_at": NOW}
    db.add(OneTimeLink(secret_hash="open-link", **link))
    db.add(OneTimeLink(secret_hash="used-link", used_at=NOW, **link))
    db.add(CalendarFeed(token_hash="calendar-address", account_id=account.id, created_at=NOW))
    make.commit(db)


def test_a_backup_holds_no_way_in(db, live, tmp_path):
    """Neither as rows nor in the file's free pages; the live database keeps them."""
    ways_in(db)
    target = tmp_path / "copy.sqlite3"
    backup.backup(settings(), target)
    assert (count(target, "sign_in_session"), count(target, "one_time_link")) == (0, 1)
    body = target.read_bytes()
    assert b"live-session" not in body
    assert b"open-link" not in body
    assert b"calendar-address" not in body
    assert (count(target, "calendar_feed"), count(live, "calendar_feed")) == (0, 1)
    assert (count(live, "sign_in_session"), count(live, "one_time_link")) == (1, 2)


def test_a_backup_never_takes_the_place_of_anything_unasked(live, tmp_path):
    target = tmp_path / "copy.sqlite3"
    target.write_text("something else")
    with pytest.raises(DatabaseRefused, match="exists already"):
        backup.backup(settings(), target)
    assert target.read_text() == "something else"
    backup.backup(settings(), target, force=True)
    assert areas(target) == set()
    with pytest.raises(DatabaseRefused, match="exists already"):
        backup.backup(settings(), live, force=True)
    with pytest.raises(DatabaseRefused, match="no folder"):
        backup.backup(settings(), tmp_path / "nowhere" / "copy.sqlite3")


def test_a_damaged_database_gives_no_backup(db, live, tmp_path):
    """Damage that only the whole check sees leaves the older backup where it was."""
    make.area(db, name="Data")
    make.commit(db)
    target = tmp_path / "copy.sqlite3"
    target.write_text("an older backup")
    with closing(sqlite3.connect(live, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("INSERT INTO role_grant (account_id, role, granted_on) VALUES (99, 'admin', '2026-01-01')")
    with pytest.raises(DatabaseRefused, match="1 rows refer to rows"):
        backup.backup(settings(), target, force=True)
    assert target.read_text() == "an older backup"
    assert [file.name for file in tmp_path.iterdir() if "copy" in file.name] == ["copy.sqlite3"]


def test_no_database_no_backup(tmp_path):
    with pytest.raises(DatabaseRefused, match="no database"):
        backup.backup(at(tmp_path / "cop.sqlite3"), tmp_path / "copy.sqlite3")


def test_a_servers_database_is_left_to_its_own_tools(tmp_path):
    server = Settings(tmp_path, "postgresql://host/cop", timedelta(1), timedelta(1))
    with pytest.raises(DatabaseRefused, match="pg_dump"):
        backup.backup(server, tmp_path / "copy.sqlite3")
    with pytest.raises(DatabaseRefused, match="pg_dump"):
        backup.restore(server, tmp_path / "copy.sqlite3", now=NOW)


def test_a_restore_while_processes_write_loses_nothing(live, tmp_path):
    """Every acknowledged write is in what was kept or in what is there now; nobody saw an error."""
    source = tmp_path / "copy.sqlite3"
    with transaction() as db:
        db.add(Area(name="from the backup"))
    backup.backup(settings(), source)
    with writers(live.parent, 2) as logs:
        before = written(logs)
        kept = backup.restore(settings(), source, now=NOW).kept
        restored = areas(live)
        seen = len(written(logs))
        wait_for(lambda: len(written(logs)) > seen + 20)  # they go on, on the restored database
    assert kept is not None
    assert "from the backup" in restored
    assert before <= areas(kept)
    assert not before & areas(live)
    assert written(logs) <= areas(kept) | areas(live)
    assert not areas(kept) & areas(live) - {"from the backup"}
    assert integrity.check(settings(), now=NOW) == []


def test_a_restore_ends_every_session_and_is_on_record(db, live, tmp_path):
    ways_in(db)
    source = tmp_path / "plain-copy.sqlite3"
    backup.copy(live, source)  # made by other means than ours: its sessions are still in it
    backup.restore(settings(), source, now=NOW)
    assert (count(live, "sign_in_session"), count(live, "one_time_link")) == (0, 1)
    with reading() as check:
        entry = check.scalars(sa.select(AuditEntry).where(AuditEntry.operation == "backup.restore")).one()
        assert (entry.actor_name, entry.after) == ("command line", {"from": "plain-copy.sqlite3"})


def test_a_restore_outruns_every_revision_that_a_cache_may_hold(live, tmp_path):
    """Else a cached read of the replaced state would pass for the restored one's."""
    source = tmp_path / "copy.sqlite3"
    backup.backup(settings(), source)
    with reading() as db:
        seen = revisions(db)
    with writers(live.parent, 1):
        pass
    with reading() as db:
        later = revisions(db)
    backup.restore(settings(), source, now=NOW)
    with reading() as db:
        restored = revisions(db)
    assert later["catalog"] > seen.get("catalog", 0)
    assert all(number > max(later.values()) for number in restored.values())
    assert restored.keys() >= later.keys()


def test_an_unsound_backup_replaces_nothing(db, live, tmp_path):
    make.area(db, name="Data")
    make.commit(db)
    bad = tmp_path / "bad.sqlite3"
    bad.write_bytes(b"no database")
    with pytest.raises(DatabaseRefused, match="can't be read"):
        backup.restore(settings(), bad, now=NOW)
    with closing(sqlite3.connect(tmp_path / "foreign.sqlite3")) as connection:
        connection.execute("CREATE TABLE invoice (id INTEGER)")
    with pytest.raises(DatabaseRefused, match="did not make"):
        backup.restore(settings(), tmp_path / "foreign.sqlite3", now=NOW)
    with pytest.raises(DatabaseRefused, match="no file"):
        backup.restore(settings(), tmp_path / "nothing.sqlite3", now=NOW)
    with pytest.raises(DatabaseRefused, match="the database itself"):
        backup.restore(settings(), live, now=NOW)
    assert areas(live) == {"Data"}


def test_a_restore_that_cannot_keep_the_old_state_replaces_nothing(db, live, tmp_path):
    make.area(db, name="Data")
    make.commit(db)
    source = tmp_path / "copy.sqlite3"
    backup.backup(settings(), source)
    live.with_name(f"cop.sqlite3.replaced-{NOW:%Y%m%dT%H%M%S}").write_text("in the way")
    before = count(live, "audit_entry")
    with pytest.raises(FileExistsError):
        backup.restore(settings(), source, now=NOW)
    assert count(live, "audit_entry") == before
    with transaction() as after:
        after.add(Area(name="writing goes on"))


def test_a_lost_database_comes_back(db, live, tmp_path):
    make.area(db, name="Data")
    make.commit(db)
    source = tmp_path / "copy.sqlite3"
    backup.backup(settings(), source)
    db.get_bind().dispose()
    for file in (live, live.with_name("cop.sqlite3-shm")):
        file.unlink(missing_ok=True)
    live.with_name("cop.sqlite3-wal").write_bytes(b"a log of the lost file")
    assert backup.restore(settings(), source, now=NOW).kept is None
    schema.open_database(settings())
    assert areas(live) == {"Data"}


def test_an_unreadable_database_is_moved_aside_by_force_only(db, live, tmp_path):
    make.area(db, name="Data")
    make.commit(db)
    source = tmp_path / "copy.sqlite3"
    backup.backup(settings(), source)
    db.get_bind().dispose()
    live.write_bytes(b"rubbish" * 1000)
    with pytest.raises(DatabaseRefused, match="--force"):
        backup.restore(settings(), source, now=NOW)
    assert live.read_bytes() == b"rubbish" * 1000
    kept = backup.restore(settings(), source, now=NOW, force=True).kept
    assert kept is not None
    assert kept.read_bytes() == b"rubbish" * 1000
    assert areas(live) == {"Data"}
