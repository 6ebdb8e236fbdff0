"""Strategic themes: what the organisation is after, from when until when, and how much each weighs."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from cop.errors import Conflict
from cop.funnel import setup_operations as operations
from cop.funnel import setup_queries as queries
from cop.funnel.setup import ThemeInput, counts, share_in_words, weight_shares
from cop.funnel.setup_queries import ThemeRow
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets import conflict, fresh, notice, pinned

_KIND = "theme"
_LABELS = {
    "name": "Name",
    "description": "Description",
    "weight": "Weight",
    "since_on": "From",
    "until_on": "Last day",
}


def tab() -> None:
    """The themes with their shares of today; one that is chosen can be changed or ended."""
    st.caption(
        "What the strategy is after. Items say which themes they serve; each counts by its share of those current."
    )
    rows = {row.id: row for row in load(queries.themes)}
    if rows:
        _table(tuple(rows.values()), runs.current().today)
    else:
        st.info("There is no theme yet. Without one, no item has a strategic fit.", icon=":material/flag:")
    _new()
    if not rows:
        return
    chosen = st.selectbox(
        "Change a theme",
        list(rows),
        index=None,
        format_func=lambda key: rows[key].said.name if key in rows else str(key),
        key="theme",
        bind="query-params",
        placeholder="Choose one to change or end it",
    )
    if chosen in rows:
        _edit(rows[chosen])


def _table(rows: tuple[ThemeRow, ...], today: date) -> None:
    current = [counts(row.said.since_on, row.said.until_on, today) for row in rows if row.said.since_on]
    shares = weight_shares([row.said.weight if now else 0.0 for row, now in zip(rows, current, strict=True)])
    shown = pd.DataFrame(
        {
            "name": [row.said.name for row in rows],
            "share": [
                share_in_words(share) if now else "not today" for share, now in zip(shares, current, strict=True)
            ],
            "weight": [row.said.weight for row in rows],
            "since": [row.said.since_on for row in rows],
            "last": [_last_day(row.said.until_on) for row in rows],
            "items": [row.items for row in rows],
            "description": [row.said.description for row in rows],
        }
    )
    config = st.column_config
    st.dataframe(
        shown,
        hide_index=True,
        key="themes_table",
        placeholder="–",
        alt=f"{len(shown)} themes with their shares today, weights, days and the items that serve them",
        column_config={
            "name": config.TextColumn("Theme", width="medium"),
            "share": config.TextColumn("Share today", help="Of the weights of all themes that are current today."),
            "weight": config.NumberColumn("Weight", format="%g"),
            "since": config.DateColumn("From", format="D MMM YYYY"),
            "last": config.DateColumn("Last day", format="D MMM YYYY"),
            "items": config.NumberColumn("Items"),
            "description": config.TextColumn("Description", width="large"),
        },
    )


def _last_day(until_on: date | None) -> date | None:
    return until_on - timedelta(days=1) if until_on else None


def _new() -> None:
    box = st.expander("New theme", icon=":material/add:", key="new_theme", on_change="rerun")
    if not box.open:
        return
    with box:
        form = fresh.form("add_theme")
        with st.form("add_theme_form", border=False):
            said = _fields(form, ThemeInput("", 1.0, runs.current().today))
            pressed = st.form_submit_button("Add", type="primary", key=form.key("submit"))
        if pressed and form.perform(operations.add_theme, theme=said):
            fresh.empty("add_theme")
            notice.say(f"{said.name} is added.")
            st.rerun()


def _edit(found: ThemeRow) -> None:
    row = pinned.row(_KIND, found, _form_name)
    form = Form(_form_name(row))
    with st.form(f"edit_theme_form:{row.id}"):
        said = _fields(form, row.said)
        pressed = st.form_submit_button("Save", type="primary", key=form.key("submit"))
    if pressed:
        _save(form, row.id, row.version, said)
    conflict.show(
        form.key("conflict"),
        _LABELS,
        _told(asdict(said)),
        again=lambda version: _save(form, row.id, version, said),
        drop=lambda: pinned.forget(_KIND),
    )
    st.caption("A theme is never deleted: give it a last day, and it counts no more from the next one on.")


def _form_name(row: ThemeRow) -> str:
    return f"edit_theme:{row.id}:{row.version}"


def _save(form: Form, theme_id: int, version: int, said: ThemeInput) -> None:
    try:
        done = form.perform(operations.edit_theme, theme_id=theme_id, version=version, theme=said)
    except Conflict as found:
        conflict.remember(form.key("conflict"), found.with_current(_told(found.current)))
        st.rerun()
    if done:
        conflict.forget(form.key("conflict"))
        pinned.forget(_KIND)
        notice.say("Saved.")
        st.rerun()


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """The values as they are shown side by side."""
    days = {"since_on": words.day(values.get("since_on")), "until_on": words.day(_last_day(values.get("until_on")))}
    return values | days


def _fields(form: Form, start: ThemeInput) -> ThemeInput:
    left, right = st.columns([3, 1])
    with left:
        name = st.text_input("Name", start.name, key=form.key("name"), max_chars=80)
        form.slot("name")
    with right:
        weight = st.number_input("Weight", 0.0, None, start.weight, step=0.5, format="%g", key=form.key("weight"))
        form.slot("weight")
    description = st.text_area("Description", start.description, key=form.key("description"), max_chars=500, height=80)
    form.slot("description")
    left, right = st.columns(2)
    with left:
        since = st.date_input("From", start.since_on, key=form.key("since_on"), format="YYYY-MM-DD")
        form.slot("since_on")
    with right:
        last = st.date_input(
            "Last day (optional)", _last_day(start.until_on), key=form.key("until_on"), format="YYYY-MM-DD"
        )
        form.slot("until_on")
    return ThemeInput(name, weight, since, description, last + timedelta(days=1) if last else None)
