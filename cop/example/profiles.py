"""What the example's people say of their own skills, by chance around what their job role requires."""

from dataclasses import dataclass
from datetime import date

from cop.example.clock import Clock
from cop.example.people import Human
from cop.example.source import SkillFact, chance

_ANSWERING = 0.55
"""The share of people who say anything."""
_KNOWING = 0.88
_HELPING = 0.3
_STEPS = {-2: 0.12, -1: 0.33, 0: 0.4, 1: 0.15}
"""How far from what is required, and how often."""


@dataclass(frozen=True)
class Said:
    """One answer; a level of None is "don't know"."""

    person: Human
    skill: str
    level: int | None
    wants_to_learn: bool
    can_help: bool
    on: date


def profiles(people: list[Human], skills: tuple[SkillFact, ...], clock: Clock) -> list[Said]:
    """The answers of those who are there today; the four who sign in all answered."""
    draw = chance("profiles")
    said = []
    for person in people:
        answers = draw.random() < _ANSWERING
        if person.works(clock.today) and (answers or person.sign_in):
            on = max(person.hired_on, clock.back(draw.randrange(5, 120)))
            said += [_answer(person, skill, on) for skill in skills if person.job_role in skill.job_roles]
    return said


def _answer(person: Human, skill: SkillFact, on: date) -> Said:
    draw = chance("profile", person.number, skill.name)
    required = skill.job_roles[person.job_role]
    step = draw.choices(list(_STEPS), list(_STEPS.values()))[0]
    level = min(4, max(0, required + step)) if draw.random() < _KNOWING else None
    return Said(
        person,
        skill.name,
        level,
        wants_to_learn=(level is None or level < required) and draw.random() < person.zeal,
        can_help=level is not None and level >= 3 and draw.random() < _HELPING,
        on=on,
    )
