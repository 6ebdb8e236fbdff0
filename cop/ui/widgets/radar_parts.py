"""The radar's quadrants and rings: their names, their order, which are in use."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cop.errors import Conflict, CopError
from cop.funnel import setup_operations as operations
from cop.funnel import setup_queries as queries
from cop.funnel.setup import moved
from cop.funnel.setup_queries import RadarPart
from cop.ui.load import load
from cop.ui.perform import Form, perform
from cop.ui.text import plain
from cop.ui.widgets import conflict, fresh, notice, pinned

_LABELS = {"name": "Name", "meaning": "Meaning", "active": "In use"}


@dataclass(frozen=True)
class _List:
    """Quadrants or rings: how they are called, what reads and writes them."""

    noun: str
    title: str
    about: str
    explained: bool
    query: Callable[..., tuple[RadarPart, ...]]
    add: Callable[..., int]
    edit: Callable[..., int]
    order: Callable[..., None]


_QUADRANTS = _List(
    "quadrant",
    "Quadrants",
    "What kind of thing a trend is.",
    explained=False,
    query=queries.quadrants,
    add=operations.add_quadrant,
    edit=operations.edit_quadrant,
    order=operations.order_quadrants,
)
_RINGS = _List(
    "ring",
    "Rings",
    "How near a trend is to being used here, the innermost first.",
    explained=True,
    query=queries.rings,
    add=operations.add_ring,
    edit=operations.edit_ring,
    order=operations.order_rings,
)


def tab() -> None:
    """Both lists beside each other."""
    for column, parts in zip(st.columns(2), (_QUADRANTS, _RINGS), strict=True):
        with column:
            _list(parts)


def _list(parts: _List) -> None:
    st.subheader(parts.title, anchor=False)
    st.caption(parts.about)
    rows = load(parts.query)
    for place, row in enumerate(rows):
        with st.container(border=True, gap="xsmall"):
            _head(row)
            with st.container(horizontal=True):
                _arrow(parts, rows, row, "Up", ":material/arrow_upward:", -1, disabled=place == 0)
                _arrow(parts, rows, row, "Down", ":material/arrow_downward:", 1, disabled=place == len(rows) - 1)
            _edit(parts, row)
    form = fresh.form(f"add_{parts.noun}")
    with st.form(f"add_{parts.noun}_form"):
        values = _fields(parts, form, "", "", f"New {parts.noun}")
        pressed = st.form_submit_button("Add", type="primary", key=form.key("submit"))
    if pressed and form.perform(parts.add, **values):
        fresh.empty(f"add_{parts.noun}")
        notice.say(f"{values['name']} is added.")
        st.rerun()


def _head(row: RadarPart) -> None:
    st.markdown(f"**{plain(row.name)}**" + ("" if row.active else " :gray-badge[switched off]"))
    if row.meaning:
        st.text(row.meaning)
    st.caption("1 open trend" if row.trends == 1 else f"{row.trends:,} open trends")


def _arrow(
    parts: _List, rows: tuple[RadarPart, ...], row: RadarPart, word: str, icon: str, by: int, *, disabled: bool
) -> None:
    order = moved([each.id for each in rows], row.id, by)
    key = f"{word.lower()}_{parts.noun}_{row.id}"
    st.button(word, key=key, icon=icon, disabled=disabled, on_click=_put, args=(parts, order))


def _put(parts: _List, order: tuple[int, ...]) -> None:
    try:
        values: dict[str, Any] = {f"{parts.noun}_ids": order}
        perform(parts.order, **values)
    except CopError as error:
        st.toast(plain(str(error)), icon=":material/error:")


def _edit(parts: _List, found: RadarPart) -> None:
    box = st.expander("Change", key=f"edit_{parts.noun}_box_{found.id}", on_change="rerun")
    if not box.open:
        return
    with box:
        row = pinned.row(_kind(parts, found), found, lambda row: f"edit_{parts.noun}:{row.id}:{row.version}")
        form = Form(f"edit_{parts.noun}:{row.id}:{row.version}")
        with st.form(f"edit_{parts.noun}_form_{row.id}", border=False):
            values = _fields(parts, form, row.name, row.meaning)
            values["active"] = st.checkbox(
                "In use", row.active, key=form.key("active"), help="Switched off, it stays in what was, by its name."
            )
            form.slot("active")
            pressed = st.form_submit_button("Save", type="primary", key=form.key("submit"))
        if pressed:
            _save(parts, form, row, row.version, values)
        conflict.show(
            form.key("conflict"),
            _LABELS,
            _told(values),
            again=lambda version: _save(parts, form, row, version, values),
            drop=lambda: pinned.forget(_kind(parts, row)),
        )


def _save(parts: _List, form: Form, row: RadarPart, version: int, values: dict[str, Any]) -> None:
    try:
        done = form.perform(parts.edit, **{f"{parts.noun}_id": row.id}, version=version, **values)
    except Conflict as found:
        conflict.remember(form.key("conflict"), found.with_current(_told(found.current)))
        st.rerun()
    if done:
        conflict.forget(form.key("conflict"))
        pinned.forget(_kind(parts, row))
        notice.say("Saved.")
        st.rerun()


def _kind(parts: _List, row: RadarPart) -> str:
    return f"{parts.noun}_{row.id}"


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """The values as they are shown side by side."""
    return values | {"active": "yes" if values.get("active") else "no"}


def _fields(parts: _List, form: Form, name: str, meaning: str, title: str = "Name") -> dict[str, Any]:
    values: dict[str, Any] = {"name": st.text_input(title, name, key=form.key("name"), max_chars=60)}
    form.slot("name")
    if parts.explained:
        values["meaning"] = st.text_input("Meaning", meaning, key=form.key("meaning"), max_chars=300)
        form.slot("meaning")
    return values
