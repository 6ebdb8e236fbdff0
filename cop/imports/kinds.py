"""What can be imported: the kinds of file and their fields. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from cop.choices import (
    CommunityType,
    EvidenceKind,
    FacilitatorRole,
    FunnelStage,
    Horizon,
    Importance,
    PersonKind,
    RequiredLevel,
    SessionKind,
    SessionStatus,
    Stage,
)
from cop.funnel.radar import Movement
from cop.validation import LONG


class Reading(StrEnum):
    """How a cell's text is read."""

    LINE = "line"
    TEXT = "text"
    DATE = "date"
    TIME = "time"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    URL = "url"
    EMAIL = "email"
    HANDLE = "handle"
    SLUG = "slug"


@dataclass(frozen=True)
class Field:
    """A field of a kind: how its cell is read and how long it may be."""

    reading: Reading = Reading.LINE
    limit: int = 200
    required: bool = False
    never_empty: bool = False
    """Where the mapping takes it from a column, each row must have it."""
    choices: type[StrEnum] | None = None


_KEY = Field(limit=120, required=True)
"""Another system's name for the row; stored with the mapping's source."""
_REFERENCE = Field(limit=200)
_PERSON = {
    "person": Field(limit=120),
    "email": Field(Reading.EMAIL, 254),
    "handle": Field(Reading.HANDLE, 80),
    "name": Field(limit=120),
}

KINDS: dict[str, dict[str, Field]] = {
    "org_units": {"key": _KEY, "name": Field(limit=120, required=True), "parent": _REFERENCE},
    "people": {
        "key": _KEY,
        "name": Field(limit=120, required=True),
        "email": _PERSON["email"],
        "handle": _PERSON["handle"],
        "kind": Field(Reading.CHOICE, choices=PersonKind),
        "org_unit": _REFERENCE,
        "job_role": Field(limit=120),
        "active": Field(Reading.FLAG),
    },
    "communities": {
        "key": _KEY,
        "name": Field(limit=120, required=True),
        "slug": Field(Reading.SLUG, 80),
        "type": Field(Reading.CHOICE, choices=CommunityType),
        "stage": Field(Reading.CHOICE, choices=Stage),
        "focus": Field(limit=300),
        "charter": Field(Reading.TEXT, LONG),
        "norms": Field(Reading.TEXT, LONG),
        "cadence": Field(limit=80),
        "channel_url": Field(Reading.URL, 500),
        "area": Field(limit=80),
        "org_unit": _REFERENCE,
        "founded_on": Field(Reading.DATE),
    },
    "memberships": {
        "community": Field(required=True),
        **_PERSON,
        "joined_on": Field(Reading.DATE, required=True),
        "left_on": Field(Reading.DATE),
        "join_reason": Field(limit=300),
        "leave_reason": Field(limit=300),
    },
    "facilitators": {
        "community": Field(required=True),
        **_PERSON,
        "role": Field(Reading.CHOICE, required=True, choices=FacilitatorRole),
        "since_on": Field(Reading.DATE),
        "until_on": Field(Reading.DATE),
    },
    "sessions": {
        "key": Field(limit=120, never_empty=True),
        "community": Field(required=True),
        "date": Field(Reading.DATE, required=True),
        "time": Field(Reading.TIME),
        "minutes": Field(Reading.NUMBER),
        "title": Field(required=True),
        "kind": Field(Reading.CHOICE, choices=SessionKind),
        "status": Field(Reading.CHOICE, choices=SessionStatus),
        "place": Field(),
        "link": Field(Reading.URL, 500),
        "agenda": Field(Reading.TEXT, LONG),
        "topics": Field(Reading.TEXT, LONG),
        "decisions": Field(Reading.TEXT, LONG),
        "headcount": Field(Reading.NUMBER),
    },
    "series": {
        "community": Field(required=True),
        "title": Field(required=True),
        "weekday": Field(required=True),
        "frequency": Field(required=True),
        "time": Field(),
        "time_zone": Field(),
        "minutes": Field(Reading.NUMBER),
        "starts_on": Field(Reading.DATE),
        "until_on": Field(Reading.DATE),
        "place": Field(),
        "link": Field(Reading.URL, 500),
        "agenda": Field(Reading.TEXT, LONG),
    },
    "attendance": {
        "session": Field(limit=120, required=True),
        **_PERSON,
        "led": Field(Reading.FLAG),
        "spoke": Field(Reading.FLAG),
        "note": Field(limit=120),
    },
    "skills": {
        "name": Field(limit=120, required=True),
        "area": Field(limit=80),
        "description": Field(Reading.TEXT, LONG),
        **dict.fromkeys(("none", "awareness", "working", "practitioner", "expert"), Field(Reading.TEXT, LONG)),
    },
    "role_requirements": {
        "job_role": Field(limit=120, required=True),
        "skill": Field(limit=120, required=True),
        "level": Field(Reading.CHOICE, required=True, choices=RequiredLevel),
        "since_on": Field(Reading.DATE),
        "until_on": Field(Reading.DATE),
    },
    "unit_needs": {
        "org_unit": Field(required=True),
        "skill": Field(limit=120, required=True),
        "level": Field(Reading.CHOICE, required=True, choices=RequiredLevel),
        "needed": Field(Reading.NUMBER, required=True),
        "importance": Field(Reading.CHOICE, choices=Importance),
        "since_on": Field(Reading.DATE),
        "until_on": Field(Reading.DATE),
    },
    "community_skills": {"community": Field(required=True), "skill": Field(limit=120, required=True)},
    "needs": {
        "key": Field(limit=120),
        "title": Field(limit=160, required=True),
        "description": Field(Reading.TEXT, LONG),
        "org_unit": Field(limit=1_000),
        "community": Field(limit=1_000),
        "area": Field(limit=80),
        "horizon": Field(Reading.CHOICE, choices=Horizon),
        "client": Field(limit=120),
        "deadline": Field(Reading.DATE),
        "headcount": Field(Reading.NUMBER),
        "raised_on": Field(Reading.DATE),
        "stage": Field(Reading.CHOICE, choices=FunnelStage),
        "stage_since": Field(Reading.DATE),
    },
    "trends": {
        "title": Field(limit=160, required=True),
        "ring": Field(limit=60, required=True),
        "day": Field(Reading.DATE, required=True),
        "quadrant": Field(limit=60),
        "edition": Field(limit=60),
        "status": Field(Reading.CHOICE, choices=Movement),
        "rationale": Field(Reading.TEXT, LONG),
        "source": Field(limit=300),
        "source_kind": Field(Reading.CHOICE, choices=EvidenceKind),
        "url": Field(Reading.URL, 500),
        "stage": Field(Reading.CHOICE, choices=FunnelStage),
    },
    "survey_answers": {
        "respondent": Field(limit=120, never_empty=True),
        "org_unit": _REFERENCE,
        "job_role": Field(limit=120),
        "community": Field(limit=1_000),
    },
}
"""In the order in which they build on each other."""

PERSON_FIELDS = tuple(_PERSON)
