"""Bring in what there is: files, what their columns mean, a preview, all or nothing, and back again."""

import streamlit as st

from cop.permissions import Permission
from cop.ui import layout
from cop.ui.widgets import import_files, import_history, import_steps, notice

actor = layout.page_actor(Permission.DATA_IMPORT)
st.title("Imports", anchor=False)
notice.show()
opened = import_files.opened(actor)
if opened is None:
    import_files.begin(actor)
    import_history.past(actor)
    import_history.kept()
else:
    import_steps.show(actor, opened)
