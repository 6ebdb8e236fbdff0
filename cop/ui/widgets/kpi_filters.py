"""What a manager wants to see figures of: a period, areas, a unit, communities; all kept in the address."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from cop.catalog.queries import areas as area_names
from cop.kpis import queries
from cop.kpis.queries import Bounds
from cop.kpis.scope import SMALL_GROUP, Selection, reach, units_of
from cop.periods import Period, last_months, month_of
from cop.permissions import Actor
from cop.ui import filters, run
from cop.ui.format import day
from cop.ui.load import load

_LAST = {"3 months": 3, "6 months": 6, "12 months": 12, "24 months": 24}
_ALL, _CUSTOM = "All time", "From … to …"
_MOST = 50
"""Chosen communities at most; who wants more wants an area or all."""


@dataclass(frozen=True)
class Asked:
    """What to show, and on which day."""

    period: Period
    selection: Selection
    as_of: date
    about: str
    """Which communities and people, in words."""

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of the queries of figures."""
        return {"period": self.period, "selection": self.selection, "as_of": self.as_of}

    @property
    def months(self) -> tuple[str, str]:
        """The first and the last month, as files are named after them."""
        return f"{self.period.first:%Y-%m}", f"{self.period.last:%Y-%m}"


def ask(actor: Actor, bounds: Bounds) -> Asked:
    """Draw the filters; returns what they say."""
    today = run.current().today
    with st.container(horizontal=True, vertical_alignment="bottom"):
        period = _period(bounds, today)
        areas = filters.areas()
        unit = filters.unit(within=units_of(actor))
        names = load(queries.choices).communities
        chosen = st.multiselect(
            "Communities",
            list(names),
            format_func=lambda key: names.get(key, str(key)),
            key="community",
            bind="query-params",
            placeholder="All communities" if actor_sees_all(actor) else "All yours",
            max_selections=_MOST,
            select_all=False,
        )
    selection = Selection(areas, tuple(sorted(chosen)), unit.id if unit else None)
    words = [", ".join(load(area_names)[key] for key in areas), ", ".join(names[key] for key in sorted(chosen))]
    words.append(f"people of {unit.path}" if unit else "")
    about = " · ".join(word for word in words if word) or "All communities"
    return Asked(period, selection, today, about)


def actor_sees_all(actor: Actor) -> bool:
    """Whether the actor's figures are the whole programme's."""
    return reach(actor).communities is None


def _period(bounds: Bounds, today: date) -> Period:
    choice = st.selectbox("Period", [*_LAST, _ALL, _CUSTOM], index=2, key="period", bind="query-params")
    ever = Period(min(bounds.first, month_of(today)), month_of(today))
    if choice == _ALL:
        return ever
    if choice != _CUSTOM:
        return last_months(_LAST.get(choice or "", 12), today)
    options = {f"{month:%b %Y}": month for month in reversed(ever.months)}
    start = options[_month("From", options, "from", min(11, len(options) - 1))]
    end = options[_month("To", options, "to", 0)]
    return Period(min(start, end), max(start, end))


def _month(title: str, options: dict[str, date], key: str, index: int) -> str:
    return st.selectbox(title, list(options), index=index, key=key, bind="query-params")


def freshness(asked: Asked, bounds: Bounds) -> None:
    """Of which time the figures are, and how fresh."""
    held = f"Last session held {day(bounds.last_held)}. " if bounds.last_held else "No session held yet. "
    small = f"Months with fewer than {SMALL_GROUP} members of the unit are withheld. " if asked.selection.unit else ""
    st.caption(f"{asked.period.label}, as of {day(asked.as_of)}. {held}{small}Every save shows here within seconds.")
