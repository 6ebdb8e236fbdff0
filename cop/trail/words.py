"""What an audit entry says, in words: names instead of ids, moments in the organisation's time zone. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Reference = tuple[str, int]
"""A table and an id in it."""
Names = Mapping[Reference, str]

GONE = "no longer there"
_LONGEST = 2_000
_MOST = 100
"""Of a longer list the rest is counted."""
_HIDDEN = {"id", "version", "password", "token", "secret", "code"}
_TABLES = {
    "community_id": "community",
    "org_unit_id": "org_unit",
    "parent_id": "org_unit",
    "into_id": "org_unit",
    "unit_id": "org_unit",
    "area_id": "area",
    "job_role_id": "job_role",
    "skill_id": "skill",
    "person_id": "person",
    "recorded_by_id": "person",
    "added_by_id": "person",
    "owner_id": "person",
    "raised_by_id": "person",
    "led_by_id": "person",
    "moved_by_id": "person",
    "decided_by_id": "person",
    "made_by_id": "person",
    "assessor_id": "person",
    "account_id": "account",
    "people": "person",
    "communities": "community",
    "units": "org_unit",
    "unit_ids": "org_unit",
    "community_ids": "community",
    "meeting_id": "unit_meeting",
    "unit_meetings": "unit_meeting",
    "item_id": "funnel_item",
    "funnel_items": "funnel_item",
    "round_id": "funnel_round",
    "quadrant_id": "quadrant",
    "ring_id": "ring",
    "theme_id": "theme",
    "theme_ids": "theme",
    "survey_id": "survey",
    "template_id": "survey_template",
}
_FIELDS = {
    "parent_id": "Below",
    "into_id": "Into",
    "org_unit_id": "Unit",
    "active": "Active",
    "unit_ids": "Units",
    "theme_ids": "Themes",
    "community_ids": "Communities",
    "rice_confidence": "RICE: confidence",
}
_OBJECTS = {
    "org_unit": "Unit",
    "community_session": "Session",
    "sign_in_session": "Sign-in",
    "unit_meeting": "Meeting with a unit",
    "funnel_round": "Round",
}
_MOMENTS = {"at", "stage_since"}
"""Fields that hold a moment and whose names don't end as those of others do."""


@dataclass(frozen=True)
class Change:
    """One field, from what to what; "–" where there was or is nothing."""

    field: str
    before: str
    after: str


def is_hidden(field: str) -> bool:
    """Whether a field is never shown: keys of ours, and whatever could let somebody in."""
    return field in _HIDDEN or field.endswith("_hash")


def operation(name: str) -> str:
    """Such as "Catalog: edit community"; different for each operation."""
    room, _dot, what = name.partition(".")
    return f"{room.capitalize()}: {what.replace('_', ' ')}" if what else name


def kind(object_type: str) -> str:
    """Such as "Job role"."""
    return _OBJECTS.get(object_type) or object_type.replace("_", " ").capitalize()


def field(name: str) -> str:
    """Such as "Founded on"."""
    return _FIELDS.get(name) or name.removesuffix("_id").removesuffix("_at").replace("_", " ").capitalize()


def references(values: Mapping[str, Any] | None, object_type: str) -> Iterator[Reference]:
    """Everything that the values refer to, at any depth."""
    for name, value in (values or {}).items():
        table = _table(name, object_type)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from references(item, object_type)
            elif table and isinstance(item, int) and not isinstance(item, bool):
                yield table, item


def changes(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, object_type: str, names: Names, time_zone: str
) -> tuple[Change, ...]:
    """What differs between the two, field by field, secrets left out."""
    before, after = before or {}, after or {}

    def told(name: str, values: Mapping[str, Any]) -> str:
        return in_words(name, values.get(name), object_type, names, time_zone)

    fields = [name for name in {**before, **after} if not is_hidden(name)]
    found = [Change(field(name), told(name, before), told(name, after)) for name in fields]
    return tuple(change for change in found if change.before != change.after)


def _table(name: str, object_type: str) -> str | None:
    if name == "merged_into_id":
        return object_type
    return _TABLES.get(name)


def in_words(name: str, value: Any, object_type: str, names: Names, time_zone: str) -> str:
    """A field's value; "–" for nothing."""
    text = _text(name, value, object_type, names, time_zone)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _text(name: str, value: Any, object_type: str, names: Names, time_zone: str) -> str:
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        told = [_text(name, item, object_type, names, time_zone) for item in value[:_MOST]]
        more = [f"and {len(value) - _MOST:,} more"] if len(value) > _MOST else []
        return "\n".join(told + more)
    if isinstance(value, dict):
        inside = {key: _text(key, item, object_type, names, time_zone) for key, item in _shown(value)}
        return ", ".join(_part(key, text) for key, text in inside.items())
    table = _table(name, object_type)
    if table and isinstance(value, int):
        return names.get((table, value), f"{value} ({GONE})")
    is_moment = name in _MOMENTS or name.endswith("_at")
    return _moment(value, time_zone) if is_moment and isinstance(value, str) else str(value)


def _shown(values: dict[str, Any]) -> list[tuple[str, Any]]:
    """What says something: neither hidden nor empty nor false."""
    kept = [(key, item) for key, item in values.items() if not is_hidden(key) and item not in (None, "", False, [], {})]
    return kept[:_MOST]


def _part(key: str, text: str) -> str:
    """A part of a longer value; who and what it is called need no label."""
    return text if key in {"person_id", "title"} else f"{field(key).lower()}: {text}"


def _moment(value: str, time_zone: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return f"{moment.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M}" if moment.tzinfo else value
