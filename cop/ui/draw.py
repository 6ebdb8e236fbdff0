"""Drawing: what is drawn is kept finished, because building it costs more than all queries of a page."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pandas as pd
import streamlit as st

from cop.charting import Template
from cop.ui.load import cache_key, load, stable

Summary = str | Callable[..., str]


def draw(
    chart: Callable[..., Any],
    query: Callable[..., pd.DataFrame],
    *,
    summary: Summary,
    options: dict[str, Any] | None = None,
    **params: Any,
) -> None:
    """Draw `chart(load(query, **params), **options)`; `summary` is its text for those who don't see it.

    A summary that must know the figures is a function: `summary(frame, **options)`.
    """
    drawn(_chart, query, {"chart": chart, "summary": summary, "options": options or {}}, **params)


def drawn(
    render: Callable[..., None], query: Callable[..., Any], options: dict[str, Any] | None = None, **params: Any
) -> None:
    """Call `render(load(query, **params), **options)` once per change and replay for everybody what it drew.

    `render` draws whatever is no widget: Streamlit can't replay those.
    """
    options = options or {}
    key = stable([render, options]) + cache_key(query, **params)
    _replayed(key, render, query, params, options)


@st.cache_data(show_spinner=False, max_entries=1_000, ttl="12h")
def _replayed(
    key: str,  # noqa: ARG001 - the cache's key
    _render: Callable[..., None],
    _query: Callable[..., Any],
    _params: dict[str, Any],
    _options: dict[str, Any],
) -> None:
    _render(load(_query, **_params), **_options)


def _chart(frame: pd.DataFrame, *, chart: Callable[..., Any], summary: Summary, options: dict[str, Any]) -> None:
    show_chart(frame, chart, summary if isinstance(summary, str) else summary(frame, **options), **options)


def show_chart(frame: pd.DataFrame, chart: Callable[..., Any], summary: str, **options: Any) -> None:
    """Draw the chart of these rows, from inside something that is `drawn`."""
    if isinstance(chart, Template):
        rows = chart.rows(frame)
        spec = _form(chart, tuple(options.items()), tuple(rows.columns))
        st.vega_lite_chart(rows, spec, width="stretch", alt=summary)
    else:
        st.altair_chart(chart(frame, **options), width="stretch", alt=summary)


@lru_cache(maxsize=500)
def _form(chart: Template, options: tuple[tuple[str, Any], ...], columns: tuple[str, ...]) -> dict[str, Any]:
    """The chart's specification without data."""
    spec: dict[str, Any] = chart.build(pd.DataFrame(columns=list(columns)), **dict(options)).to_dict()
    spec.pop("data", None)
    spec.pop("datasets", None)
    return spec
