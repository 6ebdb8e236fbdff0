"""The database's schema: opened at start, brought up to date under a lock, refused where it isn't ours to touch."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from cop import search_index
from cop.db import WAIT_SECONDS, make_engine
from cop.errors import DatabaseRefused
from cop.settings import ROOT, Settings

MIGRATIONS = ROOT / "cop" / "migrations"
QUICK_CHECK_BYTES = 256_000_000
"""Up to this size every page is looked at on each start (0.8 s for 120 MB); above, `python -m cop check` does it."""
_LOCK_ID = 724_001


def revisions() -> list[str]:
    """The migrations that this program knows, oldest first, by the numbers their files begin with."""
    return sorted(script.name.partition("_")[0] for script in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def open_database(settings: Settings) -> None:
    """Create the database or bring it up to date; several processes may start at once.

    Raises DatabaseRefused, and changes nothing, where the database is corrupt, newer than this program,
    not ours, out of reach, or gone although one was here before.
    """
    path = settings.sqlite_path
    if path is None:
        upgrade(settings.database_url)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with file_lock(path):
            _refuse_missing(path)
            if path.exists():
                examine(path)
            else:
                os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))  # its -wal and -shm inherit the mode
            upgrade(settings.database_url)
            remember(path)
    except OSError as error:
        raise DatabaseRefused(f"The database {path} can't be opened: {error.strerror}.") from error


def marker(path: Path) -> Path:
    """The file that remembers that a database was created at `path`."""
    return path.with_name(path.name + ".created")


def remember(path: Path) -> None:
    """Leave the marker, if it isn't there."""
    if not marker(path).exists():
        marker(path).write_text("A database was created beside this file; it is never silently created again.\n")


def _refuse_missing(path: Path) -> None:
    gone = not path.exists() or path.stat().st_size == 0
    if gone and marker(path).exists():
        raise DatabaseRefused(
            f"The database {path} is missing, although one was here before. Put it back, or restore a backup "
            f"with `python -m cop restore`. To start over with an empty one, delete {marker(path)}."
        )


def examine(path: Path) -> None:
    """Look at a SQLite file without writing to it; DatabaseRefused where it is damaged, newer or not ours."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=WAIT_SECONDS)) as file:
            tables = {name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            heads = (
                {revision for (revision,) in file.execute("SELECT version_num FROM alembic_version")}
                if "alembic_version" in tables
                else set()
            )
            found = file.execute("PRAGMA quick_check(1)").fetchone() if _small(path) else ("ok",)
    except sqlite3.DatabaseError as error:
        raise DatabaseRefused(
            f"{path} can't be read as a SQLite database ({error}). It was left as it is: restore a backup with "
            f"`python -m cop restore`."
        ) from error
    if found != ("ok",):
        raise DatabaseRefused(
            f"The database {path} is damaged ({found[0]}). It was left as it is: restore a backup with "
            f"`python -m cop restore`."
        )
    _refuse_foreign(heads, tables)


def _small(path: Path) -> bool:
    return path.stat().st_size <= QUICK_CHECK_BYTES


def _refuse_foreign(heads: set[str], tables: set[str]) -> None:
    if heads - set(revisions()):
        raise DatabaseRefused(
            "The database was made by a newer version of this program and was left as it is. "
            "Start the newer version, or restore a backup made by this one."
        )
    if tables and not heads:
        raise DatabaseRefused("The database holds tables that this program did not make; it was left as it is.")


def upgrade(database_url: str) -> None:
    """Run the migrations that are missing, all in one transaction: the old schema or the new one, never between."""
    engine = make_engine(database_url)
    try:
        with _connect(engine) as connection, connection.begin():
            _server_lock(connection)
            tables = set(sa.inspect(connection).get_table_names())
            current = _current(connection) if "alembic_version" in tables else set()
            _refuse_foreign(current, tables)
            if current != set(revisions()[-1:]):
                from cop import migrate  # noqa: PLC0415 - importing Alembic takes longer than the rest of a start

                search_index.uninstall(connection)
                migrate.to_newest(connection, MIGRATIONS)
                search_index.install(connection)
                _refuse_orphans(connection)
    finally:
        engine.dispose()


def _current(connection: sa.Connection) -> set[str]:
    return set(connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars())


def _connect(engine: sa.Engine) -> sa.Connection:
    """A connection to migrate on; SQLite rebuilds a table to alter it, so its foreign keys wait until the end."""
    try:
        connection = engine.connect()
    except sa.exc.OperationalError as error:
        raise DatabaseRefused(f"The database can't be opened: {error.orig}") from error
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]  # has no effect inside a transaction
    return connection


def _refuse_orphans(connection: sa.Connection) -> None:
    """What foreign keys would have refused, had they been on."""
    if connection.dialect.name == "sqlite":
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if orphans:
            raise DatabaseRefused(
                f"The update would have left {len(orphans)} rows without what they refer to, so nothing was changed. "
                "`python -m cop check` names what is wrong."
            )


def _server_lock(connection: sa.Connection) -> None:
    """On PostgreSQL an advisory lock that ends with the transaction; SQLite's BEGIN IMMEDIATE is one already."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:id)"), {"id": _LOCK_ID})


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """One process at a time may make, migrate or restore; the operating system frees the lock of a dead process."""
    with path.with_name(path.name + ".lock").open("a+b") as handle:
        if os.name == "nt":
            import msvcrt  # noqa: PLC0415 - exists on Windows only

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl  # noqa: PLC0415 - does not exist on Windows

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
