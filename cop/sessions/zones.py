"""A time zone as calendars want to be told it (VTIMEZONE of RFC 5545). Pure.

The icalendar library makes such components, too, but gets zones wrong whose changes follow no yearly rule, such as
Africa/Casablanca's around Ramadan. Here changes are looked for in UTC, and told as a yearly rule wherever one holds.
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_Change = tuple[datetime, timedelta, timedelta, str]
"""When, on the clock that went before; the offset before and after; the zone's name from then on."""


@lru_cache(maxsize=64)
def time_zone_component(name: str, first_year: int, last_year: int) -> Timezone:
    """The zone's VTIMEZONE, right from the first year to the end of the last."""
    zone = ZoneInfo(name)
    start = datetime(first_year, 1, 1, tzinfo=UTC)
    found = Timezone()
    found.add("tzid", name)
    before = start.astimezone(zone)
    offset = before.utcoffset() or timedelta()
    found.add_component(_part([before.replace(tzinfo=None)], offset, offset, str(before.tzname()), []))
    grouped: dict[tuple[timedelta, timedelta, str], list[datetime]] = defaultdict(list)
    for local, old, new, called in changes(zone, start, datetime(last_year + 1, 1, 1, tzinfo=UTC)):
        grouped[old, new, called].append(local)
    for (old, new, called), times in grouped.items():
        found.add_component(_part(times, old, new, called, list(range(first_year, last_year + 1))))
    return found


def changes(zone: ZoneInfo, start: datetime, end: datetime) -> list[_Change]:
    """Every change of the clock between two moments in UTC."""
    found: list[_Change] = []
    at = start
    while at < end:
        if (at + _DAY).astimezone(zone).utcoffset() != at.astimezone(zone).utcoffset():
            moment = _moment(zone, at)
            old = (moment - _SECOND).astimezone(zone).utcoffset() or timedelta()
            after = moment.astimezone(zone)
            local = (moment + old).replace(tzinfo=None)
            found.append((local, old, after.utcoffset() or timedelta(), str(after.tzname())))
        at += _DAY
    return found


def _moment(zone: ZoneInfo, day: datetime) -> datetime:
    """The first second of the new offset within a day."""
    low, high = 0, 86_400
    before = day.astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        same = (day + middle * _SECOND).astimezone(zone).utcoffset() == before
        low, high = (middle, high) if same else (low, middle)
    return day + high * _SECOND


def _part(
    times: list[datetime], old: timedelta, new: timedelta, called: str, years: list[int]
) -> TimezoneStandard | TimezoneDaylight:
    part = TimezoneDaylight() if new > old else TimezoneStandard()
    part.add("dtstart", times[0])
    part.add("tzoffsetfrom", old)
    part.add("tzoffsetto", new)
    part.add("tzname", called)
    rule = yearly_rule(times) if [item.year for item in times] == years else None
    if rule is not None:
        part.add("rrule", rule)
    elif len(times) > 1:
        part.add("rdate", times[1:])
    return part


def yearly_rule(times: list[datetime]) -> dict[str, object] | None:
    """Such as the last Sunday of March, where that is what all these times are; None without such a rule."""
    if len({(item.month, item.weekday(), item.time()) for item in times}) != 1:
        return None
    first = times[0]
    weeks = {(item.day - 1) // 7 + 1 for item in times}
    if all((item + 7 * _DAY).month != item.month for item in times):
        place = -1
    elif len(weeks) == 1:
        place = weeks.pop()
    else:
        return None
    return {"freq": "yearly", "bymonth": first.month, "byday": f"{place}{_DAYS[first.weekday()]}"}
