"""The surveys that ask one: those that wait, those that were answered, those that are over."""

from typing import Any

import pandas as pd
import streamlit as st

from cop.surveys import form_queries, queries
from cop.surveys.forms import arranged, in_minutes, in_words, unanswered
from cop.ui import run
from cop.ui.format import day
from cop.ui.layout import link, opens
from cop.ui.load import load
from cop.ui.text import plain
from cop.ui.widgets import answer_code


def page() -> None:
    """What waits first."""
    found = load(queries.waiting, today=run.current().today)
    ended = load(form_queries.ended)
    waiting, done = found[~found["done"]], found[found["done"]]
    if waiting.empty:
        st.info("No survey waits for you.", icon=":material/task_alt:")
    for _, row in waiting.iterrows():
        _waits(row)
    if not done.empty:
        st.subheader("Answered", anchor=False)
    for _, row in done.iterrows():
        _answered(row)
    st.subheader("Open an answer by its receipt code", anchor=False)
    st.caption("You got the code when you sent an anonymous answer. Whoever holds it can see and change that answer.")
    answer_code.field()
    if ended:
        st.subheader("Over", anchor=False)
    for survey in ended:
        _over(survey)


def _waits(row: "pd.Series[Any]") -> None:
    form = load(form_queries.form, survey_id=int(row["id"]), today=run.current().today)
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{plain(form.about or form.name)}** {mode(named=form.named)}")
        st.text(f"Until {day(form.closes_on)}, about {in_minutes(len(arranged(form, {}).shown))}.")
        link("answer", "Answer", icon=":material/edit_note:", survey=form.id)


def _answered(row: "pd.Series[Any]") -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{plain(row['name'])}** {mode(named=row['named'])}")
        until = day(row["closes_on"])
        if row["named"]:
            st.text(f"You can change your answer until {until}.")
            link("answer", "Change my answer", icon=":material/edit:", survey=int(row["id"]))
        else:
            st.text(f"With your receipt code you can change your answer until {until}. Results come once it is closed.")


def _over(survey: form_queries.Ended) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{plain(survey.name)}**")
        st.text(f"Ended on {day(survey.closes_on)}.")
        if opens("results"):
            link("results", "Results", icon=":material/bar_chart:", survey=survey.id)
        if survey.answered:
            _mine(survey.id)


def _mine(survey_id: int) -> None:
    box = st.expander("What I answered", key=f"my_answer:{survey_id}", on_change="rerun", type="compact")
    if box.open:
        own = load(form_queries.my_answer, survey_id=survey_id)
        missing = unanswered(own.questions, own.values)
        with box:
            st.caption("Only you see this here.")
            for question in own.questions:
                if question not in missing:
                    with st.container(gap=None):
                        st.markdown(f"**{plain(question.text)}**")
                        st.text(in_words(question, own.values[question.id]))


def mode(*, named: bool) -> str:
    """The mode as a badge."""
    return ":blue-badge[With your name]" if named else ":green-badge[Anonymous]"
