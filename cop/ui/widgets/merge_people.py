"""Two records side by side, and what to do with them."""

import pandas as pd
import streamlit as st

from cop.errors import Conflict
from cop.people import operations
from cop.people.likeness import Pair
from cop.people.queries import PersonCard, likely_pairs, person_card
from cop.ui.format import distinct, label
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import notice

_MOST = 200


def choose() -> None:
    """The pairs that are worth a look, and the one that was chosen."""
    found = {f"{pair.first.id}-{pair.second.id}": pair for pair in load(likely_pairs, most=_MOST)}
    if not found:
        st.info("No two records look like one person's.", icon=":material/check:")
        return
    st.caption(
        "Records whose names are much alike, the likeliest first. Merging lets one record stand for both: attendances, "
        "memberships, roles, contributions and the account pass to it. It can't be undone in one step."
    )
    st.dataframe(
        pd.DataFrame([_row(pair) for pair in found.values()]),
        hide_index=True,
        key="likely_pairs",
        alt=f"{len(found)} pairs of records with what speaks for and against one person",
        column_config={
            "Likeness": st.column_config.ProgressColumn(min_value=0, max_value=100, format="%d %%"),
            "Speaks for it": st.column_config.TextColumn(width="medium"),
            "Speaks against it": st.column_config.TextColumn(width="medium"),
        },
    )
    if len(found) == _MOST:
        st.caption(f"The likeliest {_MOST}; others follow as these are decided.")
    chosen = st.selectbox(
        "Look at a pair",
        list(found),
        index=None,
        format_func=lambda key: _title(found[key]) if key in found else str(key),
        key="pair",
        bind="query-params",
        placeholder="Choose two records",
    )
    if chosen in found:
        _decide(found[chosen])


def _row(pair: Pair) -> dict[str, object]:
    return {
        "One": pair.first.name,
        "Other": pair.second.name,
        "Likeness": pair.score,
        "Speaks for it": "; ".join(pair.speaks_for),
        "Speaks against it": "; ".join(pair.speaks_against),
    }


def _title(pair: Pair) -> str:
    return f"{pair.first.name} – {pair.second.name} ({pair.first.id}, {pair.second.id})"


def _decide(pair: Pair) -> None:
    form = Form(f"merge:{pair.first.id}-{pair.second.id}")
    cards = [load(person_card, person_id=record.id) for record in (pair.first, pair.second)]
    st.dataframe(
        pd.DataFrame([_card(card) for card in cards]).set_index("Name").T.rename_axis(None)
        if cards[0].name != cards[1].name
        else pd.DataFrame([_card(card) for card in cards], index=["One", "Other"]).T,
        key="merge_side_by_side",
        alt="Both records side by side",
    )
    names = distinct({card.id: f"{card.name} ({_known(card)})" for card in cards})
    keep_id = st.radio(
        "The record that stays",
        list(names),
        format_func=lambda key: plain(names.get(key, str(key))),
        key=form.key("keep"),
        index=0 if _weight(cards[0]) >= _weight(cards[1]) else 1,
    )
    keep, gone = cards if keep_id == cards[0].id else cards[::-1]
    with st.container(horizontal=True):
        with st.popover("Merge …", icon=":material/merge:", key=form.key("merge")):
            st.write(f"All of “{plain(gone.name)}” passes to “{plain(keep.name)}”: {_amount(gone)}.")
            if st.button("Merge them", type="primary", key=form.key("merge_now")):
                _merge(form, keep, gone)
        if st.button("Two people", key=form.key("apart"), icon=":material/call_split:") and form.perform(
            operations.keep_apart, first_id=pair.first.id, second_id=pair.second.id
        ):
            notice.say(f"{pair.first.name} and {pair.second.name} stay two people.")
            st.rerun()


def _merge(form: Form, keep: PersonCard, gone: PersonCard) -> None:
    try:
        done = form.perform(
            operations.merge_people,
            keep_id=keep.id,
            keep_version=keep.version,
            gone_id=gone.id,
            gone_version=gone.version,
        )
    except Conflict:
        form.fail({"": "One of the records was changed meanwhile. Look at both again, then merge."})
        return
    if done:
        notice.say(f"{gone.name} is now {keep.name}.")
        st.rerun()


def _card(card: PersonCard) -> dict[str, object]:
    return {
        "Name": card.name,
        "Kind": label(card.kind),
        "E-mail": card.email,
        "Handle": card.handle,
        "Unit": card.unit,
        "Account": card.account if card.account_active or not card.account else f"{card.account} (deactivated)",
        "Sessions": str(card.sessions),
        "Memberships": str(card.memberships),
        "Contributions": str(card.contributions),
    }


def _known(card: PersonCard) -> str:
    return card.email or card.handle or card.unit or "nothing else is known"


def _weight(card: PersonCard) -> tuple[bool, bool, int]:
    """The record that more hangs on is the one to keep."""
    return card.account_active, card.kind == "staff", card.sessions + card.memberships + card.contributions


def _amount(card: PersonCard) -> str:
    return f"{card.sessions:,} attendances, {card.memberships:,} memberships, {card.contributions:,} contributions"
