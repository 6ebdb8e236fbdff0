"""All tables, by subject."""

from cop.models.base import Base
from cop.models.communities import Area, Community, Facilitator, Membership, Objective, Resource
from cop.models.facts import ActivityMonth, ActivityUnitMonth, MemberActivity, MembershipMonth
from cop.models.people import (
    Account,
    DistinctPeople,
    ExternalIdentity,
    GroupRole,
    JobRole,
    OrgUnit,
    Person,
    PersonAlias,
    RoleGrant,
)
from cop.models.sessions import WITHDRAWN, Attendance, CommunitySession, Contribution, SessionSeries
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
    "Community",
    "CommunitySession",
    "Contribution",
    "DistinctPeople",
    "Draft",
    "ExternalIdentity",
    "ExternalKey",
    "Facilitator",
    "GroupRole",
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
    "Resource",
    "Revision",
    "RoleGrant",
    "SessionSeries",
    "SignInFailure",
    "SignInSession",
]
