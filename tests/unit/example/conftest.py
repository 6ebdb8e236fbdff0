"""The example organisation, loaded once for all tests that only read it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from cop.db import make_engine
from cop.example.load import SignIn, load_example

NOW = datetime(2026, 6, 17, 16, 30, tzinfo=UTC)
"""A Wednesday, half past six in Madrid."""


@pytest.fixture(scope="session")
def loaded(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[sa.Engine, list[SignIn]]]:
    """An engine on a database with the example, and the sign-ins that were given."""
    path = tmp_path_factory.mktemp("example") / "cop.sqlite3"
    path.write_bytes(template.read_bytes())
    engine = make_engine(f"sqlite:///{path}")
    yield engine, load_example(engine, now=NOW)
    engine.dispose()
