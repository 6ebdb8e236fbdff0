"""Check oneself in to a session by the code shown in the room; made for a phone."""

import streamlit as st

from cop.permissions import Permission
from cop.ui.layout import page_actor
from cop.ui.widgets import attending

page_actor(Permission.SESSION_ATTEND)
st.title("Check in", anchor=False)
attending.check_in()
