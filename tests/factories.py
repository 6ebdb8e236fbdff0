"""Rows for tests, with sensible values for what a test doesn't care about. They flush, never commit."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session as DbSession

from cop import db as database
from cop import facts
from cop.choices import (
    AttendanceKind,
    Channel,
    ContributionKind,
    FacilitatorRole,
    FunnelStage,
    GrantedRole,
    QuestionType,
    SessionStatus,
    SurveyKind,
    SurveyState,
)
from cop.models import (
    Account,
    Area,
    Attendance,
    Community,
    CommunitySession,
    Contribution,
    Facilitator,
    FunnelItem,
    JobRole,
    Membership,
    Organisation,
    OrgUnit,
    Person,
    PersonSkill,
    Question,
    RoleGrant,
    RoleRequirement,
    Skill,
    StageStay,
    Survey,
    SurveyTemplate,
    TemplateQuestion,
    UnitRequirement,
)
from cop.permissions import Actor, Role
from cop.surveys import snapshot

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
TODAY = NOW.date()
_numbers = itertools.count(1)


def organisation(db: DbSession, **values: Any) -> Organisation:
    return _add(db, Organisation(**{"name": "Orbis", "time_zone": "Europe/Madrid"} | values))


def area(db: DbSession, **values: Any) -> Area:
    return _add(db, Area(**{"name": f"Area {next(_numbers)}"} | values))


def org_unit(db: DbSession, **values: Any) -> OrgUnit:
    return _add(db, OrgUnit(**{"name": f"Unit {next(_numbers)}"} | values))


def person(db: DbSession, **values: Any) -> Person:
    number = next(_numbers)
    base = {"name": f"Person {number}", "email": f"person{number}@example.org", "created_at": NOW}
    return _add(db, Person(**base | values))


def community(db: DbSession, **values: Any) -> Community:
    number = next(_numbers)
    base = {"slug": f"community-{number}", "name": f"Community {number}", "focus": "A focus", "created_at": NOW}
    return _add(db, Community(**base | values))


def membership(db: DbSession, community: Community, person: Person, **values: Any) -> Membership:
    base = {"community_id": community.id, "person_id": person.id, "joined_on": date(2026, 1, 1)}
    row = _add(db, Membership(**base | values))
    facts.touch(db, community.id, row.joined_on)
    return row


def facilitator(db: DbSession, community: Community, person: Person, **values: Any) -> Facilitator:
    base = {"community_id": community.id, "person_id": person.id, "role": FacilitatorRole.LEAD}
    return _add(db, Facilitator(**base | {"since_on": date(2026, 1, 1)} | values))


def session(
    db: DbSession, community: Community, day: date = TODAY, people: Any = None, **values: Any
) -> CommunitySession:
    """A held session on `day`; `people` given means a list was taken (an empty one too)."""
    starts = datetime(day.year, day.month, day.day, 9, 0, tzinfo=UTC)
    base = {
        "community_id": community.id,
        "title": f"Session {next(_numbers)}",
        "status": SessionStatus.HELD,
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=1),
        "time_zone": "Europe/Madrid",
        "day": day,
        "uid": f"test-{next(_numbers)}@cop",
        "created_at": NOW,
        "attendance_kind": AttendanceKind.MISSING if people is None else AttendanceKind.LIST,
    }
    row = _add(db, CommunitySession(**base | values))
    for somebody in people or []:
        db.add(Attendance(session_id=row.id, person_id=somebody.id))
    db.flush()
    facts.touch(db, community.id, day)
    return row


def contribution(db: DbSession, community: Community, day: date = TODAY, **values: Any) -> Contribution:
    base = {"community_id": community.id, "kind": ContributionKind.IDEA, "title": "An idea", "day": day}
    row = _add(db, Contribution(**base | values))
    facts.touch(db, community.id, day)
    return row


def funnel_item(db: DbSession, **values: Any) -> FunnelItem:
    """An item in the stage given, where it came on the day it was made."""
    base = {"channel": Channel.NEED, "title": f"Item {next(_numbers)}", "created_at": NOW, "stage_since": NOW}
    row = _add(db, FunnelItem(**base | values))
    _add(db, StageStay(item_id=row.id, stage=row.stage or FunnelStage.INBOX, entered_at=row.stage_since))
    return row


def account(db: DbSession, somebody: Person | None = None, **values: Any) -> Account:
    somebody = somebody or person(db)
    base = {
        "person_id": somebody.id,
        "username": somebody.email or f"user{next(_numbers)}",
        "password_hash": "!",
        "must_change_password": False,
        "created_at": NOW,
        "password_changed_at": NOW,
    }
    return _add(db, Account(**base | values))


def grant(db: DbSession, account: Account, role: GrantedRole, unit: OrgUnit | None = None) -> RoleGrant:
    return _add(
        db,
        RoleGrant(account_id=account.id, role=role, org_unit_id=unit.id if unit else None, granted_on=TODAY),
    )


def actor(db: DbSession, *roles: Role, communities: Any = (), units: Any = ()) -> Actor:
    """An actor with a real account; the roles are what the test says, always staff too."""
    row = account(db)
    return Actor(
        account_id=row.id,
        person_id=row.person_id,
        name=f"Actor {row.id}",
        roles=frozenset({Role.STAFF, *roles}),
        community_ids=frozenset(item.id for item in communities),
        unit_ids=frozenset(item.id for item in units),
    )


def job_role(db: DbSession, **values: Any) -> JobRole:
    return _add(db, JobRole(**{"name": f"Job role {next(_numbers)}"} | values))


def skill(db: DbSession, **values: Any) -> Skill:
    return _add(db, Skill(**{"name": f"Skill {next(_numbers)}"} | values))


def role_requirement(db: DbSession, role: JobRole, skill: Skill, level: int = 2, **values: Any) -> RoleRequirement:
    base = {"job_role_id": role.id, "skill_id": skill.id, "level": level, "since_on": date(2026, 1, 1)}
    return _add(db, RoleRequirement(**base | values))


def unit_requirement(db: DbSession, unit: OrgUnit, skill: Skill, level: int = 2, **values: Any) -> UnitRequirement:
    base = {"org_unit_id": unit.id, "skill_id": skill.id, "level": level, "needed": 2, "importance": 1}
    return _add(db, UnitRequirement(**base | {"since_on": date(2026, 1, 1)} | values))


def person_skill(db: DbSession, person_id: int, skill: Skill, level: int | None = 2, **values: Any) -> PersonSkill:
    base = {"person_id": person_id, "skill_id": skill.id, "level": level, "updated_at": NOW}
    return _add(db, PersonSkill(**base | values))


def commit(db: DbSession) -> None:
    """Bring figures and revisions up to date and commit, as cop.db.transaction does."""
    database.finish(db)
    db.commit()


def survey_template(db: DbSession, questions: Any = (), **values: Any) -> SurveyTemplate:
    """A template of these questions, each a dict of its columns; without any, of one about agreement."""
    row = _add(db, SurveyTemplate(**{"name": f"Template {next(_numbers)}", "kind": SurveyKind.PULSE} | values))
    for place, question in enumerate(questions or ({"type": QuestionType.LIKERT, "text": "I learn here"},), 1):
        db.add(TemplateQuestion(**{"template_id": row.id, "place": place} | question))
    db.flush()
    return row


def survey(db: DbSession, questions: Any = (), **values: Any) -> Survey:
    """A draft that asks everybody these questions, each a dict of its columns."""
    base = {"name": f"Wave {next(_numbers)}", "kind": SurveyKind.PULSE, "closes_on": TODAY + timedelta(days=14)}
    row = _add(db, Survey(**base | values))
    for place, question in enumerate(questions or ({"type": QuestionType.LIKERT, "text": "I learn here"},), 1):
        db.add(Question(**{"survey_id": row.id, "place": place} | question))
    db.flush()
    return row


def open_survey(db: DbSession, questions: Any = (), **values: Any) -> Survey:
    """A wave that asks all staff there are, opened today."""
    row = survey(db, questions, **values)
    row.state, row.opened_on = SurveyState.OPEN, TODAY
    snapshot.take(db, row, snapshot.people_of(db, snapshot.audience_of(db, row.id), today=TODAY), today=TODAY)
    return row


def _add(db: DbSession, row: Any) -> Any:
    db.add(row)
    db.flush()
    return row
