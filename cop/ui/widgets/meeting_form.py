"""The form of a meeting with a unit: a new one, or one that is corrected."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import streamlit as st

from cop.catalog.queries import people as active_people
from cop.catalog.queries import units as active_units
from cop.choices import Receptiveness
from cop.errors import Conflict
from cop.funnel import meeting_operations as operations
from cop.funnel.meeting_queries import Meeting
from cop.funnel.meetings import MeetingInput, reach
from cop.permissions import Actor
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.layout import go
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets import conflict, fresh, notice, pinned

_KIND = "meeting"
_LABELS = {
    "unit": "Unit",
    "met_on": "Day",
    "people": "Took part",
    "led_by": "Led by",
    "receptiveness": "How they took it",
    "notes": "Notes",
    "next_contact_on": "Next contact",
}


def record(actor: Actor) -> None:
    """A form for another meeting; leads on to its page, where concerns and needs are noted."""
    box = st.expander("Record a meeting", icon=":material/add:", key="record_meeting", on_change="rerun")
    if not box.open:
        return
    with box:
        form = fresh.form("record_meeting")
        people = words.distinct(load(active_people))
        led_by = actor.person_id if actor.person_id in people else None
        start = MeetingInput(org_unit_id=None, met_on=runs.current().today, led_by_id=led_by)
        with st.form("record_meeting_form", border=False):
            said = _fields(form, start, _units(), people)
            pressed = st.form_submit_button("Record", type="primary", key=form.key("submit"))
        done = form.perform(operations.record_meeting, meeting=said) if pressed else None
    if done:
        fresh.empty("record_meeting")
        notice.say("Recorded. Note concerns and needs that came up.")
        go("meetings", meeting=done.value)


def edit(found: Meeting) -> None:
    """Correct a meeting; both versions are shown where somebody else was faster."""
    box = st.expander("Change", icon=":material/edit:", key=f"edit_meeting_box_{found.id}", on_change="rerun")
    if not box.open:
        return
    with box:
        row = pinned.row(_KIND, found, _form_name, field="notes")
        form = Form(_form_name(row))
        people = words.distinct({**row.names, **load(active_people)})
        units = _units() | ({row.said.org_unit_id: row.unit} if row.said.org_unit_id is not None else {})
        with st.form(f"edit_meeting_form_{row.id}", border=False):
            said = _fields(form, row.said, units, people)
            pressed = st.form_submit_button("Save", type="primary", key=form.key("submit"))
        if pressed:
            _save(form, row, row.version, said, units, people)
        conflict.show(
            form.key("conflict"),
            _LABELS,
            _told(asdict(said), units, people),
            again=lambda version: _save(form, row, version, said, units, people),
            drop=lambda: pinned.forget(_KIND),
        )


def _form_name(row: Meeting) -> str:
    return f"edit_meeting:{row.id}:{row.version}"


def _save(
    form: Form, row: Meeting, version: int, said: MeetingInput, units: Mapping[int, str], people: Mapping[int, str]
) -> None:
    try:
        done = form.perform(operations.edit_meeting, meeting_id=row.id, version=version, meeting=said)
    except Conflict as found:
        now = _told(found.current, units, people) | {"version": found.current.get("version")}
        conflict.remember(form.key("conflict"), found.with_current(now))
        st.rerun()
    if done:
        conflict.forget(form.key("conflict"))
        pinned.forget(_KIND)
        notice.say("Saved.")
        st.rerun()


def _units() -> dict[int, str]:
    """The units that the actor meets, by where they stand."""
    within = reach(runs.current().actor)
    return {unit.id: unit.path for unit in load(active_units) if within is None or unit.id in within}


def _told(values: Mapping[str, Any], units: Mapping[int, str], people: Mapping[int, str]) -> dict[str, str]:
    """The values as they are shown side by side."""
    if "met_on" not in values:  # writers kept meeting: nothing is known of the other version
        return {}
    unit, leader = values["org_unit_id"], values["led_by_id"]
    return {
        "unit": units.get(unit, "another unit") if unit is not None else "",
        "met_on": words.day(values["met_on"]),
        "people": ", ".join(sorted(people.get(key, "somebody") for key in values["person_ids"])),
        "led_by": people.get(leader, "somebody") if leader is not None else "",
        "receptiveness": words.label(values["receptiveness"] or ""),
        "notes": values["notes"],
        "next_contact_on": words.day(values["next_contact_on"]),
    }


def _fields(form: Form, start: MeetingInput, units: Mapping[int, str], people: Mapping[int, str]) -> MeetingInput:
    left, right = st.columns(2)
    with left:
        unit = _choice(form, "org_unit_id", "Unit", units, start.org_unit_id, "Choose the unit that was met")
    with right:
        met_on = st.date_input("Day", start.met_on, key=form.key("met_on"), format="YYYY-MM-DD")
        form.slot("met_on")
    took_part = st.multiselect(
        "Who took part",
        list(people),
        [key for key in start.person_ids if key in people],
        format_func=lambda key: people.get(key, str(key)),
        key=form.key("person_ids"),
        placeholder="People of the unit and of the programme",
        select_all=False,
    )
    form.slot("person_ids")
    left, right = st.columns(2)
    with left:
        led_by = _choice(form, "led_by_id", "Who led it", people, start.led_by_id, "Nobody in particular")
    with right:
        received = st.segmented_control(
            "How did they take it?",
            [value.value for value in Receptiveness],
            default=start.receptiveness,
            format_func=words.label,
            key=form.key("receptiveness"),
            help="Closed: wants nothing of it. Hesitant: listens, with doubts. Open: would take part. Keen: asks for it.",
        )
        form.slot("receptiveness")
    notes = st.text_area("Notes", start.notes, key=form.key("notes"), max_chars=20_000, height=150)
    form.slot("notes")
    again = st.date_input(
        "Next contact (optional)", start.next_contact_on, key=form.key("next_contact_on"), format="YYYY-MM-DD"
    )
    form.slot("next_contact_on")
    return MeetingInput(unit, met_on, tuple(sorted(took_part)), led_by, received, notes, again)


def _choice(
    form: Form, field: str, label: str, options: Mapping[int, str], start: int | None, placeholder: str
) -> int | None:
    keys = list(options)
    chosen: int | None = st.selectbox(
        label,
        keys,
        keys.index(start) if start is not None and start in options else None,
        format_func=lambda key: options.get(key, str(key)),
        key=form.key(field),
        placeholder=placeholder,
    )
    form.slot(field)
    return chosen
