"""When an invented community meets, seen from a given moment. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from cop.example.source import TIME_ZONE, CommunityFact
from cop.periods import add_months, local_day, month_of

HISTORY_MONTHS = 18
AHEAD_DAYS = 28
_ZONE = ZoneInfo(TIME_ZONE)
_HOLIDAYS = {(5, 1), (8, 15), (10, 12), (11, 1), (12, 6), (12, 8)}


@dataclass(frozen=True)
class Clock:
    """The present moment, and the days that follow from it."""

    now: datetime

    @property
    def today(self) -> date:
        """The company's calendar day."""
        return local_day(self.now, TIME_ZONE)

    @property
    def first_day(self) -> date:
        """Where the recorded history begins."""
        return add_months(month_of(self.today), -HISTORY_MONTHS)

    def founded(self, fact: CommunityFact) -> date:
        """The day on which a community began, never later than today."""
        first = add_months(month_of(self.today), -fact.founded_months)
        return first + timedelta(days=sum(fact.slug.encode()) % 24)

    def back(self, days: int) -> date:
        """The day so many days ago."""
        return self.today - timedelta(days=days)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A local time of day as a moment: summer and winter time are the zone's business."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=_ZONE).astimezone(UTC)


def start_of(fact: CommunityFact, day: date) -> datetime:
    """When the community's session of that day begins."""
    return at(day, fact.starts.hour, fact.starts.minute)


def end_of(fact: CommunityFact, day: date) -> datetime:
    """When it ends."""
    return start_of(fact, day) + timedelta(minutes=fact.minutes)


def meeting_days(fact: CommunityFact, clock: Clock) -> list[date]:
    """Every day on which the community met or was to meet, up to four weeks ahead."""
    if fact.launch_in_days:
        return [_working_day(clock.today + timedelta(days=fact.launch_in_days))]
    first = max(clock.first_day, clock.founded(fact))
    last = clock.back(fact.silent_days) if fact.silent_days else clock.today + timedelta(days=AHEAD_DAYS)
    if fact.recording_due:
        due = last_day_ended(fact, clock)
        days = [due + timedelta(weeks=fact.every) * step for step in range(-HISTORY_MONTHS * 5, 3)]
    else:
        due = None
        days = _weekly(fact, first, last) if fact.by_week else _monthly(fact, first, last)
    days = [day if day == due else _working_day(day) for day in days if day == due or not _rests(fact, day)]
    return [day for day in days if first <= day <= last]


def last_day_ended(fact: CommunityFact, clock: Clock) -> date:
    """The latest working day on which a session at the community's hour is over by now."""
    day = clock.today if end_of(fact, clock.today) <= clock.now else clock.back(1)
    return day - timedelta(days=max(0, day.weekday() - 4))


def _weekly(fact: CommunityFact, first: date, last: date) -> list[date]:
    """Every so many weeks, counted from a fixed Monday, so that the rhythm doesn't depend on today."""
    shift = sum(fact.slug.encode()) % fact.every
    monday = date(2020, 1, 6) + timedelta(weeks=shift, days=fact.weekday)
    step = timedelta(weeks=fact.every)
    start = monday + step * ((first - monday) // step)
    return [start + step * index for index in range((last - start) // step + 1)]


def _monthly(fact: CommunityFact, first: date, last: date) -> list[date]:
    """The n-th such weekday of every (or every third) month."""
    days = []
    month = month_of(first)
    while month <= last:
        if month.month % fact.every == 0:
            offset = (fact.weekday - month.weekday()) % 7 + 7 * (fact.week - 1)
            days.append(month + timedelta(days=offset))
        month = add_months(month, 1)
    return days


def _rests(fact: CommunityFact, day: date) -> bool:
    """The turn of the year, and August where the community rests then."""
    around_new_year = (day.month, day.day) >= (12, 23) or (day.month, day.day) <= (1, 6)
    return around_new_year or (fact.summer_break and day.month == 8)


def _working_day(day: date) -> date:
    """The day itself, or the next one that is neither a weekend's nor a holiday."""
    while day.weekday() > 4 or (day.month, day.day) in _HOLIDAYS:
        day += timedelta(days=1)
    return day
