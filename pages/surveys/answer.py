"""Answer a survey, or change one's answer; made for a phone."""

import streamlit as st

from cop.permissions import Permission
from cop.ui.address import address_id
from cop.ui.layout import page_actor
from cop.ui.widgets import answer_page

actor = page_actor(Permission.SURVEY_ANSWER)
answer_page.page(actor, address_id(st.query_params.get("survey", "")))
