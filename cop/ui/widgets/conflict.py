"""Two versions of one thing: what somebody else saved meanwhile beside what was typed, and the choice."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import streamlit as st

from cop.errors import Conflict
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.text import plain


def remember(name: str, found: Conflict) -> None:
    """Keep the conflict of a form until it is settled."""
    st.session_state[_key(name)] = found


def forget(name: str) -> None:
    """It is settled."""
    st.session_state.pop(_key(name), None)


def show(
    name: str,
    labels: dict[str, str],
    mine: dict[str, Any],
    *,
    again: Callable[[int], None],
    drop: Callable[[], None],
) -> None:
    """Show both versions of a form's remembered conflict, if there is one.

    `again(version)` saves what was typed over the version now in place; `drop()` forgets what was typed.
    """
    found: Conflict | None = st.session_state.get(_key(name))
    if found is None:
        return
    st.warning(plain(f"{found} {_who(found)}"), icon=":material/call_split:")
    for field, title in labels.items():
        if field in found.current and field in mine and found.current[field] != mine[field]:
            _difference(title, found.current[field], mine[field])
    with st.container(horizontal=True):
        version = found.current.get("version")  # none where writers kept meeting: then only theirs can be taken
        if version is not None and st.button("Save mine over it", key=f"{name}:mine", type="primary"):
            again(version)
        st.button("Discard mine, take theirs", key=f"{name}:theirs", on_click=_take_theirs, args=(name, drop))


def _take_theirs(name: str, drop: Callable[[], None]) -> None:
    forget(name)
    drop()


def _difference(title: str, theirs: Any, mine: Any) -> None:
    left, right = st.columns(2)
    for column, heading, value in ((left, "theirs, saved", theirs), (right, "yours, not saved", mine)):
        with column, st.container(border=True):
            st.caption(f"{title}: {heading}")
            st.text("–" if value in (None, "") else str(value))


def _who(found: Conflict) -> str:
    if not found.changed_by:
        return ""
    when = words.moment(datetime.fromisoformat(found.changed_at), runs.current().time_zone)
    return f"It was {found.changed_by}, {when}."


def _key(name: str) -> str:
    return f"_conflict:{name}"
