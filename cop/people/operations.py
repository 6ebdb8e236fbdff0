"""Writes on people."""

from datetime import datetime

from sqlalchemy.orm import Session as DbSession

from cop.models import PersonKind
from cop.people.newcomers import Newcomer, add_newcomer, check_newcomer
from cop.permissions import Actor, Permission, require
from cop.validation import Checks


def create_person(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    community_id: int | None,
    name: str,
    kind: str = PersonKind.STAFF,
    email: str = "",
    handle: str = "",
) -> int:
    """Add a colleague or a guest whom the programme doesn't know yet; returns their id.

    `community_id` is the community of the facilitator who met them; the office may leave it out.
    """
    actor = require(actor, Permission.SESSION_RECORD, community_id=community_id)
    checks = Checks()
    newcomer = check_newcomer(db, checks, "name", Newcomer(name, kind, email, handle))
    checks.done()
    return add_newcomer(db, actor, now=now, newcomer=newcomer, community_id=community_id)
