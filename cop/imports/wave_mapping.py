"""The part of a mapping that says what a wave asked, and what the cells of its answers mean. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from cop.choices import QuestionType, SkillLevel, SurveyKind
from cop.imports.layout import column_name
from cop.surveys.answers import STEPS, bare
from cop.surveys.audit import LEAST
from cop.surveys.collected import MOST_OPTIONS
from cop.surveys.inputs import LARGEST_SMALLEST, MOST_QUESTIONS
from cop.validation import LONG, Checks

KINDS_OF_WAVES = (SurveyKind.SKILL_GAP, SurveyKind.PULSE)
"""Feedback is given on a session that was held here."""
AGREEMENT = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
_LISTED = {QuestionType.SINGLE, QuestionType.MULTIPLE}
_WAVE = ("name", "kind", "day", "purpose", "smallest_group")
_QUESTION = (
    "type", "text", "column", "columns", "help", "dimension", "reversed", "skill", "options", "values", "empty",
    "separator", "chosen", "not_chosen",
)  # fmt: skip


@dataclass(frozen=True)
class QuestionMapping:
    """A question, the columns that hold its answers, and what their cells mean."""

    type: QuestionType
    text: str
    columns: tuple[str, ...]
    """One; of a question with several choices also several, each with at most one of them."""
    help: str
    dimension: str
    reversed: bool
    skill: str
    options: tuple[str, ...]
    """In their order; of single and multiple choices none where they are whatever the cells say."""
    values: Mapping[str, str]
    """What other spellings mean."""
    empty: frozenset[str]
    """Spellings that say that somebody doesn't know."""
    separator: str
    """What stands between several choices in one cell."""
    chosen: frozenset[str]
    """Where each option has a column: spellings by which a cell says that it was chosen. Its own name does, too."""
    not_chosen: frozenset[str]
    """Spellings by which a cell says that it wasn't; a blank one says nothing."""

    @property
    def is_ticked(self) -> bool:
        """Whether each option has a column of its own."""
        return bool(self.chosen)

    @cached_property
    def meanings(self) -> dict[str, str]:
        """By spelling, what is known to mean an option."""
        same = {spelling(option): option for option in self.options}
        return same | {spelling(text): same.get(spelling(meant), meant) for text, meant in self.values.items()}


@dataclass(frozen=True)
class WaveMapping:
    """A wave that a file holds the answers of."""

    name: str
    kind: SurveyKind
    day: date
    purpose: str
    smallest_group: int
    questions: tuple[QuestionMapping, ...]

    @property
    def columns(self) -> list[str]:
        """The file's columns that hold answers."""
        return [column for question in self.questions for column in question.columns]


def spelling(text: str) -> str:
    """A cell's words as they are compared: composed, spaces of any kind run together, whatever the case."""
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def wave_of(checks: Checks, place: str, wave: Any, questions: Any) -> WaveMapping | None:
    """What the tables “wave” and “questions” of a file say; problems go to `checks`."""
    if not isinstance(wave, dict):
        checks.fail(f"{place}.wave", f"{place}: “wave” must be a table that names the wave and its day.")
        return None
    if not isinstance(questions, list) or not all(isinstance(item, dict) for item in questions):
        checks.fail(f"{place}.questions", f"{place}: “questions” must be a list of tables, one a question.")
        return None
    if not questions:
        checks.fail(f"{place}.questions", f"{place}: at least one question is needed.")
    if len(questions) > MOST_QUESTIONS:
        checks.fail(f"{place}.questions", f"{place}: at most {MOST_QUESTIONS} questions fit.")
    _only(checks, f"{place}.wave", wave, _WAVE)
    smallest = wave.get("smallest_group", LEAST)
    if type(smallest) is not int or not LEAST <= smallest <= LARGEST_SMALLEST:
        fits = f"a number from {LEAST} to {LARGEST_SMALLEST}"
        checks.fail(f"{place}.wave.smallest_group", f"{place}: “smallest_group” must be {fits}.")
    kind = checks.one_of(f"{place}.wave.kind", f"{place}: “kind”", str(wave.get("kind", "")), KINDS_OF_WAVES)
    made = WaveMapping(
        name=" ".join(_text(checks, f"{place}.wave.name", "name", wave, 120, required=True).split()),
        kind=SurveyKind(kind),
        day=_day(checks, f"{place}.wave.day", wave.get("day")),
        purpose=_text(checks, f"{place}.wave.purpose", "purpose", wave, LONG),
        smallest_group=smallest,
        questions=tuple(
            _question(checks, f"{place}.questions[{number}]", item) for number, item in enumerate(questions, 1)
        ),
    )
    _nothing_twice(checks, place, made)
    return made


def _nothing_twice(checks: Checks, place: str, wave: WaveMapping) -> None:
    """The same asked twice would be blurred twice, and the mean of both is nearer to the truth."""
    seen: set[str] = set()
    for number, question in enumerate(wave.questions, 1):
        own = {f"words {bare(question.text)}"} | ({f"skill {bare(question.skill)}"} if question.skill else set())
        if question.type is not QuestionType.TEXT and own & seen:
            checks.fail(f"{place}.questions[{number}]", f"{place}: question {number} is asked twice.")
        seen |= own


def _question(checks: Checks, place: str, raw: dict[str, Any]) -> QuestionMapping:
    _only(checks, place, raw, _QUESTION)
    type_ = QuestionType(checks.one_of(f"{place}.type", f"{place}: “type”", str(raw.get("type", "")), QuestionType))
    skill = _text(checks, f"{place}.skill", "skill", raw, 120, required=type_ is QuestionType.LEVEL)
    if skill and type_ is not QuestionType.LEVEL:
        checks.fail(f"{place}.skill", f"{place}: only a question of type level has a skill.")
    options = _options(checks, place, type_, raw)
    values = raw.get("values", {})
    if not isinstance(values, dict) or not all(isinstance(item, str) for item in values.values()):
        checks.fail(f"{place}.values", f"{place}: “values” must be a table of texts.")
        values = {}
    known = {spelling(option) for option in options}
    for meant in values.values() if known else ():
        if spelling(meant) not in known:
            checks.fail(f"{place}.values", f"{place}: “{meant}” is none of: {', '.join(options)}.")
    return QuestionMapping(
        type=type_,
        text=_text(checks, f"{place}.text", "text", {"text": skill} | raw, 500, required=True),
        columns=_columns(checks, place, type_, raw),
        help=_text(checks, f"{place}.help", "help", raw, LONG),
        dimension=_text(checks, f"{place}.dimension", "dimension", raw, 80),
        reversed=raw.get("reversed") is True and type_ is QuestionType.LIKERT,
        skill=skill,
        options=options,
        values=values,
        empty=frozenset(spelling(item) for item in _texts(checks, f"{place}.empty", raw.get("empty", []))),
        separator=_text(checks, f"{place}.separator", "separator", raw, 5),
        chosen=_spellings(checks, place, "chosen", raw),
        not_chosen=_spellings(checks, place, "not_chosen", raw),
    )


def _spellings(checks: Checks, place: str, name: str, raw: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(spelling(item) for item in _texts(checks, f"{place}.{name}", raw.get(name, [])))


_IN_BRACKETS = re.compile(r"(.+?)\s*\[(.+)\]")


def in_brackets(column: str) -> tuple[str, str]:
    """Question and option of a column such as “Tools [Git]”; another one is an option alone."""
    found = _IN_BRACKETS.fullmatch(column)
    return (found[1], found[2]) if found else ("", column)


def _options(checks: Checks, place: str, type_: QuestionType, raw: Mapping[str, Any]) -> tuple[str, ...]:
    if type_ is QuestionType.LEVEL:
        return tuple(level.value for level in SkillLevel)
    given = [" ".join(item.split()) for item in _texts(checks, f"{place}.options", raw.get("options", []))]
    columns = raw.get("columns", [])
    if raw.get("chosen") and isinstance(columns, list):
        given = given or [in_brackets(column_name(str(name)))[1] for name in columns]
        if type_ is not QuestionType.MULTIPLE or len(given) != len(columns):
            checks.fail(f"{place}.chosen", f"{place}: “chosen” needs type multiple, and as many columns as options.")
    problem = _problem(type_, given)
    if problem:
        checks.fail(f"{place}.options", f"{place}: {problem}")
    return AGREEMENT if type_ is QuestionType.LIKERT and len(given) != STEPS else tuple(given)


def _problem(type_: QuestionType, options: list[str]) -> str:
    if type_ is QuestionType.LIKERT and len(options) not in {0, STEPS}:
        return f"agreement has {STEPS} steps, so it needs {STEPS} words, from the lowest on, or none."
    if type_ is QuestionType.TEXT and options:
        return "this type has no options."
    if len(options) > MOST_OPTIONS or (type_ in _LISTED and len(options) == 1):
        return f"there must be 2 to {MOST_OPTIONS} options, or none: then they are whatever the cells say."
    if len({spelling(option) for option in options}) < len(options):
        return "an option stands there twice."
    return "an option is empty or too long." if any(not 0 < len(option) <= 200 for option in options) else ""


def _columns(checks: Checks, place: str, type_: QuestionType, raw: Mapping[str, Any]) -> tuple[str, ...]:
    given = [raw["column"]] if "column" in raw else raw.get("columns", [])
    columns = tuple(column_name(name) for name in _texts(checks, f"{place}.columns", given))
    if ("column" in raw) == ("columns" in raw) or not all(columns) or not columns:
        checks.fail(f"{place}.columns", f"{place}: “column” must name a column, or “columns” several.")
    elif len(columns) > 1 and type_ is not QuestionType.MULTIPLE:
        checks.fail(f"{place}.columns", f"{place}: only a question of type multiple is spread over several columns.")
    return columns


def _day(checks: Checks, place: str, raw: Any) -> date:
    try:
        return date.fromisoformat(raw if isinstance(raw, str) else "")
    except ValueError:
        checks.fail(place, f"{place}: the day must be a text such as “2026-03-05”.")
        return date.min


def _text(checks: Checks, place: str, name: str, raw: Mapping[str, Any], limit: int, *, required: bool = False) -> str:
    value = raw.get(name, "")
    if not isinstance(value, str):
        checks.fail(place, f"{place}: a text is expected.")
        return ""
    # A separator may be a space or a tab.
    where, _dot, _name = place.rpartition(".")
    label = f"{where}: the {name}"
    return value if name == "separator" else checks.text(place, label, value, limit=limit, required=required)


def _texts(checks: Checks, place: str, raw: Any) -> list[str]:
    if isinstance(raw, list) and all(isinstance(item, str) for item in raw):
        return raw
    checks.fail(place, f"{place}: a list of texts is expected.")
    return []


def _only(checks: Checks, place: str, raw: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in raw.keys() - set(known):
        checks.fail(f"{place}.{name}", f"{place}: “{name}” is not known here (known: {', '.join(known)}).")
