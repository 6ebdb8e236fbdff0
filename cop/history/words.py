"""Which of a community's audit entries all staff may read, and what of them, in words. Pure.

The list allows: what it doesn't name isn't told, neither an entry nor a field. Taking part is voluntary, so nothing
here tells who joined, left, answered, checked in or came; attendance is told in numbers.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from cop.catalog.words import FACILITATOR_ROLES
from cop.choices import label
from cop.history.difference import Piece, difference
from cop.sessions import recurrence
from cop.sessions.changes import changes
from cop.trail import words as trail


class Group(StrEnum):
    """Kinds of change, by which people look for them."""

    FACTS = "facts"
    CARRIERS = "carriers"
    SESSIONS = "sessions"
    OUTCOMES = "outcomes"
    IMPORTS = "imports"


GROUPS = {
    Group.FACTS: "Charter and facts",
    Group.CARRIERS: "Who carries it",
    Group.SESSIONS: "Sessions",
    Group.OUTCOMES: "Contributions and resources",
    Group.IMPORTS: "Imports",
}


@dataclass(frozen=True)
class Shown:
    """An operation that is told: its group, what was done to what, and the fields that are told of it.

    Without `it`, the words for what it was done to are the row's own name.
    """

    group: Group
    did: str
    it: str = ""
    rest: str = ""
    fields: tuple[str, ...] = ()


_COMMUNITY = "the community"
_FACTS = ("name", "focus", "type", "stage", "area_id", "org_unit_id", "founded_on", "cadence", "channel_url")
_TEXTS = ("charter", "norms")
_OBJECTIVE = ("statement", "measure", "baseline", "current", "target", "due_on", "status")
_GIFT = ("title", "kind", "url", "day")
_RESOURCE = ("title", "kind", "url")
_OF_SESSIONS = ("plan_session", "change_plan", "cancel_session", "reinstate_session", "record_session", "undo_recording",
                "restore_recording")  # fmt: skip
_SERIES = ("title", "kind", "rule", "start_time", "minutes", "time_zone", "first_on", "until_on", "place", "link")

IMPORT, UNDO = "imports.import_files", "imports.undo_import"
"""They belong to no one community: what an import did to each stands inside its entry."""
SHOWN = {
    "catalog.create_community": Shown(Group.FACTS, "opened", _COMMUNITY, fields=_FACTS),
    "catalog.edit_community": Shown(Group.FACTS, "changed", _COMMUNITY, fields=(*_FACTS, *_TEXTS)),
    "catalog.archive_community": Shown(
        Group.FACTS, "archived", _COMMUNITY, fields=("archive_reason", "merged_into_id")
    ),
    "catalog.reopen_community": Shown(Group.FACTS, "reopened", _COMMUNITY),
    "funnel.link_community": Shown(Group.FACTS, "let it work on"),
    "funnel.unlink_community": Shown(Group.FACTS, "took it off"),
    "skills.set_community_skills": Shown(Group.FACTS, "changed the skills of", _COMMUNITY, fields=("skills",)),
    "catalog.add_objective": Shown(Group.FACTS, "set the objective", fields=_OBJECTIVE[1:-1]),
    "catalog.edit_objective": Shown(Group.FACTS, "changed the objective", fields=_OBJECTIVE),
    "catalog.drop_objective": Shown(Group.FACTS, "dropped the objective"),
    "catalog.assign_facilitator": Shown(Group.CARRIERS, "made", rest="a facilitator", fields=("role", "since_on")),
    "catalog.end_facilitator": Shown(Group.CARRIERS, "ended the role of", fields=("until_on",)),
    "lifecycle.restore_facilitator": Shown(Group.CARRIERS, "gave the role back to"),
    **{f"sessions.{name}": Shown(Group.SESSIONS, "") for name in _OF_SESSIONS},
    "surveys.ask_for_feedback": Shown(Group.SESSIONS, "asked those who came for"),
    "sessions.plan_series": Shown(Group.SESSIONS, "planned the series", fields=_SERIES[1:]),
    "sessions.change_series": Shown(Group.SESSIONS, "changed the series", fields=_SERIES),
    "sessions.end_series": Shown(Group.SESSIONS, "ended the series", fields=("until_on",)),
    "catalog.add_contribution": Shown(Group.OUTCOMES, "contributed", fields=("kind", "url")),
    "catalog.edit_contribution": Shown(Group.OUTCOMES, "corrected the contribution", fields=_GIFT),
    "catalog.withdraw_contribution": Shown(Group.OUTCOMES, "withdrew the contribution"),
    "catalog.restore_contribution": Shown(Group.OUTCOMES, "brought back the contribution"),
    "catalog.add_resource": Shown(Group.OUTCOMES, "added the resource", fields=("kind", "url")),
    "catalog.edit_resource": Shown(Group.OUTCOMES, "changed the resource", fields=_RESOURCE),
    "catalog.archive_resource": Shown(Group.OUTCOMES, "archived the resource"),
    "catalog.restore_resource": Shown(Group.OUTCOMES, "restored the resource"),
    IMPORT: Shown(Group.IMPORTS, "imported", fields=(*_FACTS, *_TEXTS)),
    UNDO: Shown(Group.IMPORTS, "took back", "an import"),
}
"""What is told. Of sessions `cop.sessions.changes` says how, the same as on a session's own page."""

LEFT_OUT = {
    "catalog.join_community": "who joins and leaves is for nobody to follow, nor why",
    "catalog.leave_community": "who joins and leaves is for nobody to follow, nor why",
    "lifecycle.end_membership": "who left the organisation isn't told by its communities",
    "lifecycle.restore_membership": "who left the organisation isn't told by its communities",
    "sessions.answer": "who comes to what is for the facilitator",
    "sessions.check_in": "who comes to what is for the facilitator",
    "sessions.open_check_in": "says nothing that lasts",
    "sessions.close_check_in": "says nothing that lasts",
    "sessions.make_feed": "who subscribes is nobody's business",
    "sessions.revoke_feed": "who subscribes is nobody's business",
    "people.create_person": "a newcomer is named on the list of those who came",
    "people.learn_spelling": "says how people who came are spelt",
    "sessions.follow_series": "the entry of its series tells it once",
    "sessions.withdraw_session": "the entry of its series tells it once",
    "sessions.split_series": "the entry of the series that was changed tells it",
    "sessions.extend_series": "the clock does it, nobody decided anything",
}
"""What is recorded for a community and not told, and why."""

_REUSED = "contribution"
"""A withdrawn one's number may be another's by now, so it isn't asked for by its number: entries tell its title."""
_LONG = {"focus", "charter", "norms", "statement"}
_SAID: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(("type", "stage", "kind", "status"), label),
    "skills": ", ".join,
    "role": lambda role: FACILITATOR_ROLES[role],
    "rule": lambda rule: recurrence.in_words(recurrence.pattern(rule)),
    "start_time": lambda time: time[:5],
}
_LABELS = {
    "channel_url": "Channel",
    "url": "Link",
    "archive_reason": "Reason",
    "merged_into_id": "Part of",
    "since_on": "From",
    "due_on": "Due",
    "measure": "Measured by",
    "baseline": "Start",
    "current": "Now",
    "statement": "Objective",
    "rule": "Meets",
    "start_time": "At",
    "first_on": "From",
    "minutes": "Minutes",
}
_TABLES = {"facilitator": "Facilitators", "session_series": "Series", "community_session": "Sessions"}
"""What of an import is counted: not who became a member or came."""


@dataclass(frozen=True)
class TextChange:
    """A long text, from what to what."""

    field: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Entry:
    """One change: who did what to what, when; further fields a line each, long texts word by word.

    `session_id` is the session that it was done to, where there is one.
    """

    at: datetime
    by: str
    did: str
    it: str
    rest: str
    lines: tuple[str, ...]
    texts: tuple[TextChange, ...] = field(default=())
    session_id: int | None = None


@dataclass(frozen=True)
class Recorded:
    """An audit entry of an operation that is told."""

    at: datetime
    actor_name: str
    operation: str
    object_type: str
    object_id: int | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def operations(group: Group | None) -> tuple[str, ...]:
    """Those that are told, of a group or all."""
    return tuple(name for name, shown in SHOWN.items() if group in (None, shown.group))


def references(entry: Recorded) -> Iterator[trail.Reference]:
    """Whatever has to be known by name to tell an entry: what it was done to, and what its shown fields refer to."""
    if entry.object_id is not None and entry.object_type != _REUSED:
        yield entry.object_type, entry.object_id
    fields = SHOWN[entry.operation].fields
    for values in (entry.before, entry.after):
        yield from trail.references({name: (values or {}).get(name) for name in fields}, _type(entry))


def told(entry: Recorded, names: trail.Names, time_zone: str) -> Entry:
    """An entry in words."""
    shown = SHOWN[entry.operation]
    if entry.object_type == "session":
        return _session(entry, names, time_zone)
    lines, texts = _fields(entry, shown, names, time_zone)
    if shown.group is Group.IMPORTS:
        lines = [*_counted(entry), *lines]
    elif entry.before is None and lines:  # a new row's first values are read at one glance
        lines = [" · ".join(lines)]
    it = shown.it or _name(entry, names)
    return Entry(entry.at, entry.actor_name, shown.did, it, shown.rest, tuple(lines), tuple(texts))


def _session(entry: Recorded, names: trail.Names, time_zone: str) -> Entry:
    (change,) = changes([entry], {}, sees_names=False, time_zone=time_zone)
    title = names.get(("session", entry.object_id or 0))
    it, at = (f"“{title}”", entry.object_id) if title else ("a session that is no longer there", None)
    return Entry(change.at, change.by, change.did, it, change.rest, change.details, session_id=at)


def _type(entry: Recorded) -> str:
    """An import's fields are those of the community."""
    return "community" if entry.operation in (IMPORT, UNDO) else entry.object_type


def _name(entry: Recorded, names: trail.Names) -> str:
    """How it was called when it was changed, or is today."""
    before, after = entry.before or {}, entry.after or {}
    for key in ("of", "title", "statement", "source"):
        own = before.get(key) or after.get(key)
        if own:
            return f"“{own}”"
    known = names.get((entry.object_type, entry.object_id or 0))
    if entry.object_type == "facilitator":
        return known or "somebody"
    return f"“{known}”" if known else ""


def _fields(entry: Recorded, shown: Shown, names: trail.Names, time_zone: str) -> tuple[list[str], list[TextChange]]:
    before, after = entry.before or {}, entry.after or {}
    lines, texts = [], []
    for name in shown.fields:
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if name in _LONG and entry.before is not None:
            texts.append(TextChange(_label(name), difference(old or "", new or "")))
            continue
        was, now = (_value(name, item, _type(entry), names, time_zone) for item in (old, new))
        if was != now:
            lines.append(f"{_label(name)}: {now}" if was == "–" else f"{_label(name)}: {was} → {now}")
    return lines, texts


def _label(name: str) -> str:
    if name == "until_on":
        return "Last day"
    return _LABELS.get(name) or trail.field(name).removesuffix(" on")


def _value(name: str, value: Any, object_type: str, names: trail.Names, time_zone: str) -> str:
    if value and name in _SAID:
        return _SAID[name](value)
    if isinstance(value, float):
        return f"{value:g}"
    if value and (name.endswith("_on") or name == "day"):
        return _day(name, date.fromisoformat(value), object_type)
    return " ".join(trail.in_words(name, value, object_type, names, time_zone).split())


def _day(name: str, day: date, object_type: str) -> str:
    """A facilitator's role ends before its `until_on`, a series on it."""
    day = day - timedelta(days=1) if (name, object_type) == ("until_on", "facilitator") else day
    return f"{day.day} {day:%b %Y}"


def _counted(entry: Recorded) -> Iterator[str]:
    """What an import created and changed here, by table."""
    here: Mapping[str, Mapping[str, int]] = (entry.after or {}).get("here") or {}
    for table, title in _TABLES.items():
        counts = here.get(table, {})
        parts = [f"{counts[fate]:,} {fate}" for fate in ("created", "changed") if counts.get(fate)]
        if parts:
            yield f"{title}: {', '.join(parts)}"
