"""Copies of the SQLite database and the way back, both while the app writes.

A copy holds no way in: sign-in sessions, open one-time links and addresses of calendars are taken out. Neither does it
hold answers to surveys that are open: after closing they are to be nowhere; nor comments on sessions that aren't told yet:
two copies would tell on which session they were made. A wave that was open then ends with the restore, untold: it may
have been closed and published since, and the same people's answers, told once more, would average the blur away. What
was deleted is not left in free pages. A restore is one write transaction on the live file, so a running app sees the
old state or the new.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.choices import RESTORED, SurveyState
from cop.db import WAIT_SECONDS, finish, make_engine, transaction
from cop.errors import DatabaseRefused
from cop.models import Answer, Participation, Revision, Survey, SurveyGroup
from cop.permissions import SYSTEM
from cop.query import TOPICS
from cop.schema import examine, file_lock, remember, upgrade
from cop.settings import Settings

_SIDE_FILES = ("-wal", "-shm", "-journal")
_REVISION_LEAP = 1_000_000
"""How far a restore raises the revisions: further than a running app could get meanwhile, so that no cached read
of the replaced state is ever taken for the restored one."""


class Restored(NamedTuple):
    """What a restore did beside replacing the database."""

    kept: Path | None
    """Where the replaced one lies."""
    ended: list[str]
    """The waves that ended with it."""


def backup(settings: Settings, target: Path, *, force: bool = False) -> None:
    """Write a verified copy to `target`, readable by its owner only; the name appears when the copy is whole.

    Raises DatabaseRefused where there is nothing to copy, the copy isn't sound, or `target` exists (without force).
    """
    live = _file(settings)
    if not live.exists():
        raise DatabaseRefused(f"There is no database at {live} yet.")
    if target.exists() and (not force or target.samefile(live)):
        raise DatabaseRefused(f"{target} exists already; give another name, or --force to replace an older backup.")
    if not target.parent.is_dir():
        raise DatabaseRefused(f"There is no folder {target.parent}.")
    examine(live)
    with part_of(target) as part:
        copy(live, part)
        _take_out(part)
        _verify(part)
        put(part, target)


def restore(settings: Settings, source: Path, *, now: datetime, force: bool = False) -> Restored:
    """Replace the database by a backup, end all sign-in sessions and the waves that were open in it.

    An older schema is brought up to date on a copy first. Raises DatabaseRefused, with nothing replaced, where the
    backup isn't sound, or where the database in place can't be read: `force` then moves it aside, which is safe only
    while the app is stopped.
    """
    live = _file(settings)
    if not source.is_file():
        raise DatabaseRefused(f"There is no file {source}.")
    if live.exists() and source.samefile(live):
        raise DatabaseRefused(f"{source} is the database itself.")
    live.parent.mkdir(parents=True, exist_ok=True)
    kept = live.with_name(f"{live.name}.replaced-{now:%Y%m%dT%H%M%S}")
    with file_lock(live), part_of(live) as part:
        examine(source)
        copy(source, part)
        upgrade(f"sqlite:///{part}")
        readable = _readable(live, force=force)
        ended = _make_ready(part, source, now, floor=_highest_revision(live) if readable else 0)
        _take_out(part)
        _verify(part)
        if readable:
            _write_over(part, live, keep=kept)
        else:
            _move_aside(live, kept)
            put(part, live)
        remember(live)
    return Restored(kept if kept.exists() else None, ended)


def copy(source: Path, target: Path) -> None:
    """A consistent copy of a database that others are writing: one read transaction, and nobody waits for it."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with _reading(source) as live, _writing(target) as made:
        live.backup(made)
        made.execute("PRAGMA journal_mode = DELETE")


def _file(settings: Settings) -> Path:
    if settings.sqlite_path is None:
        raise DatabaseRefused("This database is a server's; use its own tools, such as pg_dump and pg_restore.")
    return settings.sqlite_path


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=WAIT_SECONDS)) as connection:
        yield connection


@contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)) as connection:
        yield connection


@contextmanager
def part_of(target: Path) -> Iterator[Path]:
    """A name beside `target` for a file in the making; nothing is left of it."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield part
    finally:
        for suffix in ("", *_SIDE_FILES):
            part.with_name(part.name + suffix).unlink(missing_ok=True)


def _take_out(path: Path) -> None:
    with _writing(path) as made:
        tables = {name for (name,) in made.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        made.execute("DELETE FROM sign_in_session")
        made.execute("DELETE FROM one_time_link WHERE used_at IS NULL")
        if "calendar_feed" in tables:  # an older one has none
            made.execute("DELETE FROM calendar_feed")
        if "answer" in tables:
            made.execute("DELETE FROM answer")
            anonymous = "AND NOT named" if "named_answer" in tables else ""  # with names, the answer is still there
            made.execute(
                "UPDATE participation SET done = 0 WHERE survey_id IN "  # noqa: S608 - of constants
                f"(SELECT id FROM survey WHERE state = 'open' {anonymous})"
            )
        if "pooled_comment" in tables:
            made.execute("DELETE FROM pooled_comment WHERE NOT told")
        made.execute("VACUUM")  # what was ever deleted is not left in free pages
        made.execute("PRAGMA journal_mode = DELETE")


def _verify(path: Path) -> None:
    examine(path)
    with _reading(path) as made:
        damage = [row[0] for row in made.execute("PRAGMA integrity_check(3)") if row[0] != "ok"]
        orphans = made.execute("PRAGMA foreign_key_check").fetchall()
    if damage or orphans:
        found = damage or [f"{len(orphans)} rows refer to rows that don't exist"]
        raise DatabaseRefused(f"The copy is not sound ({'; '.join(found)}); nothing was replaced.")


def put(part: Path, target: Path) -> None:
    """Give the finished file its name, on the disk before the name is."""
    with part.open("rb+") as handle:
        os.fsync(handle.fileno())
    part.replace(target)
    if os.name != "nt":  # Windows can't open a folder
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _readable(live: Path, *, force: bool) -> bool:
    """Whether the database in place can be written over as a database; DatabaseRefused if only force would do."""
    if not live.exists():
        return False
    try:
        examine(live)
    except DatabaseRefused as refused:
        if not force:
            raise DatabaseRefused(
                f"What is in place now can't be replaced while in use ({refused}) Stop the app, then restore with "
                "--force: the old file is moved aside."
            ) from refused
        return False
    return True


def _highest_revision(live: Path) -> int:
    with _reading(live) as connection, suppress(sqlite3.OperationalError):  # a file without tables
        return int(connection.execute("SELECT coalesce(max(number), 0) FROM revision").fetchone()[0])
    return 0


def _make_ready(part: Path, source: Path, now: datetime, *, floor: int) -> list[str]:
    engine = make_engine(f"sqlite:///{part}")
    try:
        with transaction(engine) as db:
            ended = _end_open_waves(db)
            after = {"from": source.name} | ({"waves_ended": ended} if ended else {})
            audit.record(db, SYSTEM, now=now, operation="backup.restore", topics=TOPICS, after=after)
            finish(db)
            highest = max(floor, db.scalars(sa.select(sa.func.max(Revision.number))).one())
            db.execute(sa.update(Revision).values(number=highest + _REVISION_LEAP))
            return ended
    finally:
        engine.dispose()


def _end_open_waves(db: DbSession) -> list[str]:
    """Close the waves that were open in the backup, with nothing told of anybody; returns their names."""
    rows = db.scalars(sa.select(Survey).where(Survey.state == SurveyState.OPEN).order_by(Survey.id)).all()
    for row in rows:
        db.execute(sa.delete(Answer).where(Answer.survey_id == row.id))
        if not row.named:  # with names, the answer is still there
            db.execute(sa.update(Participation).where(Participation.survey_id == row.id).values(done=False))
        db.execute(sa.update(SurveyGroup).where(SurveyGroup.survey_id == row.id).values(hidden=RESTORED))
        row.state, row.cleared = SurveyState.CLOSED, True  # the copy is written anew before it takes its place
    return [row.name for row in rows]


def _write_over(part: Path, live: Path, *, keep: Path) -> None:
    """Write the copy into the live file in one transaction, and keep what it replaces.

    After the first page the write lock is ours, while the old state can still be read: what is copied then is
    exactly what gets replaced, without a write lost in between. A failing copy rolls the transaction back.
    """
    with _reading(part) as new, _writing(live) as old:
        new.backup(old, pages=1, progress=_once(lambda: copy(live, keep)))
        old.execute("PRAGMA wal_checkpoint(PASSIVE)")


def _once(action: Callable[[], None]) -> Callable[[int, int, int], None]:
    done = False

    def progress(_status: int, _remaining: int, _total: int) -> None:
        nonlocal done
        if not done:
            done = True
            action()

    return progress


def _move_aside(live: Path, kept: Path) -> None:
    """The file with its journals: a journal left behind would be taken for the new file's."""
    for suffix in ("", *_SIDE_FILES):
        old = live.with_name(live.name + suffix)
        if old.exists():
            old.replace(kept.with_name(kept.name + suffix))
