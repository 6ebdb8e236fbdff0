"""Gaps by group and skill: a picture with its table, and on a phone a list of the worst."""

from typing import Any

import pandas as pd
import streamlit as st

from cop.choices import GroupKind
from cop.skills.levels import IMPORTANCE, in_words
from cop.surveys import charts, exports, gap_queries, heatmap
from cop.surveys.definitions import MEAN_LEVEL, SEVERITY, UNKNOWN, WEIGHTED, help_of
from cop.surveys.heatmap import Wanted
from cop.surveys.result_queries import Head
from cop.surveys.words import legend, why
from cop.ui.draw import drawn, show_chart
from cop.ui.navigation import address
from cop.ui.text import plain
from cop.ui.widgets import downloads, gap_filters
from cop.ui.widgets.downloads import Offer
from cop.ui.widgets.gap_filters import Asked
from cop.ui.widgets.result_banner import banner, group_labels

_MOST_ROWS = 500
"""Of the table on screen; the file holds all."""
_WORST = 15
_HEIGHT = 560


def show(head: Head, asked: Asked) -> None:
    """The banner, the picture or the list, what can be taken along, the table."""
    banner(head)
    mean = asked.wanted.kind == GroupKind.COMMUNITY
    title = "Average level" if mean else "Gap severity"
    st.subheader(title, anchor=False, help=help_of(SEVERITY, WEIGHTED, UNKNOWN, MEAN_LEVEL))
    if mean:
        st.caption("Nothing is required of communities, so their average level is shown, 0 none to 4 expert.")
    params = {"survey_id": head.id}
    options = {"wanted": asked.wanted, "smallest": head.smallest_group, "mean": mean}
    labels = group_labels([group for group in head.groups if group.kind == asked.wanted.kind])
    _room()
    with st.container(key="gap_picture"):
        order = gap_filters.order_of(asked.wanted.kind)
        drawn(_picture, gap_queries.gap_rows, options | {"order": order, "labels": labels}, **params)
    with st.container(key="gap_list"):
        drawn(_worst, gap_queries.gap_rows, options | {"unit": asked.unit}, **params)
    with st.container(horizontal=True, vertical_alignment="center"):
        downloads.menu(
            "gaps",
            Offer("What is shown", exports.gaps, params | {"wanted": asked.wanted}, ("gaps", str(head.id))),
            Offer("The whole released table", exports.released, params, ("released", str(head.id))),
        )
        if asked.wanted.references or asked.wanted.areas or asked.wanted.text:
            gap_filters.clear_button("clear_gaps")
    drawn(_table, gap_queries.gap_rows, options | {"wave": head.name, "labels": labels}, **params)


def _room() -> None:
    """On a phone the list, elsewhere the picture."""
    st.html("""<style>
        .st-key-gap_list { display: none; }
        @media (max-width: 640px) {
          .st-key-gap_picture { display: none; }
          .st-key-gap_list { display: block; }
        }
        </style>""")


def _found(rows: pd.DataFrame, wanted: Wanted, *, mean: bool) -> pd.DataFrame | None:
    """What is wanted; where there is nothing it says why."""
    found = heatmap.narrowed(rows, wanted)
    if found.empty:
        st.info("No group or skill of this survey fits these filters.", icon=":material/filter_list_off:")
        return None
    if mean:
        return found
    found = heatmap.with_levels(found)
    if found.empty:
        st.info("Nothing was required of these groups in these skills, so there is no gap.", icon=":material/school:")
        return None
    return found


def _picture(
    rows: pd.DataFrame, *, wanted: Wanted, smallest: int, mean: bool, order: tuple[int, ...], labels: dict[int, str]
) -> None:
    found = _found(rows, wanted, mean=mean)
    if found is None:
        return
    first = heatmap.for_picture(found, {key: place for place, key in enumerate(order)})
    shown = heatmap.filled(first, rows)
    (groups, skills), (all_groups, all_skills) = heatmap.sizes(shown), heatmap.sizes(found)
    part = "" if (groups, skills) == (all_groups, all_skills) else ", the first in this order"
    left = "" if mean else " of those in which a level is required"
    st.caption(
        f"n = {groups} of {all_groups} groups and {skills} of {all_skills} skills{left}{part}. {_reading(mean)}"
        f" {legend(smallest)}"
    )
    summary = f"{'Average levels' if mean else 'Severity of gaps'} of {skills} skills in {groups} groups, as in the table below."
    named = shown.assign(group=shown["group_id"].map(labels), smallest_group=smallest)
    show_chart(named, charts.HEATMAP, summary, mean=mean)


def _reading(mean: bool) -> str:
    return "The darker, the higher." if mean else "0: no level is missing; 1: all are. The darker, the worse."


def _worst(rows: pd.DataFrame, *, wanted: Wanted, smallest: int, mean: bool, unit: int | None) -> None:
    """The worst skills of one group: the one that was chosen, else that of the worst gap."""
    found = _found(rows, wanted, mean=mean)
    if found is None:
        return
    chosen = found[found["reference"] == unit] if unit is not None else found
    one = found[found["group_id"] == (found if chosen.empty else chosen)["group_id"].iloc[0]]
    st.markdown(f"**{plain(one['group'].iloc[0])}**, the worst first. Choose another one above.")
    lines = [_line(row, smallest, mean=mean) for row in one.head(_WORST).astype("object").to_dict("records")]
    st.markdown("\n".join(f"- {line}" for line in lines))


def _line(row: dict[Any, Any], smallest: int, *, mean: bool) -> str:
    name = plain(row["skill"])
    figure = row["mean"] if mean else row["severity"]
    if pd.isna(figure):
        return f"{name}: {why(row['hidden'], smallest)}"
    return f"{name}: **{figure:.2f}**, n = {row['known']}"


def _table(rows: pd.DataFrame, *, wanted: Wanted, smallest: int, mean: bool, wave: str, labels: dict[int, str]) -> None:
    found = heatmap.narrowed(rows, wanted)
    found = found if mean else heatmap.with_levels(found)
    if found.empty:
        return
    kind = next(name for name, value in gap_filters.KINDS.items() if value == wanted.kind)
    there = {"wave": wave, "by": kind, "tab": "One group"}
    part = found.head(_MOST_ROWS)
    shown = pd.DataFrame(
        {
            "open": [
                address("gaps", **there, group=labels[group], q=skill)
                for group, skill in zip(part["group_id"], part["skill"], strict=True)
            ],
            "group": part["group"],
            "skill": part["skill"],
            "severity": part["severity"],
            "importance": part["importance"].map(IMPORTANCE),
            "weighted": part["weighted"],
            "required": ["" if pd.isna(level) else in_words(level) for level in part["required"]],
            "known": part["known"],
            "unknown": part["unknown"].round(2),
            "mean": part["mean"],
            "hidden": ["" if reason is None else why(reason, smallest) for reason in part["hidden"]],
        }
    )
    more = f"The first {_MOST_ROWS:,} of {len(found):,} rows; the download holds all." if len(found) > len(part) else ""
    none = "" if mean else " Where no level is required there is no row; the download has them."
    st.caption(f"The same as a table.{none} {more}")
    _frame(shown)


def _frame(shown: pd.DataFrame) -> None:
    config = st.column_config
    st.dataframe(
        shown,
        hide_index=True,
        height=min(_HEIGHT, 38 + 35 * len(shown)),
        placeholder="",
        alt=f"{len(shown)} groups and skills with severity, importance, required level, known answers and why hidden",
        column_config={
            "open": config.LinkColumn("", display_text="Open", width=50, pinned=True),
            "group": config.TextColumn("Group", width=150),
            "skill": config.TextColumn("Skill", width=180),
            "severity": config.NumberColumn("Severity", format="%.2f", width=76, help=SEVERITY.text),
            "importance": config.TextColumn("Importance", width=90),
            "weighted": config.NumberColumn("Weighted", format="%.2f", width=80, help=WEIGHTED.text),
            "required": config.TextColumn("Required", width=100),
            "known": config.NumberColumn("n", width=46, help="Known answers."),
            "unknown": config.NumberColumn("Don't know", format="percent", width=90, help=UNKNOWN.text),
            "mean": config.NumberColumn("Average level", format="%.1f", width=100, help=MEAN_LEVEL.text),
            "hidden": config.TextColumn("Why hidden", width="medium"),
        },
    )
