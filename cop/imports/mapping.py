"""The mapping of an import: which files there are and how their columns become our fields. Pure.

A mapping is a TOML file; docs/import/README.md describes it; examples lie beside it.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Any
from zoneinfo import available_timezones

from cop.choices import PersonKind
from cop.errors import Invalid
from cop.imports.dates import UnknownForm, form_of
from cop.imports.kinds import KINDS, PERSON_FIELDS
from cop.imports.layout import MOST_HEADER_ROWS, OPTIONAL, Layout, Passed, column_name
from cop.imports.problems import ROW_REASONS
from cop.imports.table import ENCODINGS
from cop.imports.wave_mapping import WaveMapping, wave_of
from cop.validation import Checks

TRANSFORMS = ("lower", "first_sentence", "last_first", "unguarded", "without_html")
CREATABLE = {
    "people": ("org_units", "job_roles"),
    "communities": ("org_units", "areas"),
    "needs": ("org_units", "areas"),
    "skills": ("areas",),
    "role_requirements": ("job_roles",),
    "survey_answers": ("skills",),
}
LAYOUT = ("header_row", "header_rows", "pass_over", "skip_rows", "fill_short_rows")
"""What a mapping may say of a file's header and of its rows that are no data."""
_FILE = ("name", "kind", "path", "part", "encoding", "delimiter", "columns", "options", "report", *LAYOUT)
_SOURCE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Origin:
    """Where a field's text comes from. Of a field's several origins the first that gives a text counts."""

    column: str = ""
    constant: str = ""
    template: str = ""
    """Text with {column} in it; empty where one of its columns is empty."""
    pattern: str = ""
    """A regular expression that the whole cell must match; its first group, if it has one, is the text."""
    optional: bool = False
    """A cell that doesn't match the pattern counts as empty instead of unreadable."""
    transform: str = ""
    formats: tuple[str, ...] = ()
    """How days and times are written; several where a column holds several."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What each value means; any other is refused. Where this is empty, values are taken as they stand."""
    empty: frozenset[str] = frozenset()
    """Cells with one of these values count as empty."""
    leave_out: frozenset[str] = frozenset()
    """Rows with one of these values are left out, and reported."""

    @property
    def columns(self) -> list[str]:
        """The file's columns that it reads."""
        return [self.column] if self.column else _PLACEHOLDER.findall(self.template)


@dataclass(frozen=True)
class Options:
    """What the rules of one file are, where more than the columns must be known."""

    merge_repeated: bool = False
    """People: rows of one key are one person; what they contradict each other in is a contradiction."""
    create: frozenset[str] = frozenset()
    """What may be created by its name alone."""
    people_with_handle: PersonKind | None = None
    """What an unknown handle or e-mail address becomes."""
    people_with_name: PersonKind | None = None
    """What an unknown whole name without a handle becomes."""
    not_people: tuple[str, ...] = ()
    """Names that are none: organisations, headings. * stands for any text."""
    time: time = time(12, 0)
    minutes: int = 60
    time_zone: str = ""
    """The organisation's, where none is given."""


@dataclass(frozen=True)
class FileMapping:
    """One file: what kind it is, where it lies, how it is read."""

    name: str
    kind: str
    path: str
    part: str
    """The sheet of a workbook, or the path of a list in JSON or YAML; the first one where it is empty."""
    encoding: str
    delimiter: str
    columns: Mapping[str, tuple[Origin, ...]]
    options: Options
    report: frozenset[str]
    wave: WaveMapping | None = None
    """What was asked, of a file of answers."""
    layout: Layout = field(default_factory=Layout)

    @property
    def read_columns(self) -> list[str]:
        """The file's columns that it reads."""
        fields = [column for origins in self.columns.values() for origin in origins for column in origin.columns]
        return fields + (self.wave.columns if self.wave else [])


@dataclass(frozen=True)
class ImportMapping:
    """A whole mapping; `source` says whose keys the files hold, so that keys of two systems never meet."""

    source: str
    files: tuple[FileMapping, ...]


def parse_mapping(text: str) -> ImportMapping:
    """Read a mapping's TOML; raises Invalid with every problem, by its place in the file."""
    return mapping_of(_tables(text, "TOML", tomllib.loads))


def raw_mapping(name: str, data: bytes) -> dict[str, Any]:
    """The tables and lists of a mapping's file, JSON or TOML by its name's ending, as `mapping_of` takes them.

    Raises Invalid where it is neither, or describes no mapping.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid({"mapping": "A mapping is a text in UTF-8."}) from error
    raw = _tables(text, "JSON", json.loads) if name.lower().endswith(".json") else _tables(text, "TOML", tomllib.loads)
    mapping_of(raw)
    return raw


def _tables(text: str, name: str, read: Callable[[str], Any]) -> dict[str, Any]:
    try:
        raw = read(text)
    except (ValueError, RecursionError) as error:  # both libraries' errors are ValueErrors
        raise Invalid({"mapping": f"This is not {name}: {error}."}) from error
    if not isinstance(raw, dict):
        raise Invalid({"mapping": "A mapping has a “source” and “files”."})
    return raw


def mapping_of(raw: Mapping[str, Any]) -> ImportMapping:
    """The mapping that tables and lists describe, as TOML or JSON give them. Raises Invalid."""
    checks = Checks()
    _only(checks, "mapping", raw, ("source", "files"))
    source = raw.get("source")
    if not isinstance(source, str) or not _SOURCE.fullmatch(source):
        checks.fail("source", "“source” must be a short name of lower-case letters, digits and hyphens.")
    files = raw.get("files")
    if not isinstance(files, list) or not files or not all(isinstance(item, dict) for item in files):
        checks.fail("files", "The mapping needs at least one [[files]].")
        files = []
    made = [_file(checks, f"files[{number}]", item) for number, item in enumerate(files, 1)]
    names = [item.name for item in made]
    for name in {name for name in names if names.count(name) > 1}:
        checks.fail(f"file {name}", f"Two files are called “{name}”: give each its “name”.")
    checks.done()
    return ImportMapping(str(source), tuple(made))


def _file(checks: Checks, place: str, raw: dict[str, Any]) -> FileMapping:
    kind = checks.one_of(f"{place}.kind", f"{place}: “kind”", str(raw.get("kind", "")), KINDS)
    answers = ("wave", "questions") if kind == "survey_answers" else ()
    _only(checks, place, raw, (*_FILE, *answers))
    columns = raw.get("columns", {})
    if not isinstance(columns, dict):
        checks.fail(f"{place}.columns", f"{place}: “columns” must be a table.")
        columns = {}
    _check_fields(checks, place, kind, columns)
    report = _texts(checks, f"{place}.report", raw.get("report", []))
    for reason in report:
        checks.one_of(f"{place}.report", f"{place}: “report”", reason, ROW_REASONS)
    delimiter = raw.get("delimiter", ",")
    if delimiter not in {",", ";", "\t", "|"}:
        checks.fail(f"{place}.delimiter", f"{place}: “delimiter” must be one of , ; | or a tab.")
        delimiter = ","
    return FileMapping(
        name=_text(checks, f"{place}.name", raw.get("name", kind)),
        kind=kind,
        path=_text(checks, f"{place}.path", raw.get("path", "")),
        part=_text(checks, f"{place}.part", raw.get("part", "")),
        encoding=checks.one_of(
            f"{place}.encoding", f"{place}: “encoding”", str(raw.get("encoding", "auto")), ENCODINGS
        ),
        delimiter=delimiter,
        columns={name: _origins(checks, f"{place}.columns.{name}", item) for name, item in columns.items()},
        options=_options(checks, f"{place}.options", kind, raw.get("options", {})),
        report=frozenset(report),
        wave=wave_of(checks, place, raw.get("wave"), raw.get("questions")) if answers else None,
        layout=layout_of(checks, place, raw),
    )


def layout_of(checks: Checks, place: str, raw: Mapping[str, Any]) -> Layout:
    """Where the header is and which rows are no data, as far as a file's part of a mapping says so."""
    reasons = _texts(checks, f"{place}.pass_over", raw.get("pass_over", [item.value for item in OPTIONAL]))
    passed = [checks.one_of(f"{place}.pass_over", f"{place}: “pass_over”", reason, OPTIONAL) for reason in reasons]
    rows = raw.get("skip_rows", [])
    if not isinstance(rows, list) or not all(type(number) is int and number > 0 for number in rows):
        checks.fail(f"{place}.skip_rows", f"{place}: “skip_rows” must be a list of row numbers.")
        rows = []
    return Layout(
        header_row=_count(checks, place, raw, "header_row", 1_000_000),
        header_rows=_count(checks, place, raw, "header_rows", MOST_HEADER_ROWS),
        pass_over=frozenset(map(Passed, passed)),
        skip_rows=frozenset(rows),
        fill_short_rows=raw.get("fill_short_rows") is True,
    )


def _count(checks: Checks, place: str, raw: Mapping[str, Any], name: str, most: int) -> int:
    """A number from 1 on; 0 where the mapping doesn't give it."""
    value = raw.get(name, 0)
    if name in raw and not (type(value) is int and 1 <= value <= most):
        checks.fail(f"{place}.{name}", f"{place}: “{name}” must be a number from 1 to {most:,}.")
        return 0
    return int(value)


def _check_fields(checks: Checks, place: str, kind: str, columns: dict[str, Any]) -> None:
    fields = KINDS[kind]
    _only(checks, f"{place}.columns", columns, fields)
    for name, item in fields.items():
        if item.required and name not in columns:
            checks.fail(f"{place}.columns.{name}", f"{place}: “{name}” of {kind} must come from a column.")
    if kind in {"memberships", "facilitators", "attendance"} and not set(columns) & set(PERSON_FIELDS):
        checks.fail(f"{place}.columns", f"{place}: one of {', '.join(PERSON_FIELDS)} must say who it is.")


def _origins(checks: Checks, place: str, raw: Any) -> tuple[Origin, ...]:
    items = raw if isinstance(raw, list) and raw else [raw]
    return tuple(_origin(checks, place, item) for item in items)


def _origin(checks: Checks, place: str, raw: Any) -> Origin:
    if isinstance(raw, str):
        raw = {"column": raw}
    if not isinstance(raw, dict):
        checks.fail(place, f"{place}: a column's name or a table is expected.")
        return Origin()
    known = (
        "column",
        "constant",
        "template",
        "pattern",
        "optional",
        "transform",
        "format",
        "values",
        "empty",
        "leave_out",
    )
    _only(checks, place, raw, known)
    if sum(bool(raw.get(name)) for name in ("column", "constant", "template")) != 1:
        checks.fail(place, f"{place}: exactly one of column, constant, template is expected.")
    values = raw.get("values", {})
    if not isinstance(values, dict) or not all(isinstance(item, str) for item in values.values()):
        checks.fail(place, f"{place}: “values” must be a table of texts.")
        values = {}
    pattern = _text(checks, place, raw.get("pattern", ""))
    try:
        re.compile(pattern)
    except re.error as error:
        checks.fail(place, f"{place}: “pattern” is no regular expression: {error}.")
        pattern = ""
    transform = _text(checks, place, raw.get("transform", ""))
    if transform:
        checks.one_of(place, f"{place}: “transform”", transform, TRANSFORMS)
    return Origin(
        column=column_name(_text(checks, place, raw.get("column", ""))),
        constant=_text(checks, place, raw.get("constant", "")),
        template=_PLACEHOLDER.sub(_on_one_line, _text(checks, place, raw.get("template", ""))),
        pattern=pattern,
        optional=raw.get("optional") is True,
        transform=transform,
        formats=_formats(checks, place, raw.get("format", [])),
        values=values,
        empty=frozenset(_texts(checks, place, raw.get("empty", []))),
        leave_out=frozenset(_texts(checks, place, raw.get("leave_out", []))),
    )


def _formats(checks: Checks, place: str, raw: Any) -> tuple[str, ...]:
    """One form or several, as `dates.form_of` reads them."""
    made = []
    for text in _texts(checks, place, [raw] if isinstance(raw, str) else raw):
        if not text:
            continue
        try:
            made.append(form_of(text))
        except UnknownForm as error:
            checks.fail(place, f"{place}: “format” {text}: {error}.")
    return tuple(made)


def _on_one_line(match: re.Match[str]) -> str:
    return f"{{{column_name(match.group(1))}}}"


def _options(checks: Checks, place: str, kind: str, raw: Any) -> Options:
    if not isinstance(raw, dict):
        checks.fail(place, f"{place} must be a table.")
        return Options()
    allowed = {
        "org_units": (),
        "people": ("merge_repeated", "create"),
        "communities": ("create",),
        "sessions": ("time", "minutes", "time_zone"),
        "skills": ("create",),
        "role_requirements": ("create",),
        "unit_needs": (),
        "community_skills": (),
        "series": ("time", "minutes", "time_zone"),
        "needs": ("create",),
        "trends": (),
        "survey_answers": ("create",),
    }.get(kind, ("people_with_handle", "people_with_name", "not_people"))
    _only(checks, place, raw, allowed)
    create = _texts(checks, f"{place}.create", raw.get("create", []))
    for name in create if kind in CREATABLE else ():
        checks.one_of(f"{place}.create", f"{place}: “create”", name, CREATABLE[kind])
    return Options(
        merge_repeated=raw.get("merge_repeated") is True,
        create=frozenset(create),
        people_with_handle=_person_kind(checks, f"{place}.people_with_handle", raw.get("people_with_handle")),
        people_with_name=_person_kind(checks, f"{place}.people_with_name", raw.get("people_with_name")),
        not_people=tuple(_texts(checks, f"{place}.not_people", raw.get("not_people", []))),
        time=_time(checks, f"{place}.time", raw.get("time", "12:00")),
        minutes=_minutes(checks, f"{place}.minutes", raw.get("minutes", 60)),
        time_zone=_zone(checks, f"{place}.time_zone", raw.get("time_zone", "")),
    )


def _person_kind(checks: Checks, place: str, raw: Any) -> PersonKind | None:
    return None if raw is None else PersonKind(checks.one_of(place, place, str(raw), PersonKind))


def _time(checks: Checks, place: str, raw: Any) -> time:
    try:
        return time.fromisoformat(str(raw)).replace(tzinfo=None)
    except ValueError:
        checks.fail(place, f"{place}: a time such as 12:00 is expected.")
        return Options.time


def _minutes(checks: Checks, place: str, raw: Any) -> int:
    if isinstance(raw, int) and 1 <= raw <= 24 * 60:
        return raw
    checks.fail(place, f"{place}: a number of minutes from 1 to 1,440 is expected.")
    return Options.minutes


def _zone(checks: Checks, place: str, raw: Any) -> str:
    if raw and raw not in available_timezones():
        checks.fail(place, f"{place}: a time zone such as Europe/Madrid is expected.")
        return ""
    return str(raw)


def _text(checks: Checks, place: str, raw: Any) -> str:
    if isinstance(raw, str):
        return raw
    checks.fail(place, f"{place}: a text is expected.")
    return ""


def _texts(checks: Checks, place: str, raw: Any) -> list[str]:
    if isinstance(raw, Sequence) and not isinstance(raw, str) and all(isinstance(item, str) for item in raw):
        return list(raw)
    checks.fail(place, f"{place}: a list of texts is expected.")
    return []


def _only(checks: Checks, place: str, raw: Mapping[str, Any], known: Iterable[str]) -> None:
    for name in raw.keys() - set(known):
        checks.fail(f"{place}.{name}", f"{place}: “{name}” is not known here (known: {', '.join(known) or 'nothing'}).")
