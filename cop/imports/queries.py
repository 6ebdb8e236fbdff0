"""The preview of an import."""

from datetime import datetime

from sqlalchemy.orm import Session as DbSession

from cop.imports.changes import Plan
from cop.imports.existing import TOPICS, revisions, shelves
from cop.imports.plan import make_plan
from cop.imports.records import Job
from cop.organisation import time_zone
from cop.permissions import Actor, Permission, require
from cop.query import query


@query(*TOPICS)
def preview(db: DbSession, actor: Actor | None, *, job: Job, now: datetime) -> Plan:
    """What importing the job would create and change, and every problem. Raises Forbidden."""
    require(actor, Permission.DATA_IMPORT)
    seen = revisions(db)  # before anything else: what changes while this reads must show as a later revision
    return make_plan(job, shelves(db, job.source), now=now, time_zone=time_zone(db), seen=seen)
