"""Who may do what: one table, read by the navigation, the pages and every operation.

A permission that a role holds is bounded by the role's scope: a facilitator's to the communities they carry;
a manager's, an admin's and staff's are not bounded by community.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from cop.errors import Forbidden


class Role(StrEnum):
    """What an account is to the programme; one account may hold several."""

    STAFF = "staff"
    FACILITATOR = "facilitator"
    MANAGER = "manager"
    ADMIN = "admin"


class Permission(StrEnum):
    """What can be done."""

    OWN_ACCOUNT = "own_account"
    COMMUNITY_VIEW = "community_view"
    COMMUNITY_JOIN = "community_join"
    SESSION_ATTEND = "session_attend"
    CONTRIBUTE = "contribute"
    COMMUNITY_CREATE = "community_create"
    COMMUNITY_EDIT = "community_edit"
    COMMUNITY_ARCHIVE = "community_archive"
    FACILITATOR_ASSIGN = "facilitator_assign"
    SESSION_RECORD = "session_record"
    ATTENDANCE_NAMES = "attendance_names"
    KPI_VIEW = "kpi_view"
    ACCOUNT_MANAGE = "account_manage"
    DATA_IMPORT = "data_import"
    PEOPLE_MERGE = "people_merge"
    ORGANISATION_EDIT = "organisation_edit"
    AUDIT_VIEW = "audit_view"
    DATA_EXPORT = "data_export"
    FUNNEL_VIEW = "funnel_view"
    FUNNEL_PROPOSE = "funnel_propose"
    FUNNEL_TRIAGE = "funnel_triage"
    FUNNEL_SCORE = "funnel_score"
    FUNNEL_SETUP = "funnel_setup"
    UNIT_MEETING = "unit_meeting"
    SKILL_VIEW = "skill_view"
    OWN_PROFILE = "own_profile"
    SKILL_EDIT = "skill_edit"
    REQUIREMENT_EDIT = "requirement_edit"
    SURVEY_ANSWER = "survey_answer"
    SURVEY_RESULTS = "survey_results"
    SURVEY_EDIT = "survey_edit"


_STAFF = frozenset(
    {
        Permission.OWN_ACCOUNT,
        Permission.COMMUNITY_VIEW,
        Permission.COMMUNITY_JOIN,
        Permission.SESSION_ATTEND,
        Permission.CONTRIBUTE,
        Permission.FUNNEL_VIEW,
        Permission.FUNNEL_PROPOSE,
        Permission.SKILL_VIEW,
        Permission.OWN_PROFILE,
        Permission.SURVEY_ANSWER,
        Permission.SURVEY_RESULTS,
    }
)
_FACILITATOR = frozenset(
    {
        Permission.COMMUNITY_EDIT,
        Permission.SESSION_RECORD,
        Permission.ATTENDANCE_NAMES,
        Permission.KPI_VIEW,
    }
)
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.STAFF: _STAFF,
    Role.FACILITATOR: _FACILITATOR,
    Role.MANAGER: frozenset(
        {
            Permission.KPI_VIEW,
            Permission.FUNNEL_TRIAGE,
            Permission.FUNNEL_SCORE,
            Permission.UNIT_MEETING,
            Permission.REQUIREMENT_EDIT,
        }
    ),
    Role.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True)
class Actor:
    """Who is acting: an account's person, roles and scope, read afresh on every run.

    `community_ids` are those the person facilitates today; `unit_ids` those a manager was granted and all below.
    """

    account_id: int
    person_id: int
    name: str
    roles: frozenset[Role]
    community_ids: frozenset[int] = field(default=frozenset())
    unit_ids: frozenset[int] = field(default=frozenset())


SYSTEM = Actor(account_id=0, person_id=0, name="command line", roles=frozenset(Role))
"""The operator at the terminal: whoever may run the program on the data owns the data."""


def may(actor: Actor | None, permission: Permission, *, community_id: int | None = None) -> bool:
    """Whether the actor holds the permission; a facilitator's counts only in a community of theirs."""
    if actor is None:
        return False
    for role in actor.roles:
        if permission in GRANTS[role] and (role is not Role.FACILITATOR or community_id in actor.community_ids):
            return True
    return False


def may_somewhere(actor: Actor | None, permission: Permission) -> bool:
    """Whether the actor holds the permission at least for one community: which pages they see."""
    if actor is None:
        return False
    return may(actor, permission) or any(may(actor, permission, community_id=i) for i in actor.community_ids)


def require(actor: Actor | None, permission: Permission, *, community_id: int | None = None) -> Actor:
    """Refuse with Forbidden unless the actor holds the permission (there); returns the actor."""
    if actor is None or not may(actor, permission, community_id=community_id):
        raise Forbidden
    return actor


def require_somewhere(actor: Actor | None, permission: Permission) -> Actor:
    """Refuse with Forbidden unless the actor holds the permission for some community: a page's first line."""
    if actor is None or not may_somewhere(actor, permission):
        raise Forbidden
    return actor
