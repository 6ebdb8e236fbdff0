"""What a recording form suggests from the last session. Pure."""

import re
from datetime import datetime, timedelta

_NUMBERED = re.compile(r"^(.*?(?:#|no\.? ?|session |meeting ))(\d{1,4})$", re.IGNORECASE)


def suggest_title(last: str) -> str:
    """The last title again; a running number at its end is counted on ("Session 12" becomes "Session 13")."""
    numbered = _NUMBERED.match(last)
    return f"{numbered[1]}{int(numbered[2]) + 1}" if numbered else last


def suggest_day(last: datetime, now: datetime) -> datetime:
    """The latest moment up to `now` on the last session's weekday and time, or today's when that was the same day.

    Both are local. When the next one of that weekday hasn't come yet, today is meant: sessions move.
    """
    back = (now.weekday() - last.weekday()) % 7
    start = datetime.combine(now.date() - timedelta(days=back), last.time())
    if start > now:
        start -= timedelta(days=7)
    if start > last:
        return start
    today = datetime.combine(now.date(), last.time())
    return today if today <= now and today > last else now.replace(minute=0, second=0, microsecond=0)


def suggest_next(last: datetime, now: datetime) -> datetime:
    """The next moment after `now` on the last session's weekday and time; both are local."""
    ahead = (last.weekday() - now.weekday()) % 7
    start = datetime.combine(now.date() + timedelta(days=ahead), last.time())
    return start if start > now else start + timedelta(days=7)
