"""What the environment sets: where the data lies, which database, which limits."""

import os
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

IDLE_LIMIT = timedelta(hours=12)
ABSOLUTE_LIMIT = timedelta(days=7)
RESET_LINK_LIFE = timedelta(hours=24)

_FILE = "sqlite:///"


@dataclass(frozen=True)
class Settings:
    """The program's settings, read once from the environment."""

    data_dir: Path
    database_url: str
    idle_limit: timedelta
    absolute_limit: timedelta

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, or None where the database is a server."""
        return Path(self.database_url.removeprefix(_FILE)) if self.database_url.startswith(_FILE) else None


def _hours(name: str, default: timedelta) -> timedelta:
    """Hours from the environment; anything that isn't a positive number stops the program."""
    raw = os.environ.get(name)
    if not raw:
        return default
    try:
        hours = float(raw)
    except ValueError:
        hours = 0.0
    if hours <= 0:
        raise SystemExit(f"{name} must be a positive number of hours, not {raw!r}.")
    return timedelta(hours=hours)


def _absolute(url: str) -> str:
    """The address with a file's whole path, so that it means the same in every working directory."""
    if url.startswith("sqlite") and (not url.startswith(_FILE) or url.removeprefix(_FILE) in {"", ":memory:"}):
        raise SystemExit(f"COP_DATABASE_URL must name a file, such as sqlite:////srv/cop/cop.sqlite3, not {url!r}.")
    return f"{_FILE}{Path(url.removeprefix(_FILE)).resolve()}" if url.startswith(_FILE) else url


@cache
def settings() -> Settings:
    """Settings from COP_DATA_DIR, COP_DATABASE_URL, COP_IDLE_HOURS and COP_ABSOLUTE_HOURS."""
    data_dir = Path(os.environ.get("COP_DATA_DIR") or ROOT / "data").resolve()
    url = _absolute(os.environ.get("COP_DATABASE_URL") or f"sqlite:///{data_dir / 'cop.sqlite3'}")
    return Settings(
        data_dir=data_dir,
        database_url=url,
        idle_limit=_hours("COP_IDLE_HOURS", IDLE_LIMIT),
        absolute_limit=_hours("COP_ABSOLUTE_HOURS", ABSOLUTE_LIMIT),
    )
