"""How many people of a unit say that they are at the level it requires, and which skills hang on one person."""

import pandas as pd
import streamlit as st

from cop.skills.levels import IMPORTANCE, in_words
from cop.surveys import coverage_queries, exports, heatmap
from cop.surveys.audit import LEAST
from cop.surveys.coverage import Able, able_words
from cop.surveys.definitions import BUS_FACTOR, COVERAGE, help_of
from cop.surveys.heatmap import Wanted
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.draw import drawn
from cop.ui.text import plain
from cop.ui.widgets import downloads
from cop.ui.widgets.downloads import Offer

_RED = 1
_MOST_NAMED = 10
_MOST_ROWS = 500
"""Of the table on screen."""


def show(wanted: Wanted) -> None:
    """What it means, the skills at risk, the table, what can be taken along."""
    st.subheader("Coverage and bus factor", anchor=False, help=help_of(COVERAGE, BUS_FACTOR))
    st.caption(
        f"From what people say of themselves under *My skills*, as of {words.day(runs.current().today)}; not from the survey."
        f" Counts of parts of {LEAST} or more people who have said their level: the few who are in none may be at it, or"
        " not, so there may be two numbers. Nobody sees who."
    )
    drawn(_table, coverage_queries.coverage, {"wanted": wanted})
    downloads.menu("coverage", Offer("Coverage", exports.coverage, {"wanted": wanted}, ("coverage",)))


def _table(rows: pd.DataFrame, *, wanted: Wanted) -> None:
    found = heatmap.within(rows, wanted)
    if found.empty:
        st.info(
            "No unit needs a skill that fits. Managers say what their units need under *Skills*, *Units*.",
            icon=":material/school:",
        )
        return
    risky = found[(found["most"] <= _RED).fillna(value=False)]
    told = int(found["known"].notna().sum())
    st.text(f"n = {len(found):,} needs of units, {told:,} of them told, {len(risky):,} hang on one person or nobody.")
    for row in risky.head(_MOST_NAMED).to_dict("records"):
        st.markdown(f":red-badge[at most 1] **{plain(row['skill'])}** in {plain(row['unit'])}")
    if len(found) > _MOST_ROWS:
        st.caption(f"The first {_MOST_ROWS:,} of {len(found):,} needs, the severest first; the download holds all.")
    _frame(found.head(_MOST_ROWS))


def _frame(found: pd.DataFrame) -> None:
    records = found.astype("object").where(found.notna(), None).to_dict("records")
    told = [None if row["known"] is None else Able(row["fewest"], row["most"], row["known"]) for row in records]
    shown = pd.DataFrame(
        {
            "Unit": found["unit"],
            "Skill": found["skill"],
            "Bus factor": [words.NOT_ENOUGH if one is None else able_words(one) for one in told],
            "Coverage": [
                words.NOT_ENOUGH if one is None else _share(one, row["needed"])
                for one, row in zip(told, records, strict=True)
            ],
            "Needed": found["needed"],
            "Required": [in_words(level) for level in found["required"]],
            "Importance": found["importance"].map(IMPORTANCE),
            "Said their level": found["known"],
        }
    )
    config = st.column_config
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="",
        alt=f"Bus factor and coverage of {len(shown)} needs of units",
        column_config={
            "Bus factor": config.TextColumn(help=BUS_FACTOR.text),
            "Coverage": config.TextColumn(help=COVERAGE.text),
            "Said their level": config.NumberColumn(help="Of the parts that are counted."),
        },
    )


def _share(found: Able, needed: int) -> str:
    low, high = found.fewest / needed, found.most / needed
    if found.fewest == found.most:
        return f"{high:.0%}"
    return f"at most {high:.0%}" if found.fewest == 0 else f"{low:.0%} to {high:.0%}"
