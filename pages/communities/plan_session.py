"""Plan a session, or change a plan."""

import streamlit as st

from cop.permissions import Permission
from cop.ui.layout import page_actor
from cop.ui.widgets import plan_form

page_actor(Permission.SESSION_RECORD)

st.title("Plan a session", anchor=False)
plan_form.plan()
