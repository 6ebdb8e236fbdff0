"""The waves: drafts, open and closed ones, found by name, state and kind."""

from typing import Any

import pandas as pd
import streamlit as st

from cop.choices import SurveyKind, SurveyState, label
from cop.surveys import office_exports as exports
from cop.surveys import queries
from cop.surveys.queries import matching_waves
from cop.ui.layout import link, opens
from cop.ui.load import load
from cop.ui.widgets import downloads
from cop.ui.widgets.downloads import Offer
from cop.ui.widgets.paging import page_of
from cop.ui.widgets.survey_wave import RATE, figures, span
from cop.ui.widgets.survey_words import badges


def tab() -> None:
    """What there is, and the way to another."""
    rows = load(queries.waves)
    link("survey-office", "New survey", icon=":material/add:", wave="new")
    if rows.empty:
        st.info("There are no surveys yet. A survey is made of a template.", icon=":material/ballot:")
        return
    params = _ask()
    found = matching_waves(rows, **params)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.text(f"{len(found):,} of {len(rows):,}")
        downloads.menu("surveys", Offer("Surveys", exports.waves, params, ("surveys",)))
    if found.empty:
        st.info("No survey fits what you are looking for.", icon=":material/search_off:")
        return
    st.caption(RATE)
    for _, row in page_of(found, f"surveys:{params}").iterrows():
        _one(row)


def _ask() -> dict[str, Any]:
    left, middle, right = st.columns([3, 2, 2], vertical_alignment="bottom")
    with left:
        text = st.text_input("Search", key="q", type="search", live=True, max_chars=200, bind="query-params")
    with middle:
        states = _choices("State", "state", [state.value for state in SurveyState])
    with right:
        kinds = _choices("Kind", "kind", [kind.value for kind in SurveyKind])
    return {"text": text or "", "states": states, "kinds": kinds}


def _choices(title: str, key: str, values: list[str]) -> tuple[str, ...]:
    chosen = st.multiselect(title, values, format_func=label, key=key, bind="query-params", placeholder="All")
    return tuple(sorted(chosen))


def _one(row: "pd.Series[Any]") -> None:
    key = int(row["id"])
    with st.container(border=True, gap="xsmall", key=f"survey_{key}"):
        link("survey-office", row["name"], strong=True, wave=key)
        st.markdown(badges(row["kind"], row["state"], named=bool(row["named"])))
        period = span(row["opened_on"], row["closes_on"])
        asked = "" if row["asked"] is pd.NA else f" · {figures(row['asked'], row['response_rate'])}"
        st.text(f"{period}{asked}")
        if row["state"] == SurveyState.CLOSED and opens("results"):
            link("results", "Results", icon=":material/bar_chart:", survey=key)
