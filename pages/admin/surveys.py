"""Surveys, as the office sees them: templates, waves, and how many have answered."""

import streamlit as st

from cop.permissions import Permission
from cop.ui import layout
from cop.ui.widgets import notice, survey_office

layout.page_actor(Permission.SURVEY_EDIT)
notice.show()
st.title("Surveys", anchor=False)
survey_office.page()
