"""Forms that change a community: a new one, its texts, its end."""

from dataclasses import asdict
from typing import Any

import streamlit as st

from cop.catalog import operations, queries
from cop.choices import CommunityType, Stage
from cop.errors import Conflict
from cop.permissions import Actor, Permission, may
from cop.ui import run as runs
from cop.ui.format import label
from cop.ui.layout import go
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets import conflict, notice

_LABELS = {
    "name": "Name",
    "focus": "Focus",
    "type": "Type",
    "stage": "Stage",
    "area": "Area",
    "org_unit_id": "Hosting unit",
    "founded_on": "Founded on",
    "cadence": "Cadence",
    "channel_url": "Channel",
    "charter": "Charter",
    "norms": "Norms",
}


def none_yet(actor: Actor) -> None:
    """What an empty catalog says."""
    st.info("There are no communities yet.", icon=":material/group_add:")
    if may(actor, Permission.COMMUNITY_CREATE):
        st.write("Open the first one with “New community” above, or import those you have: `python -m cop import`.")
    else:
        st.write("The programme office opens the first one. Come back soon.")


def create() -> None:
    """A new community; opens its page when done."""
    box = st.expander("New community", icon=":material/add_circle:", key="new_community", on_change="rerun")
    if not box.open:
        return
    with box:
        form = Form("create_community")
        with st.form("create_community_form", border=False):
            values = _basics(form, {}, new_areas=True)
            pressed = st.form_submit_button("Create", type="primary", key="create_community_submit")
        if pressed:
            done = form.perform(operations.create_community, **values)
            if done:
                notice.say(f"{values['name']} is open. Assign a facilitator next.")
                go("community", c=load(queries.slug_of, community_id=done.value))


def edit(found: queries.Detail, *, new_areas: bool) -> None:
    """All texts of a community. What one edits is pinned when the form opens, whatever others do meanwhile."""
    pinned = _pin(found)
    name = _edit_name(pinned)
    form = Form(name)
    start = asdict(pinned)
    with st.form(f"{name}:form", border=False):
        values = _basics(form, start, new_areas=new_areas) | _texts(form, start)
        pressed = st.form_submit_button("Save", type="primary", key=f"{name}:submit")
    if pressed:
        _save(form, pinned, values, pinned.version)
    conflict.show(name, _LABELS, values, again=lambda version: _save(form, pinned, values, version), drop=_unpin)


def _save(form: Form, pinned: queries.Detail, values: dict[str, Any], version: int) -> None:
    name = _edit_name(pinned)
    try:
        done = form.perform(operations.edit_community, community_id=pinned.id, version=version, **values)
    except Conflict as found:
        conflict.remember(name, found)
        st.rerun()
    if done:
        conflict.forget(name)
        _unpin()
        notice.say("Saved.")
        st.rerun()


def _pin(found: queries.Detail) -> queries.Detail:
    """The community as it was when the form was opened; a form that was closed in between starts afresh."""
    pinned: queries.Detail | None = st.session_state.get("_pinned_community")
    if pinned is not None and pinned.id == found.id and f"{_edit_name(pinned)}:name" in st.session_state:
        return pinned
    st.session_state["_pinned_community"] = found
    return found


def _edit_name(pinned: queries.Detail) -> str:
    """The form's name: another one for each version, so that its fields start with that version's values."""
    return f"edit_community:{pinned.id}:{pinned.version}"


def _unpin() -> None:
    st.session_state.pop("_pinned_community", None)


def _basics(form: Form, start: dict[str, Any], *, new_areas: bool) -> dict[str, Any]:
    """The fields of a new community."""
    values: dict[str, Any] = {}
    values["name"] = st.text_input("Name", start.get("name", ""), key=form.key("name"), max_chars=120)
    form.slot("name")
    values["focus"] = st.text_input(
        "Focus", start.get("focus", ""), key=form.key("focus"), max_chars=300, help="One sentence: what is it about?"
    )
    form.slot("focus")
    left, middle, right = st.columns(3)
    with left:
        kinds = [kind.value for kind in CommunityType]
        values["type"] = _choice("Type", kinds, start.get("type", "community"), form, "type")
        values["area"] = _area(form, start.get("area", ""), new_areas=new_areas)
    with middle:
        stages = [stage.value for stage in Stage]
        values["stage"] = _choice("Stage", stages, start.get("stage", "potential"), form, "stage")
        values["org_unit_id"] = _unit(form, start.get("org_unit_id"))
    with right:
        values["founded_on"] = st.date_input(
            "Founded on (optional)",
            start.get("founded_on"),
            key=form.key("founded_on"),
            max_value=runs.current().today,
            min_value=runs.current().today.replace(year=1950, day=1),
            format="YYYY-MM-DD",
        )
        form.slot("founded_on")
    return values


def _choice(title: str, options: list[str], value: str, form: Form, field: str) -> str:
    chosen = st.selectbox(title, options, options.index(value), format_func=label, key=form.key(field))
    form.slot(field)
    return chosen


def _area(form: Form, value: str, *, new_areas: bool) -> str:
    names = sorted({*load(queries.areas).values(), value} - {""})
    chosen = st.selectbox(
        "Area (optional)",
        names,
        names.index(value) if value else None,
        key=form.key("area"),
        accept_new_options=new_areas,
        placeholder="Choose or type a new one" if new_areas else "No area",
    )
    form.slot("area")
    return chosen or ""


def _unit(form: Form, value: int | None) -> int | None:
    paths = {unit.id: unit.path for unit in load(queries.units)}
    options = list(paths)
    chosen: int | None = st.selectbox(
        "Hosting unit (optional)",
        options,
        options.index(value) if value in paths else None,
        format_func=lambda key: paths.get(key, str(key)),
        key=form.key("org_unit_id"),
        placeholder="Across the organisation",
    )
    form.slot("org_unit_id")
    return chosen


def _texts(form: Form, start: dict[str, Any]) -> dict[str, Any]:
    """The fields that facilitators fill over time."""
    values: dict[str, Any] = {}
    values["cadence"] = st.text_input(
        "Cadence", start["cadence"], key=form.key("cadence"), placeholder="every second Tuesday", max_chars=80
    )
    form.slot("cadence")
    values["channel_url"] = st.text_input(
        "Channel", start["channel_url"], key=form.key("channel_url"), placeholder="https://…", max_chars=500
    )
    form.slot("channel_url")
    for field, help_text in (
        ("charter", "Why the community exists, what it does and what it doesn't."),
        ("norms", "How you treat each other and work together."),
    ):
        values[field] = st.text_area(
            _LABELS[field], start[field], key=form.key(field), height=180, help=f"{help_text} Plain text."
        )
        form.slot(field)
    return values


def archive(found: queries.Detail) -> None:
    """Close the community, perhaps into another one."""
    form = Form(f"archive:{found.id}")
    others = {key: name for key, name in load(queries.open_communities).items() if key != found.id}
    with st.form(f"archive:{found.id}:form", border=False):
        st.write("An archived community stays readable. Nobody can join it or record sessions in it.")
        reason = st.text_input("Why is it closed?", key=form.key("reason"), max_chars=500)
        form.slot("reason")
        merged = st.selectbox(
            "Merged into (optional)",
            list(others),
            None,
            format_func=lambda key: others.get(key, str(key)),
            key=form.key("merged_into_id"),
            placeholder="No other community",
        )
        form.slot("merged_into_id")
        pressed = st.form_submit_button("Archive", type="primary", key=form.key("submit"))
    if pressed:
        _close(form, operations.archive_community, found, reason=reason, merged_into_id=merged)


def reopen(found: queries.Detail) -> None:
    """Bring it back."""
    form = Form(f"reopen:{found.id}")
    with st.form(f"reopen:{found.id}:form", border=False):
        reason = st.text_input("Why is it opened again?", key=form.key("reason"), max_chars=500)
        form.slot("reason")
        pressed = st.form_submit_button("Reopen", type="primary", key=form.key("submit"))
    if pressed:
        _close(form, operations.reopen_community, found, reason=reason)


def _close(form: Form, operation: Any, found: queries.Detail, **values: Any) -> None:
    try:
        done = form.perform(operation, community_id=found.id, version=found.version, **values)
    except Conflict as stale:
        conflict.refuse(form, stale)
        return
    if done:
        notice.say("Archived." if operation is operations.archive_community else "Reopened.")
        st.rerun()
