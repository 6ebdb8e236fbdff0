"""Two versions of one thing: what somebody else saved meanwhile beside what was typed, and the choice."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import streamlit as st

from cop.errors import Conflict
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.perform import Form
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
    st.warning(
        plain(f"{author(found)} while you were editing. Your version is not saved yet."), icon=":material/call_split:"
    )
    for field, title in labels.items():
        if field in found.current and field in mine and found.current[field] != mine[field]:
            _difference(title, found.current[field], mine[field])
    with st.container(horizontal=True):
        version = found.current.get("version")  # none where writers kept meeting: then only theirs can be taken
        if version is not None and st.button("Overwrite with my version", key=f"{name}:mine", type="primary"):
            again(version)
        st.button("Discard my version", key=f"{name}:theirs", on_click=_take_theirs, args=(name, drop))


def _take_theirs(name: str, drop: Callable[[], None]) -> None:
    forget(name)
    drop()


def _difference(title: str, saved: Any, mine: Any) -> None:
    left, right = st.columns(2)
    for column, heading, value in ((left, "saved", saved), (right, "your version, not saved", mine)):
        with column, st.container(border=True):
            st.caption(f"{title}: {heading}")
            st.text("–" if value in (None, "") else str(value))


def author(found: Conflict) -> str:
    """Say who made the newer version, and when: "Greta Olm changed this on Thu 5 Mar 2026, 16:00"."""
    current = runs.current()
    if not found.changed_by:
        return "Somebody else changed this"
    if is_mine(found):
        who = "You changed this yourself, in another tab or window,"
    else:
        who = f"{found.changed_by} changed this"
    return f"{who} on {words.moment(datetime.fromisoformat(found.changed_at), current.time_zone)}"


def is_mine(found: Conflict) -> bool:
    """Whether the newer version was saved by the person who now reads the message."""
    actor = runs.current().actor
    return found.changed_by_account is not None and found.changed_by_account == actor.account_id


def refuse(form: Form, found: Conflict) -> None:
    """Show in the form that nothing was saved, and by whom the newer version is."""
    form.fail({"": f"Not saved. {author(found)}. Look at the new version, then repeat."})


def _key(name: str) -> str:
    return f"_conflict:{name}"
