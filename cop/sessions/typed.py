"""What stands in the recording form, as a draft keeps it, and what it means."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime, time
from typing import Any

from cop.people.newcomers import Newcomer
from cop.sessions.inputs import Gift, Link, PersonRef, Plan, Report


@dataclass(frozen=True)
class Typed:
    """The form's fields as JSON can hold them; `version` is that of the session when the form was opened."""

    title: str = ""
    kind: str = "regular"
    day: str = ""
    start: str = ""
    end_day: str = ""
    end: str = ""
    time_zone: str = "UTC"
    place: str = ""
    link: str = ""
    agenda: str = ""
    attendance: str = "list"
    headcount: int | None = None
    ticked: list[int] = field(default_factory=list)
    extras: list[int] = field(default_factory=list)
    roster: str = ""
    presence: str = ""
    least_minutes: int = 0
    answers: dict[str, Any] = field(default_factory=dict)
    left_out: list[int] = field(default_factory=list)
    led: list[PersonRef] = field(default_factory=list)
    spoke: list[PersonRef] = field(default_factory=list)
    topics: str = ""
    decisions: str = ""
    contributions: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    version: int | None = None

    def payload(self) -> dict[str, Any]:
        """As a draft keeps it."""
        return asdict(self)


@dataclass(frozen=True)
class Came:
    """Who came, as the form adds it up: known people, newcomers by reference, and spellings to be learned."""

    attended: tuple[PersonRef, ...] = ()
    newcomers: Mapping[str, Newcomer] = field(default_factory=dict)
    spellings: tuple[tuple[str, int], ...] = ()
    open: int = 0
    """Pasted lines that still need an answer."""


def from_payload(payload: Mapping[str, Any]) -> Typed:
    """A draft read back; what an older release kept and this one doesn't know is left out."""
    known = {item.name for item in fields(Typed)}
    return Typed(**{key: value for key, value in payload.items() if key in known})


def when(start: datetime, end: datetime) -> dict[str, Any]:
    """Local start and end as the form's fields."""
    return {
        "day": start.date().isoformat(),
        "start": f"{start:%H:%M}",
        "end_day": end.date().isoformat(),
        "end": f"{end:%H:%M}",
    }


def plan_of(typed: Typed) -> Plan:
    """What the form says of when, where and what for."""
    return Plan(
        title=typed.title,
        kind=typed.kind,
        start=_moment(typed.day, typed.start),
        end=_moment(typed.end_day, typed.end),
        time_zone=typed.time_zone,
        place=typed.place,
        link=typed.link,
        agenda=typed.agenda,
    )


def _moment(day: str, clock: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock))


def report_of(typed: Typed, came: Came) -> Report:
    """What the form says of what happened."""
    listed = typed.attendance == "list"
    return Report(
        attendance=typed.attendance,
        attended=came.attended if listed else (),
        headcount=typed.headcount if typed.attendance == "count" else None,
        led=typed.led if listed else (),
        spoke=typed.spoke if listed else (),
        topics=typed.topics,
        decisions=typed.decisions,
        contributions=[
            Gift(row["kind"] or "", row["title"] or "", row["person"], row["url"] or "", row["id"])
            for row in typed.contributions
        ],
        links=[Link(row["title"] or "", row["url"] or "", row["id"]) for row in typed.links],
        newcomers=came.newcomers if listed else {},
        spellings=came.spellings if listed else (),
    )
