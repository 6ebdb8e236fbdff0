"""A word on every screen while a survey waits for whoever looks at it; it can be put off until tomorrow.

Nobody sends it, so nobody learns whom it reaches. What was put off is kept in this process's memory, by person, so that
it holds in all their tabs and after a reload; after a restart it is told again.
"""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from cop.surveys import queries
from cop.surveys.forms import in_minutes
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
    found = load(queries.waiting, today=now.today)
    if found.empty:
        return
    person_id = now.actor.person_id
    waiting = found[~found["done"] & [_put_off.get((person_id, key)) != now.today for key in found["id"]]]
    if not waiting.empty:
        _tell(waiting.iloc[0], len(waiting) - 1, now.today, person_id)


def _tell(row: "pd.Series[Any]", more: int, today: date, person_id: int) -> None:
    soon = row["closes_on"] - today < _INSISTS
    until = "today is the last day" if row["closes_on"] == today else f"until {day(row['closes_on'])}"
    told = f"**A survey waits for you: {plain(row['name'])}**, {until}. About {in_minutes(row['questions'])}."
    with st.container(key="survey_waits", gap="xsmall"):
        if soon:
            st.warning(told, icon=":material/hourglass_bottom:")
        else:
            st.info(told, icon=":material/ballot:")
        with st.container(horizontal=True, vertical_alignment="center"):
            link("answer", "Answer it", icon=":material/edit_note:", survey=int(row["id"]))
            if more:
                link("surveys", f"{more} more {'waits' if more == 1 else 'wait'}", icon=":material/list:")
            st.button(
                "Not today",
                key="survey_later",
                icon=":material/snooze:",
                type="tertiary",
                help="You are told again tomorrow.",
                on_click=_later,
                args=(person_id, int(row["id"]), today),
            )


def _later(person_id: int, survey_id: int, today: date) -> None:
    for key in [key for key, on in list(_put_off.items()) if on < today]:
        _put_off.pop(key, None)
    _put_off[person_id, survey_id] = today
