"""Lists of names from which people choose: job roles and areas."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from cop.errors import Conflict
from cop.structure import operations, queries
from cop.structure.words import in_words
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets import conflict, fresh, notice, pinned, removal

_LABELS = {"name": "Name", "active": "Offered"}


@dataclass(frozen=True)
class NameList:
    """One list: how it is called, what reads and writes it, what its entries are used by."""

    noun: str
    key: str
    limit: int
    used_by: str
    query: Callable[..., tuple[queries.Named, ...]]
    add: Callable[..., int]
    edit: Callable[..., int]
    delete: Callable[..., None]


JOB_ROLES = NameList(
    "job role",
    "job_role",
    120,
    "person",
    queries.job_roles,
    operations.add_job_role,
    operations.edit_job_role,
    operations.delete_job_role,
)
AREAS = NameList(
    "area", "area", 80, "community", queries.areas, operations.add_area, operations.edit_area, operations.delete_area
)


def tab(names: NameList) -> None:
    """The list; an entry that is chosen can be changed."""
    rows = {row.id: row for row in load(names.query)}
    if rows:
        _table(names, rows)
    else:
        st.info(f"There is no {names.noun} yet.")
    _new(names)
    chosen = st.selectbox(
        f"Change {_one_of(names)}",
        list(rows),
        index=None,
        format_func=lambda key: rows[key].name if key in rows else str(key),
        key=names.key,
        bind="query-params",
        placeholder="Choose one to rename it, switch it off or delete it",
    )
    if chosen in rows:
        _one(names, rows[chosen])


def _one_of(names: NameList) -> str:
    return f"{'an' if names.noun[0] in 'aeiou' else 'a'} {names.noun}"


def _table(names: NameList, rows: dict[int, queries.Named]) -> None:
    config = st.column_config
    shown = pd.DataFrame(
        {
            "name": [row.name for row in rows.values()],
            "used": [row.used for row in rows.values()],
            "active": [row.active for row in rows.values()],
        }
    )
    used = "People" if names.used_by == "person" else "Communities"
    st.dataframe(
        shown,
        hide_index=True,
        key=f"{names.key}_table",
        alt=f"{len(rows)} entries, how often each is used, and whether it is offered",
        column_config={
            "name": config.TextColumn("Name", width="medium"),
            "used": config.NumberColumn(used, help="Former people and archived communities count too."),
            "active": config.CheckboxColumn("Offered", help="What is switched off stays where it is used."),
        },
    )


def _new(names: NameList) -> None:
    form = fresh.form(f"add_{names.key}")
    with st.form(f"add_{names.key}_form"):
        name = st.text_input(f"New {names.noun}", key=form.key("name"), max_chars=names.limit)
        form.slot("name")
        pressed = st.form_submit_button("Add", type="primary", key=form.key("submit"))
    if pressed and form.perform(names.add, name=name):
        fresh.empty(f"add_{names.key}")
        notice.say(f"{name} is added.")
        st.rerun()


def _one(names: NameList, found: queries.Named) -> None:
    row = pinned.row(names.key, found, lambda row: f"edit_{names.key}:{row.id}:{row.version}")
    form = Form(f"edit_{names.key}:{row.id}:{row.version}")
    with st.form(f"edit_{names.key}_form:{row.id}"):
        name = st.text_input("Name", row.name, key=form.key("name"), max_chars=names.limit)
        form.slot("name")
        active = st.checkbox("Offered to choose from", row.active, key=form.key("active"))
        pressed = st.form_submit_button("Save", type="primary", key=form.key("submit"))
    values = {"name": name, "active": active}
    if pressed:
        _save(names, form, row.id, row.version, values)
    conflict.show(
        form.key("conflict"),
        _LABELS,
        _said(values),
        again=lambda version: _save(names, form, row.id, version, values),
        drop=lambda: pinned.forget(names.key),
    )
    if found.used:
        used = in_words({names.used_by: found.used})
        st.caption(f"It has {used}, so it can't be deleted. Switched off, it is offered no more, and they keep it.")
    else:
        _delete(names, found, row.version)


def _save(names: NameList, form: Form, key: int, version: int, values: dict[str, Any]) -> None:
    try:
        done = form.perform(names.edit, **{f"{names.key}_id": key}, version=version, **values)
    except Conflict as found:
        now = _said(found.current)
        conflict.remember(form.key("conflict"), found.with_current(now))
        st.rerun()
    if done:
        conflict.forget(form.key("conflict"))
        pinned.forget(names.key)
        notice.say("Saved.")
        st.rerun()


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """The values with yes and no in words."""
    return values | ({"active": "yes" if values["active"] else "no"} if "active" in values else {})


def _delete(names: NameList, found: queries.Named, version: int) -> None:
    form = Form(f"delete_{names.key}:{found.id}")
    sure = f"Nothing refers to {found.name}; yes, delete it for good"
    if removal.confirmed(form, sure, f"Delete the {names.noun}"):
        values = {f"{names.key}_id": found.id, "version": version}
        removal.perform(form, names.delete, f"{found.name} is deleted.", lambda: pinned.forget(names.key), **values)
