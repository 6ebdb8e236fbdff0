"""Days, months and periods, also where clocks change."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.periods import Period, add_months, last_months, local_day, month_end, month_of, utcnow

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


def test_now_is_aware_and_in_utc():
    assert utcnow().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(2026, 6, 14, 22, 30, tzinfo=UTC), "Europe/Madrid", date(2026, 6, 15)),
        (datetime(2026, 6, 14, 21, 59, tzinfo=UTC), "Europe/Madrid", date(2026, 6, 14)),
        (datetime(2026, 1, 14, 22, 30, tzinfo=UTC), "Europe/Madrid", date(2026, 1, 14)),  # winter: one hour less
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "Europe/Madrid", date(2026, 3, 29)),  # before the gap
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Madrid", date(2026, 10, 25)),  # in the fold
        (datetime(2024, 2, 28, 23, 30, tzinfo=UTC), "Europe/Madrid", date(2024, 2, 29)),  # a leap day
        (datetime(2026, 6, 15, 9, 59, tzinfo=UTC), "Pacific/Kiritimati", date(2026, 6, 15)),
        (datetime(2026, 6, 15, 10, 0, tzinfo=UTC), "Pacific/Kiritimati", date(2026, 6, 16)),
        (datetime(2026, 6, 15, 1, 0, tzinfo=timezone(timedelta(hours=2))), "UTC", date(2026, 6, 14)),
    ],
)
def test_a_moments_day_depends_on_the_zone(moment, zone, day):
    assert local_day(moment, zone) == day


@pytest.mark.parametrize(
    ("month", "count", "expected"),
    [
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
        (date(2025, 12, 1), 1, date(2026, 1, 1)),
        (date(2026, 6, 1), -18, date(2024, 12, 1)),
        (date(2026, 6, 1), 0, date(2026, 6, 1)),
    ],
)
def test_adding_months(month, count, expected):
    assert add_months(month, count) == expected


@given(DAYS, st.integers(-200, 200))
def test_adding_months_and_taking_them_away(day, count):
    assert add_months(add_months(month_of(day), count), -count) == month_of(day)


@given(DAYS)
def test_a_day_lies_in_its_month(day):
    assert month_of(day) <= day <= month_end(month_of(day))
    assert month_end(month_of(day)) + timedelta(days=1) == add_months(month_of(day), 1)


def test_leap_februaries_end_on_the_29th():
    assert month_end(date(2024, 2, 1)) == date(2024, 2, 29)
    assert month_end(date(2026, 2, 1)) == date(2026, 2, 28)


@given(DAYS, st.integers(1, 60))
def test_a_periods_months_are_whole_in_order_and_as_many_as_asked(day, count):
    period = last_months(count, day)
    assert len(period.months) == count
    assert period.months == sorted(set(period.months))
    assert (period.months[0], period.months[-1]) == (period.start, period.last)
    assert period.start <= day <= period.end


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 2, 1), date(2026, 1, 1)),
        (date(2026, 1, 2), date(2026, 2, 1)),
        (date(2026, 1, 1), date(2026, 2, 28)),
    ],
)
def test_a_period_is_of_whole_months(first, last):
    with pytest.raises(ValueError, match="whole months"):
        Period(first, last)


def test_periods_for_a_human():
    assert Period(date(2025, 1, 1), date(2025, 12, 1)).label == "Jan 2025 – Dec 2025"
    assert Period(date(2025, 1, 1), date(2025, 1, 1)).label == "Jan 2025"
