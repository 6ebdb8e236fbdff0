"""What has to be done from time to time, whoever is signed in: at the start, then every few hours."""

import logging
import threading

from cop.execute import execute
from cop.imports import jobs
from cop.periods import utcnow
from cop.permissions import SYSTEM
from cop.sessions.series_operations import extend_series
from cop.surveys import closing
from cop.surveys.wave_operations import close_overdue_waves

log = logging.getLogger(__name__)

EVERY_SECONDS = 6 * 3600


def start() -> None:
    """Begin; a daemon thread, so that it never keeps the program from ending."""
    threading.Thread(target=_for_ever, name="housekeeping", daemon=True).start()


def once() -> None:
    """Tidy imports that nobody finished, plan the sessions of series that have come within reach, close waves.

    Waves whose last day is over are closed, and what closed ones left in the files is cleared.

    Several processes may do it at once: each looks at what is there, in a transaction.
    """
    jobs.tidy(now=utcnow())
    execute(extend_series, SYSTEM)
    execute(close_overdue_waves, SYSTEM)
    closing.clear()


def _for_ever() -> None:
    pause = threading.Event()
    while True:
        try:
            once()
        except Exception:  # the next time may do better, and the app runs on meanwhile
            log.exception("housekeeping failed")
        pause.wait(EVERY_SECONDS)
