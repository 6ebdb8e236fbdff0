"""How far a gap or a mean has moved between two waves, with the interval that chance and blur leave. Pure.

Single answers are gone, so all is worked out from released counts. Of a mean over n people:

    variance = s² ÷ n + b ÷ n²

s² is the sample variance of what each person adds, as the counts have it; b is the variance that the blur adds to the sum
over all (`cop.surveys.blur.variance`). A severity is a mean gap ÷ the required level. The interval is the difference ± t × √(both variances), t of Student's
distribution with the smaller n - 1.

It is as wide as if other people had answered in the second wave. They are mostly the same, whose answers go together;
how much isn't known any more, so the interval is rather too wide than too narrow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from cop.surveys import blur

LEAST = 10
"""Known answers in each wave; below, the interval would say nothing."""
_T = {9: 2.262, 10: 2.228, 11: 2.201, 12: 2.179, 14: 2.145, 17: 2.110, 21: 2.080, 29: 2.045, 59: 2.001, 119: 1.980}
"""Student's 97.5 % points by degrees of freedom; between two the higher one counts."""


@dataclass(frozen=True)
class Estimate:
    """A figure of one wave: its value, what chance and what the blur add to its variance, of how many known answers."""

    value: float
    chance: float
    blur: float
    n: int


@dataclass(frozen=True)
class Change:
    """Later less earlier, and the 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves no room for "nothing changed"."""
        return self.low > 0 or self.high < 0

    def turned(self) -> "Change":
        """Earlier less later: by how much something has shrunk."""
        return Change(-self.value, -self.high, -self.low)


def mean(counts: Sequence[int]) -> Estimate:
    """The mean level of released counts, from 0 on."""
    return _estimate(counts, list(range(len(counts))))


def severity(counts: Sequence[int], required: int) -> Estimate:
    """Missing levels ÷ required ones, not rounded; ValueError where nothing is required."""
    if required <= 0:
        raise ValueError("Nothing is required.")
    found = _estimate(counts, [max(0, required - level) for level in range(len(counts))])
    return Estimate(found.value / required, found.chance / required**2, found.blur / required**2, found.n)


def _estimate(counts: Sequence[int], values: Sequence[int]) -> Estimate:
    n = sum(counts)
    middle = sum(count * value for count, value in zip(counts, values, strict=True)) / n
    squares = sum(count * (value - middle) ** 2 for count, value in zip(counts, values, strict=True))
    return Estimate(middle, squares / (n - 1) / n, blur.variance(values) / n**2, n)


def together(parts: Sequence[Estimate]) -> Estimate:
    """The mean of several questions' means, of the fewest known answers.

    How one person's answers to them go together is gone: they count as if entirely, which is the widest. The blur of
    each is its own.
    """
    count = len(parts)
    return Estimate(
        sum(part.value for part in parts) / count,
        (sum(sqrt(part.chance) for part in parts) / count) ** 2,
        sum(part.blur for part in parts) / count**2,
        min(part.n for part in parts),
    )


def change(before: Estimate, after: Estimate) -> Change | None:
    """From one wave to a later one; None where either has fewer than 10 known answers."""
    fewest = min(before.n, after.n)
    if fewest < LEAST:
        return None
    half = _t(fewest - 1) * sqrt(before.chance + before.blur + after.chance + after.blur)
    value = after.value - before.value
    return Change(value, value - half, value + half)


def _t(freedom: int) -> float:
    return _T[max(known for known in _T if known <= freedom)]
