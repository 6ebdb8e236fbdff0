"""What a community gained: found, added to, and corrected by those who gave it or carry the community."""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from cop.catalog import exports, operations, queries
from cop.catalog.queries import Correctable
from cop.catalog.search import gifts_matching
from cop.choices import ContributionKind
from cop.errors import Conflict
from cop.permissions import Actor, Permission, may
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.layout import link
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import conflict, downloads, fresh, notice
from cop.ui.widgets.downloads import Offer
from cop.ui.widgets.paging import page_of

_LABELS = {"kind": "Kind", "title": "What is it?", "url": "Link", "day": "Day"}


def section(found: queries.Detail, actor: Actor) -> None:
    """The contributions, the newest first; members add theirs."""
    rows = load(queries.contributions, community_id=found.id)
    member = found.id in load(queries.my_communities)
    if not found.archived_on and (member or may(actor, Permission.COMMUNITY_EDIT, community_id=found.id)):
        _add(found.id)
    if not found.archived_on:
        _withdrawn(found.id)
    if rows.empty:
        st.text("Nothing was contributed yet.")
        return
    rows = _asked_for(found, rows)
    mine = {} if found.archived_on else load(queries.correctable, community_id=found.id)
    st.text(f"{len(rows):,} contributions" if len(rows) != 1 else "1 contribution")
    for _, row in page_of(rows, "contributions").iterrows():
        _contribution(found.id, row, mine.get(row["id"]))


def _asked_for(found: queries.Detail, rows: pd.DataFrame) -> pd.DataFrame:
    """Those of the chosen kinds in which every typed word stands; what is shown can be taken along."""
    kinds = st.pills(
        "Kind",
        [kind.value for kind in ContributionKind],
        selection_mode="multi",
        format_func=words.label,
        key="contribution_kinds",
    )
    text = st.text_input("Search contributions", key="contribution_search", type="search", live=True, max_chars=200)
    params = {"community_id": found.id, "kinds": tuple(kinds), "text": text or ""}
    downloads.menu(
        "contributions", Offer("Contributions", exports.contributions, params, ("contributions", found.slug))
    )
    return gifts_matching(rows, kinds, text or "")


def _contribution(community_id: int, row: pd.Series, mine: Correctable | None) -> None:
    with st.container(border=True, gap="xsmall"):
        st.text(row["title"])
        parts = [words.label(row["kind"]), words.day(row["day"]), row["person"]]
        st.caption(plain(" · ".join(part for part in parts if part)))
        with st.container(horizontal=True):
            if row["url"]:
                st.link_button("Open", row["url"], icon=":material/open_in_new:", key=f"contribution_{row['id']}")
            if row["session_id"] is not pd.NA:
                link("session", f"From “{row['session']}”", icon=":material/event:", id=row["session_id"])
            if mine is not None:
                _withdraw(community_id, mine)
        if mine is not None:
            _edit(community_id, mine)


def _add(community_id: int) -> None:
    box = st.expander("Add a contribution", icon=":material/add_circle:", key="contribute", on_change="rerun")
    if not box.open:
        return
    with box:
        form = fresh.form("contribute")
        with st.form("contribute_form", border=False, clear_on_submit=False):
            values = _fields(form, None)
            pressed = st.form_submit_button("Add", type="primary", key="contribute_submit")
        if pressed and form.perform(operations.add_contribution, community_id=community_id, **values):
            fresh.empty("contribute")
            notice.say("Added. Thank you!")
            st.rerun()


def _fields(form: Form, start: Correctable | None) -> dict[str, Any]:
    kinds, today = [kind.value for kind in ContributionKind], runs.current().today
    index = kinds.index(start.kind) if start else 0
    kind = st.selectbox("Kind", kinds, index, format_func=words.label, key=form.key("kind"))
    form.slot("kind")
    title = st.text_area("What is it?", start.title if start else "", key=form.key("title"), height=80, max_chars=300)
    form.slot("title")
    url = st.text_input("Link (optional)", start.url if start else "", key=form.key("url"), max_chars=500)
    form.slot("url")
    day = st.date_input(
        "Day",
        start.day if start else today,
        key=form.key("day"),
        min_value=date(1900, 1, 1),
        max_value=max(today, start.day) if start else today,
        format="YYYY-MM-DD",
    )
    form.slot("day")
    return {"kind": kind, "title": title, "url": url, "day": day}


def _edit(community_id: int, mine: Correctable) -> None:
    box = st.expander("Edit", key=f"edit_contribution_box_{mine.id}", on_change="rerun")
    if not box.open:
        return
    with box:
        start: Correctable = st.session_state.setdefault(_pinned(mine.id), mine)
        form = Form(f"edit_contribution:{mine.id}:{start.version}")
        with st.form(f"edit_contribution_form_{mine.id}", border=False):
            values = _fields(form, start)
            pressed = st.form_submit_button("Save", type="primary", key=form.key("submit"))
        if pressed:
            _save(form, community_id, mine.id, start.version, values)
        conflict.show(
            form.key("conflict"),
            _LABELS,
            _told(values),
            again=lambda version: _save(form, community_id, mine.id, version, values),
            drop=lambda: _unpin(mine.id),
        )


def _save(form: Form, community_id: int, contribution_id: int, version: int, values: dict[str, Any]) -> None:
    where = {"community_id": community_id, "contribution_id": contribution_id, "version": version}
    try:
        done = form.perform(operations.edit_contribution, **where, **values)
    except Conflict as found:
        conflict.remember(form.key("conflict"), found.with_current(_told(found.current)))
        st.rerun()
    if done:
        conflict.forget(form.key("conflict"))
        _unpin(contribution_id)
        notice.say("Saved.")
        st.rerun()


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """The values as they are shown side by side."""
    return values | {"kind": words.label(values["kind"]), "day": str(values["day"])}


def _pinned(contribution_id: int) -> str:
    return f"_pinned_contribution:{contribution_id}"


def _unpin(contribution_id: int) -> None:
    st.session_state.pop(_pinned(contribution_id), None)


def _withdraw(community_id: int, mine: Correctable) -> None:
    with st.popover("Withdraw", icon=":material/undo:", key=f"withdraw_contribution_box_{mine.id}"):
        st.write(
            "Take it back? It goes from the lists and from the figures; the history keeps that it was there. You can bring it back."
        )
        form = Form(f"withdraw_contribution:{mine.id}:{mine.version}")
        if not st.button("Yes, withdraw it", key=form.key("do")):
            return
        try:
            done = form.perform(
                operations.withdraw_contribution,
                community_id=community_id,
                contribution_id=mine.id,
                version=mine.version,
            )
        except Conflict as stale:
            conflict.refuse(form, stale)
            return
        if done:
            notice.say("Withdrawn.")
            st.rerun()


def _withdrawn(community_id: int) -> None:
    """What was withdrawn, for who may bring it back."""
    gone = load(queries.restorable, community_id=community_id)
    if not gone:
        return
    box = st.expander(f"Withdrawn ({len(gone)})", key="withdrawn_contributions", on_change="rerun")
    if not box.open:
        return
    with box:
        for one in gone:
            with st.container(border=True, gap="xsmall"):
                st.text(one.title)
                st.caption(plain(f"{words.label(one.kind)} · {words.day(one.day)}"))
                _bring_back(community_id, one.entry_id)


def _bring_back(community_id: int, entry_id: int) -> None:
    form = Form(f"restore_contribution:{entry_id}")
    values = {"community_id": community_id, "entry_id": entry_id}
    if st.button("Bring it back", key=form.key("do"), icon=":material/undo:") and form.perform(
        operations.restore_contribution, **values
    ):
        notice.say("It is back.")
        st.rerun()
