"""Every read of a page: cached by query, the revisions of its topics, its parameters and what the actor may see."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import streamlit as st

from cop.db import reading
from cop.query import cache_scope
from cop.ui import run as runs

T = TypeVar("T")


def load(query: Callable[..., T], **params: Any) -> T:
    """The query's result for the run's actor; computed once per change, not once per viewer."""
    run = runs.current()
    return _cached(cache_key(query, **params), query, run.actor, params)  # type: ignore[no-any-return]


def cache_key(query: Callable[..., Any], **params: Any) -> str:
    """What the result depends on, as text: equal keys mean equal results.

    Raises Forbidden for who may not ask, before any cache is looked into.
    """
    run = runs.current()
    topics = {topic: run.revisions.get(topic, 0) for topic in query.topics}  # type: ignore[attr-defined]
    scope = cache_scope(query, run.actor, **params)
    return stable([f"{query.__module__}.{query.__name__}", topics, params, scope])


@st.cache_data(show_spinner=False, max_entries=2_000, ttl="12h")
def _cached(key: str, _query: Callable[..., Any], _actor: Any, _params: dict[str, Any]) -> Any:  # noqa: ARG001 - the key
    with reading() as db:
        return _query(db, _actor, **_params)


def stable(value: Any) -> str:
    """A text that is equal exactly for equal values; sets and dicts in sorted order."""
    if is_dataclass(value) and not isinstance(value, type):
        inner = [(field.name, getattr(value, field.name)) for field in fields(value)]
        return f"{type(value).__name__}{stable(inner)}"
    if isinstance(value, dict):
        return "{" + ",".join(f"{stable(k)}:{stable(value[k])}" for k in sorted(value, key=repr)) + "}"
    if isinstance(value, set | frozenset):
        return "<" + ",".join(sorted(stable(item) for item in value)) + ">"
    if isinstance(value, list | tuple):
        return "[" + ",".join(stable(item) for item in value) + "]"
    if callable(value):  # a function's repr tells its address, not its name
        return f"{value.__module__}.{value.__qualname__}"
    return repr(value)
