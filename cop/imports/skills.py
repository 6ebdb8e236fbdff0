"""Skills, which are known by their names, and which communities serve them. Pure."""

from typing import Any

from cop.choices import SkillLevel
from cop.imports.cells import Unreadable
from cop.imports.draft import Draft
from cop.imports.records import Record, Sheet

_LEVELS = {level.value: f"level_{number}" for number, level in enumerate(SkillLevel)}


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


def plan_community_skills(draft: Draft) -> None:
    """Which skills communities serve, by their names; a file adds some and takes none away."""
    shelf = draft.shelves["community_skill"]
    seen = set()
    for sheet in draft.job.of("community_skills"):
        for record in sheet.records:
            skill = next(iter(draft.named("skill", record.values["skill"])), None)
            if skill is None:
                draft.leave_out(sheet, record, "unknown_skill", "skill")
                continue
            try:
                pair = (draft.community(record.values["community"]), skill)
            except Unreadable as problem:
                draft.leave_out(sheet, record, problem.reason, "community")
                continue
            if pair in seen:
                draft.leave_out(sheet, record, "duplicate", "skill")
                continue
            seen.add(pair)
            key = pair if pair in shelf.existing else shelf.add(community_id=pair[0], skill_id=skill)
            draft.claim(sheet, record, "community_skill", key)
