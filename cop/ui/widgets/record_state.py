"""What a recording form starts from: a draft, a planned or held session, or the last session's ways; and its draft.

A form's values are pinned when it opens, so that nothing others do meanwhile disturbs who is typing. Whatever
changes is kept on the server with each run: a closed tab, a dropped connection or a restart loses nothing.
"""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import streamlit as st

from cop import db as database
from cop.errors import CopError
from cop.periods import utcnow
from cop.sessions import operations, queries
from cop.sessions.drafts import Kept, draft_subject, own_draft
from cop.sessions.queries import Room, SessionDetail
from cop.sessions.roster import Line
from cop.sessions.times import to_local
from cop.sessions.typed import Typed, from_payload, when
from cop.ui import run as runs
from cop.ui.load import load
from cop.ui.perform import perform


@dataclass
class Opened:
    """A form that is open in this tab."""

    name: str
    """Unlike that of any other opening: widgets' keys hang on it, so a form opened anew starts from its draft."""
    subject: str
    community_id: int
    session_id: int | None
    start: Typed
    kept: Typed
    """As last kept, or as opened."""
    kept_at: datetime | None
    """When the draft was kept; None where there is none."""
    restored_at: datetime | None = None
    """When the draft that the form was opened with was kept."""
    problem: str = ""
    saved_id: int | None = None
    extras: list[int] = field(default_factory=list)
    """People added one by one, beyond the usual ones."""
    matched: tuple[Any, list[Line]] | None = None
    """The pasted list as matched last, and what that depends on."""
    tables: dict[str, tuple[int, tuple[str, ...], list[dict[str, Any]]]] = field(default_factory=dict)
    """Per table: generation, options, rows it starts from (see widgets.tables)."""

    def key(self, field_name: str) -> str:
        """A widget's key."""
        return f"{self.name}:{field_name}"


def opened(room: Room, session: SessionDetail | None) -> Opened:
    """The form for this subject: the one open in this tab, or a new one."""
    subject = draft_subject(room.id, session.id if session else None)
    slot = f"_recording:{subject}"
    there: Opened | None = st.session_state.get(slot)
    # Streamlit forgets widgets that a run didn't draw: after a visit to another screen the form opens anew.
    if there is not None and there.key("title") in st.session_state:
        return there
    kept = _draft(subject)
    start = from_payload(kept.payload) if kept else _fresh(room, session)
    made = Opened(
        name=f"record:{secrets.token_hex(4)}",
        subject=subject,
        community_id=room.id,
        session_id=session.id if session else None,
        start=start,
        kept=start,
        kept_at=kept.updated_at if kept else None,
        restored_at=kept.updated_at if kept else None,
        extras=list(start.extras),
    )
    st.session_state[slot] = made
    return made


def close(form: Opened) -> None:
    """Leave the form; the next opening starts afresh."""
    st.session_state.pop(f"_recording:{form.subject}", None)


def keep(form: Opened, typed: Typed) -> None:
    """Keep what was typed since the last run."""
    if typed == form.kept:
        return
    try:
        perform(operations.save_draft, community_id=form.community_id, subject=form.subject, payload=typed.payload())
    except CopError as error:
        form.problem = str(error)
        return
    form.kept, form.kept_at, form.problem = typed, utcnow(), ""


def discard(form: Opened) -> None:
    """Forget what was typed and start afresh."""
    perform(operations.discard_draft, community_id=form.community_id, subject=form.subject)
    close(form)


def _draft(subject: str) -> Kept | None:
    with database.reading() as db:
        return own_draft(db, runs.current().actor, subject)


def _fresh(room: Room, session: SessionDetail | None) -> Typed:
    if session is None:
        return _unplanned(room)
    start = Typed(
        **when(to_local(session.starts_at, session.time_zone), to_local(session.ends_at, session.time_zone)),
        title=session.title,
        kind=session.kind,
        time_zone=session.time_zone,
        place=session.place,
        link=session.link,
        agenda=session.agenda,
        version=session.version,
    )
    return _amended(start, session) if session.status == "held" else start


def _unplanned(room: Room) -> Typed:
    """As the last session was; the clock is rounded to the hour so that equal suggestions are cached once."""
    run = runs.current()
    now = to_local(utcnow(), run.time_zone).replace(minute=0, second=0, microsecond=0)
    last = load(queries.prefill, community_id=room.id, zone=run.time_zone, local_now=now)
    return Typed(
        **when(last.start, last.end),
        title=last.title,
        kind=last.kind,
        time_zone=last.time_zone,
        place=last.place,
        link=last.link,
    )


def _amended(start: Typed, session: SessionDetail) -> Typed:
    came = load(queries.attendees, session_id=session.id)
    return replace(
        start,
        attendance=session.attendance_kind,
        headcount=session.headcount if session.attendance_kind == "count" else None,
        ticked=[person.person_id for person in came],
        extras=[person.person_id for person in came],
        led=[person.person_id for person in came if person.led],
        spoke=[person.person_id for person in came if person.spoke],
        topics=session.topics,
        decisions=session.decisions,
        contributions=[
            {"id": row.id, "kind": row.kind, "title": row.title, "person": row.person_id, "url": row.url}
            for row in session.contributions
        ],
        links=[{"id": row.id, "title": row.title, "url": row.url} for row in session.links],
    )
