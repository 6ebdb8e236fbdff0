"""Record a session: prefilled from the plan or the last one, kept as one goes."""

import streamlit as st

from cop.permissions import Permission
from cop.ui.layout import page_actor
from cop.ui.widgets import pick_session, record_form

actor = page_actor(Permission.SESSION_RECORD)

st.title("Record a session", anchor=False)
chosen = pick_session.chosen(actor)
if chosen is not None:
    pick_session.heading(chosen)
    record_form.record(chosen.room, chosen.session)
