"""Questions as they are typed: what one type doesn't ask for stays, should the type be changed back. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cop.choices import QuestionType
from cop.surveys.answers import STEPS
from cop.surveys.inputs import QuestionInput

_CHOICES = {QuestionType.SINGLE, QuestionType.MULTIPLE}


@dataclass
class TypedQuestion:
    """A question on its way to becoming one; `lines` are the options, one a line."""

    type: str = QuestionType.LIKERT.value
    text: str = ""
    help: str = ""
    lines: str = ""
    own_words: bool = False
    words: list[str] = field(default_factory=lambda: [""] * STEPS)
    """Of the steps of agreement, where they aren't the usual ones."""
    reversed: bool = False
    dimension: str | None = None
    skill_id: int | None = None

    @classmethod
    def of(cls, question: QuestionInput) -> "TypedQuestion":
        """As its fields would hold it."""
        is_scale = question.type == QuestionType.LIKERT
        own_words = is_scale and len(question.options) == STEPS
        return cls(
            type=question.type,
            text=question.text,
            help=question.help,
            lines="" if is_scale else "\n".join(question.options),
            own_words=own_words,
            words=list(question.options) if own_words else [""] * STEPS,
            reversed=question.reversed,
            dimension=question.dimension or None,
            skill_id=question.skill_id,
        )

    def as_input(self) -> QuestionInput:
        """What the operations are given: only what the type asks for."""
        is_scale = self.type == QuestionType.LIKERT
        return QuestionInput(
            type=self.type,
            text=self.text,
            help=self.help,
            options=self._options(),
            skill_id=self.skill_id if self.type == QuestionType.LEVEL else None,
            reversed=self.reversed and is_scale,
            dimension=(self.dimension or "") if is_scale else "",
        )

    def _options(self) -> tuple[str, ...]:
        if self.type == QuestionType.LIKERT:
            return tuple(self.words) if self.own_words and any(word.strip() for word in self.words) else ()
        if self.type in _CHOICES:
            return tuple(line.strip() for line in self.lines.splitlines() if line.strip())
        return ()


@dataclass
class TypedQuestions:
    """Questions in the making, each under a number that stays when it changes its place."""

    rows: dict[int, TypedQuestion]

    @classmethod
    def of(cls, questions: Iterable[QuestionInput]) -> "TypedQuestions":
        """These questions, in their order."""
        return cls({key: TypedQuestion.of(question) for key, question in enumerate(questions)})

    @property
    def said(self) -> tuple[QuestionInput, ...]:
        """What the operations are given."""
        return tuple(row.as_input() for row in self.rows.values())

    @property
    def skills(self) -> dict[int, int]:
        """The skills that are asked for, each with its question's number."""
        return {row.skill_id: key for key, row in self.rows.items() if row.skill_id is not None}

    def add(self, *questions: TypedQuestion) -> int:
        """Put them at the end; returns the number of the last."""
        for question in questions:
            self.rows[max(self.rows, default=-1) + 1] = question
        return max(self.rows, default=-1)

    def move(self, key: int, by: int) -> None:
        """A question so many places further on, or back; at the ends it stays."""
        order = [each for each in self.rows if each != key]
        order.insert(max(0, min(len(order), list(self.rows).index(key) + by)), key)
        self.rows = {each: self.rows[each] for each in order}

    def ask_for(self, skills: Iterable[int]) -> int:
        """Ask for those of the skills that aren't asked for yet; returns how many that are."""
        new = [key for key in skills if key not in self.skills]
        self.add(*(TypedQuestion(type=QuestionType.LEVEL.value, skill_id=key) for key in new))
        return len(new)

    def keep_skills(self, skills: Iterable[int]) -> None:
        """Take out the skills that aren't among these."""
        wanted = set(skills)
        self.rows = {key: row for key, row in self.rows.items() if row.skill_id is None or row.skill_id in wanted}
