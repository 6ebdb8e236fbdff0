"""The KPI screen's charts: which metrics each shows, the columns of its table, its words. Pure."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from cop.charting import Template
from cop.kpis import charts
from cop.kpis.metrics import (
    ACTIVE_MEMBERS,
    ATTENDANCE_PER_SESSION,
    COLUMNS,
    CONTRIBUTIONS,
    MEMBERS,
    NEWCOMERS,
    PARTICIPATION,
    REACTIVATED,
    RETURNERS,
    ROTI,
    SESSIONS_HELD,
    Metric,
)
from cop.kpis.words import value_words
from cop.periods import Period, month_of


@dataclass(frozen=True)
class Panel:
    """One chart and everything that stands with it."""

    key: str
    title: str
    chart: Template
    metrics: tuple[Metric, ...]
    behind: str
    """Where the rows behind it are."""

    @property
    def columns(self) -> list[str]:
        """The counts that it is made of, each once."""
        wanted = [column for metric in self.metrics for column in (metric.numerator, metric.denominator) if column]
        return list(dict.fromkeys(wanted))


_SESSIONS = "The sessions behind it stand below: choose a month."
_NOT_NAMES = "Single people are not shown here: a community's own page names its members to those who may see them."
PANELS = (
    Panel("people", "Members and active members", charts.PEOPLE, (MEMBERS, ACTIVE_MEMBERS), _NOT_NAMES),
    Panel("participation", "Participation", charts.PARTICIPATION, (PARTICIPATION,), _SESSIONS),
    Panel("attendance", "Attendance per session", charts.ATTENDANCE, (ATTENDANCE_PER_SESSION,), _SESSIONS),
    Panel("classes", "New, returning and reactivated", charts.CLASSES, (NEWCOMERS, RETURNERS, REACTIVATED), _SESSIONS),
    Panel("roti", "Return on time invested", charts.ROTI, (ROTI,), _SESSIONS),
    Panel("output", "Sessions held and contributions", charts.OUTPUT, (SESSIONS_HELD, CONTRIBUTIONS), _SESSIONS),
)
BY_KEY = {panel.key: panel for panel in PANELS}


@dataclass(frozen=True)
class Course:
    """How a chart lays out a period: which month is still running ("2026-11", or ""), and whether there are many."""

    running: str
    many: bool


def course_of(period: Period, as_of: date) -> Course:
    """The layout of the period's charts on the day."""
    running = month_of(as_of)
    inside = period.first <= running <= period.last
    return Course(f"{running:%Y-%m}" if inside else "", len(period.months) > charts.MANY_MONTHS)


def summary(frame: pd.DataFrame, panel: Panel, course: Course) -> str:
    """What the chart shows, in words: each metric's last and highest value."""
    if frame.empty:
        return f"{panel.title}: not enough data."
    return f"{panel.title} by month. " + " ".join(_in_words(frame, metric, course) for metric in panel.metrics)


def _in_words(frame: pd.DataFrame, metric: Metric, course: Course) -> str:
    values = _values(frame, metric)
    known = [(month, float(value)) for month, value in zip(values.index, values, strict=True) if not pd.isna(value)]
    if not known:
        return f"{metric.label}: not enough data."
    (last, now), (top, most) = known[-1], max(known, key=lambda item: item[1])
    so_far = " so far" if f"{last:%Y-%m}" == course.running else ""
    return (
        f"{metric.label}: {value_words(metric, now)} in {last:%b %Y}{so_far}, "
        f"highest {value_words(metric, most)} in {top:%b %Y}."
    )


def _values(frame: pd.DataFrame, metric: Metric) -> pd.Series:
    """The metric by month; <NA> where there is no value."""
    above = frame.set_index("month")[metric.numerator].astype("Float64")
    if metric.denominator is None:
        return above
    below = frame.set_index("month")[metric.denominator].astype("Float64")
    return above / below.where(below >= max(metric.minimum_n, 1))


def heading(column: str) -> str:
    """A count as the heading of a column."""
    words = COLUMNS[column]
    return words[0].upper() + words[1:]


def table(frame: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """The chart as a table, the latest month first: metrics, then the counts that they are made of."""
    rows = pd.DataFrame({"Month": frame["month"].dt.strftime("%Y-%m")})
    ratios = [metric for metric in panel.metrics if metric.denominator]
    for metric in ratios:
        rows[metric.label] = _values(frame, metric).round(4).to_numpy()
    named = {metric.numerator: metric.label for metric in panel.metrics if not metric.denominator}
    for column in panel.columns:
        rows[named.get(column, heading(column))] = frame[column].to_numpy()
    return rows.iloc[::-1].reset_index(drop=True)
