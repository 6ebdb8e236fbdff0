"""Rules of recurrence as people write them: weekday, time, how often. Never guessed where two readings fit. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from cop.imports.cells import Unreadable
from cop.sessions.recurrence import WEEKDAYS, Pattern, Unit, problem

_DAY = "|".join(name.casefold() for name in WEEKDAYS)
_NTH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1}
_COUNTS = {"two": 2, "other": 2, "second": 2, "2nd": 2, "three": 3, "third": 3, "four": 4, "fourth": 4, "six": 6}
_WEEKDAY = re.compile(rf"(?:({'|'.join(_NTH)}) )?({_DAY})s?\b(.*)")
_NTH_DAY = re.compile(rf"(?:every |the |on the )?({'|'.join(_NTH)}) ({_DAY})(?: of (?:the|each|every) month)?\b(.*)")
_EVERY = re.compile(rf"(?:every|each) ({'|'.join(_COUNTS)}|[0-9]{{1,2}}) (?:weeks?|({_DAY})s?)\b(.*)")
_PLAIN = re.compile(r"(weekly|every week|bi-?weekly|fortnightly|monthly|every month|(?:in )?(?:odd|even) weeks)\b(.*)")
_STARTS = re.compile(rf"^[\s(,-]*(?:starting|from|since)(?: on)?(?: ({_DAY}))? (.+?)\)?$")
_TELLING = re.compile(
    rf"\b(?:{_DAY})s?\b|\b(?:weeks?|months?|days?|weekly|monthly|alternat\w*|interleav\w*|after|before|except|odd|even)\b"
    r"|\b(?:first|second|third|fourth|last|every|each|starting|from|since|until)\b"
)
_DATES = ("%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y", "%Y-%m-%d")
_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?\s*(am|pm)?")


@dataclass(frozen=True)
class Said:
    """A rule as it was written; `first` is the day from which weeks are counted, where that was said."""

    pattern: Pattern
    first: date | None


def read_rule(weekday: str, frequency: str) -> Said:
    """The rule that a weekday ("third Wednesday") and a frequency ("biweekly") say together. Raises Unreadable.

    What stands behind a comma or in brackets may be anything that says nothing of days: "biweekly, sign in first".
    """
    day, often = (" ".join(text.casefold().split()) for text in (weekday, frequency))
    found = _WEEKDAY.fullmatch(day)
    if found is None:
        raise Unreadable("unreadable_rule")
    nth, weekdays, starts = _NTH.get(found[1] or ""), (_weekday(found[2]),), _first(found[3], found[2])
    said = _nth_day(often, weekdays, nth) or _every(often, weekdays) or _plain(often, weekdays, nth)
    if said is None or (nth is not None and said.pattern.unit is not Unit.MONTH_WEEKDAY) or problem(said.pattern):
        raise Unreadable("unreadable_rule")
    if starts and said.first and starts != said.first:
        raise Unreadable("unreadable_rule")
    return Said(said.pattern, said.first or starts)


def read_clock(text: str) -> time:
    """The time of "9:00", "17.30", "2PM"; a bare "9" may be morning or evening. Raises Unreadable."""
    found = _CLOCK.fullmatch(text.casefold().strip())
    if found is None or not (found[2] or found[3]):
        raise Unreadable("unreadable")
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            raise Unreadable("unreadable")
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    if hour > 23 or minute > 59:
        raise Unreadable("unreadable")
    return time(hour, minute)


def _nth_day(often: str, weekdays: tuple[int, ...], nth: int | None) -> Said | None:
    """As in "First Wednesday of the month"; "every second Tuesday" is every two weeks, and not this."""
    found = _NTH_DAY.fullmatch(often)
    if found is None or (often.startswith("every") and "month" not in often):
        return None
    if (_weekday(found[2]),) != weekdays or nth not in {None, _NTH[found[1]]}:
        raise Unreadable("unreadable_rule")
    return Said(Pattern(Unit.MONTH_WEEKDAY, 1, weekdays, _NTH[found[1]]), _first(found[3], found[2]))


def _every(often: str, weekdays: tuple[int, ...]) -> Said | None:
    """As in "every four weeks", "every second Tuesday"."""
    found = _EVERY.fullmatch(often)
    if found is None:
        return None
    if found[2] and (_weekday(found[2]),) != weekdays:
        raise Unreadable("unreadable_rule")
    count = _COUNTS.get(found[1]) or int(found[1])
    return Said(Pattern(Unit.WEEK, count, weekdays), _first(found[3], WEEKDAYS[weekdays[0]].casefold()))


def _plain(often: str, weekdays: tuple[int, ...], nth: int | None) -> Said | None:
    """As in "weekly", "biweekly", "odd weeks"; "monthly" only with the week of the month beside the weekday."""
    found = _PLAIN.fullmatch(often)
    if found is None:
        return None
    first = _first(found[2], WEEKDAYS[weekdays[0]].casefold())
    word = found[1].removeprefix("in ").replace("-", "")
    if word in {"monthly", "every month"}:
        return None if nth is None else Said(Pattern(Unit.MONTH_WEEKDAY, 1, weekdays, nth), first)
    if word in {"odd weeks", "even weeks"}:
        return Said(Pattern(Unit.ODD_WEEKS if word[0] == "o" else Unit.EVEN_WEEKS, 1, weekdays), first)
    return Said(Pattern(Unit.WEEK, 1 if word in {"weekly", "every week"} else 2, weekdays), first)


def _first(rest: str, weekday: str) -> date | None:
    """The first day that the rest names, on that weekday; None where the rest says nothing of days."""
    rest = rest.strip()
    found = _STARTS.fullmatch(rest)
    if found is None:
        if rest and (rest[0] not in ",(" or _TELLING.search(rest)):
            raise Unreadable("unreadable_rule")
        return None
    if found[1] not in {None, weekday}:
        raise Unreadable("unreadable_rule")
    text = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", found[2].replace(",", " "))
    for form in _DATES:
        try:
            day = datetime.strptime(" ".join(text.split()), form).date()  # noqa: DTZ007 - a day
        except ValueError:
            continue
        if WEEKDAYS[day.weekday()].casefold() == weekday:
            return day
    raise Unreadable("unreadable_rule")


def _weekday(name: str) -> int:
    return [day.casefold() for day in WEEKDAYS].index(name)
