"""The fields of a funnel item, where it is proposed and where it is changed."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from cop.catalog import queries as catalog
from cop.choices import EvidenceKind, Horizon
from cop.funnel import queries
from cop.funnel.inputs import EvidenceInput, ItemInput
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.load import load
from cop.ui.perform import Form

LABELS = {
    "title": "Title",
    "description": "Description",
    "area_id": "Area",
    "unit_ids": "Units",
    "horizon": "Horizon",
    "client": "Client",
    "deadline": "Deadline",
    "headcount": "People concerned",
    "unique_knowledge": "Knowledge that only this unit has",
    "quadrant_id": "Quadrant",
    "theme_ids": "Strategic themes",
    "owner_id": "Owner",
    "objective": "Objective",
    "indicator": "Success indicator",
    "baseline": "Start",
    "target": "Target",
    "judged_on": "Judged on",
}
HORIZONS = {
    Horizon.SHORT_TERM.value: "Short term: for a client, by a date",
    Horizon.LONG_TERM.value: "Long term: a gap in what we know",
}


@dataclass(frozen=True)
class Names:
    """Names of what an item refers to, by id."""

    units: dict[int, str]
    people: dict[int, str]
    lists: queries.Choices


def names() -> Names:
    """What can be chosen."""
    units = {unit.id: unit.path for unit in load(catalog.units)}
    return Names(units, load(catalog.people), load(queries.choices, today=runs.current().today))


def description(form: Form, start: ItemInput, channel: str) -> str:
    """What it is about."""
    asked = {
        "need": "What can't you do today? What would be different if you could?",
        "trend": "What is it, and why might it matter to us?",
    }
    text = st.text_area(
        "Description", start.description, key=form.key("description"), height=140, help=asked.get(channel)
    )
    form.slot("description")
    return text


def whom(form: Form, start: ItemInput, channel: str, known: Names) -> dict[str, Any]:
    """Whom it concerns and where it belongs."""
    values: dict[str, Any] = {}
    if channel == "trend":
        values["quadrant_id"] = _one(
            form, "quadrant_id", "Quadrant (optional)", known.lists.quadrants, start.quadrant_id
        )
    else:
        values["unit_ids"] = _several(form, "unit_ids", "Units that it concerns", known.units, start.unit_ids)
    values["area_id"] = _one(form, "area_id", "Area of knowledge (optional)", known.lists.areas, start.area_id)
    if known.lists.themes or start.theme_ids:
        values["theme_ids"] = _several(
            form, "theme_ids", "Strategic themes that it serves (optional)", known.lists.themes, start.theme_ids
        )
    return values


def need(form: Form, start: ItemInput) -> dict[str, Any]:
    """What only a need has: its horizon, for a short one the client and the deadline."""
    values: dict[str, Any] = {}
    options = list(HORIZONS)
    values["horizon"] = st.radio(
        "Horizon",
        options,
        options.index(start.horizon) if start.horizon else None,
        format_func=HORIZONS.__getitem__,
        key=form.key("horizon"),
    )
    form.slot("horizon")
    left, right = st.columns(2)
    with left:
        values["client"] = st.text_input("Client (short term)", start.client, key=form.key("client"), max_chars=120)
        form.slot("client")
    with right:
        values["deadline"] = st.date_input(
            "Deadline (short term)", start.deadline, key=form.key("deadline"), format="YYYY-MM-DD"
        )
        form.slot("deadline")
    return values


def size(form: Form, start: ItemInput, channel: str) -> dict[str, Any]:
    """How many people it concerns, and whether the unit alone knows it."""
    values: dict[str, Any] = {}
    values["headcount"] = st.number_input(
        "People concerned (optional)", value=start.headcount, min_value=0, step=1, key=form.key("headcount")
    )
    form.slot("headcount")
    if channel != "trend":
        values["unique_knowledge"] = st.checkbox(
            "This unit knows something that nobody else here does: it could found a community",
            start.unique_knowledge,
            key=form.key("unique_knowledge"),
        )
    return values


def owner(form: Form, start: ItemInput, known: Names) -> dict[str, Any]:
    """Who takes care of it."""
    return {"owner_id": _one(form, "owner_id", "Owner", known.people, start.owner_id)}


def judged(form: Form, start: ItemInput) -> dict[str, Any]:
    """The objective by which it is judged later."""
    values: dict[str, Any] = {}
    values["objective"] = st.text_input("Objective", start.objective, key=form.key("objective"), max_chars=300)
    form.slot("objective")
    values["indicator"] = st.text_input(
        "Success indicator",
        start.indicator,
        key=form.key("indicator"),
        max_chars=200,
        help="What is counted or measured?",
    )
    form.slot("indicator")
    places = st.columns(3)
    for place, field in zip(places[:2], ("baseline", "target"), strict=True):
        with place:
            value = getattr(start, field)
            values[field] = st.number_input(LABELS[field], value=value, key=form.key(field), format="%g")
            form.slot(field)
    with places[2]:
        values["judged_on"] = st.date_input(
            "Judged on", start.judged_on, key=form.key("judged_on"), format="YYYY-MM-DD"
        )
        form.slot("judged_on")
    return values


def evidence(form: Form, *, optional: bool) -> EvidenceInput | None:
    """Where it was read or heard; None where it may be left out and is."""
    mark = " (optional)" if optional else ""
    left, right = st.columns([1, 2])
    with left:
        kinds = [kind.value for kind in EvidenceKind]
        kind = st.selectbox("Kind of evidence", kinds, format_func=words.label, key=form.key("evidence_kind"))
        form.slot("evidence_kind")
        dated_on = st.date_input(
            "Of which day (optional)",
            None,
            key=form.key("evidence_dated_on"),
            max_value=runs.current().today,
            format="YYYY-MM-DD",
        )
        form.slot("evidence_dated_on")
    with right:
        title = st.text_input(f"Source{mark}", key=form.key("evidence_title"), max_chars=300)
        form.slot("evidence_title")
        url = st.text_input("Link (optional)", key=form.key("evidence_url"), max_chars=500, placeholder="https://…")
        form.slot("evidence_url")
    if optional and not title.strip() and not url.strip():
        return None
    return EvidenceInput(kind, title, url, dated_on)


def _one(form: Form, field: str, label: str, options: dict[int, str], value: int | None) -> int | None:
    keys = list(options) if value is None or value in options else [value, *options]
    chosen: int | None = st.selectbox(
        label,
        keys,
        keys.index(value) if value is not None else None,
        format_func=lambda key: words.distinct(options).get(key, "(no longer offered)"),
        key=form.key(field),
        placeholder="Choose",
    )
    form.slot(field)
    return chosen


def _several(form: Form, field: str, label: str, options: dict[int, str], value: tuple[int, ...]) -> tuple[int, ...]:
    named = words.distinct(options)
    chosen = st.multiselect(
        label,
        [*options, *(key for key in value if key not in options)],
        list(value),
        format_func=lambda key: named.get(key, "(no longer offered)"),
        key=form.key(field),
        placeholder="Choose",
    )
    form.slot(field)
    return tuple(sorted(chosen))
