"""What would follow from other criteria, before they are saved."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cop.funnel.setup import CriterionInput, changes, share_in_words, weight_shares, without_marks
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


def _by_key(criteria: Sequence[CriterionInput]) -> dict[object, tuple[CriterionInput, float | None]]:
    """Each criterion with its share; new ones, which have no id, by their place."""
    shares = weight_shares([one.weight for one in criteria])
    return {
        one.criterion_id or ("new", place): (one, share)
        for place, (one, share) in enumerate(zip(criteria, shares, strict=True))
    }
