"""The whole programme as a ZIP of CSV files: what it is for is a copy in one's own hands, not a backup.

Row by row from the database into the file, so that its size is bounded by the disk, not by memory.
"""

import csv
import io
import os
import textwrap
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session as DbSession

from cop.backup import part_of, put
from cop.db import reading
from cop.errors import CopError
from cop.execute import execute
from cop.exports import safe_cell
from cop.funnel.score_queries import withheld
from cop.organisation import organisation
from cop.periods import utcnow
from cop.permissions import Actor, Permission, require
from cop.programme.columns import EXPORTER, WITHHELD, ExportTable
from cop.programme.operations import note_export
from cop.programme.tables import TABLES

README = "README.txt"
_AT_ONCE = 1_000


def export_to(target: Path, actor: Actor | None, *, force: bool = False) -> int:
    """Export to a file readable by its owner only, whose name appears when it is whole; returns the number of rows.

    Raises CopError where `target` exists (without force) or its folder doesn't, and Forbidden.
    """
    if target.exists() and not force:
        raise CopError(f"{target} exists already; give another name, or --force to replace an older export.")
    if not target.parent.is_dir():
        raise CopError(f"There is no folder {target.parent}.")
    with part_of(target) as part:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as file:
            rows = export(file, actor)
        put(part, target)
    return rows


def export_bytes(actor: Actor | None) -> bytes:
    """An export as a screen's download needs it; while it is made it lies on the disk. Raises Forbidden."""
    with TemporaryFile() as file:
        export(file, actor)
        file.seek(0)
        return file.read()


def export(file: IO[bytes], actor: Actor | None) -> int:
    """Put on record who exports and when, then write everything as of one moment; returns the number of rows.

    Raises Forbidden, and Unwritable where it can't be put on record: then nothing leaves.
    """
    execute(note_export, actor)
    with reading() as db:
        return write(db, actor, file, now=utcnow())


def write(db: DbSession, actor: Actor | None, file: IO[bytes], *, now: datetime) -> int:
    """Write the archive as the database is in this transaction; returns the number of rows."""
    actor = require(actor, Permission.DATA_EXPORT)
    known = {WITHHELD: sorted(withheld(db, actor)), EXPORTER: actor.person_id}
    house = organisation(db)
    zone = ZoneInfo(house.time_zone)
    counts = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in TABLES:
            rows = _rows(db, table, zone, known)
            counts[table.file] = _write_table(archive, table, rows, now.astimezone(zone))
        text = readme(counts, organisation_name=house.name, made_at=now.astimezone(zone))
        archive.writestr(_entry(README, now.astimezone(zone)), text.encode("utf-8-sig"))
    return sum(counts.values())


def _rows(db: DbSession, table: ExportTable, zone: ZoneInfo, known: dict[str, Any]) -> Iterator[list[Any]]:
    found = db.execute(table.statement, known, execution_options={"yield_per": _AT_ONCE})
    for row in found:
        yield [
            column.written(value, zone) if column.written else value
            for column, value in zip(table.columns, row, strict=True)
        ]


def _write_table(archive: zipfile.ZipFile, table: ExportTable, rows: Iterable[list[Any]], at: datetime) -> int:
    count = 0
    with (
        archive.open(_entry(table.file, at), "w", force_zip64=True) as entry,
        io.TextIOWrapper(entry, encoding="utf-8-sig", errors="replace", newline="") as text,
    ):
        writer = csv.writer(text)
        writer.writerow([column.name for column in table.columns])
        for count, row in enumerate(rows, 1):  # noqa: B007 - how many there were is the result
            writer.writerow([_cell(value) for value in row])
    return count


def _cell(value: Any) -> Any:
    """Formula-safe; yes and no in words, which imports read."""
    return ("yes" if value else "no") if isinstance(value, bool) else safe_cell(value)


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, at.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def readme(counts: dict[str, int], *, organisation_name: str, made_at: datetime) -> str:
    """What the archive holds: every file and column in words, and how many rows there are."""
    head = [
        f"Communities of practice of {' '.join(organisation_name.split())}",
        "",
        f"Exported on {made_at:%Y-%m-%d %H:%M} ({made_at.tzinfo}). The files tell of one and the same moment.",
        "",
        *textwrap.wrap(
            "CSV in UTF-8 with a comma between cells. Days are written as 2026-03-05, moments as "
            "2026-03-05T16:30:00+00:00 in UTC. Text that a spreadsheet could take for a formula has an apostrophe "
            "before it. Numbers of rows (such as person_id) are the same in all files. The files hold personal data, "
            "among it who came to which session and who gave which mark: keep them as safe as the programme itself.",
            100,
        ),
        "",
        *textwrap.wrap(
            "Not in here: passwords, sign-in sessions, links to set a password, unsaved drafts, what people say of their "
            "own skills, and figures, which follow from what is here. To bring people, communities, memberships, facilitators, sessions and "
            "attendance into another installation, use the mapping docs/import/from-an-export.toml of the program.",
            100,
        ),
    ]
    return "\n".join([*head, *(line for table in TABLES for line in _described(table, counts[table.file]))]) + "\n"


def _described(table: ExportTable, count: int) -> list[str]:
    width = max(len(column.name) for column in table.columns)
    title = f"{table.file} ({count:,} {'row' if count == 1 else 'rows'})"
    columns = [f"  {column.name.ljust(width)}  {column.meaning}" for column in table.columns]
    return ["", "", title, "-" * len(title), table.about, "", *columns]
