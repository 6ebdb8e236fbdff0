"""An import told to a human: the account of every row, every problem and every change as a CSV file. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import islice
from typing import Any

from cop.exports import to_csv
from cop.imports.changes import Fate, New, Plan, WaveAnswers
from cop.imports.kinds import KINDS, Reading
from cop.imports.mapping import FileMapping
from cop.imports.problems import Outcome
from cop.imports.records import Job

_REPORT = ("file", "row", "column", "outcome", "reason", "explanation", "value", "whole row")
_SHOWN = 30


def account(plan: Plan) -> Iterator[str]:
    """Each file's rows by fate, what is reported and why, and what is created and changed."""
    fates = [fate for fate in Fate if any(item.fates.get(fate) for item in plan.files)]
    head = ["file", "rows", *(fate.value for fate in fates)]
    lines = [[item.file, f"{item.rows:,}", *(f"{item.fates.get(fate, 0):,}" for fate in fates)] for item in plan.files]
    yield from _columns([head, *lines])
    yield from (f"{item.file}: {item.passed}" for item in plan.files if item.passed)
    reasons = [
        [item.file, outcome.value, reason, f"{count:,}"]
        for item in plan.files
        for (outcome, reason), count in sorted(item.reasons.items())
    ]
    if reasons:
        yield ""
        yield from _columns([["file", "outcome", "reason", "problems"], *reasons])
    if plan.counts and not plan.refused:
        yield ""
        written = [[table, f"{new:,}", f"{changed:,}"] for table, (new, changed) in plan.counts.items()]
        yield from _columns([["table", "created", "changed"], *written])
    if plan.waves:
        yield ""
        head = ["wave", "respondents", "questions", "groups", "cells told", "cells hidden"]
        yield from _columns(
            [head, *([name, *(f"{size:,}" for size in sizes)] for name, *sizes in map(_wave, plan.waves))]
        )
        yield ALONE


ALONE = (
    "Single answers are not stored, only what may be told. Who the respondents are isn't known here: a later wave "
    "can't be judged together with these answers, so don't ask the same people the same again."
)


def _wave(wave: WaveAnswers) -> list[Any]:
    """Its name, and how many respondents, questions, groups, and cells told and hidden there are."""
    sizes = (len(wave.collected.respondents), len(wave.questions), len(wave.groups), wave.told, wave.hidden)
    return [wave.name, *sizes]


def refusals(plan: Plan) -> Iterator[str]:
    """The first problems for which nothing is imported, a line each; cells are never repeated."""
    for problem in plan.refused[:_SHOWN]:
        place = [problem.file, f"row {problem.row}" if problem.row else "", problem.column]
        yield f"{', '.join(part for part in place if part)}: {problem.message} [{problem.reason}]"
    if len(plan.refused) > _SHOWN:
        yield f"… and {len(plan.refused) - _SHOWN:,} more; --report writes them all."


def report(plan: Plan, job: Job) -> bytes:
    """Every problem with its row as it stood, as CSV that is safe to open in a spreadsheet."""
    lines = {sheet.mapping.name: {line.number: line.cells for line in sheet.table.lines} for sheet in job.sheets}
    rows = []
    for problem in plan.problems:
        cells = lines.get(problem.file, {}).get(problem.row, {})
        whole = " | ".join(f"{name}={value}" for name, value in cells.items() if value)
        value = cells.get(problem.column, "")
        place = (problem.file, problem.row, problem.column)
        rows.append((*place, problem.outcome.value, problem.reason, problem.message, value, whole))
    return to_csv(_REPORT, rows)


_WITH_ITS_ROW = {"external_key", "stage_stay"}
"""How the source calls a row, and in which stage it begins: that is told with the row."""


def changes(plan: Plan) -> Iterator[tuple[str, str, str, str]]:
    """What would be written, row by row: table, "created" or "changed", which row, and of a change its columns."""
    for table, shelf in plan.shelves.items():
        if table in _WITH_ITS_ROW:
            continue
        for values in shelf.created.values():
            yield table, "created", _called(plan, values), ""
        for key, values in shelf.updated.items():
            was = shelf.existing[key]
            told = "; ".join(f"{name}: {_cell(was[name])} → {_cell(value)}" for name, value in values.items())
            yield table, "changed", _called(plan, was), told


def changes_csv(plan: Plan) -> bytes:
    """`changes` as a file for a spreadsheet."""
    return to_csv(("table", "what", "row", "change"), changes(plan))


def as_json(plan: Plan, job: Job, *, most: int) -> dict[str, Any]:
    """The plan for a screen in another process: the account of every row, and the first problems and changes."""
    lines = {sheet.mapping.name: {line.number: line.cells for line in sheet.table.lines} for sheet in job.sheets}
    return {
        "fingerprint": plan.fingerprint,
        "size": plan.size,
        "refused": len(plan.refused),
        "files": [
            {
                "file": item.file,
                "kind": item.kind,
                "rows": item.rows,
                "passed": item.passed,
                "fates": {fate.value: item.fates.get(fate, 0) for fate in Fate},
                "reasons": [[outcome.value, reason, count] for (outcome, reason), count in item.reasons.items()],
            }
            for item in plan.files
        ],
        "counts": {table: list(counts) for table, counts in plan.counts.items()},
        "problem_count": len(plan.problems),
        "unknown": list(unknown_values(plan, job)),
        "problems": [
            {
                "file": problem.file,
                "row": problem.row,
                "column": problem.column,
                "outcome": problem.outcome.value,
                "reason": problem.reason,
                "message": problem.message,
                "value": lines.get(problem.file, {}).get(problem.row, {}).get(problem.column, "")[:200],
            }
            for problem in sorted(plan.problems, key=lambda item: item.outcome is not Outcome.REFUSED)[:most]
        ],
        "waves": [_wave(wave) for wave in plan.waves],
        "changes": [list(change) for change in islice(changes(plan), most)],
    }


_MOST_UNKNOWN = 40


def unknown_values(plan: Plan, job: Job) -> Iterator[dict[str, Any]]:
    """The values of enumerated fields that the mapping doesn't know, the most frequent first: for a person to map."""
    sheets = {sheet.mapping.name: sheet for sheet in job.sheets}
    lines = {name: {line.number: line.cells for line in sheet.table.lines} for name, sheet in sheets.items()}
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for problem in plan.problems:
        if problem.reason not in _UNKNOWN or problem.file not in sheets:
            continue
        value = lines[problem.file].get(problem.row, {}).get(problem.column, "").strip()
        for field in _fields_of(sheets[problem.file].mapping, problem.column):
            counts[problem.file, field, problem.column, value] += 1
    for (file, field, column, value), count in counts.most_common(_MOST_UNKNOWN):
        if value:
            yield {"file": file, "field": field, "column": column, "value": value, "count": count}


_UNKNOWN = {"unknown_value", "unknown_ring", "unknown_quadrant"}
_NAMED = {"ring", "quadrant"}
"""Fields of which the funnel's set-up says what they may be."""


def _fields_of(mapping: FileMapping, column: str) -> Iterator[str]:
    """The enumerated fields that read a column."""
    for name, origins in mapping.columns.items():
        rule = KINDS[mapping.kind][name]
        enumerated = rule.choices is not None or rule.reading is Reading.FLAG or name in _NAMED
        if enumerated and any(origin.column == column for origin in origins):
            yield name


def _called(plan: Plan, values: Mapping[str, Any]) -> str:
    """A row in words: its name, or those of what it joins."""
    own = values.get("name") or values.get("title") or values.get("alias") or values.get("text")
    if own:
        return str(own)
    joined = [
        str(row.get("name") or row.get("title"))
        for column, shelf in (
            ("person_id", "person"),
            ("community_id", "community"),
            ("session_id", "community_session"),
            ("item_id", "funnel_item"),
            ("org_unit_id", "org_unit"),
            ("ring_id", "ring"),
        )
        if column in values and (row := _row_of(plan, shelf, values[column]))
    ]
    return " – ".join(joined)


def _row_of(plan: Plan, table: str, key: Any) -> Mapping[str, Any] | None:
    shelf = plan.shelves[table]
    return shelf.get(key) if key in shelf.existing or key in shelf.created else None


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, New):
        return "a new one"
    return value.value if isinstance(value, StrEnum) else str(value)


def _columns(rows: Iterable[list[str]]) -> Iterator[str]:
    """Rows under each other; what is a number stands to the right."""
    rows = list(rows)
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    for row in rows:
        cells = [
            text.rjust(width) if rows[-1][index].replace(",", "").isdigit() else text.ljust(width)
            for index, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
