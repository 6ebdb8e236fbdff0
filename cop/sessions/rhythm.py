"""When and as what a series meets, as values, and the days that come of it. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from cop.periods import local_day
from cop.sessions import recurrence
from cop.sessions.days_off import holidays_of

AHEAD = timedelta(days=366)
"""How far ahead sessions are made; the rest follows as time goes on (`cop.sessions.series_operations.extend_series`)."""


@dataclass(frozen=True)
class Meets:
    """When and as what a series meets, as values that stay while the row changes."""

    rule: str
    first_on: date
    until_on: date | None
    start_time: time
    minutes: int
    time_zone: str
    holidays: str
    details: dict[str, Any]

    def span(self, day: date) -> tuple[datetime, datetime]:
        """An occurrence's start and end in UTC."""
        start = recurrence.moment(day, self.start_time, self.time_zone)
        return start, start + timedelta(minutes=self.minutes)


def days_ahead(series: Meets, *, now: datetime, since: date | None = None) -> tuple[list[date], dict[date, str]]:
    """The days on which the series meets from now on (or from `since`), and the holidays left out, by name.

    As far as sessions are made ahead.
    """
    today = local_day(now, series.time_zone)
    last = min(today + AHEAD, series.until_on or date.max)
    wanted = recurrence.days_until(series.rule, series.first_on, max(today, since or today, series.first_on), last)
    off = holidays_of(series.holidays, {day.year for day in wanted})
    skipped = {day: off[day] for day in wanted if day in off}
    return [day for day in wanted if day not in off and series.span(day)[0] > now], skipped
