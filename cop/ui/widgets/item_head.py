"""The top of a funnel item's page: what it is, where it stands, who cares for it, one's vote."""

from datetime import date, datetime

import streamlit as st

from cop.choices import FunnelStage
from cop.errors import CopError
from cop.funnel import operations, queries
from cop.funnel.gates import CLOSED, WAY, in_a_sentence
from cop.funnel.queries import Item
from cop.periods import local_day
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.address import address_id
from cop.ui.layout import link
from cop.ui.load import load
from cop.ui.perform import perform
from cop.ui.text import plain

_CHANNELS = {"need": "Need", "trend": "Trend", "gap": "Survey gap"}


def from_address() -> Item:
    """The item that the address names; NotFound where it names none."""
    return load(queries.item, item_id=address_id(st.query_params.get("id", "")))


def head(item: Item) -> None:
    """Title, badges, where it stands, what is missing, who raised it, votes."""
    link("funnel", "Technology funnel", icon=":material/arrow_back:")
    st.title(plain(item.said.title), anchor=False)
    if item.merged_into:
        key, title = item.merged_into
        st.warning("Another item stands for this one now; its votes count there.", icon=":material/merge:")
        link("item", title, icon=":material/arrow_forward:", id=key)
    st.markdown(_badges(item))
    st.markdown(_way(item))
    _standing(item)
    with st.container(horizontal=True, vertical_alignment="center"):
        _votes(item)
        parts = [f"Raised by {item.raised_by}" if item.raised_by else "", words.day(_day(item.created_at))]
        st.caption(plain(", ".join(part for part in parts if part)))


def _badges(item: Item) -> str:
    badges = [f":blue-badge[{_CHANNELS[item.channel]}]"]
    horizon = words.label(item.said.horizon) if item.said.horizon else ""
    badges += [f":gray-badge[{plain(text)}]" for text in (item.area, item.quadrant, horizon) if text]
    if item.said.unique_knowledge:
        badges.append(":violet-badge[Knowledge of its own]")
    return " ".join(badges)


def _way(item: Item) -> str:
    """The stages in their order, the present one in bold; beside the way, only that."""
    here = FunnelStage(item.stage)
    if here not in WAY:
        return f":material/pause_circle: **{words.label(here)}**"
    return " › ".join(f"**{words.label(stage)}**" if stage is here else words.label(stage) for stage in WAY)


def _standing(item: Item) -> None:
    days = (runs.current().today - _day(item.stage_since)).days
    since = "since today" if days <= 0 else f"for {days} {'day' if days == 1 else 'days'}"
    left = ", who has left: choose another" if item.owner_left else ""
    st.text(f"{words.label(item.stage)} {since}. Owner: {item.owner or 'nobody yet'}{left}.")
    if item.stage_reason:
        st.text(f"Reason: {item.stage_reason}")
    if item.missing and item.next_stage and not item.merged_into:
        wanted = in_a_sentence(FunnelStage(item.next_stage))
        st.info(f"To be {wanted} it still needs: {', '.join(item.missing)}.", icon=":material/checklist:")


def _votes(item: Item) -> None:
    noun = "vote" if item.votes == 1 else "votes"
    st.markdown(f":material/how_to_vote: {item.votes:,} {noun}")
    if item.merged_into or item.stage in CLOSED:
        return
    label = "Take my vote back" if item.voted else "Vote for it"
    st.button(label, key="vote", icon=":material/thumb_up:", on_click=_toggle, args=(item.id, item.voted))


def _toggle(item_id: int, voted: bool) -> None:
    try:
        perform(operations.take_vote_back if voted else operations.vote, item_id=item_id)
    except CopError as error:
        st.toast(plain(str(error)), icon=":material/error:")


def _day(moment: datetime) -> date:
    return local_day(moment, runs.current().time_zone)
