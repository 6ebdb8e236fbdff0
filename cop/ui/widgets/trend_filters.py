"""What the visitor looks for on the radar, and with which day it is compared; all kept in the address."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import streamlit as st

from cop.funnel import trend_queries as queries
from cop.funnel.trends import MOVEMENTS, Wanted
from cop.ui import filters
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.load import load

_AGO = {"90 days ago": 90, "180 days ago": 180, "365 days ago": 365}
_DAY = "A day"
_EMPTY: dict[str, Any] = {"q": "", "quadrant": None, "ring": [], "movement": [], "area": []}
"""Every filter's key, which is also its name in the address, and its value when it filters nothing."""


@dataclass(frozen=True)
class Asked:
    """What to show, as of which day, and since when movements count."""

    wanted: Wanted
    since: date
    as_of: date

    @property
    def days(self) -> dict[str, date]:
        """The parameters of the radar's query."""
        return {"since": self.since, "as_of": self.as_of}


def ask() -> Asked:
    """Draw the filters; returns what they say."""
    today = runs.current().today
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search",
            key="q",
            type="search",
            live=True,
            max_chars=200,
            bind="query-params",
            placeholder="Trend, source or rationale",
        )
        since = _since(today)
    lists = load(queries.trends, since=since, as_of=today)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        quadrant = st.selectbox(
            "Quadrant", lists.quadrants, None, key="quadrant", bind="query-params", placeholder="All quadrants"
        )
        rings = st.multiselect("Ring", lists.rings, key="ring", bind="query-params", placeholder="All rings")
        movements = st.multiselect(
            "Movement",
            [one.value for one in MOVEMENTS],
            format_func=words.label,
            key="movement",
            bind="query-params",
            placeholder="All movements",
        )
        areas = filters.areas()
    wanted = Wanted(text or "", quadrant or "", tuple(sorted(rings)), tuple(sorted(movements)), areas)
    return Asked(wanted, since, today)


def _since(today: date) -> date:
    """The day that is compared with: some time ago, that of an edition, or any."""
    days = {name: today - timedelta(days=back) for name, back in _AGO.items()}
    days |= {f"Edition {name}": day for name, day in load(queries.editions).items()}
    chosen = st.selectbox(
        "Compare with",
        [*days, _DAY],
        1,
        key="since",
        bind="query-params",
        help="New, moved in and moved out are told against the radar of that day.",
    )
    if chosen != _DAY:
        return days.get(chosen, days["180 days ago"])
    start = today - timedelta(days=180)
    return st.date_input("Day", start, key="day", bind="query-params", max_value=today, format="YYYY-MM-DD") or start


def clear_button(key: str) -> None:
    """Empties the search field and every filter."""
    st.button("Clear filters", key=key, icon=":material/filter_list_off:", on_click=_clear)


def _clear() -> None:
    for key, value in _EMPTY.items():
        st.session_state[key] = value
