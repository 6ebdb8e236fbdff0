"""How what the trail refers to is called today."""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.models import (
    Account,
    Area,
    Community,
    CommunitySession,
    Contribution,
    Facilitator,
    FunnelItem,
    FunnelRound,
    JobRole,
    Membership,
    Objective,
    Organisation,
    OrgUnit,
    Person,
    Quadrant,
    Resource,
    Ring,
    SessionSeries,
    Skill,
    Survey,
    SurveyTemplate,
    Theme,
    UnitMeeting,
)
from cop.trail.words import Reference

_MEMBER = sa.select(Membership.id, Person.name).join(Person, Person.id == Membership.person_id)
_CARRIER = sa.select(Facilitator.id, Person.name).join(Person, Person.id == Facilitator.person_id)
_ACCOUNT = sa.select(Account.id, Person.name).join(Person, Person.id == Account.person_id)
_MEETING = sa.select(UnitMeeting.id, OrgUnit.name).join(OrgUnit, OrgUnit.id == UnitMeeting.org_unit_id)
_NAMED: dict[str, tuple[Any, Any]] = {
    "account": (_ACCOUNT, Account.id),
    "area": (sa.select(Area.id, Area.name), Area.id),
    "community": (sa.select(Community.id, Community.name), Community.id),
    "community_session": (sa.select(CommunitySession.id, CommunitySession.title), CommunitySession.id),
    "contribution": (sa.select(Contribution.id, Contribution.title), Contribution.id),
    "facilitator": (_CARRIER, Facilitator.id),
    "funnel_item": (sa.select(FunnelItem.id, FunnelItem.title), FunnelItem.id),
    "funnel_round": (sa.select(FunnelRound.id, FunnelRound.name), FunnelRound.id),
    "job_role": (sa.select(JobRole.id, JobRole.name), JobRole.id),
    "membership": (_MEMBER, Membership.id),
    "objective": (sa.select(Objective.id, Objective.statement), Objective.id),
    "org_unit": (sa.select(OrgUnit.id, OrgUnit.name), OrgUnit.id),
    "organisation": (sa.select(Organisation.id, Organisation.name), Organisation.id),
    "person": (sa.select(Person.id, Person.name), Person.id),
    "quadrant": (sa.select(Quadrant.id, Quadrant.name), Quadrant.id),
    "resource": (sa.select(Resource.id, Resource.title), Resource.id),
    "ring": (sa.select(Ring.id, Ring.name), Ring.id),
    "series": (sa.select(SessionSeries.id, SessionSeries.title), SessionSeries.id),
    "session": (sa.select(CommunitySession.id, CommunitySession.title), CommunitySession.id),
    "skill": (sa.select(Skill.id, Skill.name), Skill.id),
    "survey": (sa.select(Survey.id, Survey.name), Survey.id),
    "survey_template": (sa.select(SurveyTemplate.id, SurveyTemplate.name), SurveyTemplate.id),
    "theme": (sa.select(Theme.id, Theme.name), Theme.id),
    "unit_meeting": (_MEETING, UnitMeeting.id),
}
"""How a row of each table is called; memberships, assignments, accounts and meetings by whose they are."""
_SLICE = 500


def names_of(db: DbSession, wanted: set[Reference]) -> dict[Reference, str]:
    """The present names of rows, in a statement for each table; those that are gone are left out."""
    ids: dict[str, list[int]] = defaultdict(list)
    for table, key in sorted(wanted):
        ids[table].append(key)
    found: dict[Reference, str] = {}
    for table, keys in ids.items():
        if table not in _NAMED:
            continue
        statement, column = _NAMED[table]
        for start in range(0, len(keys), _SLICE):
            rows = db.execute(statement.where(column.in_(keys[start : start + _SLICE])))
            found |= {(table, key): name for key, name in rows}
    return found
