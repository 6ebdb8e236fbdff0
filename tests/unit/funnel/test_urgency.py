"""Urgency towards a deadline."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.funnel.scoring import Criterion
from cop.funnel.urgency import on_scale, urgency

TODAY = date(2025, 3, 1)
SCALE = Criterion(1, "Urgency", 1, 1, 5)
left = st.integers(-2_000, 2_000)


def in_days(count: int) -> date:
    return TODAY + timedelta(days=count)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(1_000, 0), (181, 0), (180, 0), (135, 0.25), (90, 0.5), (18, 0.9), (1, 179 / 180), (0, 1), (-1, 1), (-400, 1)],
)
def test_urgency_by_hand(days, expected):
    assert urgency(in_days(days), TODAY) == pytest.approx(expected)


@pytest.mark.parametrize(("days", "expected"), [(200, 1), (135, 2), (90, 3), (45, 4), (0, 5), (-9, 5)])
def test_on_a_scale(days, expected):
    assert on_scale(urgency(in_days(days), TODAY), SCALE) == pytest.approx(expected)


def test_on_a_scale_where_less_gives_more_points():
    time_left = Criterion(1, "Time left", 1, 0, 10, cost=True)
    assert on_scale(urgency(in_days(45), TODAY), time_left) == pytest.approx(2.5)


def test_rounding_leads_off_no_scale():
    """.3 + (.9 − .3) is more than .9 in floats."""
    assert on_scale(urgency(TODAY, TODAY), Criterion(1, "Urgency", 1, 0.3, 0.9)) == 0.9


@given(left, left)
def test_nearer_is_never_less_urgent(one, other):
    near, far = sorted((one, other))
    assert 0 <= urgency(in_days(far), TODAY) <= urgency(in_days(near), TODAY) <= 1


@given(left, st.floats(-3, 3), st.floats(0.1, 7), st.booleans())
def test_it_is_on_the_scale_and_gives_points_by_its_share(days, low, length, cost):
    criterion = Criterion(1, "Urgency", 1, low, low + length, cost)
    value = on_scale(urgency(in_days(days), TODAY), criterion)
    assert criterion.normalised(value) == pytest.approx(urgency(in_days(days), TODAY), abs=1e-9)
