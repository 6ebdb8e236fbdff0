"""Recording a session: one form, kept as one goes, saved once."""

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import available_timezones

import streamlit as st

from cop.choices import SessionKind
from cop.errors import Conflict
from cop.people.queries import directory
from cop.periods import local_day
from cop.sessions import operations
from cop.sessions.inputs import PersonRef
from cop.sessions.queries import Room, SessionDetail
from cop.sessions.times import to_local
from cop.sessions.typed import Came, Typed, plan_of, report_of, when
from cop.ui import format as words
from cop.ui import layout
from cop.ui import run as runs
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import attendance, conflict, conflict_words, tables
from cop.ui.widgets.record_state import Opened, close, discard, keep, keep_this, opened

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Wider than the rules, whose refusals explain themselves."""


def record(room: Room, session: SessionDetail | None) -> None:
    """The whole form for an unplanned, a planned or a held session."""
    state = opened(room, session)
    if state.saved_id is not None:  # a second click while the first one was being written
        _leave(state, state.saved_id)
    if state.restored_at is not None:
        st.info(f"Your draft from {_when(state.restored_at)} is restored.", icon=":material/restore_page:")
    top = st.empty()
    form = Form(state.name)
    values: dict[str, Any] = _basics(state, form)
    more, came = attendance.who_came(state, form)
    values |= more
    names = attendance.names_of(came, load(directory))
    values |= _roles(state, form, names)
    values |= _texts(state, form)
    values["contributions"] = tables.contributions(state, form, names)
    values["links"] = tables.links(state, form)
    typed = replace(state.kept, **values)
    keep(state, typed)
    if state.elsewhere is not None:
        top.warning("Changed in another window: choose at the end of the form.", icon=":material/call_split:")
    _note(state, typed)
    if st.button("Save", key=state.key("save"), type="primary", icon=":material/check:", width="stretch"):
        _save(state, form, typed, came, typed.version)
    conflict.show(
        state.name,
        conflict_words.LABELS,
        conflict_words.of_form(typed, names),
        again=lambda version: _save(state, form, typed, came, version),
        drop=lambda: discard(state),
    )


def _basics(state: Opened, form: Form) -> dict[str, Any]:
    """Title, day and time; what changes rarely is folded away."""
    start = state.start
    values: dict[str, Any] = {"title": st.text_input("Title", start.title, key=state.key("title"), live=True)}
    form.slot("title")
    with st.container(horizontal=True):
        day = st.date_input(
            "Day",
            date.fromisoformat(start.day),
            key=state.key("day"),
            format="YYYY-MM-DD",
            min_value=FIRST_DAY,
            max_value=LAST_DAY,
            width=138,
        )
        begin = st.time_input("From", time.fromisoformat(start.start), key=state.key("start"), step=300, width=92)
        end = st.time_input("To", time.fromisoformat(start.end), key=state.key("end"), step=300, width=92)
    form.slot("start")
    form.slot("end")
    with st.expander("Kind, place, link, time zone", key=state.key("more")):
        values |= _rare(state, form)
        overnight = st.checkbox("It ended the next day", start.end_day != start.day, key=state.key("overnight"))
    end_day = day.fromordinal(day.toordinal() + 1) if overnight else day
    return values | when(datetime.combine(day, begin), datetime.combine(end_day, end))


def _rare(state: Opened, form: Form) -> dict[str, Any]:
    kinds = [kind.value for kind in SessionKind]
    zones = time_zones()
    values: dict[str, Any] = {
        "kind": st.selectbox(
            "Kind", kinds, kinds.index(state.start.kind), format_func=words.label, key=state.key("kind")
        )
    }
    form.slot("kind")
    values["place"] = st.text_input("Place", state.start.place, key=state.key("place"))
    form.slot("place")
    values["link"] = st.text_input("Link", state.start.link, key=state.key("link"), placeholder="https://…")
    form.slot("link")
    values["time_zone"] = st.selectbox(
        "Time zone", zones, zones.index(state.start.time_zone), key=state.key("time_zone")
    )
    form.slot("time_zone")
    return values


@st.cache_data(show_spinner=False)
def time_zones() -> list[str]:
    """Every IANA time zone by name."""
    return sorted(available_timezones())


def _roles(state: Opened, form: Form, names: dict[PersonRef, str]) -> dict[str, Any]:
    """Who led and who spoke, of those who came."""
    if not names:
        return {}
    values: dict[str, Any] = {}
    for field, title in (("led", "Who led it?"), ("spoke", "Who spoke?")):
        values[field] = st.multiselect(
            title,
            list(names),
            [ref for ref in getattr(state.start, field) if ref in names],
            format_func=lambda ref: names.get(ref, str(ref)),
            key=state.key(field),
            placeholder="Of those who came (optional)",
        )
        form.slot(field)
    return values


def _texts(state: Opened, form: Form) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field, title in (("topics", "Topics"), ("decisions", "Decisions")):
        values[field] = st.text_area(
            title, getattr(state.start, field), key=state.key(field), height=80, placeholder="Optional; plain text"
        )
        form.slot(field)
    return values


def _note(state: Opened, typed: Typed) -> None:
    """When the draft was kept, and a way to be rid of it. Below the fields, which so never move while one types."""
    if state.problem:
        st.warning(plain(f"Your draft can't be kept: {state.problem}"), icon=":material/cloud_off:")
    if state.elsewhere is not None:
        _two_windows(state, state.elsewhere, typed)
    elif state.kept_at is not None and not state.problem:
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.caption(f":material/cloud_done: Draft saved {_when(state.kept_at)}", width="content")
            with st.popover("Discard draft", type="tertiary", key=state.key("discard")):
                st.write("Everything typed here since the last saving will be gone.")
                st.button("Yes, discard it", key=state.key("really_discard"), on_click=discard, args=(state,))


def _two_windows(state: Opened, changed_at: datetime, typed: Typed) -> None:
    """The choice between two windows' drafts; until it is made, nothing here is kept over the other one."""
    st.warning(
        f"This draft was changed in another window at {_when(changed_at)}. What you type here is not kept until you "
        "choose.",
        icon=":material/call_split:",
    )
    with st.container(horizontal=True):
        st.button("Go on with that one", key=state.key("take_other"), on_click=close, args=(state,))
        st.button("Keep this one", key=state.key("keep_this"), on_click=keep_this, args=(state, typed))


def _when(moment: datetime) -> str:
    """The time of a moment of today, else day and time."""
    run = runs.current()
    if local_day(moment, run.time_zone) != run.today:
        return plain(words.moment(moment, run.time_zone))
    return f"{to_local(moment, run.time_zone):%H:%M}"


def _save(state: Opened, form: Form, typed: Typed, came: Came, version: int | None) -> None:
    if state.elsewhere is not None:
        st.error("Not saved yet: choose first which draft goes on.", icon=":material/error:")
        return
    if came.open:
        form.fail({"roster": _still_open(came.open)})
        st.error("Not saved yet: the pasted list has open questions.", icon=":material/error:")
        return
    try:
        done = form.perform(
            operations.record_session,
            community_id=state.community_id,
            session_id=state.session_id,
            version=version,
            plan=plan_of(typed),
            report=report_of(typed, came),
        )
    except Conflict as found:
        conflict.remember(state.name, conflict_words.translated(found, load(directory)))
        st.rerun()
    if done is None:
        st.error("Not saved yet. What needs a look is said beside the field.", icon=":material/error:")
        return
    state.saved_id = done.value
    _leave(state, done.value)


def _still_open(count: int) -> str:
    return "One name still needs your answer." if count == 1 else f"{count} names still need your answer."


def _leave(state: Opened, session_id: int) -> None:
    conflict.forget(state.name)
    close(state)
    layout.go("session", id=session_id, recorded=1)
