"""Propose something for the technology funnel: a need, or a trend."""

import streamlit as st

from cop.permissions import Permission
from cop.ui.layout import page_actor
from cop.ui.widgets import notice, propose_form

actor = page_actor(Permission.FUNNEL_PROPOSE)
notice.show()
st.title("Propose a need or a trend", anchor=False)
propose_form.propose(actor)
