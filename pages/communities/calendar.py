"""When communities meet: a month, a week or a list of days."""

import streamlit as st

from cop.permissions import Permission
from cop.ui.layout import page_actor
from cop.ui.live import watch
from cop.ui.widgets import calendar_filters, calendar_view, feeds

actor = page_actor(Permission.COMMUNITY_VIEW)
st.title("Calendar", anchor=False)
calendar_view.show(actor, calendar_filters.ask(actor))
feeds.of_my_communities()
watch("sessions", "catalog", "memberships", "feeds")
