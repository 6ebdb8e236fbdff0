"""What the example's people answer in surveys: some units are strong, others lack something, communities close gaps. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from cop.choices import QuestionType
from cop.example.people import Human
from cop.example.source import SkillFact, chance, rows_of
from cop.example.story import Story
from cop.surveys.answers import STEPS, Asked
from cop.surveys.dimensions import INTERACTION, LEARNING, SAFETY

_GAPS = {
    ("Metering", "Test automation"): -1.7,
    ("Grid Control", "Secure development"): -1.5,
    ("Trading", "Refactoring old code"): -1.2,
    ("Forecasting", "Machine learning"): -1.2,
    ("Marketing", "Working with AI assistants"): -1.3,
    ("Renewables Integration", "Battery storage"): -1.6,
    ("Projects Nordics", "Project leadership"): -1.2,
    ("Data Engineering", "SQL"): 0.4,
    ("Cloud Platform", "Cloud operations"): 0.3,
    ("Quality & Test", "Test automation"): 0.2,
    ("Field Operations", "Work on live equipment"): 0.3,
}
"""How far above or below what is required a unit stands in a skill; of all others chance decides, around a little below."""
_GAINED = 0.8
"""What belonging to a community that serves a skill adds in the half-year between the waves."""
_SAFETY = {"Trading": -0.9, "Field Operations": 0.4, "Data Engineering": 0.5}
_AGREEING = {INTERACTION: 2.9, LEARNING: 2.6, SAFETY: 2.7}
_SPREAD = 0.8
_COMMENTING = 0.12
_KNOWING, _GUESSING = 0.94, 0.4
"""The shares that say something of an area of which they need skills, and of any other."""


@dataclass(frozen=True)
class AskedOf:
    """A question as a person answers it; `skill` where it asks for a level."""

    asked: Asked
    skill: SkillFact | None
    dimension: str
    reversed: bool


def answers(person: Human, eagerness: float) -> bool:
    """Whether the person answers a wave at all; those who take part readily, the likelier, and mostly the same again."""
    return chance("answers", person.number).random() < eagerness + 0.35 * person.zeal


def areas_of(person: Human, skills: Iterable[SkillFact]) -> set[str]:
    """The areas of the skills that the person needs."""
    return {skill.area for skill in skills if person.job_role in skill.job_roles or person.unit in skill.units}


def answer(
    person: Human, wave: str, question: AskedOf, *, gained: float, areas: set[str]
) -> int | list[int] | str | None:
    """What the person says; None for "don't know".

    `gained`: levels won in the skill since the first wave. `areas`: those of `areas_of`.
    """
    draw = chance("answer", wave, person.number, question.asked.id)
    if question.skill is not None:
        return level(person, question.skill, gained, is_theirs=question.skill.area in areas)
    if question.asked.type is QuestionType.LIKERT:
        return _agreement(person, wave, question)
    count = len(question.asked.options)
    if question.asked.type is QuestionType.SINGLE:
        return draw.choices(range(count), range(count + 1, 1, -1))[0]
    if question.asked.type is QuestionType.MULTIPLE:
        return [place for place in range(count) if draw.random() < 0.65 - 0.12 * place]
    return draw.choice(_comments()) if draw.random() < _COMMENTING else None


@cache
def _comments() -> tuple[str, ...]:
    return tuple(row["comment"] for row in rows_of("survey_comments"))


def level(person: Human, skill: SkillFact, gained: float, *, is_theirs: bool) -> int | None:
    """The level by chance around what job role or unit requires; the same each time but for what was gained.

    Whole areas are passed over, mostly those of which the person needs nothing (`is_theirs`).
    """
    draw = chance("level", person.number, skill.name)
    if chance("knows", person.number, skill.area).random() > (_KNOWING if is_theirs else _GUESSING):
        return None
    required = skill.job_roles.get(person.job_role) or (skill.units.get(person.unit) or (0,))[0]
    if not required:
        return int(draw.random() < 0.2)
    usual = chance("unit", person.unit, skill.name).uniform(-0.9, 0.3)
    found = required + _GAPS.get((person.unit, skill.name), usual) + draw.gauss(0, _SPREAD) + gained
    return max(0, min(STEPS - 1, round(found)))


def gained(skill: SkillFact, stories: Mapping[str, Story], since: date, until: date) -> dict[int, float]:
    """What communities taught of the skill between the days, by the numbers of those who belonged to one."""
    stays = (stay for slug in skill.communities for stay in stories[slug].group.stays)
    return {
        stay.person.number: _GAINED
        for stay in stays
        if stay.joined_on < until and (stay.left_on is None or stay.left_on > since)
    }


def _agreement(person: Human, wave: str, question: AskedOf) -> int:
    draw = chance("agrees", wave, person.number, question.asked.id)
    around = _AGREEING.get(question.dimension, 2.4)
    if question.dimension == SAFETY:
        around += _SAFETY.get(person.unit, 0.0)
    found = max(0, min(STEPS - 1, round(around + (person.zeal - 0.5) + draw.gauss(0, 0.9))))
    return STEPS - 1 - found if question.reversed else found
