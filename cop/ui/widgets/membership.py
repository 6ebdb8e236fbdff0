"""Joining and leaving, from a card or from the community's page; done before the run draws, so it draws the result."""

import streamlit as st

from cop.catalog import operations
from cop.errors import CopError
from cop.ui.perform import perform
from cop.ui.text import plain

_LEFT = "_left_community"


def join_button(community_id: int, name: str) -> None:
    """Join with one click, without a reason."""
    st.button(
        "Join",
        key=f"join_{community_id}",
        icon=":material/add:",
        help=plain(f"Join {name}"),
        on_click=_join,
        args=(community_id, name, None),
    )


def join_or_leave(community_id: int, name: str, *, member: bool) -> None:
    """The community page's own: a reason may be given, leaving asks once more and can be undone."""
    if member:
        with st.popover("Joined", icon=":material/check:", key="leave"):
            st.write("Leave this community? Your contributions stay.")
            field = _reason("leave_reason", "Why do you leave? (optional)")
            st.button("Leave", key="leave_now", type="primary", on_click=_leave, args=(community_id, name, field))
        return
    with st.popover("Join", icon=":material/add:", key="join"):
        st.write("Joining is voluntary, and you can leave at any time.")
        field = _reason("join_reason", "What brings you here? (optional)")
        st.button("Join", key="join_now", type="primary", on_click=_join, args=(community_id, name, field))
    if st.session_state.get(_LEFT) == community_id:
        st.button(
            "Undo leaving", key="undo_leave", icon=":material/undo:", on_click=_join, args=(community_id, name, None)
        )


def _reason(key: str, label: str) -> str:
    st.text_input(label, key=key, max_chars=300, help="The facilitators and the programme office can read it.")
    return key


def _join(community_id: int, name: str, field: str | None) -> None:
    reason = st.session_state.get(field, "") if field else ""
    if _tried(operations.join_community, community_id, reason):
        st.session_state.pop(_LEFT, None)
        st.toast(plain(f"You joined {name}."), icon=":material/check:")


def _leave(community_id: int, name: str, field: str) -> None:
    if _tried(operations.leave_community, community_id, st.session_state.get(field, "")):
        st.session_state[_LEFT] = community_id
        st.toast(plain(f"You left {name}."), icon=":material/check:")


def _tried(operation: object, community_id: int, reason: str) -> bool:
    try:
        perform(operation, community_id=community_id, reason=reason)  # type: ignore[arg-type]
    except CopError as error:
        st.toast(plain(str(error)), icon=":material/error:")
        return False
    return True
