"""The entry script of every run: who is it, which pages are theirs, run the one they asked for."""

import streamlit as st

from cop.settings import ROOT
from cop.ui import layout, navigation, run
from cop.ui.widgets import survey_notice

_ICON = ROOT / "cop" / "ui" / "assets" / "icon.svg"

st.set_page_config(page_title="CoP programme", page_icon=str(_ICON), layout="wide", initial_sidebar_state=256)
started = run.begin()
if started is None:
    layout.signed_out()
    st.stop()
specs = navigation.allowed(started.actor)
pages = {spec.url: navigation.page_for(spec) for spec in specs}
st.session_state["_pages"] = pages
start = navigation.start_page(pages[specs[0].url])
page = st.navigation([start, *pages.values()], position="hidden")
navigation.show_address(page)
layout.sidebar(started.actor, specs, page)
survey_notice.show(page.url_path)
layout.run_page(page)
