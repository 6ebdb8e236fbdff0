"""The sections of a funnel item's page that everybody reads. Only the open one is drawn."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from cop.catalog import queries as catalog
from cop.choices import Channel, Outcome
from cop.errors import CopError
from cop.funnel import operations
from cop.funnel import trend_operations as trends
from cop.funnel.cards import counted
from cop.funnel.item_history import history
from cop.funnel.queries import Backing, Item, Remark, RingStay
from cop.permissions import Actor, Permission, may
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.layout import link
from cop.ui.load import load
from cop.ui.perform import Form, perform
from cop.ui.text import plain
from cop.ui.widgets import fresh, item_fields, item_gaps, item_levels, item_manage, item_score, notice
from cop.ui.widgets.change_list import change_list

_OUTCOMES = {
    Outcome.MET.value: ":material/check_circle: The objective was met",
    Outcome.PARTLY.value: ":material/incomplete_circle: The objective was partly met",
    Outcome.NOT_MET.value: ":material/cancel: The objective was not met",
}


def tabs(item: Item, actor: Actor) -> None:
    """Draw the tabs and what the open one holds."""
    sections: dict[str, Callable[[Item, Actor], None]] = {
        "About": _about,
    }
    if may(actor, Permission.FUNNEL_SCORE):
        sections["Score"] = item_score.section
    sections |= {
        "Evidence": _evidence,
        "Discussion": _discussion,
        "History": _history,
    }
    if item.may_edit or item.merged_into:
        sections["Manage"] = item_manage.section
    tabs = st.tabs(list(sections), key="tab", bind="query-params")
    for tab, section in zip(tabs, sections.values(), strict=True):
        if tab.open:
            with tab:
                section(item, actor)


def _about(item: Item, actor: Actor) -> None:
    st.text(item.said.description or "Nobody has described it yet.")
    st.subheader("Why it is here", anchor=False)
    _why(item)
    st.subheader("How it is judged", anchor=False)
    _judged(item)
    st.subheader("What comes of it", anchor=False)
    _communities(item, actor)
    item_levels.levels(item, actor)


def _why(item: Item) -> None:
    if item.units:
        st.text(f"Concerns {', '.join(item.units.values())}")
    if item.said.headcount is not None:
        st.text(f"{item.said.headcount:,} {'person' if item.said.headcount == 1 else 'people'} concerned")
    if item.said.client or item.said.deadline:
        until = f" by {words.day(item.said.deadline)}" if item.said.deadline else ""
        st.text(f"For {item.said.client or 'a client'}{until}")
    if item.themes:
        st.text(f"Serves {', '.join(item.themes.values())}")
    if item.meeting:
        key, unit, day = item.meeting
        link(
            "meetings",
            f"Raised in the meeting with {unit} on {words.day(day)}",
            icon=":material/handshake:",
            meeting=key,
        )
    item_gaps.found_by(item.id)
    if item.merged:
        st.text("Stands for these too:")
        for key, title in item.merged.items():
            link("item", title, icon=":material/merge:", id=key)
    backed = [one for one in item.evidence if not one.withdrawn]
    st.text(f"{len(backed)} {'piece' if len(backed) == 1 else 'pieces'} of evidence")


def _judged(item: Item) -> None:
    said = item.said
    if not said.objective:
        st.text("No objective yet. Without one it can't be prioritised.")
        return
    st.text(said.objective)
    figures = (("from", said.baseline), ("now", item.current), ("target", said.target))
    parts = [said.indicator, *(f"{name} {value:g}" for name, value in figures if value is not None)]
    if said.judged_on:
        parts.append(f"by {words.day(said.judged_on)}")
    st.caption(plain(", ".join(part for part in parts if part)))
    if item.outcome:
        st.markdown(_OUTCOMES[item.outcome])
        st.text(item.outcome_note)


def _communities(item: Item, actor: Actor) -> None:
    item_gaps.since(item.id)
    if not item.communities:
        st.text("No community works on it yet.")
    for key, room in item.communities.items():
        with st.container(horizontal=True, vertical_alignment="center"):
            link("community", room.name, icon=":material/group:", c=room.slug)
            gained = f"{counted(room.sessions, 'session')}, {counted(room.contributions, 'contribution')}"
            st.caption(f"{gained} since it took this on")
            if _may_link(item, actor, key):
                st.button("Unlink", key=f"unlink_{key}", type="tertiary", on_click=_unlink, args=(item.id, key))
    rooms = {key: name for key, name in load(catalog.open_communities).items() if _may_link(item, actor, key)}
    open_rooms = {key: name for key, name in rooms.items() if key not in item.communities}
    if open_rooms:
        _link(item, open_rooms)


def _may_link(item: Item, actor: Actor, community_id: int) -> bool:
    carries = may(actor, Permission.COMMUNITY_EDIT, community_id=community_id)
    return not item.merged_into and (item.may_triage or carries)


def _link(item: Item, rooms: dict[int, str]) -> None:
    form = fresh.form(f"link_community:{item.id}")
    with st.form(f"link_community_form_{item.id}", border=False):
        chosen = st.selectbox(
            "A community that works on it",
            list(rooms),
            None,
            format_func=lambda key: rooms.get(key, str(key)),
            key=form.key("community_id"),
            placeholder="Choose",
        )
        form.slot("community_id")
        pressed = st.form_submit_button("Link it", key=form.key("submit"))
    if pressed and chosen is None:
        form.fail({"community_id": "Choose a community."})
    elif pressed and form.perform(operations.link_community, item_id=item.id, community_id=chosen):
        fresh.empty(f"link_community:{item.id}")
        notice.say("Linked.")
        st.rerun()


def _unlink(item_id: int, community_id: int) -> None:
    _told(lambda: perform(operations.unlink_community, item_id=item_id, community_id=community_id))


def _told(action: Callable[[], object]) -> None:
    """Do it, and tell why where it is refused."""
    try:
        action()
    except CopError as error:
        st.toast(plain(str(error)), icon=":material/error:")


def _evidence(item: Item, actor: Actor) -> None:  # noqa: ARG001 - every section has this shape
    if not item.evidence:
        st.text("None yet. The more of it there is, and the younger, the surer the score.")
    for one in item.evidence:
        _backing(item, one)
    if item.merged_into:
        return
    form = fresh.form(f"evidence:{item.id}")
    with st.form(f"evidence_form_{item.id}"):
        st.markdown("**Add evidence**")
        said = item_fields.evidence(form, optional=False)
        pressed = st.form_submit_button("Add", key=form.key("submit"))
    if pressed and form.perform(operations.add_evidence, item_id=item.id, evidence=said):
        fresh.empty(f"evidence:{item.id}")
        notice.say("Added.")
        st.rerun()


def _backing(item: Item, one: Backing) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"backing_{one.id}"):
        with st.container(gap="xsmall"):
            st.text(one.title)
            by = f", added by {one.by}" if one.by else ""
            gone = ", withdrawn" if one.withdrawn else ""
            st.caption(plain(f"{words.label(one.kind)}, {words.day(one.dated_on)}{by}{gone}"))
        if one.url and not one.withdrawn:
            st.link_button("Open", one.url, icon=":material/open_in_new:", type="tertiary", key=f"open_{one.id}")
        if one.here and not item.merged_into and (one.mine or item.may_triage):
            ways = (operations.withdraw_evidence, operations.restore_evidence)
            _shelf(f"evidence_{one.id}", ways, gone=one.withdrawn, evidence_id=one.id)


def _shelf(key: str, ways: tuple[Callable[..., object], Callable[..., object]], *, gone: bool, **what: int) -> None:
    """A button that withdraws something, or brings it back."""
    label = "Bring back" if gone else "Withdraw"
    st.button(label, key=key, type="tertiary", on_click=_shelve, args=(ways[gone],), kwargs=what)


def _shelve(operation: Callable[..., object], **what: Any) -> None:
    _told(lambda: perform(operation, **what))


def _discussion(item: Item, actor: Actor) -> None:  # noqa: ARG001 - every section has this shape
    if not item.comments:
        st.text("Nobody has said anything yet.")
    for remark in item.comments:
        _remark(item, remark)
    if item.merged_into:
        return
    form = fresh.form(f"comment:{item.id}")
    with st.form(f"comment_form_{item.id}", border=False):
        text = st.text_area("Your comment", key=form.key("text"), height=90)
        form.slot("text")
        pressed = st.form_submit_button("Say it", key=form.key("submit"))
    if pressed and form.perform(operations.add_comment, item_id=item.id, text=text):
        fresh.empty(f"comment:{item.id}")
        st.rerun()


def _remark(item: Item, remark: Remark) -> None:
    with st.container(border=True, gap="xsmall", key=f"remark_{remark.id}"):
        when = words.moment(remark.at, runs.current().time_zone)
        st.caption(plain(f"{remark.by}, {when}"))
        st.text("(withdrawn)" if remark.withdrawn else remark.text)
        if item.merged_into or not remark.here or not (remark.mine or item.may_triage):
            return
        with st.container(horizontal=True):
            ways = (operations.withdraw_comment, operations.restore_comment)
            _shelf(f"comment_{remark.id}", ways, gone=remark.withdrawn, comment_id=remark.id)
            if remark.mine and not remark.withdrawn:
                _edit(remark)


def _edit(remark: Remark) -> None:
    with st.popover("Edit", type="tertiary", key=f"edit_comment_{remark.id}"):
        form = Form(f"edit_comment:{remark.id}:{remark.version}")
        with st.form(f"edit_comment_form_{remark.id}", border=False):
            text = st.text_area("Your comment", remark.text, key=form.key("text"))
            form.slot("text")
            pressed = st.form_submit_button("Save", type="primary", key=form.key("submit"))
        if pressed and item_manage.written(
            form, operations.edit_comment, comment_id=remark.id, version=remark.version, text=text
        ):
            st.rerun()


def _history(item: Item, actor: Actor) -> None:  # noqa: ARG001 - every section has this shape
    for ring in item.rings:
        _ring(item, ring)
    entries = load(history, item_id=item.id)
    if not entries:
        _stays(item)
        return
    zone = runs.current().time_zone
    change_list(
        [
            {"by": one.by, "did": one.did, "it": "", "href": None, "rest": "", "when": words.moment(one.at, zone),
             "lines": list(one.lines), "texts": []}
            for one in entries
        ],
        key="item_changes",
    )  # fmt: skip


def _stays(item: Item) -> None:
    """Of an item that came with a file, the stages that it was in."""
    zone = runs.current().time_zone
    for stay in item.stays:
        until = words.moment(stay.left_at, zone) if stay.left_at else "now"
        by = f", by {stay.by}" if stay.by else ""
        st.text(f"{words.label(stay.stage)}: {words.moment(stay.entered_at, zone)} to {until}{by}")
        if stay.reason:
            st.caption(plain(f"Reason: {stay.reason}"))


def _ring(item: Item, ring: RingStay) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"ring_{ring.id}"):
        with st.container(gap="xsmall"):
            edition = f" ({ring.edition})" if ring.edition else ""
            gone = ", withdrawn" if ring.withdrawn else ""
            st.text(f"{words.day(ring.changed_on)}: {ring.ring}{edition}{gone}")
            by = f", entered by {ring.by}" if ring.by else ""
            st.caption(plain(f"{words.label(ring.source_kind)}: {ring.source}{by}"))
            if ring.rationale and not ring.withdrawn:
                st.text(ring.rationale)
        if ring.url and not ring.withdrawn:
            st.link_button("Open", ring.url, icon=":material/open_in_new:", type="tertiary", key=f"ring_open_{ring.id}")
        if item.may_edit and item.channel == Channel.TREND:
            ways = (trends.withdraw_ring_change, trends.restore_ring_change)
            _shelf(f"ring_shelf_{ring.id}", ways, gone=ring.withdrawn, ring_change_id=ring.id)
