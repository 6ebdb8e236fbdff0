"""What somebody who is asked sees of a wave: which questions, in which order, and what may be chosen. Pure."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cop.choices import QuestionType, SurveyKind
from cop.skills.levels import LEVELS
from cop.surveys.answers import AGREEMENT

_SECONDS_EACH = 6
_BELOW = 2
"""Of 0–4: below it a session wasn't worth the time, and one is asked what would have made it so."""


@dataclass(frozen=True)
class FormQuestion:
    """A question to answer; of a skill with what its levels mean and who asks for it."""

    id: int
    type: str
    text: str
    help: str = ""
    options: tuple[str, ...] = ()
    skill_id: int | None = None
    description: str = ""
    levels: tuple[str, ...] = ()
    required: int | None = None
    """By the job role of who answers."""
    unit_needs: bool = False

    @property
    def choices(self) -> tuple[str, ...]:
        """The words of what may be chosen, by place; none for a question that is answered in words."""
        if self.type == QuestionType.LEVEL:
            return tuple(LEVELS.values())
        if self.type == QuestionType.LIKERT:
            return self.options or AGREEMENT
        return self.options


@dataclass(frozen=True)
class Form:
    """A wave to answer, with what is promised to who does."""

    id: int
    name: str
    kind: str
    purpose: str
    named: bool
    smallest_group: int
    closes_on: date
    done: bool
    questions: tuple[FormQuestion, ...]
    asked_by: str = ""
    """The community whose session it is about; else the programme office asks."""
    about: str = ""
    """That session, and its day."""


@dataclass(frozen=True)
class Section:
    """Questions under a heading."""

    title: str
    questions: tuple[FormQuestion, ...]


@dataclass(frozen=True)
class Arrangement:
    """What is shown in its order, and the skills that are left to be searched."""

    sections: tuple[Section, ...]
    others: tuple[FormQuestion, ...]

    @property
    def shown(self) -> tuple[FormQuestion, ...]:
        """All questions that are shown."""
        return tuple(question for section in self.sections for question in section.questions)


def arranged(form: Form, values: Mapping[int, Any], also: Container[int] = ()) -> Arrangement:
    """Skills that the job role requires come first, then those that the unit needs, then all that is no skill.

    Other skills are shown where they were looked for (`also`) or have an answer already; all of them where neither
    job role nor unit asks for one of the wave.
    """
    skills = [question for question in form.questions if question.type == QuestionType.LEVEL]
    rest = [question for question in form.questions if question.type != QuestionType.LEVEL]
    required = [question for question in skills if question.required is not None]
    needed = [question for question in skills if question.required is None and question.unit_needs]
    others = [question for question in skills if question.required is None and not question.unit_needs]
    everything = not required and not needed
    chosen = [question for question in others if everything or question.id in also or question.id in values]
    found = (
        ("What your job role requires", required),
        ("What your unit needs", needed),
        ("Skills" if everything else "Other skills", chosen),
        ("Questions" if skills else "", [question for question in rest if _is_asked(form, question, values)]),
    )
    sections = tuple(Section(title, tuple(questions)) for title, questions in found if questions)
    shown = {question.id for section in sections for question in section.questions}
    return Arrangement(sections, tuple(question for question in others if question.id not in shown))


def _is_asked(form: Form, question: FormQuestion, values: Mapping[int, Any]) -> bool:
    """What would have made a session worthwhile is asked of those for whom it wasn't; what was written stays."""
    if form.kind != SurveyKind.SESSION_FEEDBACK or question.type != QuestionType.TEXT or values.get(question.id):
        return True
    scale = next((other for other in form.questions if other.type == QuestionType.LIKERT), None)
    mark = values.get(scale.id) if scale is not None else 0
    return mark is not None and mark < _BELOW


def in_minutes(questions: int) -> str:
    """About how long that many questions take, such as "3 minutes"; one minute at least."""
    minutes = max(1, round(questions * _SECONDS_EACH / 60))
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def unanswered(questions: Sequence[FormQuestion], values: Mapping[int, Any]) -> list[FormQuestion]:
    """Those that were passed over; "don't know" is an answer here."""
    return [question for question in questions if question.id not in values or values[question.id] == ""]


def in_words(question: FormQuestion, value: Any) -> str:
    """An answer as it reads; "Don't know" without one."""
    if value is None or value == "":
        return "Don't know"
    if question.type == QuestionType.TEXT:
        return str(value)
    if question.type == QuestionType.MULTIPLE:
        return ", ".join(question.choices[place] for place in value) or "None of these"
    return question.choices[int(value)]
