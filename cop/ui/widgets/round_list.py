"""The rounds for everybody: which one runs, and the published lists with their reasons."""

import streamlit as st

from cop.choices import RoundPhase
from cop.funnel import exports
from cop.funnel import round_queries as queries
from cop.funnel.cards import counted, share
from cop.funnel.round_queries import Listed, Round
from cop.permissions import Actor, Permission, may
from cop.ui import format as words
from cop.ui.address import address_id
from cop.ui.layout import link
from cop.ui.load import load
from cop.ui.text import plain
from cop.ui.widgets import downloads, round_phases
from cop.ui.widgets.downloads import Offer

_NOW = {
    RoundPhase.PROPOSING.value: "Proposals are welcome. What is qualified when scoring begins takes part.",
    RoundPhase.SCORING.value: "Managers score what is qualified, each without seeing the others’ marks.",
    RoundPhase.DECIDING.value: "The marks are given; item by item it is decided.",
}


def rounds(actor: Actor) -> None:
    """Choose a round; lead it, decide in it, or read its list."""
    found = load(queries.rounds)
    office = may(actor, Permission.FUNNEL_SETUP)
    if office and all(one.phase == RoundPhase.PUBLISHED for one in found):
        round_phases.open_one()
    if not found:
        st.info("There was no round yet.", icon=":material/how_to_vote:")
        return
    chosen = _chosen(found)
    _head(chosen)
    if chosen.phase == RoundPhase.PUBLISHED:
        _published(chosen)
        return
    if office:
        round_phases.lead(chosen)
    if chosen.phase == RoundPhase.PROPOSING:
        link("propose", "Propose a need or a trend", icon=":material/lightbulb:")
    if chosen.phase == RoundPhase.SCORING and may(actor, Permission.FUNNEL_SCORE):
        _to_score(chosen)
    if chosen.phase == RoundPhase.DECIDING and may(actor, Permission.FUNNEL_TRIAGE):
        round_phases.decide(chosen)


def _to_score(found: Round) -> None:
    """What waits for one's marks, and what has them."""
    tasks = load(queries.tasks, round_id=found.id)
    waiting = [one for one in tasks if not one.done]
    st.subheader("Yours to score", anchor=False)
    st.text(f"{len(tasks) - len(waiting)} of {len(tasks)} scored by you.")
    for one in waiting:
        noun = "assessor" if one.assessors == 1 else "assessors"
        told = f"{one.title} ({one.assessors} {noun} so far)"
        link("item", told, icon=":material/rule:", id=one.item_id, tab="Score")
    done = [one for one in tasks if one.done]
    if done:
        with st.expander(f"Scored by you ({len(done)})", key="scored_by_me"):
            for one in done:
                link("item", one.title, icon=":material/check:", id=one.item_id, tab="Score")


def _chosen(found: tuple[Round, ...]) -> Round:
    """The round in the address, else the newest."""
    known = {one.id: one for one in found}
    named = address_id(st.query_params.get("round", ""))
    keys = list(known)
    names = words.distinct({key: one.name for key, one in known.items()})
    chosen = st.selectbox(
        "Round",
        keys,
        keys.index(named) if named in known else 0,
        format_func=lambda key: names.get(key, str(key)),
        key="round_choice",
    )
    if chosen != named:
        st.query_params["round"] = str(chosen)
    return known[chosen]


def _head(found: Round) -> None:
    st.header(plain(found.name), anchor=False)
    if found.note:
        st.text(found.note)
    if found.published_on:
        st.text(f"Published on {words.day(found.published_on)}. Every figure here is as it was on that day.")
    else:
        st.text(f"{words.label(found.phase)}, opened on {words.day(found.opened_on)}. {_NOW[found.phase]}")
    if found.weights:
        shares = ", ".join(f"{name} {share:.0%}" for name, share in found.weights)
        st.caption(plain(f"Weights: {shares}"))


def _published(found: Round) -> None:
    rows = load(queries.published, round_id=found.id)
    st.caption(
        f"n = {counted(len(rows), 'item')}. Score: 0 to 100 by the weights above. Rank: among the items of this round."
        " First three: in which share of 10,000 weightings it is among the first three."
    )
    downloads.menu(
        "round", Offer("Published list", exports.published, {"round_id": found.id}, ("round", str(found.id)))
    )
    for row in rows:
        with st.container(border=True, gap="xsmall", key=f"published_{row.item_id}"):
            link("item", f"{row.rank}. {row.title}" if row.rank else row.title, strong=True, id=row.item_id)
            st.text(f"{words.label(row.decision)}: {row.reason}" if row.reason else words.label(row.decision))
            st.caption(plain(_figures(row)))


def _figures(row: Listed) -> str:
    parts = [
        words.NOT_ENOUGH if row.score is None else f"score {row.score:.1f}",
        "" if row.top is None else f"first three in {share(row.top)} of weightings",
        counted(row.assessors, "assessor"),
        counted(row.votes, "vote"),
        row.change,
        f"decided by {row.decided_by}" if row.decided_by else "",
    ]
    return " · ".join(part for part in parts if part)
