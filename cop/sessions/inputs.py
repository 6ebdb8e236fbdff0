"""What a facilitator says of a session."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from cop.people.newcomers import Newcomer
from cop.sessions.recurrence import Pattern

PersonRef = int | str
"""A known person's id, or the key under which somebody new is described in `Report.newcomers`."""


@dataclass(frozen=True)
class Plan:
    """When, where and what for; start and end are local times in `time_zone`."""

    title: str
    start: datetime
    end: datetime
    time_zone: str
    kind: str = "regular"
    place: str = ""
    link: str = ""
    agenda: str = ""


@dataclass(frozen=True)
class Gift:
    """A contribution as typed; `id` is that of the row it changes."""

    kind: str
    title: str
    person: PersonRef | None = None
    url: str = ""
    id: int | None = None


@dataclass(frozen=True)
class Link:
    """A link as typed; `id` is that of the row it changes."""

    title: str
    url: str
    id: int | None = None


@dataclass(frozen=True)
class Report:
    """What happened. `attendance` is "list", "count" or "missing" (no list taken, which isn't nobody)."""

    attendance: str = "missing"
    attended: Sequence[PersonRef] = ()
    headcount: int | None = None
    led: Sequence[PersonRef] = ()
    spoke: Sequence[PersonRef] = ()
    topics: str = ""
    decisions: str = ""
    contributions: Sequence[Gift] = ()
    links: Sequence[Link] = ()
    newcomers: Mapping[str, Newcomer] = field(default_factory=dict)
    spellings: Sequence[tuple[str, int]] = ()
    """Spellings under which somebody was recognised, to be known next time."""


@dataclass(frozen=True)
class Repeat:
    """How a session recurs: until a last day, or without end; not on the public holidays of a region ("ES-MD")."""

    pattern: Pattern
    until: date | None = None
    holidays: str = ""
