"""The sections of a community's page. Only the open one is read and drawn."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from cop.catalog import charts, exports, queries
from cop.catalog.timeline import months_in_words, timeline
from cop.catalog.words import STAGES
from cop.funnel.queries import items_of_community
from cop.periods import quarter_hour, utcnow
from cop.permissions import Actor, Permission, may
from cop.sessions.exports import community_attendance
from cop.sessions.queries import session_detail, withdrawn
from cop.sessions.series_queries import series_of
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.draw import draw
from cop.ui.layout import link
from cop.ui.load import load
from cop.ui.text import plain
from cop.ui.widgets import (
    community_feedback,
    community_history,
    community_manage,
    community_skills,
    contributions,
    downloads,
    feeds,
    resources,
)
from cop.ui.widgets.community_head import when
from cop.ui.widgets.downloads import Offer
from cop.ui.widgets.paging import page_of


def tabs(found: queries.Detail, actor: Actor) -> None:
    """Draw the tabs and what the open one holds."""
    sections: dict[str, Callable[[queries.Detail, Actor], None]] = {
        "About": _about,
        "Sessions": _sessions,
        "Contributions": contributions.section,
        "Resources": resources.section,
        "Feedback": community_feedback.section,
        "Members": _members,
        "History": community_history.section,
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
    _why(found)
    for title, text in (("Charter", found.charter), ("Norms", found.norms)):
        st.subheader(title, anchor=False)
        st.text(text or "Not written yet.")
    st.subheader("Objectives", anchor=False)
    _objectives(found)
    st.subheader("Facts", anchor=False)
    st.text(f"Stage: {words.label(found.stage)}. {STAGES[found.stage]}")
    community_skills.told(found)
    if found.cadence:
        st.text(f"Meets {found.cadence}")
    if found.founded_on:
        st.text(f"Founded on {words.day(found.founded_on)}")
    if found.channel_url:
        st.link_button("Open the channel", found.channel_url, icon=":material/forum:", key="channel")


def _why(found: queries.Detail) -> None:
    """The needs, trends and gaps that the community works on: a step up the chain."""
    items = load(items_of_community, community_id=found.id)
    if not items:
        return
    st.subheader("Why it exists", anchor=False)
    for key, (title, stage) in items.items():
        link("item", f"{title} ({words.label(stage).lower()})", icon=":material/filter_alt:", id=key)


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
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader("Coming", anchor=False)
        feeds.of_community(found.id, found.name)
    if times.ahead.empty:
        st.text("No session is planned.")
    _series(found, carries=carries)
    _list(page_of(times.ahead, "coming"), record=False)
    if carries:
        _withdrawn(found)
    st.subheader("Past", anchor=False)
    if times.past.empty:
        st.text("No session was held yet.")
    _list(page_of(times.past, "sessions"), record=False)
    if not all(rows.empty for rows in (times.waiting, times.ahead, times.past)):
        _take_sessions(found, actor)


def _series(found: queries.Detail, *, carries: bool) -> None:
    """What recurs, by which rule; for those who plan, the way to change it."""
    for running in load(series_of, community_id=found.id, now=quarter_hour(utcnow())):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{running.series.plan.title}: {running.series.words}")
            if carries:
                at = running.next_session_id
                link("plan", "Change the series", icon=":material/event_repeat:", session=at, scope="all")


def _withdrawn(found: queries.Detail) -> None:
    """What went with a change of a series, for those who may want one of them back."""
    gone = load(withdrawn, community_id=found.id, now=quarter_hour(utcnow()))
    if not gone:
        return
    box = st.expander(f"Taken out of a series ({len(gone)})", key="withdrawn_sessions", on_change="rerun")
    if box.open:
        with box:
            st.caption("Open one to reinstate it.")
            for one in gone:
                moment = words.moment(one.starts_at, runs.current().time_zone)
                link("session", f"{one.title}, {moment}", icon=":material/event_busy:", id=one.id)


def _take_sessions(found: queries.Detail, actor: Actor) -> None:
    """The sessions; who came to which only for those who may know."""
    params = {"community_id": found.id}
    offers = [Offer("Sessions", exports.sessions, params, ("sessions", found.slug))]
    if may(actor, Permission.ATTENDANCE_NAMES, community_id=found.id):
        offers.append(Offer("Attendance", community_attendance, params, ("attendance", found.slug)))
    downloads.menu("sessions", *offers)


def _list(rows: pd.DataFrame, *, record: bool) -> None:
    for _, row in rows.iterrows():
        with st.container(border=True, gap="xsmall"):
            link("session", row["title"], strong=True, id=row["id"])
            st.caption(f"{when(row)} · {words.label(row['kind'])}{_attendance(row)}")
            if row["status"] == "cancelled":
                reason = load(session_detail, session_id=int(row["id"])).cancel_reason
                st.text(f"Cancelled: {reason}" if reason else "Cancelled")
            elif record:
                link("record", "Record", icon=":material/edit_note:", session=row["id"])


def _attendance(row: pd.Series) -> str:
    if row["status"] != "held":
        return ""
    if row["people"] is pd.NA:
        return " · no list taken"
    return f" · {row['people']} {'person' if row['people'] == 1 else 'people'}"


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
    downloads.menu("members", Offer("Members", exports.members, {"community_id": found.id}, ("members", found.slug)))
