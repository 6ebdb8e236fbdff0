"""The organisation's structure: units, job roles, areas, and its settings."""

import streamlit as st

from cop.permissions import Permission
from cop.ui import layout
from cop.ui.widgets import name_list, notice, org_settings, org_units

layout.page_actor(Permission.ORGANISATION_EDIT)
st.title("Organisation", anchor=False)
notice.show()
units, job_roles, areas, settings = st.tabs(
    ["Units", "Job roles", "Areas", "Settings"], key="tab", bind="query-params", on_change="rerun"
)
if units.open:
    with units:
        org_units.tab()
if job_roles.open:
    with job_roles:
        name_list.tab(name_list.JOB_ROLES)
if areas.open:
    with areas:
        name_list.tab(name_list.AREAS)
if settings.open:
    with settings:
        org_settings.tab()
