"""What a community keeps at hand: the list, and its care by those who may edit."""

import pandas as pd
import streamlit as st

from cop.catalog import exports, operations, queries
from cop.choices import ResourceKind
from cop.errors import Conflict, CopError
from cop.permissions import Actor, Permission, may
from cop.ui import format as words
from cop.ui.load import load
from cop.ui.perform import Form, perform
from cop.ui.text import plain
from cop.ui.widgets import conflict, downloads, fresh, notice
from cop.ui.widgets.downloads import Offer

_LABELS = {"title": "Title", "url": "Link", "kind": "Kind"}


def section(found: queries.Detail, actor: Actor) -> None:
    """The resources; facilitators and the office add, change, archive and restore them."""
    rows = load(queries.resources, community_id=found.id)
    edits = may(actor, Permission.COMMUNITY_EDIT, community_id=found.id) and not found.archived_on
    current, shelved = rows[~rows["archived"].astype(bool)], rows[rows["archived"].astype(bool)]
    if edits:
        _add(found.id)
    if current.empty:
        st.text("Nothing is kept here yet.")
    if not current.empty or (edits and not shelved.empty):
        params = {"community_id": found.id}
        downloads.menu("resources", Offer("Resources", exports.resources, params, ("resources", found.slug)))
    for _, row in current.iterrows():
        _resource(found.id, row, edits=edits)
    if edits and not shelved.empty:
        _shelf(found.id, shelved)


def _resource(community_id: int, row: pd.Series, *, edits: bool) -> None:
    with st.container(border=True, gap="xsmall"):
        st.text(row["title"])
        by = f" · added by {row['added_by']}" if row["added_by"] else ""
        st.caption(plain(f"{words.label(row['kind'])}{by}"))
        with st.container(horizontal=True):
            st.link_button("Open", row["url"], icon=":material/open_in_new:", key=f"resource_{row['id']}")
            if edits:
                _button("Archive", community_id, row["id"], operations.archive_resource, ":material/inventory_2:")
        if edits:
            _edit(community_id, row)


def _shelf(community_id: int, rows: pd.DataFrame) -> None:
    box = st.expander(f"Archived ({len(rows)})", key="archived_resources", on_change="rerun")
    if box.open:
        with box:
            for _, row in rows.iterrows():
                st.text(row["title"])
                _button("Restore", community_id, row["id"], operations.restore_resource, ":material/undo:")


def _button(label: str, community_id: int, resource_id: int, operation: object, icon: str) -> None:
    key = f"{label.lower()}_resource_{resource_id}"
    st.button(label, key=key, icon=icon, on_click=_shelve, args=(operation, community_id, resource_id))


def _shelve(operation: object, community_id: int, resource_id: int) -> None:
    try:
        perform(operation, community_id=community_id, resource_id=resource_id)  # type: ignore[arg-type]
    except CopError as error:
        st.toast(plain(str(error)), icon=":material/error:")


def _add(community_id: int) -> None:
    box = st.expander("Add a resource", icon=":material/add_circle:", key="add_resource", on_change="rerun")
    if not box.open:
        return
    with box:
        form = fresh.form("add_resource")
        with st.form("add_resource_form", border=False):
            values = _fields(form, {})
            pressed = st.form_submit_button("Add", type="primary", key="add_resource_submit")
        if pressed and form.perform(operations.add_resource, community_id=community_id, **values):
            fresh.empty("add_resource")
            notice.say("Added.")
            st.rerun()


def _edit(community_id: int, row: pd.Series) -> None:
    resource_id = int(row["id"])
    box = st.expander("Edit", key=f"edit_resource_box_{resource_id}", on_change="rerun")
    if not box.open:
        return
    with box:
        start: dict[str, str | int] = st.session_state.setdefault(
            f"_pinned_resource:{resource_id}", {name: row[name] for name in ("version", *_LABELS)}
        )
        form = Form(f"edit_resource:{resource_id}:{start['version']}")
        with st.form(f"edit_resource_form_{resource_id}", border=False):
            values = _fields(form, start)
            pressed = st.form_submit_button("Save", type="primary", key=form.key("submit"))
        if pressed:
            _save(form, community_id, resource_id, int(start["version"]), values)
        conflict.show(
            form.key("conflict"),
            _LABELS,
            values,
            again=lambda version: _save(form, community_id, resource_id, version, values),
            drop=lambda: _unpin(resource_id),
        )


def _save(form: Form, community_id: int, resource_id: int, version: int, values: dict[str, str]) -> None:
    where = {"community_id": community_id, "resource_id": resource_id, "version": version}
    try:
        done = form.perform(operations.edit_resource, **where, **values)
    except Conflict as found:
        conflict.remember(form.key("conflict"), found)
        st.rerun()
    if done:
        conflict.forget(form.key("conflict"))
        _unpin(resource_id)
        notice.say("Saved.")
        st.rerun()


def _unpin(resource_id: int) -> None:
    st.session_state.pop(f"_pinned_resource:{resource_id}", None)


def _fields(form: Form, start: dict[str, str | int]) -> dict[str, str]:
    kinds = [kind.value for kind in ResourceKind]
    title = st.text_input("Title", str(start.get("title", "")), key=form.key("title"), max_chars=200)
    form.slot("title")
    url = st.text_input("Link", str(start.get("url", "")), key=form.key("url"), max_chars=500, placeholder="https://…")
    form.slot("url")
    index = kinds.index(str(start.get("kind", "link")))
    kind = st.selectbox("Kind", kinds, index, format_func=words.label, key=form.key("kind"))
    form.slot("kind")
    return {"title": title, "url": url, "kind": kind}
