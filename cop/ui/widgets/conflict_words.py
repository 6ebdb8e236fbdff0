"""A session's two versions in words, to be shown side by side."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cop.errors import Conflict
from cop.people.directory import Directory
from cop.sessions.inputs import PersonRef, Plan, Repeat
from cop.sessions.recurrence import in_words, pattern
from cop.sessions.times import to_local
from cop.sessions.typed import Typed
from cop.ui.format import label

LABELS = {
    "title": "Title",
    "when": "When",
    "meets": "Repeats",
    "kind": "Kind",
    "place": "Place",
    "link": "Link",
    "agenda": "Agenda",
    "status": "Status",
    "attended": "Who came",
    "led": "Who led",
    "spoke": "Who spoke",
    "topics": "Topics",
    "decisions": "Decisions",
    "contributions": "Contributions",
    "links": "Links",
}
_TEXTS = ("title", "place", "link", "agenda", "topics", "decisions")


def of_form(typed: Typed, names: Mapping[PersonRef, str]) -> dict[str, str]:
    """What the recording form says."""
    came = {"list": _list(names.values()), "count": str(typed.headcount), "missing": "No list taken"}
    return {
        **{field: getattr(typed, field) for field in _TEXTS},
        "when": f"{typed.day} {typed.start} – {typed.end_day} {typed.end} ({typed.time_zone})",
        "kind": label(typed.kind),
        "attended": came[typed.attendance],
        "led": _list(names[ref] for ref in typed.led if ref in names),
        "spoke": _list(names[ref] for ref in typed.spoke if ref in names),
        "contributions": _rows(typed.contributions),
        "links": _rows(typed.links),
    }


def of_plan(plan: Plan) -> dict[str, str]:
    """What the planning form says."""
    return {
        "title": plan.title,
        "when": f"{plan.start:%Y-%m-%d %H:%M} – {plan.end:%Y-%m-%d %H:%M} ({plan.time_zone})",
        "kind": label(plan.kind),
        "place": plan.place,
        "link": plan.link,
        "agenda": plan.agenda,
    }


def of_series(plan: Plan, repeat: Repeat) -> dict[str, str]:
    """What the planning form says of a series."""
    return of_plan(plan) | {
        "when": f"{plan.start:%Y-%m-%d %H:%M} ({plan.time_zone})",
        "meets": in_words(repeat.pattern),
    }


def translated_series(found: Conflict) -> Conflict:
    """The conflict over a series with the other's values in the same words."""
    now = found.current
    return found.with_current(
        {
            **{field: now[field] for field in ("version", "title", "place", "link", "agenda")},
            "kind": label(now["kind"]),
            "when": f"{now['first_on']} {now['start_time'][:5]} ({now['time_zone']})",
            "meets": in_words(pattern(now["rule"])),
        }
    )


def translated(found: Conflict, people: Directory) -> Conflict:
    """The conflict with the other's values in the same words."""
    now = found.current
    start, end = (to_local(datetime.fromisoformat(now[key]), now["time_zone"]) for key in ("starts_at", "ends_at"))
    names = {item["person_id"]: people.label(item["person_id"]) for item in now["attended"]}
    came = {"list": _list(names.values()), "count": str(now["headcount"]), "missing": "No list taken"}
    return found.with_current(
        {
            **{field: now[field] for field in _TEXTS},
            "version": now["version"],
            "when": f"{start:%Y-%m-%d %H:%M} – {end:%Y-%m-%d %H:%M} ({now['time_zone']})",
            "kind": label(now["kind"]),
            "attended": came[now["attendance_kind"]],
            "led": _list(names[item["person_id"]] for item in now["attended"] if item["led"]),
            "spoke": _list(names[item["person_id"]] for item in now["attended"] if item["spoke"]),
            "contributions": _rows(now["contributions"]),
            "links": _rows(now["links"]),
        }
    )


def _list(names: Any) -> str:
    return ", ".join(sorted(names))


def _rows(rows: list[dict[str, Any]]) -> str:
    return "\n".join(row["title"] or "" for row in rows)
