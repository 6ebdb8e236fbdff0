"""Fills an empty database with the example organisation, all or nothing."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit, facts
from cop.accounts.passwords import hash_password
from cop.accounts.queries import actor_of_account
from cop.choices import GrantedRole, PersonKind, SessionStatus
from cop.db import take_stock, transaction
from cop.errors import CopError
from cop.example import trail
from cop.example.clock import Clock, at
from cop.example.funnel import FunnelWriter, Placed
from cop.example.funnel_source import read_funnel
from cop.example.meetings import Meeting
from cop.example.people import Human
from cop.example.profiles import profiles
from cop.example.source import COMPANY, DOMAIN, TIME_ZONE, SignInFact, Source, read_source
from cop.example.story import Story, World, invent
from cop.example.surveys import SurveyWriter
from cop.models import (
    Account,
    Area,
    Attendance,
    Base,
    Community,
    CommunitySession,
    CommunitySkill,
    Contribution,
    Facilitator,
    JobRole,
    Membership,
    Objective,
    Organisation,
    OrgUnit,
    Person,
    PersonSkill,
    Resource,
    RoleGrant,
    RoleRequirement,
    Skill,
    Theme,
    UnitRequirement,
)
from cop.permissions import SYSTEM, Actor, Permission, require
from cop.query import TOPICS

_PASSWORD_LETTERS = "bcdfghjkmnpqrstvwxz23456789"  # noqa: S105 - none that look alike, no vowels, so no words
_PLAN_AHEAD = timedelta(days=28)
_REQUIRED_FOR = 200
"""Days since which levels are required."""


@dataclass(frozen=True)
class SignIn:
    """A way into the example: who it is and what to look at."""

    role: str
    username: str
    password: str
    who: str
    note: str


def load_example(on: sa.Engine | sa.Connection | None = None, *, now: datetime) -> list[SignIn]:
    """Write the example organisation as it stands at `now`, and give the sign-ins to print.

    Raises CopError, and writes nothing, where the database already holds people, units, communities or themes.
    """
    source = read_source()
    world = invent(source, Clock(now))
    password = _password()
    hashed = hash_password(password)  # slow on purpose, so not while the transaction holds the database
    with transaction(on) as db:
        _refuse_used(db)
        _Writer(db, source, world, now).write(hashed)
    return [SignIn(fact.role, fact.username, password, fact.name, fact.note) for fact in source.sign_ins]


def _password() -> str:
    """About 71 bits of chance in three groups of five."""
    return "-".join("".join(secrets.choice(_PASSWORD_LETTERS) for _ in range(5)) for _ in range(3))


def _refuse_used(db: DbSession) -> None:
    for table, what in ((Person, "people"), (OrgUnit, "org units"), (Community, "communities"), (Theme, "themes")):
        if db.scalar(sa.select(table.id).limit(1)) is not None:
            raise CopError(f"The example needs an empty database; this one already holds {what}.")


class _Writer:
    """Turns the invented world into rows; ids come from the database, parents before children."""

    def __init__(self, db: DbSession, source: Source, world: World, now: datetime) -> None:
        self.db, self.source, self.world, self.now = db, source, world, now
        self.clock = Clock(now)
        self.units: dict[str, int] = {}
        self.person_ids: list[int] = []
        self.community_ids: dict[str, int] = {}

    def write(self, password_hash: str) -> None:
        """Everything, in the order in which rows refer to each other."""
        self._organisation()
        self._units()
        self._people()
        self._accounts(password_hash)
        self._communities()
        for story in self.world.stories:
            self._story(story)
        placed = Placed(self.world.people, self.units, self.person_ids, self.community_ids)
        FunnelWriter(self.db, read_funnel(), self.clock, placed).write()
        skill_ids = self._skills()
        take_stock(self.db)
        office = next(person for person in self.world.people if person.sign_in == GrantedRole.ADMIN)
        office_id = self.person_ids[office.number]
        surveys = SurveyWriter(
            self.db, self.source, self.world, self.clock, office=self._actor(office_id), person_ids=self.person_ids
        )
        trail.write(self.db, office_id=office_id, now=self.now, steps=surveys.steps(skill_ids))
        audit.record(
            self.db,
            SYSTEM,
            now=self.now,
            operation="example.load_example",
            topics=TOPICS,
            object_type="organisation",
            object_id=1,
            after={"name": COMPANY, "people": len(self.person_ids), "communities": len(self.community_ids)},
        )

    def _add(self, rows: Iterable[Base]) -> None:
        self.db.add_all(rows)
        self.db.flush()

    def _organisation(self) -> None:
        self.db.execute(sa.delete(Organisation))
        self._add([Organisation(name=COMPANY, time_zone=TIME_ZONE, is_example=True)])

    def _units(self) -> None:
        """The facts list a unit below its parent."""
        for fact in self.source.units:
            unit = OrgUnit(name=fact.name, parent_id=self.units.get(fact.parent))
            self._add([unit])
            self.units[fact.name] = unit.id

    def _people(self) -> None:
        titles = sorted({person.job_role for person in self.world.people if not person.is_guest})
        roles = {title: JobRole(name=title) for title in titles}
        self._add(roles.values())
        rows = [self._person(person, roles) for person in self.world.people]
        self._add(rows)
        self.person_ids = [row.id for row in rows]

    def _person(self, person: Human, roles: dict[str, JobRole]) -> Person:
        if person.is_guest:
            return Person(name=person.name, kind=PersonKind.GUEST, created_at=at(person.hired_on, 9))
        return Person(
            name=person.name,
            email=person.email,
            handle=person.handle,
            org_unit_id=self.units[person.unit],
            job_role_id=roles[person.job_role].id,
            active=person.left_on is None,
            created_at=at(person.hired_on, 9),
        )

    def _accounts(self, password_hash: str) -> None:
        for fact in self.source.sign_ins:
            person = next(person for person in self.world.people if person.sign_in == fact.role)
            account = Account(
                person_id=self.person_ids[person.number],
                username=fact.username,
                password_hash=password_hash,
                must_change_password=False,
                created_at=self.now,
                password_changed_at=self.now,
            )
            self._add([account])
            self._add(self._grants(fact, account))

    def _grants(self, fact: SignInFact, account: Account) -> list[RoleGrant]:
        """An admin's and a manager's role are granted; the others follow from who one is."""
        if fact.role == GrantedRole.ADMIN:
            unit = None
        elif fact.manages:
            unit = self.units[fact.manages]
        else:
            return []
        role = GrantedRole(fact.role)
        return [RoleGrant(account_id=account.id, role=role, org_unit_id=unit, granted_on=self.clock.today)]

    def _communities(self) -> None:
        names = sorted({story.fact.area for story in self.world.stories})
        areas = {name: Area(name=name) for name in names}
        self._add(areas.values())
        rows = [self._community(story, areas) for story in self.world.stories]
        self._add(rows)
        self.community_ids = {row.slug: row.id for row in rows}
        for story, row in zip(self.world.stories, rows, strict=True):
            if story.fact.merged_into:
                row.merged_into_id = self.community_ids[story.fact.merged_into]
        self.db.flush()

    def _community(self, story: Story, areas: dict[str, Area]) -> Community:
        fact = story.fact
        begun = min(stay.joined_on for stay in story.group.stays)
        return Community(
            slug=fact.slug,
            name=fact.name,
            type=fact.type,
            stage=fact.stage,
            focus=fact.focus,
            charter=fact.charter,
            norms=fact.norms,
            cadence=fact.cadence,
            channel_url=f"https://chat.{DOMAIN}/{fact.slug}",
            area_id=areas[fact.area].id,
            org_unit_id=self.units[fact.host_unit] if fact.host_unit else None,
            founded_on=story.founded_on,
            archived_at=at(story.archived_on, 16) if story.archived_on else None,
            archive_reason=fact.archive_reason,
            created_at=at(min(story.founded_on or begun, begun), 8),
        )

    def _actor(self, person_id: int) -> Actor:
        account_id = self.db.scalars(sa.select(Account.id).where(Account.person_id == person_id)).one()
        actor = actor_of_account(self.db, account_id, now=self.now)
        return require(actor, Permission.SURVEY_EDIT)

    def _skills(self) -> dict[str, int]:
        """Skills, who needs them, which communities serve them, what people say of themselves; the skills' ids by name."""
        areas = {area.name: area.id for area in self.db.scalars(sa.select(Area))}
        roles = {role.name: role.id for role in self.db.scalars(sa.select(JobRole))}
        since = self.clock.back(_REQUIRED_FOR)
        ids: dict[str, int] = {}
        for fact in self.source.skills:
            texts: dict[str, Any] = {f"level_{number}": text for number, text in enumerate(fact.levels, 1)}
            skill = Skill(name=fact.name, area_id=areas[fact.area], description=fact.description, **texts)
            self._add([skill])
            ids[fact.name] = skill.id
            self._add(
                RoleRequirement(job_role_id=roles[role], skill_id=skill.id, level=level, since_on=since)
                for role, level in fact.job_roles.items()
            )
            self._add(
                UnitRequirement(
                    org_unit_id=self.units[unit],
                    skill_id=skill.id,
                    level=level,
                    needed=needed,
                    importance=importance,
                    since_on=since,
                )
                for unit, (level, needed, importance) in fact.units.items()
            )
            self._add(
                CommunitySkill(community_id=self.community_ids[slug], skill_id=skill.id) for slug in fact.communities
            )
        self._add(
            PersonSkill(
                person_id=self.person_ids[said.person.number],
                skill_id=ids[said.skill],
                level=said.level,
                wants_to_learn=said.wants_to_learn,
                can_help=said.can_help,
                updated_at=at(said.on, 10),
            )
            for said in profiles(self.world.people, self.source.skills, self.clock)
        )
        return ids

    def _story(self, story: Story) -> None:
        community_id = self.community_ids[story.fact.slug]
        self._belonging(story, community_id)
        session_ids = self._sessions(story, community_id)
        self._outcome(story, community_id, session_ids)
        facts.touch(self.db, community_id, self._earliest(story))

    @staticmethod
    def _earliest(story: Story) -> date:
        days = [stay.joined_on for stay in story.group.stays] + [meeting.day for meeting in story.meetings]
        return min(days)

    def _belonging(self, story: Story, community_id: int) -> None:
        self._add(
            Membership(
                community_id=community_id,
                person_id=self.person_ids[stay.person.number],
                joined_on=stay.joined_on,
                left_on=stay.left_on,
                join_reason=stay.join_reason,
                leave_reason=stay.leave_reason,
            )
            for stay in story.group.stays
        )
        self._add(
            Facilitator(
                community_id=community_id,
                person_id=self.person_ids[carrier.person.number],
                role=carrier.role,
                since_on=carrier.since_on,
                until_on=carrier.until_on,
            )
            for carrier in story.group.carriers
        )

    def _sessions(self, story: Story, community_id: int) -> list[int]:
        rows = [self._session(story, community_id, number, meeting) for number, meeting in enumerate(story.meetings, 1)]
        self._add(rows)
        visits = [
            {
                "session_id": row.id,
                "person_id": self.person_ids[visit.person.number],
                "led": visit.led,
                "spoke": visit.spoke,
                "note": "",
            }
            for row, meeting in zip(rows, story.meetings, strict=True)
            for visit in meeting.visits
        ]
        if visits:
            self.db.execute(sa.insert(Attendance), visits)
        return [row.id for row in rows]

    def _session(self, story: Story, community_id: int, number: int, meeting: Meeting) -> CommunitySession:
        fact, held = story.fact, meeting.status is SessionStatus.HELD
        moved = meeting.planned_at is not None and meeting.planned_at != meeting.starts_at
        online = fact.place == "Online"
        known_since = (meeting.planned_at or meeting.starts_at) - _PLAN_AHEAD
        return CommunitySession(
            community_id=community_id,
            title=meeting.subject.title,
            kind=meeting.subject.kind,
            status=meeting.status,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            time_zone=TIME_ZONE,
            day=meeting.day,
            planned_starts_at=meeting.planned_at,
            place="" if online else fact.place,
            link=f"https://meet.{DOMAIN}/{fact.slug}" if online else "",
            agenda="\n".join(topic.capitalize() for topic in meeting.subject.topics.split(", ") if topic),
            topics=meeting.subject.topics if held else "",
            decisions=meeting.subject.decisions if held else "",
            attendance_kind=meeting.attendance,
            headcount=meeting.headcount,
            cancel_reason=meeting.cancel_reason,
            uid=f"{fact.slug}-{number}@{DOMAIN}",
            sequence=int(moved) + int(meeting.status is SessionStatus.CANCELLED),
            recorded_by_id=self.person_ids[story.group.lead(meeting.day).number] if held else None,
            recorded_at=min(meeting.ends_at + timedelta(hours=2), self.now) if held else None,
            created_at=min(known_since, self.now),
        )

    def _outcome(self, story: Story, community_id: int, session_ids: list[int]) -> None:
        """What the community aims at and what it has gained."""
        self._add(
            Objective(
                community_id=community_id,
                statement=objective.statement,
                measure=objective.measure,
                baseline=objective.baseline,
                target=objective.target,
                current=objective.current,
                due_on=self.clock.today + timedelta(days=objective.due_in_days),
                status=objective.status,
            )
            for objective in story.fact.objectives
        )
        self._add(
            Contribution(
                community_id=community_id,
                session_id=None if gift.meeting is None else session_ids[gift.meeting],
                person_id=self.person_ids[gift.person.number] if gift.person else None,
                kind=gift.fact.kind,
                title=gift.fact.title,
                day=gift.day,
            )
            for gift in story.gifts
        )
        self._add(
            Resource(
                community_id=community_id,
                session_id=None if keepsake.meeting is None else session_ids[keepsake.meeting],
                kind=keepsake.fact.kind,
                title=keepsake.fact.title,
                url=f"https://wiki.{DOMAIN}/{story.fact.slug}/{keepsake.fact.page}",
                added_by_id=self.person_ids[keepsake.person.number],
                added_at=min(at(keepsake.day, 18), self.now),
            )
            for keepsake in story.keepsakes
        )
