"""The gaps from which a funnel item came, and how later surveys find them: a step up the chain, and a step down."""

import streamlit as st

from cop.surveys import gap_item_queries
from cop.surveys.gap_item_queries import GapOfItem, Later
from cop.surveys.words import moved
from cop.ui import format as words
from cop.ui.layout import link
from cop.ui.load import load
from cop.ui.text import plain

_ICON = ":material/stacked_bar_chart:"


def found_by(item_id: int) -> None:
    """Why the item is here: each gap with the way to the results that found it."""
    for gap in load(gap_item_queries.gaps_of_item, item_id=item_id):
        text = f"Gap in {gap.skill} of {gap.group}: severity {_figure(gap)} in “{gap.wave}”, {words.day(gap.frozen_on)}"
        _link(gap, text, gap.wave)


def since(item_id: int) -> None:
    """What came of it: the same gaps in later surveys."""
    gaps = load(gap_item_queries.gaps_of_item, item_id=item_id)
    for gap in gaps:
        for later in gap.later:
            _link(gap, f"{gap.skill} of {gap.group}: {_moved(gap, later)}", later.wave)
            if later.change is not None:
                st.caption(plain(f"The gap is {moved(later.change)}."))
    if gaps and not any(gap.later for gap in gaps):
        st.text("No later survey has asked for these skills yet.")


def _figure(gap: GapOfItem | Later) -> str:
    return "not told" if gap.severity is None else f"{gap.severity:.2f}"


def _moved(gap: GapOfItem, later: Later) -> str:
    return f"severity {_figure(gap)} before, {_figure(later)} in “{later.wave}”, {words.day(later.frozen_on)}"


def _link(gap: GapOfItem, text: str, wave: str) -> None:
    kinds = {"org_unit": "Units", "job_role": "Job roles"}
    link("gaps", text, icon=_ICON, wave=wave, by=kinds.get(gap.kind), tab="One group", group=gap.group, q=gap.skill)
