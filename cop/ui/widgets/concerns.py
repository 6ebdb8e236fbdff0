"""What a unit worries about, as raised in a meeting: answered, come back to, settled."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import streamlit as st

from cop.errors import Conflict, CopError
from cop.funnel import meeting_operations as operations
from cop.funnel.meeting_queries import Meeting, Worry
from cop.funnel.meetings import ConcernInput
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.perform import Form, perform
from cop.ui.text import plain
from cop.ui.widgets import conflict, fresh, notice, pinned

_LABELS = {"concern": "Concern", "answer": "Answer", "follow_up_on": "Come back to it on"}


def section(found: Meeting) -> None:
    """Each concern with its answer, and a form for another one."""
    st.subheader("Concerns", anchor=False)
    if not found.concerns:
        st.text("None was raised.")
    for worry in found.concerns:
        _one(worry, edits=not found.archived)
    if found.archived:
        return
    box = st.expander("Note a concern", icon=":material/add:", key="add_concern", on_change="rerun")
    if box.open:
        with box:
            form = fresh.form("add_concern")
            with st.form("add_concern_form", border=False):
                said = _fields(form, ConcernInput(""))
                pressed = st.form_submit_button("Add", type="primary", key=form.key("submit"))
            if pressed and form.perform(operations.add_concern, meeting_id=found.id, concern=said):
                fresh.empty("add_concern")
                notice.say("Noted.")
                st.rerun()


def _one(worry: Worry, *, edits: bool) -> None:
    with st.container(border=True):
        st.text(worry.concern)
        st.text(f"Answered: {worry.answer}" if worry.answer else "Not answered yet.")
        st.caption(_when(worry))
        if not edits:
            return
        if worry.settled_on:
            _button("Reopen", worry, operations.reopen_concern, ":material/undo:")
        else:
            _button("Settle", worry, operations.settle_concern, ":material/check:")
        _edit(worry)


def _when(worry: Worry) -> str:
    if worry.settled_on:
        return f"Settled on {words.day(worry.settled_on)}"
    if worry.follow_up_on is None:
        return "Open, no day set to come back to it"
    late = ", which is past" if worry.follow_up_on < runs.current().today else ""
    return f"Open, to come back to on {words.day(worry.follow_up_on)}{late}"


def _button(label: str, worry: Worry, operation: Callable[..., int], icon: str) -> None:
    key = f"{label.lower()}_concern_{worry.id}"
    st.button(label, key=key, icon=icon, on_click=_turn, args=(operation, worry.id))


def _turn(operation: Callable[..., int], concern_id: int) -> None:
    try:
        perform(operation, concern_id=concern_id)
    except CopError as error:
        st.toast(plain(str(error)), icon=":material/error:")


def _edit(worry: Worry) -> None:
    box = st.expander("Change", key=f"edit_concern_box_{worry.id}", on_change="rerun")
    if not box.open:
        return
    with box:
        row = pinned.row(_kind(worry), worry, _form_name, field="concern")
        form = Form(_form_name(row))
        with st.form(f"edit_concern_form_{worry.id}", border=False):
            said = _fields(form, ConcernInput(row.concern, row.answer, row.follow_up_on))
            pressed = st.form_submit_button("Save", type="primary", key=form.key("submit"))
        if pressed:
            _save(form, row, row.version, said)
        conflict.show(
            form.key("conflict"),
            _LABELS,
            _told(asdict(said)),
            again=lambda version: _save(form, row, version, said),
            drop=lambda: pinned.forget(_kind(worry)),
        )


def _save(form: Form, row: Worry, version: int, said: ConcernInput) -> None:
    try:
        done = form.perform(operations.edit_concern, concern_id=row.id, version=version, concern=said)
    except Conflict as found:
        conflict.remember(form.key("conflict"), found.with_current(_told(found.current)))
        st.rerun()
    if done:
        conflict.forget(form.key("conflict"))
        pinned.forget(_kind(row))
        notice.say("Saved.")
        st.rerun()


def _kind(worry: Worry) -> str:
    return f"concern_{worry.id}"


def _form_name(worry: Worry) -> str:
    return f"edit_concern:{worry.id}:{worry.version}"


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"follow_up_on": words.day(values.get("follow_up_on"))}


def _fields(form: Form, start: ConcernInput) -> ConcernInput:
    concern = st.text_area("Concern", start.concern, key=form.key("concern"), max_chars=500, height=80)
    form.slot("concern")
    answer = st.text_area("Answer (optional)", start.answer, key=form.key("answer"), max_chars=1000, height=80)
    form.slot("answer")
    again = st.date_input(
        "Come back to it on (optional)", start.follow_up_on, key=form.key("follow_up_on"), format="YYYY-MM-DD"
    )
    form.slot("follow_up_on")
    return ConcernInput(concern, answer, again)
