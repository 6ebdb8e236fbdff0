"""The bound on a single answer, by exact calculation, and the law of the steps that keep it."""

import itertools
from collections import Counter, defaultdict
from fractions import Fraction

import numpy as np
import pytest

from cop.surveys import blur
from cop.surveys.release import merged

RATIOS = {2: Fraction(1, 2), 3: Fraction(1, 3), 5: Fraction(1, 3)}
"""How likely a step is compared with one nearer to zero, by the levels of a question, as the decision document says."""
BOUNDS = {2: 4, 3: 9, 5: 9}


def balanced(levels, far):
    """Every row of steps up to `far` that sums to zero."""
    rows = np.array(list(itertools.product(range(-far, far + 1), repeat=levels)))
    return rows[rows.sum(1) == 0]


def published(counts):
    """What everybody reads of blurred counts by level: merged counts "at least this level", falling."""
    known = counts[0].sum()
    at_least = counts[:, ::-1].cumsum(1)[:, -2::-1]
    return -np.sort(-merged(at_least, np.full_like(at_least, known)), axis=1)


def chances(truth, levels, far):
    """The chance of every published outcome, times one and the same constant, from the steps up to `far`."""
    steps = balanced(levels, far)
    sizes = np.abs(steps).sum(1)
    found = defaultdict(Fraction)
    outcomes = Counter(zip(map(tuple, published(truth + steps).tolist()), sizes.tolist(), strict=True))
    for (outcome, size), often in outcomes.items():
        found[outcome] += often * RATIOS[levels] ** size
    return found


@pytest.mark.parametrize(("levels", "far"), [(2, 12), (3, 8), (5, 3)])
def test_no_outcome_is_likelier_than_the_bound_whichever_two_answers(levels, far):
    """All pairs of answers of one person, all published outcomes: the ratio is at most the bound, and reached.

    Whatever steps up to `far` lead from one truth to an outcome, steps up to `far` + 1 lead there from the other; so the
    comparison holds exactly, not only for the part that is enumerated.
    """
    assert blur.bound(levels) == BOUNDS[levels]
    widest = Fraction(0)
    for known in (5, 6, 9, 14):
        others = np.bincount(np.arange(known - 1) * 7 % levels, minlength=levels)
        near = [chances(others + np.eye(levels, dtype=int)[level], levels, far) for level in range(levels)]
        wide = [chances(others + np.eye(levels, dtype=int)[level], levels, far + 1) for level in range(levels)]
        for one, other in itertools.permutations(range(levels), 2):
            for outcome, chance in near[one].items():
                assert chance <= BOUNDS[levels] * wide[other][outcome], (known, one, other, outcome)
                widest = max(widest, chance / wide[other][outcome])
    assert widest > BOUNDS[levels] * Fraction(3, 4)


@pytest.mark.parametrize("levels", [2, 3, 5])
def test_steps_follow_their_law_and_sum_to_zero(levels):
    many = 40_000
    steps = blur.steps((many // 10, 10), levels, np.random.default_rng(5)).reshape(-1, levels)
    assert (steps.sum(1) == 0).all()
    enumerated = balanced(levels, 24 if levels == 2 else 8 if levels == 3 else 6)
    weights = np.array([float(RATIOS[levels]) ** int(size) for size in np.abs(enumerated).sum(1)])
    weights /= weights.sum()
    seen = Counter(map(tuple, steps.tolist()))
    for row, chance in zip(map(tuple, enumerated.tolist()), weights, strict=True):
        if many * chance > 20:
            assert abs(seen[row] - many * chance) < 5.5 * (many * chance) ** 0.5, row


@pytest.mark.parametrize("values", [(0, 1), (0, 1, 2, 3, 4), (3, 2, 1, 0, 0), (0, 0, 1)])
def test_the_variance_is_that_of_all_steps_enumerated(values):
    levels = len(values)
    steps = balanced(levels, {2: 40, 3: 22, 5: 8}[levels])
    weights = np.array([float(RATIOS[levels]) ** int(size) for size in np.abs(steps).sum(1)])
    sums = steps @ np.array(values)
    assert blur.variance(values) == pytest.approx((weights * sums**2).sum() / weights.sum(), rel=2e-3)


def test_one_count_of_five_varies_as_the_intervals_take_it():
    assert blur.variance((1, 0, 0, 0, 0)) == pytest.approx(0.822477, abs=1e-5)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [(2, {1: 80, 2: 80, 4: 90, 8: 97, 12: 99}), (5, {1: 79, 2: 87, 4: 95, 8: 99, 12: 100})],
)
def test_how_often_an_insider_guesses_right(levels, expected):
    """Who knows all others' answers guesses between two answers, after so many independent looks: as documented."""
    steps = balanced(levels, {2: 30, 5: 7}[levels])
    weights = np.array([float(RATIOS[levels]) ** int(size) for size in np.abs(steps).sum(1)])
    other = steps + np.eye(levels, dtype=int)[0] - np.eye(levels, dtype=int)[-1]
    favour = (
        np.abs(other).sum(1) - np.abs(steps).sum(1)
    ) // 2  # in units of log of the bound, for the truth if positive
    one_look = np.array([weights[favour == step].sum() for step in (-1, 0, 1)]) / weights.sum()
    looks, law = 0, np.ones(1)
    for upto, per_cent in expected.items():
        while looks < upto:
            law, looks = np.convolve(law, one_look), looks + 1
        middle = len(law) // 2
        assert round(100 * (law[middle + 1 :].sum() + law[middle] / 2)) == per_cent, upto
