"""A metric's card: value, what it rests on, when it is of, its course, and whether a change means something."""

from datetime import date

import pandas as pd
import streamlit as st

from cop.kpis import figures, words
from cop.kpis.figures import Figure, Row
from cop.kpis.metrics import METRICS, REACTIVATED, Direction
from cop.periods import Period

_IN_A_ROW = 4
CARDS = tuple(metric for metric in METRICS if metric is not REACTIVATED)
_ARROW = {1: "up", 0: "off", -1: "down"}


def cards(frame: pd.DataFrame, *, period: Period, as_of: date) -> None:
    """Draw a card per metric, from the rows of cop.kpis.queries.months; nothing of it is a widget."""
    months = figures.by_month(frame)
    totals = figures.totals(months, period)
    for start in range(0, len(CARDS), _IN_A_ROW):
        places = st.columns(_IN_A_ROW)
        for place, metric in zip(places, CARDS[start : start + _IN_A_ROW], strict=False):
            with place:
                _card(figures.figure(metric, months, period, as_of=as_of), totals, period, as_of)


def _card(figure: Figure, totals: Row, period: Period, as_of: date) -> None:
    metric, change = figure.metric, figure.change
    amount, against = words.change_words(metric, change) if change else (None, None)
    course = [value for value in figure.course if value is not None]
    coloured = change is not None and change.signal != 0 and metric.direction is Direction.UP
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.metric(
            metric.label,
            words.value_words(metric, figure.value),
            delta=amount,
            delta_color="normal" if coloured else "off",
            delta_arrow=_ARROW[change.signal] if change else "off",  # type: ignore[arg-type]
            help=f"{metric.question} {metric.definition}\n\n{words.CHANGE_HELP}",
            chart_data=course if len(course) > 1 else None,
        )
        lines = [words.basis_words(metric, totals), words.period_words(metric, period, as_of)]
        st.caption("  \n".join([*lines, f"Change {against}"] if against else lines))
