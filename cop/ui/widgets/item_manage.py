"""A funnel item's care: moved, changed, judged, merged; a community founded from it."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import streamlit as st

from cop.choices import Channel, FunnelStage, Outcome
from cop.errors import Conflict
from cop.funnel import move_operations as moves
from cop.funnel import operations, queries
from cop.funnel.gates import ASIDE, WAY, goes_back
from cop.funnel.inputs import ItemInput
from cop.funnel.queries import Item
from cop.periods import quarter_hour, utcnow
from cop.permissions import Actor, Permission, may
from cop.ui import format as words
from cop.ui.layout import go
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets import conflict, item_fields, item_ring, notice, pinned

_KIND = "funnel_item"


def section(item: Item, actor: Actor) -> None:
    """What those who may change the item find here."""
    parts: dict[str, Callable[[], None]] = {}
    if item.may_triage:
        parts["Move"] = lambda: _move(item)
    if item.may_edit:
        parts["Texts"] = lambda: _edit(item)
    if item.may_edit and item.channel == Channel.TREND:
        parts["Ring"] = lambda: item_ring.change(item)
    if item.may_triage:
        parts["Outcome"] = lambda: _outcome(item)
        parts["Merge"] = lambda: _merge(item)
    if may(actor, Permission.COMMUNITY_CREATE) and not item.merged_into:
        parts["Found a community"] = lambda: _found(item)
    if item.merged_into and may(actor, Permission.FUNNEL_TRIAGE):
        parts["Undo the merge"] = lambda: _part(item)
    if not parts:
        return
    chosen = st.segmented_control(
        "Manage", list(parts), key="manage", default=next(iter(parts)), required=True, label_visibility="collapsed"
    )
    parts.get(chosen or "", parts[next(iter(parts))])()


def written(form: Form, operation: Callable[..., Any], *, pin: str = "", **values: Any) -> bool:
    """Whether it was written; a stale version is told on top of the form. `pin`: the form's, which starts afresh."""
    try:
        done = form.perform(operation, **values) is not None
    except Conflict as found:
        pinned.forget(pin)
        conflict.refuse(form, found)
        return False
    if done:
        pinned.forget(pin)
    return done


def opened(kind: str, item: Item, field: str) -> tuple[Form, Item]:
    """The form of this kind, and the item as it was when it opened: what others change empties no form."""

    def name(one: Item) -> str:
        return f"{kind}:{one.id}:{one.version}"

    start = pinned.row(kind, item, name, field=field)
    return Form(name(start)), start


def _move(item: Item) -> None:
    form, start = opened("move", item, "stage")
    here = FunnelStage(start.stage)
    stages = [stage.value for stage in (*WAY, *ASIDE) if stage is not here]
    with st.form(f"move_form_{item.id}", border=False):
        first = stages.index(start.next_stage) if start.next_stage else 0
        stage = st.selectbox("To", stages, first, format_func=words.label, key=form.key("stage"))
        form.slot("stage")
        reason = st.text_input(
            "Why? (back, parked or rejected only with a reason)", key=form.key("reason"), max_chars=500
        )
        form.slot("reason")
        pressed = st.form_submit_button("Move it", type="primary", key=form.key("submit"))
    values = {"item_id": item.id, "version": start.version, "stage": stage, "reason": reason}
    if pressed and written(form, moves.move_item, pin="move", **values):
        back = " You find it there with its reason." if goes_back(here, FunnelStage(stage)) else ""
        notice.say(f"Moved to {words.label(stage).lower()}.{back}")
        st.rerun()


def _edit(item: Item) -> None:
    start = pinned.row(_KIND, item, _form_name)
    name = _form_name(start)
    form, known = Form(name), item_fields.names()
    with st.form(f"{name}:form", border=False):
        title = st.text_input("Title", start.said.title, key=form.key("name"), max_chars=160)
        form.slot("title")
        values: dict[str, Any] = {"title": title}
        values["description"] = item_fields.description(form, start.said, item.channel)
        values |= item_fields.whom(form, start.said, item.channel, known)
        if item.channel == "need":
            values |= item_fields.need(form, start.said)
        values |= item_fields.size(form, start.said, item.channel)
        st.markdown("**How it is judged later**")
        if item.may_triage:
            values |= item_fields.owner(form, start.said, known)
        values |= item_fields.judged(form, start.said)
        pressed = st.form_submit_button("Save", type="primary", key=f"{name}:submit")
    said = ItemInput(**(asdict(start.said) | values))
    if pressed:
        _save(form, name, item.id, start.version, said)
    conflict.show(
        name,
        item_fields.LABELS,
        _in_words(asdict(said), known),
        again=lambda version: _save(form, name, item.id, version, said),
        drop=lambda: pinned.forget(_KIND),
    )


def _form_name(item: Item) -> str:
    """Another one for each version, so that its fields start with that version's values."""
    return f"edit_item:{item.id}:{item.version}"


def _save(form: Form, name: str, item_id: int, version: int, said: ItemInput) -> None:
    try:
        done = form.perform(operations.edit_item, item_id=item_id, version=version, item=said)
    except Conflict as found:
        told = _in_words(found.current, item_fields.names())
        conflict.remember(name, found.with_current(told))
        st.rerun()
    if done:
        conflict.forget(name)
        pinned.forget(_KIND)
        notice.say("Saved.")
        st.rerun()


def _in_words(values: dict[str, Any], known: item_fields.Names) -> dict[str, Any]:
    """The values as they are shown side by side."""
    lists = known.lists
    told = dict(values)
    for field, names in (("area_id", lists.areas), ("quadrant_id", lists.quadrants), ("owner_id", known.people)):
        told[field] = names.get(values[field], "") if values[field] is not None else ""
    for field, names in (("unit_ids", known.units), ("theme_ids", lists.themes)):
        told[field] = ", ".join(names.get(key, str(key)) for key in values[field])
    told["horizon"] = words.label(values["horizon"]) if values["horizon"] else ""
    return told


def _outcome(item: Item) -> None:
    form, start = opened("outcome", item, "current")
    options = [outcome.value for outcome in Outcome]
    with st.form(f"outcome_form_{item.id}", border=False):
        indicator = start.said.indicator or "The success indicator"
        st.text(f"{indicator}: from {_figure(start.said.baseline)}, target {_figure(start.said.target)}")
        current = st.number_input("Now", value=start.current, key=form.key("current"), format="%g")
        form.slot("current")
        outcome = st.radio(
            "The objective was (leave open while it is too early)",
            options,
            options.index(start.outcome) if start.outcome else None,
            format_func=words.label,
            key=form.key("outcome"),
            horizontal=True,
        )
        form.slot("outcome")
        note = st.text_area("What did we learn? (optional)", start.outcome_note, key=form.key("note"), max_chars=1000)
        form.slot("note")
        pressed = st.form_submit_button("Save", type="primary", key=form.key("submit"))
    values = {"version": start.version, "current": current, "outcome": outcome, "note": note}
    if pressed and written(form, operations.report_outcome, pin="outcome", item_id=item.id, **values):
        notice.say("Saved.")
        st.rerun()


def _figure(value: float | None) -> str:
    return "?" if value is None else f"{value:g}"


def _merge(item: Item) -> None:
    rows = load(queries.items, now=quarter_hour(utcnow()))
    others = dict(zip(rows["id"].tolist(), rows["title"].tolist(), strict=True))
    others.pop(item.id, None)
    titles = words.distinct(others)
    form, start = opened("merge", item, "into_id")
    with st.form(f"merge_form_{item.id}", border=False):
        st.write("The other item stands for this one from then on. Both keep their history, and it can be undone.")
        into: int | None = st.selectbox(
            "Merge this item into",
            list(titles),
            None,
            format_func=lambda key: titles.get(key, str(key)),
            key=form.key("into_id"),
            placeholder="Choose the one that stays",
        )
        form.slot("into_id")
        pressed = st.form_submit_button("Merge", key=form.key("submit"))
    values = {"item_id": item.id, "version": start.version, "into_id": into or 0}
    if pressed and written(form, moves.merge_items, pin="merge", **values):
        notice.say("Merged.")
        go("item", id=into)


def _part(item: Item) -> None:
    form = Form(f"undo_merge:{item.id}")
    if st.button("Part it from the other item", key=form.key("do")) and written(
        form, moves.undo_merge, item_id=item.id
    ):
        notice.say("It stands for itself again.")
        st.rerun()


def _found(item: Item) -> None:
    form = Form(f"found:{item.id}")
    with st.form(f"found_form_{item.id}", border=False):
        st.write("A new community that works on this item, in its first stage. Assign a facilitator next.")
        name = st.text_input("Name", item.said.title[:120], key=form.key("name"), max_chars=120)
        form.slot("name")
        focus = st.text_input(
            "Focus", item.said.description[:300].replace("\n", " "), key=form.key("focus"), max_chars=300
        )
        form.slot("focus")
        pressed = st.form_submit_button("Found it", type="primary", key=form.key("submit"))
    if pressed and written(form, operations.found_community, item_id=item.id, name=name, focus=focus):
        notice.say(f"{name} is open.")
        st.rerun()
