"""What can be taken along of skills: the catalog, and who needs what. Each file can be imported again."""

from collections.abc import Sequence

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.catalog.search import fold
from cop.exports import Sheet, sheet_of
from cop.models import FunnelItem, JobRole, OrgUnit, RoleRequirement, Skill, UnitRequirement
from cop.permissions import Actor, Permission, require
from cop.skills import queries
from cop.skills.levels import IMPORTANCE, LEVELS
from cop.skills.search import matching


def skills(
    db: DbSession, actor: Actor | None, *, text: str = "", areas: tuple[int, ...] = (), archived: bool = False
) -> Sheet:
    """The skills that fit, with what is said of each level."""
    require(actor, Permission.SKILL_VIEW)
    rows = matching(queries.skills(db, actor), text=text, areas=areas, archived=archived)
    texts = {row.id: queries.level_texts(row) for row in db.scalars(sa.select(Skill))}
    shown = rows[["name", "area", "description"]].set_axis(["Skill", "Area", "Description"], axis=1)
    for number, name in LEVELS.items():
        shown[name] = [texts[key][number] for key in rows["id"]]
    shown["Archived"] = rows["archived"]
    return sheet_of("Skills", shown)


def role_levels(db: DbSession, actor: Actor | None) -> Sheet:
    """The levels that job roles require today."""
    require(actor, Permission.SKILL_VIEW)
    rows = db.execute(
        sa.select(JobRole.name, Skill.name, RoleRequirement.level, RoleRequirement.since_on, FunnelItem.title)
        .select_from(RoleRequirement)
        .join(JobRole, JobRole.id == RoleRequirement.job_role_id)
        .join(Skill, Skill.id == RoleRequirement.skill_id)
        .outerjoin(FunnelItem, FunnelItem.id == RoleRequirement.item_id)
        .where(RoleRequirement.until_on.is_(None), Skill.archived_at.is_(None), JobRole.active)
    )
    found = [(role, skill, LEVELS[level], *rest) for role, skill, level, *rest in rows]
    return _sheet("Job roles", found, ["Job role", "Skill", "Required level", "Since", "Raised by"])


def unit_needs(db: DbSession, actor: Actor | None) -> Sheet:
    """What units need today."""
    require(actor, Permission.SKILL_VIEW)
    needs = (UnitRequirement.level, UnitRequirement.needed, UnitRequirement.importance, UnitRequirement.since_on)
    rows = db.execute(
        sa.select(OrgUnit.name, Skill.name, *needs, FunnelItem.title)
        .select_from(UnitRequirement)
        .join(OrgUnit, OrgUnit.id == UnitRequirement.org_unit_id)
        .join(Skill, Skill.id == UnitRequirement.skill_id)
        .outerjoin(FunnelItem, FunnelItem.id == UnitRequirement.item_id)
        .where(UnitRequirement.until_on.is_(None), Skill.archived_at.is_(None), OrgUnit.active)
    )
    found = [
        (unit, skill, LEVELS[level], needed, IMPORTANCE[importance], *rest)
        for unit, skill, level, needed, importance, *rest in rows
    ]
    return _sheet("Units", found, ["Unit", "Skill", "Level", "People needed", "Importance", "Since", "Raised by"])


def _sheet(name: str, rows: Sequence[tuple[object, ...]], columns: list[str]) -> Sheet:
    ordered = sorted(rows, key=lambda row: (fold(str(row[0])), fold(str(row[1]))))
    return sheet_of(name, pd.DataFrame(ordered, columns=columns, dtype="object"))
