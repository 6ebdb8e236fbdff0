"""Which answers a question takes, and in which columns they are counted. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cop.catalog.search import fold
from cop.choices import QuestionType
from cop.validation import Checks

STEPS = 5
"""Of a level (0–4) and of agreement (0, not at all, to 4)."""
AGREEMENT = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
"""The words of the steps of agreement, where a question has none of its own."""
LONGEST_COMMENT = 2_000
_SCALES = {QuestionType.LEVEL, QuestionType.LIKERT}

Column = tuple[int, int]
"""A question and, where it has several choices, which of them, from 1 on; else 0."""


@dataclass(frozen=True)
class Asked:
    """A question, as far as answers have to do with it."""

    id: int
    type: QuestionType
    options: tuple[str, ...]

    @property
    def is_scale(self) -> bool:
        """Whether its answers have a mean."""
        return self.type in _SCALES


def bare(text: str) -> str:
    """A question's words as they are compared: without case, accents, spaces and signs."""
    return re.sub(r"\W+", "", fold(text))


def checked(questions: Iterable[Asked], values: Mapping[int, Any]) -> dict[str, Any]:
    """The answers that say something, by question, as they are stored.

    A step, an option by its place from 0, the places of several, or words; None is "don't know" and isn't stored.
    Raises Invalid by question.
    """
    asked = {question.id: question for question in questions}
    checks = Checks()
    found: dict[str, Any] = {}
    for key, value in values.items():
        if key not in asked:
            checks.fail(str(key), "This question isn't asked any more.")
        elif value is not None and (kept := _checked(checks, asked[key], value)) not in (None, ""):
            found[str(key)] = kept
    checks.done()
    return found


def _checked(checks: Checks, question: Asked, value: Any) -> Any:
    key = str(question.id)
    if question.type is QuestionType.TEXT:
        if isinstance(value, str):
            return checks.text(key, "The comment", value, limit=LONGEST_COMMENT)
    elif question.type is QuestionType.MULTIPLE:
        if isinstance(value, list | tuple | set) and all(_is_place(item, len(question.options)) for item in value):
            return sorted(set(value))
    elif _is_place(value, levels(question)):
        return value
    checks.fail(key, "Choose among the answers that are offered, or that you don't know.")
    return None


def _is_place(value: Any, count: int) -> bool:
    return type(value) is int and 0 <= value < count


def levels(question: Asked) -> int:
    """How many different answers a question of one choice has."""
    return STEPS if question.is_scale else len(question.options)


def columns(question: Asked) -> dict[Column, int]:
    """The columns in which a question is counted, with their levels; of several choices each is a yes or no."""
    if question.type is QuestionType.TEXT:
        return {}
    if question.type is QuestionType.MULTIPLE:
        return {(question.id, place): 2 for place, _option in enumerate(question.options, 1)}
    return {(question.id, 0): levels(question)}


def counted(question: Asked, value: Any) -> dict[Column, int | None]:
    """What a stored answer adds to each column; None for "don't know"."""
    if value is None or question.type is not QuestionType.MULTIPLE:
        return dict.fromkeys(columns(question), value)
    return {column: int(column[1] - 1 in value) for column in columns(question)}
