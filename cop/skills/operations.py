"""Writes on the catalog of skills, and on what communities serve."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.catalog.checks import same_version
from cop.db import wait_for
from cop.errors import Conflict, Invalid, NotFound
from cop.models import Community, CommunitySkill, Skill
from cop.permissions import Actor, Permission, require
from cop.skills import checks as checked


def add_skill(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    name: str,
    area_id: int | None,
    description: str,
    levels: Sequence[str],
) -> int:
    """Add a skill; `levels` say in words how people at each level 0–4 behave. Returns its id."""
    actor = require(actor, Permission.SKILL_EDIT)
    row = Skill(**checked.skill_values(db, name=name, area_id=area_id, description=description, levels=levels))
    db.add(row)
    db.flush()
    _record(db, actor, now, "add_skill", row, before=None)
    return row.id


def edit_skill(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    skill_id: int,
    version: int,
    name: str,
    area_id: int | None,
    description: str,
    levels: Sequence[str],
) -> int:
    """Change a skill and the texts of its levels. Raises Conflict where somebody else did since `version`."""
    actor = require(actor, Permission.SKILL_EDIT)
    row = checked.find(db, skill_id)
    same_version(db, row, version, current=lambda: audit.values(row))
    values = checked.skill_values(
        db, name=name, area_id=area_id, description=description, levels=levels, skill_id=skill_id
    )
    return _set(db, actor, now, "edit_skill", row, values)


def archive_skill(db: DbSession, actor: Actor | None, *, now: datetime, skill_id: int, version: int) -> int:
    """Put a skill away: nobody is asked for it any more; required levels and what people said stay on record."""
    actor = require(actor, Permission.SKILL_EDIT)
    row = checked.find(db, skill_id)
    same_version(db, row, version, current=lambda: audit.values(row))
    return _set(db, actor, now, "archive_skill", row, {"archived_at": row.archived_at or now})


def restore_skill(db: DbSession, actor: Actor | None, *, now: datetime, skill_id: int, version: int) -> int:
    """Take an archived skill up again, with everything that hung on it."""
    actor = require(actor, Permission.SKILL_EDIT)
    row = checked.find(db, skill_id)
    same_version(db, row, version, current=lambda: audit.values(row))
    return _set(db, actor, now, "restore_skill", row, {"archived_at": None})


def set_community_skills(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    community_id: int,
    seen_ids: Collection[int],
    skill_ids: Collection[int],
) -> int:
    """Say which skills a community serves; returns its id. Archived ones that it served before stay as they are.

    Raises Conflict where they aren't those that were seen any more.
    """
    actor = require(actor, Permission.COMMUNITY_EDIT, community_id=community_id)
    community = db.get(Community, community_id)
    if community is None:
        raise NotFound
    if community.archived_at is not None:
        raise Invalid({"": "This community is archived: it can't be edited any more."})
    wait_for(db, f"skills of community {community_id}")
    wanted = set(skill_ids)
    known = checked.open_skills(db, wanted)
    if wanted - known.keys():
        raise Invalid({"skill_ids": "One of these skills isn't offered any more. Choose again."})
    rows = db.execute(
        sa.select(CommunitySkill, Skill.name)
        .join(Skill, Skill.id == CommunitySkill.skill_id)
        .where(CommunitySkill.community_id == community_id, Skill.archived_at.is_(None))
    ).all()
    there = {row.skill_id for row, _name in rows}
    if there not in (set(seen_ids), wanted):
        raise Conflict({"skill_ids": sorted(there)})
    for row, _name in rows:
        if row.skill_id not in wanted:
            db.delete(row)
    db.add_all(CommunitySkill(community_id=community_id, skill_id=key) for key in sorted(wanted - there))
    db.flush()
    if there != wanted:
        audit.record(
            db,
            actor,
            now=now,
            operation="skills.set_community_skills",
            topics=("skills",),
            object_type="community",
            object_id=community_id,
            community_id=community_id,
            before={"skills": sorted(name for _row, name in rows)},
            after={"skills": sorted(known.values())},
        )
    return community_id


def _set(db: DbSession, actor: Actor, now: datetime, operation: str, row: Skill, values: dict[str, Any]) -> int:
    before = audit.values(row)
    for name, value in values.items():
        setattr(row, name, value)
    db.flush()
    if audit.values(row) != before:
        _record(db, actor, now, operation, row, before=before)
    return row.id


def _record(
    db: DbSession, actor: Actor, now: datetime, operation: str, row: Skill, *, before: dict[str, Any] | None
) -> None:
    audit.record(
        db,
        actor,
        now=now,
        operation=f"skills.{operation}",
        topics=("skills",),
        object_type="skill",
        object_id=row.id,
        before=before,
        after=audit.values(row),
    )
