"""From rows of text to records of a kind, by the file's mapping. Pure."""

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import time
from functools import cache
from typing import Any

from cop.exports import unguarded
from cop.imports import dates
from cop.imports.answers import read_answers
from cop.imports.cells import Unreadable, Written, clock_of, read_cell
from cop.imports.kinds import KINDS, Field
from cop.imports.layout import numbered
from cop.imports.mapping import FileMapping, ImportMapping, Origin
from cop.imports.markup import without_html
from cop.imports.problems import Outcome, Problem, Reporter
from cop.imports.table import Progress, Source, Table, read_table

_SENTENCE = re.compile(r"^(.+?[.!?])(?=\s+\S)", re.DOTALL)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Record:
    """A row as values of our fields; None where a mapped cell is empty, absent where the field isn't mapped."""

    row: int
    values: Mapping[str, Any]
    answers: Mapping[int, Any] = field(default_factory=dict)
    """Of a file of answers: by the question's place, from 1 on."""


@dataclass(frozen=True)
class Sheet:
    """A file that has been read: its records, and what was wrong with the rest."""

    mapping: FileMapping
    table: Table
    records: tuple[Record, ...]
    problems: tuple[Problem, ...]

    def column(self, *fields: str) -> str:
        """The file's column behind the first mapped of the fields, to say where a problem lies."""
        for name in fields:
            for origin in self.mapping.columns.get(name, ()):
                if origin.columns:
                    return origin.columns[0]
        return ""


@dataclass(frozen=True)
class Job:
    """Everything that one import brings, read and not yet compared with the database."""

    source: str
    sheets: tuple[Sheet, ...]
    missing: tuple[Problem, ...] = field(default=())

    @property
    def problems(self) -> list[Problem]:
        """What reading found wrong, over all files."""
        return [*self.missing, *(problem for sheet in self.sheets for problem in sheet.problems)]

    def of(self, kind: str) -> Iterator[Sheet]:
        """The sheets of a kind."""
        return (sheet for sheet in self.sheets if sheet.mapping.kind == kind)


def read_job(
    mapping: ImportMapping,
    contents: Mapping[str, bytes | None],
    progress: Progress = lambda _message: None,
    *,
    time_zone: str = "UTC",
) -> Job:
    """Read every file of the mapping from its bytes, by the file's name; None stands for one that isn't there.

    Moments with an offset become days and times in the organisation's time zone, or in that of the file's options.
    """
    sheets, missing = [], []
    for file in mapping.files:
        data = contents.get(file.name)
        if data is None:
            missing.append(Problem(file.name, 0, "", "missing_file", Outcome.REFUSED))
            continue
        sheets.append(read_sheet(file, data, progress, time_zone=time_zone))
        progress(f"{file.name}: {sheets[-1].table.row_count:,} rows read")
    return Job(mapping.source, tuple(sheets), tuple(missing))


def read_sheet(
    file: FileMapping,
    data: bytes,
    progress: Progress = lambda _message: None,
    *,
    time_zone: str = "UTC",
) -> Sheet:
    """Read one file's bytes into records."""
    reporter = Reporter(file.name, file.report)
    source = Source(file.path, file.encoding, file.delimiter, file.part, file.layout)
    table = read_table(data, reporter, source, wanted=file.read_columns, progress=progress)
    zone = file.options.time_zone or time_zone
    records: list[Record] = []
    if table.columns and not _missing_columns(file, table, reporter):
        for line in table.lines:
            record = _record(file, line.number, line.cells, reporter, zone)
            if record is not None:
                records.append(record)
    return Sheet(file, table, tuple(records), tuple(reporter.problems))


def is_listed(name: str, patterns: Sequence[str]) -> bool:
    """Whether a name is one of the listed, whatever its case; * stands for any text."""
    return bool(patterns) and _any_of(tuple(patterns)).fullmatch(name.casefold()) is not None


@cache
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(pattern.casefold()) for pattern in patterns))


def _missing_columns(file: FileMapping, table: Table, reporter: Reporter) -> bool:
    wanted = set(file.read_columns)
    header = table.arrangement.header_row if table.arrangement else 1
    for name in sorted(wanted - set(table.columns)):
        several = numbered(name, 1) in table.columns
        reporter.refuse_file("duplicate_header" if several else "missing_column", row=header, column=name)
    return bool(wanted - set(table.columns))


def _record(file: FileMapping, row: int, cells: Mapping[str, str], reporter: Reporter, zone: str) -> Record | None:
    """The row's values; None where it must be left out. Every cell is read, so that all its problems are told."""
    values: dict[str, Any] = {}
    whole = True
    for name, origins in file.columns.items():
        field = KINDS[file.kind][name]
        needed = field.required or field.never_empty
        where = next((column for origin in origins for column in origin.columns), "")
        try:
            values[name] = _value(origins, cells, field, zone)
        except Unreadable as problem:
            dropped = needed or problem.reason == "left_out"
            whole = whole and not dropped
            values[name] = None
            (reporter.leave_out if dropped else reporter.leave_empty)(row, where, problem.reason, problem.detail)
            continue
        if needed and values[name] is None:
            reporter.leave_out(row, where, "missing")
            whole = False
    if file.kind == "sessions" and whole:
        if "time" not in file.columns:
            values |= _time_beside_day(file.columns["date"], cells, zone)
        if "key" not in file.columns:
            values["key"] = _session_key(values)
    answers = read_answers(file.wave, row, cells, reporter) if file.wave else {}
    return Record(row, values, answers) if whole else None


def _value(origins: tuple[Origin, ...], cells: Mapping[str, str], field: Field, zone: str) -> Any:
    for origin in origins:
        text = _source_text(origin, cells)
        if text:
            return read_cell(text, field, Written(origin.formats, zone))
    return None


def _session_key(values: Mapping[str, Any]) -> str:
    """What tells a session apart where its source has no keys."""
    clock = values.get("time")
    own = f"{values['date']} {clock:%H:%M}" if clock else str(values["date"])
    return f"{own} {values['community']}: {values['title']}"[: KINDS["sessions"]["key"].limit]


def _time_beside_day(origins: tuple[Origin, ...], cells: Mapping[str, str], zone: str) -> dict[str, time]:
    """The time in a day's cell. Midnight sharp without an offset is how programs write a day alone."""
    for origin in origins:
        with suppress(Unreadable):
            text = _source_text(origin, cells)
            clock = clock_of(text, Written(origin.formats, zone)) if text else None
            if clock is not None and (clock != time() or dates.has_offset(text)):
                return {"time": clock}
    return {}


def _source_text(origin: Origin, cells: Mapping[str, str]) -> str:
    """The text that an origin gives for a row; raises Unreadable."""
    text = _raw_text(origin, cells).strip()
    if not text or text in origin.empty:
        return ""
    if text in origin.leave_out:
        raise Unreadable("left_out")
    if origin.pattern:
        match = re.fullmatch(origin.pattern, text)
        if match is None:
            if origin.optional:
                return ""
            raise Unreadable("unreadable", "(it doesn't match the mapping's pattern)")
        text = (match.group(1) or "") if match.re.groups else text
    if origin.values:
        if text not in origin.values:
            raise Unreadable("unknown_value")
        text = origin.values[text]
    return _transformed(text, origin.transform)


def _transformed(text: str, transform: str) -> str:
    if transform == "lower":
        return text.lower()
    if transform == "first_sentence":
        first = _SENTENCE.match(text)
        return first.group(1) if first else text
    if transform == "last_first":
        family, _comma, given = text.partition(",")
        return f"{given.strip()} {family.strip()}".strip()
    if transform == "unguarded":
        return unguarded(text)
    if transform == "without_html":
        return without_html(text)
    return text


def _raw_text(origin: Origin, cells: Mapping[str, str]) -> str:
    if origin.template:
        if not all(cells[name].strip() for name in origin.columns):
            return ""
        return _PLACEHOLDER.sub(lambda match: cells[match.group(1)].strip(), origin.template)
    return origin.constant or cells[origin.column]
