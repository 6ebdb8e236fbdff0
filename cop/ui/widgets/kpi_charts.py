"""The KPI screen's charts: with table, downloads and definition of the one that was asked about."""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from cop.kpis import exports as kpi_exports
from cop.kpis import panels, queries
from cop.kpis.panels import Course, Panel
from cop.kpis.words import NOT_ENOUGH
from cop.periods import Period
from cop.ui.draw import drawn, show_chart
from cop.ui.format import label
from cop.ui.load import load
from cop.ui.widgets import downloads, metric_cards
from cop.ui.widgets.downloads import Offer
from cop.ui.widgets.kpi_filters import Asked

HISTORY = 12
"""Months before the period that are read too, to tell a signal from noise."""


def history(asked: Asked) -> dict[str, Any]:
    """The parameters of the one query of months that all cards and charts share."""
    length = len(asked.period.months)
    return {**asked.params, "back": length if HISTORY < length <= 2 * HISTORY else HISTORY}


def cards(asked: Asked) -> None:
    """A card for each figure."""
    drawn(metric_cards.cards, queries.months, {"period": asked.period, "as_of": asked.as_of}, **history(asked))


def charts(asked: Asked) -> None:
    """All charts, then what belongs to the one that was asked about."""
    drawn(_charts, queries.months, {"period": asked.period, "as_of": asked.as_of}, **history(asked))
    chosen = st.pills(
        "Table, downloads and definition of a chart",
        list(panels.BY_KEY),
        format_func=lambda key: panels.BY_KEY[key].title,
        key="chart",
        bind="query-params",
    )
    if chosen:
        _more(panels.BY_KEY[chosen], asked)


def _charts(frame: pd.DataFrame, *, period: Period, as_of: date) -> None:
    """Two beside each other, a last odd one across."""
    course = panels.course_of(period, as_of)
    inside = frame[frame["month"] >= pd.Timestamp(period.first)]
    places = st.columns(2)
    for index, panel in enumerate(panels.PANELS):
        alone = index + 1 == len(panels.PANELS) and index % 2 == 0
        with st.container() if alone else places[index % 2]:
            _chart(inside, panel, course)


def _chart(frame: pd.DataFrame, panel: Panel, course: Course) -> None:
    definitions = "\n\n".join(f"**{metric.label}**: {metric.definition}" for metric in panel.metrics)
    st.subheader(panel.title, anchor=False, help=definitions)
    words = panels.summary(frame, panel, course)
    show_chart(frame, panel.chart, words, running=course.running, many=course.many)


def _more(panel: Panel, asked: Asked) -> None:
    for metric in panel.metrics:
        st.markdown(f"**{metric.label}** – {metric.question} {metric.definition}")
    st.caption(f"{asked.period.label}. As of {asked.as_of.day} {asked.as_of:%b %Y}. {panel.behind}")
    frame = load(queries.months, **asked.params)
    st.dataframe(
        panels.table(frame, panel),
        hide_index=True,
        key=f"table_{panel.key}",
        alt=f"{panel.title}, by month",
        placeholder=NOT_ENOUGH,
        column_config=_columns(panel),
    )
    with st.container(horizontal=True):
        params, file = asked.params | {"panel": panel.key}, (panel.key, *asked.months)
        downloads.menu(panel.key, Offer("Table", kpi_exports.panel_table, params, file))
        downloads.picture("Chart as PNG", kpi_exports.panel_png, params | {"about": asked.about}, file)


def _columns(panel: Panel) -> dict[str, Any]:
    """Ratios in their units; what they are made of under short names, with the whole words on asking."""
    number, found = st.column_config.NumberColumn, {}
    for metric in panel.metrics:
        if metric.denominator:
            found[metric.label] = number(format="percent" if metric.is_share else "%.1f")
            for column in (metric.numerator, metric.denominator):
                found[panels.heading(column)] = number(label(column), help=panels.heading(column))
    return found
