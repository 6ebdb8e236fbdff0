"""Waves that were asked elsewhere, from files of answers. Pure.

A wave becomes a closed one: its questions, its groups, and a table of what may be told. What somebody answered goes into
that table when the import is written, and nowhere else.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from cop.catalog.search import fold
from cop.choices import GroupKind, QuestionType, SurveyState
from cop.imports.cells import Unreadable
from cop.imports.changes import New, WaveAnswers
from cop.imports.draft import Draft
from cop.imports.records import Record, Sheet
from cop.imports.wave_mapping import AGREEMENT, QuestionMapping, WaveMapping
from cop.periods import local_day
from cop.surveys.answers import Asked
from cop.surveys.collected import MOST_OPTIONS, Collected, Respondent

_LISTED = {QuestionType.SINGLE, QuestionType.MULTIPLE}
_EVERYBODY = "Everybody who answered"
_LONGEST_NAME = 120
_REFERENCES = {
    GroupKind.ORG_UNIT: "org_unit_id",
    GroupKind.JOB_ROLE: "job_role_id",
    GroupKind.COMMUNITY: "community_id",
}
Group = tuple[GroupKind, str, Any]
"""Its kind, its name, and the unit, job role or community of that name here; None where there is none."""


def plan_waves(draft: Draft) -> None:
    """A wave of each file of answers; one whose name is there already is refused."""
    for sheet in draft.job.of("survey_answers"):
        wave = sheet.mapping.wave
        if wave is not None and _may_begin(draft, sheet, wave):
            _plan_wave(draft, sheet, wave)


def _may_begin(draft: Draft, sheet: Sheet, wave: WaveMapping) -> bool:
    names = {fold(row["name"]) for row in draft.shelves["survey"].rows().values()}
    if fold(wave.name) in names:
        draft.refuse_file(sheet, "wave_is_there", detail=f"({wave.name})")
        return False
    if wave.day > local_day(draft.now, draft.time_zone):
        draft.refuse_file(sheet, "wave_to_come")
    return True


def _plan_wave(draft: Draft, sheet: Sheet, wave: WaveMapping) -> None:
    kept = list(_respondents(draft, sheet))
    skills = [_skill(draft, sheet, question) for question in wave.questions]
    asked = tuple(
        Asked(place, question.type, _options(draft, sheet, place, question, kept))
        for place, question in enumerate(wave.questions, 1)
    )
    if len(kept) < wave.smallest_group:
        draft.refuse_file(sheet, "too_few_respondents", detail=f"({len(kept)} of {wave.smallest_group})")
        return
    groups = _Groups(draft)
    people = tuple(Respondent(groups.of(record), _values(asked, record)) for record in kept)
    collected = Collected(asked, tuple(kind for kind, _name, _id in groups.numbers), people, wave.smallest_group)
    draft.waves.append(_rows(draft, sheet, wave, collected, list(groups.numbers), skills))


def _respondents(draft: Draft, sheet: Sheet) -> Iterator[Record]:
    """The rows that count; each of them is a person, so that k people are k rows.

    Without a column that names the respondent each row is somebody else.
    """
    seen: dict[str, int] = {}
    for record in sheet.records:
        who = str(record.values.get("respondent", record.row)).casefold()
        if not record.answers:
            draft.leave_out(sheet, record, "no_answer", "respondent")
        elif who in seen:
            draft.leave_out(sheet, record, "answered_twice", "respondent", detail=f"(row {seen[who]})")
        else:
            seen[who] = record.row
            _report_groups(draft, sheet, record)
            draft.claim(sheet, record, "answer", New("answer", len(seen)))
            yield record


def _report_groups(draft: Draft, sheet: Sheet, record: Record) -> None:
    """A group's name is as long as ours may be, and one unit's."""
    for name in ("org_unit", "community"):
        for text in _listed(record, name):
            if len(text) > _LONGEST_NAME:
                draft.leave_empty(sheet, record, "too_long", name)


def _listed(record: Record, name: str) -> list[str]:
    """The communities of a cell, one or several with semicolons between; any other cell as a whole."""
    text = record.values.get(name) or ""
    parts = text.split(";") if name == "community" else [text]
    return [part.strip() for part in parts if part.strip()]


class _Groups:
    """The groups of a file's respondents, numbered from 1 on as they come."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._spelt: dict[tuple[GroupKind, str], str] = {}
        """How a name that isn't known here was written first."""
        self.numbers: dict[Group, int] = {}

    def of(self, record: Record) -> frozenset[int]:
        """The whole, the unit with those above it, the job role, the communities; by our names where they are known."""
        found: list[Group] = [(GroupKind.WHOLE, _EVERYBODY, None)]
        for kind in _REFERENCES:
            for text in _listed(record, kind.value):
                found += self._named(kind, text) if len(text) <= _LONGEST_NAME else ()
        return frozenset(self.numbers.setdefault(group, len(self.numbers) + 1) for group in found)

    def _named(self, kind: GroupKind, text: str) -> Iterator[Group]:
        try:
            key = self._known(kind, text)
        except Unreadable:
            yield kind, self._spelt.setdefault((kind, text.casefold()), text), None
            return
        shelf = self._draft.shelves[kind.value]
        above: set[Any] = set()
        while key is not None and key not in above:
            above.add(key)
            yield kind, shelf.get(key)["name"], key
            key = shelf.get(key).get("parent_id") if kind is GroupKind.ORG_UNIT else None

    def _known(self, kind: GroupKind, text: str) -> Any:
        if kind is GroupKind.ORG_UNIT:
            return self._draft.unit(text)
        if kind is GroupKind.COMMUNITY:
            return self._draft.community(text)
        return self._draft.by_name("job_role", text, create=False, reason="unknown_role")


def _skill(draft: Draft, sheet: Sheet, question: QuestionMapping) -> Any:
    if not question.skill:
        return None
    try:
        create = "skills" in sheet.mapping.options.create
        return draft.by_name("skill", question.skill, create=create, reason="no_such_skill")
    except Unreadable as problem:
        draft.refuse_file(sheet, problem.reason, column=question.columns[0], detail=f"({question.skill})")
        return None


def _options(draft: Draft, sheet: Sheet, place: int, question: QuestionMapping, kept: list[Record]) -> tuple[str, ...]:
    """Those that the mapping lists, else all that somebody chose, by name."""
    if question.type not in _LISTED or question.options:
        return question.options
    chosen: dict[str, str] = {}
    for record in kept:
        for option in _several(record.answers.get(place)):
            chosen.setdefault(option.casefold(), option)
    if not 2 <= len(chosen) <= MOST_OPTIONS:
        draft.refuse_file(sheet, "wrong_options", column=question.columns[0], detail=f"({len(chosen)})")
    return tuple(sorted(chosen.values(), key=str.casefold))


def _several(answer: Any) -> list[str]:
    if answer is None:
        return []
    return answer if isinstance(answer, list) else [answer]


def _values(asked: tuple[Asked, ...], record: Record) -> dict[str, Any]:
    """What somebody answered as it is counted: options by their place from 0 on."""
    found: dict[str, Any] = {}
    for question in asked:
        answer = record.answers.get(question.id)
        if answer is None or question.type not in _LISTED:
            found |= {str(question.id): answer} if answer is not None else {}
            continue
        places = {option.casefold(): place for place, option in enumerate(question.options)}
        chosen = sorted({places[option.casefold()] for option in _several(answer)})
        found[str(question.id)] = chosen if question.type is QuestionType.MULTIPLE else chosen[0]
    return found


def _rows(
    draft: Draft, sheet: Sheet, wave: WaveMapping, collected: Collected, groups: list[Group], skills: list[Any]
) -> WaveAnswers:
    """The rows that the table hangs on: the wave, its questions, its groups."""
    survey = draft.shelves["survey"].add(
        name=wave.name,
        kind=wave.kind,
        purpose=wave.purpose,
        smallest_group=wave.smallest_group,
        state=SurveyState.CLOSED,
        opened_on=wave.day,
        closes_on=wave.day,
        cleared=True,
        collected_elsewhere=True,
    )
    questions = {
        asked.id: draft.shelves["question"].add(
            survey_id=survey,
            place=asked.id,
            type=asked.type,
            text=question.text,
            help=question.help,
            options=_stored(question, asked.options),
            skill_id=skill,
            reversed=question.reversed,
            dimension=question.dimension,
        )
        for asked, question, skill in zip(collected.questions, wave.questions, skills, strict=True)
    }
    decided = collected.decided().set_index("group")["reason"]
    made = {
        number: draft.shelves["survey_group"].add(
            survey_id=survey,
            kind=kind,
            name=name,
            headcount=headcount,
            hidden=reason if isinstance(reason := decided[number], str) else None,
            **({_REFERENCES[kind]: key} if key is not None else {}),
        )
        for number, ((kind, name, key), headcount) in enumerate(zip(groups, collected.headcounts(), strict=True), 1)
    }
    told, hidden = _sizes(collected)
    return WaveAnswers(sheet.mapping.name, wave.name, survey, questions, made, collected, told, hidden)


def _stored(question: QuestionMapping, options: tuple[str, ...]) -> list[str] | None:
    """The words of a level are the skill's, and those of agreement are stored where they aren't the usual ones."""
    usual = question.type is QuestionType.LEVEL or (question.type is QuestionType.LIKERT and options == AGREEMENT)
    return list(options) or None if not usual else None


def _sizes(collected: Collected) -> tuple[int, int]:
    """How many cells would be told and hidden, which doesn't hang on the blur."""
    cells = collected.cells(np.random.default_rng(0))
    hidden = sum(cell["hidden"] is not None for cell in cells)
    return len(cells) - hidden, hidden
