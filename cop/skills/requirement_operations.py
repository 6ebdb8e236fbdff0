"""Writes on required levels, a whole grid at once. History stays: a changed level ends today and another begins."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.db import wait_for
from cop.errors import Conflict, Forbidden
from cop.models import FunnelItem, JobRole, OrgUnit, RoleRequirement, UnitRequirement
from cop.organisation import time_zone
from cop.periods import local_day
from cop.permissions import Actor, Permission, Role, require
from cop.skills import checks as checked
from cop.skills.inputs import Need, RoleCell, UnitCell
from cop.skills.levels import IMPORTANCE, LEVELS
from cop.validation import Checks

_GRID = "required levels"
_NO_SKILL = "this skill isn't offered any more"


def set_role_requirements(
    db: DbSession, actor: Actor | None, *, now: datetime, cells: Sequence[RoleCell], item_id: int | None = None
) -> int:
    """Set the levels that job roles require, all or none; returns how many changed.

    `item_id` is the funnel item that raised those that change. Raises Invalid with what is wrong by cell, and Conflict,
    its `current` levels by cell, where somebody else has set one since the grid was opened.
    """
    actor = require(actor, Permission.SKILL_EDIT)
    wait_for(db, _GRID)
    roles = _job_roles(db, {cell.job_role_id for cell in cells})
    skills = checked.open_skills(db, (cell.skill_id for cell in cells))
    checks = Checks()
    for cell in cells:
        role, skill = roles.get(cell.job_role_id, "A job role"), skills.get(cell.skill_id)
        where = f"{role}, {skill or 'a skill'}"
        if cell.job_role_id not in roles:
            checks.fail(cell.key, f"{where}: there is no such job role any more.")
        elif skill is None:
            checks.fail(cell.key, f"{where}: {_NO_SKILL}.")
        checked.check_level(checks, cell.key, where, cell.level)
    _no_cell_twice(checks, [cell.key for cell in cells])
    raised_by = _raised_by(db, checks, item_id)
    checks.done()
    rows = {
        f"{row.job_role_id}:{row.skill_id}": row
        for row in db.scalars(
            sa.select(RoleRequirement).where(RoleRequirement.job_role_id.in_(roles), RoleRequirement.until_on.is_(None))
        )
    }
    _refuse_stale({cell.key: (cell.before, _level(rows.get(cell.key)), cell.level) for cell in cells})
    told = []
    for cell in cells:
        row = rows.get(cell.key)
        if cell.level != _level(row):
            told.append(
                f"{roles[cell.job_role_id]}, {skills[cell.skill_id]}: {_said(_level(row))} → {_said(cell.level)}"
            )
            place = {"job_role_id": cell.job_role_id, "skill_id": cell.skill_id}
            values = {"level": cell.level} | raised_by if cell.level else None
            _put(db, RoleRequirement, row, place, values, _today(db, now))
    _record(db, actor, now, "set_role_requirements", told, raised_by, object_type="role_requirement")
    return len(told)


def set_unit_requirements(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    org_unit_id: int,
    cells: Sequence[UnitCell],
    item_id: int | None = None,
) -> int:
    """Set what a unit needs of skills, all or none; returns how many changed.

    A manager does so for the units that they were granted and all below. `item_id` is the funnel item that raised the
    needs that change. Raises Invalid with what is wrong by skill, and Conflict, its `current` needs by skill, where
    somebody else has set one since the grid was opened.
    """
    actor = require(actor, Permission.REQUIREMENT_EDIT)
    if Role.ADMIN not in actor.roles and org_unit_id not in actor.unit_ids:
        raise Forbidden
    unit = db.get(OrgUnit, org_unit_id)
    if unit is None:
        raise Forbidden
    wait_for(db, _GRID)
    skills = checked.open_skills(db, (cell.skill_id for cell in cells))
    checks = Checks()
    for cell in cells:
        where = skills.get(cell.skill_id, "A skill")
        if cell.skill_id not in skills:
            checks.fail(cell.key, f"{where}: {_NO_SKILL}.")
        checked.check_need(checks, where, cell)
    _no_cell_twice(checks, [cell.key for cell in cells])
    raised_by = _raised_by(db, checks, item_id)
    checks.done()
    rows = {
        str(row.skill_id): row
        for row in db.scalars(
            sa.select(UnitRequirement).where(
                UnitRequirement.org_unit_id == org_unit_id, UnitRequirement.until_on.is_(None)
            )
        )
    }
    wanted = {cell.key: _wanted(cell) for cell in cells}
    _refuse_stale({cell.key: (cell.before, _need(rows.get(cell.key)), wanted[cell.key]) for cell in cells})
    told = []
    for cell in cells:
        row, need = rows.get(cell.key), wanted[cell.key]
        if need != _need(row):
            told.append(f"{skills[cell.skill_id]}: {_in_words(_need(row))} → {_in_words(need)}")
            place = {"org_unit_id": org_unit_id, "skill_id": cell.skill_id}
            _put(db, UnitRequirement, row, place, need._asdict() | raised_by if need else None, _today(db, now))
    _record(db, actor, now, "set_unit_requirements", told, raised_by, object_type="org_unit", object_id=org_unit_id)
    return len(told)


def _job_roles(db: DbSession, ids: Iterable[int]) -> dict[int, str]:
    rows = db.execute(sa.select(JobRole.id, JobRole.name).where(JobRole.id.in_(ids)))
    return {key: name for key, name in rows}  # noqa: C416 - dict() doesn't take rows


def _raised_by(db: DbSession, checks: Checks, item_id: int | None) -> dict[str, int]:
    """The item as a row keeps it; without one, a row that is corrected on its first day keeps the item that it has."""
    if item_id is None:
        return {}
    item = db.get(FunnelItem, item_id)
    if item is None or item.merged_into_id is not None:
        checks.fail("item_id", "This funnel item was merged into another or isn't there any more. Choose again.")
    return {"item_id": item_id}


def _no_cell_twice(checks: Checks, keys: Sequence[str]) -> None:
    if len(set(keys)) < len(keys):
        checks.fail("", "A cell of the grid stands there twice.")


def _refuse_stale(cells: Mapping[str, tuple[Any, Any, Any]]) -> None:
    """By cell, what the grid began with, what there is now, and what is wanted: who wants what there is may have it."""
    stale = {key: now for key, (before, now, wanted) in cells.items() if now not in (before, wanted)}
    if stale:
        raise Conflict(stale)


def _put(
    db: DbSession, table: Any, row: Any, place: dict[str, int], values: dict[str, Any] | None, today: date
) -> None:
    """End what counts until today, and let the values count from today; what began today was never a day old."""
    if row is not None and row.since_on >= today:
        if values is None:
            db.delete(row)
        for name, value in (values or {}).items():
            setattr(row, name, value)
        db.flush()
        return
    if row is not None:
        row.until_on = today
        db.flush()  # first, since only one may be without an end
    if values is not None:
        db.add(table(**place, **values, since_on=today))
        db.flush()


def _level(row: RoleRequirement | None) -> int | None:
    return row.level if row else None


def _need(row: UnitRequirement | None) -> Need | None:
    return Need(row.level, row.needed, row.importance) if row else None


def _wanted(cell: UnitCell) -> Need | None:
    if cell.level is None or cell.needed is None:
        return None
    return Need(cell.level, cell.needed, cell.importance or min(IMPORTANCE))


def _said(level: int | None) -> str:
    return "–" if level is None else LEVELS[level]


def _in_words(need: Need | None) -> str:
    if need is None:
        return "–"
    people = "1 person" if need.needed == 1 else f"{need.needed:,} people"
    return f"{LEVELS[need.level]}, {people}, importance {IMPORTANCE[need.importance].lower()}"


def _today(db: DbSession, now: datetime) -> date:
    return local_day(now, time_zone(db))


def _record(
    db: DbSession,
    actor: Actor,
    now: datetime,
    operation: str,
    told: list[str],
    raised_by: dict[str, int],
    *,
    object_type: str,
    object_id: int | None = None,
) -> None:
    if told:
        audit.record(
            db,
            actor,
            now=now,
            operation=f"skills.{operation}",
            topics=("skills",),
            object_type=object_type,
            object_id=object_id,
            after={"changed": told} | raised_by,
        )
