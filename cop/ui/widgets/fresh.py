"""Forms that are empty again after each writing."""

import streamlit as st

from cop.ui.perform import Form


def form(name: str) -> Form:
    """The form of this round; its widgets' keys are new ones in the next."""
    return Form(f"{name}:{st.session_state.get(_key(name), 0)}")


def empty(name: str) -> None:
    """Begin the next round."""
    st.session_state[_key(name)] = st.session_state.get(_key(name), 0) + 1


def _key(name: str) -> str:
    return f"_round:{name}"
