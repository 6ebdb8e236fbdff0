"""Live screens: a poller that draws nothing and reruns the page only when something it shows has changed."""

import threading
import time
from datetime import date

import streamlit as st

from cop import db as database
from cop.periods import local_day, utcnow
from cop.ui import identity
from cop.ui import run as runs

EVERY_SECONDS = 2
REMEMBERED_SECONDS = 0.25
"""How old the revisions that pollers share may be: with a poll every 2 s, a change still shows within 3."""


class _Revisions:
    """The topics' revisions as one poller read them, for all pollers of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._source = ""
        self._known: dict[str, int] = {}

    def latest(self) -> dict[str, int]:
        """At most REMEMBERED_SECONDS old."""
        source = str(database.engine().url)
        with self._lock:
            if source != self._source or time.monotonic() - self._read_at > REMEMBERED_SECONDS:
                read_at = time.monotonic()
                with database.reading() as db:
                    self._known = database.revisions(db)
                self._read_at, self._source = read_at, source
            return self._known


_shared = _Revisions()


def watch(*topics: str) -> None:
    """Keep this page up to date with these topics; call it once, anywhere on the page."""
    run = runs.current()
    seen = {topic: run.revisions.get(topic, 0) for topic in topics}
    _poll(topics, seen, run.today, run.time_zone, run.looked_at)


@st.fragment(run_every=EVERY_SECONDS)
def _poll(topics: tuple[str, ...], seen: dict[str, int], day: date, zone: str, looked_at: float) -> None:
    if time.monotonic() - looked_at < EVERY_SECONDS / 2:  # this is the page's own run, which has just looked
        return
    if _changed(topics, seen) or local_day(utcnow(), zone) != day or not identity.still_here():
        runs.mark_polled()
        st.rerun()


def _changed(topics: tuple[str, ...], seen: dict[str, int]) -> bool:
    """Whether a topic has gone on; what the page has seen may be younger than what pollers remember."""
    now = _shared.latest()
    return any(now.get(topic, 0) > seen[topic] for topic in topics)
