"""My skills: what my job role requires, what I say of myself, my gaps, communities that help; made for a phone."""

import streamlit as st

from cop.permissions import Permission
from cop.ui.layout import page_actor
from cop.ui.live import watch
from cop.ui.widgets import my_skills, notice

page_actor(Permission.OWN_PROFILE)
notice.show()
st.title("My skills", anchor=False)
my_skills.page()
watch("skills", "organisation", "memberships")
