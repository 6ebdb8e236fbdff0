"""What people agree to show of themselves."""

from datetime import datetime

from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.models import ProfileVisibility
from cop.permissions import Actor, Permission, require


def choose_visibility(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    findable: bool,
    show_unit: bool,
    show_job_role: bool,
    show_communities: bool,
) -> None:
    """Say whether colleagues find the actor when they search, and what they see then."""
    actor = require(actor, Permission.OWN_ACCOUNT)
    chosen = {
        "findable": findable,
        "show_unit": show_unit,
        "show_job_role": show_job_role,
        "show_communities": show_communities,
    }
    row = db.get(ProfileVisibility, actor.person_id)
    before = audit.values(row, chosen) if row is not None else dict.fromkeys(chosen, False)
    if row is None:
        db.add(ProfileVisibility(person_id=actor.person_id, **chosen))
    else:
        for name, value in chosen.items():
            setattr(row, name, value)
    db.flush()
    audit.record(
        db,
        actor,
        now=now,
        operation="search.choose_visibility",
        topics=("people",),
        object_type="person",
        object_id=actor.person_id,
        before=before,
        after=chosen,
    )
