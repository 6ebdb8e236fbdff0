"""`python -m cop import`: files into the database, all or nothing."""

import argparse
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa

from cop.db import reading
from cop.errors import Conflict, CopError, Invalid
from cop.execute import execute
from cop.imports import summary
from cop.imports.changes import Plan
from cop.imports.mapping import FileMapping, ImportMapping, mapping_of, raw_mapping
from cop.imports.operations import import_files
from cop.imports.queries import preview
from cop.imports.records import Job, read_job
from cop.imports.table import MAX_BYTES
from cop.organisation import time_zone
from cop.periods import utcnow
from cop.permissions import SYSTEM
from cop.schema import open_database
from cop.settings import settings

_TRIES = 5
"""How often a plan is worked out again because others wrote meanwhile."""


def main(argv: list[str]) -> int:
    """Run the command; returns 0 where everything that the mapping lets in is in, 1 where nothing was imported."""
    args = _arguments(argv)
    try:
        mapping = mapping_of(raw_mapping(args.mapping.name, args.mapping.read_bytes()))
        mapping = _placed(mapping, args.mapping.parent, args.file)
        contents = {file.name: _bytes(file) for file in mapping.files}
        open_database(settings())
        with reading() as db:
            zone = time_zone(db)
        job = read_job(mapping, contents, _progress, time_zone=zone)
        return _import(job, dry_run=args.dry_run, report=args.report)
    except Invalid as error:
        _lines(sys.stderr, error.errors.values())
    except (CopError, OSError) as error:
        _lines(sys.stderr, [str(error)])
    except sa.exc.DBAPIError as error:  # its first line only: what follows may repeat what a row says
        _lines(sys.stderr, [f"The database refused the import: {_first_line(error.orig)}.", "Nothing was imported."])
    return 1


def _first_line(error: object) -> str:
    return next(iter(str(error).splitlines()), "").rstrip(".")


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m cop import",
        description="Import CSV, Excel, JSON or YAML files as a mapping says: all or nothing. Importing the same files again changes "
        "nothing. docs/import/README.md describes mappings.",
    )
    parser.add_argument("mapping", type=Path, help="the mapping, a TOML file (or JSON, as the screen gives it out)")
    parser.add_argument(
        "--file",
        action="append",
        default=[],
        metavar="NAME=PATH",
        help="where a file of the mapping lies, by its name (its kind, where it has none); may be repeated",
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would happen, write nothing")
    parser.add_argument("--report", type=Path, metavar="OUT.csv", help="write every problem and its row to a CSV file")
    return parser.parse_args(argv)


def _placed(mapping: ImportMapping, folder: Path, given: Iterable[str]) -> ImportMapping:
    """The mapping with each file's path: those in it are relative to it, those given to where one is."""
    paths = {file.name: str(folder / file.path) if file.path else "" for file in mapping.files}
    for item in given:
        name, _, path = item.partition("=")
        if name not in paths or not path:
            raise Invalid({"file": f"--file {item}: write NAME=PATH, with one of: {', '.join(paths)}."})
        paths[name] = path
    return replace(mapping, files=tuple(replace(file, path=paths[file.name]) for file in mapping.files))


def _bytes(file: FileMapping) -> bytes | None:
    path = Path(file.path)
    if not file.path or not path.is_file():
        return None
    _progress(f"{file.name}: reading {path}")
    with path.open("rb") as handle:
        return handle.read(MAX_BYTES + 1)


def _import(job: Job, *, dry_run: bool, report: Path | None) -> int:
    plan = _plan(job)
    if report is not None:
        _write_private(report, summary.report(plan, job))
    _lines(sys.stdout, summary.account(plan))
    if plan.refused:
        _lines(sys.stderr, ["", *summary.refusals(plan), "", "Nothing was imported."])
        return 1
    if dry_run:
        _lines(sys.stdout, ["", "Nothing was written: this was a dry run."])
        return 0
    if not plan.size:
        _lines(sys.stdout, ["", "Everything was there already."])
        return 0
    return _write(job, plan)


def _plan(job: Job) -> Plan:
    with reading() as db:
        return preview(db, SYSTEM, job=job, now=utcnow())


def _write(job: Job, plan: Plan) -> int:
    """Write what was shown; where others wrote meanwhile, only if it would still come to the same."""
    _progress(f"writing {plan.size:,} rows")
    shown = plan.fingerprint
    for _ in range(_TRIES):
        try:
            written = execute(import_files, SYSTEM, plan=plan)
        except Conflict:
            plan = _plan(job)
            if plan.fingerprint != shown:
                break
        else:
            _lines(sys.stdout, ["", f"Imported: {written:,} rows written."])
            return 0
    _lines(sys.stderr, ["Somebody changed the same data meanwhile. Nothing was imported: run it again."])
    return 1


def _write_private(path: Path, data: bytes) -> None:
    """Only the user may read the report: it holds people's names."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "wb") as out:  # noqa: PTH123 - a descriptor, not a path
        out.write(data)


def _progress(message: str) -> None:
    _lines(sys.stderr, [message])


def _lines(stream: TextIO, lines: Iterable[str]) -> None:
    stream.writelines(f"{line}\n" for line in lines)
