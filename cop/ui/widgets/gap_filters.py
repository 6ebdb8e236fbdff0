"""Which wave's gaps, of whom, in which skills; all kept in the address."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from cop.catalog import queries as catalog
from cop.choices import GroupKind
from cop.surveys import gap_queries, result_queries
from cop.surveys.heatmap import Order, Wanted
from cop.surveys.result_queries import Head
from cop.ui import filters
from cop.ui.format import distinct
from cop.ui.load import load

UNITS = "Units"
KINDS = {
    UNITS: GroupKind.ORG_UNIT.value,
    "Job roles": GroupKind.JOB_ROLE.value,
    "Communities": GroupKind.COMMUNITY.value,
}
_EMPTY: dict[str, Any] = {"q": "", "unit": None, "groups": [], "area": []}
"""Every filter's key, which is also its name in the address, and its value when it filters nothing."""


@dataclass(frozen=True)
class Asked:
    """The wave, if there is one yet, and what of it is wanted; `unit` is the one that was chosen."""

    head: Head | None
    wanted: Wanted
    unit: int | None


def ask() -> Asked:
    """Draw the filters; returns what they say."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        head, kind = _wave(), _kind()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        unit = filters.unit() if kind == GroupKind.ORG_UNIT else None
        references = unit.below if unit else frozenset()
        if kind != GroupKind.ORG_UNIT and head is not None:
            references = _groups(head, kind)
        text = st.text_input(
            "Skill", key="q", type="search", live=True, max_chars=200, bind="query-params", placeholder="Skill or area"
        )
        with st.popover("More", icon=":material/filter_list:", key="filters"):
            areas = filters.areas()
            order = st.selectbox("Order", list(Order), key="sort", format_func=str.capitalize, bind="query-params")
    wanted = Wanted(kind, references, areas, text or "", order or Order.WORST)
    return Asked(head, wanted, unit.id if unit else None)


def _wave() -> Head | None:
    waves = load(gap_queries.gap_waves)
    if not waves:
        return None
    chosen = st.selectbox(
        "Survey",
        list(waves),
        format_func=lambda key: waves.get(key, str(key)),
        key="wave",
        bind="query-params",
    )
    survey_id = chosen if chosen in waves else next(iter(waves))
    return load(result_queries.head, survey_id=survey_id)


def _kind() -> str:
    chosen = st.segmented_control("By", list(KINDS), key="by", default=UNITS, required=True, bind="query-params")
    return KINDS[chosen or UNITS]


def _groups(head: Head, kind: str) -> frozenset[int]:
    named = {group.reference: group.name for group in head.groups if group.kind == kind and group.reference}
    names = distinct(named)
    chosen = st.multiselect(
        "Only",
        list(names),
        format_func=lambda key: names.get(key, str(key)),
        key="groups",
        bind="query-params",
        placeholder="All",
    )
    return frozenset(key for key in chosen if key is not None)


def clear_button(key: str) -> None:
    """Empties the search field and every filter."""
    st.button("Clear filters", key=key, icon=":material/filter_list_off:", on_click=_clear)


def _clear() -> None:
    for key, value in _EMPTY.items():
        st.session_state[key] = value


def order_of(kind: str) -> tuple[int, ...]:
    """The ids of a kind's groups in the order in which pictures show them: units as in the tree, others by name."""
    return tuple(unit.id for unit in load(catalog.units)) if kind == GroupKind.ORG_UNIT else ()
