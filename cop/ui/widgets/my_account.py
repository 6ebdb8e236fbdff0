"""One's own account: who one is to the programme, and where one is signed in."""

import streamlit as st

from cop.accounts import operations, queries
from cop.db import reading
from cop.periods import utcnow
from cop.permissions import Actor, Role
from cop.settings import settings
from cop.ui import identity, run
from cop.ui.format import moment
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets.same_tab import same_tab


def overview(actor: Actor) -> None:
    """Name, user name and roles in words."""
    found = load(queries.account, account_id=actor.account_id, today=run.current().today)
    st.text(found.person)
    st.caption(f"User name: {plain(found.username)}")
    _ways_in(actor, found)
    lines = ["**Staff**: see every community, join and leave."]
    if found.facilitates:
        lines.append(f"**Facilitator** of {plain(', '.join(found.facilitates))}: plan and record its sessions.")
    lines += [
        f"**Manager** of {plain(grant.unit)}: see the programme's figures." for grant in found.grants if grant.unit
    ]
    if Role.ADMIN in actor.roles:
        lines.append("**Admin**: everything, accounts and roles too.")
    st.markdown("\n".join(f"- {line}" for line in lines))


def _ways_in(actor: Actor, found: queries.AccountDetail) -> None:
    """How one signs in; a password can be changed where there is one that opens something."""
    oidc, password = settings().oidc, found.has_password and (settings().password_sign_in or Role.ADMIN in actor.roles)
    ways = ["with a password"] if password else []
    if oidc is not None and oidc.issuer in found.issuers:
        ways.append(f"with {oidc.name}")
    if ways:
        st.caption(f"You sign in {plain(' or '.join(ways))}.")
    if password:
        same_tab("Change your password", "/password", key="change_password")


def browsers(actor: Actor) -> None:
    """Every browser where the actor is signed in, each with its way out."""
    signed_in = identity.who()
    with reading() as db:
        idle = settings().idle_limit.total_seconds()
        rows = queries.own_browsers(db, actor, now=utcnow(), idle_seconds=idle)
    form = Form("browsers")
    for row in rows:
        _browser(form, row, here=signed_in is not None and row.session_id == signed_in.session_id)
    if st.button("Sign out everywhere", key="end_own_sessions", icon=":material/logout:"):
        done = form.perform(operations.end_own_sessions)
        if done:
            st.rerun()


def _browser(form: Form, row: queries.Browser, *, here: bool) -> None:
    zone = run.current().time_zone
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{plain(row.name)}**{' (this browser)' if here else ''}  \n"
            f"since {plain(moment(row.since, zone))}, last used {plain(moment(row.last_seen_at, zone))}"
        )
        if not here and st.button("Sign out", key=f"end_session:{row.session_id}"):
            done = form.perform(operations.end_own_session, session_id=row.session_id)
            if done:
                st.rerun()
