"""The office's screen on accounts: the table, a new account, and what can be done with one."""

from urllib.parse import urlsplit

import streamlit as st

from cop.accounts import exports, operations, queries
from cop.accounts.change import new_reset_link
from cop.catalog.queries import units
from cop.choices import GrantedRole
from cop.db import reading
from cop.errors import Conflict, CopError
from cop.lifecycle.operations import reactivate
from cop.lifecycle.queries import ended_with
from cop.permissions import Actor
from cop.ui import identity, run
from cop.ui.format import distinct, label
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import conflict, downloads, notice
from cop.ui.widgets.downloads import Offer

_LINK = "_reset_link"
_SEEN = "_account_seen"
_NUMBER = "_new_account_number"
_NEW, _KNOWN = "Somebody new", "Somebody the programme knows"


def table(actor: Actor) -> int | None:
    """Search, the accounts found, and the one that was chosen."""
    search = st.text_input("Search", key="search", placeholder="Name or user name", type="search", live=True)
    closed = st.toggle("Deactivated too", key="closed")
    with reading() as db:
        found = queries.accounts(db, actor, search=search or "", closed=closed, today=run.current().today)
    if found.empty:
        st.info("No account matches. Clear the search, or look among the deactivated ones.")
        return None
    st.dataframe(
        found,
        hide_index=True,
        key="accounts_table",
        placeholder="never",
        alt=f"{len(found)} accounts with their roles, whether they are active, and when they were last seen",
        column_order=["person", "username", "unit", "roles", "active", "last_seen", "signs_in"],
        column_config={
            "person": "Name",
            "username": "User name",
            "unit": "Unit",
            "roles": "Roles",
            "signs_in": "Signs in by",
            "active": "Active",
            "last_seen": st.column_config.DatetimeColumn(
                "Last seen", format="D MMM YYYY, HH:mm", timezone=run.current().time_zone
            ),
        },
    )
    params = {"search": search or "", "closed": closed, "today": run.current().today}
    downloads.menu("accounts", Offer("Accounts", exports.accounts, params, ("accounts",)))
    rows = zip(found["account_id"], found["person"], found["username"], strict=True)
    names = {int(account_id): f"{person} ({username})" for account_id, person, username in rows}
    return st.selectbox(
        "Open an account",
        list(names),
        index=None,
        format_func=lambda key: names.get(key, str(key)),
        key="account_id",
        placeholder="Choose one to change its roles, its password or its access",
    )


def new_account() -> None:
    """Give somebody an account: its owner sets the password through a link that is shown once."""
    number = st.session_state.setdefault(_NUMBER, 0)  # each account made gets a form of its own, empty again
    with st.expander("New account", icon=":material/person_add:", key=f"new_account:{number}"):
        form = Form(f"new_account:{number}")
        kind = st.segmented_control("For", [_KNOWN, _NEW], default=_KNOWN, required=True, key=form.key("kind"))
        values = _known_person(form) if kind == _KNOWN else _new_person(form)
        username = st.text_input("User name", key=form.key("username"), help="Their e-mail address, for example.")
        form.slot("username")
        if not st.button("Create account", type="primary", key=form.key("submit")):
            return
        operation = operations.create_account if kind == _KNOWN else operations.create_person_and_account
        if kind == _KNOWN and values["person_id"] is None:
            form.fail({"person_id": "Choose the person."})
            return
        done = form.perform(operation, username=username, **values)
        if done:
            _make_link(done.value, username)
            st.session_state[_NUMBER] = number + 1
            st.rerun()


def _known_person(form: Form) -> dict[str, object]:
    people = distinct(load(queries.people_without_account))
    chosen = st.selectbox(
        "Person",
        list(people),
        index=None,
        format_func=lambda key: people.get(key, str(key)),
        key=form.key("person"),
        placeholder="Search by name or e-mail address",
    )
    form.slot("person_id")
    return {"person_id": chosen}


def _new_person(form: Form) -> dict[str, object]:
    name = st.text_input("Name", key=form.key("name"))
    email = st.text_input("E-mail address", key=form.key("email"), type="email")
    form.slot("name")
    return {"name": name, "email": email, "org_unit_id": unit_field(form, "Unit")}


def unit_field(form: Form, title: str) -> int | None:
    """One of the org units, by its path."""
    paths = {item.id: item.path for item in load(units)}
    chosen: int | None = st.selectbox(
        title,
        list(paths),
        index=None,
        format_func=lambda key: paths.get(key, str(key)),
        key=form.key("unit"),
        placeholder="Choose a unit",
    )
    form.slot("org_unit_id")
    return chosen


def reset_link() -> None:
    """The link that was just made; gone with the next thing that is done."""
    made: tuple[str, str] | None = st.session_state.pop(_LINK, None)
    if made is None:
        return
    username, path = made
    here = urlsplit(st.context.url or "")
    st.success(
        f"Give this link to {plain(username)}, in person or by a way that you trust. It sets a new password, works "
        "once and for 24 hours, and is shown only now.",
        icon=":material/key:",
    )
    st.code(f"{here.scheme}://{here.netloc}{path}", language=None, wrap_lines=True)


def _make_link(account_id: int, username: str) -> None:
    signed_in = identity.who()
    st.session_state[_LINK] = (username, new_reset_link(signed_in.actor if signed_in else None, account_id))


def one_account(actor: Actor, account_id: int) -> None:
    """Roles, password and access of one account."""
    found = load(queries.account, account_id=account_id, today=run.current().today)
    _seen_version(found)
    st.subheader(plain(found.person), anchor=False)
    state = "active" if found.active else "deactivated"
    waiting = ", has to choose a password" if found.must_change_password else ""
    ways = queries.ways_in(has_password=found.has_password, linked=bool(found.issuers))
    st.caption(f"User name {plain(found.username)}, {state}{waiting}" + (f". Signs in by: {ways}" if ways else ""))
    left, right = st.columns(2, gap="large")
    with left:
        _roles(found)
        _grant(found)
    with right:
        _password_and_access(actor, found)


def _roles(found: queries.AccountDetail) -> None:
    st.markdown("**Roles**")
    st.markdown("Staff, as everybody")
    for community in found.facilitates:
        st.markdown(f"Facilitator of {plain(community)} (from the community's page)")
    form = Form(f"roles:{found.id}")
    for grant in found.grants:
        text = f"{grant.role.capitalize()} of {grant.unit}" if grant.unit else grant.role.capitalize()
        text = f"{text} (from a group)" if grant.by_group else text
        if st.button(f"{plain(text)}: take back", key=f"revoke:{grant.id}", icon=":material/close:"):
            _done(form, operations.revoke_role, f"{text}: taken back.", grant_id=grant.id)


def _grant(found: queries.AccountDetail) -> None:
    form = Form(f"grant:{found.id}")
    role = st.selectbox("Give a role", [item.value for item in GrantedRole], format_func=label, key=form.key("role"))
    form.slot("role")
    unit = unit_field(form, "Whose figures") if role == GrantedRole.MANAGER else None
    if st.button("Give the role", key=form.key("submit")):
        values = {"account_id": found.id, "role": role, "org_unit_id": unit}
        _done(form, operations.grant_role, f"{found.person} is {role} now.", **values)


def _password_and_access(actor: Actor, found: queries.AccountDetail) -> None:
    st.markdown("**Password and access**")
    form = Form(f"access:{found.id}")
    if found.active and st.button("Make a link to set a new password", key=form.key("link"), icon=":material/key:"):
        try:
            _make_link(found.id, found.username)
        except CopError as error:
            form.fail({"": str(error)})
        else:
            st.rerun()
    if st.button("Sign out everywhere", key=form.key("sign_out"), icon=":material/logout:"):
        _done(form, operations.end_account_sessions, f"{found.person} is signed out.", account_id=found.id)
    if found.id == actor.account_id:
        st.caption("This is your own account; another admin can deactivate it.")
    elif found.active:
        sure = st.checkbox(f"Yes, {plain(found.person)} shall not get in any more", key=form.key("sure"))
        if st.button("Deactivate the account", key=form.key("deactivate"), disabled=not sure):
            _set_active(form, found, active=False)
    else:
        _activate(form, found)


def _activate(form: Form, found: queries.AccountDetail) -> None:
    """Let the account in again; what ended when its owner left can come back with it."""
    if st.button("Activate the account", key=form.key("activate"), type="primary"):
        _set_active(form, found, active=True)
    ended = load(ended_with, account_id=found.id)
    if ended and st.button(f"Activate it with the {ended} memberships and roles it had", key=form.key("reactivate")):
        text = f"{found.person} can sign in again, with memberships and roles as before."
        _done(form, reactivate, text, account_ids=(found.id,))


def _set_active(form: Form, found: queries.AccountDetail, *, active: bool) -> None:
    text = f"{found.person} can sign in again." if active else f"{found.person} can't sign in any more."
    _done(form, operations.set_active, text, account_id=found.id, active=active, version=_seen_version(found))


def _seen_version(found: queries.AccountDetail) -> int:
    """The version that stood here when the account was opened: what is pressed now was decided on that."""
    seen: tuple[int, int] | None = st.session_state.get(_SEEN)
    if seen is None or seen[0] != found.id:
        seen = (found.id, found.version)
        st.session_state[_SEEN] = seen
    return seen[1]


def _done(form: Form, operation: object, text: str, **values: object) -> None:
    """Perform; then say so on the page drawn afresh."""
    st.session_state.pop(_SEEN, None)
    try:
        done = form.perform(operation, **values)  # type: ignore[arg-type]
    except Conflict as stale:
        conflict.refuse(form, stale)
        return
    if done:
        notice.say(text)
        st.rerun()
