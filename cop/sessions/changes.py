"""The audit trail of a session in words. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from cop.sessions.times import to_local

DONE = {
    "plan_session": ("planned", ""),
    "change_plan": ("changed the plan of", ""),
    "cancel_session": ("cancelled", ""),
    "reinstate_session": ("reinstated", ""),
    "record_session": ("recorded", ""),
    "follow_series": ("changed", "along with its series"),
    "withdraw_session": ("took", "out of its series"),
    "undo_recording": ("took back the recording of", ""),
    "restore_recording": ("brought back the recording of", ""),
}
"""What each operation does, before and after the words for the session."""
_PLAIN = {
    "title": "Title",
    "kind": "Kind",
    "time_zone": "Time zone",
    "place": "Place",
    "link": "Link",
    "agenda": "Agenda",
    "topics": "Topics",
    "decisions": "Decisions",
    "headcount": "Number who came",
    "cancel_reason": "Reason",
}
_SHORT = 120


class Entry(Protocol):
    """A row of the audit trail."""

    at: datetime
    actor_name: str
    operation: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True)
class Change:
    """Who did what, when; `details` say what is different now, one per line."""

    at: datetime
    by: str
    did: str
    rest: str
    details: tuple[str, ...]

    @property
    def what(self) -> str:
        """What was done, on the session's own page."""
        return f"{self.did} it {self.rest}".rstrip()


def changes(entries: Iterable[Any], names: Mapping[int, str], *, sees_names: bool, time_zone: str) -> Iterator[Change]:
    """The entries in words; without `sees_names` attendance is told in numbers."""
    for entry in entries:
        before, after = entry.before or {}, entry.after or {}
        name = entry.operation.removeprefix("sessions.")
        amended = name == "record_session" and entry.before is not None and "status" not in after
        details: list[str] = []
        if entry.before is not None:
            details += _times(before, after, time_zone)
            details += [f"{label}: {_from_to(before, after, key)}" for key, label in _PLAIN.items() if key in after]
        details += _attendance(before, after, names, sees_names=sees_names)
        for part, label in (("contributions", "Contribution"), ("links", "Link")):
            details += _rows(before.get(part, []), after.get(part, []), label)
        did, rest = ("amended", "") if amended else DONE.get(name, (name, ""))
        yield Change(entry.at, entry.actor_name, did, rest, tuple(details))


def _times(before: Mapping[str, Any], after: Mapping[str, Any], zone: str) -> Iterator[str]:
    for key, label in (("starts_at", "Start"), ("ends_at", "End")):
        if key in after and key in before:
            old, new = (to_local(datetime.fromisoformat(state[key]), zone) for state in (before, after))
            yield f"{label}: {old:%d %b %Y, %H:%M} → {new:%d %b %Y, %H:%M}"


def _from_to(before: Mapping[str, Any], after: Mapping[str, Any], key: str) -> str:
    return f"{_brief(before.get(key))} → {_brief(after.get(key))}"


def _brief(value: Any) -> str:
    text = " ".join(str("" if value is None else value).split())
    return (text if len(text) <= _SHORT else text[: _SHORT - 1] + "…") or "–"


def _attendance(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[int, str], *, sees_names: bool
) -> Iterator[str]:
    if "attended" not in after:
        return
    old = {item["person_id"]: item for item in before.get("attended", [])}
    new = {item["person_id"]: item for item in after["attended"]}
    if not sees_names:
        if len(old) != len(new) or old.keys() != new.keys():
            was = f"{len(old)} → " if old else ""
            yield f"Attendance: {was}{len(new)} {'person' if len(new) == 1 and not old else 'people'}"
        return
    for label, people in (
        ("Came", new.keys() - old.keys()),
        ("Taken off the list", old.keys() - new.keys()),
        ("Led", _who(new, "led") - _who(old, "led")),
        ("Spoke", _who(new, "spoke") - _who(old, "spoke")),
    ):
        if people:
            yield f"{label}: {', '.join(sorted(names.get(person, 'somebody') for person in people))}"


def _who(people: Mapping[int, Mapping[str, Any]], what: str) -> set[int]:
    return {person for person, item in people.items() if item[what]}


def _rows(old: list[dict[str, Any]], new: list[dict[str, Any]], label: str) -> Iterator[str]:
    before, after = {row["id"]: row for row in old}, {row["id"]: row for row in new}
    for key in sorted(before.keys() | after.keys()):
        if key not in before:
            yield f"{label} added: {_brief(after[key]['title'])}"
        elif key not in after:
            yield f"{label} removed: {_brief(before[key]['title'])}"
        elif before[key] != after[key]:
            yield f"{label} changed: {_brief(before[key]['title'])} → {_brief(after[key]['title'])}"
