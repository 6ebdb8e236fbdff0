"""Planning a session, or changing a plan: one form with the time in both zones."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import streamlit as st

from cop.choices import SessionKind
from cop.errors import Conflict, NotFound
from cop.people.queries import directory
from cop.periods import quarter_hour, utcnow
from cop.sessions import operations, queries
from cop.sessions.inputs import Plan
from cop.sessions.queries import Room, SessionDetail
from cop.sessions.suggest import suggest_next
from cop.sessions.times import problems, to_local, to_utc
from cop.ui import format as words
from cop.ui import layout
from cop.ui import run as runs
from cop.ui.address import address_id
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import conflict, conflict_words, pick_session
from cop.ui.widgets.record_form import FIRST_DAY, LAST_DAY, time_zones


@dataclass(frozen=True)
class _Pinned:
    """What the form starts from; its name is unlike that of any other opening."""

    name: str
    plan: Plan
    version: int | None


def plan() -> None:
    """The form for the session or the community in the address."""
    session = _session()
    if session is not None:
        st.caption(f"{plain(session.community)} · changing the plan")
        _form(session.community_id, session)
        return
    room = pick_session.only_room()
    if room is not None:
        st.caption(plain(room.name))
        _form(room.id, None, room)


def _session() -> SessionDetail | None:
    given = st.query_params.get("session", "")
    if not given:
        return None
    session = load(queries.session_detail, session_id=address_id(given))
    if session.community_id not in {room.id for room in load(queries.rooms)} or session.status != "planned":
        raise NotFound
    return session


def _form(community_id: int, session: SessionDetail | None, room: Room | None = None) -> None:
    pinned = _pin(session, room)
    form = Form(pinned.name)
    values = _fields(form, pinned.plan)
    plan = Plan(**values)
    if st.button("Save the plan", key=form.key("save"), type="primary", icon=":material/check:"):
        _save(pinned, form, community_id, session, plan, pinned.version)
    conflict.show(
        pinned.name,
        conflict_words.LABELS,
        conflict_words.of_plan(plan),
        again=lambda version: _save(pinned, form, community_id, session, plan, version),
        drop=_unpin,
    )


def _pin(session: SessionDetail | None, room: Room | None) -> _Pinned:
    """The form open in this tab, or a new one: Streamlit forgets widgets that a run didn't draw."""
    subject = f"_planning:{session.id if session else f'new:{room.id if room else 0}'}"
    there: _Pinned | None = st.session_state.get(subject)
    if there is None or f"{there.name}:title" not in st.session_state:
        start = _of_session(session) if session else _suggested(room)
        there = _Pinned(f"plan:{secrets.token_hex(4)}", start, session.version if session else None)
        st.session_state[subject] = there
    return there


def _unpin() -> None:
    for name in [key for key in st.session_state if str(key).startswith("_planning:")]:
        st.session_state.pop(name)


def _of_session(session: SessionDetail) -> Plan:
    return Plan(
        title=session.title,
        start=to_local(session.starts_at, session.time_zone),
        end=to_local(session.ends_at, session.time_zone),
        time_zone=session.time_zone,
        kind=session.kind,
        place=session.place,
        link=session.link,
        agenda=session.agenda,
    )


def _suggested(room: Room | None) -> Plan:
    """Next week's as the last one was."""
    now = utcnow()
    last = load(
        queries.prefill,
        community_id=room.id if room else 0,
        zone=runs.current().time_zone,
        now=quarter_hour(now),
    )
    start = suggest_next(last.start, to_local(now, last.time_zone))
    return Plan(
        title=last.title,
        start=start,
        end=start + (last.end - last.start),
        time_zone=last.time_zone,
        kind=last.kind,
        place=last.place,
        link=last.link,
    )


def _fields(form: Form, start: Plan) -> dict[str, Any]:
    values: dict[str, Any] = {"title": st.text_input("Title", start.title, key=form.key("title"))}
    form.slot("title")
    kinds = [kind.value for kind in SessionKind]
    values["kind"] = st.selectbox("Kind", kinds, kinds.index(start.kind), format_func=words.label, key=form.key("kind"))
    form.slot("kind")
    values |= _times(form, start)
    for field, title, hint in (("place", "Place", "Room or building"), ("link", "Link", "https://…")):
        values[field] = st.text_input(title, getattr(start, field), key=form.key(field), placeholder=hint)
        form.slot(field)
    values["agenda"] = st.text_area("Agenda", start.agenda, key=form.key("agenda"), height=120)
    form.slot("agenda")
    return values


def _times(form: Form, start: Plan) -> dict[str, Any]:
    with st.container(horizontal=True):
        day = st.date_input(
            "Day",
            start.start.date(),
            key=form.key("day"),
            format="YYYY-MM-DD",
            min_value=FIRST_DAY,
            max_value=LAST_DAY,
            width=138,
        )
        begin = st.time_input("From", start.start.time(), key=form.key("start"), step=300, width=92)
        end = st.time_input("To", start.end.time(), key=form.key("end"), step=300, width=92)
    form.slot("start")
    form.slot("end")
    overnight = st.checkbox("It ends the next day", start.end.date() != start.start.date(), key=form.key("overnight"))
    zones = time_zones()
    zone = st.selectbox("Time zone", zones, zones.index(start.time_zone), key=form.key("time_zone"))
    form.slot("time_zone")
    end_day: date = day + timedelta(days=1) if overnight else day
    times = {"start": datetime.combine(day, _clock(begin)), "end": datetime.combine(end_day, _clock(end))}
    _preview(times["start"], times["end"], zone)
    return {**times, "time_zone": zone}


def _clock(value: time | None) -> time:
    return value or time()


def _preview(start: datetime, end: datetime, zone: str) -> None:
    """The same time where the organisation is, if that is another zone."""
    own = runs.current().time_zone
    first, last = to_utc(start, zone), to_utc(end, zone)
    if zone != own and first and last and not problems(start, end, zone):
        st.caption(plain(f"That is {words.span(first, last, own)}"))


def _save(
    pinned: _Pinned, form: Form, community_id: int, session: SessionDetail | None, plan: Plan, version: int | None
) -> None:
    try:
        if session is None:
            done = form.perform(operations.plan_session, community_id=community_id, plan=plan)
        else:
            done = form.perform(operations.change_plan, session_id=session.id, version=version, plan=plan)
    except Conflict as found:
        conflict.remember(pinned.name, conflict_words.translated(found, load(directory)))
        st.rerun()
    if done:
        conflict.forget(pinned.name)
        _unpin()
        layout.go("session", id=done.value)
