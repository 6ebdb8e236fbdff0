"""My account: who I am to the programme, my password, my calendar, where I am signed in."""

import streamlit as st

from cop.permissions import Permission
from cop.ui import layout
from cop.ui.widgets import feeds, find_me, my_account, notice

actor = layout.page_actor(Permission.OWN_ACCOUNT)
notice.show()
st.title("My account", anchor=False)
my_account.overview(actor)
st.subheader("Your calendar", anchor=False)
feeds.mine()
find_me.section()
st.subheader("Where you are signed in", anchor=False)
my_account.browsers(actor)
