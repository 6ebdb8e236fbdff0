"""The skills of one group: what is required against what there is, the worst first, and what changed since an earlier wave."""

from typing import Any

import pandas as pd
import streamlit as st

from cop.choices import GroupKind
from cop.skills.levels import IMPORTANCE, LEVELS, in_words
from cop.surveys import charts, gap_queries
from cop.surveys.change import LEAST
from cop.surveys.definitions import CHANGE, SEVERITY, WEIGHTED, help_of
from cop.surveys.gap_queries import Before, ProfileRow
from cop.surveys.gap_words import able
from cop.surveys.heatmap import Order
from cop.surveys.result_queries import Group, Head
from cop.surveys.words import NOTHING_REQUIRED, moved, why
from cop.ui import format as words
from cop.ui.draw import drawn, show_chart
from cop.ui.load import load
from cop.ui.text import plain
from cop.ui.widgets import gap_item
from cop.ui.widgets.gap_filters import Asked
from cop.ui.widgets.paging import page_of
from cop.ui.widgets.result_banner import banner, group_labels

_MOST_BARS = 40


def show(head: Head, asked: Asked) -> None:
    """Choose a group and an earlier wave; then the picture and the skills."""
    banner(head)
    groups = [group for group in head.groups if group.kind == asked.wanted.kind]
    if asked.wanted.references:
        groups = [group for group in groups if group.reference in asked.wanted.references]
    if not groups:
        st.info("No group of this survey fits these filters.", icon=":material/filter_list_off:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        group = _group(groups, asked)
        before_id = _before(head)
    params = {"survey_id": head.id, "group_id": group.id, "before_id": before_id}
    found = _wanted(load(gap_queries.profile, **params), asked)
    _skills(head, group, found, before_id)


def _group(groups: list[Group], asked: Asked) -> Group:
    by_id = {group.id: group for group in groups}
    labels = group_labels(groups)
    worst = max(groups, key=lambda group: -1 if group.severest is None else group.severest)
    first = next((group.id for group in groups if group.reference == asked.unit), worst.id)
    chosen = st.selectbox(
        "Group",
        list(by_id),
        index=list(by_id).index(first),
        format_func=lambda key: labels.get(key, str(key)),
        key="group",
        bind="query-params",
    )
    return by_id.get(chosen, by_id[first])


def _before(head: Head) -> int | None:
    names = {wave.id: f"{wave.name} ({words.day(wave.frozen_on)})" for wave in head.earlier}
    if not names:
        return None
    chosen = st.selectbox(
        "Compare with",
        list(names),
        format_func=lambda key: names.get(key, str(key)),
        key="before",
        bind="query-params",
    )
    return chosen if chosen in names else next(iter(names))


def _wanted(rows: tuple[ProfileRow, ...], asked: Asked) -> list[ProfileRow]:
    """The skills that fit the search, in the order that is asked for."""
    from_here = [row for row in rows if _fits(row, asked)]
    return sorted(from_here, key=lambda row: row.skill.casefold()) if asked.wanted.order is Order.NAME else from_here


def _fits(row: ProfileRow, asked: Asked) -> bool:
    in_area = not asked.wanted.areas or row.area_id in asked.wanted.areas
    return in_area and all(word in row.search for word in asked.wanted.words)


def _skills(head: Head, group: Group, rows: list[ProfileRow], before_id: int | None) -> None:
    n = next((row.n for row in rows if row.n is not None), None)
    count = f"n = {n} answers of {group.headcount} asked." if n is not None else f"{group.headcount} were asked."
    needed = [row for row in rows if row.hidden != NOTHING_REQUIRED]
    others = [row for row in rows if row.hidden == NOTHING_REQUIRED]
    st.subheader(plain(group.name), anchor=False, help=help_of(SEVERITY, WEIGHTED, CHANGE))
    st.caption(f"{count} Levels are required in {len(needed)} of {len(rows)} skills. Hidden is never 0.")
    if not rows:
        st.info("No skill fits what you are looking for.", icon=":material/search_off:")
        return
    params = {"survey_id": head.id, "group_id": group.id, "before_id": before_id}
    _picture(needed, params)
    for place in page_of(pd.DataFrame({"place": range(len(needed))}), f"profile:{group.id}")["place"]:
        _one(head, group, needed[place])
    if not needed:
        _picture(others, params)
    elif others:
        with st.expander(f"Skills in which no level is required ({len(others)})", key=f"others_{group.id}"):
            _picture(others, params)


def _picture(rows: list[ProfileRow], params: dict[str, Any]) -> None:
    names = tuple(row.skill for row in rows if row.counts is not None)[:_MOST_BARS]
    if names:
        drawn(_levels, gap_queries.profile, {"skills": names}, **params)
    elif rows:
        st.text("Nothing is told of these skills.")


def _levels(rows: tuple[ProfileRow, ...], *, skills: tuple[str, ...]) -> None:
    by_name = {row.skill: row.counts for row in rows if row.counts is not None}
    told = [(name, counts) for name in skills if (counts := by_name.get(name)) is not None]
    st.markdown("**People by level** of those who know theirs; 0 to 2 people, and all but 0 to 2, are told as one.")
    frame = charts.levels_of([name for name, _counts in told], [counts for _name, counts in told])
    summary = f"People by level in {len(told)} skills, as told below."
    show_chart(frame, charts.STACKED, summary, answers=tuple(LEVELS.values()))


def _one(head: Head, group: Group, row: ProfileRow) -> None:
    with st.container(border=True, gap="xsmall", key=f"gap_{group.id}_{row.skill_id}"):
        st.markdown(_title(row))
        st.text(_standing(row))
        if row.hidden:
            st.caption(f"Hidden: {why(row.hidden, head.smallest_group)}.")
        if row.before and row.before.severity is not None:
            st.caption(plain(_since(row, row.before)))
        if row.question_id is not None and group.reference is not None and group.kind != GroupKind.COMMUNITY:
            gap = (group.kind, group.reference, row.skill_id)
            gap_item.offer(gap, group_id=group.id, question_id=row.question_id, severity=row.severity)


def _title(row: ProfileRow) -> str:
    badges = []
    if row.severity is not None:
        colour = "red" if row.severity >= 0.5 else "orange" if row.severity > 0 else "green"
        badges.append(f":{colour}-badge[severity {row.severity:.2f}]")
    if row.importance > 1:
        badges.append(f":gray-badge[{IMPORTANCE[row.importance].lower()} importance]")
    return " ".join([f"**{plain(row.skill)}**", *badges])


def _standing(row: ProfileRow) -> str:
    needed = "" if row.needed is None else f", {row.needed:,} {'person' if row.needed == 1 else 'people'} needed"
    parts = ["Nothing required" if row.required is None else f"{in_words(row.required)} required{needed}"]
    if row.counts is not None and row.required is not None:
        parts.append(f"{able(row.counts, row.required)} of {row.known} at that level or above")
    if row.unknown is not None:
        parts.append(f"n = {row.n}, {row.unknown:.0%} don't know")
    return " · ".join(parts)


def _since(row: ProfileRow, before: Before) -> str:
    told = f"In the earlier survey: severity {before.severity:.2f}."
    if before.change is None:
        few = row.counts is not None and min(before.known, row.known or 0) < LEAST
        return f"{told} n too small to tell a change." if few else told
    told += f" The gap is {moved(before.change)}."
    if before.required != row.required:
        told += (
            f" Then {in_words(before.required).lower()} was required; both are measured against what is required now."
        )
    return told
