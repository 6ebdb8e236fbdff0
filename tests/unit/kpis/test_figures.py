"""A period's figures from its months: totals, changes, arrows, and their words."""

from datetime import date

import pandas as pd
import pytest

from cop.kpis import figures, words
from cop.kpis.figures import Change, figure
from cop.kpis.metrics import (
    ACTIVE_MEMBERS,
    ATTENDANCE_PER_SESSION,
    CONTRIBUTIONS,
    MEMBERS,
    METRICS,
    NEWCOMERS,
    PARTICIPATION,
    RETURNERS,
    SESSIONS_HELD,
)
from cop.periods import Period, add_months

AS_OF = date(2026, 6, 15)
COLUMNS = (
    *("members", "active_members", "sessions_held", "sessions_listed", "sessions_counted", "headcount"),
    *("attending_members", "members_on_day", "newcomers", "returners", "reactivated", "contributions"),
    *("roti_sum", "roti_answers"),
)


def month(year: int, number: int) -> date:
    return date(year, number, 1)


def rows(first: date, **columns: list[float | None]) -> dict[date, dict[str, float | None]]:
    """Months from `first` on with these counts, 0 in all other columns."""
    length = len(next(iter(columns.values())))
    return {
        add_months(first, index): dict.fromkeys(COLUMNS, 0.0)
        | {name: values[index] for name, values in columns.items()}
        for index in range(length)
    }


def half_year(first: date) -> Period:
    return Period(first, add_months(first, 5))


def test_a_ratio_is_sum_by_sum_and_no_mean_of_ratios():
    months = rows(month(2026, 1), attending_members=[1, 90], members_on_day=[10, 100])
    made = figure(PARTICIPATION, months, Period(month(2026, 1), month(2026, 2)), as_of=AS_OF)
    assert made.value == pytest.approx(91 / 110)  # the mean of 10 % and 90 % would be 50 %
    assert made.n == 110
    assert made.course == (0.1, 0.9)


def test_no_denominator_no_value():
    months = rows(month(2026, 1), sessions_held=[3, 2], attending_members=[0, 0], members_on_day=[0, 0])
    made = figure(PARTICIPATION, months, Period(month(2026, 1), month(2026, 2)), as_of=AS_OF)
    assert (made.value, made.n, made.course, made.change) == (None, 0, (None, None), None)
    assert words.value_words(PARTICIPATION, made.value) == "not enough data"


def test_a_month_without_a_list_takes_no_part_in_the_ratio():
    months = rows(month(2026, 1), attending_members=[4, 0, 6], members_on_day=[8, 0, 8])
    made = figure(PARTICIPATION, months, Period(month(2026, 1), month(2026, 3)), as_of=AS_OF)
    assert made.value == 10 / 16
    assert made.course == (0.5, None, 0.75)


def test_a_level_is_that_of_the_periods_end_and_a_sum_adds_up():
    months = rows(month(2026, 1), members=[5, 9, 7], contributions=[2, 0, 3])
    period = Period(month(2026, 1), month(2026, 3))
    assert figure(MEMBERS, months, period, as_of=AS_OF).value == 7
    assert figure(CONTRIBUTIONS, months, period, as_of=AS_OF).value == 5
    assert figures.totals(months, period)["members"] == 7
    assert figures.totals(months, period)["contributions"] == 5


def test_months_before_the_period_count_for_the_comparison_only():
    months = rows(month(2025, 12), contributions=[100, 1, 2])
    made = figure(CONTRIBUTIONS, months, Period(month(2026, 1), month(2026, 2)), as_of=AS_OF)
    assert made.value == 3
    assert made.course == (1, 2)


def test_the_change_compares_complete_months_with_as_many_before():
    """January to June, June still running: five months against August to December."""
    months = rows(month(2025, 7), contributions=[50, 1, 2, 3, 4, 5, 10, 10, 10, 10, 10, 99])
    made = figure(CONTRIBUTIONS, months, half_year(month(2026, 1)), as_of=AS_OF)
    assert made.change == Change(before=15, now=50, months=5, since=month(2025, 12), signal=0)
    assert words.change_words(CONTRIBUTIONS, made.change) == ("+35", "on 5 months before")


def test_a_levels_change_reaches_to_today():
    months = rows(month(2025, 7), members=[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 20])
    made = figure(MEMBERS, months, half_year(month(2026, 1)), as_of=AS_OF)
    assert made.change is not None
    assert (made.change.before, made.change.now, made.change.since) == (6, 20, month(2025, 12))
    assert words.change_words(MEMBERS, made.change) == ("+14", "since Dec 2025")


def test_no_change_before_the_records_begin():
    period = half_year(month(2026, 1))
    late = rows(month(2025, 7), contributions=[0, 0, 0, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    assert figure(CONTRIBUTIONS, late, period, as_of=AS_OF).change is None  # August was before the first one
    assert figure(CONTRIBUTIONS, rows(month(2026, 1), contributions=[1] * 6), period, as_of=AS_OF).change is None
    running = Period(month(2026, 6), month(2026, 6))
    assert figure(CONTRIBUTIONS, late, running, as_of=AS_OF).change is None  # no month is complete


def test_an_arrow_stands_only_outside_the_natural_limits():
    """The vector of the XmR chart, then the last complete month; limits 7.744 and 16.256."""
    period = Period(month(2026, 5), month(2026, 5))

    def change(last: float) -> Change | None:
        months = rows(month(2025, 11), sessions_held=[10, 12, 11, 13, 12, 14, last])
        return figure(SESSIONS_HELD, months, period, as_of=AS_OF).change

    assert change(17) == Change(before=14, now=17, months=1, since=month(2026, 4), signal=1)
    assert change(7) == Change(before=14, now=7, months=1, since=month(2026, 4), signal=-1)
    assert change(16) == Change(before=14, now=16, months=1, since=month(2026, 4), signal=0)
    assert words.change_words(SESSIONS_HELD, change(17)) == ("+3", "on the month before")


def test_the_running_month_never_makes_an_arrow():
    months = rows(month(2025, 12), sessions_held=[10, 12, 11, 13, 12, 14, 900])
    made = figure(SESSIONS_HELD, months, Period(month(2026, 5), month(2026, 6)), as_of=AS_OF)
    assert made.change is not None
    assert (made.change.before, made.change.now, made.change.signal) == (12, 14, 0)


def test_an_arrow_never_points_against_the_number_beside_it():
    """May is high above the months before it, yet the half year as a whole has fallen."""
    months = rows(month(2025, 7), sessions_held=[90, 90, 90, 90, 90, 90, 10, 10, 10, 10, 10, 0])
    made = figure(SESSIONS_HELD, months, half_year(month(2026, 1)), as_of=AS_OF)
    assert made.change is not None
    assert made.change.now - made.change.before == 50 - 450
    assert made.change.signal <= 0


def test_the_running_month_is_no_fall_at_the_courses_end():
    months = rows(month(2026, 4), sessions_held=[8, 8, 1], members=[5, 6, 7])
    period = Period(month(2026, 4), month(2026, 6))
    assert figure(SESSIONS_HELD, months, period, as_of=AS_OF).course == (8, 8)
    assert figure(SESSIONS_HELD, months, period, as_of=AS_OF).value == 17
    assert figure(MEMBERS, months, period, as_of=AS_OF).course == (5, 6, 7)


def test_withheld_months_are_no_zeros():
    months = rows(month(2026, 1), members=[None, 6, 6], attending_members=[None, 1, 2], members_on_day=[None, 4, 4])
    period = Period(month(2026, 1), month(2026, 3))
    made = figure(PARTICIPATION, months, period, as_of=AS_OF)
    assert (made.value, made.n, made.course) == (3 / 8, 8, (None, 0.25, 0.5))
    assert figure(MEMBERS, months, Period(month(2026, 1), month(2026, 1)), as_of=AS_OF).value is None
    assert figures.totals(months, Period(month(2026, 1), month(2026, 1)))["members_on_day"] is None


def test_rows_of_the_query_become_months():
    frame = pd.DataFrame({"month": pd.to_datetime(["2026-01-01", "2026-02-01"]), "members": [3, None]})
    assert figures.by_month(frame.astype({"members": "Int64"})) == {
        month(2026, 1): {"members": 3.0},
        month(2026, 2): {"members": None},
    }


@pytest.mark.parametrize(
    ("metric", "value", "expected"),
    [
        (MEMBERS, 1204.0, "1,204"),
        (PARTICIPATION, 0.344, "34%"),
        (ATTENDANCE_PER_SESSION, 11.26, "11.3"),
        (MEMBERS, 0.0, "0"),
        (ACTIVE_MEMBERS, None, "not enough data"),
    ],
)
def test_values_in_words(metric, value, expected):
    assert words.value_words(metric, value) == expected


def test_changes_in_words():
    share = Change(before=0.30, now=0.25, months=11, since=month(2025, 6), signal=0)
    assert words.change_words(PARTICIPATION, share) == ("-5 points", "on 11 months before")
    people = Change(before=9.0, now=10.25, months=11, since=month(2025, 6), signal=0)
    assert words.change_words(ATTENDANCE_PER_SESSION, people) == ("+1.2", "on 11 months before")


def test_what_a_value_rests_on():
    totals = dict.fromkeys(COLUMNS, 0.0) | {
        "members": 1_500.0,
        "members_on_day": 2_000.0,
        "sessions_listed": 12.0,
        "sessions_held": 14.0,
        "sessions_counted": 13.0,
        "newcomers": 1.0,
        "returners": 2.0,
        "reactivated": 3.0,
        "roti_answers": 24.0,
    }
    said = {metric.key: words.basis_words(metric, totals) for metric in METRICS}
    assert said["active_members"] == "of 1,500 members"
    assert said["participation"] == "n = 2,000 member places, 12 sessions with a list"
    assert said["attendance_per_session"] == "n = 13 sessions with a list or count"
    assert said["sessions_held"] == "12 of them with a list"
    assert said["newcomers"] == said["returners"] == "of 6 attendances by name"
    assert said["contributions"] == "beside 14 sessions held"
    assert said["roti"] == "n = 24 answers"
    assert words.basis_words(ACTIVE_MEMBERS, totals | {"members": None}) == "of ? members"
    single = totals | {"sessions_listed": 1.0, "members_on_day": 1.0}
    assert words.basis_words(PARTICIPATION, single) == "n = 1 member place, 1 session with a list"


@pytest.mark.parametrize(
    ("metric", "period", "expected"),
    [
        (MEMBERS, Period(month(2026, 1), month(2026, 6)), "15 Jun 2026"),
        (MEMBERS, Period(month(2026, 1), month(2026, 5)), "end of May 2026"),
        (NEWCOMERS, Period(month(2026, 1), month(2026, 6)), "Jan 2026 – Jun 2026, so far"),
        (RETURNERS, Period(month(2026, 5), month(2026, 5)), "May 2026"),
    ],
)
def test_the_time_in_words(metric, period, expected):
    assert words.period_words(metric, period, AS_OF) == expected
