"""An import told to a human: the account of every row on a screen, every problem as a CSV file. Pure."""

from collections.abc import Iterable, Iterator

from cop.exports import to_csv
from cop.imports.changes import Fate, Plan
from cop.imports.records import Job

_REPORT = ("file", "row", "column", "outcome", "reason", "explanation", "value", "whole row")
_SHOWN = 30


def account(plan: Plan) -> Iterator[str]:
    """Each file's rows by fate, what is reported and why, and what is created and changed."""
    fates = [fate for fate in Fate if any(item.fates.get(fate) for item in plan.files)]
    head = ["file", "rows", *(fate.value for fate in fates)]
    lines = [[item.file, f"{item.rows:,}", *(f"{item.fates.get(fate, 0):,}" for fate in fates)] for item in plan.files]
    yield from _columns([head, *lines])
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
