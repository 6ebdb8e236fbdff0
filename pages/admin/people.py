"""Records that may be of one person: what speaks for and against it, one of them kept or both."""

import streamlit as st

from cop.permissions import Permission
from cop.ui import layout
from cop.ui.live import watch
from cop.ui.widgets import merge_people, notice

layout.page_actor(Permission.PEOPLE_MERGE)
st.title("Same person?", anchor=False)
notice.show()
merge_people.choose()
watch("people")
