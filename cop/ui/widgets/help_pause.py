"""Not being asked for help for a while, and being asked again; one's own alone."""

from datetime import timedelta

import streamlit as st

from cop.skills import profile_queries
from cop.skills.pause import longest_pause
from cop.skills.profile_operations import pause_help, resume_help
from cop.ui import format as words
from cop.ui import run
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets import notice


def pause() -> None:
    """Until when one pauses with a way back, or the way into a pause."""
    today = run.current().today
    until = load(profile_queries.my_pause, today=today)
    form = Form("help_pause")
    if until:
        st.text(f"You pause: nobody is shown your offers until {words.day(until)}.")
        if st.button("I can help again", key=form.key("resume"), icon=":material/play_arrow:") and form.perform(
            resume_help
        ):
            notice.say("You are shown again.")
            st.rerun()
        return
    with st.popover("I can’t help at the moment", icon=":material/pause:", key="pause_help"):
        st.write("Your offers stay as they are, but nobody is shown them until the day that you choose.")
        chosen = st.date_input(
            "Show me again from",
            today + timedelta(days=14),
            min_value=today + timedelta(days=1),
            max_value=longest_pause(today),
            format="YYYY-MM-DD",
            key=form.key("until_on"),
        )
        form.slot("until_on")
        if st.button("Pause", type="primary", key=form.key("submit")) and form.perform(pause_help, until_on=chosen):
            notice.say(f"You pause until {words.day(chosen)}.")
            st.rerun()
