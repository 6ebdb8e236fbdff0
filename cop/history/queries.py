"""A community's history for everybody who sees the community."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.history import words
from cop.history.words import IMPORT, UNDO, Entry, Group, Recorded
from cop.models import AuditEntry, Community
from cop.organisation import time_zone
from cop.permissions import Actor
from cop.query import query
from cop.trail.names import names_of

ON_A_PAGE = 20


@dataclass(frozen=True)
class Page:
    """Some of the changes, the newest first, and how many there are."""

    entries: tuple[Entry, ...]
    total: int


@query("catalog", "sessions", "imports", "people", "organisation", "funnel", "skills", public=True)
def history(
    db: DbSession,
    _actor: Actor | None,
    *,
    community_id: int,
    group: str = "",
    start: int = 0,
    count: int = ON_A_PAGE,
) -> Page:
    """What was changed of a community, of one group or all; `start` is how many newer ones are passed over."""
    ids = _ids(db, community_id, Group(group) if group else None)
    found = _recorded(db, ids[start : start + count], community_id)
    names = names_of(db, {reference for entry in found for reference in words.references(entry)})
    zone = time_zone(db)
    return Page(tuple(words.told(entry, names, zone) for entry in found), len(ids))


def _ids(db: DbSession, community_id: int, group: Group | None) -> list[int]:
    """The entries that are told, the newest first: the community's own, and imports that did something to it.

    All of them, since counting them costs as much.
    A database may give a number again that an undone import had given: what is older than the community isn't its.
    """
    names = words.operations(group)
    done = AuditEntry.outcome == "done"
    own = sa.select(AuditEntry.id).where(AuditEntry.community_id == community_id, AuditEntry.operation.in_(names), done)
    imports = [name for name in names if name in (IMPORT, UNDO)]
    if not imports:
        return list(db.scalars(own.order_by(AuditEntry.id.desc())))
    since = db.scalar(sa.select(Community.created_at).where(Community.id == community_id))
    of_imports = sa.select(AuditEntry.id).where(
        AuditEntry.operation.in_(imports), done, AuditEntry.at >= since, _here(community_id).as_string().is_not(None)
    )
    both = sa.union_all(own, of_imports).subquery()
    return list(db.scalars(sa.select(both.c.id).order_by(both.c.id.desc())))


def _here(community_id: int) -> Any:
    """What an import's entry says that it did to the community."""
    return AuditEntry.after[("communities", str(community_id))]


def _recorded(db: DbSession, ids: list[int], community_id: int) -> list[Recorded]:
    """The entries; of imports, which can be long, only what is about the community."""
    of_import = AuditEntry.operation.in_((IMPORT, UNDO))
    whole = [column.label(name) for name, column in (("before", AuditEntry.before), ("after", AuditEntry.after))]
    columns = (AuditEntry.id, AuditEntry.at, AuditEntry.actor_name, AuditEntry.operation, AuditEntry.object_type)
    own = sa.select(*columns, AuditEntry.object_id, *whole).where(AuditEntry.id.in_(ids), ~of_import)
    found = {
        row.id: Recorded(row.at, row.actor_name, row.operation, row.object_type, row.object_id, row.before, row.after)
        for row in db.execute(own)
    }
    changed = ("changed", "community", str(community_id))
    parts = sa.select(
        *columns,
        AuditEntry.after["source"].as_string().label("source"),
        _here(community_id).as_json().label("here"),
        AuditEntry.before[changed].as_json().label("was"),
        AuditEntry.after[changed].as_json().label("became"),
    ).where(AuditEntry.id.in_(ids), of_import)
    for row in db.execute(parts):
        after = (row.became or {}) | {"source": row.source, "here": row.here}
        found[row.id] = Recorded(row.at, row.actor_name, row.operation, "", None, row.was, after)
    return [found[key] for key in ids]
