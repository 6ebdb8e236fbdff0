"""A database that takes nothing for a while: told in a sentence, nothing half written, and then it goes on."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from cop.cli import main
from cop.db import engine as process_engine
from cop.db import make_engine, reading, transaction
from cop.errors import Unwritable
from cop.execute import execute
from cop.models import Area, AuditEntry
from cop.permissions import SYSTEM
from tests.factories import NOW
from tests.unit.test_execute import add_area

pytestmark = pytest.mark.sqlite

Trouble = Callable[[Path], AbstractContextManager[sa.Engine]]


def impatient(path: Path, *pragmas: str) -> sa.Engine:
    """An engine like the product's, but for what is set on each of its connections."""
    engine = make_engine(f"sqlite:///{path}")

    @sa.event.listens_for(engine, "connect")
    def _set(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    return engine


@contextmanager
def full(path: Path) -> Iterator[sa.Engine]:
    """No page more than there are: SQLite's own way to run out of room."""
    with closing(sqlite3.connect(path)) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    engine = impatient(path, f"max_page_count = {pages}")
    yield engine
    engine.dispose()


@contextmanager
def read_only(path: Path) -> Iterator[sa.Engine]:
    engine = impatient(path, "query_only = ON")
    yield engine
    engine.dispose()


@contextmanager
def locked(path: Path) -> Iterator[sa.Engine]:
    """Another program holds the write lock for longer than we wait."""
    engine = impatient(path, "busy_timeout = 100")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield engine
    engine.dispose()


@contextmanager
def crowded(path: Path) -> Iterator[sa.Engine]:
    """Every connection of the pool is taken."""
    engine = sa.create_engine(f"sqlite:///{path}", pool_size=1, max_overflow=0, pool_timeout=0.1)
    with engine.connect():
        yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("trouble", "told"),
    [(full, "the disk is full"), (read_only, "may only be read"), (locked, "is busy"), (crowded, "is busy")],
)
def test_it_is_told_and_nothing_is_half_written(data_dir, trouble: Trouble, told):
    with trouble(data_dir / "cop.sqlite3") as engine:
        with pytest.raises(Unwritable, match=f"Nothing could be saved: .*{told}"):
            execute(add_area, SYSTEM, now=NOW, once="form", name="Data" * 5_000, on=engine)
        if trouble is not crowded:
            assert rows() == (0, 0)
    execute(add_area, SYSTEM, now=NOW, once="form", name="Data")
    assert rows() == (1, 1)


def test_the_same_connection_goes_on_when_there_is_room_again(data_dir):
    """Without a restart: the pool's connection that met the trouble is as good as new."""
    with full(data_dir / "cop.sqlite3") as engine:
        with pytest.raises(Unwritable):
            execute(add_area, SYSTEM, now=NOW, name="Data" * 5_000, on=engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 100000")
        execute(add_area, SYSTEM, now=NOW, name="Data" * 5_000, on=engine)
    assert rows() == (1, 1)


def test_an_error_of_ours_is_not_explained_away(engine):
    with pytest.raises(sa.exc.OperationalError, match="no such table"), transaction(engine) as db:
        db.execute(sa.text("INSERT INTO no_such_table VALUES (1)"))


def test_a_command_tells_it_too(data_dir, capsys, monkeypatch):
    (data_dir / "a.csv").write_text("code,unit\n1,IT\n")
    (data_dir / "m.toml").write_text(
        'source = "hr"\n[[files]]\nkind = "org_units"\npath = "a.csv"\ncolumns = { key = "code", name = "unit" }\n'
    )
    sa.event.listen(process_engine(), "connect", lambda made, _record: made.execute("PRAGMA query_only = ON"))
    assert main(["import", str(data_dir / "m.toml")]) == 1
    assert "Nothing could be saved: the database may only be read" in capsys.readouterr().err


def rows() -> tuple[int, int]:
    with reading() as db:
        areas, entries = (db.scalar(sa.select(sa.func.count()).select_from(table)) for table in (Area, AuditEntry))
        return areas, entries
