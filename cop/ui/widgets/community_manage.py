"""A community's care: its texts, objectives, facilitators, who joined and left, its end."""

from collections.abc import Callable
from datetime import timedelta

import streamlit as st

from cop.catalog import exports, operations, queries
from cop.catalog.words import FACILITATOR_ROLES
from cop.permissions import Actor, Permission, may
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets import community_form, community_skills, downloads, fresh, notice, objectives
from cop.ui.widgets.downloads import Offer


def section(found: queries.Detail, actor: Actor) -> None:
    """What those who may edit the community find here."""
    parts: dict[str, Callable[[], None]] = {}
    if not found.archived_on:
        parts["Texts"] = lambda: community_form.edit(found, new_areas=may(actor, Permission.COMMUNITY_CREATE))
        parts["Objectives"] = lambda: objectives.manage(found)
        parts["Skills"] = lambda: community_skills.manage(found)
        if may(actor, Permission.FACILITATOR_ASSIGN):
            parts["Facilitators"] = lambda: _facilitators(found)
    parts["Joins and leaves"] = lambda: _moves(found)
    if may(actor, Permission.COMMUNITY_ARCHIVE):
        parts["Reopen" if found.archived_on else "Archive"] = lambda: _end(found)
    chosen = st.segmented_control(
        "Manage", list(parts), key="manage", default=next(iter(parts)), required=True, label_visibility="collapsed"
    )
    parts.get(chosen or "", parts[next(iter(parts))])()


def _end(found: queries.Detail) -> None:
    if found.archived_on:
        community_form.reopen(found)
    else:
        community_form.archive(found)


def _facilitators(found: queries.Detail) -> None:
    for carrier in found.facilitators:
        _facilitator(found, carrier)
    people = words.distinct(load(queries.people))
    form = fresh.form("assign")
    with st.form("assign_form"):
        st.markdown("**Assign a facilitator**")
        person = st.selectbox(
            "Person", list(people), None, format_func=lambda key: people.get(key, str(key)), key=form.key("person_id")
        )
        form.slot("person_id")
        role = st.selectbox(
            "Role", list(FACILITATOR_ROLES), format_func=lambda key: FACILITATOR_ROLES[key], key=form.key("role")
        )
        form.slot("role")
        since = st.date_input("From", runs.current().today, key=form.key("since_on"), format="YYYY-MM-DD")
        form.slot("since_on")
        pressed = st.form_submit_button("Assign", type="primary", key="assign_submit")
    if pressed:
        values = {"person_id": person, "role": role, "since_on": since}
        if form.perform(operations.assign_facilitator, community_id=found.id, **values):
            fresh.empty("assign")
            notice.say("Assigned.")
            st.rerun()


def _facilitator(found: queries.Detail, carrier: queries.Carrier) -> None:
    with st.container(border=True):
        since = f" since {words.day(carrier.since_on)}" if carrier.since_on else ""
        st.text(f"{carrier.name}, {FACILITATOR_ROLES[carrier.role].lower()}{since}")
        form = Form(f"end_facilitator:{carrier.id}")
        with st.form(f"end_facilitator_form_{carrier.id}", border=False):
            last = st.date_input(
                "Last day in this role",
                runs.current().today - timedelta(days=1),
                key=form.key("last"),
                format="YYYY-MM-DD",
            )
            form.slot("until_on")
            pressed = st.form_submit_button("End the role", key=form.key("submit"))
        if pressed:
            values = {"facilitator_id": carrier.id, "until_on": last + timedelta(days=1)}
            if form.perform(operations.end_facilitator, community_id=found.id, **values):
                notice.say("The role is ended.")
                st.rerun()


def _moves(found: queries.Detail) -> None:
    rows = load(queries.moves, community_id=found.id)
    if rows.empty:
        st.text("Nobody joined or left yet.")
        return
    config = st.column_config
    st.dataframe(
        rows,
        key="moves_table",
        hide_index=True,
        alt=f"The last {len(rows)} who joined or left, with the reason they gave",
        column_config={
            "day": config.DateColumn("Day", format="D MMM YYYY"),
            "name": "Name",
            "move": "Joined or left",
            "reason": config.TextColumn("Reason", width="large"),
        },
    )
    file = ("joins-and-leaves", found.slug)
    downloads.menu("moves", Offer("Joins and leaves", exports.moves, {"community_id": found.id}, file))
