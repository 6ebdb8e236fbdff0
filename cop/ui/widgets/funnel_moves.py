"""Moving an item on the board: what the browser asks for is done before the run draws; what came of it stands above.

An answer is kept for as long as the board is on screen, until the next move or until it is closed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import pandas as pd
import streamlit as st

from cop.errors import Conflict, CopError, Invalid
from cop.funnel import move_operations, queries
from cop.funnel.board import Move
from cop.funnel.cards import ago
from cop.periods import utcnow
from cop.ui.format import label
from cop.ui.layout import link, opens
from cop.ui.load import load
from cop.ui.perform import Form, perform
from cop.ui.text import plain

_KEY, _NUMBER = "_board_told", "_board_told_number"


class Kind(StrEnum):
    """What came of a move."""

    MOVED = "moved"
    UNDONE = "undone"
    ASKED = "asked"
    REFUSED = "refused"
    STALE = "stale"


@dataclass(frozen=True)
class Told:
    """What is to be said of a move; `number` tells one answer from the next."""

    kind: Kind
    move: Move
    number: int
    why: CopError | None = None

    @property
    def key(self) -> str:
        """By which the browser finds it."""
        return f"told-{self.number}"


def current() -> Told | None:
    """What stands above the board."""
    told: Told | None = st.session_state.get(_KEY)
    return told


def forget() -> None:
    """Nothing is to be said any more."""
    st.session_state.pop(_KEY, None)


def _tell(kind: Kind, move: Move, why: CopError | None = None) -> None:
    st.session_state[_NUMBER] = st.session_state.get(_NUMBER, 0) + 1
    st.session_state[_KEY] = Told(kind, move, st.session_state[_NUMBER], why)


def attempt(move: Move) -> None:
    """Move it; where that asks for a reason, nothing is written until it is given."""
    _try(move_operations.move_item, move, Kind.MOVED, stage=move.stage)


def _undo(done: Move) -> None:
    """Back to where it was, unless somebody changed it since: it is then another version."""
    back = replace(done, version=done.version + 1, before=done.stage, stage=done.before)
    _try(move_operations.undo_move, back, Kind.UNDONE)


def _try(operation: Callable[..., object], move: Move, done: Kind, **params: object) -> None:
    try:
        perform(operation, once=None, item_id=move.item_id, version=move.version, **params)
    except Conflict as found:
        _tell(Kind.STALE, move, found)
    except CopError as refusal:
        unexplained = isinstance(refusal, Invalid) and "reason" in refusal.errors
        _tell(Kind.ASKED if unexplained else Kind.REFUSED, move, refusal)
    else:
        _tell(done, move)


def show(everything: pd.DataFrame) -> None:
    """Say what came of the last move, above the board."""
    with st.container():  # also where there is nothing to say, so that the board keeps its place
        told = current()
        if told is None:
            return
        with st.container(key=told.key, horizontal=told.kind is not Kind.ASKED, vertical_alignment="center"):
            name = _name(everything, told.move.item_id)
            if told.kind is Kind.ASKED:
                _ask_why(told, name)
                return
            _say(told, name)
            st.button("Close", key="close_told", icon=":material/close:", type="tertiary", on_click=forget)


def _say(told: Told, name: str) -> None:
    move = told.move
    if told.kind is Kind.MOVED:
        st.success(plain(f"{name} is {label(move.stage).lower()} now."), icon=":material/check:")
        st.button("Undo", key="undo_move", icon=":material/undo:", on_click=_undo, args=(move,))
    elif told.kind is Kind.UNDONE:
        st.success(plain(f"{name} is back where it was: {label(move.stage).lower()}."), icon=":material/undo:")
    else:
        why = _meanwhile(move, told.why) if isinstance(told.why, Conflict) else told.why
        st.warning(plain(f"{name} was not moved. {why}"), icon=":material/block:")
        if opens("item"):
            link("item", "Open it", icon=":material/open_in_new:", id=move.item_id)


def _ask_why(told: Told, name: str) -> None:
    move, form = told.move, Form(f"move_reason:{told.number}")
    back = f"Why move {name} back to {label(move.stage).lower()}?"
    question = {"parked": f"Why park {name}?", "rejected": f"Why reject {name}?"}.get(move.stage, back)
    with st.form(f"move_form:{told.number}"):
        reason = st.text_area(
            plain(question),
            key=form.key("reason"),
            max_chars=500,
            height=80,
        )
        form.slot("reason")
        with st.container(horizontal=True):
            pressed = st.form_submit_button("Move it", key=form.key("submit"), type="primary")
            dropped = st.form_submit_button("Leave it where it is", key=form.key("drop"))
    if dropped:
        forget()
        st.rerun()
    if pressed:
        try:
            done = form.perform(
                move_operations.move_item, item_id=move.item_id, version=move.version, stage=move.stage, reason=reason
            )
        except Conflict as found:
            _tell(Kind.STALE, move, found)
            st.rerun()
        if done:
            _tell(Kind.MOVED, move)
            st.rerun()


def _name(everything: pd.DataFrame, item_id: int) -> str:
    titles = everything.loc[everything["id"] == item_id, "title"]
    return f"“{titles.iloc[0]}”" if len(titles) else "This item"


def _meanwhile(move: Move, found: Conflict) -> str:
    """Who did what to the item since it was seen, and when."""
    stage, by, at = found.current.get("stage", move.before), found.changed_by, found.changed_at
    when = ago(utcnow() - datetime.fromisoformat(at)) if at else ""
    if stage != move.before:
        last = load(queries.item, item_id=move.item_id).stays[0]
        return f"{last.by or 'Somebody'} moved it to {label(last.stage)} {ago(utcnow() - last.entered_at)}."
    return f"{by or 'Somebody'} changed it {when}".strip() + ". Look at it, then move it again."
