"""Required levels in grids: what job roles require, what a unit needs."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cop.permissions import Actor
from cop.skills import queries
from cop.skills.inputs import Need, RoleCell, UnitCell
from cop.skills.levels import IMPORTANCE, MOST_NEEDED, REQUIRABLE
from cop.skills.requirement_operations import set_role_requirements, set_unit_requirements
from cop.skills.search import matching
from cop.ui import filters
from cop.ui import format as words
from cop.ui.load import load
from cop.ui.widgets import level_grid, skill_catalog
from cop.ui.widgets.level_grid import Grid

_MOST_ROLES = 8
"""More columns than that nobody reads."""
_NUMBERS = {name: number for number, name in REQUIRABLE.items()}
_IMPORTANCES = {name: number for number, name in IMPORTANCE.items()}
_LEVEL, _NEEDED, _IMPORTANCE = "level", "needed", "importance"


def job_roles() -> None:
    """The levels that the chosen job roles require, a column each."""
    roles = words.distinct(load(queries.job_roles))
    if not roles:
        st.info("There are no job roles yet. Add them under Organisation.")
        return
    chosen = st.multiselect(
        "Job roles",
        list(roles),
        format_func=lambda key: roles.get(key, str(key)),
        key="roles",
        bind="query-params",
        max_selections=_MOST_ROLES,
        placeholder=f"Choose up to {_MOST_ROLES}, a column each",
    )
    columns = tuple(key for key in chosen if key in roles)
    if not columns:
        level_grid.announce()
        st.caption("A level left empty isn't required. Changes count from today; what was required before is kept.")
        return
    levels = load(queries.role_levels, job_role_ids=columns)
    skills = _skills({skill for skill, _role in levels}, "Only skills that one of them requires")
    opened = level_grid.grid("role_levels")
    values = {(skill, str(role)): REQUIRABLE[level] for (skill, role), level in levels.items()}
    opened.open((columns, tuple(skills)), skills, {str(key): "string" for key in columns}, values)
    if not skills:
        st.info("No skill fits what you are looking for.", icon=":material/search_off:")
    else:
        config = {
            str(key): st.column_config.SelectboxColumn(roles[key], options=list(_NUMBERS), width="small")
            for key in columns
        }
        level_grid.table(opened, config, f"Levels that {len(columns)} job roles require of {len(skills)} skills")

    def told(key: str, current: Any) -> str:
        role, skill = (int(part) for part in key.split(":"))
        mine = opened.value((skill, str(role))) or "not required"
        return f"{roles.get(role, role)}, {opened.skills[skill]}: {_level(current)} now, {mine.lower()} with you"

    level_grid.save(opened, set_role_requirements, lambda: _role_cells(opened), told)


def _role_cells(opened: Grid) -> list[RoleCell]:
    return [
        RoleCell(int(role), skill, _NUMBERS.get(opened.before[skill, role]), _NUMBERS.get(level))
        for (skill, role), level in opened.typed.items()
    ]


def _level(level: int | None) -> str:
    return REQUIRABLE[level].lower() if level else "not required"


def units(actor: Actor) -> None:
    """What a unit needs: the level, how many people at it, and how much depends on it."""
    unit = filters.unit(within=queries.editable_units(actor))
    if unit is None:
        level_grid.announce()
        st.caption("Choose the unit whose needs you want to see or change.")
        return
    needs = load(queries.unit_needs, org_unit_id=unit.id)
    skills = _skills(set(needs), "Only skills that it needs")
    opened = level_grid.grid(f"unit_needs:{unit.id}")
    opened.open(tuple(skills), skills, {_LEVEL: "string", _NEEDED: "Int64", _IMPORTANCE: "string"}, _cells_of(needs))
    if not skills:
        st.info("No skill fits what you are looking for.", icon=":material/search_off:")
    else:
        config = st.column_config
        level_grid.table(
            opened,
            {
                _LEVEL: config.SelectboxColumn("Level", options=list(_NUMBERS), width="small"),
                _NEEDED: config.NumberColumn(
                    "People needed", min_value=1, max_value=MOST_NEEDED, step=1, width="small",
                    help="How many people at this level or above.",
                ),
                _IMPORTANCE: config.SelectboxColumn(
                    "Importance", options=list(_IMPORTANCES), width="small",
                    help="By which gaps are weighted when they are ranked; normal where it is left empty.",
                ),
            },
            f"What {unit.name} needs of {len(skills)} skills",
        )  # fmt: skip

    def told(key: str, current: Any) -> str:
        skill = int(key)
        mine = _unit_cell(opened, skill)
        typed = Need(mine.level, mine.needed or 0, mine.importance or 1) if mine.level else None
        return f"{opened.skills[skill]}: {_need(current)} now, {_need(typed)} with you"

    level_grid.save(opened, set_unit_requirements, lambda: _unit_cells(opened), told, org_unit_id=unit.id)


def _cells_of(needs: Mapping[int, Need]) -> dict[level_grid.Cell, Any]:
    found: dict[level_grid.Cell, Any] = {}
    for skill, need in needs.items():
        found[skill, _LEVEL] = REQUIRABLE[need.level]
        found[skill, _NEEDED] = need.needed
        found[skill, _IMPORTANCE] = IMPORTANCE[need.importance]
    return found


def _unit_cells(opened: Grid) -> list[UnitCell]:
    return [_unit_cell(opened, skill) for skill in dict.fromkeys(skill for skill, _column in opened.typed)]


def _unit_cell(opened: Grid, skill: int) -> UnitCell:
    level, needed, importance = (opened.before[skill, column] for column in (_LEVEL, _NEEDED, _IMPORTANCE))
    before = Need(_NUMBERS[level], int(needed), _IMPORTANCES[importance]) if level else None
    level, needed, importance = (opened.value((skill, column)) for column in (_LEVEL, _NEEDED, _IMPORTANCE))
    return UnitCell(
        skill, before, _NUMBERS.get(level), None if needed is None else int(needed), _IMPORTANCES.get(importance)
    )


def _need(need: Need | None) -> str:
    return "not needed" if need is None else skill_catalog.need_in_words(*need)


def _skills(required: set[int], label: str) -> dict[int, str]:
    """The rows: skills by words and areas, or only those that are required so far."""
    text, areas, _archived = skill_catalog.ask(archived=False)
    only = st.toggle(label, key="only_required", bind="query-params")
    rows = matching(load(queries.skills), text=text, areas=areas)
    if only:
        rows = rows[rows["id"].isin(required)]
    return {int(key): str(name) for key, name in zip(rows["id"], rows["name"], strict=True)}
