"""The web application: `streamlit run app.py`."""

import streamlit as st

from cop.web.app import prepare

# Streamlit finds the app by reading this file for a literal call of st.App; else it would run it as a bare script.
app = st.App(**prepare())
