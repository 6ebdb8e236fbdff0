"""Random steps on released counts, so that no single answer is certain: their law, bound and variance. Pure.

The steps w of one released question, a step for each level, are drawn with probability proportional to q^Σ|w|, among all
whole numbers that sum to zero: the number of known answers stays as it is. If one person had chosen another level, one
count would be smaller and another larger by one, so no outcome can be more than q⁻² times as likely as it is now,
whichever two levels these are. What is made of the counts afterwards (merging, means, severities) adds nothing to that.
docs/decisions/0014-honest-surveys.md compares this law with others.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import prod

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

RATIO_OF_TWO = 1 / 2
RATIO = 1 / 3
_FAR = 80
"""Steps beyond are left out of the variance: their share is below 10⁻³⁰."""


def ratio(levels: int) -> float:
    """Return q, how likely a step is compared with one nearer to zero, for a question of this many levels.

    Two levels move together, so their law is that of one count with q².
    """
    return RATIO_OF_TWO if levels == 2 else RATIO


def bound(levels: int) -> int:
    """Return how many times as likely one answer can be compared with another, by one published group: 4 or 9."""
    return round(ratio(levels) ** -2)


def steps(shape: Sequence[int], levels: int, rng: np.random.Generator) -> Ints:
    """Draw the steps of many questions; shape + (levels,), each row sums to zero."""
    q, wanted = ratio(levels), prod(shape)
    drawn = np.empty((wanted, levels), np.int64)
    ready = 0
    while ready < wanted:
        size = (4 * (wanted - ready) + 16, levels)
        free = rng.geometric(1 - q, size) - rng.geometric(1 - q, size)
        balanced = free[free.sum(1) == 0][: wanted - ready]
        drawn[ready : ready + len(balanced)] = balanced
        ready += len(balanced)
    return drawn.reshape(*shape, levels)


def variance(values: Sequence[int]) -> float:
    """Return the variance that the steps add to a sum in which each person at a level counts with the level's value.

    The steps of two levels have the covariance -v/(L-1), v being the variance of one, since all sum to zero.
    """
    levels = len(values)
    middle = sum(values) / levels
    spread = sum((value - middle) ** 2 for value in values)
    return _variance_of_one(levels) * levels / (levels - 1) * spread


@lru_cache
def _variance_of_one(levels: int) -> float:
    places = np.arange(-_FAR, _FAR + 1)
    free = ratio(levels) ** np.abs(places)
    others = np.ones(1)
    for _ in range(levels - 1):
        others = np.convolve(others, free)
    middle = len(others) // 2
    # The other levels' steps have to sum to minus this one's; their law is symmetric.
    joint = free * others[middle - _FAR : middle + _FAR + 1]
    return float((joint * places**2).sum() / joint.sum())
