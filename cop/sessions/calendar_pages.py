"""A calendar's pages: which days a month, a week or a list shows, and which sessions fall on each. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from cop.periods import add_months, month_end, month_of
from cop.sessions.times import EARLIEST_YEAR, LATEST_YEAR

LIST_DAYS = 28
TOUCHES_AFTER = timedelta(days=2)
"""How long after its first day a session may last: 24 hours from late on the eve of a day of 23 hours."""
_MOMENT = timedelta(microseconds=1)


class View(StrEnum):
    """How a calendar shows days."""

    MONTH = "month"
    WEEK = "week"
    LIST = "list"


_FORMS = {View.MONTH: ("%Y-%m-%d", "-01"), View.WEEK: ("%G-W%V-%u", "-1"), View.LIST: ("%Y-%m-%d", "")}
"""How each view's page is written, once its first day is added."""


@dataclass(frozen=True)
class Listed:
    """A session as a calendar shows it."""

    id: int
    title: str
    community: str
    place: str
    starts_at: datetime
    ends_at: datetime
    cancelled: bool


@dataclass(frozen=True)
class OnDay:
    """What of a session falls on a day, by the clock of the calendar's time zone; None where it goes over midnight."""

    session: Listed
    start: str | None
    end: str | None


def read(text: str) -> tuple[View, date] | None:
    """The view that an address was written for and the first day it names (2026-11, 2026-W48, 2026-11-05), or None."""
    for view, (form, first) in _FORMS.items():
        try:
            day = datetime.strptime(text + first, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        if _within(day) and written(view, day) == text:
            return view, day
    return None


def written(view: View, day: date) -> str:
    """What `read` reads: the page on which the view shows the day."""
    if view is View.MONTH:
        return f"{day:%Y-%m}"
    if view is View.WEEK:
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    return day.isoformat()


def shown(view: View, day: date) -> tuple[date, date]:
    """The first and the last day of the page; a month's are filled up to whole weeks from Monday on."""
    if view is View.LIST:
        return day, day + timedelta(days=LIST_DAYS - 1)
    first, last = (month_of(day), month_end(day)) if view is View.MONTH else (day, day)
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def weeks(first: date, last: date) -> tuple[tuple[date, ...], ...]:
    """The days in rows of seven."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return tuple(tuple(days[at : at + 7]) for at in range(0, len(days), 7))


def step(view: View, day: date, by: int) -> date | None:
    """A day of the page `by` pages on, or back; None beyond the years that a session may lie in."""
    if view is View.MONTH:
        there = add_months(month_of(day), by)
    else:
        there = day + timedelta(days=by * (7 if view is View.WEEK else LIST_DAYS))
    return there if _within(there) else None


def turned(old: View, new: View, day: date, today: date) -> date:
    """The day to show when the view changes: today where the page holds it, else the day by which the page is named."""
    if written(old, day) == written(old, today):
        return today
    if old is View.MONTH:
        return month_of(day)
    if old is View.WEEK and new is View.MONTH:
        return day + timedelta(days=3 - day.weekday())  # its Thursday: the month of most of its days
    return shown(old, day)[0]


def title(view: View, day: date) -> str:
    """Such as "November 2026", "Week 48, 23 – 29 Nov 2026" or "5 Nov – 2 Dec 2026"."""
    if view is View.MONTH:
        return f"{day:%B %Y}"
    first, last = shown(view, day)
    year = f" {first.year}" if first.year != last.year else ""
    month = f" {first:%b}" if year or first.month != last.month else ""
    days = f"{first.day}{month}{year} – {last.day} {last:%b %Y}"
    return f"Week {day.isocalendar().week}, {days}" if view is View.WEEK else days


def by_day(sessions: Iterable[Listed], time_zone: str) -> dict[date, tuple[OnDay, ...]]:
    """The sessions of each local day on which they are, by their start: those from the day before come first."""
    zone = ZoneInfo(time_zone)
    found: dict[date, list[OnDay]] = defaultdict(list)
    for session in sorted(sessions, key=lambda one: (one.starts_at, one.community, one.id)):
        start, end = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
        first = start.date()
        last = (session.ends_at - _MOMENT).astimezone(zone).date()  # what ends at midnight isn't on the next day
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            begins, ends = day == first, day == last
            found[day].append(OnDay(session, f"{start:%H:%M}" if begins else None, f"{end:%H:%M}" if ends else None))
    return {day: tuple(there) for day, there in found.items()}


def _within(day: date) -> bool:
    return EARLIEST_YEAR <= day.year <= LATEST_YEAR
