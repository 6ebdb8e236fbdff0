"""Accounts and roles: who can sign in, as what."""

import streamlit as st

from cop.permissions import Permission
from cop.ui import layout
from cop.ui.widgets import accounts, group_roles, joiners_leavers, notice

actor = layout.page_actor(Permission.ACCOUNT_MANAGE)
st.title("Accounts and roles", anchor=False)
notice.show()
accounts.reset_link()
accounts.new_account()
joiners_leavers.section()
group_roles.section()
chosen = accounts.table(actor)
if chosen is not None:
    accounts.one_account(actor, chosen)
