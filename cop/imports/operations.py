"""Importing what was previewed."""

from datetime import datetime

from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.errors import Conflict, Invalid
from cop.imports import apply, trail
from cop.imports.changes import Plan
from cop.imports.existing import revisions
from cop.permissions import Actor, Permission, require


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
        operation="imports.import_files",
        topics=apply.topics(plan),
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
        },
    )
    return plan.size
