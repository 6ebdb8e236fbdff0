"""What the operations on skills check before they write."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.catalog.search import fold
from cop.errors import NotFound
from cop.models import Area, Skill
from cop.skills.inputs import UnitCell
from cop.skills.levels import IMPORTANCE, LEVELS, MOST_NEEDED, REQUIRABLE
from cop.validation import LONG, Checks


def skill_values(
    db: DbSession,
    *,
    name: str,
    area_id: int | None,
    description: str,
    levels: Sequence[str],
    skill_id: int | None = None,
) -> dict[str, Any]:
    """A skill's values; `levels` are the texts for 0–4. Raises Invalid."""
    checks = Checks()
    values: dict[str, Any] = {
        "name": checks.text("name", "The name", " ".join((name or "").split()), limit=120, required=True),
        "area_id": area_id,
        "description": checks.text("description", "The description", description, limit=LONG),
    }
    for number, text in zip(LEVELS, levels, strict=True):
        values[f"level_{number}"] = checks.text(f"level_{number}", f"The text for {LEVELS[number]}", text, limit=LONG)
    if values["name"] and _taken(db, values["name"], skill_id):
        checks.fail("name", "Another skill has this name already, perhaps an archived one.")
    if area_id is not None and db.get(Area, area_id) is None:
        checks.fail("area_id", "There is no such area any more.")
    checks.done()
    return values


def _taken(db: DbSession, name: str, skill_id: int | None) -> bool:
    rows = db.execute(sa.select(Skill.id, Skill.name))
    return any(fold(known) == fold(name) and key != skill_id for key, known in rows)


def find(db: DbSession, skill_id: int) -> Skill:
    """The skill. Raises NotFound."""
    row = db.get(Skill, skill_id)
    if row is None:
        raise NotFound
    return row


def open_skills(db: DbSession, ids: Iterable[int]) -> dict[int, str]:
    """The names of those of the skills that there are and that aren't archived."""
    rows = db.execute(sa.select(Skill.id, Skill.name).where(Skill.id.in_(set(ids)), Skill.archived_at.is_(None)))
    return {key: name for key, name in rows}  # noqa: C416 - dict() doesn't take rows


def check_level(checks: Checks, key: str, where: str, level: int | None) -> None:
    """A level that can be required, or none."""
    if level is not None and level not in REQUIRABLE:
        checks.fail(key, f"{where}: the level must be one of {', '.join(REQUIRABLE.values())}.")


def check_need(checks: Checks, where: str, cell: UnitCell) -> None:
    """A unit's line: a level and a headcount, or neither."""
    if cell.is_empty:
        return
    if cell.level is None:
        checks.fail(cell.key, f"{where}: at which level are people needed?")
    elif cell.needed is None:
        checks.fail(cell.key, f"{where}: how many people are needed?")
    elif not 1 <= cell.needed <= MOST_NEEDED:
        checks.fail(cell.key, f"{where}: the people needed must be a number from 1 to {MOST_NEEDED:,}.")
    elif cell.importance is not None and cell.importance not in IMPORTANCE:
        checks.fail(cell.key, f"{where}: the importance must be one of {', '.join(IMPORTANCE.values())}.")
    check_level(checks, cell.key, where, cell.level)
