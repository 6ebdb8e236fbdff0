"""Under which keys the import's source knows our rows, before and after it. Pure."""

from collections.abc import Hashable
from typing import Any

from cop.choices import KeyKind
from cop.imports.changes import Id, Shelf

COLUMNS = {
    KeyKind.ORG_UNIT: "org_unit_id",
    KeyKind.PERSON: "person_id",
    KeyKind.COMMUNITY: "community_id",
    KeyKind.SESSION: "session_id",
    KeyKind.ITEM: "item_id",
}
"""Where a key row names the row that it is about."""


class Keys:
    """One source's keys; those of other sources are not its business."""

    def __init__(self, shelf: Shelf, source: str) -> None:
        self._shelf, self._source = shelf, source
        self._rows: dict[tuple[str, str], Any] = {
            (row["kind"], row["key"]): row[COLUMNS[row["kind"]]] for row in shelf.existing.values()
        }
        self._keyed: set[tuple[str, Hashable]] = {(table, row) for (table, _key), row in self._rows.items()}
        self._added: set[tuple[str, Hashable]] = set()

    def row(self, table: str, key: str) -> Any:
        """The row that came, or comes, under a key; None where there is none."""
        return self._rows.get((table, key))

    def has(self, table: str, row: Hashable) -> bool:
        """Whether the source knows the row already, by whatever key."""
        return (table, row) in self._keyed

    def is_new(self, table: str, row: Hashable) -> bool:
        """Whether the row gets its key by this import."""
        return (table, row) in self._added

    def keep(self, table: str, key: str, row: Id) -> None:
        """Let the key stand for the row from now on."""
        if (table, key) in self._rows:
            return
        kind = KeyKind(table)
        self._shelf.add(source=self._source, kind=kind, key=key, **{COLUMNS[kind]: row})
        self._rows[table, key] = row
        self._keyed.add((table, row))
        self._added.add((table, row))
