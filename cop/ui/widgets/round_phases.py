"""Leading a round: opened, from phase to phase, decided item by item, published."""

import streamlit as st

from cop.choices import Decision, RoundPhase
from cop.errors import Conflict
from cop.funnel import round_operations as operations
from cop.funnel import round_queries as queries
from cop.funnel.cards import share
from cop.funnel.round_queries import Ballot, Round
from cop.periods import quarter_hour, utcnow
from cop.ui import format as words
from cop.ui.layout import link
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import fresh, notice, pinned
from cop.ui.widgets.item_manage import written

_ON = {
    RoundPhase.PROPOSING.value: ("Begin scoring", RoundPhase.SCORING),
    RoundPhase.SCORING.value: ("Begin deciding", RoundPhase.DECIDING),
}
_BACK = {
    RoundPhase.SCORING.value: ("Back to proposing", RoundPhase.PROPOSING),
    RoundPhase.DECIDING.value: ("Back to scoring", RoundPhase.SCORING),
}
_DECISIONS = {
    Decision.PRIORITISE.value: "Prioritise it",
    Decision.KEEP.value: "Keep it for the next round",
    Decision.PARK.value: "Park it",
    Decision.REJECT.value: "Reject it",
}


def open_one() -> None:
    """A new round."""
    with st.expander("Open a round", icon=":material/add_circle:", key="open_round"):
        form = fresh.form("open_round")
        with st.form("open_round_form", border=False):
            name = st.text_input("Name", key=form.key("name"), max_chars=80, placeholder="Autumn 2026")
            form.slot("name")
            note = st.text_input("What is it about? (optional)", key=form.key("note"), max_chars=500)
            form.slot("note")
            pressed = st.form_submit_button("Open it", type="primary", key=form.key("submit"))
        if pressed and form.perform(operations.open_round, name=name, note=note):
            fresh.empty("open_round")
            notice.say(f"{name} is open for proposals.")
            st.rerun()


def lead(found: Round) -> None:
    """On to the next phase, one back, or out to everybody."""
    form = Form(f"lead_round:{found.id}:{found.version}")
    with st.container(horizontal=True):
        for ways, kind in ((_ON, "primary"), (_BACK, "secondary")):
            if found.phase not in ways:
                continue
            label, phase = ways[found.phase]
            if st.button(label, key=form.key(phase.value), type=kind):  # type: ignore[arg-type]
                _lead(form, found, phase)
        if found.phase == RoundPhase.DECIDING:
            with st.popover("Publish", icon=":material/campaign:", key=form.key("publish")):
                st.write(
                    "Everybody sees the list then, each decision takes effect, and nothing of it changes any more."
                )
                if st.button("Publish it now", type="primary", key=form.key("sure")):
                    _publish(form, found)


def _lead(form: Form, found: Round, phase: RoundPhase) -> None:
    if written(form, operations.lead_round, round_id=found.id, version=found.version, phase=phase.value):
        notice.say(f"{found.name} is {phase.value} now.")
        st.rerun()


def _publish(form: Form, found: Round) -> None:
    if written(form, operations.publish_round, round_id=found.id, version=found.version):
        notice.say(f"{found.name} is published.")
        st.rerun()


def decide(found: Round) -> None:
    """The items of the round, the best first, each with its decision."""
    st.text(f"{found.decided} of {found.items} decided. Ranks are among the items of this round.")
    for ballot in load(queries.ballots, round_id=found.id, now=quarter_hour(utcnow())):
        with st.container(border=True, gap="xsmall", key=f"ballot_{ballot.item_id}"):
            link("item", _title(ballot), strong=True, id=ballot.item_id, tab="Score")
            st.caption(_standing(ballot))
            if ballot.decision:
                st.text(_decided(ballot))
            with st.expander("Decide" if not ballot.decision else "Decide anew", key=f"decide_{ballot.item_id}"):
                _decide(found, ballot)


def _title(ballot: Ballot) -> str:
    return f"{ballot.rank}. {ballot.title}" if ballot.rank else ballot.title


def _standing(ballot: Ballot) -> str:
    if ballot.score is None:
        return "Not enough data: nobody has scored it."
    top = f", among the first three in {share(ballot.top)} of weightings" if ballot.top is not None else ""
    return plain(f"Score {ballot.score:.1f}{top}{'; the assessors disagree' if ballot.disagree else ''}")


def _decided(ballot: Ballot) -> str:
    by = f" ({ballot.decided_by})" if ballot.decided_by else ""
    return f"{_DECISIONS[ballot.decision]}{': ' + ballot.reason if ballot.reason else ''}{by}"


def _decide(found: Round, now: Ballot) -> None:
    def name(one: Ballot) -> str:
        return f"decide:{found.id}:{one.item_id}:{one.version}"

    pin = f"decide:{found.id}:{now.item_id}"
    ballot = pinned.row(pin, now, name, field="decision")
    form = Form(name(ballot))
    with st.form(f"decide_form_{ballot.item_id}", border=False):
        options = list(_DECISIONS)
        decision = st.radio(
            "Decision",
            options,
            options.index(ballot.decision) if ballot.decision else None,
            format_func=_DECISIONS.__getitem__,
            key=form.key("decision"),
        )
        form.slot("decision")
        reason = st.text_input("Why? Everybody will read it.", ballot.reason, key=form.key("reason"), max_chars=500)
        form.slot("reason")
        pressed = st.form_submit_button("Save the decision", key=form.key("submit"))
    if not pressed:
        return
    where = {"round_id": found.id, "item_id": ballot.item_id, "version": ballot.version}
    try:
        done = form.perform(operations.decide_item, **where, decision=decision or "", reason=reason)
    except Conflict as stale:
        pinned.forget(pin)
        theirs = words.label(stale.current["decision"] or "nothing")
        form.fail({"": f"{stale.changed_by or 'Somebody'} has just decided: {theirs}. Look at it, then repeat."})
        return
    if done:
        pinned.forget(pin)
        st.rerun()
