"""The audit of many people: conditions that suffice, in the time of a few counts. Pure.

A *layer* is a set of groups of one wave that lie in each other or apart; the published groups of a layer cut its people
into disjoint *parts*. All combinations of published groups are combinations of parts. Layers come one after
the other. Take the last layer of which a combination uses a part: if each part of each layer has k *witnesses* against
the earlier layers, the combination speaks about k people.

A witness of a part is two people who belong to the same parts of all earlier layers, one in the part, the other in
none of its layer: what earlier layers add is the same for both, so the combination can't be zero for both. Somebody
of the part who is in no earlier layer is a witness alone. Where pairs are too few, the exact search runs over the part
and those people, which leaves the rest of the people out and so can only refuse too much.
"""

from collections.abc import Sequence

import numpy as np

from cop.surveys.rowspace import Flags, Ints, RowSpace

MOST_LOCAL = 120
"""Classes up to which the exact search looks at a part and its surroundings."""


def publishable(
    groups: Flags,
    weights: Ints,
    k: int,
    past: Sequence[Flags],
) -> Flags:
    """Which groups may be published beside those of past waves; see `cop.surveys.audit.publishable`."""
    known = [_parts(wave[rows]) for wave in past for rows in _layers(wave)]
    kept = np.zeros(len(groups), bool)
    for rows in _layers(groups):
        layer = groups[rows]
        audit = _Witnesses(known, weights, k)
        flat = len(rows) > 1 and layer.sum(0).max() == 1 and _covered(_any(layer), known)
        kept[rows] = (_flat if flat else _tree)(layer, audit)
        known.append(_parts(layer[kept[rows]]))
    return kept


def _layers(groups: Flags) -> list[list[int]]:
    """Each group in the first layer whose groups it lies within or apart from."""
    found: list[list[int]] = []
    for index, row in enumerate(groups):
        layer = next((rows for rows in found if all(_fits(row, groups[other]) for other in rows)), None)
        if layer is None:
            found.append([index])
        else:
            layer.append(index)
    return found


def _fits(group: Flags, earlier: Flags) -> bool:
    """Whether a later group lies within an earlier one or apart from it."""
    common = group & earlier
    return not common.any() or bool((common == group).all())


def _parts(groups: Flags) -> Ints:
    """The number of each column's part, 0 where it belongs to no group; larger groups come first."""
    parts = np.zeros(groups.shape[1], np.int64)
    for number, row in enumerate(groups, start=1):
        parts[row] = number
    return parts


def _tree(groups: Flags, audit: "_Witnesses") -> Flags:
    """Which groups of a layer to keep; a group cuts a part in two, and both must be safe.

    Partners are the people in none of the layer's groups: whichever are kept, they stay in none of its parts.
    """
    outside = ~_any(groups)
    parts: Ints = np.zeros(len(outside), np.int64)
    kept = np.zeros(len(groups), bool)
    for index, group in enumerate(groups):
        around = parts[group].max(initial=0)
        rest = np.logical_and(parts == around, ~group) if around else np.zeros_like(group)
        is_the_part = around > 0 and not rest.any()
        kept[index] = audit.enough(group) and (
            is_the_part or (audit.safe(group, outside) and (not rest.any() or audit.safe(rest, outside)))
        )
        if kept[index]:
            parts[group] = index + 1
    return kept


def _flat(groups: Flags, audit: "_Witnesses") -> Flags:
    """Which groups to keep of a layer of groups apart from each other that are, in sum, known already.

    Nobody is outside, yet the sum is known: it can be taken off until the largest group has the factor zero, so the
    people of that group are partners as well. It comes last and cuts itself off from the groups that were not kept.
    """
    first, outside = groups[0], ~_any(groups)
    kept = np.array([audit.enough(group) and audit.safe(group, outside | first) for group in groups])
    rest = _any(groups[1:][~kept[1:]])
    kept[0] = audit.enough(first) and (not rest.any() or audit.safe(rest, outside | first))
    return kept


def _any(groups: Flags) -> Flags:
    """Who belongs to one of the groups."""
    belongs: Flags = np.logical_or.reduce(groups, axis=0)
    return belongs


def _covered(people: Flags, known: list[Ints]) -> bool:
    """Whether these are all the people of some parts of one layer."""
    return any((parts[people] > 0).all() and not np.isin(parts[~people], parts[people]).any() for parts in known)


class _Witnesses:
    """Counts witnesses against the known layers."""

    def __init__(self, known: list[Ints], weights: Ints, k: int) -> None:
        self._weights, self._k = weights, k
        self._known = known
        joint: Ints = np.zeros(len(weights), np.int64)
        for parts in known:
            mixed = joint * (parts.max(initial=0) + 1) + parts
            joint = np.unique(np.append(0, mixed), return_inverse=True)[1][1:]
        self._alike = joint
        """The number of each column's parts taken together; 0 for people of no part."""

    def enough(self, group: Flags) -> bool:
        """Whether these are k people."""
        return bool(self._weights[group].sum() >= self._k)

    def safe(self, part: Flags, partners: Flags) -> bool:
        """Whether the part has k witnesses, or else the exact search finds no few people."""
        partners = partners & ~part
        length = int(self._alike.max(initial=0)) + 1
        inside = np.bincount(self._alike[part], self._weights[part], length).astype(np.int64)
        beside = np.bincount(self._alike[partners], self._weights[partners], length).astype(np.int64)
        if inside[0] + np.minimum(inside, beside)[1:].sum() >= self._k:
            return True
        return self._search(part, inside, beside)

    def _search(self, part: Flags, inside: Ints, beside: Ints) -> bool:
        """The exact audit of the part, over its people and the partners who are like one of them."""
        within = np.flatnonzero(inside)
        near = within[beside[within] > 0]
        weights = np.concatenate([inside[within], beside[near]])
        if len(weights) > MOST_LOCAL:
            return False
        example = np.zeros(len(inside), np.int64)
        example[self._alike] = np.arange(len(part))
        columns = example[np.concatenate([within, near])]
        space = RowSpace(weights)
        for parts in self._known:
            for number in np.unique(parts[columns]):
                if number:
                    space.add(space.residual(parts[columns] == number))
        residual = space.residual(np.arange(len(weights)) < len(within))
        return space.reaches(residual, self._k)
