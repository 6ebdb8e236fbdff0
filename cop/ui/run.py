"""What one script run knows: who acts, and how far every topic has changed."""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import streamlit as st

from cop import db as database
from cop.accounts.operations import touch_session
from cop.accounts.queries import SignedIn
from cop.errors import Unwritable
from cop.execute import execute
from cop.periods import local_day, utcnow
from cop.permissions import Actor
from cop.ui import identity

_KEY = "_run"
_POLLED = "_polled"
_TOUCH_SECONDS = 60
RECHECK_SECONDS = 2.0


@dataclass(frozen=True)
class Run:
    """One script run: the actor, the topics' revisions, the organisation and today in its time zone."""

    actor: Actor
    revisions: dict[str, int]
    today: date
    time_zone: str
    organisation: str
    looked_at: float
    """When the visitor was looked up, by the clock that never goes back."""


def begin() -> Run | None:
    """Start a run: look the visitor up afresh; None when their session is no longer valid."""
    signed_in = _look()
    if signed_in is not None:
        _note_activity(signed_in)
    run: Run | None = st.session_state.get(_KEY)
    return run


def current() -> Run:
    """The run that `begin` started.

    A fragment runs again without `begin`, on what it found perhaps hours ago: after RECHECK_SECONDS the visitor is
    looked up again, and the whole page runs again where their session has ended.
    """
    run: Run | None = st.session_state.get(_KEY)
    if run is None or time.monotonic() - run.looked_at > RECHECK_SECONDS:
        _look()
        run = st.session_state.get(_KEY)
    if run is None:
        st.rerun()
    return run


def _look() -> SignedIn | None:
    st.session_state.pop(_KEY, None)
    with database.reading() as db:
        signed_in = identity.looked_up(db)
        if signed_in is None or signed_in.must_change_password:
            return None
        revisions = database.revisions(db)
    house = signed_in.organisation
    today = local_day(utcnow(), house.time_zone)
    st.session_state[_KEY] = Run(signed_in.actor, revisions, today, house.time_zone, house.name, time.monotonic())
    return signed_in


def mark_polled() -> None:
    """The next run comes from the clock, not from the user: it must not count as activity."""
    st.session_state[_POLLED] = True


def _note_activity(signed_in: SignedIn) -> None:
    if st.session_state.pop(_POLLED, False):
        return
    if (utcnow() - signed_in.last_seen_at).total_seconds() > _TOUCH_SECONDS:
        with suppress(Unwritable):  # what can be read is shown all the same
            execute(touch_session, signed_in.actor, session_id=signed_in.session_id)
