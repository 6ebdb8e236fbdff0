"""The product's own application with one more, empty, page to compare with: `streamlit run benchmarks/serve.py`."""

import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


from cop.permissions import Permission
from cop.ui import navigation
from cop.web.app import prepare

EMPTY = navigation.PageSpec(
    "../benchmarks/pages/empty.py", "empty", "Empty", ":material/crop_square:", "Bench", Permission.OWN_ACCOUNT
)
navigation.PAGES = (*navigation.PAGES, EMPTY)
app = st.App(**prepare())  # Streamlit finds the app by reading this line
