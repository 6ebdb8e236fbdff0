"""Reads of profiles: one's own, whole; of others only whom one may ask for help."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.catalog.search import fold
from cop.choices import PersonKind
from cop.models import (
    Area,
    Community,
    HelpPause,
    JobRole,
    Membership,
    OrgUnit,
    Person,
    PersonSkill,
    ProfileVisibility,
    RoleRequirement,
    Skill,
    UnitRequirement,
)
from cop.permissions import Actor, Permission, require
from cop.query import query
from cop.skills.fit import Lack, fitting, reason
from cop.skills.gaps import gap
from cop.skills.queries import level_texts, served


@dataclass(frozen=True)
class OwnSkill:
    """A skill as it matters to the actor: what their job role requires, what they say of themselves.

    `answered` tells an answer of "don't know" from none; `level` is None in both.
    """

    id: int
    name: str
    area: str
    description: str
    levels: tuple[str, ...]
    required: int | None
    unit_needs: bool
    answered: bool
    level: int | None
    wants_to_learn: bool
    can_help: bool

    @property
    def gap(self) -> int | None:
        """Levels missing; None where nothing is required or the own level isn't known."""
        return None if self.required is None or self.level is None else gap(self.required, self.level)


@dataclass(frozen=True)
class Profile:
    """The actor's job role and unit, and the skills that matter to them: required ones first, the largest gap first."""

    job_role: str
    unit: str
    skills: tuple[OwnSkill, ...]


@query("skills", "profiles", "people", "organisation", "catalog")
def my_profile(db: DbSession, actor: Actor | None, *, also: int | None = None) -> Profile:
    """The actor's own profile, and what they might say of one skill more; nobody else's can be asked for."""
    actor = require(actor, Permission.OWN_PROFILE)
    me = db.execute(
        sa.select(Person.job_role_id, Person.org_unit_id, JobRole.name, OrgUnit.name)
        .outerjoin(JobRole, JobRole.id == Person.job_role_id)
        .outerjoin(OrgUnit, OrgUnit.id == Person.org_unit_id)
        .where(Person.id == actor.person_id)
    ).one_or_none()
    job_role_id, unit_id, job_role, unit = me or (None, None, None, None)
    required = _required(db, job_role_id)
    needed = _needed(db, unit_id)
    answers = {row.skill_id: row for row in db.scalars(_answers_of(actor.person_id))}
    wanted = required.keys() | needed | answers.keys() | ({also} if also is not None else set())
    rows = db.execute(
        sa.select(Skill, Area.name)
        .outerjoin(Area, Area.id == Skill.area_id)
        .where(Skill.archived_at.is_(None), Skill.id.in_(wanted))
    )
    skills = [_own(row, area or "", required, needed, answers.get(row.id)) for row, area in rows]
    return Profile(job_role or "", unit or "", tuple(sorted(skills, key=_by_weight)))


def _answers_of(person_id: int) -> sa.Select[PersonSkill]:
    return sa.select(PersonSkill).where(PersonSkill.person_id == person_id)


def _required(db: DbSession, job_role_id: int | None) -> dict[int, int]:
    rows = db.execute(
        sa.select(RoleRequirement.skill_id, RoleRequirement.level).where(
            RoleRequirement.job_role_id == job_role_id, RoleRequirement.until_on.is_(None)
        )
    )
    return {skill_id: level for skill_id, level in rows}  # noqa: C416 - dict() doesn't take rows


def _needed(db: DbSession, unit_id: int | None) -> frozenset[int]:
    chosen = sa.select(UnitRequirement.skill_id).where(
        UnitRequirement.org_unit_id == unit_id, UnitRequirement.until_on.is_(None)
    )
    return frozenset(db.scalars(chosen))


def _own(
    row: Skill, area: str, required: dict[int, int], needed: frozenset[int], answer: PersonSkill | None
) -> OwnSkill:
    return OwnSkill(
        id=row.id,
        name=row.name,
        area=area,
        description=row.description,
        levels=level_texts(row),
        required=required.get(row.id),
        unit_needs=row.id in needed,
        answered=answer is not None,
        level=answer.level if answer else None,
        wants_to_learn=answer.wants_to_learn if answer else False,
        can_help=answer.can_help if answer else False,
    )


def _by_weight(own: OwnSkill) -> tuple[Any, ...]:
    """By what asks for them, then by name: a skill must not jump away while one answers."""
    return own.required is None, not own.unit_needs, fold(own.name)


@dataclass(frozen=True)
class FittingCommunity:
    """A community that helps with what the actor lacks or wants to learn, and why."""

    id: int
    slug: str
    name: str
    focus: str
    reason: str


@query("skills", "profiles", "people", "organisation", "catalog", "memberships")
def fitting_communities(db: DbSession, actor: Actor | None) -> tuple[FittingCommunity, ...]:
    """The open communities that the actor isn't in and that serve their gaps, those that help most first."""
    profile = my_profile(db, actor)
    actor = require(actor, Permission.OWN_PROFILE)
    lacks = {own.id: Lack(own.name, own.gap or 0, own.wants_to_learn) for own in profile.skills}
    mine = set(
        db.scalars(
            sa.select(Membership.community_id).where(
                Membership.person_id == actor.person_id, Membership.left_on.is_(None)
            )
        )
    )
    fits = [fit for fit in fitting(lacks, served(db)) if fit.community_id not in mine]
    rooms = {
        row.id: row
        for row in db.execute(
            sa.select(Community.id, Community.slug, Community.name, Community.focus).where(
                Community.id.in_([fit.community_id for fit in fits])
            )
        )
    }
    return tuple(FittingCommunity(*rooms[fit.community_id], reason(fit)) for fit in fits)


_SHOWN = (
    PersonSkill.can_help,
    Person.active,
    Person.kind == PersonKind.STAFF,
    Person.merged_into_id.is_(None),
    Skill.archived_at.is_(None),
)
"""Whose offer colleagues see, unless they pause."""


def _pauses(today: date) -> sa.ColumnElement[bool]:
    """Whether the person of a row said that they can't help at the moment."""
    return sa.exists().where(HelpPause.person_id == Person.id, HelpPause.until_on > today)


@query("skills", "profiles", "people", public=True)
def offers(db: DbSession, _actor: Actor | None, *, today: date) -> dict[int, tuple[str, int]]:
    """The skills with which somebody offers help and doesn't pause, by id: their names and how many people do."""
    rows = db.execute(
        sa.select(Skill.id, Skill.name, sa.func.count())
        .join(PersonSkill, PersonSkill.skill_id == Skill.id)
        .join(Person, Person.id == PersonSkill.person_id)
        .where(*_SHOWN, ~_pauses(today))
        .group_by(Skill.id, Skill.name)
    ).all()
    return {key: (name, count) for key, name, count in sorted(rows, key=lambda row: fold(row[1]))}


@dataclass(frozen=True)
class Helper:
    """Somebody who offers help; `unit` only where they agreed to show it, the level never."""

    person_id: int
    name: str
    email: str
    unit: str


@query("skills", "profiles", "people", "organisation", public=True)
def helpers(db: DbSession, _actor: Actor | None, *, skill_id: int, today: date) -> tuple[Helper, ...]:
    """Who offers help with a skill and doesn't pause, by name."""
    rows = db.execute(
        sa.select(Person.id, Person.name, Person.email, OrgUnit.name, ProfileVisibility)
        .join(PersonSkill, PersonSkill.person_id == Person.id)
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .outerjoin(OrgUnit, OrgUnit.id == Person.org_unit_id)
        .outerjoin(ProfileVisibility, ProfileVisibility.person_id == Person.id)
        .where(Skill.id == skill_id, *_SHOWN, ~_pauses(today))
    )
    found = [
        Helper(key, name, email or "", (unit or "") if agreed and agreed.findable and agreed.show_unit else "")
        for key, name, email, unit, agreed in rows
    ]
    return tuple(sorted(found, key=lambda helper: (fold(helper.name), helper.person_id)))


@query("skills", "profiles", "people", public=True)
def pausing(db: DbSession, _actor: Actor | None, *, skill_id: int, today: date) -> int:
    """How many who offer help with a skill pause, from two on; of a single one it would tell who it is."""
    count = db.scalar(
        sa.select(sa.func.count())
        .select_from(PersonSkill)
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .join(Person, Person.id == PersonSkill.person_id)
        .where(Skill.id == skill_id, *_SHOWN, _pauses(today))
    )
    return count if count and count > 1 else 0


@query("profiles")
def my_pause(db: DbSession, actor: Actor | None, *, today: date) -> date | None:
    """The day from which the actor is found again among those who help; None where they don't pause."""
    actor = require(actor, Permission.OWN_PROFILE)
    until_on = db.scalar(sa.select(HelpPause.until_on).where(HelpPause.person_id == actor.person_id))
    return until_on if until_on and until_on > today else None


@query("profiles", "skills")
def my_offers(db: DbSession, actor: Actor | None) -> tuple[str, ...]:
    """The names of the skills with which the actor offers help."""
    actor = require(actor, Permission.OWN_PROFILE)
    rows = (
        sa.select(Skill.name)
        .join(PersonSkill, PersonSkill.skill_id == Skill.id)
        .where(PersonSkill.person_id == actor.person_id, PersonSkill.can_help, Skill.archived_at.is_(None))
    )
    return tuple(sorted(db.scalars(rows), key=fold))
