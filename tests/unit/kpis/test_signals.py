"""Natural limits, against the vectors worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cop.kpis.signals import natural_limits, signal

SERIES = [10, 12, 11, 13, 12, 14]
"""Mean 12; moving ranges 2, 1, 2, 1, 2, so 1.6 on average; 2.66 × 1.6 = 4.256."""


def test_limits_by_hand():
    assert natural_limits(SERIES) == pytest.approx((7.744, 16.256))


def test_five_points_are_too_few():
    assert natural_limits(SERIES[:5]) is None
    assert signal([*SERIES[:5], 1_000]) == 0


@pytest.mark.parametrize(
    ("last", "expected"), [(16.25, 0), (16.26, 1), (7.75, 0), (7.74, -1), (12, 0), (100, 1), (0, -1)]
)
def test_the_last_point_is_judged_by_those_before_it(last, expected):
    assert signal([*SERIES, last]) == expected


def test_gaps_are_left_out_and_a_missing_last_point_says_nothing():
    with_gaps = [None, 10, 12, None, 11, 13, None, 12, 14]
    assert signal([*with_gaps, 16.26]) == 1
    assert signal([*with_gaps, 16.25]) == 0
    assert signal([*SERIES, None]) == 0
    assert signal([]) == 0
    assert signal([None, None, 4]) == 0


def test_a_series_without_ups_and_downs_notices_the_first_change():
    assert natural_limits([5.0] * 6) == (5, 5)
    assert signal([5, 5, 5, 5, 5, 5, 5]) == 0
    assert signal([5, 5, 5, 5, 5, 5, 6]) == 1


@given(some.lists(some.integers(-1_000, 1_000), min_size=6, max_size=30), some.integers(-5_000, 5_000))
def test_upside_down_the_sign_turns(points, last):
    assert signal([*points, last]) == -signal([-point for point in [*points, last]])


@given(some.lists(some.integers(0, 1_000), min_size=6, max_size=30))
def test_the_mean_lies_within(points):
    low, high = natural_limits(points)
    mean = sum(points) / len(points)
    assert low - 1e-9 <= mean <= high + 1e-9
    assert signal([*points, mean]) == 0
