"""Find a community: search, filters, cards or a table, and for the office a form for a new one."""

import streamlit as st

from cop.catalog import queries
from cop.catalog.search import matching, ordered
from cop.periods import quarter_hour, utcnow
from cop.permissions import Permission, may
from cop.ui import run
from cop.ui.layout import page_actor
from cop.ui.live import watch
from cop.ui.load import load
from cop.ui.text import plain
from cop.ui.widgets import catalog_filters, community_cards, community_form, notice
from cop.ui.widgets.search_results import everything_for

actor = page_actor(Permission.COMMUNITY_VIEW)
notice.show()
st.title("Communities")
everything = load(queries.catalog, now=quarter_hour(utcnow()))
mine = load(queries.my_communities)
if may(actor, Permission.COMMUNITY_CREATE):
    community_form.create()
if everything.empty:
    community_form.none_yet(actor)
else:
    asked = catalog_filters.ask(actor)
    found = ordered(matching(everything, asked.wanted, today=run.current().today), asked.order)
    if found.empty and asked.wanted.text:
        asked = catalog_filters.with_spelling_corrected(everything, asked)
        found = ordered(matching(everything, asked.wanted, today=run.current().today), asked.order)
    total = len(everything) if asked.wanted.archived else int((~everything["archived"]).sum())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{len(found):,} of {total:,}")
        if asked.wanted.text.strip():
            everything_for(asked.wanted.text)
        if asked.narrowed and not found.empty:
            catalog_filters.clear_button("clear_filters")
    if asked.corrected and not found.empty:
        st.caption(f"Nothing with your spelling. Showing results for **{plain(asked.wanted.text)}**.")
    if found.empty:
        st.info("No community fits what you are looking for.", icon=":material/search_off:")
        catalog_filters.clear_button("clear_filters_instead")
    elif asked.view == catalog_filters.TABLE:
        community_cards.table(found, mine, asked)
    else:
        community_cards.cards(found, asked.wanted, actor, mine)
watch("catalog", "memberships", "sessions", "people", "organisation")
