"""From the cells of a row to what somebody answered. Pure."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
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
            if question.is_ticked:
                ticked = _ticked(question, cells)
                found |= {} if ticked is None else {place: ticked}
                continue
            for column, text in _texts(question, cells):  # noqa: B007 - for the report
                _take(found, place, question, text)
        except Unreadable as problem:
            found.pop(place, None)
            where = problem.column if isinstance(problem, _UnknownTick) else column
            reporter.leave_empty(row, where, problem.reason, problem.detail)
    return found


class _UnknownTick(Unreadable):
    """A cell of an option says neither that it was chosen nor that it wasn't."""

    def __init__(self, column: str, known: Iterable[str]) -> None:
        self.column = column
        super().__init__("unknown_value", f"(known: {', '.join(sorted(known))})")


def _ticked(question: QuestionMapping, cells: Mapping[str, str]) -> list[str] | None:
    """The chosen options where each has a column; None where all cells are blank."""
    chosen, answered = [], False
    for column, option in zip(question.columns, question.options, strict=True):
        text = spelling(cells[column])
        if not text or text in question.empty:
            continue
        if text in question.chosen or text == spelling(option):
            chosen.append(option)
        elif text not in question.not_chosen:
            raise _UnknownTick(column, question.chosen | question.not_chosen)
        answered = True
    return chosen if answered else None


def _texts(question: QuestionMapping, cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each thing that the row says, with its column."""
    for column in question.columns:
        text = cells[column]
        if spelling(text) in question.empty:
            continue
        parts = split_choices(text, question.separator, question.meanings) if question.separator else [text]
        for part in parts:
            if part.strip() and spelling(part) not in question.empty:
                yield column, part


_MOST_PIECES = 12
"""So many separators may stand in one option."""


def split_choices(text: str, separator: str, known: Container[str] = ()) -> Iterator[str]:
    """The choices of a cell. A known option may hold the separator; in an unknown one it may stand in brackets."""
    pieces = text.split(separator)
    place = 0
    while place < len(pieces):
        length = _known_length(pieces[place:], separator, known) or _balanced_length(pieces[place:])
        yield separator.join(pieces[place : place + length])
        place += length


def _known_length(pieces: Sequence[str], separator: str, known: Container[str]) -> int:
    """How many pieces make a known option: the longest counts; 0 where none does."""
    lengths = range(min(len(pieces), _MOST_PIECES), 0, -1)
    return next((length for length in lengths if spelling(separator.join(pieces[:length])) in known), 0)


def _balanced_length(pieces: Sequence[str]) -> int:
    """How many pieces close all brackets that they open; 1 where none do."""
    depth = 0
    for length, piece in enumerate(pieces[:_MOST_PIECES], 1):
        depth += sum(piece.count(char) for char in "([") - sum(piece.count(char) for char in ")]")
        if depth <= 0:
            return length
    return 1


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
