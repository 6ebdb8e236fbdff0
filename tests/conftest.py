"""Shared fixtures: a real, migrated SQLite file per test, and actors of each role."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import db as database
from cop.example.load import SignIn, load_example
from cop.schema import open_database
from cop.settings import ROOT, Settings, settings
from tests.postgres import Postgres, started

hypothesis.settings.register_profile("untimed", deadline=None)  # how fast a busy machine is, is no property
hypothesis.settings.load_profile("untimed")

REAL_DATA = Path(os.environ.get("COP_REAL_DATA") or ROOT.parent / "shared" / "data")
ON_POSTGRES = os.environ.get("COP_TEST_DATABASE") == "postgresql"
"""The suite runs on SQLite; with COP_TEST_DATABASE=postgresql, what of it can go differently there runs on a server."""
EXAMPLE_NOW = datetime(2026, 6, 17, 16, 30, tzinfo=UTC)
"""When the example organisation is loaded: a Wednesday, half past six in Madrid."""
DRAWING = {"pages", "example"}
"""Folders of tests that reach a database only through what other tests run on PostgreSQL too."""


def pytest_collection_modifyitems(config, items):
    """A browser test gets a second try, which the summary shows; on PostgreSQL, only what the database has a part in."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))
    if ON_POSTGRES:
        left_out = {item for item in items if not _concerns_postgres(item)}
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def _concerns_postgres(item):
    """Whether a test runs on PostgreSQL too; CONTRIBUTING.md states the rule.

    Whatever asks a database does, but for the tests of drawing: those run there by a mark of their own.
    """
    if item.get_closest_marker("sqlite") or item.get_closest_marker("browser"):
        return False
    if DRAWING & set(item.path.relative_to(ROOT).parts) and not item.get_closest_marker("postgresql"):
        return False
    return not {"data_dir", "postgres"}.isdisjoint(item.fixturenames)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """In CI nothing may be skipped: a skip there hides a missing tool."""
    return _without_skips((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Neither may a whole module."""
    return _without_skips((yield))


def _without_skips(report):
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated database file, made once per worker and copied."""
    folder = tmp_path_factory.mktemp("template")
    path = folder / "cop.sqlite3"
    made = Settings(folder, f"sqlite:///{path}", settings().idle_limit, settings().absolute_limit)
    open_database(made)
    with sa.create_engine(made.database_url).connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def loaded(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[sa.Engine, list[SignIn]]]:
    """An engine on a database with the example organisation, and the sign-ins that were given; only to be read."""
    path = tmp_path_factory.mktemp("example") / "cop.sqlite3"
    path.write_bytes(template.read_bytes())
    engine = database.make_engine(f"sqlite:///{path}")
    yield engine, load_example(engine, now=EXAMPLE_NOW)
    engine.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this worker's own, with an empty, migrated database to copy from."""
    with started() as server:
        yield server


@pytest.fixture
def data_dir(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder with its own database; the process's settings and engine point to it."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("COP_DATA_DIR", str(folder))
    if ON_POSTGRES:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.borrow()
        monkeypatch.setenv("COP_DATABASE_URL", url)
    else:
        template: Path = request.getfixturevalue("template")
        (folder / "cop.sqlite3").write_bytes(template.read_bytes())
        monkeypatch.delenv("COP_DATABASE_URL", raising=False)
    settings.cache_clear()
    database.engine.cache_clear()
    yield folder
    database.engine().dispose()
    settings.cache_clear()
    database.engine.cache_clear()
    if ON_POSTGRES:
        server.give_back(url)


@pytest.fixture
def engine(data_dir: Path) -> sa.Engine:
    """The engine on this test's database."""
    return database.engine()


@pytest.fixture
def db(engine: sa.Engine) -> Iterator[DbSession]:
    """A transaction on this test's database; it holds SQLite's one write lock, so commit before others write."""
    with DbSession(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def real_data() -> Path:
    """The folder of real data sets; tests on it skip where a developer has none."""
    if not REAL_DATA.is_dir():
        pytest.skip("no real data here (set COP_REAL_DATA)")
    return REAL_DATA
