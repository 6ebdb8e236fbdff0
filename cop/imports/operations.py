"""Importing what was previewed."""

from datetime import datetime

from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.errors import Conflict, Invalid
from cop.imports import apply
from cop.imports.existing import shelves
from cop.imports.plan import make_plan
from cop.imports.records import Job
from cop.organisation import time_zone
from cop.permissions import Actor, Permission, require


def import_files(db: DbSession, actor: Actor | None, *, now: datetime, job: Job, fingerprint: str) -> int:
    """Write the job's plan, whole or not at all; returns how many rows were created and changed.

    The plan is worked out afresh. Raises Invalid where a problem refuses it, and Conflict where it differs from the
    previewed plan, whose fingerprint is given. A job that changes nothing leaves no trace.
    """
    actor = require(actor, Permission.DATA_IMPORT)
    plan = make_plan(job, shelves(db, job.source), now=now, time_zone=time_zone(db))
    if plan.refused:
        raise Invalid({f"{item.file}:{item.row}:{item.column}": item.message for item in plan.refused})
    if plan.fingerprint != fingerprint:
        raise Conflict({})
    if not plan.size:
        return 0
    apply.write(db, plan, now=now)
    audit.record(
        db,
        actor,
        now=now,
        operation="imports.import_files",
        topics=apply.topics(plan),
        object_type="import",
        after={
            "source": job.source,
            "files": [
                {"file": item.file, "kind": item.kind, "sha256": item.digest, "rows": item.rows}
                | {fate.value: count for fate, count in item.fates.items() if count}
                for item in plan.files
            ],
            "created": {table: created for table, (created, _changed) in plan.counts.items() if created},
            "changed": {table: changed for table, (_created, changed) in plan.counts.items() if changed},
        },
    )
    return plan.size
