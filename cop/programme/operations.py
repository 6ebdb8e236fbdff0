"""Putting on record that the whole programme left."""

from datetime import datetime

from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.permissions import Actor, Permission, require


def note_export(db: DbSession, actor: Actor | None, *, now: datetime) -> None:
    """Audit an export of everything, before it is made: nothing leaves unrecorded, and the file holds this entry."""
    actor = require(actor, Permission.DATA_EXPORT)
    audit.record(db, actor, now=now, operation="programme.note_export", object_type="export")
