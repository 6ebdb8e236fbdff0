"""The KPI screen before there is anything to count."""

import streamlit as st

from cop.permissions import Actor, Permission, may_somewhere
from cop.ui.layout import link


def nothing_yet(actor: Actor) -> None:
    """What is missing, and the way to the first figure."""
    st.info(
        "No figures yet. They appear here, by themselves, as soon as somebody joins a community or a session is recorded.",
        icon=":material/monitoring:",
    )
    if may_somewhere(actor, Permission.SESSION_RECORD):
        link("record", "Record a session", icon=":material/edit_note:")
    link("catalog", "See the communities", icon=":material/groups:")
