"""Take the whole programme along, as CSV files in one archive."""

import streamlit as st

from cop.permissions import Permission
from cop.ui import layout
from cop.ui.widgets import data_export

layout.page_actor(Permission.DATA_EXPORT)
st.title("Export", anchor=False)
data_export.everything()
