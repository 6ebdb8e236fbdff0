"""Reads of those who are asked: what to answer, what of it is theirs, how what they answered ended."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import SurveyState
from cop.errors import Invalid, NotFound
from cop.models import (
    Community,
    CommunitySession,
    NamedAnswer,
    Participation,
    Person,
    PersonSkill,
    Question,
    RoleRequirement,
    Skill,
    Survey,
    UnitRequirement,
)
from cop.permissions import Actor, Permission, require
from cop.query import query
from cop.skills.queries import level_texts
from cop.surveys.answering import OVER, by_receipt, takes_answers
from cop.surveys.forms import Form, FormQuestion, in_minutes


@query("surveys", "participation", "skills", "people", "organisation", "sessions", "catalog")
def form(db: DbSession, actor: Actor | None, *, survey_id: int, today: date) -> Form:
    """A wave that asks the actor. Raises NotFound for every other, Invalid where its time is over."""
    actor = require(actor, Permission.SURVEY_ANSWER)
    own = db.get(Participation, (survey_id, actor.person_id))
    if own is None:
        raise NotFound
    return _form(db, actor, survey_id, today, done=own.done)


def opened(db: DbSession, actor: Actor | None, *, receipt: str, today: date) -> tuple[Form, dict[int, Any]]:
    """The wave and the values of the answer that the code belongs to, for whoever holds it.

    No query that a cache may know: code and answer would lie in the server's memory. Raises NotFound for any other
    code, Invalid where the wave's time is over.
    """
    actor = require(actor, Permission.SURVEY_ANSWER)
    row = by_receipt(db, receipt)
    found = _form(db, actor, row.survey_id, today, done=True)
    return found, {int(key): value for key, value in row.values.items()}


def _form(db: DbSession, actor: Actor, survey_id: int, today: date, *, done: bool) -> Form:
    row = db.get_one(Survey, survey_id)
    if not takes_answers(row, today):
        raise Invalid({"": OVER})
    asked_by, about = _about(db, row.session_id)
    return Form(
        id=row.id,
        name=row.name,
        kind=row.kind.value,
        purpose=row.purpose,
        named=row.named,
        smallest_group=row.smallest_group,
        closes_on=row.closes_on,
        done=done,
        questions=_questions(db, actor, survey_id),
        asked_by=asked_by,
        about=about,
    )


def _about(db: DbSession, session_id: int | None) -> tuple[str, str]:
    """Community, and title and day, of the session that the wave is about."""
    found = db.execute(
        sa.select(Community.name, CommunitySession.title, CommunitySession.day)
        .join(Community, Community.id == CommunitySession.community_id)
        .where(CommunitySession.id == session_id)
    ).one_or_none()
    return (found.name, f"{found.title}, {found.day.day} {found.day:%b %Y}") if found else ("", "")


def _questions(db: DbSession, actor: Actor, survey_id: int) -> tuple[FormQuestion, ...]:
    rows = db.execute(
        _with_requirements(
            actor.person_id,
            sa.select(Question, Skill, RoleRequirement.level, UnitRequirement.level)
            .outerjoin(Skill, Skill.id == Question.skill_id)
            .where(Question.survey_id == survey_id)
            .order_by(Question.place),
        )
    )
    return tuple(_question(question, skill, required, needed) for question, skill, required, needed in rows)


def _with_requirements(person_id: int, questions: sa.Select[*tuple[Any, ...]]) -> sa.Select[*tuple[Any, ...]]:
    """Questions beside what the person's job role and unit require of their skill today."""
    return (
        questions.outerjoin(Person, Person.id == person_id)
        .outerjoin(
            RoleRequirement,
            sa.and_(
                RoleRequirement.job_role_id == Person.job_role_id,
                RoleRequirement.skill_id == Question.skill_id,
                RoleRequirement.until_on.is_(None),
            ),
        )
        .outerjoin(
            UnitRequirement,
            sa.and_(
                UnitRequirement.org_unit_id == Person.org_unit_id,
                UnitRequirement.skill_id == Question.skill_id,
                UnitRequirement.until_on.is_(None),
            ),
        )
    )


def _question(question: Question, skill: Skill | None, required: int | None, needed: int | None) -> FormQuestion:
    return FormQuestion(
        id=question.id,
        type=question.type.value,
        text=question.text,
        help=question.help,
        options=tuple(question.options or ()),
        skill_id=question.skill_id,
        description=skill.description if skill else "",
        levels=level_texts(skill) if skill else (),
        required=required,
        unit_needs=needed is not None,
    )


@dataclass(frozen=True)
class Reminder:
    """A survey that waits for the actor; `minutes` as `cop.surveys.forms.in_minutes` says them."""

    survey_id: int
    name: str
    closes_on: date
    minutes: str


@query("surveys", "participation", "skills", "people", "organisation")
def reminders(db: DbSession, actor: Actor | None, *, today: date) -> tuple[Reminder, ...]:
    """The open waves that ask the actor and have no answer of theirs yet, the first to end first.

    One statement: it is asked on every screen, and anew after each answer of anybody.
    """
    actor = require(actor, Permission.SURVEY_ANSWER)
    is_skill = Question.skill_id.is_not(None)
    wanted = sa.or_(RoleRequirement.level.is_not(None), UnitRequirement.level.is_not(None))
    counted = {"skills": is_skill, "own": sa.and_(is_skill, wanted), "rest": ~is_skill}
    counts = [sa.func.count(sa.case((which, 1))).label(name) for name, which in counted.items()]
    rows = db.execute(
        _with_requirements(
            actor.person_id,
            sa.select(Survey.id, Survey.name, Survey.closes_on, *counts)
            .join(Participation, Participation.survey_id == Survey.id)
            .join(Question, Question.survey_id == Survey.id)
            .where(
                Participation.person_id == actor.person_id,
                ~Participation.done,
                Survey.state == SurveyState.OPEN,
                Survey.closes_on >= today,
            )
            .group_by(Survey.id, Survey.name, Survey.closes_on)
            .order_by(Survey.closes_on, Survey.id),
        )
    )
    # as cop.surveys.forms.arranged shows them: skills that somebody asks of one, else all
    return tuple(
        Reminder(row.id, row.name, row.closes_on, in_minutes((row.own or row.skills) + row.rest)) for row in rows
    )


@dataclass(frozen=True)
class OwnAnswer:
    """What the actor answered in a wave with names, beside its questions."""

    survey_id: int
    name: str
    questions: tuple[FormQuestion, ...]
    values: dict[int, Any]


@query("surveys", "participation", "skills", "people", "organisation")
def my_answer(db: DbSession, actor: Actor | None, *, survey_id: int) -> OwnAnswer:
    """The actor's own answer in a wave with names, also after it closed. Raises NotFound where there is none."""
    actor = require(actor, Permission.SURVEY_ANSWER)
    own = db.get(NamedAnswer, (survey_id, actor.person_id))
    if own is None:
        raise NotFound
    values = {int(key): value for key, value in own.values.items()}
    return OwnAnswer(survey_id, db.get_one(Survey, survey_id).name, _questions(db, actor, survey_id), values)


@query("surveys", "participation", "profiles")
def prefilled(db: DbSession, actor: Actor | None, *, survey_id: int) -> dict[int, Any]:
    """With what a wave with names begins for the actor: their answer, else the levels of their profile."""
    actor = require(actor, Permission.SURVEY_ANSWER)
    row = db.get(Survey, survey_id)
    if row is None or not row.named:
        return {}
    own = db.get(NamedAnswer, (survey_id, actor.person_id))
    if own is not None:
        return {int(key): value for key, value in own.values.items()}
    rows = db.execute(
        sa.select(Question.id, PersonSkill.level)
        .join(PersonSkill, PersonSkill.skill_id == Question.skill_id)
        .where(
            Question.survey_id == survey_id,
            PersonSkill.person_id == actor.person_id,
            PersonSkill.level.is_not(None),
        )
    )
    return {key: level for key, level in rows}  # noqa: C416 - dict() doesn't take rows


@dataclass(frozen=True)
class Ended:
    """A closed wave that asked the actor; `answered` only where it was with names."""

    id: int
    name: str
    closes_on: date
    answered: bool


@query("surveys", "participation")
def ended(db: DbSession, actor: Actor | None) -> tuple[Ended, ...]:
    """The closed waves that asked the actor, the latest first."""
    actor = require(actor, Permission.SURVEY_ANSWER)
    mine = sa.and_(NamedAnswer.survey_id == Survey.id, NamedAnswer.person_id == actor.person_id)
    rows = db.execute(
        sa.select(Survey.id, Survey.name, Survey.closes_on, NamedAnswer.person_id.is_not(None))
        .join(Participation, Participation.survey_id == Survey.id)
        .outerjoin(NamedAnswer, mine)
        .where(Participation.person_id == actor.person_id, Survey.state == SurveyState.CLOSED)
        .order_by(Survey.closes_on.desc(), Survey.id.desc())
    )
    return tuple(Ended(*row) for row in rows)
