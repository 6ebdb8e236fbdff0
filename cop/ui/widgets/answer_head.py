"""What stands on every step of answering: the mode, who asks and why, until when, and what is promised."""

import streamlit as st

from cop.surveys.forms import Form
from cop.ui.format import day
from cop.ui.text import plain

_ANONYMOUS = (
    "After closing, administrators can't link answers to you from the database. Someone who alters the running server "
    "could. Until then, whoever can read the database could, too."
)
_NAMED = (
    "Your answer stands beside your name: here nobody but you sees it, though whoever can read the database could. "
    "Levels of skills become those of your profile."
)


def show(form: Form) -> None:
    """Title, mode and promise."""
    st.title(plain(form.about or form.name), anchor=False)
    mode = ":blue-badge[:material/badge: With your name]" if form.named else ":green-badge[:material/lock: Anonymous]"
    who = f"{plain(form.asked_by)} asks" if form.asked_by else "The programme office asks"
    with st.container(gap="xsmall"):
        st.markdown(f"{mode} {who}, until **{day(form.closes_on)}**.")
        if form.purpose:
            st.text(form.purpose)
        st.caption(f"{_NAMED if form.named else _ANONYMOUS} {_told(form)}")


def _told(form: Form) -> str:
    return (
        f"Nothing is told of fewer than {form.smallest_group} people, and nothing before the survey is closed. "
        "You may leave out any question."
    )
