"""Filters that screens share. Each is bound to the address, so that what one sees can be shared as a link."""

from collections.abc import Callable

import streamlit as st

from cop.catalog import queries
from cop.choices import CommunityType, Stage
from cop.ui.format import label
from cop.ui.load import load

Changed = Callable[[], None] | None


def areas(on_change: Changed = None) -> tuple[int, ...]:
    """The chosen areas' ids; none means all. `?area=…`, by name."""
    names = load(queries.areas)
    chosen = st.multiselect(
        "Area",
        list(names),
        format_func=lambda key: names.get(key, str(key)),
        key="area",
        bind="query-params",
        placeholder="All areas",
        on_change=on_change or "rerun",
    )
    return tuple(sorted(chosen))


def stages(on_change: Changed = None) -> tuple[str, ...]:
    """The chosen stages; none means all. `?stage=…`."""
    return _choices("Stage", [stage.value for stage in Stage], "stage", "All stages", on_change)


def types(on_change: Changed = None) -> tuple[str, ...]:
    """The chosen community types; none means all. `?type=…`."""
    return _choices("Type", [kind.value for kind in CommunityType], "type", "All types", on_change)


def unit(on_change: Changed = None, *, within: frozenset[int] | None = None) -> queries.Unit | None:
    """The chosen org unit, which stands for everything below it too; None means all. `?unit=…`, by path.

    `within` are the units to choose from, if not all.
    """
    units = {item.id: item for item in load(queries.units) if within is None or item.id in within}
    chosen = st.selectbox(
        "Unit",
        list(units),
        index=None,
        format_func=lambda key: units[key].path if key in units else str(key),
        key="unit",
        bind="query-params",
        placeholder="All units",
        on_change=on_change or "rerun",
    )
    return units.get(chosen) if chosen is not None else None


def _choices(title: str, values: list[str], key: str, everything: str, on_change: Changed) -> tuple[str, ...]:
    chosen = st.multiselect(
        title,
        values,
        format_func=label,
        key=key,
        bind="query-params",
        placeholder=everything,
        on_change=on_change or "rerun",
    )
    return tuple(sorted(chosen))
