"""Who joined and who left, as the people on record say: accounts for the ones, an end for those of the others."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from cop import exports
from cop.accounts.tokens import new_token, token_hash
from cop.errors import CopError
from cop.lifecycle import operations, queries
from cop.lifecycle.operations import NewAccount
from cop.lifecycle.queries import Joiner, Leaver
from cop.lifecycle.usernames import Naming
from cop.ui import run
from cop.ui.load import load, stable
from cop.ui.navigation import address
from cop.ui.perform import Form, perform
from cop.ui.text import plain
from cop.ui.widgets import notice, removal, ticks

_LINKS = "_new_account_links"
_ENDED = "_accounts_ended"
_NAMING = {Naming.EMAIL: "E-mail address", Naming.LOCAL_PART: "What stands before the @"}
_NOBODY = "Nobody waits: "


def section() -> None:
    """Both lists, drawn only while the section is open; links that were just made stand above it."""
    _links()
    _ended()
    box = st.expander("Who joined, who left", icon=":material/badge:", key="joiners_leavers", on_change="rerun")
    if not box.open:
        return
    with box:
        st.caption(
            "From the people on record: import the HR system's list of people, those who left marked as not active."
        )
        joined, left = st.tabs(["Joined", "Left"], key="joined_left", on_change="rerun")
        if joined.open:
            with joined:
                _joined()
        if left.open:
            with left:
                _left()


def _joined() -> None:
    naming = st.selectbox(
        "User names are", list(_NAMING), format_func=lambda key: _NAMING[key], key="naming", width=320
    )
    people = load(queries.joiners, naming=naming)
    ready = [person for person in people if person.username]
    if not ready:
        st.info(f"{_NOBODY}everybody among the active staff has an account, or no e-mail address to make one from.")
    else:
        _create(ready, naming)
    without = len(people) - len(ready)
    if without:
        st.caption(f"{without} more have no e-mail address of their own to make a user name from: use New account.")


def _create(ready: list[Joiner], naming: Naming) -> None:
    form = Form("create_accounts")
    shown = pd.DataFrame(
        [(one.name, one.username, one.email, one.unit) for one in ready], columns=["name", "username", "email", "unit"]
    )
    labels = {"name": "Name", "username": "User name", "email": "E-mail address", "unit": "Unit"}
    picked = _ticked(shown, f"joiners:{naming}:{_key_of(one.person_id for one in ready)}", labels, "without an account")
    chosen = [ready[number] for number in picked]
    st.caption("Tick the people, or all of them in the table's head.")
    if st.button(_count(len(chosen), "Create {} account"), type="primary", key=form.key("submit"), disabled=not chosen):
        _make(form, chosen)


def _make(form: Form, chosen: list[Joiner]) -> None:
    tokens = {one.person_id: new_token() for one in chosen}
    rows = [(one.name, one.email, one.username, f"/reset?t={tokens[one.person_id]}") for one in chosen]
    accounts = tuple(NewAccount(one.person_id, one.username, token_hash(tokens[one.person_id])) for one in chosen)
    if _performed(form, operations.create_accounts, accounts=accounts):
        st.session_state[_LINKS] = rows
        st.rerun()


def _performed(form: Form, operation: Callable[..., int], **values: Any) -> bool:
    """Whether it was written. Nothing is drawn then: the next click could cut that short before it is remembered."""
    try:
        perform(operation, **values)
    except CopError as error:
        form.fail({"": str(error)})
        return False
    return True


def _links() -> None:
    """The links that were just made, to be taken along now: they are stored nowhere."""
    rows: list[tuple[str, str, str, str]] | None = st.session_state.get(_LINKS)
    if not rows:
        return
    here = urlsplit(st.context.url or "")
    base = f"{here.scheme}://{here.netloc}"
    with st.container(border=True):
        st.markdown(
            f"**{_count(len(rows), '{} account')} made.** Each link sets a password, works once and for 24 hours. "
            "They are shown nowhere again: download them now, and delete the file once they are sent."
        )
        with st.container(horizontal=True):
            st.download_button(
                "Links as CSV",
                lambda: exports.to_csv(
                    ["Name", "E-mail address", "User name", "Link"],
                    [(name, email, username, f"{base}{path}") for name, email, username, path in rows],
                ),
                file_name=exports.file_name("new accounts", f"{run.current().today:%Y-%m-%d}", ending="csv"),
                mime="text/csv",
                key="links_csv",
                on_click="ignore",
                type="primary",
                icon=":material/download:",
            )
            st.button("I have them", key="links_done", on_click=st.session_state.pop, args=(_LINKS, None))


def _left() -> None:
    today = run.current().today
    people = load(queries.leavers, today=today)
    if not people:
        st.info(f"{_NOBODY}every active account belongs to somebody who is active.")
    else:
        _deactivate(people)
    alone = load(queries.without_facilitator, today=today)
    if alone:
        _alone(alone)


def _deactivate(people: tuple[Leaver, ...]) -> None:
    form = Form("deactivate_leavers")
    shown = pd.DataFrame(
        [(one.name, one.username, one.unit, one.memberships, ", ".join(one.facilitates)) for one in people],
        columns=["name", "username", "unit", "memberships", "facilitates"],
    )
    labels = {
        "name": "Name",
        "username": "User name",
        "unit": "Unit",
        "memberships": "Memberships",
        "facilitates": "Facilitates",
    }
    picked = _ticked(shown, f"leavers:{_key_of(one.account_id for one in people)}", labels, "of people who left")
    chosen = [people[number] for number in picked]
    _warn(chosen)
    what = _count(len(chosen), "{} account")
    sure = f"Yes, end {what}: signed out now, memberships and facilitator roles end today"
    if removal.confirmed(form, sure, _count(len(chosen), "Deactivate {} account"), ready=bool(chosen)):
        ids = tuple(one.account_id for one in chosen)
        if _performed(form, operations.deactivate_leavers, account_ids=ids):
            st.session_state[_ENDED] = ids
            st.rerun()


def _warn(chosen: list[Leaver]) -> None:
    """Which communities would be without anybody to carry them."""
    if not chosen:
        return
    today, gone = run.current().today, tuple(one.person_id for one in chosen)
    before = load(queries.without_facilitator, today=today)
    left = [room.name for room in load(queries.without_facilitator, today=today, without=gone) if room not in before]
    if left:
        st.warning(plain(f"Without a facilitator afterwards: {', '.join(left)}."), icon=":material/person_off:")


def _ended() -> None:
    """What was just deactivated can be undone."""
    ids: tuple[int, ...] | None = st.session_state.get(_ENDED)
    if not ids:
        return
    form = Form("reactivate")
    with st.container(border=True):
        st.markdown(
            f"**{_count(len(ids), '{} account')} deactivated.** Communities that nobody facilitates now are listed "
            "below, under Who joined, who left."
        )
        with st.container(horizontal=True):
            undone = st.button("Undo", key=form.key("submit"), icon=":material/undo:")
            st.button("It is right", key="ended_done", on_click=st.session_state.pop, args=(_ENDED, None))
    if undone and form.perform(operations.reactivate, account_ids=ids):
        st.session_state.pop(_ENDED, None)
        notice.say("Undone: accounts, memberships and roles are as before.")
        st.rerun()


def _alone(rooms: tuple[queries.Alone, ...]) -> None:
    st.markdown("**Communities that nobody facilitates**")
    st.dataframe(
        pd.DataFrame([(room.name, address("community", c=room.slug)) for room in rooms], columns=["name", "open"]),
        hide_index=True,
        key="alone_table",
        alt=f"{len(rooms)} communities that nobody facilitates",
        column_config={
            "name": "Community",
            "open": st.column_config.LinkColumn("Page", display_text="Open"),
        },
    )


def _ticked(shown: pd.DataFrame, key: str, labels: dict[str, str], what: str) -> list[int]:
    chosen = st.dataframe(
        shown,
        hide_index=True,
        key=key,
        on_select="rerun",
        selection_mode="multi-row",
        placeholder="–",
        alt=f"{len(shown)} {what}; tick those that you mean",
        column_config=labels,
    )
    return [number for number in ticks.ticked(chosen) if number < len(shown)]


def _key_of(ids: Iterable[int]) -> str:
    """Another one for each list, so that ticks never pass to other people."""
    return stable(tuple(ids))


def _count(number: int, text: str) -> str:
    return text.format(number or "").replace("  ", " ") + ("" if number == 1 else "s")
