"""Rules of recurrence, against days counted on a calendar and by a slow independent method."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.sessions.days_off import holidays_of, regions
from cop.sessions.recurrence import (
    Pattern,
    Unit,
    anchored,
    days_until,
    in_words,
    matched,
    moment,
    pattern,
    problem,
    rule,
)

TUESDAY, WEDNESDAY, FRIDAY = 1, 2, 4

weekdays = st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True).map(lambda days: tuple(sorted(days)))
one_weekday = st.integers(0, 6).map(lambda day: (day,))
patterns = st.one_of(
    st.builds(Pattern, st.just(Unit.WEEK), st.integers(1, 52), weekdays),
    st.builds(Pattern, st.sampled_from([Unit.ODD_WEEKS, Unit.EVEN_WEEKS]), st.just(1), weekdays),
    st.builds(Pattern, st.just(Unit.MONTH_WEEKDAY), st.integers(1, 12), one_weekday, st.sampled_from([1, 2, 3, 4, -1])),
    st.builds(Pattern, st.just(Unit.MONTH_DAY), st.integers(1, 12), st.just(()), st.integers(1, 31)),
)
day_of_time = st.dates(date(2015, 1, 1), date(2040, 12, 31))


def unrolled(found: Pattern, since: date, until: date, first: date) -> list[date]:
    return days_until(rule(found), anchored(found, first), since, until)


def fits(found: Pattern, day: date, first: date) -> bool:
    """The slow way: look at each day of the calendar."""
    months = (day.year - first.year) * 12 + day.month - first.month
    weeks = ((day - timedelta(days=day.weekday())) - (first - timedelta(days=first.weekday()))).days // 7
    match found.unit:
        case Unit.WEEK:
            return day.weekday() in found.weekdays and weeks % found.interval == 0
        case Unit.ODD_WEEKS:
            return day.weekday() in found.weekdays and day.isocalendar().week % 2 == 1
        case Unit.EVEN_WEEKS:
            return day.weekday() in found.weekdays and day.isocalendar().week % 2 == 0
        case Unit.MONTH_DAY:
            return day.day == found.nth and months % found.interval == 0
    last = (day + timedelta(days=7)).month != day.month
    nth = last if found.nth == -1 else (day.day - 1) // 7 + 1 == found.nth
    return day.weekday() in found.weekdays and nth and months % found.interval == 0


@given(patterns, day_of_time, st.integers(0, 400))
def test_a_rule_names_the_days_of_the_calendar(found, first, later):
    start = anchored(found, first)
    since = start + timedelta(days=later)
    until = since + timedelta(days=800)
    calendar = [day for day in (since + timedelta(days=n) for n in range(801)) if fits(found, day, start)]
    assert days_until(rule(found), start, since, until) == calendar


@given(patterns)
def test_a_pattern_comes_back_from_its_rule(found):
    assert problem(found) is None
    assert pattern(rule(found)) == found


def test_every_second_tuesday():
    found = Pattern(Unit.WEEK, 2, (TUESDAY,))
    days = unrolled(found, date(2026, 11, 25), date(2027, 1, 1), date(2026, 10, 20))
    assert days == [date(2026, 12, 1), date(2026, 12, 15), date(2026, 12, 29)]
    assert in_words(found) == "every 2 weeks on Tuesday"


def test_third_wednesday():
    found = Pattern(Unit.MONTH_WEEKDAY, 1, (WEDNESDAY,), 3)
    assert unrolled(found, date(2026, 11, 1), date(2027, 1, 31), date(2026, 10, 28)) == [
        date(2026, 11, 18),
        date(2026, 12, 16),
        date(2027, 1, 20),
    ]
    assert in_words(found) == "on the third Wednesday of the month"


def test_every_four_weeks_from_the_28th_of_october():
    found = Pattern(Unit.WEEK, 4, (WEDNESDAY,))
    assert unrolled(found, date(2026, 11, 1), date(2027, 1, 31), date(2026, 10, 28)) == [
        date(2026, 11, 25),
        date(2026, 12, 23),
        date(2027, 1, 20),
    ]


def test_odd_weeks_after_a_year_of_53():
    found = Pattern(Unit.ODD_WEEKS, 1, (3,))
    assert unrolled(found, date(2026, 12, 15), date(2027, 1, 22), date(2026, 12, 1)) == [
        date(2026, 12, 17),  # week 51
        date(2026, 12, 31),  # week 53
        date(2027, 1, 7),  # week 1
        date(2027, 1, 21),
    ]


def test_months_without_a_31st_are_left_out():
    found = Pattern(Unit.MONTH_DAY, 1, (), 31)
    assert unrolled(found, date(2026, 1, 1), date(2026, 6, 1), date(2026, 1, 1)) == [
        date(2026, 1, 31),
        date(2026, 3, 31),
        date(2026, 5, 31),
    ]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Pattern(Unit.WEEK, 1, (0, 2, 4)), "every week on Monday, Wednesday and Friday"),
        (Pattern(Unit.EVEN_WEEKS, 1, (TUESDAY, FRIDAY)), "in even weeks on Tuesday and Friday"),
        (Pattern(Unit.MONTH_WEEKDAY, 2, (FRIDAY,), -1), "on the last Friday of every 2nd month"),
        (Pattern(Unit.MONTH_DAY, 3, (), 22), "on the 22nd of every 3rd month"),
        (Pattern(Unit.MONTH_DAY, 1, (), 11), "on the 11th of the month"),
    ],
)
def test_words(found, words):
    assert in_words(found) == words


@pytest.mark.parametrize(
    ("found", "field"),
    [
        (Pattern(Unit.WEEK, 0, (1,)), "interval"),
        (Pattern(Unit.WEEK, 53, (1,)), "interval"),
        (Pattern(Unit.MONTH_DAY, 13, (), 1), "interval"),
        (Pattern(Unit.WEEK, 1, ()), "weekdays"),
        (Pattern(Unit.WEEK, 1, (7,)), "weekdays"),
        (Pattern(Unit.WEEK, 1, (1, 1)), "weekdays"),
        (Pattern(Unit.MONTH_WEEKDAY, 1, (1, 2), 1), "nth"),
        (Pattern(Unit.MONTH_WEEKDAY, 1, (1,), 5), "nth"),
        (Pattern(Unit.MONTH_DAY, 1, (), 32), "nth"),
    ],
)
def test_what_is_no_pattern(found, field):
    wrong = problem(found)
    assert wrong is not None
    assert wrong[0] == field


def test_the_clock_stays_when_clocks_change():
    assert moment(date(2026, 10, 24), time(9), "Europe/Madrid") == datetime(2026, 10, 24, 7, tzinfo=UTC)
    assert moment(date(2026, 10, 26), time(9), "Europe/Madrid") == datetime(2026, 10, 26, 8, tzinfo=UTC)


def test_a_time_that_clocks_skip_and_one_that_comes_twice():
    assert moment(date(2026, 3, 29), time(2, 30), "Europe/Madrid") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert moment(date(2026, 10, 25), time(2, 30), "Europe/Madrid") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_same_day_comes_before_the_same_week_before_the_same_month():
    there = [date(2026, 12, 1), date(2026, 12, 8), date(2026, 12, 15)]
    wanted = [date(2026, 12, 8), date(2026, 12, 3), date(2026, 12, 24), date(2027, 1, 5)]
    assert matched(there, wanted) == {
        date(2026, 12, 8): date(2026, 12, 8),
        date(2026, 12, 1): date(2026, 12, 3),
        date(2026, 12, 15): date(2026, 12, 24),
    }


@given(st.sets(day_of_time, max_size=12), st.sets(day_of_time, max_size=12))
def test_each_day_becomes_at_most_one_and_none_twice(there, wanted):
    pairs = matched(sorted(there), sorted(wanted))
    assert pairs.keys() <= there
    assert set(pairs.values()) <= wanted
    assert len(set(pairs.values())) == len(pairs)
    assert all(pairs[day] == day for day in there & wanted)


def test_holidays_of_a_region():
    found = holidays_of("ES-MD", [2026])
    assert found[date(2026, 12, 25)] == "Christmas Day"
    assert date(2026, 5, 2) in found  # Madrid's own
    assert date(2026, 5, 2) not in holidays_of("ES", [2026])
    assert holidays_of("", [2026]) == {}
    assert {"ES", "ES-MD", "DE-BY", "US"} <= regions().keys()
