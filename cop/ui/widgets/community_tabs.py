"""The sections of a community's page. Only the open one is read and drawn."""

from collections.abc import Callable
from math import ceil

import pandas as pd
import streamlit as st

from cop.catalog import charts, operations, queries
from cop.catalog.search import fold
from cop.catalog.timeline import months_in_words, timeline
from cop.catalog.words import STAGES
from cop.models import ContributionKind
from cop.periods import quarter_hour, utcnow
from cop.permissions import Actor, Permission, may
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.draw import draw
from cop.ui.layout import link
from cop.ui.load import load
from cop.ui.text import plain
from cop.ui.widgets import community_manage, fresh, notice, resources
from cop.ui.widgets.community_head import when

_ON_A_PAGE = 10


def tabs(found: queries.Detail, actor: Actor) -> None:
    """Draw the tabs and what the open one holds."""
    sections: dict[str, Callable[[queries.Detail, Actor], None]] = {
        "About": _about,
        "Sessions": _sessions,
        "Contributions": _contributions,
        "Resources": resources.section,
        "Members": _members,
    }
    if may(actor, Permission.COMMUNITY_EDIT, community_id=found.id):
        sections["Manage"] = community_manage.section
    for tab, draw_section in zip(
        st.tabs(list(sections), key="tab", bind="query-params"), sections.values(), strict=True
    ):
        if tab.open:
            with tab:
                draw_section(found, actor)


def _about(found: queries.Detail, actor: Actor) -> None:  # noqa: ARG001 - every section has this shape
    st.subheader("Activity", anchor=False)
    months = load(queries.activity, community_id=found.id, today=runs.current().today)
    summary = months_in_words(months)
    st.text(summary)
    if months["sessions"].any():
        draw(charts.activity, queries.activity, summary=summary, community_id=found.id, today=runs.current().today)
        st.caption("The number above a bar counts attendances; “?” means that nobody noted who came.")
    for title, text in (("Charter", found.charter), ("Norms", found.norms)):
        st.subheader(title, anchor=False)
        st.text(text or "Not written yet.")
    st.subheader("Objectives", anchor=False)
    _objectives(found)
    st.subheader("Facts", anchor=False)
    st.text(f"Stage: {words.label(found.stage)}. {STAGES[found.stage]}")
    if found.cadence:
        st.text(f"Meets {found.cadence}")
    if found.founded_on:
        st.text(f"Founded on {words.day(found.founded_on)}")
    if found.channel_url:
        st.link_button("Open the channel", found.channel_url, icon=":material/forum:", key="channel")


def _objectives(found: queries.Detail) -> None:
    current = [goal for goal in found.objectives if goal.status != "dropped"]
    if not current:
        st.text("None set yet.")
    for goal in current:
        with st.container(border=True, gap="xsmall"):
            st.text(goal.statement)
            st.caption(plain(_figures(goal)))
            if goal.progress is not None:
                share = min(max(goal.progress, 0.0), 1.0)
                st.progress(share, text=plain(f"{words.percent(goal.progress)} of the way"))


def _figures(goal: queries.Goal) -> str:
    parts = ["Met" if goal.status == "met" else "Open"]
    if goal.due_on:
        parts.append(f"due {words.day(goal.due_on)}")
    if goal.measure:
        parts.append(goal.measure)
    known = (("from", goal.baseline), ("now", goal.current), ("target", goal.target))
    parts += [f"{name} {value:g}" for name, value in known if value is not None]
    return ", ".join(parts)


def _sessions(found: queries.Detail, actor: Actor) -> None:
    carries = may(actor, Permission.SESSION_RECORD, community_id=found.id) and not found.archived_on
    times = timeline(load(queries.sessions, community_id=found.id), quarter_hour(utcnow()))
    if carries and not times.waiting.empty:
        st.subheader("Not recorded yet", anchor=False)
        _list(times.waiting, record=True)
    st.subheader("Coming", anchor=False)
    if times.ahead.empty:
        st.text("No session is planned.")
    _list(times.ahead, record=carries)
    st.subheader("Past", anchor=False)
    if times.past.empty:
        st.text("No session was held yet.")
    _list(_page_of(times.past, "sessions"), record=False)


def _list(rows: pd.DataFrame, *, record: bool) -> None:
    for _, row in rows.iterrows():
        with st.container(border=True, gap="xsmall"):
            link("session", row["title"], strong=True, id=row["id"])
            st.caption(f"{when(row)} · {words.label(row['kind'])}{_attendance(row)}")
            if record:
                link("record", "Record", icon=":material/edit_note:", session=row["id"])


def _attendance(row: pd.Series) -> str:
    if row["status"] == "cancelled":
        return " · cancelled"
    if row["status"] == "planned":
        return ""
    if row["people"] is pd.NA:
        return " · no list taken"
    return f" · {row['people']} {'person' if row['people'] == 1 else 'people'}"


def _page_of(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Ten of the rows and, where there are more, a widget to turn the pages."""
    pages = ceil(len(rows) / _ON_A_PAGE)
    page = st.pagination(pages, key=f"{name}_page:{pages}") if pages > 1 else 1
    return rows.iloc[(page - 1) * _ON_A_PAGE : page * _ON_A_PAGE]


def _contributions(found: queries.Detail, actor: Actor) -> None:
    rows = load(queries.contributions, community_id=found.id)
    member = found.id in load(queries.my_communities)
    if not found.archived_on and (member or may(actor, Permission.COMMUNITY_EDIT, community_id=found.id)):
        _contribute(found)
    if rows.empty:
        st.text("Nothing was contributed yet.")
        return
    kinds = st.pills(
        "Kind",
        [kind.value for kind in ContributionKind],
        selection_mode="multi",
        format_func=words.label,
        key="contribution_kinds",
    )
    text = st.text_input("Search contributions", key="contribution_search", type="search", live=True, max_chars=200)
    for word in fold(text or "").split():
        rows = rows[rows["search"].str.contains(word, regex=False)]
    if kinds:
        rows = rows[rows["kind"].isin(kinds)]
    st.text(f"{len(rows):,} contributions" if len(rows) != 1 else "1 contribution")
    for _, row in _page_of(rows, "contributions").iterrows():
        _contribution(row)


def _contribution(row: pd.Series) -> None:
    with st.container(border=True, gap="xsmall"):
        st.text(row["title"])
        parts = [words.label(row["kind"]), words.day(row["day"]), row["person"]]
        st.caption(plain(" · ".join(part for part in parts if part)))
        with st.container(horizontal=True):
            if row["url"]:
                st.link_button("Open", row["url"], icon=":material/open_in_new:", key=f"contribution_{row['id']}")
            if row["session_id"] is not pd.NA:
                link("session", f"From “{row['session']}”", icon=":material/event:", id=row["session_id"])


def _contribute(found: queries.Detail) -> None:
    box = st.expander("Add a contribution", icon=":material/add_circle:", key="contribute", on_change="rerun")
    if not box.open:
        return
    with box:
        form = fresh.form("contribute")
        with st.form("contribute_form", border=False, clear_on_submit=False):
            kind = st.selectbox(
                "Kind", [kind.value for kind in ContributionKind], format_func=words.label, key=form.key("kind")
            )
            form.slot("kind")
            title = st.text_area("What is it?", key=form.key("title"), height=80, max_chars=300)
            form.slot("title")
            url = st.text_input("Link (optional)", key=form.key("url"), max_chars=500)
            form.slot("url")
            day = st.date_input(
                "Day", runs.current().today, key=form.key("day"), max_value=runs.current().today, format="YYYY-MM-DD"
            )
            form.slot("day")
            pressed = st.form_submit_button("Add", type="primary", key="contribute_submit")
        if pressed:
            values = {"kind": kind, "title": title, "url": url, "day": day}
            if form.perform(operations.add_contribution, community_id=found.id, **values):
                fresh.empty("contribute")
                notice.say("Added. Thank you!")
                st.rerun()


def _members(found: queries.Detail, actor: Actor) -> None:  # noqa: ARG001 - every section has this shape
    rows = load(queries.members, community_id=found.id)
    st.text(f"{len(rows):,} {'member' if len(rows) == 1 else 'members'}")
    if rows.empty:
        return
    config = st.column_config
    st.dataframe(
        rows,
        key="members_table",
        hide_index=True,
        alt=f"{len(rows)} members with their unit and the day they joined",
        column_config={
            "name": config.TextColumn("Name", pinned=True),
            "unit": "Unit",
            "joined_on": config.DateColumn("Member since", format="D MMM YYYY"),
        },
    )
