"""Which groups may be published so that no combination of them speaks about fewer than k people. Pure.

Rows are groups, columns classes of people who belong to exactly the same groups, `weights` how many they are. Groups
are taken one by one in the order given, each kept where the audit still passes. What was published before stays: only
combinations in which a new group takes part are judged.

Three ways, from the cheapest to the one that keeps most:

- *nested*: groups that lie in each other or apart (a tree of units). The parts that the published groups leave of each
  other are all that can be calculated, so each must have k people. Exact, for many columns of weights at once.
- *exact*: any groups, over at most MOST_CLASSES classes: the search of `rowspace`.
- *layered*: any number of people, by sufficient conditions, in `layers`.
"""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from cop.surveys import layers
from cop.surveys.rowspace import Flags, Ints, RowSpace

LEAST = 5
"""The smallest k there is."""
MOST_CLASSES = 600


class Reason(StrEnum):
    """Why figures are not published."""

    FEW = "few"
    """Fewer than k people, or fewer than k known answers."""
    DIFFERENCE = "difference"
    """Together with other published figures it would tell about fewer than k people."""


def checked(k: int) -> int:
    """The smallest group; ValueError below 5."""
    if k < LEAST:
        raise ValueError(f"A group may not be smaller than {LEAST}.")
    return k


def publishable(groups: Flags, weights: Ints, k: int, past: Sequence[Flags] = ()) -> Flags:
    """Which of the groups (rows) may be published beside those of past waves; larger ones come before those within."""
    counted = weights > 0
    groups, weights, past = groups[:, counted], weights[counted], [wave[:, counted] for wave in past]
    if not past and (around := nesting(groups)) is not None:
        return nested(groups.astype(np.int64) @ weights[:, None], around, k)[:, 0]
    if len(weights) <= MOST_CLASSES:
        return _exact(groups, weights, k, past)
    return layers.publishable(groups, weights, k, past)


def _exact(groups: Flags, weights: Ints, k: int, past: Sequence[Flags]) -> Flags:
    space = RowSpace(weights)
    for wave in past:
        for row in wave:
            space.add(space.residual(row))
    kept = np.zeros(len(groups), bool)
    for index, row in enumerate(groups):
        residual = space.residual(row)
        kept[index] = weights[row].sum() >= k and (not residual.any() or space.reaches(residual, k))
        if kept[index]:
            space.add(residual)
    return kept


def nesting(groups: Flags) -> list[int] | None:
    """For each group the smallest before it in which it lies, -1 for none; None where groups only overlap."""
    flags = groups.astype(np.float32)  # counts of classes stay far below 2²⁴; the product of integers would be slow
    common = flags @ flags.T
    sizes = np.diag(common)
    within = (common == sizes[:, None]) & (common > 0)  # the row's group lies in the column's
    if not (within | within.T | (common == 0)).all() or np.triu(within & (sizes[:, None] < sizes), 1).any():
        return None
    return [int(np.flatnonzero(found)[-1]) if (found := row[:index]).any() else -1 for index, row in enumerate(within)]


def nested(counts: Ints, parents: Sequence[int], k: int) -> Flags:
    """Which nested groups (rows) may be published, for each column of counts by itself.

    A group needs k people, and what remains of the published group around it k or nobody.
    """
    shown = np.zeros(counts.shape, bool)
    rest = counts.copy()
    columns = np.arange(counts.shape[1])
    around = np.full(counts.shape, -1)
    for index, parent in enumerate(parents):
        if parent >= 0:
            around[index] = np.where(shown[parent], parent, around[parent])
        home = around[index]
        remains = np.where(home >= 0, rest[home, columns] - counts[index], 0)
        shown[index] = (counts[index] >= k) & ((remains == 0) | (remains >= k))
        taken = shown[index] & (home >= 0)
        rest[home[taken], columns[taken]] = remains[taken]
    return shown
