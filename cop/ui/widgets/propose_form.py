"""Propose a need or a trend: what is there already shows while one types."""

from typing import Any

import streamlit as st

from cop.catalog.search import fold
from cop.choices import Channel
from cop.errors import CopError
from cop.funnel import operations, queries
from cop.funnel.cards import counted
from cop.funnel.gates import CLOSED
from cop.funnel.inputs import ItemInput
from cop.funnel.similar import similar
from cop.periods import quarter_hour, utcnow
from cop.permissions import Actor, Permission, may
from cop.ui import format as words
from cop.ui.address import address_id
from cop.ui.layout import go, link
from cop.ui.load import load
from cop.ui.perform import Form, perform
from cop.ui.text import plain
from cop.ui.widgets import fresh, item_fields, notice

_CHANNELS = {
    Channel.NEED.value: "A need of ours",
    Channel.TREND.value: "A trend outside",
}


def propose(actor: Actor) -> None:
    """The whole form; opens the item when it is in the inbox."""
    form = fresh.form("propose")
    meeting_id = _meeting(actor)
    channel = st.segmented_control(
        "What is it?",
        list(_CHANNELS),
        default=Channel.NEED.value,
        required=True,
        format_func=_CHANNELS.__getitem__,
        key=form.key("channel"),
        disabled=meeting_id is not None,
    )
    title = st.text_input(
        "Title", key=form.key("title"), max_chars=160, live=True, placeholder="In a few words, as you would say it"
    )
    form.slot("title")
    _alike(title or "")
    _rest(actor, form, channel or Channel.NEED.value, title or "", meeting_id)


def _meeting(actor: Actor) -> int | None:
    """The meeting with a unit that the address names, for those who may say so."""
    key = address_id(st.query_params.get("meeting", "")) if may(actor, Permission.FUNNEL_TRIAGE) else 0
    if key:
        st.caption("Raised in a meeting with a unit: it is linked with that meeting.")
    return key or None


def _alike(title: str) -> None:
    rows = load(queries.items, now=quarter_hour(utcnow()))
    titles = dict(zip(rows["id"].tolist(), (fold(text) for text in rows["title"]), strict=True))
    found = similar(fold(title), titles)
    if not found:
        return
    with st.container(border=True, key="alike"):
        st.markdown("**Is it one of these?** Then a vote helps more than a second item.")
        known = rows.set_index("id").to_dict("index")
        for key in found:
            row = known[key]
            with st.container(horizontal=True, vertical_alignment="center"):
                link("item", row["title"], id=key)
                st.caption(f"{words.label(row['stage'])} · {counted(row['votes'], 'vote')}")
                if row["stage"] not in CLOSED:
                    st.button("Vote for it", key=f"alike_vote_{key}", on_click=_vote, args=(key,))


def _vote(item_id: int) -> None:
    try:
        perform(operations.vote, item_id=item_id)
    except CopError as error:
        st.toast(plain(str(error)), icon=":material/error:")
        return
    notice.say("Your vote counts for it. Nothing new was proposed.")


def _rest(actor: Actor, form: Form, channel: str, title: str, meeting_id: int | None) -> None:
    start, known = ItemInput(title=title), item_fields.names()
    with st.form("propose_form", border=False):
        values: dict[str, Any] = {"description": item_fields.description(form, start, channel)}
        values |= item_fields.whom(form, start, channel, known)
        if channel == Channel.NEED:
            values |= item_fields.need(form, start)
        values |= item_fields.size(form, start, channel)
        st.markdown("**Where did you see or hear it?**")
        evidence = item_fields.evidence(form, optional=True)
        with st.expander("How shall it be judged later? (can wait)", key=form.key("judged")):
            if may(actor, Permission.FUNNEL_TRIAGE):
                values |= item_fields.owner(form, start, known)
            values |= item_fields.judged(form, start)
        pressed = st.form_submit_button("Propose it", type="primary", key="propose_submit")
    if not pressed:
        return
    said = ItemInput(title=title, **values)
    done = form.perform(operations.propose_item, channel=channel, item=said, evidence=evidence, meeting_id=meeting_id)
    if done:
        fresh.empty("propose")
        notice.say("It is in the inbox. You can follow it here, and others can vote for it.")
        go("item", id=done.value)
