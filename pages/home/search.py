"""Search communities, sessions, contributions, resources, funnel items, skills and people."""

import streamlit as st

from cop.permissions import Permission
from cop.ui.layout import page_actor
from cop.ui.live import watch
from cop.ui.widgets import search_results

page_actor(Permission.COMMUNITY_VIEW)
st.title("Search", anchor=False)
asked = search_results.ask()
if asked is not None:
    search_results.results(asked)
watch("catalog", "sessions", "people", "organisation", "memberships", "funnel", "skills", "profiles")
