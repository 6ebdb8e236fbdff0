"""Whether an item's rank holds under other weights: stochastic multicriteria acceptability analysis. Pure.

SMAA (Lahdelma & Salminen): draw weights uniformly from all that sum to 1, rank the items by each draw, and count.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

DRAWS = 10_000
SEED = 20_010
TOP = 3
_AT_A_TIME = 1 << 17
"""Scores ranked at a time: a megabyte, which stays in the processor's cache."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Robustness:
    """An entry per item, in the order of the matrix.

    `top`: share of the draws in which it is among the top n; `first`: in which it is first; `best` and `worst`: the
    5th and 95th percentile of its rank, 1 being the first; `ranks`, where asked for: a row per item, a column per rank,
    with the share of the draws in which it has that rank.
    """

    top: Floats
    first: Floats
    best: Ints
    worst: Ints
    ranks: Floats | None = None


def acceptability(
    matrix: ArrayLike, *, draws: int = DRAWS, seed: int = SEED, top: int = TOP, with_ranks: bool = False
) -> Robustness:
    """Rank the items, rows of normalised values from 0 to 1 (more is better), under `draws` random weightings.

    Equal items share the ranks that they take together, in equal parts. An item that another one dominates (nowhere
    better, somewhere worse) never outranks it. The result hangs on the items alone, not on their order.
    Time grows with items × draws, memory with the square of the items (500 take 8 MB, 2,000 take 130).
    ValueError for a matrix without criteria or with values outside 0-1.
    """
    values = np.asarray(matrix, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] == 0:
        raise ValueError("The matrix needs a row for each item and at least one criterion.")
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError("Values are normalised to 0-1.")
    kinds, kind, members = np.unique(values, axis=0, return_inverse=True, return_counts=True)
    # Sorted: equal items stand side by side, and one that dominates others stands behind them.
    counts = _rank_counts(np.repeat(kinds, members, axis=0), draws, seed)
    starts = np.cumsum(members) - members
    shared = np.add.reduceat(counts, starts, axis=0) if len(values) else counts
    cases = (members * draws)[:, None]  # each of equal items has 1/members of what they have together
    reached = np.cumsum(shared, axis=1)
    return Robustness(
        top=(shared[:, :top].sum(axis=1, keepdims=True) / cases)[kind, 0],
        first=(shared[:, :1].sum(axis=1, keepdims=True) / cases)[kind, 0],
        best=_percentile(reached, cases, 5)[kind],
        worst=_percentile(reached, cases, 95)[kind],
        ranks=(shared / cases)[kind] if with_ranks else None,
    )


def _rank_counts(values: Floats, draws: int, seed: int) -> Ints:
    """How often each item (row) has each rank (column); of equal scores the later row ranks first."""
    items, criteria = values.shape
    counts = np.zeros(items * items, dtype=np.int64)
    weights = np.random.default_rng(seed).dirichlet(np.ones(criteria), draws)
    step = max(_AT_A_TIME // max(items, 1), items // 4, 1)  # many items: adding up their tables of counts costs more
    places = np.arange(items - 1, -1, -1)
    for start in range(0, draws, step):
        order = _order(values, weights[start : start + step])
        counts += np.bincount((order * items + places).ravel(), minlength=items * items)
    return counts.reshape(items, items)


def _order(values: Floats, weights: Floats) -> Ints:
    """The items from last to first under each of the weights.

    The item's number takes the place of the score's last digits, so that a plain sort, several times as fast as one
    that returns indices, brings the numbers into order, and of equal scores the greater number comes last. From 1 to 2
    floats are spaced evenly, and their bits sort as they do. Criterion by criterion, not as a product of matrices:
    rounding each sum in the same order never lifts a dominated item above the one that dominates it.
    """
    scores = np.ones((len(weights), len(values)))
    points = np.empty_like(scores)
    for weight, value in zip(weights.T, values.T, strict=True):
        scores += np.multiply(weight[:, None], value, out=points)
    digits = scores.view(np.int64)
    mask = (1 << max(len(values) - 1, 0).bit_length()) - 1
    digits &= ~mask
    digits |= np.arange(len(values))
    scores.sort(axis=1)
    return digits & mask


def _percentile(reached: Ints, cases: Ints, percent: int) -> Ints:
    """The first rank by which that many per cent of an item's cases are reached; in whole numbers, hence exact."""
    return np.asarray((reached * 100 < cases * percent).sum(axis=1) + 1, dtype=np.int64)
