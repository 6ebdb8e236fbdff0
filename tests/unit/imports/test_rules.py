"""Rules of recurrence in people's words."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.imports.cells import Unreadable
from cop.imports.rules import read_clock, read_rule
from cop.sessions.recurrence import Pattern, Unit, problem

MON, TUE, WED, THU = 0, 1, 2, 3


@pytest.mark.parametrize(
    ("weekday", "frequency", "pattern", "first"),
    [
        ("Tuesday", "weekly", Pattern(Unit.WEEK, 1, (TUE,)), None),
        ("Monday", "weekly, you must be signed in to join", Pattern(Unit.WEEK, 1, (MON,)), None),
        ("Wednesday", "Biweekly", Pattern(Unit.WEEK, 2, (WED,)), None),
        ("wednesday", "bi-weekly ([upcoming dates](#dates))", Pattern(Unit.WEEK, 2, (WED,)), None),
        ("Thursdays (starting February 15th 2024)", "weekly", Pattern(Unit.WEEK, 1, (THU,)), date(2024, 2, 15)),
        ("Tuesday", "bi-weekly starting Tuesday August 13, 2019", Pattern(Unit.WEEK, 2, (TUE,)), date(2019, 8, 13)),
        ("Wednesday", "every four weeks from 28 October 2026", Pattern(Unit.WEEK, 4, (WED,)), date(2026, 10, 28)),
        ("Tuesday", "every second Tuesday", Pattern(Unit.WEEK, 2, (TUE,)), None),
        ("Tuesday", "every other week", Pattern(Unit.WEEK, 2, (TUE,)), None),
        ("Tuesday", "every 3 weeks", Pattern(Unit.WEEK, 3, (TUE,)), None),
        ("third Wednesday", "monthly", Pattern(Unit.MONTH_WEEKDAY, 1, (WED,), 3), None),
        ("Wednesday", "First Wednesday of the month", Pattern(Unit.MONTH_WEEKDAY, 1, (WED,), 1), None),
        ("Wednesday", "the last wednesday", Pattern(Unit.MONTH_WEEKDAY, 1, (WED,), -1), None),
        ("Monday", "in odd weeks", Pattern(Unit.ODD_WEEKS, 1, (MON,)), None),
        ("Monday", "even weeks", Pattern(Unit.EVEN_WEEKS, 1, (MON,)), None),
    ],
)
def test_what_is_understood(weekday, frequency, pattern, first):
    said = read_rule(weekday, frequency)
    assert (said.pattern, said.first) == (pattern, first)


@pytest.mark.parametrize(
    ("weekday", "frequency"),
    [
        ("Thursday", "monthly"),  # which Thursday?
        ("Wednesday", "Biweekly, interleaved with the other meeting"),
        ("Friday", "biweekly - alternating with regular meeting"),
        ("Wednesday", "monthly - Wednesday, after the fourth Tuesday, every month"),
        ("Tuesday", "First Wednesday of the month"),
        ("second Tuesday", "weekly"),
        ("second Tuesday", "third Tuesday of the month"),
        ("Tuesday", "biweekly starting Wednesday August 13, 2019"),
        ("Tuesday", "biweekly starting August 14, 2019"),  # a Wednesday
        ("Tuesday", "biweekly starting soon"),
        ("Tuesday", "weekly, except in August and every third week"),
        ("Tuesday", "now and then"),
        ("Tuesday or Wednesday", "weekly"),
        ("", "weekly"),
        ("Tuesday", "every 0 weeks"),
    ],
)
def test_what_is_not_guessed(weekday, frequency):
    with pytest.raises(Unreadable) as caught:
        read_rule(weekday, frequency)
    assert caught.value.reason == "unreadable_rule"


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_a_rule_or_refused(weekday, frequency):
    try:
        said = read_rule(weekday, frequency)
    except Unreadable:
        return
    assert problem(said.pattern) is None


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("9:00", time(9)),
        ("09.30", time(9, 30)),
        ("2PM", time(14)),
        ("12 am", time(0)),
        ("12pm", time(12)),
        ("11:15 pm", time(23, 15)),
    ],
)
def test_clocks(text, clock):
    assert read_clock(text) == clock


@pytest.mark.parametrize("text", ["9", "25:00", "13pm", "0am", "9:75", "noon", ""])
def test_no_clocks(text):
    with pytest.raises(Unreadable):
        read_clock(text)
