"""The screen of gaps: filters, then the heatmap, one group, or coverage; only the open one is drawn."""

from collections.abc import Callable

import streamlit as st

from cop.permissions import Permission, may
from cop.surveys.result_queries import Head
from cop.ui import run as runs
from cop.ui.layout import link, opens
from cop.ui.widgets import gap_coverage, gap_filters, gap_heatmap, gap_profile
from cop.ui.widgets.gap_filters import Asked

HEATMAP, ONE, COVERAGE = "Heatmap", "One group", "Coverage"


def show() -> None:
    """Everything below the title."""
    asked = gap_filters.ask()
    tabs = st.tabs([HEATMAP, ONE, COVERAGE], key="tab", bind="query-params", on_change="rerun")
    sections: list[Callable[[], None]] = [
        lambda: _of_wave(gap_heatmap.show, asked),
        lambda: _of_wave(gap_profile.show, asked),
        lambda: gap_coverage.show(asked.wanted),
    ]
    for tab, section in zip(tabs, sections, strict=True):
        if tab.open:
            with tab:
                section()


def _of_wave(draw: Callable[[Head, Asked], None], asked: Asked) -> None:
    if asked.head is not None:
        draw(asked.head, asked)
        return
    st.info(
        "No survey about skills has been closed yet. Gaps appear here once one is.", icon=":material/hourglass_empty:"
    )
    if may(runs.current().actor, Permission.SURVEY_EDIT) and opens("survey-office"):
        link("survey-office", "Surveys", icon=":material/ballot:")
