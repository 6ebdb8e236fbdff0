"""What would follow from other criteria, before they are saved."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cop.funnel.score_queries import rank_changes
from cop.funnel.setup import CriterionInput, changes, share_in_words, weight_shares, without_marks
from cop.periods import quarter_hour, utcnow
from cop.ui.load import load
from cop.ui.text import plain


def show(now: Sequence[CriterionInput], then: Sequence[CriterionInput]) -> None:
    """The shares as they are and as they would be, what changes in words, and what would lack a score."""
    st.subheader("What would change", anchor=False)
    before, after = _by_key(now), _by_key(then)
    rows = [
        (
            (after.get(key) or before[key])[0].name or "(no name yet)",
            share_in_words(before[key][1]) if key in before else "–",
            share_in_words(after[key][1]) if key in after else "–",
        )
        for key in {**after, **before}
    ]
    st.dataframe(
        pd.DataFrame(rows, columns=["criterion", "now", "then"]),
        hide_index=True,
        key="criteria_shares",
        alt=f"The shares of {len(rows)} criteria, now and after saving",
        column_config={"criterion": "Criterion", "now": "Share now", "then": "Share then"},
    )
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in changes(now, then)))
    if new := without_marks(now, then):
        st.warning(
            plain(
                f"Nobody has marked any item on {', '.join(name or 'the new criterion' for name in new)} yet: until "
                "assessors do, no item has a full score."
            ),
            icon=":material/rule:",
        )
    _ranks(then)


def _ranks(then: Sequence[CriterionInput]) -> None:
    """Which items would change places; nothing as long as the criteria can't be computed with."""
    if sum(one.weight for one in then) <= 0 or not all(one.low < one.high for one in then):
        return
    found = load(rank_changes, criteria=tuple(then), now=quarter_hour(utcnow()))
    if not found:
        st.text("No item that you have scored would change its rank.")
        return
    rows = [(one.title, _rank(one.before), _rank(one.after)) for one in found]
    st.dataframe(
        pd.DataFrame(rows, columns=["Item", "Rank now", "Rank then"]),
        hide_index=True,
        key="criteria_ranks",
        alt=f"{len(rows)} items that would change their rank",
    )


def _rank(rank: int | None) -> str:
    return "no score" if rank is None else str(rank)


def _by_key(criteria: Sequence[CriterionInput]) -> dict[object, tuple[CriterionInput, float | None]]:
    """Each criterion with its share; new ones, which have no id, by their place."""
    shares = weight_shares([one.weight for one in criteria])
    return {
        one.criterion_id or ("new", place): (one, share)
        for place, (one, share) in enumerate(zip(criteria, shares, strict=True))
    }
