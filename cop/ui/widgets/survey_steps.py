"""A wave's steps, each asked twice: opened, its last day moved, closed; a draft deleted."""

from collections.abc import Callable
from datetime import date
from typing import Any

import streamlit as st

from cop.choices import SurveyState
from cop.errors import Conflict
from cop.surveys import wave_operations as operations
from cop.surveys.audience_queries import reach_of_audience, reach_of_wave
from cop.surveys.queries import WaveDetail
from cop.ui.format import day
from cop.ui.layout import go
from cop.ui.load import load
from cop.ui.perform import Done, Form
from cop.ui.text import plain
from cop.ui.widgets import conflict, kept, notice, removal, survey_edit, survey_reach
from cop.ui.widgets.survey_words import counted, mode, people


def steps(found: WaveDetail, today: date) -> None:
    """What can be done with it as it stands."""
    if found.state == SurveyState.DRAFT:
        _open(found, today)
        _delete(found)
    elif found.state == SurveyState.OPEN:
        _move(found, today)
        _close(found)


def _open(found: WaveDetail, today: date) -> None:
    form = Form(f"open_survey:{found.id}")
    with st.popover("Open it", icon=":material/send:", type="primary", key=form.key("box")):
        if survey_edit.is_changed(found):
            st.warning("What you changed isn't saved yet: save or discard it first.", icon=":material/edit:")
        asked = people(found.would_ask or 0)
        st.markdown(
            f"**{plain(asked)}** will be asked {counted(len(found.questions), 'question')}, "
            f"{mode(named=found.named).lower()}, until **{day(found.closes_on)}**. Those who can sign in see it on their screens at once."
        )
        audience = {"audience": found.audience, "smallest_group": found.smallest_group, "today": today}
        survey_reach.show(load(reach_of_audience, **audience), found.smallest_group)
        st.markdown(
            "From then on these stay as they are: who is asked, who belongs to which unit, job role and community, the "
            "mode, and the smallest group. Questions may change until the first answer is in."
        )
        ready = not survey_edit.is_changed(found)
        if st.button("Open it now", type="primary", key=form.key("sure"), disabled=not ready):
            done = written(form, operations.open_wave, survey_id=found.id, version=found.version)
            if done:
                notice.say(f"{found.name} is open. {people(done.value)} {'is' if done.value == 1 else 'are'} asked.")
                st.rerun()


def _delete(found: WaveDetail) -> None:
    form = Form(f"delete_survey:{found.id}")
    with st.popover("Delete", icon=":material/delete:", key=form.key("box")):
        if not removal.confirmed(form, f"Delete the draft {found.name}? Its template stays.", "Delete it"):
            return
        deleted = written(form, operations.delete_wave, survey_id=found.id, version=found.version)
    if deleted:
        survey_edit.forget(found.id)
        notice.say(f"{found.name} is deleted.")
        go("survey-office", tab="Surveys")


def _move(found: WaveDetail, today: date) -> None:
    form = Form(f"move_survey:{found.id}:{found.version}")
    with st.popover("Move the last day", icon=":material/event:", key=form.key("box")):
        typed = st.date_input(
            "Last day", min_value=today, key=kept.seed(form, "closes_on", max(today, found.closes_on))
        )
        form.slot("closes_on")
        pressed = st.button("Move it", type="primary", key=form.key("submit"), disabled=typed == found.closes_on)
        values = {"survey_id": found.id, "version": found.version, "closes_on": typed}
        if pressed and written(form, operations.move_last_day, **values):
            notice.say(f"{found.name} now runs until {day(typed)}.")
            st.rerun()


def _close(found: WaveDetail) -> None:
    form = Form(f"close_survey:{found.id}")
    with st.popover("Close it", icon=":material/lock:", key=form.key("box")):
        gone = (
            "Answers stay with their own people alone."
            if found.named
            else "Single answers are deleted, also from the database's files."
        )
        st.markdown(
            f"Nobody can answer or change an answer any more. The results are made once, for everybody to read. {gone} "
            "There is no way back."
        )
        survey_reach.show(load(reach_of_wave, survey_id=found.id), found.smallest_group)
        if st.button("Close it now", type="primary", key=form.key("sure")):
            with st.spinner("Working out what may be told, and deleting answers. This can take some seconds."):
                done = written(form, operations.close_wave, survey_id=found.id, version=found.version)
            if done:
                notice.say(f"{found.name} is closed. The results are there.")
                st.rerun()


def written(form: Form, operation: Callable[..., Any], **values: Any) -> Done | None:
    """What was written; None where it was refused, which stands in the form then."""
    try:
        return form.perform(operation, **values)
    except Conflict as found:
        conflict.refuse(form, found)
        return None
