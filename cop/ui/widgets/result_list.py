"""The closed surveys, the latest first."""

from typing import Any

import pandas as pd
import streamlit as st

from cop.catalog.search import fold
from cop.choices import SurveyKind
from cop.surveys import queries
from cop.ui import format as words
from cop.ui.layout import link
from cop.ui.load import load
from cop.ui.text import plain
from cop.ui.widgets.paging import page_of

_KINDS = {kind.value: words.label(kind) for kind in SurveyKind}
_USUAL = [SurveyKind.SKILL_GAP.value, SurveyKind.PULSE.value]
"""Feedback on single sessions is asked for often, and stands on their pages."""


def show() -> None:
    """Search and kinds, then ten at a time."""
    st.title("Survey results", anchor=False)
    st.caption(
        "What closed surveys tell. Each table was made once, when the survey closed, and is the same for everybody, whatever"
        " their role. Of a survey that is open nothing is told."
    )
    rows = load(queries.results)
    if rows.empty:
        st.info("No survey has been closed yet. Its results appear here then.", icon=":material/hourglass_empty:")
        return
    found = _wanted(rows)
    if found.empty:
        st.info("No closed survey fits.", icon=":material/search_off:")
    for row in page_of(found, "results").to_dict("records"):
        _one(row)


def _wanted(rows: pd.DataFrame) -> pd.DataFrame:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input("Search", key="q", type="search", live=True, max_chars=200, bind="query-params")
        kinds = st.pills(
            "Kind",
            list(_KINDS),
            selection_mode="multi",
            default=_USUAL,
            format_func=lambda kind: _KINDS.get(kind, str(kind)),
            key="kind",
            bind="query-params",
        )
    keep = rows["kind"].isin(kinds) if kinds else rows["kind"].notna()
    names = rows["name"].map(fold)
    for word in fold(text or "").split():
        keep &= names.str.contains(word, regex=False)
    return rows[keep]


def _one(row: dict[Any, Any]) -> None:
    with st.container(border=True, gap="xsmall", key=f"wave_{row['id']}"):
        link("results", row["name"], strong=True, survey=row["id"])
        rate = row["response_rate"]
        answered = "response rate told from 10 on" if pd.isna(rate) else f"{rate:.0%} answered"
        period = f"{words.day(row['opened_on'])} to {words.day(row['closes_on'])}"
        st.caption(plain(f"{_KINDS[row['kind']]} · {period} · {row['asked']:,} asked, {answered}"))
