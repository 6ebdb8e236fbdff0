"""The tree of org units: what is in each, a new one, its name and place, its end."""

from typing import Any

import pandas as pd
import streamlit as st

from cop.errors import Conflict
from cop.structure import operations, queries
from cop.structure.words import in_words
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import conflict, fresh, notice, pinned, removal

_TOP = "At the top"
_LABELS = {"name": "Name", "parent": "Below"}
_KIND = "unit"
_ALL_SHOWN = 25
"""A tree of so many units is shown without scrolling."""


def tab() -> None:
    """The units with what is in them; one that is chosen can be changed."""
    rows = {row.id: row for row in load(queries.units)}
    if rows:
        _table(rows)
    else:
        st.info("There are no units yet. Add the first one, or import them.")
    _new(rows)
    chosen = st.selectbox(
        "Change a unit",
        list(rows),
        index=None,
        format_func=lambda key: rows[key].path if key in rows else str(key),
        key="unit",
        bind="query-params",
        placeholder="Choose one to rename, move, merge or delete it",
    )
    if chosen in rows:
        _one(rows, rows[chosen])


def _table(rows: dict[int, queries.UnitRow]) -> None:
    config = st.column_config
    shown = pd.DataFrame(
        {
            "unit": ["\u2003" * row.depth + row.name for row in rows.values()],
            "people": [row.people for row in rows.values()],
            "below": [row.people_below for row in rows.values()],
            "communities": [row.communities for row in rows.values()],
            "managers": [", ".join(row.managers) for row in rows.values()],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        key="units_table",
        height="content" if len(shown) <= _ALL_SHOWN else "auto",
        alt=f"{len(rows)} units, indented as they lie below each other, with people, communities and managers",
        column_config={
            "unit": config.TextColumn("Unit", width="medium"),
            "people": config.NumberColumn("People", help="Active people directly in this unit."),
            "below": config.NumberColumn("With units below", help="Those of all units below it too."),
            "communities": config.NumberColumn("Communities", help="Hosted by this unit and not archived."),
            "managers": "Managers",
        },
    )


def _new(rows: dict[int, queries.UnitRow]) -> None:
    with st.expander("New unit", icon=":material/add:", key="new_unit"):
        form = fresh.form("add_unit")
        with st.form("add_unit_form", border=False):
            values = _fields(form, rows, "", None)
            pressed = st.form_submit_button("Add", type="primary", key=form.key("submit"))
        if pressed and form.perform(operations.add_unit, **values):
            fresh.empty("add_unit")
            notice.say(f"{values['name']} is added.")
            st.rerun()


def _fields(form: Form, rows: dict[int, queries.UnitRow], name: str, parent_id: int | None) -> dict[str, Any]:
    left, right = st.columns(2)
    with left:
        typed = st.text_input("Name", name, key=form.key("name"), max_chars=120)
        form.slot("name")
    with right:
        options = list(rows)
        below: int | None = st.selectbox(
            "Below",
            options,
            options.index(parent_id) if parent_id in rows else None,
            format_func=lambda key: rows[key].path if key in rows else str(key),
            key=form.key("parent_id"),
            placeholder=_TOP,
        )
        form.slot("parent_id")
    return {"name": typed, "parent_id": below}


def _one(rows: dict[int, queries.UnitRow], found: queries.UnitRow) -> None:
    st.subheader(plain(found.path), anchor=False)
    row = pinned.row(_KIND, found, _form_name)
    form = Form(_form_name(row))
    others = {key: unit for key, unit in rows.items() if key not in found.below}
    with st.form(f"edit_unit_form:{row.id}", border=False):
        values = _fields(form, others, row.name, row.parent_id)
        pressed = st.form_submit_button("Save", type="primary", key=form.key("submit"))
    if pressed:
        _save(form, rows, row, row.version, values)
    conflict.show(
        form.key("conflict"),
        _LABELS,
        {"name": values["name"], "parent": _path(rows, values["parent_id"])},
        again=lambda version: _save(form, rows, row, version, values),
        drop=_forget,
    )
    if any(count for _word, count in found.hangs):
        _merge(others, found, row.version)
    else:
        _delete(found, row.version)


def _form_name(row: queries.UnitRow) -> str:
    """Another one for each version, so that its fields start with that version's values."""
    return f"edit_unit:{row.id}:{row.version}"


def _save(
    form: Form, rows: dict[int, queries.UnitRow], row: queries.UnitRow, version: int, values: dict[str, Any]
) -> None:
    try:
        done = form.perform(operations.edit_unit, unit_id=row.id, version=version, **values)
    except Conflict as found:
        now = found.current | {"parent": _path(rows, found.current.get("parent_id"))}
        conflict.remember(form.key("conflict"), found.with_current(now))
        st.rerun()
    if done:
        conflict.forget(form.key("conflict"))
        _forget()
        notice.say("Saved.")
        st.rerun()


def _path(rows: dict[int, queries.UnitRow], key: int | None) -> str:
    return rows[key].path if key in rows else _TOP


def _merge(others: dict[int, queries.UnitRow], found: queries.UnitRow, version: int) -> None:
    hangs = in_words(dict(found.hangs))
    with st.expander("Merge into another unit", icon=":material/merge:", key=f"merge_unit:{found.id}"):
        form = Form(f"merge_unit:{found.id}")
        st.markdown(
            plain(
                f"It has {hangs} (former people and archived communities count), so it can't be deleted. "
                "Merging moves them to the unit that you choose; then this one is gone."
            )
        )
        if found.managers:
            names = ", ".join(found.managers)
            st.warning(plain(f"Who manages this unit will not manage the other one by that: {names}."))
        into: int | None = st.selectbox(
            "Into",
            list(others),
            index=None,
            format_func=lambda key: others[key].path if key in others else str(key),
            key=form.key("into_id"),
            placeholder="Choose the unit that stays",
        )
        form.slot("into_id")
        target = others.get(into) if into is not None else None
        where = target.path if target else "the unit chosen above"
        sure = f"Yes, {found.name} becomes part of {where}; this can't be undone"
        if removal.confirmed(form, sure, "Merge", ready=target is not None):
            values = {"unit_id": found.id, "version": version, "into_id": into}
            removal.perform(form, operations.merge_unit, f"{found.name} is merged.", _forget, **values)


def _delete(found: queries.UnitRow, version: int) -> None:
    form = Form(f"delete_unit:{found.id}")
    if removal.confirmed(form, f"Nothing refers to {found.name}; yes, delete it for good", "Delete the unit"):
        values = {"unit_id": found.id, "version": version}
        removal.perform(form, operations.delete_unit, f"{found.name} is deleted.", _forget, **values)


def _forget() -> None:
    pinned.forget(_KIND)
