"""Planning a session, or changing a plan: one form with the time in both zones."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import streamlit as st

from cop.choices import SessionKind
from cop.errors import Conflict, NotFound
from cop.people.queries import directory
from cop.periods import quarter_hour, utcnow
from cop.sessions import calendar_pages, operations, queries, series_operations, series_queries
from cop.sessions.inputs import Plan, Repeat
from cop.sessions.queries import SessionDetail
from cop.sessions.recurrence import Unit, in_words
from cop.sessions.series_queries import Series
from cop.sessions.suggest import suggest_next
from cop.sessions.times import problems, to_local, to_utc
from cop.ui import format as words
from cop.ui import layout
from cop.ui import run as runs
from cop.ui.address import address_id
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import conflict, conflict_words, notice, pick_session, repeat_fields
from cop.ui.widgets.record_form import FIRST_DAY, LAST_DAY, time_zones

ONE, FOLLOWING, ALL = "one", "following", "all"
SCOPES = {ONE: "This session", FOLLOWING: "This and the following", ALL: "All of the series"}


@dataclass(frozen=True)
class _Pinned:
    """What the form starts from; its name is unlike that of any other opening."""

    name: str
    plan: Plan
    repeat: Repeat | None
    version: int | None


@dataclass(frozen=True)
class _Subject:
    """What is planned: something new in a community, a session, or (from a session on) its series."""

    community_id: int
    session: SessionDetail | None = None
    series: Series | None = None
    scope: str = ONE
    day: date | None = None
    """The day that was asked for, of something new."""

    @property
    def name(self) -> str:
        """Unlike that of any other subject."""
        return f"{self.scope}:{self.session.id}" if self.session else f"new:{self.community_id}:{self.day or ''}"


def plan() -> None:
    """The form for the session or the community in the address."""
    session = _session()
    if session is not None:
        st.caption(f"{plain(session.community)} · changing the plan")
        _form(_subject(session))
        return
    room = pick_session.only_room()
    if room is not None:
        st.caption(plain(room.name))
        _form(_Subject(room.id, day=_day()))


def _session() -> SessionDetail | None:
    given = st.query_params.get("session", "")
    if not given:
        return None
    session = load(queries.session_detail, session_id=address_id(given))
    if session.community_id not in {room.id for room in load(queries.rooms)} or session.status != "planned":
        raise NotFound
    return session


def _day() -> date | None:
    """The day in the address, such as one of the calendar's."""
    written = calendar_pages.read(st.query_params.get("day", ""))
    return written[1] if written and written[1] <= LAST_DAY else None


def _subject(session: SessionDetail) -> _Subject:
    """The session alone, or what of its series is to be changed."""
    if session.series_id is None:
        return _Subject(session.community_id, session)
    series = load(series_queries.series, series_id=session.series_id)
    st.text(f"Part of a series: {series.words}")
    asked = st.query_params.get("scope", ONE)
    scope = st.segmented_control(
        "What to change",
        list(SCOPES),
        default=asked if asked in SCOPES else ONE,
        format_func=SCOPES.__getitem__,
        required=True,
        key=f"plan_scope:{session.id}",
    )
    return _Subject(session.community_id, session, None if scope == ONE else series, scope)


def _form(subject: _Subject) -> None:
    pinned = _pin(subject)
    form = Form(pinned.name)
    plan, repeat = _fields(form, pinned, subject)
    if subject.series:
        st.caption("Recorded sessions stay as they were, and so does what was changed for one session alone.")
    if st.button("Save the plan", key=form.key("save"), type="primary", icon=":material/check:"):
        _save(pinned, form, subject, plan, repeat, pinned.version)
    conflict.show(
        pinned.name,
        conflict_words.LABELS,
        conflict_words.of_series(plan, repeat) if subject.series and repeat else conflict_words.of_plan(plan),
        again=lambda version: _save(pinned, form, subject, plan, repeat, version),
        drop=_unpin,
    )


def _pin(subject: _Subject) -> _Pinned:
    """The form open in this tab, or a new one: Streamlit forgets widgets that a run didn't draw."""
    key = f"_planning:{subject.name}"
    there: _Pinned | None = st.session_state.get(key)
    if there is None or f"{there.name}:title" not in st.session_state:
        start, repeat, version = _start(subject)
        there = _Pinned(f"plan:{secrets.token_hex(4)}", start, repeat, version)
        st.session_state[key] = there
    return there


def _unpin() -> None:
    for name in [key for key in st.session_state if str(key).startswith("_planning:")]:
        st.session_state.pop(name)


def _start(subject: _Subject) -> tuple[Plan, Repeat | None, int | None]:
    """What the fields hold at first. A series counts from its first day, or from the session's day in it."""
    session, series = subject.session, subject.series
    if session is None:
        return _suggested(subject.community_id, subject.day), None, None
    if series is None:
        return _of_session(session), None, session.version
    start = series.plan
    if subject.scope == FOLLOWING and session.series_day is not None:
        moved = datetime.combine(session.series_day, start.start.time())
        start = replace(start, start=moved, end=moved + (start.end - start.start))
    return start, series.repeat, series.version


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


def _suggested(community_id: int, day: date | None) -> Plan:
    """On the day that was asked for, else next week's, as the last one was."""
    now = utcnow()
    last = load(queries.prefill, community_id=community_id, zone=runs.current().time_zone, now=quarter_hour(now))
    start = suggest_next(last.start, to_local(now, last.time_zone))
    if day is not None:
        start = datetime.combine(day, start.time())
    return Plan(
        title=last.title,
        start=start,
        end=start + (last.end - last.start),
        time_zone=last.time_zone,
        kind=last.kind,
        place=last.place,
        link=last.link,
    )


def _fields(form: Form, pinned: _Pinned, subject: _Subject) -> tuple[Plan, Repeat | None]:
    start = pinned.plan
    title = st.text_input("Title", start.title, key=form.key("title"))
    form.slot("title")
    kinds = [kind.value for kind in SessionKind]
    kind = st.selectbox("Kind", kinds, kinds.index(start.kind), format_func=words.label, key=form.key("kind"))
    form.slot("kind")
    repeats = repeat_fields.ONCE
    if subject.session is None or subject.series is not None:
        repeats = repeat_fields.kind(form, pinned.repeat, always=subject.series is not None)
    times = _times(form, start, "Day" if repeats == repeat_fields.ONCE else "First day")
    repeat = None
    if repeats != repeat_fields.ONCE:
        usual = load(series_queries.usual_holidays, community_id=subject.community_id)
        repeat = repeat_fields.ask(form, Unit(repeats), times["start"].date(), pinned.repeat, usual)
    texts: dict[str, Any] = {}
    for field, label, hint in (("place", "Place", "Room or building"), ("link", "Link", "https://…")):
        texts[field] = st.text_input(label, getattr(start, field), key=form.key(field), placeholder=hint)
        form.slot(field)
    texts["agenda"] = st.text_area("Agenda", start.agenda, key=form.key("agenda"), height=120)
    form.slot("agenda")
    plan = Plan(title=title, kind=kind, **times, **texts)
    if repeat is not None:
        repeat_fields.show(plan, repeat)
    return plan, repeat


def _times(form: Form, start: Plan, title: str) -> dict[str, Any]:
    with st.container(horizontal=True):
        day = st.date_input(
            title,
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
    pinned: _Pinned, form: Form, subject: _Subject, plan: Plan, repeat: Repeat | None, version: int | None
) -> None:
    try:
        done = form.perform(_operation(subject, repeat), plan=plan, **_params(subject, repeat, version))
    except Conflict as found:
        told = conflict_words.translated_series(found) if subject.series else None
        conflict.remember(pinned.name, told or conflict_words.translated(found, load(directory)))
        st.rerun()
    if done:
        conflict.forget(pinned.name)
        _unpin()
        if repeat is None:
            layout.go("session", id=done.value)
        _to_the_sessions(subject.community_id, plan, repeat)


def _operation(subject: _Subject, repeat: Repeat | None) -> Callable[..., int]:
    if subject.series is not None:
        return series_operations.change_series
    if subject.session is not None:
        return operations.change_plan
    return operations.plan_session if repeat is None else series_operations.plan_series


def _params(subject: _Subject, repeat: Repeat | None, version: int | None) -> dict[str, Any]:
    session, series = subject.session, subject.series
    if series is not None and session is not None:
        since = session.id if subject.scope == FOLLOWING else None
        return {"series_id": series.id, "version": version, "repeat": repeat, "from_session_id": since}
    if session is not None:
        return {"session_id": session.id, "version": version}
    return {"community_id": subject.community_id} | ({} if repeat is None else {"repeat": repeat})


def _to_the_sessions(community_id: int, plan: Plan, repeat: Repeat) -> None:
    """On to the community's sessions, with a word of what was made: what this run has read of it is from before."""
    slug = next(room.slug for room in load(queries.rooms) if room.id == community_id)
    when = f"{in_words(repeat.pattern)} at {plan.start:%H:%M} ({plan.time_zone})"
    notice.say(f"Planned: {plan.title.strip()}, {when}.")
    layout.go("community", c=slug, tab="Sessions")
