"""The commands around the example organisation."""

import json
import os
from argparse import Namespace
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from cop.accounts import first_run
from cop.cli.serve import address, free, serve
from cop.db import engine, reading
from cop.errors import CopError
from cop.example import load
from cop.example.load import SignIn
from cop.models import Organisation
from cop.organisation import time_zone
from cop.periods import local_day, utcnow
from cop.schema import marker, open_database
from cop.settings import settings


def demo(_args: Namespace) -> int:
    """Serve the example organisation: from a database of its own, made afresh on a new day, or from the configured one.

    Its dates are relative to the day it was made.
    """
    where = free(address())
    own = not os.environ.get("COP_DATABASE_URL")
    if own:
        os.environ["COP_DATA_DIR"] = str(settings().data_dir / "demo")
        settings.cache_clear()
    people = _organisation(utcnow(), renew=own)
    print(f"\nCommunities of Practice, example organisation: {where.url}\n\n{table(people)}\n")
    return serve(where)


def table(people: list[SignIn]) -> str:
    """The sign-ins as columns."""
    rows = [("Role", "User name", "Password", "Who", "")]
    rows += [(item.role, item.username, item.password, item.who, item.note) for item in people]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(f"  {line}".rstrip() for line in lines)


def _organisation(now: datetime, *, renew: bool) -> list[SignIn]:
    """The sign-ins of the example organisation, which is made if there is none, or (renew) if it is another day's."""
    open_database(settings())
    if not first_run.is_needed():
        made_on, people = _kept()
        if people and _is_example() and (made_on == _today(now) or not renew):
            return people
        if not (renew and _is_example()):
            raise CopError("This database holds an organisation of its own. `python -m cop run` serves it.")
        _discard()
        open_database(settings())
    print("Making the example organisation …", flush=True)
    people = load.load_example(engine(), now=now)
    _keep(_today(now), people)
    return people


def _file() -> Path:
    return settings().data_dir / "sign-ins.json"


def _keep(made_on: str, people: list[SignIn]) -> None:
    """For the next start; readable by the owner only, since the passwords stand in it."""
    handle = os.open(_file(), os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"made_on": made_on, "people": [asdict(item) for item in people]}, file)


def _kept() -> tuple[str, list[SignIn]]:
    """On which day the organisation was made, and its sign-ins; nothing where that can't be read."""
    try:
        kept = json.loads(_file().read_text("utf-8"))
        return kept["made_on"], [SignIn(**item) for item in kept["people"]]
    except (OSError, ValueError, KeyError, TypeError):
        return "", []


def _today(now: datetime) -> str:
    with reading() as db:
        return local_day(now, time_zone(db)).isoformat()


def _is_example() -> bool:
    with reading() as db:
        return db.scalar(sa.select(Organisation.is_example)) is True


def _discard() -> None:
    """Remove the demo's own database; its marker first, so that a start in between makes a new one."""
    path = settings().sqlite_path
    if path is not None:
        engine().dispose()
        for file in (marker(path), path, *(path.with_name(path.name + side) for side in ("-wal", "-shm"))):
            file.unlink(missing_ok=True)


def load_example(_args: Namespace) -> int:
    """Load the example organisation where nobody has begun yet."""
    open_database(settings())
    if not first_run.is_needed():
        raise CopError("This database holds accounts already; the example needs an empty one.")
    print(table(load.load_example(engine(), now=utcnow())))
    return 0
