"""The database: one engine, reading, and the only commit in the code.

Settings for SQLite are the ones that lost nothing when measured: WAL, synchronous FULL, BEGIN IMMEDIATE for
writers, a pool without overflow (docs/decisions/0002-sqlite.md).
"""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Session as DbSession

from cop.errors import DatabaseRefused, Unwritable
from cop.models import Revision
from cop.settings import settings

T = TypeVar("T")

POOL_SIZE = 5
WAIT_SECONDS = 30
_READ_ONLY = "cop_read_only"
_BEFORE_COMMIT = "cop_before_commit"
_AFTER_COMMIT = "cop_after_commit"
_AFTER_COMMIT = "cop_after_commit"
_BUMPED = "cop_bumped"
_UNWRITABLE = {
    sqlite3.SQLITE_BUSY: "the database is busy",
    sqlite3.SQLITE_LOCKED: "the database is busy",
    sqlite3.SQLITE_READONLY: "the database may only be read",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_CANTOPEN: "the database can't be opened",
    sqlite3.SQLITE_FULL: "the disk is full",
}
"""What an operator can cure, by SQLite's primary result code."""

log = logging.getLogger(__name__)


def make_engine(url: str) -> sa.Engine:
    """An engine with this product's settings for SQLite, or the driver's own for PostgreSQL."""
    if not url.startswith("sqlite"):
        try:
            return sa.create_engine(
                url, pool_size=POOL_SIZE, max_overflow=POOL_SIZE, pool_pre_ping=True, hide_parameters=True
            )
        except (sa.exc.ArgumentError, ModuleNotFoundError) as error:
            raise DatabaseRefused(f"COP_DATABASE_URL can't be used: {error}.") from error
    engine = sa.create_engine(
        url,
        hide_parameters=True,  # what people typed stays out of logs
        poolclass=sa.pool.QueuePool,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        connect_args={"timeout": WAIT_SECONDS, "check_same_thread": False},
    )
    sa.event.listen(engine, "connect", _set_up_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "temp_store = MEMORY",
        "cache_size = -32000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    read_only = connection.get_execution_options().get(_READ_ONLY)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


@cache
def engine() -> sa.Engine:
    """This process's engine, for the configured database."""
    return make_engine(settings().database_url)


@contextmanager
def reading(on: sa.Engine | None = None) -> Iterator[DbSession]:
    """A session for reads of one moment, however many statements; whatever is written in it is rolled back."""
    source = on or engine()
    options: dict[str, Any] = {_READ_ONLY: True}
    if source.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with source.connect().execution_options(**options) as connection:
        yield DbSession(bind=connection, autoflush=False)


@contextmanager
def transaction(on: sa.Engine | sa.Connection | None = None) -> Iterator[DbSession]:
    """A session whose writes are committed together on leaving, or not at all.

    On a connection that is in a transaction already, they become part of that one. Raises Unwritable where the
    database takes nothing at the moment: no room, no right, others who write for too long.
    """
    try:
        with _session(on or engine()) as db:
            yield db
    except (sa.exc.OperationalError, sa.exc.TimeoutError) as error:
        why = _unwritable(error)
        if why is None:
            raise
        log.error("%s", getattr(error, "orig", error))  # noqa: TRY400 - no fault of ours: a line, no traceback
        raise Unwritable(why) from error
    if not isinstance(on, sa.Connection):  # there it is the outer transaction's commit that counts
        for hook in db.info.pop(_AFTER_COMMIT, ()):
            hook(on)


@contextmanager
def _session(on: sa.Engine | sa.Connection) -> Iterator[DbSession]:
    with DbSession(on, expire_on_commit=False) as db, db.begin():
        yield db
        finish(db)


def finish(db: DbSession) -> None:
    """What comes before the commit: what was asked for by `before_commit`, then the revisions of what was bumped.

    Revisions come last, and in one order everywhere: all writers share these few rows, so they are held shortly and
    two writers never wait for each other in a ring.
    """
    db.flush()
    hooks: dict[str, Callable[[DbSession], None]] = db.info.pop(_BEFORE_COMMIT, {})
    for hook in hooks.values():
        hook(db)
    for topic in sorted(db.info.pop(_BUMPED, ())):
        _raise_revision(db, topic)


def _unwritable(error: sa.exc.SQLAlchemyError) -> str | None:
    """Why nothing could be written, or None for an error of another kind."""
    if isinstance(error, sa.exc.TimeoutError):  # every connection is taken
        return _UNWRITABLE[sqlite3.SQLITE_BUSY]
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", 0)
    return _UNWRITABLE.get(code & 0xFF)


def before_commit(db: DbSession, name: str, hook: Callable[[DbSession], None]) -> None:
    """Run `hook` once, at the end of the transaction, however often it is asked for."""
    db.info.setdefault(_BEFORE_COMMIT, {})[name] = hook


def rewrite(on: sa.Engine | None, tables: Iterable[str]) -> bool:
    """Write the database anew, so that nothing of deleted rows is left in free pages or in the log; whether it went.

    On PostgreSQL only the named tables of ours; what its own log and archives hold, they hold as long as they are kept.
    It doesn't go while somebody else reads or writes for long.
    """
    source = on or engine()
    if source.dialect.name == "postgresql":
        names = ", ".join(source.dialect.identifier_preparer.quote(table) for table in tables)
        try:
            with source.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql(f"VACUUM (FULL) {names}")
        except sa.exc.DBAPIError as error:
            log.warning("the tables couldn't be written anew: %s", error.orig)
            return False
        return True
    raw = source.raw_connection()
    try:
        raw.driver_connection.execute("VACUUM")  # type: ignore[union-attr]
        busy = raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]  # type: ignore[union-attr]
    except sqlite3.OperationalError as error:
        log.warning("the database couldn't be written anew: %s", error)
        return False
    finally:
        raw.close()
    return not busy


def after_commit(db: DbSession, hook: Callable[[sa.Engine | None], None]) -> None:
    """Run `hook` once all is committed, on the engine of this transaction; what it raises undoes nothing any more."""
    db.info.setdefault(_AFTER_COMMIT, []).append(hook)


def slices(keys: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """The keys in pieces that one statement takes."""
    listed = list(keys)
    return (listed[start : start + size] for start in range(0, len(listed), size))


_REVISIONS = sa.select(Revision.topic, Revision.number)


def revisions(db: DbSession) -> dict[str, int]:
    """The revision of every topic that has changed at least once."""
    return dict(db.execute(_REVISIONS).all())


def bump(db: DbSession, topics: Iterable[str]) -> None:
    """Raise the topics' revisions once, when the transaction of the write that changed them ends."""
    db.info.setdefault(_BUMPED, set()).update(topics)


def _raise_revision(db: DbSession, topic: str) -> None:
    raised = db.execute(
        sa.update(Revision).where(Revision.topic == topic).values(number=Revision.number + 1),
        execution_options={"synchronize_session": False},
    )
    if not rowcount(raised) and not added(db, Revision(topic=topic, number=1)):
        _raise_revision(db, topic)


def added(db: DbSession, row: DeclarativeBase) -> bool:
    """Add a row, unless another writer added one of its key a moment ago (SQLite's writers come one by one)."""
    try:
        with db.begin_nested():
            db.add(row)
    except sa.exc.IntegrityError:
        return False
    return True


def wait_for(db: DbSession, name: str) -> None:
    """One transaction at a time goes on under this name, the others wait; SQLite's writers do anyway."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(name, 0))))


def take_stock(db: DbSession) -> None:
    """Have PostgreSQL count its tables again in the middle of a transaction that has written much.

    Until then its planner takes a table that was nearly empty for nearly empty, and reads all of it for each row.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.flush()
        db.execute(sa.text("ANALYZE"))


def is_passing(error: sa.exc.DBAPIError) -> bool:
    """Whether PostgreSQL undid the transaction in favour of another one: done again, it will do."""
    return getattr(error.orig, "sqlstate", None) in {"40001", "40P01"}  # serialization failure, deadlock


def rowcount(result: sa.Result[Any]) -> int:
    """How many rows an UPDATE or DELETE touched."""
    return int(getattr(result, "rowcount", 0))
