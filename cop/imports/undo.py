"""Taking an import back: what it created goes, what it changed gets its old values, unless others built on it since."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import facts
from cop.db import rowcount, slices
from cop.errors import Invalid
from cop.imports.changes import PAIRS, TABLES
from cop.imports.existing import MODELS
from cop.models import (
    ActivityMonth,
    ActivityUnitMonth,
    AuditEntry,
    Base,
    MemberActivity,
    MembershipMonth,
    ReleasedCell,
    ReleasedComment,
)
from cop.surveys.collecting import unpublish

_DERIVED: tuple[type[Base], ...] = (ActivityMonth, ActivityUnitMonth, MembershipMonth, MemberActivity)
_TOLD: tuple[type[Base], ...] = (ReleasedCell, ReleasedComment)
"""What was made of a wave's answers goes with its questions."""
_REPLACING = ("role_requirement", "unit_requirement")
"""What takes the place of a row that ends then: it must be gone before that one can come back. Nothing refers to it."""
Pair = tuple[int, int]
"""A row of changes.PAIRS, such as an attendance: session and person."""


class Trail:
    """What an import's audit entry says that it did."""

    def __init__(self, entry: AuditEntry) -> None:
        self.entry_id = entry.id
        after, before = entry.after or {}, entry.before or {}
        created: dict[str, Any] = after.get("created", {})
        self.created: dict[str, list[int]] = {
            table: [number for first, last in runs for number in range(first, last + 1)]
            for table, runs in created.items()
            if table not in PAIRS
        }
        self.pairs: dict[str, list[Pair]] = {
            table: [(int(first), second) for first, those in created.get(table, {}).items() for second in those]
            for table in PAIRS
        }
        self.came = self.pairs["attendance"]
        self.was: dict[str, dict[str, dict[str, Any]]] = before.get("changed", {})
        self.became: dict[str, dict[str, dict[str, Any]]] = after.get("changed", {})


def obstacles(db: DbSession, trail: Trail) -> list[str]:
    """What was built on the import since, in words; nothing is taken back while there is any."""
    return [*_edited(db, trail), *_referring(db, trail), *_changed_again(db, trail), *_lists(db, trail)]


def take_back(db: DbSession, trail: Trail) -> int:
    """Delete and restore; returns how many rows. The figures of what it touches are counted again.

    Raises Invalid where an old value can't come back: it is another row's by now, or what it named is gone.
    """
    try:
        count = _take_back(db, trail)
        db.flush()
    except sa.exc.IntegrityError as error:
        raise Invalid(
            {"": "What it changed can't go back: an old value is somebody else's by now, or what it named is gone."}
        ) from error
    return count


def _take_back(db: DbSession, trail: Trail) -> int:
    _touch(db, trail)
    gone = sum(_delete(db, name, trail.created.get(name, [])) for name in _REPLACING)
    restored = sum(_restore(db, table, rows) for table, rows in trail.was.items())
    db.flush()
    gone += sum(_delete_pairs(db, name, pairs) for name, pairs in trail.pairs.items())
    rooms = trail.created.get("community", [])
    units = trail.created.get("org_unit", [])
    for model in _DERIVED:
        table: Any = model.__table__
        gone_too = [table.c.community_id.in_(part) for part in slices(rooms)]
        gone_too += [table.c.org_unit_id.in_(part) for part in slices(units) if "org_unit_id" in table.c]
        for condition in gone_too:
            db.execute(sa.delete(table).where(condition))
    unpublish(db, trail.created.get("question", []))
    for name in reversed(TABLES):
        if name not in PAIRS and name not in _REPLACING:
            gone += _delete(db, name, trail.created.get(name, []))
    return gone + restored


def _delete(db: DbSession, name: str, ids: Iterable[int]) -> int:
    """Delete rows by their ids, the latest first; returns how many."""
    table: Any = MODELS[name].__table__
    latest_first = sorted(ids, reverse=True)
    for part in slices(latest_first):
        db.execute(sa.delete(table).where(table.c.id.in_(part)))
    return len(latest_first)


def _touch(db: DbSession, trail: Trail) -> None:
    """Have the figures counted of every community that stays and loses or regains something."""
    gone = set(trail.created.get("community", []))
    rooms: set[int] = set()
    sessions: Any = MODELS["community_session"].__table__
    for name in ("membership", "facilitator", "community_session"):
        table: Any = MODELS[name].__table__
        changed = [int(key) for key in trail.was.get(name, {})]
        for part in slices([*trail.created.get(name, []), *changed]):
            rooms |= set(db.scalars(sa.select(table.c.community_id).where(table.c.id.in_(part))))
    visited = {session for session, _person in trail.came}
    visited |= {int(key.split("/")[0]) for key in trail.was.get("attendance", {})}
    for part in slices(sorted(visited)):
        rooms |= set(db.scalars(sa.select(sessions.c.community_id).where(sessions.c.id.in_(part))))
    for room in rooms - gone:
        facts.touch(db, room, facts.EVER)
    for key, columns in trail.was.get("person", {}).items():
        if "org_unit_id" in columns:
            facts.touch_person(db, int(key))


def _edited(db: DbSession, trail: Trail) -> Iterator[str]:
    """Created rows that somebody changed or removed since."""
    for name, ids in trail.created.items():
        table: Any = MODELS[name].__table__
        found, edited = 0, 0
        for part in slices(ids):
            chosen = sa.select(table).where(table.c.id.in_(part)).subquery()
            found += db.scalar(sa.select(sa.func.count()).select_from(chosen)) or 0
            signs = [chosen.c.version > 1] if "version" in table.c else []
            signs += [chosen.c.withdrawn_at.is_not(None)] if "withdrawn_at" in table.c else []
            if signs:
                edited += db.scalar(sa.select(sa.func.count()).where(sa.or_(*signs))) or 0
        if found < len(ids):
            yield _told(len(ids) - found, name, "created by it was removed since", "created by it were removed since")
        if edited:
            yield _told(edited, name, "created by it was changed since", "created by it were changed since")


def _referring(db: DbSession, trail: Trail) -> Iterator[str]:
    """Rows of others that hang on created ones; not those that the import itself pointed there: they are restored."""
    for mapper in Base.registry.mappers:
        table: Any = mapper.local_table
        if mapper.class_ in (*_DERIVED, *_TOLD):
            continue
        own = {str(key) for key in trail.created.get(table.name, [])}
        own |= {f"{first}/{second}" for first, second in trail.pairs.get(table.name, [])}
        for key in table.foreign_keys:
            pointed = {row for row, columns in trail.was.get(table.name, {}).items() if key.parent.name in columns}
            spared, others = own | pointed, 0
            for part in slices(trail.created.get(key.column.table.name, [])):
                rows = db.execute(sa.select(*table.primary_key.columns).where(key.parent.in_(part)))
                others += sum("/".join(map(str, row)) not in spared for row in rows)
            if others:
                yield _told(others, table.name, "added since hangs on what it created", "added since hang on it")


def _changed_again(db: DbSession, trail: Trail) -> Iterator[str]:
    """Changed rows that hold something else by now, or are gone."""
    for name, rows in trail.became.items():
        again = 0
        for key, columns in rows.items():
            row = _row(db, name, key)
            again += row is None or any(_plain(getattr(row, column)) != value for column, value in columns.items())
        if again:
            yield _told(again, name, "changed by it was changed again since", "changed by it were changed again since")


def _lists(db: DbSession, trail: Trail) -> Iterator[str]:
    """Lists of sessions that the import filled and that aren't as it left them."""
    table: Any = MODELS["attendance"].__table__
    came: dict[int, set[int]] = {}
    for session, person in trail.came:
        came.setdefault(session, set()).add(person)
    relisted = {
        int(key) for key, columns in trail.was.get("community_session", {}).items() if "attendance_kind" in columns
    }
    missing, others = 0, 0
    for session in sorted(came.keys() | relisted):
        there = set(db.scalars(sa.select(table.c.person_id).where(table.c.session_id == session)))
        imported = came.get(session, set())
        missing += len(imported - there)
        others += len(there - imported) if session in relisted else 0
    if missing:
        yield _told(missing, "attendance", "created by it was removed since", "created by it were removed since")
    if others:
        yield _told(others, "attendance", "added since to a list that it made", "added since to lists that it made")
    amended = _amended(db, trail, came.keys() | {int(key.split("/")[0]) for key in trail.was.get("attendance", {})})
    if amended:
        yield _told(amended, "community_session", "amended since", "amended since")


def _amended(db: DbSession, trail: Trail, sessions: Iterable[int]) -> int:
    """How many of the sessions somebody recorded or amended after the import."""
    found: set[int | None] = set()
    for part in slices(sorted(sessions)):
        found |= set(
            db.scalars(
                sa.select(AuditEntry.object_id).where(
                    AuditEntry.object_type == "session",
                    AuditEntry.object_id.in_(part),
                    AuditEntry.id > trail.entry_id,
                    AuditEntry.outcome == "done",
                )
            )
        )
    return len(found)


def _restore(db: DbSession, name: str, rows: Mapping[str, Mapping[str, Any]]) -> int:
    table: Any = MODELS[name].__table__
    for key, columns in rows.items():
        row = _row(db, name, key)
        for column, value in columns.items():
            setattr(row, column, _typed(table.c[column].type, value))
    return len(rows)


def _delete_pairs(db: DbSession, name: str, pairs: list[Pair]) -> int:
    table: Any = MODELS[name].__table__
    first, second = (table.c[column] for column in PAIRS[name])
    by_first: dict[int, list[int]] = {}
    for key, other in pairs:
        by_first.setdefault(key, []).append(other)
    gone = 0
    for key, others in by_first.items():
        for part in slices(others):
            gone += rowcount(db.execute(sa.delete(table).where(first == key, second.in_(part))))
    return gone


def _row(db: DbSession, name: str, key: str) -> Any:
    parts = tuple(int(part) for part in key.split("/"))
    return db.get(MODELS[name], parts if len(parts) > 1 else parts[0])


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, date | datetime) else value


def _typed(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    """A value of the trail, which is JSON, as its column takes it."""
    if value is None or not isinstance(value, str):
        return value
    if isinstance(kind, sa.Enum):
        return kind.enum_class(value) if kind.enum_class else value
    python = kind.python_type
    return python.fromisoformat(value) if issubclass(python, date) else value


def _told(count: int, table: str, one: str, many: str) -> str:
    words = table.replace("_", " ")
    return f"{count:,} row of “{words}” {one}." if count == 1 else f"{count:,} rows of “{words}” {many}."
