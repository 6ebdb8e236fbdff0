"""What would have to change for an item to reach the top n. Pure."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from cop.funnel.robustness import TOP
from cop.funnel.scoring import Criterion, Score, missing, weighted_score

SAME = 1e-9
"""Scores nearer to each other than this are equal: sums of the same points, rounded differently."""


@dataclass(frozen=True)
class Change:
    """Another value on one criterion and the points that it brings."""

    criterion: Criterion
    before: float
    after: float
    gain: float

    @property
    def share(self) -> float:
        """How much of the scale lies between both values."""
        return abs(self.after - self.before) / (self.criterion.high - self.criterion.low)


@dataclass(frozen=True)
class Reach:
    """The way to the top: `short` points are missing to the score `needed`.

    `singles`: for each criterion that can do it alone, the smallest change that does. `pair`: where none can, the two
    changes that do with the least of their scales; None where no two do either.
    """

    needed: float
    short: float
    singles: tuple[Change, ...]
    pair: tuple[Change, Change] | None


def to_reach(
    values: Mapping[int, float], criteria: Sequence[Criterion], others: Sequence[float], top: int = TOP
) -> Reach | None:
    """What brings the item among the top n of itself and the `others`' scores; None where it is there already.

    It is there when fewer than n others have a higher score. Changes end on whole steps from the scale's low end.
    ValueError for an item without a score.
    """
    score = weighted_score(values, criteria)
    if score is None:
        names = ", ".join(criterion.name for criterion in missing(values, criteria))
        raise ValueError(f"There is no score yet; not assessed: {names}.")
    if len(others) < top:
        return None
    needed = sorted(others, reverse=True)[top - 1]
    short = needed - score.total
    if short <= SAME:
        return None
    changes = _changes(score)
    singles = tuple(change for steps in changes if (change := _first(steps, short)) is not None)
    return Reach(needed, short, singles, None if singles else _pair(changes, short))


def _changes(score: Score) -> list[list[Change]]:
    """For each criterion every step to the better, the smallest change first."""
    found = []
    for part in score.points:
        criterion, value = part.criterion, part.value
        steps = [criterion.low + step for step in range(int(criterion.high - criterion.low) + 1)]
        better = (
            [step for step in reversed(steps) if step < value]
            if criterion.cost
            else [step for step in steps if step > value]
        )
        found.append([Change(criterion, value, step, part.gain(step)) for step in better])
    return found


def _first(steps: list[Change], short: float) -> Change | None:
    """The smallest change that brings so many points."""
    at = bisect_left(steps, short - SAME, key=lambda change: change.gain)
    return steps[at] if at < len(steps) else None


def _pair(changes: list[list[Change]], short: float) -> tuple[Change, Change] | None:
    pairs = [
        (one, other)
        for first, second in combinations(changes, 2)
        for one in first
        if (other := _first(second, short - one.gain)) is not None
    ]
    return min(pairs, key=lambda pair: pair[0].share + pair[1].share, default=None)
