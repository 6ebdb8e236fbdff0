"""When a series meets: a pattern, kept as a rule of RFC 5545, told in words, unrolled to days. Pure.

A rule speaks of days on the wall calendar; the clock time and its zone are added to each day afterwards, so that a
session at nine stays at nine when clocks change.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import takewhile
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NTHS = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
MOST_APART = {"week": 52, "month": 12}
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PARITY = {"odd": range(1, 54, 2), "even": range(2, 53, 2)}


class Unit(StrEnum):
    """What a pattern counts by."""

    WEEK = "week"
    ODD_WEEKS = "odd_weeks"
    EVEN_WEEKS = "even_weeks"
    MONTH_WEEKDAY = "month_weekday"
    MONTH_DAY = "month_day"


@dataclass(frozen=True)
class Pattern:
    """How often: `weekdays` from 0 (Monday); `nth` of the month's weekday (-1 the last), or the day of the month."""

    unit: Unit
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    nth: int | None = None


def rule(pattern: Pattern) -> str:
    """The pattern as an RRULE of RFC 5545, without an end."""
    days = ",".join(_CODES[day] for day in pattern.weekdays)
    every = f";INTERVAL={pattern.interval}" if pattern.interval > 1 else ""
    match pattern.unit:
        case Unit.WEEK:
            return f"FREQ=WEEKLY{every};BYDAY={days}"
        case Unit.ODD_WEEKS | Unit.EVEN_WEEKS:
            # ISO weeks by number, not every second week: after a year of 53 weeks an odd one follows an odd one.
            weeks = ",".join(map(str, _PARITY[pattern.unit.partition("_")[0]]))
            return f"FREQ=YEARLY;BYWEEKNO={weeks};BYDAY={days}"
        case Unit.MONTH_WEEKDAY:
            return f"FREQ=MONTHLY{every};BYDAY={pattern.nth}{days}"
        case Unit.MONTH_DAY:
            return f"FREQ=MONTHLY{every};BYMONTHDAY={pattern.nth}"


def pattern(text: str) -> Pattern:
    """What `rule` made the text of."""
    parts = dict(part.split("=", 1) for part in text.split(";"))
    interval = int(parts.get("INTERVAL", 1))
    if "BYWEEKNO" in parts:
        unit = Unit.ODD_WEEKS if parts["BYWEEKNO"].startswith("1,") else Unit.EVEN_WEEKS
        return Pattern(unit, 1, _weekdays(parts["BYDAY"]))
    if "BYMONTHDAY" in parts:
        return Pattern(Unit.MONTH_DAY, interval, (), int(parts["BYMONTHDAY"]))
    if parts["FREQ"] == "MONTHLY":
        day = parts["BYDAY"]
        return Pattern(Unit.MONTH_WEEKDAY, interval, _weekdays(day[-2:]), int(day[:-2]))
    return Pattern(Unit.WEEK, interval, _weekdays(parts["BYDAY"]))


def _weekdays(codes: str) -> tuple[int, ...]:
    return tuple(_CODES.index(code) for code in codes.split(","))


def problem(found: Pattern) -> tuple[str, str] | None:
    """What is wrong with a pattern, as field and sentence; None where nothing is."""
    most = MOST_APART["week" if found.unit is Unit.WEEK else "month"]
    if not 1 <= found.interval <= most:
        return "interval", f"Every how many must be between 1 and {most}."
    if found.unit is not Unit.MONTH_DAY and not found.weekdays:
        return "weekdays", "Choose the weekday."
    if found.unit is Unit.MONTH_WEEKDAY and (found.nth not in NTHS or len(found.weekdays) != 1):
        return "nth", "Choose one weekday of the month: the first to fourth, or the last."
    if found.unit is Unit.MONTH_DAY and not 1 <= (found.nth or 0) <= 31:
        return "nth", "The day of the month must be between 1 and 31."
    if len(set(found.weekdays)) < len(found.weekdays) or not set(found.weekdays) <= set(range(7)):
        return "weekdays", "Choose each weekday once."
    return None


def in_words(found: Pattern) -> str:
    """Such as "every 2 weeks on Tuesday", "on the third Wednesday of the month"."""
    days = _listed([WEEKDAYS[day] for day in sorted(found.weekdays)])
    month = "the month" if found.interval == 1 else f"every {_ordinal(found.interval)} month"
    match found.unit:
        case Unit.WEEK if found.interval == 1:
            return f"every week on {days}"
        case Unit.WEEK:
            return f"every {found.interval} weeks on {days}"
        case Unit.ODD_WEEKS | Unit.EVEN_WEEKS:
            return f"in {found.unit.partition('_')[0]} weeks on {days}"
        case Unit.MONTH_WEEKDAY:
            return f"on the {NTHS[found.nth or 1]} {days} of {month}"
        case Unit.MONTH_DAY:
            return f"on the {_ordinal(found.nth or 1)} of {month}"


def _listed(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def anchored(found: Pattern, day: date) -> date:
    """The first day on or after `day` that fits the pattern but for its interval, from which intervals are counted."""
    once = Pattern(found.unit, 1, found.weekdays, found.nth)
    return next(days(rule(once), day, day))


def days(text: str, first: date, since: date) -> Iterator[date]:
    """The days of a rule that counts from `first`, those on or after `since`, without end."""
    found = pattern(text)
    parity = found.unit in {Unit.ODD_WEEKS, Unit.EVEN_WEEKS}
    # dateutil loses Saturdays and Sundays of a week that crosses the year's end by BYWEEKNO: weeks are told apart here.
    plain = rule(Pattern(Unit.WEEK, 1, found.weekdays)) if parity else text
    for start in rrulestr(plain, dtstart=datetime.combine(first, time())).xafter(
        datetime.combine(since, time()), inc=True
    ):
        if not parity or (start.isocalendar().week % 2 == 1) == (found.unit is Unit.ODD_WEEKS):
            yield start.date()


def days_until(text: str, first: date, since: date, until: date) -> list[date]:
    """Those of `days` up to `until`, itself included."""
    return list(takewhile(lambda day: day <= until, days(text, first, since)))


def moment(day: date, clock: time, time_zone: str) -> datetime:
    """The occurrence's start in UTC.

    A time that clocks skip on that day is read with the offset before the gap, one that comes twice is the first
    (RFC 5545, 3.3.5).
    """
    return datetime.combine(day, clock, ZoneInfo(time_zone)).astimezone(UTC)


def matched(there: list[date], wanted: list[date]) -> dict[date, date]:
    """Which of the days there becomes which of the wanted, so that whoever was coming knows their session again.

    The same day first; then, in order, within the same ISO week; then within the same month.
    """
    pairs: dict[date, date] = {day: day for day in there if day in set(wanted)}
    for group in (lambda day: day.isocalendar()[:2], lambda day: (day.year, day.month)):
        free = [day for day in sorted(wanted) if day not in set(pairs.values())]
        for day in sorted(set(there) - pairs.keys()):
            partner = next((other for other in free if group(other) == group(day)), None)
            if partner is not None:
                pairs[day] = partner
                free.remove(partner)
    return pairs


def length(start: datetime, end: datetime, time_zone: str) -> timedelta:
    """How long it really lasts from one local time to the other."""
    zone = ZoneInfo(time_zone)
    return end.replace(tzinfo=zone).astimezone(UTC) - start.replace(tzinfo=zone).astimezone(UTC)
