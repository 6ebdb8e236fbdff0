"""The technology radar: what moves outside, how near it is to being used here, and by whose word."""

import streamlit as st

from cop.permissions import Permission
from cop.ui.layout import page_actor
from cop.ui.live import watch
from cop.ui.widgets import notice, trend_filters, trend_radar

page_actor(Permission.FUNNEL_VIEW)
notice.show()
st.title("Technology radar", anchor=False)
trend_radar.radar(trend_filters.ask())
watch("funnel", "catalog")
