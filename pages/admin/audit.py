"""The audit log: who did what, when, from what to what."""

import streamlit as st

from cop.permissions import Permission
from cop.ui import layout
from cop.ui.widgets import audit_filters, audit_log

actor = layout.page_actor(Permission.AUDIT_VIEW)
st.title("Audit log", anchor=False)
st.caption("Every change, sign-in and refusal. It names people: use it to clear something up, not to watch anybody.")
audit_log.entries(actor, audit_filters.ask(actor))
