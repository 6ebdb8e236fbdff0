"""Importing what was previewed, taking an import back, keeping mappings."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.errors import Conflict, Invalid, NotFound
from cop.imports import apply, trail, undo
from cop.imports.changes import Plan
from cop.imports.existing import revisions
from cop.imports.mapping import mapping_of
from cop.models import AuditEntry, ImportMapping
from cop.permissions import Actor, Permission, require
from cop.validation import Checks

IMPORT, UNDO = "imports.import_files", "imports.undo_import"
"""Under which names the audit trail knows imports and what was taken back."""


def import_files(db: DbSession, actor: Actor | None, *, now: datetime, plan: Plan) -> int:
    """Write a plan, whole or not at all; returns how many rows were created and changed.

    Raises Invalid where a problem refuses it, and Conflict where anything that it was compared with has changed since:
    working it out afresh would keep everybody else from writing meanwhile. A plan of nothing leaves no trace.
    """
    actor = require(actor, Permission.DATA_IMPORT)
    if plan.refused:
        raise Invalid({f"{item.file}:{item.row}:{item.column}": item.message for item in plan.refused})
    if revisions(db, lock=True) != plan.seen:
        raise Conflict({})
    if not plan.size:
        return 0
    ids = apply.write(db, plan, now=now)
    before = trail.before(plan)
    audit.record(
        db,
        actor,
        now=now,
        operation=IMPORT,
        topics=(*apply.topics(plan), "imports"),
        object_type="import",
        before={"changed": before} if before else None,
        after={
            "source": plan.source,
            "files": [
                {"file": item.file, "kind": item.kind, "sha256": item.digest, "rows": item.rows}
                | {fate.value: count for fate, count in item.fates.items() if count}
                for item in plan.files
            ],
            "rows": {table: {"created": new, "changed": changed} for table, (new, changed) in plan.counts.items()},
            "created": trail.created(plan, ids),
            "changed": trail.after(plan, ids),
            "communities": trail.communities(plan, ids),
        },
    )
    return plan.size


def undo_import(db: DbSession, actor: Actor | None, *, now: datetime, entry_id: int) -> int:
    """Take an import back, whole or not at all; returns how many rows were removed and restored.

    Raises NotFound for what is no import, and Invalid with what was built on it since, or where it is undone already.
    """
    actor = require(actor, Permission.DATA_IMPORT)
    entry = db.get(AuditEntry, entry_id)
    if entry is None or entry.operation != IMPORT or entry.outcome != "done":
        raise NotFound
    revisions(db, lock=True)
    undone = sa.select(AuditEntry.id).where(AuditEntry.operation == UNDO, AuditEntry.object_id == entry_id)
    if db.scalar(undone) is not None:
        raise Invalid({"": "This import was taken back already."})
    made = undo.Trail(entry)
    found = undo.obstacles(db, made)
    if found:
        raise Invalid({str(place): text for place, text in enumerate(found)})
    count = undo.take_back(db, made)
    tables = {*made.created, *made.was, *(table for table, pairs in made.pairs.items() if pairs)}
    audit.record(
        db,
        actor,
        now=now,
        operation=UNDO,
        topics=tuple(sorted({topic for table in tables for topic in apply.TOPICS[table]} | {"imports"})),
        object_type="import",
        object_id=entry_id,
        after={"rows": count, "communities": (entry.after or {}).get("communities", {})},
    )
    return count


def save_mapping(db: DbSession, actor: Actor | None, *, now: datetime, name: str, content: Mapping[str, Any]) -> int:
    """Keep a mapping under a name, in place of an older one of that name; returns its id. Raises Invalid."""
    actor = require(actor, Permission.DATA_IMPORT)
    checks = Checks()
    title = checks.text("name", "Name", name, limit=80, required=True)
    checks.done()
    mapping_of(content)
    row = db.scalar(sa.select(ImportMapping).where(ImportMapping.name == title))
    before = audit.values(row) if row else None
    if row is None:
        row = ImportMapping(name=title, content=dict(content), updated_at=now)
        db.add(row)
    else:
        row.content, row.updated_at = dict(content), now
    db.flush()
    audit.record(
        db,
        actor,
        now=now,
        operation="imports.save_mapping",
        topics=("imports",),
        object_type="import_mapping",
        object_id=row.id,
        before=before,
        after=audit.values(row),
    )
    return row.id


def delete_mapping(db: DbSession, actor: Actor | None, *, now: datetime, mapping_id: int) -> None:
    """Forget a mapping; the audit trail keeps it. Raises NotFound."""
    actor = require(actor, Permission.DATA_IMPORT)
    row = db.get(ImportMapping, mapping_id)
    if row is None:
        raise NotFound
    audit.record(
        db,
        actor,
        now=now,
        operation="imports.delete_mapping",
        topics=("imports",),
        object_type="import_mapping",
        object_id=row.id,
        before=audit.values(row),
    )
    db.delete(row)
