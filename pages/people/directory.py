"""Who can help with a skill: colleagues who offered it."""

import streamlit as st

from cop.permissions import Permission
from cop.ui.layout import page_actor
from cop.ui.live import watch
from cop.ui.widgets import helpers, notice

page_actor(Permission.SKILL_VIEW)
notice.show()
st.title("Who can help", anchor=False)
helpers.page()
watch("profiles", "skills", "people")
