"""The organisation's name and time zone."""

from typing import Any

import streamlit as st

from cop.errors import Conflict
from cop.structure import operations, queries
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets import conflict, notice, pinned
from cop.validation import known_time_zones

_LABELS = {"name": "Name", "time_zone": "Time zone"}
_KIND = "settings"


def tab() -> None:
    """Both in one form."""
    start = pinned.row(_KIND, load(queries.settings), lambda row: f"settings:{row.version}")
    form = Form(f"settings:{start.version}")
    zones = sorted(known_time_zones() | {start.time_zone})
    with st.form("settings_form"):
        name = st.text_input("Name", start.name, key=form.key("name"), max_chars=120)
        form.slot("name")
        zone = st.selectbox("Time zone", zones, zones.index(start.time_zone), key=form.key("time_zone"))
        form.slot("time_zone")
        st.caption(
            "Days and months are those of this zone. With another one, sessions near midnight fall on another day and "
            "all figures are counted again, which takes a while where there are many. Times of sessions stay."
        )
        pressed = st.form_submit_button("Save", type="primary", key=form.key("submit"))
    values = {"name": name, "time_zone": zone}
    if pressed:
        _save(form, start.version, values)
    conflict.show(
        form.key("conflict"),
        _LABELS,
        values,
        again=lambda version: _save(form, version, values),
        drop=_forget,
    )


def _save(form: Form, version: int, values: dict[str, Any]) -> None:
    try:
        done = form.perform(operations.edit_organisation, version=version, **values)
    except Conflict as found:
        conflict.remember(form.key("conflict"), found)
        st.rerun()
    if done:
        conflict.forget(form.key("conflict"))
        _forget()
        moved = f" {done.value} sessions fall on another day now." if done.value else ""
        notice.say(f"Saved.{moved}")
        st.rerun()


def _forget() -> None:
    pinned.forget(_KIND)
