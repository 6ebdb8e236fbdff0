"""A word about what was done, that survives the rerun after it."""

import streamlit as st

from cop.ui.text import plain

_KEY = "_notices"


def say(text: str) -> None:
    """Tell this at the start of the next run; `text` may hold user text."""
    st.session_state.setdefault(_KEY, []).append(text)


def show() -> None:
    """Tell what was said; once on a page."""
    for text in st.session_state.pop(_KEY, []):
        st.toast(plain(text), icon=":material/check:")
