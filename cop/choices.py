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


class Importance(StrEnum):
    """How much depends on a unit's need of a skill; of gaps the more important ones come first."""

    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class KeyKind(StrEnum):
    """The tables whose rows may be known to other systems."""

    ORG_UNIT = "org_unit"
    PERSON = "person"
    COMMUNITY = "community"
    SESSION = "community_session"
    ITEM = "funnel_item"


class LinkPurpose(StrEnum):
    """What a one-time link does."""

    PASSWORD_RESET = "password_reset"  # noqa: S105 - a purpose, not a password
    FIRST_RUN = "first_run"


class Channel(StrEnum):
    """How something came into the technology funnel: what a unit needs, a trend outside, a gap that a survey found."""

    NEED = "need"
    TREND = "trend"
    GAP = "gap"


class FunnelStage(StrEnum):
    """Where a funnel item stands; the first six in the order of its way, the last two beside it."""

    INBOX = "inbox"
    QUALIFIED = "qualified"
    PRIORITISED = "prioritised"
    IN_PROGRESS = "in_progress"
    DELIVERED = "delivered"
    EVALUATED = "evaluated"
    PARKED = "parked"
    REJECTED = "rejected"


class Horizon(StrEnum):
    """What a need is about: something for a client soon, or a lasting gap in a unit's knowledge."""

    SHORT_TERM = "short_term"
    LONG_TERM = "long_term"


class EvidenceKind(StrEnum):
    """Where it comes from that something is needed, or moves."""

    PUBLICATION = "publication"
    REPORT = "report"
    CONFERENCE = "conference"
    EXPERT = "expert"
    CLIENT = "client"
    SURVEY = "survey"
    OTHER = "other"


class CriterionSource(StrEnum):
    """Where a criterion's value comes from: people's judgement, the deadline, or the themes that an item serves."""

    ASSESSED = "assessed"
    DEADLINE = "deadline"
    THEMES = "themes"


class Outcome(StrEnum):
    """Whether what a funnel item was for came about."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"


class Receptiveness(StrEnum):
    """How a unit took to the programme when it was met."""

    CLOSED = "closed"
    HESITANT = "hesitant"
    OPEN = "open"
    KEEN = "keen"


class RoundPhase(StrEnum):
    """How far a round of prioritisation is."""

    PROPOSING = "proposing"
    SCORING = "scoring"
    DECIDING = "deciding"
    PUBLISHED = "published"


class Decision(StrEnum):
    """What a round decides on an item."""

    PRIORITISE = "prioritise"
    KEEP = "keep"
    PARK = "park"
    REJECT = "reject"


class SurveyKind(StrEnum):
    """What a survey is for."""

    SKILL_GAP = "skill_gap"
    PULSE = "pulse"
    SESSION_FEEDBACK = "session_feedback"


class QuestionType(StrEnum):
    """How a question is answered: a skill's level, agreement in five steps, one option, several, or in words."""

    LEVEL = "level"
    LIKERT = "likert"
    SINGLE = "single"
    MULTIPLE = "multiple"
    TEXT = "text"


class SurveyState(StrEnum):
    """How far a wave is; there is no way back."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class GroupKind(StrEnum):
    """By what people of a survey are grouped, in the order in which groups are published."""

    WHOLE = "whole"
    ORG_UNIT = "org_unit"
    JOB_ROLE = "job_role"
    COMMUNITY = "community"


RESTORED = "restored"
"""Why nothing is told of a wave that a restore ended, beside the reasons of `cop.surveys.audit`."""
