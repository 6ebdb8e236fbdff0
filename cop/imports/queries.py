"""The preview of an import, past imports, kept mappings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.imports.changes import Plan
from cop.imports.existing import TOPICS, revisions, shelves
from cop.imports.operations import IMPORT, UNDO
from cop.imports.plan import make_plan
from cop.imports.records import Job
from cop.models import AuditEntry, ImportMapping, Quadrant, Ring
from cop.organisation import time_zone
from cop.permissions import Actor, Permission, require
from cop.query import query


@query(*TOPICS)
def preview(db: DbSession, actor: Actor | None, *, job: Job, now: datetime) -> Plan:
    """What importing the job would create and change, and every problem. Raises Forbidden."""
    require(actor, Permission.DATA_IMPORT)
    seen = revisions(db)  # before anything else: what changes while this reads must show as a later revision
    return make_plan(job, shelves(db, job.source), now=now, time_zone=time_zone(db), seen=seen)


@dataclass(frozen=True)
class Done:
    """An import that was made: when, by whom, of what, and whether it was taken back."""

    entry_id: int
    at: datetime
    by: str
    source: str
    files: tuple[str, ...]
    created: int
    changed: int
    undone_at: datetime | None
    undone_by: str


@query("imports")
def imports_done(db: DbSession, actor: Actor | None, *, most: int) -> tuple[Done, ...]:
    """The latest imports, the newest first."""
    require(actor, Permission.DATA_IMPORT)
    back = {
        row.object_id: row
        for row in db.execute(
            sa.select(AuditEntry.object_id, AuditEntry.at, AuditEntry.actor_name).where(AuditEntry.operation == UNDO)
        )
    }
    told = AuditEntry.after  # only these parts of it: the rest names every row that was created and changed
    entries = db.execute(
        sa.select(
            AuditEntry.id,
            AuditEntry.at,
            AuditEntry.actor_name,
            told["source"].as_string().label("source"),
            told["files"].label("files"),
            told["rows"].label("counts"),
        )
        .where(AuditEntry.operation == IMPORT, AuditEntry.outcome == "done")
        .order_by(AuditEntry.id.desc())
        .limit(most)
    )
    return tuple(_done(entry, back.get(entry.id)) for entry in entries)


def _done(entry: Any, back: Any) -> Done:
    rows = (entry.counts or {}).values()
    return Done(
        entry_id=entry.id,
        at=entry.at,
        by=entry.actor_name,
        source=entry.source or "",
        files=tuple(item["file"] for item in entry.files or ()),
        created=sum(item["created"] for item in rows),
        changed=sum(item["changed"] for item in rows),
        undone_at=back.at if back else None,
        undone_by=back.actor_name if back else "",
    )


@dataclass(frozen=True)
class Kept:
    """A mapping that was kept under a name."""

    id: int
    name: str
    content: dict[str, Any]


@query("imports")
def mappings(db: DbSession, actor: Actor | None) -> tuple[Kept, ...]:
    """The kept mappings by name."""
    require(actor, Permission.DATA_IMPORT)
    rows = db.scalars(sa.select(ImportMapping).order_by(ImportMapping.name))
    return tuple(Kept(row.id, row.name, row.content) for row in rows)


@query("funnel")
def radar_names(db: DbSession, actor: Actor | None) -> dict[str, tuple[str, ...]]:
    """By the field of a trend, the names of what is in use: rings from the centre outwards, quadrants in their order."""
    require(actor, Permission.DATA_IMPORT)
    offered = {
        field: sa.select(table.name).where(table.active).order_by(table.place, table.id)
        for field, table in (("ring", Ring), ("quadrant", Quadrant))
    }
    return {field: tuple(db.scalars(names)) for field, names in offered.items()}
