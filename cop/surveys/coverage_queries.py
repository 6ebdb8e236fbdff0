"""Reads of coverage and bus factor, from named profiles: counts of parts of five or more people, nothing of one."""

from collections import defaultdict
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.catalog.search import fold
from cop.choices import PersonKind
from cop.models import OrgUnit, Person, PersonSkill, Skill
from cop.permissions import Actor, Permission, require
from cop.query import query
from cop.surveys.coverage import Able, able, told
from cop.surveys.gap_queries import SkillName, needs, skill_names
from cop.surveys.queries import readers

_COVERAGE = {
    "unit_id": "int64", "unit": "str", "skill_id": "int64", "skill": "str", "area_id": "Int64", "search": "str",
    "required": "int64", "needed": "int64", "importance": "int64", "known": "Int64", "fewest": "Int64", "most": "Int64",
}  # fmt: skip


@query("profiles", "skills", "people", "organisation", "catalog", scope=readers)
def coverage(db: DbSession, actor: Actor | None) -> pd.DataFrame:
    """A row per unit and skill that it needs: how many say that they are at the level, as cop.surveys.coverage tells it.

    `known` people have said a level, `fewest` to `most` of them are at the required one; all three are missing where
    too few have said theirs. Severest first: those at most one, then by importance.
    """
    require(actor, Permission.SURVEY_RESULTS)
    parents = {key: parent for key, parent in db.execute(sa.select(OrgUnit.id, OrgUnit.parent_id))}  # noqa: C416 - dict() doesn't take rows
    names = {key: name for key, name in db.execute(sa.select(OrgUnit.id, OrgUnit.name).where(OrgUnit.active))}  # noqa: C416
    skills, levels = skill_names(db), _levels_said(db)
    by_skill: dict[int, list[tuple[int, tuple[int, int, int]]]] = defaultdict(list)
    for (unit, skill_id), need in needs(db).items():
        if unit in names:
            by_skill[skill_id].append((unit, need))
    rows = []
    for skill_id, units in by_skill.items():
        found = told(parents, levels.get(skill_id, {}))
        for unit, need in units:
            rows.append(_covered(unit, names[unit], skill_id, skills[skill_id], need, able(found[unit], need[0])))
    frame = pd.DataFrame(rows, columns=list(_COVERAGE), dtype="object").astype(_COVERAGE)
    order = ["most", "importance", "search", "unit"]
    return frame.sort_values(order, ascending=[True, False, True, True], na_position="last", ignore_index=True)


def _levels_said(db: DbSession) -> dict[int, dict[int, list[int]]]:
    """By skill and unit, the levels that active staff say they have."""
    rows = db.execute(
        sa.select(PersonSkill.skill_id, Person.org_unit_id, PersonSkill.level)
        .join(Person, Person.id == PersonSkill.person_id)
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .where(
            PersonSkill.level.is_not(None), Person.org_unit_id.is_not(None), Person.active,
            Person.merged_into_id.is_(None), Person.kind == PersonKind.STAFF, Skill.archived_at.is_(None),
        )
    )  # fmt: skip
    found: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for skill_id, unit, level in rows:
        if unit is not None and level is not None:
            found[skill_id][unit].append(level)
    return found


def _covered(
    unit_id: int, unit: str, skill_id: int, skill: SkillName, need: tuple[int, int, int], found: Able | None
) -> dict[str, Any]:
    level, needed, importance = need
    row = {"unit_id": unit_id, "unit": unit, "skill_id": skill_id, "skill": skill.name, "area_id": skill.area_id}
    row |= {
        "search": fold(f"{skill.name}\n{skill.area}"),
        "required": level,
        "needed": needed,
        "importance": importance,
    }
    if found is None:
        return row | {"known": None, "fewest": None, "most": None}
    return row | {"known": found.known, "fewest": found.fewest, "most": found.most}
