"""Gaps, severity, coverage: by hand, and by properties."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.skills.gaps import able, coverage, gap, severity

LEVEL = st.integers(0, 4)
ANSWER = st.none() | LEVEL
SIX = [1, 2, 3, 4, 0, None]


def test_the_six_of_the_definition():
    """Required 3 of six people: 2 + 1 + 0 + 0 + 3 levels of 15 are missing, one doesn't know."""
    found = severity((3, level) for level in SIX)
    assert (found.missing, found.required, found.known, found.unknown) == (6, 15, 5, 1)
    assert found.value == 0.4
    assert found.unknown_share == pytest.approx(1 / 6)
    assert found.weighted(3) == pytest.approx(1.2)
    assert able(SIX, 3) == 2
    assert coverage(SIX, 3, 4) == 0.5
    assert coverage(SIX, 1, 2) == 2.0  # four of two: more than needed is told, not cut off


def test_nothing_known_is_no_value():
    assert severity([]).value is None
    assert severity([]).unknown_share is None
    assert severity([(3, None)]).value is None
    assert severity([(3, None)]).unknown_share == 1
    assert severity([(3, None)]).weighted(2) is None
    assert coverage([4], 3, 0) is None
    assert able([None, None], 1) == 0


def test_different_people_may_need_different_levels():
    """4 of 4 and 0 of 1: one of five required levels is missing; the surplus elsewhere doesn't help."""
    assert severity([(4, 4), (1, 0)]).value == pytest.approx(0.2)
    assert severity([(1, 4), (4, 1)]).value == pytest.approx(0.6)


@given(LEVEL, LEVEL)
def test_a_gap_is_what_is_missing_and_never_less_than_nothing(required, current):
    assert gap(required, current) == len(range(current, required))


@given(st.lists(st.tuples(st.integers(1, 4), ANSWER), max_size=30))
def test_severity_by_counting_levels_one_by_one(people):
    steps = [(step < current) for required, current in people if current is not None for step in range(required)]
    found = severity(people)
    assert found.value == (float(Fraction(steps.count(False), len(steps))) if steps else None)
    assert found.known + found.unknown == len(people)


@given(st.lists(ANSWER, max_size=20), st.integers(1, 4), LEVEL)
def test_one_more_answer_never_lowers_how_many_are_able(levels, required, level):
    assert able([*levels, level], required) - able(levels, required) == (level >= required)
    assert able([*levels, None], required) == able(levels, required)
