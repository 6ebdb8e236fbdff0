"""From the bytes of a file to rows of text: nothing is converted, guessed or shifted. Pure."""

import codecs
import csv
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cop.imports import formats
from cop.imports.formats import Format, Rows, WrongFormat, format_of
from cop.imports.problems import Reporter

MAX_BYTES = 200_000_000
PROGRESS_ROWS = 50_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
ENCODINGS = ("auto", "utf-8", "utf-16-le", "utf-16-be", "cp1252", "iso-8859-1", "iso-8859-15")

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Line:
    """A row of text under the header's names; `number` counts as a spreadsheet does, the header being 1."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """A file as text. `row_count` counts every row with anything in it, also those of a wrong length."""

    file: str
    digest: str
    """SHA-256 of the bytes."""
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    row_count: int


def read_table(
    data: bytes,
    reporter: Reporter,
    *,
    name: str = "",
    encoding: str = "auto",
    delimiter: str = ",",
    part: str = "",
    progress: Progress = lambda _message: None,
) -> Table:
    """Read a file; problems go to the reporter, and a table with one that concerns the whole file is empty.

    `name` tells the format by its ending; encoding and delimiter are a CSV file's, `part` a workbook's sheet or the
    path of a list in JSON or YAML.
    """
    empty = Table(reporter.file, hashlib.sha256(data).hexdigest(), (), (), 0)
    rows = _any_rows(data, name, encoding, delimiter, part, reporter, progress)
    columns = _header(rows, reporter)
    if not columns or any(problem.row < 2 or problem.reason == "not_csv" for problem in reporter.problems):
        return empty
    lines, count = [], 0
    for number, cells in rows[1:]:
        count += 1
        if len(cells) == len(columns):
            lines.append(Line(number, dict(zip(columns, cells, strict=True))))
            continue
        many = len(cells) > len(columns)
        detail = f"({len(cells)} instead of {len(columns)})"
        reporter.leave_out(number, "", "too_many_cells" if many else "too_few_cells", detail)
    return Table(reporter.file, empty.digest, columns, tuple(lines), count)


def _any_rows(
    data: bytes, name: str, encoding: str, delimiter: str, part: str, reporter: Reporter, progress: Progress
) -> Rows:
    if len(data) > MAX_BYTES:
        reporter.refuse_file("too_large", detail=f"({MAX_BYTES // 1_000_000} MB fit)")
        return []
    try:
        found = format_of(name, data)
        if found is not Format.CSV:
            return formats.rows(found, data, part)
    except WrongFormat as error:
        reporter.refuse_file("wrong_format", detail=f"({error})")
        return []
    text = decoded(data, encoding, reporter)
    return [] if text is None else _rows(text, delimiter, reporter, progress)


def decoded(data: bytes, encoding: str, reporter: Reporter) -> str | None:
    """The text of a CSV file; None, and a problem, where it can't be told."""
    mark, marked = next(((mark, name) for mark, name in _BOMS if data.startswith(mark)), (b"", ""))
    used = marked or ("utf-8" if encoding == "auto" else encoding)
    try:
        text = data[len(mark) :].decode(used)
    except UnicodeDecodeError as error:
        reporter.refuse_file(
            "encoding",
            row=data.count(b"\n", 0, error.start) + 1,
            detail=_undecodable(data[error.start + len(mark)], error.start + len(mark), used, encoding),
        )
        return None
    if "\0" in text:
        reporter.refuse_file("nul", row=text.count("\n", 0, text.index("\0")) + 1)
        return None
    return text


def _undecodable(byte: int, position: int, used: str, encoding: str) -> str:
    found = f"Byte {byte:#04x} at position {position:,} is not {used}."
    if encoding != "auto":
        return found
    return f'{found} If the file comes from Excel on Windows, write encoding = "cp1252" in the mapping.'


def _rows(text: str, delimiter: str, reporter: Reporter, progress: Progress) -> Rows:
    """Every row that isn't blank, with its number."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    rows: Rows = []
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if cells:
                rows.append((number, cells))
            if number % PROGRESS_ROWS == 0:
                progress(f"{reporter.file}: {number:,} rows read")
    except csv.Error as error:
        reporter.refuse_file("not_csv", row=number + 1, detail=f"(line {reader.line_num}: {error})")
    return rows


def _header(rows: Rows, reporter: Reporter) -> tuple[str, ...]:
    if not rows:
        if not reporter.problems:
            reporter.refuse_file("no_header")
        return ()
    names = tuple(name.strip() for name in rows[0][1])
    for position, name in enumerate(names, 1):
        if not name:
            reporter.refuse_file("empty_header", row=1, detail=f"(column {position})")
    names = _told_apart(names)
    for name, count in Counter(names).items():
        if name and count > 1:
            reporter.refuse_file("duplicate_header", row=1, column=name)
    return names


def _told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """The names, those that stand there several times with their number: none of them is taken for another."""
    counts, seen = Counter(names), Counter[str]()
    made = []
    for name in names:
        seen[name] += 1
        made.append(numbered(name, seen[name]) if name and counts[name] > 1 else name)
    return tuple(made)


def numbered(name: str, number: int) -> str:
    """What the first, second … of several columns of one name is called."""
    return f"{name} ({number})"
