"""Changes between waves: by hand, and whether the interval covers what it says."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cop.surveys import change
from cop.surveys.change import Change
from cop.surveys.release import release

BLUR_OF_GAPS = 0.822477 * 5 / 4 * 3.2
"""Of the sum of the gaps 2, 1, 0, 0, 0: one count's variance (test_blur.py), five levels, Σ (gap - 0.6)² = 3.2."""
COUNTS = st.lists(st.integers(0, 20), min_size=5, max_size=5).filter(lambda counts: sum(counts) >= 10)


def test_a_severity_by_hand():
    """Required 2 of ten people, two at 0, three at 1, five at 2: gaps 2, 2, 1, 1, 1, then 0; mean 0.7, s² = 6.1 ÷ 9."""
    found = change.severity((2, 3, 5, 0, 0), 2)
    assert found.n == 10
    assert found.value == pytest.approx(0.35)
    assert found.chance == pytest.approx(6.1 / 9 / 10 / 4)
    assert found.blur == pytest.approx(BLUR_OF_GAPS / 100 / 4, rel=1e-5)


def test_a_change_by_hand():
    """From ten people to ten: all differ by what is worked out above; t of 9 degrees of freedom is 2.262."""
    before, after = change.severity((2, 3, 5, 0, 0), 2), change.severity((0, 3, 7, 0, 0), 2)
    assert after.value == pytest.approx(0.15)
    half = 2.262 * np.sqrt((6.1 / 9 / 10 + 2.1 / 9 / 10 + 2 * BLUR_OF_GAPS / 100) / 4)
    found = change.change(before, after)
    assert (found.value, found.low, found.high) == pytest.approx((-0.2, -0.2 - half, -0.2 + half))
    turned = found.turned()
    assert (turned.value, turned.low, turned.high) == (-found.value, -found.high, -found.low)
    assert not found.is_clear


@pytest.mark.parametrize(("low", "high", "clear"), [(0.1, 0.2, True), (-0.2, -0.1, True), (-0.1, 0.1, False)])
def test_clear_is_what_leaves_out_nothing_changed(low, high, clear):
    assert Change(0.1, low, high).is_clear is clear


def test_below_ten_known_answers_nothing_is_told():
    nine, ten = change.mean((4, 5, 0, 0, 0)), change.mean((5, 5, 0, 0, 0))
    assert change.change(nine, ten) is change.change(ten, nine) is None
    assert change.change(ten, ten) is not None


def test_nothing_required_has_no_severity():
    with pytest.raises(ValueError, match="required"):
        change.severity((5, 5, 0, 0, 0), 0)


def test_several_questions_count_as_if_their_answers_went_together():
    one, two = change.mean((5, 5, 0, 0, 0)), change.mean((0, 0, 0, 5, 15))
    found = change.together([one, two])
    assert found.value == pytest.approx((0.5 + 3.75) / 2)
    assert found.chance == pytest.approx(((one.chance**0.5 + two.chance**0.5) / 2) ** 2)
    assert found.blur == pytest.approx((one.blur + two.blur) / 4)
    assert found.n == 10


@settings(max_examples=50)
@given(COUNTS, COUNTS, st.integers(1, 4))
def test_a_change_there_is_the_change_back(first, second, required):
    there = change.change(change.severity(first, required), change.severity(second, required))
    back = change.change(change.severity(second, required), change.severity(first, required))
    assert (there.low, there.value, there.high) == pytest.approx((-back.high, -back.value, -back.low))
    assert there.low <= there.value <= there.high


@pytest.mark.parametrize(
    ("sizes", "required", "before", "after"),
    [
        ((10, 10), 3, (0.2, 0.2, 0.2, 0.2, 0.2), (0.1, 0.1, 0.3, 0.3, 0.2)),
        ((12, 25), 4, (0.5, 0.3, 0.1, 0.05, 0.05), (0.1, 0.2, 0.2, 0.3, 0.2)),
        ((40, 30), 1, (0.1, 0.3, 0.3, 0.2, 0.1), (0.05, 0.2, 0.3, 0.3, 0.15)),
        ((200, 200), 3, (0, 0, 0.1, 0.6, 0.3), (0, 0, 0.05, 0.5, 0.45)),
    ],
)
def test_the_interval_covers_the_true_change_in_about_95_of_100(sizes, required, before, after):
    """2,000 questions, other people in each wave, counts blurred and merged as at closing."""
    draw, many = np.random.default_rng(7), 2_000
    gaps = np.maximum(0, required - np.arange(5))
    true = (gaps @ np.array(after) - gaps @ np.array(before)) / required
    waves = [_told(draw, n, shares, many) for n, shares in zip(sizes, (before, after), strict=True)]
    found = [
        change.change(change.severity(old, required), change.severity(new, required))
        for old, new in zip(*waves, strict=True)
    ]
    covered = np.mean([one.low <= true <= one.high for one in found])
    assert 0.92 <= covered <= 0.995


def _told(draw, n, shares, many):
    levels = pd.DataFrame(draw.choice(5, (n, many), p=shares).astype(float), columns=[f"q{i}" for i in range(many)])
    levels.insert(0, "cohort", "x")
    groups = pd.DataFrame({"cohort": ["x"], "group": ["all"]})
    decided = pd.DataFrame({"group": ["all"], "reason": [None]})
    questions = dict.fromkeys(levels.columns[1:], 5)
    return release(levels, groups, decided, questions, rng=draw)["counts"].tolist()
