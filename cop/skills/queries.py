"""Reads of the catalog of skills, of required levels, and of what communities serve."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.catalog.search import fold
from cop.models import (
    Area,
    Community,
    CommunitySkill,
    FunnelItem,
    JobRole,
    OrgUnit,
    RoleRequirement,
    Skill,
    UnitRequirement,
)
from cop.permissions import Actor, Permission, Role, require
from cop.query import query
from cop.skills.inputs import Need
from cop.skills.levels import LEVELS

_COLUMNS = {
    "id": "int64", "name": "str", "area_id": "Int64", "area": "str", "description": "str", "archived": "bool",
    "roles": "int64", "units": "int64", "communities": "int64", "search": "str",
}  # fmt: skip


@query("skills", "catalog", "organisation", public=True)
def skills(db: DbSession, _actor: Actor | None) -> pd.DataFrame:
    """Every skill by name, archived ones too; how many job roles and units require it, how many communities serve it.

    `search` is the text that is searched, folded.
    """
    open_roles = sa.select(JobRole.id).where(JobRole.active)
    open_units = sa.select(OrgUnit.id).where(OrgUnit.active)
    open_rooms = sa.select(Community.id).where(Community.archived_at.is_(None))
    counts = {
        "roles": _count(
            RoleRequirement, RoleRequirement.until_on.is_(None), RoleRequirement.job_role_id.in_(open_roles)
        ),
        "units": _count(
            UnitRequirement, UnitRequirement.until_on.is_(None), UnitRequirement.org_unit_id.in_(open_units)
        ),
        "communities": _count(CommunitySkill, CommunitySkill.community_id.in_(open_rooms)),
    }
    found = db.execute(
        sa.select(
            Skill.id,
            Skill.name,
            Skill.area_id,
            sa.func.coalesce(Area.name, "").label("area"),
            Skill.description,
            Skill.archived_at.is_not(None).label("archived"),
            *(column.label(name) for name, column in counts.items()),
        ).outerjoin(Area, Area.id == Skill.area_id)
    )
    rows = sorted((dict(row._mapping) for row in found), key=lambda row: fold(row["name"]))  # noqa: SLF001 - public
    for row in rows:
        row["search"] = fold(f"{row['name']}\n{row['area']}\n{row['description']}")
    return pd.DataFrame(rows, columns=list(_COLUMNS), dtype="object").astype(_COLUMNS)


def _count(table: Any, *where: Any) -> Any:
    return sa.select(sa.func.count()).where(table.skill_id == Skill.id, *where).scalar_subquery()


@dataclass(frozen=True)
class RoleNeed:
    """A job role and the level it requires."""

    name: str
    level: int


@dataclass(frozen=True)
class UnitNeed:
    """A unit and what it needs."""

    name: str
    need: Need


@dataclass(frozen=True)
class SkillDetail:
    """One skill; `levels` are the texts for 0–4, `communities` by their names in addresses."""

    id: int
    version: int
    name: str
    area_id: int | None
    area: str
    description: str
    levels: tuple[str, ...]
    archived: bool
    roles: tuple[RoleNeed, ...]
    units: tuple[UnitNeed, ...]
    communities: tuple[tuple[str, str], ...]


@query("skills", "catalog", "organisation", public=True)
def skill(db: DbSession, _actor: Actor | None, *, skill_id: int) -> SkillDetail | None:
    """One skill with who needs it, the highest level first, and which communities serve it; None where there is none."""
    row = db.execute(
        sa.select(Skill, Area.name).outerjoin(Area, Area.id == Skill.area_id).where(Skill.id == skill_id)
    ).one_or_none()
    if row is None:
        return None
    found, area = row
    roles = db.execute(
        sa.select(JobRole.name, RoleRequirement.level)
        .join(JobRole, JobRole.id == RoleRequirement.job_role_id)
        .where(RoleRequirement.skill_id == skill_id, RoleRequirement.until_on.is_(None), JobRole.active)
    )
    units = db.execute(
        sa.select(OrgUnit.name, UnitRequirement.level, UnitRequirement.needed, UnitRequirement.importance)
        .join(OrgUnit, OrgUnit.id == UnitRequirement.org_unit_id)
        .where(UnitRequirement.skill_id == skill_id, UnitRequirement.until_on.is_(None), OrgUnit.active)
    )
    rooms = db.execute(
        sa.select(Community.slug, Community.name)
        .join(CommunitySkill, CommunitySkill.community_id == Community.id)
        .where(CommunitySkill.skill_id == skill_id, Community.archived_at.is_(None))
    )
    return SkillDetail(
        id=found.id,
        version=found.version,
        name=found.name,
        area_id=found.area_id,
        area=area or "",
        description=found.description,
        levels=level_texts(found),
        archived=found.archived_at is not None,
        roles=tuple(sorted((RoleNeed(*item) for item in roles), key=lambda item: (-item.level, fold(item.name)))),
        units=tuple(
            sorted(
                (UnitNeed(name, Need(*need)) for name, *need in units),
                key=lambda item: (-item.need.importance, fold(item.name)),
            )
        ),
        communities=tuple(sorted(((slug, name) for slug, name in rooms), key=lambda item: fold(item[1]))),
    )


@dataclass(frozen=True)
class Requirement:
    """What a job role or a unit required of a skill, from a day until a day; of a job role without people and weight."""

    skill: str
    of_unit: bool
    name: str
    level: int
    needed: int | None
    importance: int | None
    since_on: date
    until_on: date | None
    """The first day without it; None where it is required today."""
    item: tuple[int, str] | None
    """The funnel item that raised it."""


@query("skills", "organisation", "funnel", public=True)
def requirement_history(db: DbSession, _actor: Actor | None, *, skill_id: int) -> tuple[Requirement, ...]:
    """What was ever required of a skill, the latest first."""
    return _requirements(db, lambda table: table.skill_id == skill_id)


@query("skills", "organisation", "funnel", public=True)
def raised_by(db: DbSession, _actor: Actor | None, *, item_id: int) -> tuple[Requirement, ...]:
    """What a funnel item, or one that was merged into it, raised, the latest first; also what is required no more."""
    own = sa.select(FunnelItem.id).where(sa.or_(FunnelItem.id == item_id, FunnelItem.merged_into_id == item_id))
    return _requirements(db, lambda table: table.item_id.in_(own))


def _requirements(db: DbSession, which: Callable[[Any], Any]) -> tuple[Requirement, ...]:
    found = [
        _requirement(*row)
        for table, owner, key in (
            (RoleRequirement, JobRole, RoleRequirement.job_role_id),
            (UnitRequirement, OrgUnit, UnitRequirement.org_unit_id),
        )
        for row in db.execute(_with_names(table, owner, key).where(which(table)))
    ]
    return tuple(
        sorted(found, key=lambda one: (-one.since_on.toordinal(), one.of_unit, fold(one.name), fold(one.skill)))
    )


def _with_names(table: Any, owner: Any, key: Any) -> sa.Select[Any]:
    return (
        sa.select(table, Skill.name, owner.name, FunnelItem.title)
        .select_from(table)
        .join(Skill, Skill.id == table.skill_id)
        .join(owner, owner.id == key)
        .outerjoin(FunnelItem, FunnelItem.id == table.item_id)
    )


def _requirement(row: Any, skill: str, name: str, title: str | None) -> Requirement:
    of_unit = isinstance(row, UnitRequirement)
    return Requirement(
        skill=skill,
        of_unit=of_unit,
        name=name,
        level=row.level,
        needed=row.needed if of_unit else None,
        importance=row.importance if of_unit else None,
        since_on=row.since_on,
        until_on=row.until_on,
        item=None if row.item_id is None else (row.item_id, title or ""),
    )


def level_texts(row: Any) -> tuple[str, ...]:
    """What a skill says of its levels 0–4."""
    return tuple(getattr(row, f"level_{number}") for number in LEVELS)


@query("organisation", public=True)
def job_roles(db: DbSession, _actor: Actor | None) -> dict[int, str]:
    """The names of the job roles that are offered, by id."""
    rows = db.execute(sa.select(JobRole.id, JobRole.name).where(JobRole.active)).all()
    return {row.id: row.name for row in sorted(rows, key=lambda row: fold(row.name))}


@query("skills", public=True)
def role_levels(db: DbSession, _actor: Actor | None, *, job_role_ids: tuple[int, ...]) -> dict[tuple[int, int], int]:
    """The levels that these job roles require today, by skill and job role."""
    rows = db.execute(
        sa.select(RoleRequirement.skill_id, RoleRequirement.job_role_id, RoleRequirement.level).where(
            RoleRequirement.job_role_id.in_(job_role_ids), RoleRequirement.until_on.is_(None)
        )
    )
    return {(row.skill_id, row.job_role_id): row.level for row in rows}


def editable_units(actor: Actor | None) -> frozenset[int] | None:
    """The units whose needs the actor may set; None means all. Raises Forbidden."""
    actor = require(actor, Permission.REQUIREMENT_EDIT)
    return None if Role.ADMIN in actor.roles else actor.unit_ids


@query("skills", public=True)
def unit_needs(db: DbSession, _actor: Actor | None, *, org_unit_id: int) -> dict[int, Need]:
    """What a unit needs today, by skill."""
    rows = db.execute(
        sa.select(
            UnitRequirement.skill_id, UnitRequirement.level, UnitRequirement.needed, UnitRequirement.importance
        ).where(UnitRequirement.org_unit_id == org_unit_id, UnitRequirement.until_on.is_(None))
    )
    return {skill_id: Need(*need) for skill_id, *need in rows}


@query("skills", public=True)
def community_skills(db: DbSession, _actor: Actor | None, *, community_id: int) -> dict[int, str]:
    """The names of the skills that a community serves, by id."""
    rows = db.execute(
        sa.select(Skill.id, Skill.name)
        .join(CommunitySkill, CommunitySkill.skill_id == Skill.id)
        .where(CommunitySkill.community_id == community_id, Skill.archived_at.is_(None))
    ).all()
    return {row.id: row.name for row in sorted(rows, key=lambda row: fold(row.name))}


@query("skills", public=True)
def offered(db: DbSession, _actor: Actor | None) -> dict[int, str]:
    """The names of the skills that aren't archived, by id."""
    rows = db.execute(sa.select(Skill.id, Skill.name).where(Skill.archived_at.is_(None))).all()
    return {row.id: row.name for row in sorted(rows, key=lambda row: fold(row.name))}


def served(db: DbSession) -> dict[int, list[int]]:
    """The skills that each open community serves, by id."""
    rows = db.execute(
        sa.select(CommunitySkill.community_id, CommunitySkill.skill_id)
        .join(Community, Community.id == CommunitySkill.community_id)
        .join(Skill, Skill.id == CommunitySkill.skill_id)
        .where(Community.archived_at.is_(None), Skill.archived_at.is_(None))
    )
    found: dict[int, list[int]] = defaultdict(list)
    for community_id, skill_id in rows:
        found[community_id].append(skill_id)
    return found
