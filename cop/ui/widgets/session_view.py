"""One session on the screen: what it was, who came, what came of it, what was changed, what can be done."""

from typing import Any

import streamlit as st

from cop.errors import Conflict
from cop.periods import utcnow
from cop.permissions import Actor, Permission, may
from cop.sessions import operations, queries, series_operations, series_queries
from cop.sessions.calendar_file import calendar_file
from cop.sessions.exports import session_attendance
from cop.sessions.queries import SessionDetail
from cop.ui import format as words
from cop.ui import layout
from cop.ui import run as runs
from cop.ui.address import address_id
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import conflict, downloads, notice, session_feedback
from cop.ui.widgets.downloads import Offer
from cop.ui.widgets.plan_form import FOLLOWING, ONE, SCOPES

_STATUS = {
    "planned": (":material/event_upcoming:", "Planned"),
    "held": (":material/event_available:", "Held"),
    "cancelled": (":material/event_busy:", "Cancelled"),
}
_DONE: dict[Any, str] = {
    operations.cancel_session: "Session cancelled. Calendars that subscribe to the community show it as cancelled.",
    operations.reinstate_session: "Session planned again.",
    operations.undo_recording: "Recording taken back. You can restore it until something else is changed here.",
    operations.restore_recording: "Recording restored.",
}


def from_address() -> SessionDetail:
    """The session that the address names; NotFound where it names none."""
    return load(queries.session_detail, session_id=address_id(st.query_params.get("id", "")))


def can_change(actor: Actor, session: SessionDetail) -> bool:
    """Whether this actor plans and records here."""
    return not session.archived and may(actor, Permission.SESSION_RECORD, community_id=session.community_id)


def head(session: SessionDetail) -> None:
    """Title, status, community, time."""
    st.title(plain(session.title), anchor=False)
    icon, status = _STATUS[session.status]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{icon} **{status}** · {plain(words.label(session.kind))}")
        layout.link("community", session.community, icon=":material/group:", c=session.slug)
    st.text(words.span(session.starts_at, session.ends_at, session.time_zone))
    own_zone = runs.current().time_zone
    if words.moment(session.starts_at, own_zone) != words.moment(session.starts_at, session.time_zone):
        st.caption(plain(words.span(session.starts_at, session.ends_at, own_zone)))
    if session.series_id is not None:
        series = load(series_queries.series, series_id=session.series_id)
        st.caption(plain(f"Part of a series: {series.words}"))
    if session.cancel_reason:
        st.warning(plain(session.cancel_reason), icon=":material/event_busy:")


def just_recorded(actor: Actor, session: SessionDetail) -> None:
    """The word right after recording, with a way on and a way back."""
    if not st.query_params.get("recorded") or session.status != "held" or not can_change(actor, session):
        return
    with st.container(border=True):
        st.success("Recorded. The community’s figures are up to date.", icon=":material/check_circle:")
        with st.container(horizontal=True, vertical_alignment="center"):
            layout.link("record", "Record another", icon=":material/add_circle:", community=session.slug)
            layout.link("community", f"To {session.community}", icon=":material/group:", c=session.slug)
            _undo(session)
        session_feedback.offer(actor, session)


def actions(actor: Actor, session: SessionDetail) -> None:
    """The calendar file for everybody; changes for those who may."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if session.status == "planned" and session.ends_at > utcnow():
            _add_to_calendar(session)
        if not can_change(actor, session):
            return
        if session.status == "held":
            layout.link("record", "Amend", icon=":material/edit_note:", session=session.id)
        elif session.status == "planned":
            if session.starts_at <= utcnow():
                layout.link("record", "Record", icon=":material/edit_note:", session=session.id)
            layout.link("plan", "Change the plan", icon=":material/edit_calendar:", session=session.id)
    if session.status != "held" and load(queries.was_taken_back, session_id=session.id):
        _simple(session, operations.restore_recording, "Restore the recording")
    if session.status == "planned":
        _cancel(session)
    elif session.status == "cancelled":
        _cancelled(session)
    elif not st.query_params.get("recorded"):
        _undo(session)


def _add_to_calendar(session: SessionDetail) -> None:
    st.download_button(
        "Add to calendar",
        data=lambda: calendar_file(session, now=utcnow()),
        file_name=f"session-{session.id}.ics",
        mime="text/calendar",
        icon=":material/calendar_add_on:",
        on_click="ignore",
        key="calendar",
    )


def _cancel(session: SessionDetail) -> None:
    with st.expander("Cancel this session", icon=":material/event_busy:", key="cancel"):
        form = Form(f"cancel:{session.id}")
        with st.form(f"cancel:{session.id}:form", border=False):
            scope = ONE
            if session.series_id is not None:
                scope = st.radio("What to cancel", list(SCOPES), format_func=SCOPES.__getitem__, key=form.key("scope"))
            reason = st.text_input("Reason (visible to everybody)", key=form.key("reason"))
            form.slot("reason")
            label = "Cancel the session" if session.series_id is None else "Cancel these sessions"
            pressed = st.form_submit_button(label, key=form.key("submit"))
        if pressed and scope == ONE:
            _do(form, operations.cancel_session, session, reason=reason)
        elif pressed:
            _end(form, session, scope, reason)


def _end(form: Form, session: SessionDetail, scope: str, reason: str) -> None:
    """Cancel the session and those that follow, or all that are planned of its series."""
    series = load(series_queries.series, series_id=session.series_id)
    since = session.id if scope == FOLLOWING else None
    try:
        done = form.perform(
            series_operations.end_series,
            series_id=series.id,
            version=series.version,
            reason=reason,
            from_session_id=since,
        )
    except Conflict as stale:
        conflict.refuse(form, stale)
        return
    if done:
        notice.say("Sessions cancelled. Calendars that subscribe to the community show them as cancelled.")
        layout.go("community", c=session.slug, tab="Sessions")


def _cancelled(session: SessionDetail) -> None:
    """One that is over and never was planned, but recorded by mistake, can only be recorded."""
    if session.planned or session.starts_at > utcnow():
        _simple(session, operations.reinstate_session, "Plan it again")
    else:
        layout.link("record", "Record it again", icon=":material/edit_note:", community=session.slug)


def _undo(session: SessionDetail) -> None:
    with st.popover("Undo", icon=":material/undo:", key="undo"):
        st.write(
            "Take the recording back? Its attendance and contributions are removed. You can restore them until something else is changed here."
        )
        _simple(session, operations.undo_recording, "Take the recording back")


def _simple(session: SessionDetail, operation: Any, title: str) -> None:
    form = Form(f"{operation.__name__}:{session.id}")
    if st.button(title, key=form.key("do")):
        _do(form, operation, session)


def _do(form: Form, operation: Any, session: SessionDetail, **values: Any) -> None:
    try:
        written = form.perform(operation, session_id=session.id, version=session.version, **values)
    except Conflict as stale:
        conflict.refuse(form, stale)
        return
    if written:
        notice.say(_DONE[operation])
        st.query_params.pop("recorded", None)
        st.rerun()


def facts(session: SessionDetail) -> None:
    """Where, what about, what was decided."""
    if session.place or session.link:
        with st.container(horizontal=True):
            if session.place:
                st.markdown(f":material/location_on: {plain(session.place)}")
            if session.link:
                st.link_button("Join online", session.link, icon=":material/videocam:")
    parts = {"Agenda": session.agenda, "Topics": session.topics, "Decisions": session.decisions}
    for title, text in parts.items():
        if text:
            st.subheader(title, anchor=False)
            st.text(text)


def attendance(actor: Actor, session: SessionDetail) -> None:
    """How many came; who, only for those who may know."""
    if session.status != "held":
        return
    st.subheader("Attendance", anchor=False)
    if session.attendance_kind == "missing":
        st.write("No list was taken.")
        return
    st.metric("Came", words.number(session.headcount))
    people = load(queries.attendees, session_id=session.id)
    if may(actor, Permission.ATTENDANCE_NAMES, community_id=session.community_id):
        st.text("\n".join(_line(person) for person in people))
        params, file = {"session_id": session.id}, ("attendance", session.slug, str(session.day))
        downloads.menu("attendance", Offer("Attendance", session_attendance, params, file))
    elif people:
        st.write("You were there.")


def _line(person: queries.Attendee) -> str:
    did = [word for word, true in (("led", person.led), ("spoke", person.spoke)) if true]
    return " · ".join(part for part in (person.name, person.unit, ", ".join(did)) if part)


def outcomes(session: SessionDetail) -> None:
    """Contributions, with credit, and links."""
    if session.contributions:
        st.subheader("What came of it", anchor=False)
        for gift in session.contributions:
            by = f" — {plain(gift.person)}" if gift.person else ""
            with st.container(border=True, horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{plain(words.label(gift.kind))}:** {plain(gift.title)}{by}")
                if gift.url:
                    st.link_button("Open", gift.url, icon=":material/open_in_new:", type="tertiary")
    if session.links:
        st.subheader("Links", anchor=False)
        for link in session.links:
            st.link_button(plain(link.title), link.url, icon=":material/link:", type="tertiary")


def history(session: SessionDetail) -> None:
    """What was changed, by whom, the latest first."""
    changes = load(queries.history, session_id=session.id)
    if not changes:
        return
    with st.expander("History", icon=":material/history:", key="history"):
        for change in changes:
            moment = words.moment(change.at, runs.current().time_zone)
            st.markdown(f"**{plain(change.by)}** {plain(change.what)}, {plain(moment)}")
            for detail in change.details:
                st.text(detail)
