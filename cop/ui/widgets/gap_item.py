"""From a gap to the funnel: one click, or the item that stands for it already."""

import streamlit as st

from cop.permissions import Permission, may
from cop.surveys import gap_item_queries
from cop.surveys.gap_item_queries import Gap, Raised
from cop.surveys.gap_operations import raise_gap
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.layout import go, link
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets import notice


def offer(gap: Gap, *, group_id: int, question_id: int, severity: float | None) -> None:
    """The button for those who may propose where levels are missing, else the item that is there."""
    there = load(gap_item_queries.raised).get(gap)
    if there is not None:
        _there(there)
    if severity and (there is None or not there.is_open) and may(runs.current().actor, Permission.FUNNEL_PROPOSE):
        _button(group_id, question_id)


def _there(there: Raised) -> None:
    state = words.label(there.stage).lower()
    link("item", f"In the funnel ({state}): {there.title}", icon=":material/filter_alt:", id=there.item_id)


def _button(group_id: int, question_id: int) -> None:
    form = Form(f"raise:{group_id}:{question_id}")
    pressed = st.button(
        "Make it a funnel item",
        key=form.key("submit"),
        icon=":material/add_circle:",
        help="Puts it into the inbox with these numbers. It can be rejected there like any other.",
    )
    if pressed and (done := form.perform(raise_gap, group_id=group_id, question_id=question_id)):
        notice.say("It is in the funnel's inbox with its numbers. Add the objective by which it will be judged.")
        go("item", id=done.value)
