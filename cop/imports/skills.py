"""Skills, and the levels that job roles require of them; both sides are known by their names. Pure."""

from typing import Any

from cop.choices import RequiredLevel, SkillLevel
from cop.imports.cells import Unreadable
from cop.imports.draft import Draft
from cop.imports.records import Record, Sheet
from cop.periods import local_day

_LEVELS = {level.value: f"level_{number}" for number, level in enumerate(SkillLevel)}
_NUMBERS = {level: number for number, level in enumerate(RequiredLevel, 1)}


def plan_skills(draft: Draft) -> None:
    """Skills, by name; one that is there gets the texts of the file."""
    shelf = draft.shelves["skill"]
    for sheet in draft.job.of("skills"):
        for record in sheet.records:
            key = next(iter(draft.named("skill", record.values["name"])), None)
            if key is not None and draft.is_claimed("skill", key):
                draft.leave_out(sheet, record, "duplicate", "name")
                continue
            values = _skill_values(draft, sheet, record)
            if key is None:
                key = shelf.add(**values)
                draft.learn("skill", key, **values)
            else:
                shelf.assign(key, **values)
            draft.claim(sheet, record, "skill", key)


def _skill_values(draft: Draft, sheet: Sheet, record: Record) -> dict[str, Any]:
    given = record.values
    columns = {"description": "description"} | _LEVELS
    values = {"name": given["name"]} | {columns[name]: given[name] or "" for name in columns if name in given}
    if "area" in given:
        create = "areas" in sheet.mapping.options.create
        try:
            values["area_id"] = draft.by_name("area", given["area"], create=create, reason="unknown_area")
        except Unreadable as problem:
            draft.leave_empty(sheet, record, problem.reason, "area")
            values["area_id"] = None
    return values


def plan_role_requirements(draft: Draft) -> None:
    """Required levels, by job role and skill. Of rows that contradict each other none is taken: which one is meant?"""
    groups: dict[tuple[str, Any], list[tuple[Sheet, Record]]] = {}
    for sheet in draft.job.of("role_requirements"):
        for record in sheet.records:
            skill = next(iter(draft.named("skill", record.values["skill"])), None)
            if skill is None:
                draft.leave_out(sheet, record, "unknown_skill", "skill")
            else:
                groups.setdefault((record.values["job_role"].casefold(), skill), []).append((sheet, record))
    standing = {
        (row["job_role_id"], row["skill_id"]): key
        for key, row in draft.shelves["role_requirement"].existing.items()
        if row["until_on"] is None
    }
    for (_role, skill), rows in groups.items():
        if len({record.values["level"] for _sheet, record in rows}) > 1:
            for sheet, record in rows:
                draft.leave_out(sheet, record, "two_levels", "level")
            continue
        _plan_requirement(draft, *rows[0], skill, standing)
        for sheet, record in rows[1:]:
            draft.leave_out(sheet, record, "duplicate", "skill")


def _plan_requirement(draft: Draft, sheet: Sheet, record: Record, skill: Any, standing: dict[Any, Any]) -> None:
    create = "job_roles" in sheet.mapping.options.create
    try:
        role = draft.by_name("job_role", record.values["job_role"], create=create, reason="unknown_role")
    except Unreadable as problem:
        draft.leave_out(sheet, record, problem.reason, "job_role")
        return
    shelf, today = draft.shelves["role_requirement"], local_day(draft.now, draft.time_zone)
    level, key = _NUMBERS[record.values["level"]], standing.get((role, skill))
    new = {"job_role_id": role, "skill_id": skill, "level": level, "since_on": today}
    if key is None:
        key = shelf.add(**new)
    elif shelf.get(key)["since_on"] >= today:  # it was never a day old
        shelf.assign(key, level=level)
    elif shelf.get(key)["level"] != level:
        shelf.assign(key, until_on=today)
        shelf.add(**new)
    draft.claim(sheet, record, "role_requirement", key)
