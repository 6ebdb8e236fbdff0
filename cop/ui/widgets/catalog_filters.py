"""What the visitor looks for in the catalog: words, filters, order and view, all kept in the address."""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st

from cop.catalog import queries
from cop.catalog.search import NextSession, Order, Wanted, fold, vocabulary
from cop.permissions import Actor
from cop.search import spelling
from cop.ui import filters
from cop.ui.load import load

CARDS, TABLE = "Cards", "Table"
_EMPTY: dict[str, Any] = {
    "q": "",
    "area": [],
    "stage": [],
    "type": [],
    "unit": None,
    "next": None,
    "mine": False,
    "archived": False,
}
"""Every filter's key, which is also its name in the address, and its value when it filters nothing."""


@dataclass(frozen=True)
class Asked:
    """What to show, in which order and view."""

    wanted: Wanted
    order: Order
    view: str
    corrected: bool = False
    """Whether the words are not those that were typed, but likelier ones."""

    @property
    def narrowed(self) -> bool:
        """Whether something may be hidden by a filter."""
        return self.wanted != Wanted(archived=self.wanted.archived)


def ask(actor: Actor) -> Asked:
    """Draw the search field and filters; returns what they say."""
    top = st.columns([4, 2, 2, 2], vertical_alignment="bottom")
    with top[0]:
        text = st.text_input(
            "Search",
            key="q",
            type="search",
            live=True,
            max_chars=200,
            bind="query-params",
            placeholder="Name, focus, area or facilitator",
        )
    with top[1]:
        order = st.selectbox("Sort by", list(Order), key="sort", format_func=str.capitalize, bind="query-params")
    with top[2]:
        view = st.segmented_control(
            "View", [CARDS, TABLE], key="view", default=CARDS, required=True, bind="query-params"
        )
    with top[3], st.popover(_filters_label(), icon=":material/filter_list:", key="filters", width="stretch"):
        wanted = _filters(actor, text or "")
    return Asked(wanted, order or Order.NAME, view or CARDS)


def with_spelling_corrected(rows: pd.DataFrame, asked: Asked) -> Asked:
    """Correct likely typing mistakes in the words searched for; the same where none can be corrected."""
    text = spelling.correct(fold(asked.wanted.text), vocabulary(rows))
    return replace(asked, wanted=replace(asked.wanted, text=text), corrected=True) if text else asked


def _filters(actor: Actor, text: str) -> Wanted:
    mine = st.toggle("Only mine", key="mine", bind="query-params", help="Those you belong to or facilitate.")
    areas, stages, types = filters.areas(), filters.stages(), filters.types()
    unit = filters.unit()
    upcoming = st.selectbox(
        "Next session",
        list(NextSession),
        index=None,
        format_func=str.capitalize,
        key="next",
        bind="query-params",
        placeholder="Any time",
    )
    archived = st.toggle("Include archived", key="archived", bind="query-params")
    return Wanted(
        text=text,
        areas=areas,
        stages=stages,
        types=types,
        units=unit.below if unit else None,
        next_session=NextSession(upcoming) if upcoming else None,
        only=load(queries.my_communities) | actor.community_ids if mine else None,
        archived=archived,
    )


def _filters_label() -> str:
    """How many filters beside the words are set, which one otherwise sees only after opening them."""
    count = sum(_is_set(key) for key in _EMPTY if key != "q")
    return f"Filters ({count})" if count else "Filters"


def _is_set(key: str) -> bool:
    """On the first run of an address the widgets aren't there yet to say so."""
    return bool(st.session_state[key] if key in st.session_state else st.query_params.get(key))


def clear_button(key: str) -> None:
    """Empties the search field and every filter."""
    st.button("Clear filters", key=key, icon=":material/filter_list_off:", on_click=_clear)


def _clear() -> None:
    for key, value in _EMPTY.items():
        st.session_state[key] = value
