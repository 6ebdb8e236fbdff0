"""Workbooks, JSON and YAML as rows of text, as a CSV file has them: nothing is guessed. Pure.

A workbook's parts are its sheets; those of JSON and YAML are the lists of objects in it, by their path. An object in
a list brings along the plain values of those around it, as `parent.name`.
"""

import codecs
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

import yaml
from python_calamine import CalamineError, CalamineWorkbook

from cop.imports import html_tables

Rows = list[tuple[int, list[str]]]
"""Every row that isn't blank, with its number as a spreadsheet counts."""

MAX_CELLS = 5_000_000
MAX_UNPACKED = 400_000_000
_WORKBOOK_ENTRIES = 5_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_DEEP = 6


class Format(StrEnum):
    """What a file is."""

    CSV = "csv"
    WORKBOOK = "workbook"
    JSON = "json"
    YAML = "yaml"
    HTML = "html"
    """A page of tables, also Excel's old XML."""


ENDINGS = {
    "csv": Format.CSV,
    "tsv": Format.CSV,
    "txt": Format.CSV,
    "xlsx": Format.WORKBOOK,
    "xlsm": Format.WORKBOOK,
    "xls": Format.WORKBOOK,
    "ods": Format.WORKBOOK,
    "json": Format.JSON,
    "yaml": Format.YAML,
    "yml": Format.YAML,
    "html": Format.HTML,
    "htm": Format.HTML,
}


class WrongFormat(Exception):
    """The bytes aren't what they should be; the text says why, in a sentence without its full stop."""


_SAVE_ANEW = "open it in your spreadsheet program and save it as .xlsx or CSV"
_OTHERS = (
    (b"%PDF", "a PDF"),
    (b"MIME-Version:", "a web archive"),
    (b"{\\rtf", "a text of a word processor"),
)
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f"))
_HEAD = 4_000


def format_of(name: str, data: bytes) -> Format:
    """What a file is: by its name's ending (CSV where that tells nothing), unless its first bytes say otherwise.

    Programs save text and HTML under the name of a workbook, which is read as what it is. Raises WrongFormat.
    """
    ending = name.rpartition(".")[2].lower()
    named = ENDINGS.get(ending, Format.CSV)
    if data.startswith((_ZIP, _OLE)):
        if named in {Format.JSON, Format.YAML}:
            raise WrongFormat(f"it is called .{ending}, but it is a workbook or another archive")
        return Format.WORKBOOK
    if named is not Format.WORKBOOK and ending not in _PAGES:
        return named
    other = next((words for mark, words in _OTHERS if data.startswith(mark)), "")
    if other or not data:
        raise WrongFormat(f"it is called .{ending}, but it is {other or 'empty'}: {_SAVE_ANEW}")
    head = _page_text(data[:_HEAD]).lstrip().lower()
    if head.startswith("<") and any(mark in head for mark in ("<table", "<html", "<workbook", ":workbook")):
        return Format.HTML
    if _is_binary(data[:_HEAD]):
        raise WrongFormat(f"it is called .{ending}, but it is no workbook: {_SAVE_ANEW}")
    return Format.CSV


_PAGES = ("html", "htm")


def _is_binary(head: bytes) -> bool:
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return not marked and any(byte in _CONTROL for byte in head)


def _page_text(data: bytes) -> str:
    """A page as text: by its mark, as UTF-8, else as Windows writes it."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def parts(found: Format, data: bytes) -> tuple[str, ...]:
    """The names of what a file other than CSV holds. Raises WrongFormat."""
    if found is Format.WORKBOOK:
        return tuple(_workbook(data).sheet_names)
    if found is Format.HTML:
        return tuple(_tables(data))
    return tuple(_lists(_document(found, data)))


def rows(found: Format, data: bytes, part: str = "") -> Rows:
    """The rows of a part, or of the first one. Raises WrongFormat."""
    if found is Format.WORKBOOK:
        return _sheet(_workbook(data), part)
    if found is Format.HTML:
        return _table(_tables(data), part)
    return _records(_lists(_document(found, data)), part)


def _tables(data: bytes) -> dict[str, html_tables.Grid]:
    try:
        found = html_tables.tables(_page_text(data), MAX_CELLS)
    except html_tables.TooLarge as error:
        raise WrongFormat(f"the page has more than {MAX_CELLS:,} cells") from error
    if not found:
        raise WrongFormat(f"it holds no table: {_SAVE_ANEW}")
    return found


def _table(tables: Mapping[str, html_tables.Grid], part: str) -> Rows:
    name = part or next(iter(tables))
    if name not in tables:
        raise WrongFormat(f"there is no table “{name}”")
    grid = tables[name]
    width = max(map(len, grid))
    return [(number, row + [""] * (width - len(row))) for number, row in enumerate(grid, 1) if any(row)]


def _workbook(data: bytes) -> CalamineWorkbook:
    if data.startswith(_ZIP):
        _check_archive(data)
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except (CalamineError, OSError, ValueError) as error:
        raise WrongFormat(f"the workbook is broken or locked by a password: {_SAVE_ANEW}") from error


def _check_archive(data: bytes) -> None:
    """Refuse what would unpack to more than an import takes, by what the archive says of itself."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except zipfile.BadZipFile as error:
        raise WrongFormat("the workbook is broken") from error
    if len(entries) > _WORKBOOK_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise WrongFormat("the workbook unpacks to more than an import takes")


def _sheet(workbook: CalamineWorkbook, part: str) -> Rows:
    names = workbook.sheet_names
    name = part or next(iter(names), "")
    if name not in names:
        raise WrongFormat(f"there is no sheet “{name}”")
    try:
        found = workbook.get_sheet_by_name(name)
        if found.height * found.width > MAX_CELLS:
            raise WrongFormat(f"the sheet has more than {MAX_CELLS:,} cells")
        lines = found.to_python(skip_empty_area=False)
    except CalamineError as error:
        raise WrongFormat("the sheet can't be read") from error
    made = ((number, [_text(cell) for cell in line]) for number, line in enumerate(lines, 1))
    return [(number, cells) for number, cells in made if any(cells)]


def _document(found: Format, data: bytes) -> Any:
    try:
        if found is Format.JSON:
            return json.loads(data)
        return yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - the safe one, in C where there is one
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        where = next(iter(str(error).splitlines()), "")[:120]
        raise WrongFormat(f"it is no {found.value.upper()} ({where})") from error


def _lists(document: Any) -> dict[str, list[dict[str, Any]]]:
    """The lists of objects in a document by path ("" where it is one itself), each object with what surrounds it."""
    found: dict[str, list[dict[str, Any]]] = {}
    cells = 0
    for path, record in _walk(document, (), {}):
        cells += 1 + len(record)  # an object without plain values costs something, too
        if cells > MAX_CELLS:
            raise WrongFormat(f"it holds more than {MAX_CELLS:,} values")
        found.setdefault(".".join(path), []).append(record)
    if not found:
        raise WrongFormat("it holds no list of objects")
    return found


def _walk(
    value: Any, path: tuple[str, ...], around: Mapping[str, str]
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    if len(path) > _DEEP:
        return
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                own = _flat(item)
                yield path, {**around, **own}
                name = path[-1] if path else "item"
                inner = {f"{name}.{key}": text for key, text in own.items()} | dict(around)
                yield from _walk(item, path, inner)
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, dict | list):
                yield from _walk(item, (*path, str(key)), around)


def _flat(record: dict[Any, Any], prefix: str = "", depth: int = 0) -> dict[str, str]:
    """An object's plain values by name, those of objects in it as `outer.inner`; a list of plain ones is one text."""
    flat: dict[str, str] = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and depth < _DEEP:
            flat |= _flat(value, f"{name}.", depth + 1)
        elif isinstance(value, list):
            if value and not any(isinstance(item, dict | list) for item in value):
                flat[name] = ", ".join(_text(item) for item in value)
        else:
            flat[name] = _text(value)
    return flat


def _records(lists: Mapping[str, list[dict[str, Any]]], part: str) -> Rows:
    name = part if part in lists or part else next(iter(lists))
    if name not in lists:
        raise WrongFormat(f"there is no list “{name}”")
    records = lists[name]
    columns = list(dict.fromkeys(key for record in records for key in record))
    body = [(number, [record.get(column, "") for column in columns]) for number, record in enumerate(records, 2)]
    return [(1, columns), *body]


_WRITERS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (bool, lambda value: "true" if value else "false"),
    (float, lambda value: str(int(value)) if value.is_integer() else repr(value)),
    (datetime, lambda value: value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")),
    (time, lambda value: value.isoformat("minutes")),
    (date, date.isoformat),
)
"""The more special type before the more general one."""


def _text(value: Any) -> str:
    """A typed cell as a CSV file would have it: 2026-03-05, 16:30, 12, true."""
    if value is None:
        return ""
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    return str(value)
