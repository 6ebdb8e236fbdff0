"""My account: who I am to the programme, my password, where I am signed in."""

import streamlit as st

from cop.permissions import Permission
from cop.ui import layout
from cop.ui.widgets import my_account

actor = layout.page_actor(Permission.OWN_ACCOUNT)
st.title("My account", anchor=False)
my_account.overview(actor)
st.subheader("Where you are signed in", anchor=False)
my_account.browsers(actor)
