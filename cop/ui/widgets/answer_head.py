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
# The figures are calculated in tests/unit/surveys/test_blur.py and explained in docs/decisions/0014-honest-surveys.md.
_LIMITS = """
- Each published count is blurred by a random number. Somebody who knows the answers of **everybody else** in a group still
  has to guess yours, and is wrong about 1 time in 5.
- Guessing gets easier the more often the same people give the same answer: after four surveys such an insider is wrong
  about 1 time in 20 on a scale, and 1 time in 10 for yes or no.
- Comments are published only when there are at least ten, in random order. Others may recognise you by what you write.
- Someone who alters the running server before the survey closes could read your answers.
"""


def show(form: Form) -> None:
    """Title, mode and promise."""
    st.title(plain(form.about or form.name), anchor=False)
    mode = ":blue-badge[:material/badge: With your name]" if form.named else ":green-badge[:material/lock: Anonymous]"
    who = f"{plain(form.asked_by)} asks" if form.asked_by else "The programme office asks"
    with st.container(gap="xsmall"):
        st.markdown(f"{mode} {who}, until **{day(form.closes_on)}**.")
        if form.purpose:
            st.text(form.purpose)
        st.caption(f"{_NAMED if form.named else _ANONYMOUS} {_published(form)}")
        if not form.named:
            with st.popover("How anonymous is this?", icon=":material/lock:", key="how_anonymous", type="tertiary"):
                st.markdown(_LIMITS)


def _published(form: Form) -> str:
    return (
        f"Results for fewer than {form.smallest_group} people are hidden, and there are no results before the survey "
        "closes. You may leave out any question."
    )
