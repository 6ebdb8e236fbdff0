"""The technology funnel: what is needed and what moves outside, from the inbox to what came of it."""

import streamlit as st

from cop.funnel.board import matching
from cop.funnel.board_rows import board_rows
from cop.periods import quarter_hour, utcnow
from cop.permissions import Permission
from cop.ui import run
from cop.ui.layout import page_actor
from cop.ui.live import watch
from cop.ui.load import load
from cop.ui.widgets import funnel_board, funnel_filters, funnel_list, funnel_pictures, notice

actor = page_actor(Permission.FUNNEL_VIEW)
notice.show()
st.title("Technology funnel")
funnel_board.propose()
everything = board_rows(load, actor, now=quarter_hour(utcnow()))
if everything.empty:
    funnel_board.none_yet()
else:
    asked = funnel_filters.ask(actor, everything)
    found = matching(everything, asked.wanted, today=run.current().today)
    funnel_filters.summary(asked.wanted, everything, found)
    if asked.view == funnel_filters.LIST:
        funnel_list.show(asked.wanted, found)
    elif asked.view == funnel_filters.PICTURES:
        funnel_pictures.show(actor, everything, found)
    else:
        funnel_board.show(asked, actor, everything, found)
watch("funnel", "organisation", "people", "catalog")
