"""Setting up the funnel: criteria with their weights, strategic themes, limits, the radar's quadrants and rings."""

import streamlit as st

from cop.permissions import Permission
from cop.ui import layout
from cop.ui.live import watch
from cop.ui.widgets import criteria_editor, funnel_limits, notice, radar_parts, themes

layout.page_actor(Permission.FUNNEL_SETUP)
st.title("Funnel set-up", anchor=False)
notice.show()
criteria, strategy, limits, radar = st.tabs(
    ["Criteria", "Strategic themes", "Limits", "Radar"], key="tab", bind="query-params", on_change="rerun"
)
if criteria.open:
    with criteria:
        criteria_editor.tab()
if strategy.open:
    with strategy:
        themes.tab()
if limits.open:
    with limits:
        funnel_limits.tab()
if radar.open:
    with radar:
        radar_parts.tab()
watch("funnel")
