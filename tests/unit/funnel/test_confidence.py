"""Confidence from number and age of the sources."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.funnel.confidence import Confidence, confidence, in_words

TODAY = date(2025, 3, 1)
ages = st.lists(st.integers(-30, 4_000), max_size=12)


def aged(*days: int) -> float:
    return confidence([TODAY - timedelta(days=age) for age in days], TODAY)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((), 0),
        ((0,), 0.5),
        ((0, 0), 0.75),
        ((0, 0, 0), 0.875),
        ((365,), 1 - 0.5**0.5),
        ((365, 365), 0.5),
        ((730,) * 4, 0.5),
        ((0, 365), 1 - 0.5**1.5),
        ((-10,), 0.5),
    ],
)
def test_confidence_by_hand(days, expected):
    assert aged(*days) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("days", "word"),
    [
        ((), Confidence.LOW),
        ((150,), Confidence.MEDIUM),
        ((170,), Confidence.LOW),
        ((510, 510), Confidence.MEDIUM),
        ((540, 540), Confidence.LOW),
        ((0,), Confidence.MEDIUM),
        ((70, 70), Confidence.HIGH),
        ((80, 80), Confidence.MEDIUM),
        ((270, 270, 270), Confidence.HIGH),
        ((300, 300, 300), Confidence.MEDIUM),
    ],
)
def test_words_say_what_the_bounds_promise(days, word):
    assert in_words(aged(*days)) is word


@pytest.mark.parametrize(
    ("value", "word"), [(0, "low"), (0.39, "low"), (0.4, "medium"), (0.69, "medium"), (0.7, "high")]
)
def test_bounds(value, word):
    assert in_words(value) == word


@given(ages, st.integers(-30, 4_000))
def test_another_source_never_lowers_it(days, another):
    assert 0 <= aged(*days) <= aged(*days, another) <= 1


@given(ages, st.integers(0, 2_000))
def test_age_never_raises_it(days, older):
    assert aged(*(age + older for age in days)) <= aged(*days)


@given(ages, st.randoms())
def test_the_order_of_sources_is_of_no_account(days, chance):
    before = aged(*days)
    chance.shuffle(days)
    assert aged(*days) == before
