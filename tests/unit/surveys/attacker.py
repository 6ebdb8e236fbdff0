"""Somebody who reads every released table and calculates, without a line of the product's own code."""

import itertools
from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np

Row = Sequence[int]
"""1 for each person whom a published figure speaks about, else 0."""


def rank(rows: Iterable[Row]) -> int:
    """By elimination over whole numbers: nothing is rounded, nothing taken modulo anything."""
    left = [[int(value) for value in row] for row in rows]
    found = 0
    while left:
        pivot_row = left.pop()
        column = next((index for index, value in enumerate(pivot_row) if value), None)
        if column is None:
            continue
        found += 1
        pivot = pivot_row[column]
        left = [
            [pivot * a - row[column] * b for a, b in zip(row, pivot_row, strict=True)] if row[column] else row
            for row in left
        ]
    return found


def few(people: int, k: int) -> Iterable[tuple[int, ...]]:
    """Every set of 1…k-1 people."""
    return itertools.chain.from_iterable(itertools.combinations(range(people), size) for size in range(1, k))


def sums_of_few(rows: Sequence[Row], people: int, k: int) -> list[tuple[int, ...]]:
    """P1: the sets of 1…k-1 people whose sum the published sums give away."""
    full = rank(rows)
    return [chosen for chosen in few(people, k) if rank([*rows, [int(i in chosen) for i in range(people)]]) == full]


def combinations_of_few(rows: Sequence[Row], people: int, k: int) -> list[tuple[int, ...]]:
    """P2: the sets of k-1 people about whom alone some combination of published sums speaks."""
    full = rank(rows)
    found = []
    for chosen in itertools.combinations(range(people), min(k - 1, people)):
        others = [[value for index, value in enumerate(row) if index not in chosen] for row in rows]
        if rank(others) < full:
            found.append(chosen)
    return found


def likelihood(released: int, exact: int, known: int) -> Fraction:
    """How likely a count of `exact` among `known` people is to be released as `released` (1 and known-1 are three each)."""
    low, high = released, released
    if released == 1:
        low, high = -(10**6), 2
    if released == known - 1:
        low, high = known - 2, 10**6
        if known - 2 <= 2:  # five people or fewer: what would be both counts as few
            low = 3
    return _at_most(high - exact) - _at_most(low - 1 - exact)


def _at_most(step: int) -> Fraction:
    """The chance of a blur of at most `step`; 3/5 · 1/4^|step| each."""
    if step < -60:
        return Fraction(0)
    if step > 60:
        return Fraction(1)
    return Fraction(4, 5) * Fraction(1, 4) ** -step if step < 0 else 1 - Fraction(4, 5) * Fraction(1, 4) ** (step + 1)


def worlds(people: int) -> np.ndarray:
    """Everything that they may have answered to a question of yes and no, a row each."""
    return np.array(list(itertools.product((0, 1), repeat=people)), np.int64)


def determined(possible: np.ndarray, k: int, without: int) -> list[tuple[int, ...]]:
    """The sets of 1…k-1 people, `without` one, who said yes equally often in all the possible worlds (rows)."""
    found = []
    for chosen in few(possible.shape[1], k):
        if without not in chosen:
            counts = possible[:, chosen].sum(1)
            if counts.min() == counts.max():
                found.append(chosen)
    return found
