"""A first look at a file that somebody brings: what it seems to be, its columns, some of its rows. Pure."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import charset_normalizer

from cop.imports import dates, formats
from cop.imports.formats import Format, WrongFormat
from cop.imports.layout import Layout
from cop.imports.problems import Reporter
from cop.imports.table import ENCODINGS, Source, Table, read_table

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SAMPLE_ROWS = 5
MOST_VALUES = 60
"""A column with more different values is no list of choices."""
_LONGEST = 80
_LINES = 60
_DATED_ROWS = 20_000
_FIRST_TEXTS = 60
_EXAMPLES = 6
_LONGEST_DATE = 40
_LOOK = 200_000
"""Bytes that are enough to tell an encoding and a delimiter."""


@dataclass(frozen=True)
class Inspection:
    """What a file seems to be. Where `problem` says something, it can't be read as it stands."""

    format: str
    parts: tuple[str, ...]
    part: str
    encoding: str
    delimiter: str
    columns: tuple[str, ...] = ()
    row_count: int = 0
    sample: tuple[tuple[str, ...], ...] = ()
    """The first rows."""
    values: dict[str, tuple[str, ...]] | None = None
    """The different values of each column that has few, the most frequent first."""
    dates: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of columns that hold days or times, examples of each way in which these are written."""
    problem: str = ""
    header_row: int = 1
    header_rows: int = 1
    head: tuple[tuple[int, str], ...] = ()
    """The first rows, for the choice of the header: their numbers, and how they begin."""
    passed: tuple[tuple[int, str, str], ...] = ()
    """The first rows that are no data: number, reason, how they begin."""
    passed_counts: dict[str, int] = field(default_factory=dict)
    unnamed: int = 0
    """Empty columns without a name."""
    short_rows: int = 0
    titles: dict[str, str] = field(default_factory=dict)
    """What a second header row says of a column."""

    def as_json(self) -> dict[str, Any]:
        """For another process."""
        return asdict(self)


def from_json(raw: dict[str, Any]) -> Inspection:
    """What `as_json` gave."""
    values = {column: tuple(texts) for column, texts in (raw["values"] or {}).items()}
    flat = {name: tuple(raw[name]) for name in ("parts", "columns")}
    nested = {name: tuple(tuple(row) for row in raw[name]) for name in ("sample", "head", "passed")}
    days = {column: tuple(texts) for column, texts in raw["dates"].items()}
    return Inspection(**raw | flat | nested | {"values": values, "dates": days})


def inspect(
    name: str, data: bytes, *, encoding: str = "", delimiter: str = "", part: str = "", layout: Layout | None = None
) -> Inspection:
    """Look at a file; what is given is taken, the rest is recognised."""
    try:
        what = formats.format_of(name, data)
        parts = () if what is Format.CSV else formats.parts(what, data)
    except WrongFormat as error:
        return Inspection("", (), part, encoding, delimiter, problem=f"{str(error)[:1].upper()}{str(error)[1:]}.")
    if what is Format.CSV:
        encoding = encoding or encoding_of(data)
        delimiter = delimiter or delimiter_of(data[:_LOOK].decode(_codec(encoding), "replace"))
    else:
        encoding, delimiter = "auto", ","
        part = part if part in parts else parts[0]
    reporter = Reporter(name)
    table = read_table(data, reporter, Source(name, encoding, delimiter, part, layout or Layout()))
    whole = [problem for problem in reporter.problems if problem.concerns_file]
    short = [problem for problem in reporter.problems if problem.reason == "too_few_cells"]
    return Inspection(
        what.value,
        parts,
        part,
        encoding,
        delimiter,
        columns=table.columns,
        row_count=table.row_count,
        sample=tuple(tuple(_short(cell) for cell in line.cells.values()) for line in table.lines[:SAMPLE_ROWS]),
        values=_values(table),
        dates=_dates(table),
        problem=" ".join(dict.fromkeys(problem.message for problem in whole)),
        short_rows=len(short),
        **_arranged(table),
    )


def _arranged(table: Table) -> dict[str, Any]:
    """Where the table lies in its file."""
    found = table.arrangement
    if found is None:
        return {}
    return {
        "header_row": found.header_row,
        "header_rows": found.header_rows,
        "head": found.head,
        "passed": tuple((row.number, row.why.value, row.text) for row in found.passed.first),
        "passed_counts": {why.value: count for why, count in found.passed.counts.items()},
        "unnamed": found.unnamed,
        "titles": found.titles,
    }


def encoding_of(data: bytes) -> str:
    """The encoding of a CSV file: its byte order mark's, UTF-8 where that fits, else what its letters suggest."""
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    else:
        return "auto"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "auto"
    best = charset_normalizer.from_bytes(data[:_LOOK], cp_isolation=["cp1252", "iso8859_15", "utf_16_le"]).best()
    guess = (best.encoding if best else "cp1252").replace("_", "-").replace("iso8859", "iso-8859")
    return guess if guess in ENCODINGS else "cp1252"


_SEPARATOR_LINE = re.compile(r"sep=(.)\s*")


def delimiter_of(text: str) -> str:
    """What separates the cells of a CSV file; a comma where nothing tells."""
    lines = [line for line in text.splitlines()[:_LINES] if line.strip()]
    named = _SEPARATOR_LINE.fullmatch(lines[0]) if lines else None
    if named and named[1] in DELIMITERS:
        return named[1]
    return max(DELIMITERS, key=lambda delimiter: _regularity(lines, delimiter))


def _regularity(lines: list[str], delimiter: str) -> tuple[float, int]:
    """How many of the lines have one width of two cells or more, and that width."""
    try:
        widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells)
    except csv.Error:
        return 0, 0
    wide = {width: count for width, count in widths.items() if width > 1}
    if not wide:
        return 0, 0
    usual = max(wide, key=lambda width: (wide[width], width))
    return wide[usual] / widths.total(), usual


def _codec(encoding: str) -> str:
    return "utf-8-sig" if encoding == "auto" else encoding


def _values(table: Table) -> dict[str, tuple[str, ...]]:
    counts: dict[str, Counter[str]] = {column: Counter() for column in table.columns}
    for line in table.lines:
        for column, counter in list(counts.items()):
            counter[line.cells[column].strip()] += 1
            if len(counter) > MOST_VALUES + 1:
                del counts[column]
    return {column: _listed(counter) for column, counter in counts.items()}


def _listed(counter: Counter[str]) -> tuple[str, ...]:
    return tuple(value for value, _count in counter.most_common() if value and len(value) <= _LONGEST)


def _dates(table: Table) -> dict[str, tuple[str, ...]]:
    """Examples of days and times, by column."""
    looked = table.lines[:_DATED_ROWS]
    found = {}
    for column in table.columns:
        texts = list(dict.fromkeys(text for line in looked if (text := line.cells[column].strip())))
        first = texts[:_FIRST_TEXTS]
        if first and sum(map(_is_dated, first)) * 3 >= len(first):
            found[column] = tuple(_examples(text for text in texts if _is_dated(text)))
    return found


def _is_dated(text: str) -> bool:
    return len(text) <= _LONGEST_DATE and dates.LOOKS_LIKE_A_DAY.fullmatch(text) is not None


def _examples(texts: Iterable[str]) -> Iterator[str]:
    """A few texts of each shape, and a few that tell the day from the month."""
    counts: Counter[tuple[str, bool]] = Counter()
    for text in texts:
        key = (dates.shape(text), dates.says_which_is_the_day(text))
        counts[key] += 1
        if counts[key] <= _EXAMPLES:
            yield text


def _short(cell: str) -> str:
    return cell if len(cell) <= _LONGEST else f"{cell[:_LONGEST]}…"


def seems(columns: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether a file with these columns is one that a mapping with the wanted ones was made for."""
    return bool(wanted) and set(wanted) <= set(columns)
