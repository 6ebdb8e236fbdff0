"""The board: the stages as columns, an item a card, to be moved by mouse, keyboard or a list on each card.

One component and one message for all cards, however many items there are. What it does in the browser stands in
`assets/board.js`.
"""

from typing import Any

import pandas as pd
import streamlit as st

from cop.catalog import queries as catalog
from cop.choices import FunnelStage
from cop.funnel import cards, queries
from cop.funnel.board import Branch, asked_move, branches, in_stages, ordered
from cop.permissions import Actor, Permission, may
from cop.settings import ROOT
from cop.ui import run
from cop.ui.format import label
from cop.ui.layout import link, opens
from cop.ui.load import load
from cop.ui.navigation import address
from cop.ui.widgets import funnel_moves
from cop.ui.widgets.funnel_filters import Asked
from cop.ui.widgets.funnel_moves import Kind

_KEY = "board"
_MORE = "_board_more"
_ASSETS = ROOT / "cop" / "ui" / "assets"
_HTML = """
<div class="picker"><label for="stage">Stage</label><select id="stage"></select></div>
<div class="scroll" role="region" aria-label="Board" tabindex="0"><div class="heads"></div><div class="lanes"></div></div>
<p id="help" class="hidden"></p>
<div class="live hidden" role="status" aria-live="assertive"></div>
"""
_HELP = "The arrow keys lead from card to card."
_HELP_MOVING = f"{_HELP} Space grabs a card, left and right choose a stage, Space drops it there, Escape cancels."


_css, _js = ((_ASSETS / f"board.{ending}").read_text("utf-8") for ending in ("css", "js"))
_board = st.components.v2.component("cop_board", html=_HTML, css=_css, js=_js)


def propose() -> None:
    """The way to a new item."""
    if opens("propose"):
        link("propose", "Propose an item", icon=":material/add:")


def none_yet() -> None:
    """What the funnel is for, before there is anything in it."""
    st.info(
        "The funnel is empty. What units need, what moves outside and what surveys find missing comes in here.",
        icon=":material/filter_alt:",
    )


def show(asked: Asked, actor: Actor, everything: pd.DataFrame, found: pd.DataFrame) -> None:
    """Draw the items that fit, in their columns and lanes."""
    if _KEY not in st.session_state:  # one comes from another screen: what was said there is over
        funnel_moves.forget()
        st.session_state.pop(_MORE, None)
    funnel_moves.show(everything)
    movable = may(actor, Permission.FUNNEL_TRIAGE)
    told = funnel_moves.current()
    data = _message(asked, everything, found, told.move.item_id if told else None)
    data |= {"movable": movable, "help": _HELP_MOVING if movable else _HELP}
    data |= {"told": told.key if told else "", "asks": bool(told and told.kind is Kind.ASKED)}
    _board(key=_KEY, data=data, on_moved_change=_moved, on_more_change=_more)


def _message(asked: Asked, everything: pd.DataFrame, found: pd.DataFrame, keep: int | None) -> dict[str, Any]:
    stages = asked.wanted.shown_stages
    units = branches([Branch(unit.id, unit.name, unit.below) for unit in load(catalog.units)])
    return {
        "stages": [{"id": stage.value, "title": label(stage)} for stage in FunnelStage],
        "columns": cards.columns(everything, found, stages, load(queries.limits)),
        "lanes": cards.lanes(
            ordered(in_stages(found, stages)),
            stages,
            asked.lanes,
            units,
            href=address("item", id=""),
            today=run.current().today,
            more=st.session_state.get(_MORE, {}),
            keep=keep,
        ),
    }


def _moved() -> None:
    move = asked_move(st.session_state[_KEY].get("moved"))
    if move is not None:
        funnel_moves.attempt(move)


def _more() -> None:
    name = st.session_state[_KEY].get("more")
    shown: dict[str, int] = st.session_state.setdefault(_MORE, {})
    if isinstance(name, str):
        shown[name] = shown.get(name, 0) + cards.FIRST
