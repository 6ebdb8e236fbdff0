"""From the cells of a row to what somebody answered. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from cop.choices import QuestionType
from cop.imports.cells import Unreadable, read_cell
from cop.imports.kinds import Field, Reading
from cop.imports.problems import Reporter
from cop.imports.wave_mapping import QuestionMapping, WaveMapping, spelling
from cop.surveys.answers import LONGEST_COMMENT

_COMMENT = Field(Reading.TEXT, LONGEST_COMMENT)
_OPTION = Field(limit=200)
_NUMBERS = frozenset("01234")
"""Of levels, where they aren't told in words."""


def read_answers(wave: WaveMapping, row: int, cells: Mapping[str, str], reporter: Reporter) -> dict[int, Any]:
    """The answers by the question's place, from 1 on; what is empty isn't there, what can't be read is reported.

    A step from 0 on, the words of an option, a list of several, or a comment.
    """
    found: dict[int, Any] = {}
    for place, question in enumerate(wave.questions, 1):
        column = question.columns[0]
        try:
            for column, said in _said(question, cells):  # noqa: B007 - for the report
                _take(found, place, question, said)
        except Unreadable as problem:
            found.pop(place, None)
            reporter.leave_empty(row, column, problem.reason, problem.detail)
    return found


def _said(question: QuestionMapping, cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each thing that the row says, with its column."""
    for column in question.columns:
        text = cells[column]
        if spelling(text) in question.empty:
            continue
        for part in text.split(question.separator) if question.separator else [text]:
            if part.strip() and spelling(part) not in question.empty:
                yield column, part


def _take(found: dict[int, Any], place: int, question: QuestionMapping, text: str) -> None:
    if question.type is QuestionType.TEXT:
        found[place] = read_cell(text, _COMMENT)
        return
    option = _option(question, text)
    if question.type is QuestionType.MULTIPLE:
        found.setdefault(place, [])
        found[place] += [] if option in found[place] else [option]
    elif question.type is QuestionType.SINGLE:
        found[place] = option
    else:
        found[place] = question.options.index(option)


def _option(question: QuestionMapping, text: str) -> str:
    """The option that a spelling means. Raises Unreadable."""
    meant = question.meanings.get(spelling(text))
    if meant is not None:
        return meant
    if question.type is QuestionType.LEVEL and text.strip() in _NUMBERS:
        return question.options[int(text)]
    if question.options:
        raise Unreadable("unknown_value", f"(known: {', '.join(question.options)})")
    return str(read_cell(text, _OPTION))
