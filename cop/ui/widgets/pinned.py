"""The row that somebody edits, as it was when its form opened, whatever others do meanwhile. One per kind."""

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")


def row(kind: str, found: T, form_name: Callable[[T], str], *, field: str = "name") -> T:
    """The row of the form that is open; of a form that was closed in between, the row as it is now.

    `form_name` gives the name of a row's form; whether it is open shows a field that the form always has.
    """
    kept: Any = st.session_state.get(_key(kind))
    same = kept is not None and getattr(kept, "id", None) == getattr(found, "id", None)
    if not same or f"{form_name(kept)}:{field}" not in st.session_state:
        st.session_state[_key(kind)] = kept = found
    return kept  # type: ignore[no-any-return]


def forget(kind: str) -> None:
    """The form starts afresh."""
    st.session_state.pop(_key(kind), None)


def _key(kind: str) -> str:
    return f"_pinned:{kind}"
