"""Putting a trend into a ring: since when, by whose word, and why."""

import streamlit as st

from cop.choices import EvidenceKind
from cop.funnel import queries
from cop.funnel import trend_operations as operations
from cop.funnel.queries import Item
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.load import load
from cop.ui.text import plain
from cop.ui.widgets import fresh, notice


def change(item: Item) -> None:
    """The form; what was said before stands in the history, where it can be withdrawn."""
    today = runs.current().today
    rings = load(queries.choices, today=today).rings
    known = next((ring for ring in item.rings if not ring.withdrawn), None)
    now = f"In the ring {known.ring} since {words.day(known.changed_on)}." if known else "In no ring yet."
    form = fresh.form(f"ring:{item.id}")
    with st.form(f"ring_form_{item.id}", border=False):
        st.caption(plain(f"{now} Every entry stands in the history, and can be withdrawn there."))
        ring_id = st.radio(
            "Ring", list(rings), None, format_func=lambda key: rings.get(key, str(key)), key=form.key("ring_id"), horizontal=True
        )  # fmt: skip
        form.slot("ring_id")
        left, right = st.columns([1, 2])
        with left:
            changed_on = st.date_input("Since", today, key=form.key("changed_on"), max_value=today, format="YYYY-MM-DD")
            form.slot("changed_on")
            kinds = [kind.value for kind in EvidenceKind]
            kind = st.selectbox("Kind of source", kinds, format_func=words.label, key=form.key("source_kind"))
            form.slot("source_kind")
        with right:
            source = st.text_input("Source", key=form.key("source"), max_chars=300, placeholder="Who says so?")
            form.slot("source")
            url = st.text_input("Link (optional)", key=form.key("url"), max_chars=500, placeholder="https://…")
            form.slot("url")
        edition = st.text_input(
            "Edition (optional)", key=form.key("edition"), max_chars=60, help="Of a published radar, such as Vol. 32."
        )
        form.slot("edition")
        rationale = st.text_area("Why there? (optional)", key=form.key("rationale"), height=100)
        form.slot("rationale")
        pressed = st.form_submit_button("Put it there", type="primary", key=form.key("submit"))
    said = {"edition": edition, "source_kind": kind, "source": source, "url": url, "rationale": rationale}
    if pressed and form.perform(
        operations.change_ring, item_id=item.id, ring_id=ring_id, changed_on=changed_on, **said
    ):
        fresh.empty(f"ring:{item.id}")
        notice.say(f"In the ring {rings[ring_id]} since {words.day(changed_on)}." if ring_id else "Saved.")
        st.rerun()
