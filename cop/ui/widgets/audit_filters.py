"""What to look for in the audit log; all kept in the address."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from cop.db import reading
from cop.permissions import Actor
from cop.trail import queries, words
from cop.trail.queries import Wanted
from cop.ui import run

_OUTCOMES = {"done": "Done", "refused": "Refused"}


def ask(actor: Actor) -> Wanted:
    """Draw the filters; returns what they say."""
    with reading() as db:
        offered = queries.choices(db, actor)
    today = run.current().today
    with st.container(horizontal=True, vertical_alignment="bottom"):
        since = st.date_input("From", None, key="from", bind="query-params", max_value=today, format="YYYY-MM-DD")
        until = st.date_input("To", None, key="to", bind="query-params", max_value=today, format="YYYY-MM-DD")
        who = _choice("Who", offered.who, "who", "Anybody")
        community = _choice("Community", offered.communities, "community", "Any or none")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        operation = _choice("Operation", _told(offered.operations, words.operation), "operation", "Any")
        kind = _choice("Object", _told(offered.object_types, words.kind), "object", "Any")
        outcome = _choice("Outcome", _OUTCOMES, "outcome", "Done or refused")
    return Wanted(since, until, who, operation, kind, community, outcome)


def _told(values: tuple[str, ...], say: Callable[[str], str]) -> dict[str, str]:
    return {value: say(value) for value in values}


def _choice(title: str, options: dict[Any, str], key: str, everything: str) -> Any:
    chosen = st.selectbox(
        title,
        list(options),
        index=None,
        format_func=lambda value: options.get(value, str(value)),
        key=key,
        bind="query-params",
        placeholder=everything,
    )
    return chosen if chosen in options else None
