"""A first look at a file that somebody brings: what it seems to be, its columns, some of its rows. Pure."""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import charset_normalizer

from cop.imports import formats
from cop.imports.formats import Format, WrongFormat
from cop.imports.problems import Reporter
from cop.imports.table import ENCODINGS, Table, read_table

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SAMPLE_ROWS = 5
MOST_VALUES = 60
"""A column with more different values is no list of choices."""
_LONGEST = 80
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
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        """For another process."""
        return asdict(self)


def from_json(raw: dict[str, Any]) -> Inspection:
    """What `as_json` gave."""
    values = {column: tuple(texts) for column, texts in (raw["values"] or {}).items()}
    tuples = {name: tuple(raw[name]) for name in ("parts", "columns")}
    return Inspection(**raw | tuples | {"values": values, "sample": tuple(tuple(row) for row in raw["sample"])})


def inspect(name: str, data: bytes, *, encoding: str = "", delimiter: str = "", part: str = "") -> Inspection:
    """Look at a file; what is given is taken, the rest found out."""
    try:
        found = formats.format_of(name, data)
        parts = () if found is Format.CSV else formats.parts(found, data)
    except WrongFormat as error:
        return Inspection("", (), part, encoding, delimiter, problem=f"{str(error)[:1].upper()}{str(error)[1:]}.")
    if found is Format.CSV:
        encoding = encoding or encoding_of(data)
        delimiter = delimiter or delimiter_of(data[:_LOOK].decode(_codec(encoding), "replace"))
    else:
        encoding, delimiter = "auto", ","
        part = part if part in parts else parts[0]
    reporter = Reporter(name)
    table = read_table(data, reporter, name=name, encoding=encoding, delimiter=delimiter, part=part)
    whole = [problem for problem in reporter.problems if problem.row < 2 or problem.reason in {"not_csv", "nul"}]
    return Inspection(
        found.value,
        parts,
        part,
        encoding,
        delimiter,
        columns=table.columns,
        row_count=table.row_count,
        sample=tuple(tuple(_short(cell) for cell in line.cells.values()) for line in table.lines[:SAMPLE_ROWS]),
        values=_values(table),
        problem=" ".join(dict.fromkeys(problem.message for problem in whole)),
    )


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


def delimiter_of(text: str) -> str:
    """What separates the cells of a CSV file; a comma where nothing tells."""
    lines = text.splitlines()[:50]
    try:
        return csv.Sniffer().sniff("\n".join(lines), delimiters="".join(DELIMITERS)).delimiter
    except csv.Error:
        head = Counter(char for char in (lines[0] if lines else "") if char in DELIMITERS)
        return head.most_common(1)[0][0] if head else ","


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


def _short(cell: str) -> str:
    return cell if len(cell) <= _LONGEST else f"{cell[:_LONGEST]}…"


def seems(columns: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether a file with these columns is one that a mapping with the wanted ones was made for."""
    return bool(wanted) and set(wanted) <= set(columns)
