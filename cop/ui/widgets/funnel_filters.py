"""What the visitor looks for in the funnel: words, filters, lanes and view, all kept in the address."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from cop.choices import Channel, FunnelStage
from cop.funnel import queries
from cop.funnel.board import Lanes, Wanted, count_in, plural
from cop.funnel.cards import quotas_in_words
from cop.funnel.gates import ASIDE
from cop.permissions import Actor
from cop.ui import filters, run
from cop.ui import format as words
from cop.ui.load import load

BOARD, LIST, PICTURES = "Board", "List", "Pictures"
_EMPTY: dict[str, Any] = {
    "q": "",
    "channel": [],
    "unit": None,
    "area": [],
    "theme": [],
    "owner": None,
    "mine": False,
    "unique": False,
    "late": False,
    "stage": [],
}
"""Every filter's key, which is also its name in the address, and its value when it filters nothing."""


@dataclass(frozen=True)
class Asked:
    """What to show, cut how, in which view."""

    wanted: Wanted
    lanes: Lanes
    view: str


def ask(actor: Actor, everything: pd.DataFrame) -> Asked:
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
            placeholder="Title, description, client, unit, area or owner",
        )
    with top[2]:
        view = st.segmented_control(
            "View", [BOARD, LIST, PICTURES], key="view", default=BOARD, required=True, bind="query-params"
        )
    with top[1]:
        lanes = st.selectbox(
            "Lanes",
            list(Lanes),
            key="lanes",
            format_func=str.capitalize,
            bind="query-params",
            disabled=view in (LIST, PICTURES),
        )
    with top[3], st.popover(_filters_label(), icon=":material/filter_list:", key="filters", width="stretch"):
        wanted = _filters(actor, text or "", everything)
    return Asked(wanted, lanes or Lanes.NONE, view or BOARD)


def _filters(actor: Actor, text: str, everything: pd.DataFrame) -> Wanted:
    mine = st.toggle("Only mine", key="mine", bind="query-params", help="Those you raised or carry.")
    late = st.toggle("Only late ones", key="late", bind="query-params", help="Too long in one stage, or overdue.")
    unique = st.toggle("Only unique knowledge", key="unique", bind="query-params")
    channels = _several("Channel", {item.value: plural(item) for item in Channel}, "channel", "All channels")
    unit = filters.unit()
    areas = filters.areas()
    themes = _several("Theme", load(queries.choices, today=run.current().today).themes, "theme", "All themes")
    owned = everything[["owner_id", "owner"]].dropna().drop_duplicates().sort_values(["owner", "owner_id"])
    owners = words.distinct(dict(zip(owned["owner_id"].map(int), owned["owner"], strict=True)))
    owner = st.selectbox(
        "Owner",
        list(owners),
        index=None,
        format_func=lambda key: owners.get(key, str(key)),
        key="owner",
        bind="query-params",
        placeholder="Anybody",
    )
    stages = _several("Stage", {item.value: words.label(item) for item in FunnelStage}, "stage", "All on the way")
    return Wanted(
        text=text,
        channels=channels,
        units=unit.below if unit else None,
        areas=areas,
        themes=themes,
        owner=owner,
        mine=actor.person_id if mine else None,
        unique=unique,
        late=late,
        stages=stages,
    )


def _several(title: str, names: dict[Any, str], key: str, everything: str) -> tuple[Any, ...]:
    chosen = st.multiselect(
        title,
        list(names),
        format_func=lambda value: names.get(value, str(value)),
        key=key,
        bind="query-params",
        placeholder=everything,
    )
    return tuple(sorted(chosen))


def _filters_label() -> str:
    """How many filters beside the words are set, which one otherwise sees only after opening them."""
    count = sum(_is_set(key) for key in _EMPTY if key != "q")
    return f"Filters ({count})" if count else "Filters"


def _is_set(key: str) -> bool:
    """On the first run of an address the widgets aren't there yet to say so."""
    return bool(st.session_state[key] if key in st.session_state else st.query_params.get(key))


def summary(wanted: Wanted, everything: pd.DataFrame, found: pd.DataFrame) -> None:
    """How many fit, how many of them are set aside and hidden, how full the channels' quotas are."""
    shown = wanted.shown_stages
    aside = {stage: count_in(found, [stage]) for stage in ASIDE if stage not in shown}
    hidden = {stage: count for stage, count in aside.items() if count}
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{count_in(found, shown):,} of {count_in(everything, shown):,}")
        if any(_is_set(key) for key in _EMPTY):
            st.button("Clear filters", key="clear_filters", icon=":material/filter_list_off:", on_click=_clear)
        if hidden:
            names = " and ".join(f"{words.label(stage).lower()} ({count:,})" for stage, count in hidden.items())
            st.button(
                f"Show {names}", key="show_aside", icon=":material/visibility:", on_click=_show_aside, args=(shown,)
            )
        quotas = quotas_in_words(everything, load(queries.limits))
        if quotas:
            st.caption(f"Taken on: {quotas}", help="Prioritised and in progress, against each channel’s quota.")


def _clear() -> None:
    for key, value in _EMPTY.items():
        st.session_state[key] = value


def _show_aside(shown: tuple[FunnelStage, ...]) -> None:
    st.session_state["stage"] = [stage.value for stage in (*shown, *ASIDE)]
