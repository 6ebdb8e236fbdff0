"""My surveys: what waits for an answer, what can still be changed, what came of those that are over."""

import streamlit as st

from cop.permissions import Permission
from cop.ui.layout import page_actor
from cop.ui.widgets import my_surveys, notice

page_actor(Permission.SURVEY_ANSWER)
notice.show()
st.title("My surveys", anchor=False)
my_surveys.page()
