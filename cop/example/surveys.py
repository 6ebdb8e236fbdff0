"""The example's surveys: two on skills half a year apart, a pulse, and one that is open, each by the office's own operations.

Only the answers are written at once, not one by one as people give them: all is one transaction.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import QuestionType, SurveyKind
from cop.example.clock import Clock, at
from cop.example.source import Source, chance
from cop.example.story import World
from cop.example.survey_answers import AskedOf, answer, answers, areas_of, gained
from cop.example.trail import Step
from cop.models import Answer, OrgUnit, Participation, Question, Survey
from cop.permissions import Actor
from cop.surveys import template_operations, wave_operations
from cop.surveys.answers import Asked, checked
from cop.surveys.audit import LEAST
from cop.surveys.inputs import Audience, QuestionInput
from cop.surveys.starters import PULSE, SESSION_FEEDBACK, Starter, skill_gap

_UNITS = ("Software Products", "Consulting & Projects", "Data & Platform")
"""Who is asked, with all below them."""
_AREAS = {"Software Engineering", "Data & AI", "Security & Compliance", "Power Systems", "Delivery & Consulting"}
"""Whose skills are asked for."""
_PLATFORM_SKILLS = (
    "Data modelling", "SQL", "Machine learning", "Cloud operations", "Working with AI assistants", "Secure development",
)  # fmt: skip


@dataclass(frozen=True)
class _Wave:
    """A wave of the example; days are counted back from today."""

    template: Starter
    name: str
    opened: int
    closes: int
    eagerness: float
    units: tuple[str, ...] = ()
    """Who is asked, with all below them; none for everybody."""

    @property
    def is_open(self) -> bool:
        return self.closes < 0


class SurveyWriter:
    """Makes templates and waves at their moments, which `cop.example.trail` leads through."""

    def __init__(
        self, db: DbSession, source: Source, world: World, clock: Clock, *, office: Actor, person_ids: list[int]
    ) -> None:
        self.db, self.clock, self.office = db, clock, office
        self.skills = {fact.name: fact for fact in source.skills}
        self.stories = {story.fact.slug: story for story in world.stories}
        self.people = {key: world.people[number] for number, key in enumerate(person_ids)}
        self.sign_ins = {key for key, person in self.people.items() if person.sign_in}
        self.skill_ids: dict[str, int] = {}
        self.template_ids: dict[str, int] = {}
        self.survey_ids: dict[str, int] = {}

    def steps(self, skill_ids: dict[str, int]) -> Iterator[Step]:
        """Everything that happened, each at its moment."""
        self.skill_ids = skill_ids
        first, second, pulse, running = self._waves()
        yield Step(at(self.clock.back(first.opened), 8), self._templates)
        for wave in (first, second, pulse, running):
            yield Step(at(self.clock.back(wave.opened), 9), partial(self._open, wave))
            if wave.is_open:
                yield Step(at(self.clock.back(wave.opened), 10), partial(self._answer, wave))
            else:
                yield Step(at(self.clock.back(wave.closes - 1), 7), partial(self._close, wave))

    def _waves(self) -> tuple[_Wave, _Wave, _Wave, _Wave]:
        asked = (self.skill_ids[name] for name, fact in self.skills.items() if fact.area in _AREAS)
        skills = skill_gap("software, data and projects", asked)

        def month(days: int) -> str:
            return f"{self.clock.back(days):%B %Y}"

        return (
            _Wave(skills, f"Our skills, {month(200)}", 200, 186, 0.56, _UNITS),
            _Wave(skills, f"Our skills, {month(24)}", 24, 10, 0.56, _UNITS),
            _Wave(PULSE, f"Pulse, {month(60)}", 60, 46, 0.45, _UNITS),
            _Wave(_platform(self.skill_ids), "Before we choose a data platform", 4, -10, 0.15, ("Data & Platform",)),
        )

    def _templates(self) -> None:
        now = at(self.clock.back(self._waves()[0].opened), 8)
        starters = (self._waves()[0].template, PULSE, SESSION_FEEDBACK, _platform(self.skill_ids))
        for one in starters:
            self.template_ids[one.name] = template_operations.add_template(
                self.db,
                self.office,
                now=now,
                name=one.name,
                kind=one.kind,
                purpose=one.purpose,
                questions=one.questions,
            )

    def _open(self, wave: _Wave) -> None:
        now = at(self.clock.back(wave.opened), 9)
        units = sa.select(OrgUnit.id).where(OrgUnit.name.in_(wave.units))
        key = wave_operations.create_wave(
            self.db,
            self.office,
            now=now,
            template_id=self.template_ids[wave.template.name],
            name=wave.name,
            purpose=wave.template.purpose,
            audience=Audience(unit_ids=tuple(self.db.scalars(units))),
            smallest_group=LEAST,
            closes_on=self.clock.back(wave.closes),
            named=False,
        )
        wave_operations.open_wave(self.db, self.office, now=now, survey_id=key, version=self._version(key))
        self.survey_ids[wave.name] = key

    def _close(self, wave: _Wave) -> None:
        self._answer(wave)
        key = self.survey_ids[wave.name]
        wave_operations.close_wave(
            self.db,
            self.office,
            now=at(self.clock.back(wave.closes - 1), 7),
            survey_id=key,
            version=self._version(key),
            rng=np.random.default_rng(chance("blur", key).getrandbits(128)),
        )

    def _version(self, survey_id: int) -> int:
        return self.db.get_one(Survey, survey_id).version

    def _answer(self, wave: _Wave) -> None:
        """Who answers and what they say, written at once; the four who sign in leave the open wave for later."""
        key = self.survey_ids[wave.name]
        questions = self._questions(key)
        learnt = self._learnt(wave, questions)
        rows = self.db.scalars(sa.select(Participation).where(Participation.survey_id == key)).all()
        told = []
        for row in rows:
            person = self.people[row.person_id]
            waits = wave.is_open and row.person_id in self.sign_ins
            if (
                waits
                or not person.works(self.clock.back(self._waves()[0].opened))
                or not answers(person, wave.eagerness)
            ):
                continue
            row.done = True
            areas = areas_of(person, self.skills.values())
            values = {
                one.asked.id: answer(
                    person, wave.name, one, gained=learnt.get((person.number, one.asked.id), 0.0), areas=areas
                )
                for one in questions
            }
            told.append(self._row(key, row.person_id, row.cohort_id, [one.asked for one in questions], values))
        self.db.flush()
        if told:
            self.db.execute(sa.insert(Answer), sorted(told, key=lambda row: row["id"]))

    def _questions(self, survey_id: int) -> list[AskedOf]:
        names = {key: name for name, key in self.skill_ids.items()}
        rows = self.db.scalars(sa.select(Question).where(Question.survey_id == survey_id).order_by(Question.place))
        return [
            AskedOf(
                Asked(row.id, row.type, tuple(row.options or ())),
                self.skills[names[row.skill_id]] if row.skill_id is not None else None,
                row.dimension,
                row.reversed,
            )
            for row in rows
        ]

    def _learnt(self, wave: _Wave, questions: list[AskedOf]) -> dict[tuple[int, int], float]:
        """Levels won since the first wave, by person and question."""
        first = self._waves()[0]
        if wave.name == first.name:
            return {}
        since, until = self.clock.back(first.closes), self.clock.back(wave.opened)
        return {
            (number, one.asked.id): levels
            for one in questions
            if one.skill is not None
            for number, levels in gained(one.skill, self.stories, since, until).items()
        }

    @staticmethod
    def _row(
        survey_id: int, person_id: int, cohort_id: int, asked: list[Asked], values: dict[int, Any]
    ) -> dict[str, Any]:
        """What is kept of an answer; nobody has its receipt code."""
        draw = chance("receipt", survey_id, person_id)
        return {
            "id": f"{draw.getrandbits(128):032x}",
            "survey_id": survey_id,
            "cohort_id": cohort_id,
            "receipt_hash": f"{draw.getrandbits(256):064x}",
            "values": checked(asked, values),
        }


def _platform(skill_ids: dict[str, int]) -> Starter:
    """One question of each type, for the units that the choice is about."""
    return Starter(
        name="Before we choose a data platform",
        kind=SurveyKind.SKILL_GAP.value,
        purpose="We choose a platform in the next quarter. What do we know already, and how do we want to learn the rest?",
        questions=(
            *(QuestionInput(QuestionType.LEVEL.value, "", skill_id=skill_ids[name]) for name in _PLATFORM_SKILLS),
            QuestionInput(QuestionType.LIKERT.value, "I have enough time to learn what my work needs."),
            QuestionInput(
                QuestionType.SINGLE.value,
                "How do you learn best?",
                options=("With a colleague at my side", "In a workshop", "By building something", "By reading"),
            ),
            QuestionInput(
                QuestionType.MULTIPLE.value,
                "What would you come to?",
                options=("A weekly hour of questions", "A course of three days", "A pilot project", "A reading group"),
            ),
            QuestionInput(
                QuestionType.TEXT.value,
                "What should we know before we choose?",
                help="No names of clients or colleagues.",
            ),
        ),
    )
