"""Rounds of prioritisation: proposed, scored, decided, and the lists published to all."""

import streamlit as st

from cop.permissions import Permission
from cop.ui.layout import page_actor
from cop.ui.live import watch
from cop.ui.widgets import notice, round_list

actor = page_actor(Permission.FUNNEL_VIEW)
notice.show()
st.title("Rounds", anchor=False)
round_list.rounds(actor)
watch("funnel", "people")
