"""Pairs of actors of equal roles, the first with data of their own that the second has not; and what to ask about."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.accounts.queries import actor_of_account
from cop.catalog.operations import withdraw_contribution
from cop.choices import Answer, FunnelStage, GrantedRole, RoundPhase, SessionStatus
from cop.funnel.setup import CriterionInput
from cop.lifecycle.usernames import Naming
from cop.models import (
    Account,
    Assessment,
    AuditEntry,
    CalendarFeed,
    CheckIn,
    CheckInCode,
    Community,
    CommunitySession,
    CommunitySkill,
    Concern,
    FunnelItem,
    FunnelRound,
    HelpPause,
    NamedAnswer,
    Participation,
    Person,
    ProfileVisibility,
    Registration,
    RoundItem,
    SignInSession,
    Skill,
    Survey,
    SurveyGroup,
    UnitMeeting,
)
from cop.periods import Period
from cop.permissions import SYSTEM, Actor
from cop.surveys.inputs import Audience
from cop.trail.queries import Wanted
from tests import factories as make
from tests.unit.imports.helpers import job
from tests.unit.surveys.test_closing import asked
from tests.unit.surveys.waves import closed, level

NOW, TODAY = make.NOW, make.TODAY
_MARKS = {1: 4, 4: 2}
"""On the criteria that an installation begins with and that people judge."""


@dataclass(frozen=True)
class Pairs:
    """Both actors by role, and parameters: by name, and those of single queries by `module.query`."""

    actors: dict[str, tuple[Actor, Actor]]
    params: dict[str, Any]
    special: dict[str, dict[str, Any]]


def make_pairs(db: DbSession) -> Pairs:
    """Pairs of staff, facilitators, managers and admins in one small organisation."""
    make.organisation(db)
    skill, job_role = make.skill(db), make.job_role(db)
    make.role_requirement(db, job_role, skill, 3)
    accounts, rooms, units = _accounts(db, job_role.id)
    db.add(CommunitySkill(community_id=rooms[1].id, skill_id=skill.id))
    come = _planned(db, rooms[0])
    firsts = [first for first, _second in accounts.values()]
    for account in firsts:
        _own_data(db, account, rooms[0], come, skill)
    held = make.session(db, rooms[0], people=[db.get_one(Person, account.person_id) for account in firsts])
    item, rounds = _scored_item(db, [accounts["manager"][0], accounts["admin"][0]])
    raised = make.funnel_item(db, raised_by_id=accounts["staff"][0].person_id)
    meeting = _meeting(db, units[0].id)
    wave, named = _waves(db, skill, {account.person_id for account in firsts})
    group = db.scalars(sa.select(SurveyGroup.id).where(SurveyGroup.survey_id == wave.id)).first()
    entry = _recorded(db, come, firsts)
    template = make.survey_template(db)
    db.flush()
    params = {
        "now": NOW, "today": TODAY, "as_of": TODAY, "period": Period(TODAY.replace(day=1), TODAY.replace(day=1)),
        "first": TODAY, "last": TODAY + timedelta(days=31), "most": 10, "start": 0, "count": 10, "text": "Person",
        "search": "", "closed": True, "idle_seconds": 1e9, "code": "ABCD23", "naming": Naming.EMAIL, "job": job(),
        "criteria": (CriterionInput("Value nobody marked", 1.0),), "audience": Audience(),
        "smallest_group": 5, "wanted": Wanted(),
        "kind": "community", "account_id": accounts["staff"][0].id, "person_id": accounts["staff"][0].person_id,
        "community_id": rooms[0].id, "session_id": come.id, "item_id": raised.id, "meeting_id": meeting.id,
        "round_id": rounds[RoundPhase.SCORING].id, "survey_id": wave.id, "group_id": group,
        "template_id": template.id, "entry_id": entry.id,
    }  # fmt: skip
    special: dict[str, dict[str, Any]] = {
        "funnel.round_queries.ballots": {"round_id": rounds[RoundPhase.DECIDING].id},
        "funnel.score_queries.sheet": {"item_id": item.id},
        "sessions.queries.attendees": {"session_id": held.id},
    }
    special["surveys.audience_queries.reach_of_wave"] = {"survey_id": named.id}
    for name in ("form", "my_answer", "prefilled"):
        special[f"surveys.form_queries.{name}"] = {"survey_id": named.id}
    return Pairs(_actors(db, accounts), params, special)


def _accounts(db: DbSession, job_role_id: int) -> tuple[dict[str, list[Account]], list[Community], list[Any]]:
    rooms, units = [make.community(db), make.community(db)], [make.org_unit(db), make.org_unit(db)]
    accounts: dict[str, list[Account]] = {}
    for role in ("staff", "facilitator", "manager", "admin"):
        accounts[role] = []
        for room, unit in zip(rooms, units, strict=True):
            person = make.person(db, org_unit_id=unit.id, job_role_id=job_role_id)
            account = make.account(db, person)
            accounts[role].append(account)
            if role == "facilitator":
                make.facilitator(db, room, person)
            if role in {"manager", "admin"}:
                make.grant(db, account, GrantedRole(role), unit if role == "manager" else None)
    return accounts, rooms, units


def _actors(db: DbSession, accounts: dict[str, list[Account]]) -> dict[str, tuple[Actor, Actor]]:
    actors = {}
    for role, both in accounts.items():
        first, second = (actor_of_account(db, account.id, now=NOW) for account in both)
        assert first
        assert second
        assert first.roles == second.roles
        actors[role] = (first, second)
    return actors


def _planned(db: DbSession, room: Community) -> CommunitySession:
    """A session that runs now, so that its code works."""
    session = make.session(
        db, room, status=SessionStatus.PLANNED, starts_at=NOW, ends_at=NOW + timedelta(hours=1), planned_starts_at=NOW
    )
    db.add(CheckInCode(session_id=session.id, code="ABCD23", opened_at=NOW))
    db.flush()
    return session


def _recorded(db: DbSession, session: CommunitySession, came: list[Account]) -> AuditEntry:
    """An entry of the audit trail that names who came to a session."""
    attended = [{"person_id": account.person_id, "led": False, "spoke": False} for account in came]
    entry = AuditEntry(
        at=NOW, account_id=None, actor_name="Somebody", operation="sessions.record_session",
        object_type="session", object_id=session.id, after={"attended": attended},
    )  # fmt: skip
    db.add(entry)
    db.flush()
    return entry


def _own_data(db: DbSession, account: Account, room: Community, come: CommunitySession, skill: Skill) -> None:
    """All that the product keeps about one person, from membership to profile."""
    person_id = account.person_id
    shown = {"findable": False, "show_unit": True, "show_job_role": False, "show_communities": False}
    ends = NOW + timedelta(days=1)
    since = {"created_at": NOW, "last_seen_at": NOW, "expires_at": ends}
    db.add_all(
        [
            ProfileVisibility(person_id=person_id, **shown),
            HelpPause(person_id=person_id, until_on=date(2026, 7, 1)),
            CalendarFeed(account_id=account.id, token_hash=f"feed-{account.id}", created_at=NOW),
            SignInSession(token_hash=f"browser-{account.id}", account_id=account.id, **since),
            Registration(session_id=come.id, person_id=person_id, answer=Answer.GOING, at=NOW),
            CheckIn(session_id=come.id, person_id=person_id, at=NOW),
        ]
    )
    make.person_skill(db, person_id, skill, 1, wants_to_learn=True, can_help=True)
    make.membership(db, room, db.get_one(Person, person_id))
    make.contribution(db, room, person_id=person_id)
    gone = make.contribution(db, room, person_id=person_id, title="Withdrawn")
    withdraw_contribution(db, SYSTEM, now=NOW, community_id=room.id, contribution_id=gone.id, version=gone.version)


def _scored_item(db: DbSession, assessors: list[Account]) -> tuple[FunnelItem, dict[RoundPhase, FunnelRound]]:
    """An item in a round of scoring, marked by the assessors, and rounds by phase; another is being decided on."""
    rounds, items = {}, {}
    for phase in (RoundPhase.SCORING, RoundPhase.DECIDING):
        rounds[phase] = FunnelRound(name=phase.value, phase=phase, opened_at=NOW, criteria_version_id=1)
        items[phase] = make.funnel_item(db, stage=FunnelStage.QUALIFIED)
        db.add(rounds[phase])
        db.flush()
        db.add(RoundItem(round_id=rounds[phase].id, item_id=items[phase].id))
    item = items[RoundPhase.SCORING]
    for account in assessors:
        for criterion_id, value in _MARKS.items():
            mark = {"criterion_id": criterion_id, "assessor_id": account.person_id, "value": value}
            db.add(Assessment(item_id=item.id, at=NOW, **mark))
    db.flush()
    return item, rounds


def _meeting(db: DbSession, unit_id: int) -> UnitMeeting:
    meeting = UnitMeeting(org_unit_id=unit_id, met_on=TODAY, created_at=NOW)
    db.add(meeting)
    db.flush()
    db.add(Concern(meeting_id=meeting.id, concern="No time"))
    db.flush()
    return meeting


def _waves(db: DbSession, skill: Skill, own: set[int]) -> tuple[Survey, Survey]:
    """A closed wave and an open one with names, which `own` people have answered; all waves ask only them."""
    wave = closed(db, [level(skill)], dict.fromkeys(own, (1,)), closes_on=TODAY)
    make.open_survey(db)
    named = make.open_survey(db, [level(skill)], named=True)
    db.execute(sa.delete(Participation).where(Participation.person_id.not_in(own)))
    for person_id in own:
        answer = {str(asked(db, named)[0]): 2}
        db.add(NamedAnswer(survey_id=named.id, person_id=person_id, values=answer))
    db.flush()
    return wave, named
