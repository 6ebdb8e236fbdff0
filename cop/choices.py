"""What can be chosen: stages, kinds, roles, states. Words that rules, tables and screens share. Pure."""

from enum import StrEnum


def label(value: str) -> str:
    """A stored choice as a word: "good_practice" becomes "Good practice"."""
    return value.replace("_", " ").capitalize()


class PersonKind(StrEnum):
    """Somebody of the organisation, or a guest who came to a session."""

    STAFF = "staff"
    GUEST = "guest"


class GrantedRole(StrEnum):
    """The roles that an admin grants."""

    MANAGER = "manager"
    ADMIN = "admin"


class GrantOrigin(StrEnum):
    """Who says that an account has a role: somebody of the office, or a group of the identity provider."""

    HAND = "hand"
    GROUP = "group"


class CommunityType(StrEnum):
    """What kind of group it is; a type has its own band of healthy participation."""

    COMMUNITY = "community"
    WORKING_GROUP = "working_group"
    COMMITTEE = "committee"
    NETWORK = "network"


class Stage(StrEnum):
    """Stage of life, after Wenger, McDermott & Snyder (docs/glossary.md)."""

    POTENTIAL = "potential"
    COALESCING = "coalescing"
    MATURING = "maturing"
    STEWARDSHIP = "stewardship"
    TRANSFORMATION = "transformation"


class ObjectiveStatus(StrEnum):
    """Where an objective stands."""

    OPEN = "open"
    MET = "met"
    DROPPED = "dropped"


class FacilitatorRole(StrEnum):
    """What a facilitator carries."""

    LEAD = "lead"
    CO_FACILITATOR = "co_facilitator"
    BACKUP = "backup"


class ResourceKind(StrEnum):
    """What a resource is."""

    LINK = "link"
    DOCUMENT = "document"
    RECORDING = "recording"
    TEMPLATE = "template"


class SessionKind(StrEnum):
    """What a session is for."""

    REGULAR = "regular"
    LAUNCH = "launch"
    WORKSHOP = "workshop"
    TALK = "talk"
    PLANNING = "planning"
    SOCIAL = "social"


class Answer(StrEnum):
    """What somebody says to a session that is to come."""

    GOING = "going"
    DECLINED = "declined"


class SessionStatus(StrEnum):
    """Planned, held or cancelled."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class AttendanceKind(StrEnum):
    """What is known of a held session's attendance: nothing, a count, or who came."""

    MISSING = "missing"
    COUNT = "count"
    LIST = "list"


class ContributionKind(StrEnum):
    """What somebody gave to the community."""

    IDEA = "idea"
    LESSON = "lesson"
    GOOD_PRACTICE = "good_practice"
    SOLUTION = "solution"
    OPPORTUNITY = "opportunity"
    RISK_AVOIDED = "risk_avoided"
    ASSET = "asset"


class SkillLevel(StrEnum):
    """How well somebody masters a skill; in the order of the numbers 0–4 under which levels are kept."""

    NONE = "none"
    AWARENESS = "awareness"
    WORKING = "working"
    PRACTITIONER = "practitioner"
    EXPERT = "expert"


class RequiredLevel(StrEnum):
    """The levels that can be required: nobody is required to know nothing."""

    AWARENESS = "awareness"
    WORKING = "working"
    PRACTITIONER = "practitioner"
    EXPERT = "expert"


class KeyKind(StrEnum):
    """The tables whose rows may be known to other systems."""

    ORG_UNIT = "org_unit"
    PERSON = "person"
    COMMUNITY = "community"
    SESSION = "community_session"


class LinkPurpose(StrEnum):
    """What a one-time link does."""

    PASSWORD_RESET = "password_reset"  # noqa: S105 - a purpose, not a password
    FIRST_RUN = "first_run"
