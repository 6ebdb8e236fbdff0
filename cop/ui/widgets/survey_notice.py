"""A word on every screen while a survey waits for whoever looks at it; it can be put off until tomorrow.

Nobody sends it, so nobody learns whom it reaches. What was put off is kept in this process's memory, by person, so that
it holds in all their tabs and after a reload; after a restart it is told again.
"""

from datetime import date, timedelta

import streamlit as st

from cop.surveys import form_queries
from cop.surveys.form_queries import Reminder
from cop.ui import run
from cop.ui.format import day
from cop.ui.layout import link, opens
from cop.ui.load import load
from cop.ui.text import plain

_ANSWERING = {"answer", "surveys"}
_INSISTS = timedelta(days=3)
_put_off: dict[tuple[int, int], date] = {}
"""By person and survey: the day on which it isn't told any more."""


def show(url: str) -> None:
    """On the screen with this address: the survey that ends first, and how many more wait."""
    if url in _ANSWERING or not opens("answer"):
        return
    now = run.current()
    person_id = now.actor.person_id
    waiting = [
        one
        for one in load(form_queries.reminders, today=now.today)
        if _put_off.get((person_id, one.survey_id)) != now.today
    ]
    if waiting:
        _tell(waiting[0], len(waiting) - 1, now.today, person_id)


def _tell(one: Reminder, more: int, today: date, person_id: int) -> None:
    until = "Today is the last day" if one.closes_on == today else f"Until {day(one.closes_on)}"
    told = f"A survey waits for you: **{plain(one.name)}**. {until}, about {one.minutes}."
    with st.container(key="survey_waits", gap="xsmall"):
        if one.closes_on - today < _INSISTS:
            st.warning(told, icon=":material/hourglass_bottom:")
        else:
            st.info(told, icon=":material/ballot:")
        with st.container(horizontal=True, vertical_alignment="center"):
            link("answer", "Answer it", icon=":material/edit_note:", survey=one.survey_id)
            if more:
                link("surveys", f"{more} more {'waits' if more == 1 else 'wait'}", icon=":material/list:")
            st.button(
                "Not today",
                key="survey_later",
                icon=":material/snooze:",
                type="tertiary",
                help="You are told again tomorrow.",
                on_click=_later,
                args=(person_id, one.survey_id, today),
            )


def _later(person_id: int, survey_id: int, today: date) -> None:
    for key in [key for key, on in list(_put_off.items()) if on < today]:
        _put_off.pop(key, None)
    _put_off[person_id, survey_id] = today
