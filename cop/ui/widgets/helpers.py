"""Who can help with a skill: those who offer it, for as long as they do."""

import streamlit as st

from cop.skills import profile_queries
from cop.ui import run
from cop.ui.layout import link
from cop.ui.load import load
from cop.ui.text import plain
from cop.ui.widgets import help_pause, my_skills


def page() -> None:
    """Choose a skill, see who helps."""
    offers = load(profile_queries.offers, today=run.current().today)
    if not offers:
        st.info("Nobody offers help yet. Be the first: tick “I can help” beside one of your skills.")
    else:
        chosen = st.selectbox(
            "Who can help with …",
            list(offers),
            index=None,
            format_func=lambda key: offers[key][0] if key in offers else str(key),  # the address holds it
            key="skill",
            bind="query-params",
            placeholder=f"Search {len(offers):,} {'skill' if len(offers) == 1 else 'skills'}",
        )
        if chosen in offers:
            _people(chosen)
    _own()


def _people(skill_id: int) -> None:
    me, asked = run.current().actor.person_id, {"skill_id": skill_id, "today": run.current().today}
    for helper in load(profile_queries.helpers, **asked):
        with st.container(border=True, gap=None):
            you = " :gray-badge[You]" if helper.person_id == me else ""
            st.markdown(f"**{plain(helper.name)}**{you}")
            for text in (helper.unit, helper.email):
                if text:
                    st.text(text)
    pausing = load(profile_queries.pausing, **asked)
    if pausing:
        st.caption(f"{pausing:,} more colleagues offer help with it and pause at the moment.")


def _own() -> None:
    """What colleagues see of oneself here, and the way out of it."""
    names = load(profile_queries.my_offers)
    if names:
        pauses = load(profile_queries.my_pause, today=run.current().today) is not None
        st.text(f"You {'offer' if pauses else 'are shown here with'}: {', '.join(names)}.")
        help_pause.pause()
        st.button("Stop offering help", key="stop_helping", icon=":material/block:", on_click=my_skills.stop)
    link("profile", "Your skills, and what you offer", icon=":material/psychology:")
