"""Which page of the calendar, and whose sessions on it; all kept in the address."""

from dataclasses import dataclass
from datetime import date

import streamlit as st

from cop.catalog.queries import areas, my_communities, open_communities
from cop.permissions import Actor
from cop.sessions import calendar_pages as pages
from cop.sessions.calendar_pages import View
from cop.ui import filters, run
from cop.ui import format as words
from cop.ui.load import load
from cop.ui.navigation import address

_MINE, _ALL, _CHOSEN = "Mine", "All", "Chosen"
_WHOSE = {_MINE: "My communities", _ALL: "All communities", _CHOSEN: "Chosen communities"}
_MOST = 50
"""Chosen communities at most; who wants more wants an area or all."""


@dataclass(frozen=True)
class Asked:
    """The page of the calendar; sessions of these communities (None: all) and areas (none: all)."""

    view: View
    day: date
    communities: frozenset[int] | None
    areas: tuple[int, ...]
    hint: str
    """What the communities leave the reader wondering about, if anything."""


def ask(actor: Actor) -> Asked:
    """Draw the ways through the calendar and the filters; returns what they say."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        view = st.segmented_control(
            "View",
            list(View),
            default=View.MONTH,
            format_func=str.capitalize,
            required=True,
            key="view",
            bind="query-params",
            label_visibility="collapsed",
            on_change=_turn,
        )
        view, day = View(view or View.MONTH), _day()
        own = _own(actor)
        with st.popover(_label(own), icon=":material/filter_list:", key="filters"):
            communities, hint = _communities(own)
            chosen = filters.areas()
        with st.container(horizontal=True, width="content", gap="xsmall"):  # to stay together on a phone
            _step("Previous", ":material/chevron_left:", view, pages.step(view, day, -1))
            st.button("Today", key="calendar_today", on_click=_go_to, args=(None,))
            _step("Next", ":material/chevron_right:", view, pages.step(view, day, 1))
    return Asked(view, day, communities, chosen, hint)


def list_address(day: date) -> str:
    """The address of the list from the day on, with the filters that are set."""
    kept = {key: st.query_params.get_all(key) for key in ("show", "community", "area")}
    return address("calendar", **kept | {"view": View.LIST.capitalize(), "on": pages.written(View.LIST, day)})


def _step(label: str, icon: str, view: View, to: date | None) -> None:
    written = pages.written(view, to) if to else None
    st.button(label, icon=icon, key=f"calendar_{label.lower()}", disabled=to is None, on_click=_go_to, args=(written,))


def _go_to(on: str | None) -> None:
    """To another page; None for the one of today, whenever the address is opened."""
    if on is not None:
        st.query_params["on"] = on
    else:
        st.query_params.pop("on", None)


def _turn() -> None:
    """Another view of what was looked at."""
    written = pages.read(st.query_params.get("on", ""))
    if written is not None:
        (old, day), new = written, View(st.session_state["view"])
        _go_to(pages.written(new, pages.turned(old, new, day, run.current().today)))


def _day() -> date:
    """The day in the address; today where there is none."""
    written = pages.read(st.query_params.get("on", ""))
    return written[1] if written else run.current().today


def _own(actor: Actor) -> frozenset[int]:
    """Those that the actor belongs to or facilitates."""
    return frozenset(load(open_communities)) & (load(my_communities) | actor.community_ids)


def _label(own: frozenset[int]) -> str:
    """What the filters let through, which one otherwise sees only after opening them.

    On the first run of an address the widgets aren't there yet to say so.
    """
    asked = str(st.session_state.get("show") or st.query_params.get("show"))
    whose = asked if asked in _WHOSE else _MINE if own else _ALL
    named = set(st.query_params.get_all("area")) & set(load(areas).values())
    return f"{_WHOSE[whose]}, some areas" if st.session_state.get("area", named) else _WHOSE[whose]


def _communities(own: frozenset[int]) -> tuple[frozenset[int] | None, str]:
    whose = st.segmented_control(
        "Communities", list(_WHOSE), default=_MINE if own else _ALL, required=True, key="show", bind="query-params"
    )
    if whose == _MINE:
        return own, "" if own else "You belong to no community yet."
    if whose == _ALL:
        return None, "" if own else "You belong to no community yet, so all of them are shown."
    names = words.distinct(load(open_communities))
    chosen = st.multiselect(
        "Which",
        list(names),
        format_func=lambda key: names.get(key, str(key)),
        key="community",
        bind="query-params",
        max_selections=_MOST,
        select_all=False,
    )
    return frozenset(chosen), "" if chosen else "Choose communities above to see their sessions."
