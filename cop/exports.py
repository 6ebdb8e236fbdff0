"""Tables as CSV and as workbooks that open without running anything, under file names of our own making. Pure."""

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from numbers import Integral, Real
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

_STARTS_FORMULA = "=+-@\t\r\n|%"
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
LONGEST_CELL = 32_767
MOST_ROWS = 1_048_576
_EXACT = 10**15
"""Excel keeps 15 digits of a number; a longer one is written as text."""
_FIRST_DAY = date(1900, 3, 1)
"""Excel counts a 29 February 1900 that never was; days before it would be shown a day off."""
_WIDEST = 60
_MEASURED_ROWS = 200


@dataclass(frozen=True)
class Sheet:
    """A table on its way out, whatever the kind of file: a name, the columns' names, the rows."""

    name: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[Any]]


def sheet_of(name: str, frame: pd.DataFrame) -> Sheet:
    """A frame's columns and rows, without its index."""
    rows = list(frame.astype("object").itertuples(index=False, name=None))
    return Sheet(name, tuple(str(column) for column in frame.columns), rows)


def safe_cell(value: Any) -> Any:
    """The value, with an apostrophe before text that a spreadsheet could take for a formula.

    Judged after Unicode's compatibility folding (a full-width ＝ counts as =) and behind leading blanks, quotes and
    invisible characters. A plain number, negative ones too, stays a number.
    """
    if _is_nothing(value):
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    text = value.replace("\x00", "")
    return f"'{text}" if _looks_like_formula(text) else text


def unguarded(text: str) -> str:
    """Text as it was before `safe_cell` put an apostrophe before it."""
    return text[1:] if text[:1] == "'" and _looks_like_formula(text[1:]) else text


def _is_nothing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def _looks_like_formula(text: str) -> bool:
    folded = unicodedata.normalize("NFKC", text)
    if folded[:1] in {"\t", "\r", "\n"}:
        return True
    visible = folded.lstrip("".join(char for char in set(folded) if _is_invisible(char)) + " '\"")
    return visible[:1] != "" and visible[0] in _STARTS_FORMULA


def _is_invisible(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in {"Cc", "Cf", "Zs"}


def to_csv(header: Sequence[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """CSV in UTF-8 with a byte order mark, by which Excel knows the encoding; every cell made safe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([safe_cell(name) for name in header])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def sheet_to_csv(sheet: Sheet) -> bytes:
    """One table as CSV."""
    return to_csv(sheet.header, sheet.rows)


def to_xlsx(sheets: Iterable[Sheet], *, time_zone: str) -> bytes:
    """A workbook with a sheet for each table: text is text, never a formula or a link; numbers, days and moments typed.

    Moments are written in the time zone given, since a workbook's know none. Text beyond what a cell holds is cut,
    with an ellipsis. Raises ValueError for a table of more rows than a sheet has.
    """
    held, names = io.BytesIO(), set[str]()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(held, {"in_memory": True, "constant_memory": False, **safe}) as book:
        formats = _Formats(
            head=book.add_format({"bold": True}),
            day=book.add_format({"num_format": "yyyy-mm-dd"}),
            moment=book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            time=book.add_format({"num_format": "hh:mm"}),
        )
        for sheet in sheets:
            _fill(book.add_worksheet(_sheet_name(sheet.name, names)), sheet, formats, ZoneInfo(time_zone))
    return held.getvalue()


@dataclass(frozen=True)
class _Formats:
    """How cells look."""

    head: Format
    day: Format
    moment: Format
    time: Format


def _fill(made: Worksheet, sheet: Sheet, formats: _Formats, zone: ZoneInfo) -> None:
    if len(sheet.rows) >= MOST_ROWS:
        raise ValueError(f"{len(sheet.rows):,} rows don't fit into a sheet of {MOST_ROWS:,}")
    for column, name in enumerate(sheet.header):
        made.write_string(0, column, _text(name), formats.head)
        shown = [len(_shown(row[column])) for row in sheet.rows[:_MEASURED_ROWS]]
        made.set_column(column, column, min(_WIDEST, 3 + max([len(name), *shown])))
    for number, row in enumerate(sheet.rows, 1):
        for column, value in enumerate(row):
            _write(made, number, column, value, formats, zone)
    made.freeze_panes(1, 0)
    if sheet.header:
        made.autofilter(0, 0, len(sheet.rows), len(sheet.header) - 1)


def _shown(value: Any) -> str:
    """Roughly what a cell shows, to know how wide it is."""
    return "" if _is_nothing(value) else f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def _write(made: Worksheet, row: int, column: int, value: Any, formats: _Formats, zone: ZoneInfo) -> None:
    """One cell, by the type of its value; what Excel can't hold as such becomes text."""
    if _is_nothing(value):
        return
    if isinstance(value, bool):
        made.write_boolean(row, column, value)
    elif isinstance(value, datetime):
        local = value.astimezone(zone).replace(tzinfo=None) if value.tzinfo else value
        _write_time(made, row, column, local, local.date(), formats.moment)
    elif isinstance(value, date):
        _write_time(made, row, column, value, value, formats.day)
    elif isinstance(value, time):
        made.write_datetime(row, column, value.replace(tzinfo=None), formats.time)
    elif isinstance(value, Real) and math.isfinite(value) and abs(float(value)) < _limit(value):
        made.write_number(row, column, float(value))
    else:
        made.write_string(row, column, _text(str(value)))


def _write_time(made: Worksheet, row: int, column: int, value: date, day: date, form: Format) -> None:
    if day < _FIRST_DAY:
        made.write_string(row, column, value.isoformat())
    else:
        made.write_datetime(row, column, value, form)


def _limit(value: Real) -> float:
    return _EXACT if isinstance(value, Integral) else math.inf


def _text(text: str) -> str:
    """What XML can't hold becomes a visible sign; what a cell can't hold is cut, and says so."""
    kept = _NOT_IN_XML.sub("\ufffd", text)
    units = len(kept.encode("utf-16-le")) // 2  # which is how Excel counts
    if units <= LONGEST_CELL:
        return kept
    return kept.encode("utf-16-le")[: 2 * (LONGEST_CELL - 1)].decode("utf-16-le", "ignore") + "…"


def _sheet_name(name: str, taken: set[str]) -> str:
    """As Excel takes it: at most 31 characters, some forbidden, none twice whatever its case."""
    plain = _NOT_IN_SHEET_NAMES.sub(" ", _text(name)).strip(" '")[:31].strip(" '") or "Sheet"
    plain = "Sheet" if plain.casefold() == "history" else plain  # Excel keeps that one for itself
    found, number = plain, 1
    while found.casefold() in taken:
        number += 1
        found = f"{plain[: 28 - len(str(number))]} ({number})"
    taken.add(found.casefold())
    return found


def file_name(*parts: str, ending: str) -> str:
    """Such as cop-participation-2025-01-2025-12.csv: letters, digits and hyphens only, whatever the parts hold."""
    words = re.sub(r"[^a-z0-9]+", "-", " ".join(("cop", *parts)).encode("ascii", "ignore").decode().lower())
    return f"{words.strip('-')[:100].rstrip('-')}.{ending}"
