"""Whether colleagues find one when they search, and what they see then."""

import streamlit as st

from cop.search import operations, queries
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets import notice

_TICKS = {
    "show_unit": "My unit",
    "show_job_role": "My job role",
    "show_communities": "The communities I belong to",
}


def section() -> None:
    """The choice, off until it is made; who leaves is found no more."""
    now = load(queries.own_visibility)
    st.subheader("Who finds you", anchor=False)
    form = Form("find_me")
    with st.form("find_me_form", border=True):
        findable = st.toggle(
            "Colleagues may find me by name in Search",
            now.findable,
            key=form.key("findable"),
            help="Without it only you and the programme office find you there.",
        )
        st.text("If so, they also see and find:")
        ticks = {name: st.checkbox(text, getattr(now, name), key=form.key(name)) for name, text in _TICKS.items()}
        pressed = st.form_submit_button("Save", key=form.key("submit"))
    if pressed and form.perform(operations.choose_visibility, findable=findable, **ticks):
        notice.say("Saved.")
        st.rerun()
