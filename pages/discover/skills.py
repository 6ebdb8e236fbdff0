"""Skills: what each level means, who needs it; for the office and managers, the levels that are required."""

import streamlit as st

from cop.permissions import Permission, may
from cop.ui.layout import page_actor
from cop.ui.widgets import notice, required_levels, skill_catalog

actor = page_actor(Permission.SKILL_VIEW)
notice.show()
st.title("Skills", anchor=False)
sections = {"Catalog": lambda: skill_catalog.tab(actor)}
if may(actor, Permission.SKILL_EDIT):
    sections["Job roles"] = required_levels.job_roles
if may(actor, Permission.REQUIREMENT_EDIT):
    sections["Units"] = lambda: required_levels.units(actor)
if len(sections) == 1:
    sections["Catalog"]()
else:
    tabs = st.tabs(list(sections), key="tab", bind="query-params", on_change="rerun")
    for tab, draw in zip(tabs, sections.values(), strict=True):
        if tab.open:
            with tab:
                draw()
