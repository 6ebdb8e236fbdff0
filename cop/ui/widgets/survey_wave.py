"""One wave: what it is and where it stands, its questions, a preview; opened, closed, deleted."""

from collections.abc import Callable
from datetime import date

import pandas as pd
import streamlit as st

from cop.choices import SurveyKind, SurveyState
from cop.surveys import office_exports as exports
from cop.surveys import queries
from cop.surveys.queries import WaveDetail
from cop.ui import run
from cop.ui.format import NOT_ENOUGH, day, percent
from cop.ui.layout import link, opens
from cop.ui.load import load
from cop.ui.text import plain
from cop.ui.widgets import downloads, survey_edit, survey_plan, survey_preview, survey_steps
from cop.ui.widgets.downloads import Offer
from cop.ui.widgets.survey_words import ANONYMOUS, NAMED, badges, counted, people

RATE = "Response rate: those who answered ÷ those asked; told from 10 asked on."


def page(survey_id: int) -> None:
    """The wave of this number."""
    today = run.current().today
    link("survey-office", "All surveys", icon=":material/arrow_back:", tab="Surveys")
    found = load(queries.wave, survey_id=survey_id, today=today)
    survey_edit.gather(found)
    st.header(plain(found.name), anchor=False)
    st.markdown(badges(found.kind, found.state, named=found.named))
    with st.container(horizontal=True):
        survey_steps.steps(found, today)
        params = {"survey_id": found.id, "today": today}
        downloads.menu("survey", Offer("Questions", exports.wave_questions, params, ("survey", str(found.id))))
    sections: dict[str, Callable[[], None]] = {}
    if found.state == SurveyState.DRAFT:
        sections["Plan"] = lambda: survey_edit.plan(found)
    else:
        sections["Overview"] = lambda: _overview(found)
    if not found.is_frozen:
        sections["Questions"] = lambda: survey_edit.questions(found)
    sections["Preview"] = lambda: survey_preview.show(found.questions)
    tabs = st.tabs(list(sections), key="part", bind="query-params", on_change="rerun")
    for tab, draw in zip(tabs, sections.values(), strict=True):
        if tab.open:
            with tab:
                draw()


def _overview(found: WaveDetail) -> None:
    rows = load(queries.waves)
    own = rows[rows["id"] == found.id].iloc[0]
    with st.container(gap="xsmall"):
        if found.purpose:
            st.text(found.purpose)
        st.text(f"{span(found.opened_on, found.closes_on)}. {_who(found)}.")
        if pd.notna(own["asked"]):
            st.text(f"{figures(own['asked'], own['response_rate'])}.")
            st.caption(RATE)
        st.text(
            f"{counted(len(found.questions), 'question')}, {_fixed(found)}. "
            f"Nothing is told of fewer than {found.smallest_group} people."
        )
        st.caption(NAMED if found.named else ANONYMOUS)
    if found.state == SurveyState.CLOSED:
        if opens("results"):
            link("results", "Results", icon=":material/bar_chart:", survey=found.id)
        if not own["cleared"]:
            st.caption(
                "Its answers are deleted; the database's file is written anew as soon as nobody reads it for long."
            )


def _who(found: WaveDetail) -> str:
    if found.kind == SurveyKind.SESSION_FEEDBACK:
        return "Those who came to the session"
    return survey_plan.in_words(found.audience)


def _fixed(found: WaveDetail) -> str:
    return "fixed" if found.is_frozen else "to be changed until the first answer is in"


def span(opened_on: date | None, closes_on: date) -> str:
    """From when to when a wave runs."""
    return f"{day(opened_on)} – {day(closes_on)}" if opened_on else f"Until {day(closes_on)}"


def figures(asked: int, rate: float) -> str:
    """How many were asked and how many of them answered, as far as that is told."""
    answered = NOT_ENOUGH if pd.isna(rate) else percent(float(rate))
    return f"{people(int(asked))} asked, response rate {answered}"
