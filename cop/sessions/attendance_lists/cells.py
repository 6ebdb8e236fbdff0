"""Text as rows of cells: any delimiter, quoted fields, Markdown tables. Pure."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cop.sessions.attendance_lists.words import Role, header_role, is_summary

DELIMITERS: Final = ("\t", ";", ",", "|")
_RULE = re.compile(r"[\s|:=+-]*")
_SEP = re.compile(r"sep=(.)", re.IGNORECASE)
_PEOPLE = {Role.NAME, Role.FIRST, Role.LAST, Role.EMAIL}


@dataclass(frozen=True)
class Row:
    """A row's cells, and its text as it stands in the list."""

    cells: tuple[str, ...]
    text: str

    @property
    def filled(self) -> tuple[str, ...]:
        """The cells that hold something."""
        return tuple(cell for cell in self.cells if cell)


def rows(text: str, delimiter: str) -> list[Row]:
    """Split a text into rows that hold something; drawn lines and rows of delimiters alone are left out."""
    lines = [line for line in text.splitlines() if not _RULE.fullmatch(line)]
    made = (_markdown(line) for line in lines) if delimiter == "|" else _quoted(lines, delimiter)
    return [row for row in made if row.filled]


def delimiter_of(text: str) -> str:
    """Return the delimiter by which a row is the best header; empty where no row is one by any."""
    found = _SEP.match(text.lstrip())
    if found:
        return found[1] if found[1] in DELIMITERS else ""
    best, chosen = 0, ""
    for delimiter in DELIMITERS:
        if delimiter not in text:
            continue
        score = max((header_score(row) for row in rows(text, delimiter)), default=0)
        if score > best:
            best, chosen = score, delimiter
    return chosen


def header_score(row: Row) -> int:
    """Return how many columns a row names, 0 where it is no header: one that names people and something besides."""
    cells = row.filled
    if len(cells) < 2 or "@" in "".join(cells) or is_summary(cells) or len(set(cells)) < len(cells) / 2:
        return 0
    roles = [header_role(cell) for cell in cells]
    known = sum(role is not Role.OTHER for role in roles)
    numbered = sum(any(char.isdigit() for char in cell) for cell in cells)
    if not _PEOPLE & set(roles) or numbered > len(cells) / 2:
        return 0
    # A column of names beside columns in words of which none is known: a header of a tool not met before.
    return known if known > 1 or numbered == 0 else 0


def _quoted(lines: list[str], delimiter: str) -> Iterator[Row]:
    """A quotation mark that is never closed would swallow the rest: such a text is split line by line."""
    if sum(line.count('"') for line in lines) % 2:
        for line in lines:
            yield _row(line.split(delimiter), line)
        return
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    before = 0
    for cells in reader:
        yield _row(cells, " ".join(lines[before : reader.line_num]))
        before = reader.line_num


def _markdown(line: str) -> Row:
    inside = line.strip()
    if len(inside) > 1 and inside[0] == inside[-1] == "|":
        inside = inside[1:-1]
    return _row(inside.split("|"), line)


def _row(cells: list[str], text: str) -> Row:
    return Row(tuple(" ".join(cell.strip().strip('"').split()) for cell in cells), " ".join(text.split()))
