"""A period's figures from its months: value, n, course, and the comparison with the time before. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from cop.kpis.metrics import Kind, Metric
from cop.kpis.signals import signal
from cop.periods import Period, add_months, month_of

Row = Mapping[str, float | None]
"""What was counted of one month; None where it is withheld or unknown."""


@dataclass(frozen=True)
class Change:
    """The change against the time before: complete months against as many months before them."""

    before: float
    now: float
    months: int
    since: date
    """The last month of the time before."""
    signal: int
    """1 or -1 where the last complete month lies outside the natural limits of the months before it, else 0."""


@dataclass(frozen=True)
class Figure:
    """One metric's value over a period."""

    metric: Metric
    value: float | None
    n: float | None
    """The denominator; None for a metric that has none."""
    course: tuple[float | None, ...]
    """By month of the period; without the running one, except of a level: its half month would look like a fall."""
    change: Change | None


def figure(metric: Metric, months: Mapping[date, Row], period: Period, *, as_of: date) -> Figure:
    """The metric over the period; `months` may reach further back, which the comparison uses."""
    known = [month for month in period.months if month in months]
    inside = [months[month] for month in known]
    whole = [month for month in known if metric.kind is Kind.LEVEL or month < month_of(as_of)]
    return Figure(
        metric=metric,
        value=over(metric, inside),
        n=_total(inside, metric.denominator) if metric.denominator else None,
        course=tuple(over(metric, [months[month]]) for month in whole),
        change=_change(metric, months, period, as_of=as_of),
    )


def totals(months: Mapping[date, Row], period: Period) -> Row:
    """What was counted over the whole period: sums, and levels at its end."""
    inside = [months[month] for month in period.months if month in months]
    if not inside:
        return {}
    levels = ("members", "active_members")
    return {column: inside[-1][column] if column in levels else _total(inside, column) for column in inside[0]}


def by_month(frame: pd.DataFrame) -> dict[date, Row]:
    """The rows of `cop.kpis.queries.months` by month."""
    counts = [str(name) for name in frame.columns if name != "month"]
    values = {name: [None if pd.isna(value) else float(value) for value in frame[name]] for name in counts}
    days = [moment.date() for moment in frame["month"]]
    return {day: {name: values[name][index] for name in counts} for index, day in enumerate(days)}


def over(metric: Metric, rows: Sequence[Row]) -> float | None:
    """The metric's value over these months, in their order; None where nothing is known."""
    if metric.kind is Kind.LEVEL:
        return rows[-1][metric.numerator] if rows else None
    return metric.value(
        _total(rows, metric.numerator), _total(rows, metric.denominator) if metric.denominator else None
    )


def _total(rows: Sequence[Row], column: str) -> float | None:
    known = [value for row in rows if (value := row[column]) is not None]
    return sum(known) if known else None


def _change(metric: Metric, months: Mapping[date, Row], period: Period, *, as_of: date) -> Change | None:
    """None without complete months, or where the records of this metric don't reach back as far."""
    complete = [month for month in period.months if month < month_of(as_of) and month in months]
    before = [add_months(month, -len(complete)) for month in complete]
    is_level = metric.kind is Kind.LEVEL
    began = next((month for month in sorted(months) if months[month][metric.numerator]), None)
    if not complete or before[0] not in months or began is None or began > before[-1 if is_level else 0]:
        return None
    now = over(metric, [months[month] for month in (period.months if is_level else complete) if month in months])
    then = over(metric, [months[month] for month in before])
    if now is None or then is None:
        return None
    judged = signal([over(metric, [months[month]]) for month in sorted(months) if began <= month <= complete[-1]])
    return Change(then, now, len(complete), before[-1], judged if judged * (now - then) > 0 else 0)
