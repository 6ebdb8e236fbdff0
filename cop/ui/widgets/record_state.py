"""What a recording form starts from: a draft, a planned or held session, or the last session's ways; and its draft.

A form's values are pinned when it opens, so that nothing others do meanwhile disturbs who is typing. Whatever
changes is kept on the server with each run: a closed tab, a dropped connection or a restart loses nothing.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import streamlit as st

from cop import db as database
from cop.errors import Conflict, CopError
from cop.people.queries import directory
from cop.periods import quarter_hour, utcnow
from cop.sessions import operations, queries
from cop.sessions.attending import checked_in
from cop.sessions.drafts import Kept, Mark, draft_subject, own_draft, own_mark
from cop.sessions.queries import Room, SessionDetail, Usual
from cop.sessions.roster import Roster
from cop.sessions.times import to_local
from cop.sessions.typed import Typed, from_payload, when
from cop.ui import run as runs
from cop.ui.load import load
from cop.ui.perform import log_fault, perform

CHIPS = 60
"""More chips than this can't be taken in; anybody else is found by typing."""


@dataclass
class Opened:
    """A form that is open in this tab."""

    name: str
    """Unlike that of any other opening: widgets' keys hang on it, so a form opened anew starts from its draft."""
    subject: str
    community_id: int
    session_id: int | None
    start: Typed
    usual: Usual
    chips: tuple[int, ...]
    """The first of the usual people, who stand ready to be ticked."""
    extras: list[int]
    """People added one by one, beyond the chips."""
    kept: Typed
    """As last kept, or as opened."""
    kept_at: datetime | None
    """When the draft was kept; None where there is none."""
    version: str | None
    """That of the draft as this form knows it."""
    elsewhere: datetime | None = None
    """When the draft was changed in another window, of which this form knows nothing."""
    restored_at: datetime | None = None
    """When the draft that the form was opened with was kept."""
    problem: str = ""
    saved_id: int | None = None
    matched: tuple[Any, Roster] | None = None
    """The pasted list as matched last, and what that depends on."""
    file_problem: str = ""
    """Why the file that was dropped can't be read."""
    answered: dict[str, Any] = field(default_factory=dict)
    """Answers to the list's lines; only some of their questions are drawn."""
    answered_at_once: tuple[str, ...] = ()
    """The lines that were answered with one press last, for the way back."""
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
    usual = load(queries.usual, community_id=room.id)
    known = load(directory).names
    chips = tuple(person for person in usual.people if person in known)[:CHIPS]
    made = Opened(
        name=f"record:{secrets.token_hex(4)}",
        subject=subject,
        community_id=room.id,
        session_id=session.id if session else None,
        start=start,
        usual=usual,
        chips=chips,
        # A draft's people may have been chips then and not be any now: whoever is ticked must stay in sight.
        extras=[person for person in dict.fromkeys([*start.extras, *start.ticked]) if person not in chips],
        kept=start,
        kept_at=kept.updated_at if kept else None,
        version=kept.version if kept else None,
        restored_at=kept.updated_at if kept else None,
    )
    st.session_state[slot] = made
    return made


def close(form: Opened) -> None:
    """Leave the form; the next opening starts afresh."""
    st.session_state.pop(f"_recording:{form.subject}", None)


def keep(form: Opened, typed: Typed) -> None:
    """Keep what was typed since the last run, unless the draft was changed in another window meanwhile."""
    with _told(form):
        there = _mark(form.subject)
        if there is None:  # never kept, or saved or discarded in another window
            form.version = form.kept_at = None
        form.elsewhere = there.updated_at if there and there.version != form.version else None
        if form.elsewhere is None and typed != form.kept:
            _write(form, typed)


def keep_this(form: Opened, typed: Typed) -> None:
    """Keep what was typed here over what was kept in another window."""
    with _told(form):
        there = _mark(form.subject)
        form.version = there.version if there else None
        _write(form, typed)


@contextmanager
def _told(form: Opened) -> Iterator[None]:
    """Whatever goes wrong is told in the form, where everything typed still stands."""
    try:
        yield
    except Conflict:  # since the look a moment ago
        form.elsewhere = utcnow()
    except CopError as error:
        form.problem = str(error)
    except Exception:  # noqa: BLE001 - logged with an id, told as that id
        form.problem = f"Something went wrong on our side. Fault number {log_fault(operations.save_draft)}."


def _write(form: Opened, typed: Typed) -> None:
    form.version = perform(
        operations.save_draft,
        community_id=form.community_id,
        subject=form.subject,
        payload=typed.payload(),
        version=form.version,
    )
    form.kept, form.kept_at, form.problem = typed, utcnow(), ""


def discard(form: Opened) -> None:
    """Forget what was typed and start afresh."""
    try:
        perform(operations.discard_draft, community_id=form.community_id, subject=form.subject)
    except CopError as error:
        form.problem = str(error)
        return
    close(form)


def _mark(subject: str) -> Mark | None:
    with database.reading() as db:
        return own_mark(db, runs.current().actor, subject)


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
    if session.status == "held":
        return _amended(start, session)
    return replace(start, ticked=list(load(checked_in, session_id=session.id)))


def _unplanned(room: Room) -> Typed:
    """As the last session was."""
    last = load(queries.prefill, community_id=room.id, zone=runs.current().time_zone, now=quarter_hour(utcnow()))
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
