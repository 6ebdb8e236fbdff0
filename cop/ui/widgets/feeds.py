"""Subscribing to sessions in one's own calendar program: make an address, renew it, take it back."""

from urllib.parse import urlsplit

import streamlit as st

from cop.accounts.tokens import new_token, token_hash
from cop.sessions.feed_operations import make_feed, revoke_feed
from cop.sessions.feeds import Feed, my_feeds
from cop.ui import run
from cop.ui.format import moment
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain

_MADE = "_feed_made"
"""The address made in this tab, by what it shows: it is told once, and only its hash is kept."""


def mine() -> None:
    """My account: every address of mine that works, and one for all my communities."""
    st.text(
        "Subscribe to sessions in Outlook, Google or Apple Calendar. Changes and cancellations follow by themselves."
    )
    feeds = load(my_feeds)
    for feed in feeds:
        _row(feed)
    _make(None, "My communities’ sessions", again=any(not feed.community for feed in feeds))


def of_my_communities() -> None:
    """The calendar page: an address for the sessions of all my communities."""
    with st.popover("Subscribe", icon=":material/calendar_add_on:", key="subscribe"):
        st.text(
            "Sessions of your communities in your own calendar program, kept up to date. Those you declined are left out."
        )
        _make(None, "My communities’ sessions", again=any(not feed.community for feed in load(my_feeds)))


def of_community(community_id: int, name: str) -> None:
    """The community's page: an address for its sessions."""
    with st.popover("Subscribe", icon=":material/calendar_add_on:", key="subscribe"):
        st.text("Its sessions in your own calendar program, kept up to date.")
        again = any(feed.community == name for feed in load(my_feeds))
        _make(community_id, f"Sessions of {name}", again=again)


def _make(community_id: int | None, what: str, *, again: bool) -> None:
    form = Form(f"feed:{community_id or 'mine'}")
    made: str | None = st.session_state.get(_MADE, {}).get(community_id)
    if made:
        _show(made)
    elif again:
        st.caption("You have an address for this already. A new one replaces it: the old one stops working.")
    label = "Make a new address" if again else "Make the address"
    if st.button(label, key=form.key("make"), icon=":material/add_link:", help=plain(what)):
        token = new_token()
        done = form.perform(make_feed, token_hash=token_hash(token), community_id=community_id)
        if done:
            st.session_state[_MADE] = {community_id: token}
            st.rerun()


def _show(token: str) -> None:
    site = urlsplit(st.context.url or "")
    path = f"{site.netloc}/feeds/{token}.ics"
    st.link_button("Open in my calendar program", f"webcal://{path}", icon=":material/calendar_add_on:", type="primary")
    st.text(
        "Or copy the address into Outlook (Add calendar, Subscribe from web) or Google Calendar (Other calendars, From URL):"
    )
    st.code(f"{site.scheme}://{path}", language=None, wrap_lines=True)
    st.caption("It isn’t shown again. Whoever has it can read these sessions, so treat it like a password.")


def _row(feed: Feed) -> None:
    zone = run.current().time_zone
    fetched = f"last fetched {moment(feed.fetched_at, zone)}" if feed.fetched_at else "not fetched yet"
    form = Form(f"feed_end:{feed.id}")
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        name = feed.community or "My communities"
        st.markdown(f"**{plain(name)}**  \nmade {plain(moment(feed.created_at, zone))}, {plain(fetched)}")
        with st.popover("Revoke", key=form.key("open")):
            st.text("Calendars that subscribe with this address no longer get these sessions.")
            if st.button("Revoke the address", key=form.key("do")):
                done = form.perform(revoke_feed, feed_id=feed.id)
                if done:
                    st.session_state.pop(_MADE, None)
                    st.rerun()
