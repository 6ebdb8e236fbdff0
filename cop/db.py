"""The database: one engine, reading, and the only commit in the code.

Settings for SQLite are the ones that lost nothing when measured: WAL, synchronous FULL, BEGIN IMMEDIATE for
writers, a pool without overflow (docs/decisions/0002-sqlite.md).
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.errors import DatabaseRefused
from cop.models import Revision
from cop.settings import settings

POOL_SIZE = 5
WAIT_SECONDS = 30
_READ_ONLY = "cop_read_only"
_BEFORE_COMMIT = "cop_before_commit"


def make_engine(url: str) -> sa.Engine:
    """An engine with this product's settings for SQLite, or the driver's own for PostgreSQL."""
    if not url.startswith("sqlite"):
        try:
            return sa.create_engine(url, pool_size=POOL_SIZE, max_overflow=POOL_SIZE, pool_pre_ping=True)
        except (sa.exc.ArgumentError, ModuleNotFoundError) as error:
            raise DatabaseRefused(f"COP_DATABASE_URL can't be used: {error}.") from error
    engine = sa.create_engine(
        url,
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
    """A session for reads; whatever is written in it is rolled back."""
    with (on or engine()).connect().execution_options(**{_READ_ONLY: True}) as connection:
        yield DbSession(bind=connection, autoflush=False)


@contextmanager
def transaction(on: sa.Engine | sa.Connection | None = None) -> Iterator[DbSession]:
    """A session whose writes are committed together on leaving, or not at all.

    On a connection that is in a transaction already, they become part of that one.
    """
    with DbSession(on or engine(), expire_on_commit=False) as db, db.begin():
        yield db
        db.flush()
        hooks: dict[str, Callable[[DbSession], None]] = db.info.pop(_BEFORE_COMMIT, {})
        for hook in hooks.values():
            hook(db)


def before_commit(db: DbSession, name: str, hook: Callable[[DbSession], None]) -> None:
    """Run `hook` once, at the end of the transaction, however often it is asked for."""
    db.info.setdefault(_BEFORE_COMMIT, {})[name] = hook


def revisions(db: DbSession) -> dict[str, int]:
    """The revision of every topic that has changed at least once."""
    return {row.topic: row.number for row in db.execute(sa.select(Revision.topic, Revision.number))}


def bump(db: DbSession, topics: tuple[str, ...]) -> None:
    """Raise the topics' revisions, in the transaction of the write that changed them."""
    for topic in sorted(topics):  # one order everywhere, so that two writers never wait for each other in a ring
        raised = db.execute(
            sa.update(Revision).where(Revision.topic == topic).values(number=Revision.number + 1),
            execution_options={"synchronize_session": False},
        )
        if not rowcount(raised):
            db.execute(sa.insert(Revision).values(topic=topic, number=1))


def rowcount(result: sa.Result[Any]) -> int:
    """How many rows an UPDATE or DELETE touched."""
    return int(getattr(result, "rowcount", 0))
