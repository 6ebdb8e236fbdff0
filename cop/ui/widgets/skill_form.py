"""A skill's form: a new one, a change, its end."""

from typing import Any

import streamlit as st

from cop.catalog.queries import areas as area_names
from cop.errors import Conflict
from cop.skills import operations
from cop.skills.levels import LEVELS
from cop.skills.queries import SkillDetail
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets import conflict, fresh, notice, pinned

_LABELS = {"name": "Name", "area": "Area", "description": "Description"} | {
    f"level_{number}": name for number, name in LEVELS.items()
}


def new() -> None:
    """A skill that isn't there yet."""
    with st.expander("New skill", icon=":material/add:", key="new_skill"):
        form = fresh.form("add_skill")
        with st.form("add_skill_form", border=False):
            values = _fields(form, None)
            pressed = st.form_submit_button("Add", type="primary", key=form.key("submit"))
        if pressed and form.perform(operations.add_skill, **values):
            fresh.empty("add_skill")
            notice.say(f"{values['name']} is added.")
            st.rerun()


def care(found: SkillDetail) -> None:
    """Change a skill, put it away, take it up again."""
    if st.toggle("Edit this skill", key=f"care_skill:{found.id}"):
        _edit(found)
    form = Form(f"shelve_skill:{found.id}")
    restoring = found.archived
    pressed = st.button(
        "Restore" if restoring else "Archive",
        key=form.key("submit"),
        icon=":material/unarchive:" if restoring else ":material/archive:",
        help="Required levels and what people said of themselves are kept." if not restoring else None,
    )
    if pressed:
        operation = operations.restore_skill if restoring else operations.archive_skill
        try:
            done = form.perform(operation, skill_id=found.id, version=found.version)
        except Conflict as stale:
            conflict.refuse(form, stale)
            return
        if done:
            pinned.forget(_kind(found))
            notice.say(f"{found.name} is {'restored' if restoring else 'archived'}.")
            st.rerun()


def _edit(found: SkillDetail) -> None:
    row = pinned.row(_kind(found), found, _form_name)
    form = Form(_form_name(row))
    with st.form(f"edit_skill_form:{row.id}"):
        values = _fields(form, row)
        pressed = st.form_submit_button("Save", type="primary", key=form.key("submit"))
    if pressed:
        _save(form, row, row.version, values)
    conflict.show(
        form.key("conflict"),
        _LABELS,
        _said(values | {f"level_{number}": text for number, text in enumerate(values["levels"])}),
        again=lambda version: _save(form, row, version, values),
        drop=lambda: pinned.forget(_kind(found)),
    )


def _kind(found: SkillDetail) -> str:
    return f"skill:{found.id}"


def _form_name(row: SkillDetail) -> str:
    """Another one for each version, so that its fields start with that version's values."""
    return f"edit_skill:{row.id}:{row.version}"


def _fields(form: Form, row: SkillDetail | None) -> dict[str, Any]:
    names = load(area_names)
    left, right = st.columns(2)
    with left:
        name = st.text_input("Name", row.name if row else "", key=form.key("name"), max_chars=120)
        form.slot("name")
    with right:
        options = [*names, *([row.area_id] if row and row.area_id and row.area_id not in names else [])]
        area: int | None = st.selectbox(
            "Area",
            options,
            options.index(row.area_id) if row and row.area_id else None,
            format_func=lambda key: names.get(key, row.area if row else str(key)),
            key=form.key("area_id"),
            placeholder="None",
        )
        form.slot("area_id")
    description = st.text_area("What it is", row.description if row else "", key=form.key("description"), height=80)
    form.slot("description")
    st.caption("How do people at each level behave? Leave out what goes without saying.")
    levels = []
    for number, title in LEVELS.items():
        text = row.levels[number] if row else ""
        levels.append(st.text_area(f"{number} {title}", text, key=form.key(f"level_{number}"), height=80))
        form.slot(f"level_{number}")
    return {"name": name, "area_id": area, "description": description, "levels": tuple(levels)}


def _save(form: Form, row: SkillDetail, version: int, values: dict[str, Any]) -> None:
    try:
        done = form.perform(operations.edit_skill, skill_id=row.id, version=version, **values)
    except Conflict as found:
        conflict.remember(form.key("conflict"), found.with_current(_said(found.current)))
        st.rerun()
    if done:
        conflict.forget(form.key("conflict"))
        pinned.forget(_kind(row))
        notice.say("Saved.")
        st.rerun()


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """The values with the area by its name."""
    return values | {"area": load(area_names).get(values["area_id"], "") if values["area_id"] else ""}
