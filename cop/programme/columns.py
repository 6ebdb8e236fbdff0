"""What a file of an export is made of: its columns, and how their values are written."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

Writer = Callable[[Any, ZoneInfo], Any]
"""From a value of the database to what stands in the file, given the organisation's time zone."""

WITHHELD, EXPORTER = "withheld", "exporter"
"""What a statement may ask for: the items whose marks aren't for whoever exports, and that person's id."""


@dataclass(frozen=True)
class Column:
    """A column: its name in the file, what it means, where it comes from."""

    name: str
    meaning: str
    source: Any
    """A column or expression of the statement."""
    written: Writer | None = None


@dataclass(frozen=True)
class ExportTable:
    """A file: its name, what a row is, its columns, how the rows are found and in which order."""

    file: str
    about: str
    columns: tuple[Column, ...]
    order: tuple[Any, ...]
    joins: Callable[[sa.Select[Any]], sa.Select[Any]] = lambda rows: rows

    @property
    def statement(self) -> sa.Select[Any]:
        """The rows, with the columns in their order."""
        sources = [column.source.label(f"c{place}") for place, column in enumerate(self.columns)]
        return self.joins(sa.select(*sources)).order_by(*self.order)


def as_json(value: Any, _zone: ZoneInfo) -> str | None:
    """A JSON value as text, in the same order each time."""
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
