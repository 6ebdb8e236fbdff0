"""A community's history: who changed what, when, from what to what."""

from math import ceil

import streamlit as st

from cop.catalog.queries import Detail
from cop.history import exports
from cop.history.queries import ON_A_PAGE, Page, history
from cop.history.words import GROUPS, Entry, Group, TextChange
from cop.permissions import Actor
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.load import load
from cop.ui.navigation import address
from cop.ui.widgets import downloads
from cop.ui.widgets.change_list import change_list
from cop.ui.widgets.downloads import Offer

_EVERYTHING = "everything"
_PAGE = "changes_page"
_OPEN = 800
"""Characters up to which a changed text is shown at once."""


def section(found: Detail, actor: Actor) -> None:  # noqa: ARG001 - every section has this shape
    """The changes, the newest first, of one kind or all; the kind and the page stand in the address."""
    group = _group()
    first = load(history, community_id=found.id, group=group)
    if not first.total:
        kind = f" of “{GROUPS[Group(group)].lower()}”" if group else ""
        st.text(f"No change{kind} is on record yet.")
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.text(f"{first.total:,} {'change' if first.total == 1 else 'changes'}, the newest first")
        params = {"community_id": found.id, "group": group}
        downloads.menu("history", Offer("History", exports.changes, params, ("history", found.slug)))
    place = st.container()
    page = _page(first)
    shown = first if page == 1 else load(history, community_id=found.id, group=group, start=(page - 1) * ON_A_PAGE)
    with place:
        change_list([_change(entry) for entry in shown.entries], key="changes_list")
    st.caption("Who joined, left, registered or came isn’t told here: taking part is everybody’s own affair.")


def _group() -> str:
    chosen = st.pills(
        "Kind of change",
        [_EVERYTHING, *(group.value for group in Group)],
        default=_EVERYTHING,
        required=True,
        format_func=lambda value: "Everything" if value == _EVERYTHING else GROUPS[Group(value)],
        key="changes",
        bind="query-params",
        on_change=_to_the_first,
        label_visibility="collapsed",
    )
    return "" if chosen in (None, _EVERYTHING) else str(chosen)


def _to_the_first() -> None:
    st.session_state[_PAGE] = 1


def _page(first: Page) -> int:
    pages = ceil(first.total / ON_A_PAGE)
    return st.pagination(pages, key=_PAGE, bind="query-params") if pages > 1 else 1


def _change(entry: Entry) -> dict[str, object]:
    return {
        "by": entry.by,
        "did": entry.did,
        "it": entry.it,
        "href": address("session", id=entry.session_id) if entry.session_id else None,
        "rest": entry.rest,
        "when": words.moment(entry.at, runs.current().time_zone),
        "lines": list(entry.lines),
        "texts": [_text(change) for change in entry.texts],
    }


def _text(change: TextChange) -> dict[str, object]:
    return {
        "field": change.field,
        "open": sum(len(piece.text) for piece in change.pieces) <= _OPEN,
        "pieces": [{"part": piece.part.value, "text": piece.text} for piece in change.pieces],
    }
