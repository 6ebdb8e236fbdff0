"""Levels that somebody said of themselves elsewhere, on their way into their profile."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session as DbSession

from cop.models import PersonSkill
from cop.skills.checks import open_skills


def put_levels(db: DbSession, person_id: int, levels: Mapping[int, int | None], *, now: datetime) -> int:
    """Write levels by skill into a profile; returns how many are new. What one wants to learn and offers stays.

    None takes a level back and makes no entry. Skills that aren't offered any more are passed over.
    """
    changed = 0
    for skill_id in open_skills(db, levels):
        row, level = db.get(PersonSkill, (person_id, skill_id)), levels[skill_id]
        if level == (row.level if row else None):
            continue
        if row is None:
            db.add(PersonSkill(person_id=person_id, skill_id=skill_id, level=level, updated_at=now))
        else:
            row.level, row.updated_at = level, now
        changed += 1
    db.flush()
    return changed
