"""A metric's card: value, what it rests on, its course, and whether a change means something."""

from datetime import date

import pandas as pd
import streamlit as st

from cop.kpis import figures, words
from cop.kpis.figures import Figure, Row
from cop.kpis.metrics import (
    ACTIVE_MEMBERS,
    ATTENDANCE_PER_SESSION,
    CONTRIBUTIONS,
    MEMBERS,
    NEWCOMERS,
    PARTICIPATION,
    RETURNERS,
    ROTI,
    SESSIONS_HELD,
    Direction,
)
from cop.periods import Period

COLUMNS = (
    (MEMBERS, ACTIVE_MEMBERS, NEWCOMERS),
    (SESSIONS_HELD, PARTICIPATION, ATTENDANCE_PER_SESSION),
    (CONTRIBUTIONS, ROTI, RETURNERS),
)
"""What stands below each other; on a phone, one column after the other."""
CARDS = tuple(metric for column in COLUMNS for metric in column)
_HEIGHT = 184
_ARROW = {1: "up", 0: "off", -1: "down"}


def cards(frame: pd.DataFrame, *, period: Period, as_of: date) -> None:
    """Draw a card per metric, from the rows of cop.kpis.queries.months; nothing of it is a widget."""
    months = figures.by_month(frame)
    totals = figures.totals(months, period)
    for place, metrics in zip(st.columns(len(COLUMNS)), COLUMNS, strict=True):
        with place:
            for metric in metrics:
                _card(figures.figure(metric, months, period, as_of=as_of), totals, period, as_of)


def _card(figure: Figure, totals: Row, period: Period, as_of: date) -> None:
    metric, change = figure.metric, figure.change
    amount, against = words.change_words(metric, change) if change else (None, None)
    course = [value for value in figure.course if value is not None]
    coloured = change is not None and change.signal != 0 and metric.direction is Direction.UP
    st.metric(
        metric.label,
        words.value_words(metric, figure.value),
        delta=amount,
        delta_color="normal" if coloured else "off",
        delta_arrow=_ARROW[change.signal] if change else "off",  # type: ignore[arg-type]
        delta_description=words.n_words(metric, totals),
        help="\n\n".join(
            [
                f"{metric.question} {metric.definition}",
                f"{words.period_words(metric, period, as_of)}; {words.basis_words(metric, totals)}.",
                f"{amount} {against}. {words.CHANGE_HELP}" if change else words.CHANGE_HELP,
            ]
        ),
        chart_data=course if len(course) > 1 else None,
        border=True,
        height=_HEIGHT,
    )
