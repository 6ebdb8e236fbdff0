"""The linear combinations of published groups: does one speak about fewer people than it should? Pure.

Columns are classes of people who belong to exactly the same groups, with their head counts as weights; a row is a
group. The arithmetic is modulo the prime 2³¹ - 1, so that nothing is ever rounded. A combination that exists over the
rational numbers exists modulo a prime, too, unless the prime divides a determinant of the memberships.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

PRIME = 2**31 - 1
MOST_STEPS = 2_000
"""How long to search for a combination before a group counts as unsafe. It never depends on answers."""

Flags: TypeAlias = NDArray[np.bool_]
Ints: TypeAlias = NDArray[np.int64]


class RowSpace:
    """All linear combinations of the rows taken in so far, in reduced echelon form."""

    def __init__(self, weights: Ints) -> None:
        self._weights = weights
        self._rows: Ints = np.zeros((0, len(weights)), np.int64)
        self._pivots: Ints = np.zeros(0, np.int64)

    def residual(self, row: Flags) -> Ints:
        """What of the row the space doesn't hold already: zero at every pivot; all zero for a row of the space."""
        left = row.astype(np.int64)
        for pivot, known in zip(self._pivots, self._rows, strict=True):
            if left[pivot]:
                left = (left - left[pivot] * known) % PRIME
        return left

    def add(self, residual: Ints) -> None:
        """Take in a row, given as its residual; none where that is zero."""
        if residual.any():
            # Heavy pivots leave the light columns, those that a combination may end in, outside the basis.
            pivot = int(np.argmax(np.where(residual != 0, self._weights, -1)))
            row = residual * _inverse(residual[pivot]) % PRIME
            self._rows = np.vstack([(self._rows - self._rows[:, [pivot]] * row) % PRIME, row])
            self._pivots = np.append(self._pivots, pivot)

    def reaches(self, residual: Ints, weight: int) -> bool:
        """Whether the row plus any combination of the space always speaks about at least `weight` people."""
        return _Search().blocked(_State(self._rows, self._pivots, self._weights, residual), weight - 1)


def _inverse(value: int) -> int:
    return pow(int(value), -1, PRIME)


class _Search:
    """Looks for people of a small total weight without whom the row would lie in the space.

    A *circuit* is a column outside the basis with the pivots that it depends on: the columns of a vector that every row
    of the space is orthogonal to. Where our row isn't, each of its combinations with the space is nonzero somewhere on
    the circuit: one of the circuit's columns must be among those people. Circuits without common columns need one each,
    which mostly settles it; else each column of a short circuit is tried, in a tree no deeper than the budget.
    """

    def __init__(self) -> None:
        self._steps = 0

    def blocked(self, state: "_State", budget: int) -> bool:
        """Whether there are no such people of at most this weight; not blocked where the search took too long."""
        self._steps += 1
        if self._steps > MOST_STEPS or not state.row.any():
            return False
        if state.falls_by_one(budget):
            return False
        if 2 * state.weights.min() > budget or state.copy().needs(budget + 1):
            return True
        circuit = state.circuit(budget)
        for column in np.flatnonzero(circuit & (state.weights <= budget)):
            without = state.copy()
            without.drop(int(column))
            if not self.blocked(without, budget - int(state.weights[column])):
                return False
            state.weights[column] = budget + 1  # what comes later in the tree leaves this column in
        return True


class _State:
    """A space and a row, from which columns are dropped."""

    def __init__(self, rows: Ints, pivots: Ints, weights: Ints, row: Ints) -> None:
        self._rows, self._pivots, self.weights, self.row = rows.copy(), pivots.copy(), weights.copy(), row.copy()

    def copy(self) -> "_State":
        """One to change without changing this."""
        return _State(self._rows, self._pivots, self.weights, self.row)

    def circuit(self, budget: int) -> Flags:
        """A circuit that the row isn't orthogonal to: the one with the fewest columns of at most the budget's weight."""
        columns = np.flatnonzero(self.row)
        on_pivots = self._rows[:, columns] != 0
        light = (self.weights[self._pivots] <= budget) @ on_pivots.astype(np.int64) + (self.weights[columns] <= budget)
        best = int(np.lexsort((on_pivots.sum(0), light))[0])
        circuit = np.zeros(len(self.row), bool)
        circuit[self._pivots[on_pivots[:, best]]] = True
        circuit[columns[best]] = True
        return circuit

    def falls_by_one(self, budget: int) -> bool:
        """Whether the row lies in the space once a single column of at most this weight is left out."""
        columns = np.flatnonzero(self.row)
        first = columns[0]
        if len(columns) == 1 and self.weights[first] <= budget:
            return True
        light = np.flatnonzero((self.weights[self._pivots] <= budget) & (self._rows[:, first] != 0))
        rest = self._rows[light]
        rest[np.arange(len(light)), self._pivots[light]] = (
            0  # a row that shall lose its pivot and be a multiple of ours
        )
        return bool(((rest * self.row[first] - rest[:, [first]] * self.row) % PRIME == 0).all(1).any())

    def needs(self, weight: int) -> bool:
        """Whether circuits without common columns, each at its lightest column, come to this weight. Uses itself up."""
        while weight > 0 and self.row.any():
            circuit = self.circuit(weight - 1)
            weight -= int(self.weights[circuit].min())
            for column in np.flatnonzero(circuit):
                self.drop(int(column))
        return weight <= 0

    def drop(self, column: int) -> None:
        """Leave a column out: another one becomes its row's pivot, then it is zero everywhere."""
        found = np.flatnonzero(self._pivots == column)
        if len(found):
            index = int(found[0])
            row = self._rows[index].copy()
            row[column] = 0
            if row.any():
                pivot = int(np.argmax(np.where(row != 0, self.weights, -1)))
                row = row * _inverse(row[pivot]) % PRIME
                touched = np.flatnonzero(self._rows[:, pivot])
                self._rows[touched] = (self._rows[touched] - self._rows[touched, pivot, None] * row) % PRIME
                self.row = (self.row - self.row[pivot] * row) % PRIME
                self._rows[index], self._pivots[index] = row, pivot
            else:
                self._rows, self._pivots = np.delete(self._rows, index, 0), np.delete(self._pivots, index)
        self._rows[:, column] = 0
        self.row[column] = 0
