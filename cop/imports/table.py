"""From the bytes of a file to rows of text: nothing is converted, guessed or shifted. Pure."""

import codecs
import csv
import hashlib
import io
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from cop.imports import formats
from cop.imports.formats import Format, Rows, WrongFormat, format_of
from cop.imports.layout import PLAIN, Arrangement, Layout, arrange
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
    """A row of text under the header's names; `number` counts as a spreadsheet does."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """A file as text. `row_count` counts every row of data, also those of a wrong length."""

    file: str
    digest: str
    """SHA-256 of the bytes."""
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    row_count: int
    arrangement: Arrangement | None = None
    """Where the table lies in the file; None where it can't be read."""


@dataclass(frozen=True)
class Source:
    """How a file is written. `name` tells the format by its ending; encoding and delimiter are a CSV file's.

    `part` is a workbook's sheet or the path of a list in JSON or YAML.
    """

    name: str = ""
    encoding: str = "auto"
    delimiter: str = ","
    part: str = ""
    layout: Layout = field(default_factory=Layout)


def read_table(
    data: bytes,
    reporter: Reporter,
    source: Source,
    *,
    wanted: Collection[str] = (),
    progress: Progress = lambda _message: None,
) -> Table:
    """Read a file; problems go to the reporter, and a table with one that concerns the whole file is empty.

    `wanted` are the columns that a mapping reads: they tell the header from the rows above it.
    """
    empty = Table(reporter.file, hashlib.sha256(data).hexdigest(), (), (), 0)
    rows, plain = read_rows(data, reporter, source, progress)
    if not rows and not reporter.problems:
        reporter.refuse_file("no_header")
    if not rows or any(problem.concerns_file for problem in reporter.problems):
        return empty
    table = arrange(rows, PLAIN if plain else source.layout, wanted)
    fill = source.layout.fill_short_rows
    lines = [line for number, cells in table.body if (line := _line(number, cells, table.columns, fill, reporter))]
    named = tuple(filter(None, table.columns))
    return Table(reporter.file, empty.digest, named, tuple(lines), len(table.body), table)


def _line(number: int, cells: list[str], columns: Sequence[str], fill: bool, reporter: Reporter) -> Line | None:
    """A row under the columns' names; None, and a problem, where it is too long or too short."""
    width = len(columns)
    if fill and len(cells) < width:
        cells = [*cells, *[""] * (width - len(cells))]
    if len(cells) != width:
        reason = "too_many_cells" if len(cells) > width else "too_few_cells"
        reporter.leave_out(number, "", reason, f"({len(cells)} instead of {width})")
        return None
    return Line(number, {name: cell for name, cell in zip(columns, cells, strict=True) if name})


def read_rows(data: bytes, reporter: Reporter, source: Source, progress: Progress) -> tuple[Rows, bool]:
    """A file's rows that aren't blank, and whether the first of them certainly names the columns."""
    if len(data) > MAX_BYTES:
        reporter.refuse_file("too_large", detail=f"({MAX_BYTES // 1_000_000} MB fit)")
        return [], False
    try:
        what = format_of(source.name, data)
        if what is not Format.CSV:
            return formats.rows(what, data, source.part), what in {Format.JSON, Format.YAML}
    except WrongFormat as error:
        reporter.refuse_file("wrong_format", detail=f"({error})")
        return [], False
    text = decoded(data, source.encoding, reporter)
    return ([] if text is None else _rows(text, source.delimiter, reporter, progress)), False


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
    """Every row that isn't an empty line, with its number."""
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
