"""A community's objectives, for those who set them."""

from dataclasses import asdict
from datetime import date
from typing import Any

import streamlit as st

from cop.catalog import operations, queries
from cop.errors import Conflict, CopError
from cop.ui.perform import Form, perform
from cop.ui.text import plain
from cop.ui.widgets import conflict, fresh, notice

_LABELS = {
    "statement": "Objective",
    "measure": "Measured by",
    "baseline": "Start",
    "current": "Now",
    "target": "Target",
    "due_on": "Due",
}


def manage(found: queries.Detail) -> None:
    """Each objective in a form of its own, and one for a new one."""
    for goal in found.objectives:
        dropped = " (dropped)" if goal.status == "dropped" else ""
        box = st.expander(plain(f"{goal.statement}{dropped}"), key=f"objective_{goal.id}", on_change="rerun")
        if box.open:
            with box:
                _edit(found.id, goal)
    form = fresh.form("add_objective")
    with st.form("add_objective_form"):
        st.markdown("**New objective**")
        values = _fields(form, {})
        pressed = st.form_submit_button("Add", type="primary", key="add_objective_submit")
    if pressed and form.perform(operations.add_objective, community_id=found.id, **values):
        fresh.empty("add_objective")
        notice.say("Added.")
        st.rerun()


def _edit(community_id: int, goal: queries.Goal) -> None:
    pinned: queries.Goal = st.session_state.setdefault(_pin(goal.id), goal)
    form = Form(f"edit_objective:{goal.id}:{pinned.version}")
    with st.form(f"edit_objective_form_{goal.id}", border=False):
        values = _fields(form, asdict(pinned))
        met = st.checkbox("It is met", pinned.status == "met", key=form.key("met"))
        label = "Take it up again" if pinned.status == "dropped" else "Save"
        pressed = st.form_submit_button(label, type="primary", key=form.key("submit"))
    if pressed:
        _save(form, community_id, goal.id, pinned.version, values | {"met": met})
    conflict.show(
        form.key("conflict"),
        _LABELS,
        values,
        again=lambda version: _save(form, community_id, goal.id, version, values | {"met": met}),
        drop=lambda: _unpin(goal.id),
    )
    if goal.status != "dropped":
        st.button(
            "Drop it", key=f"drop_objective_{goal.id}", on_click=_drop, args=(community_id, goal.id, goal.version)
        )


def _save(form: Form, community_id: int, objective_id: int, version: int, values: dict[str, Any]) -> None:
    where = {"community_id": community_id, "objective_id": objective_id, "version": version}
    try:
        done = form.perform(operations.edit_objective, **where, **values)
    except Conflict as found:
        conflict.remember(form.key("conflict"), found)
        st.rerun()
    if done:
        conflict.forget(form.key("conflict"))
        _unpin(objective_id)
        notice.say("Saved.")
        st.rerun()


def _drop(community_id: int, objective_id: int, version: int) -> None:
    try:
        perform(operations.drop_objective, community_id=community_id, objective_id=objective_id, version=version)
    except CopError as error:
        st.toast(plain(str(error)), icon=":material/error:")
    _unpin(objective_id)


def _pin(objective_id: int) -> str:
    return f"_pinned_objective:{objective_id}"


def _unpin(objective_id: int) -> None:
    st.session_state.pop(_pin(objective_id), None)


def _fields(form: Form, start: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    values["statement"] = st.text_input(
        "Objective", start.get("statement", ""), key=form.key("statement"), max_chars=300
    )
    form.slot("statement")
    values["measure"] = st.text_input("Measured by (optional)", start.get("measure", ""), key=form.key("measure"))
    form.slot("measure")
    for column, field in zip(st.columns(3), ("baseline", "current", "target"), strict=True):
        with column:
            values[field] = st.number_input(_LABELS[field], value=start.get(field), key=form.key(field), format="%g")
            form.slot(field)
    due: date | None = st.date_input("Due (optional)", start.get("due_on"), key=form.key("due_on"), format="YYYY-MM-DD")
    values["due_on"] = due
    form.slot("due_on")
    return values
