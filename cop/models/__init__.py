"""All tables, by subject."""

from cop.models.base import Base
from cop.models.communities import Area, Community, Facilitator, Membership, Objective, Resource
from cop.models.facts import ActivityMonth, ActivityUnitMonth, MemberActivity, MembershipMonth
from cop.models.people import Account, DistinctPeople, JobRole, OrgUnit, Person, PersonAlias, RoleGrant
from cop.models.search import ProfileVisibility
from cop.models.sessions import (
    WITHDRAWN,
    Attendance,
    CalendarFeed,
    CheckIn,
    CheckInCode,
    CommunitySession,
    Contribution,
    Registration,
    SessionSeries,
)
from cop.models.system import (
    AuditEntry,
    Draft,
    ExternalKey,
    IdempotencyKey,
    ImportMapping,
    OneTimeLink,
    Organisation,
    Revision,
    SignInFailure,
    SignInSession,
)

__all__ = [
    "WITHDRAWN",
    "Account",
    "ActivityMonth",
    "ActivityUnitMonth",
    "Area",
    "Attendance",
    "AuditEntry",
    "Base",
    "CalendarFeed",
    "CheckIn",
    "CheckInCode",
    "Community",
    "CommunitySession",
    "Contribution",
    "DistinctPeople",
    "Draft",
    "ExternalKey",
    "Facilitator",
    "IdempotencyKey",
    "ImportMapping",
    "JobRole",
    "MemberActivity",
    "Membership",
    "MembershipMonth",
    "Objective",
    "OneTimeLink",
    "OrgUnit",
    "Organisation",
    "Person",
    "PersonAlias",
    "ProfileVisibility",
    "Registration",
    "Resource",
    "Revision",
    "RoleGrant",
    "SessionSeries",
    "SignInFailure",
    "SignInSession",
]
