"""Gaps in skills: by unit and skill, of one group, and how many people a skill hangs on."""

import streamlit as st

from cop.permissions import Permission
from cop.ui.layout import page_actor
from cop.ui.live import watch
from cop.ui.widgets import gap_page, notice

page_actor(Permission.SURVEY_RESULTS)
notice.show()
st.title("Skill gaps", anchor=False)
gap_page.show()
watch("surveys", "skills", "profiles", "funnel")
