"""Which items look like what somebody is about to propose: likeness of titles, then of what is said. Pure."""

from collections.abc import Mapping

from rapidfuzz import fuzz

ALIKE = 70
"""From this likeness (0-100, words in any order) on an item is shown."""
SHORTEST = 4
"""Characters typed before anything is looked for."""


def similar(typed: str, known: Mapping[int, str], *, most: int = 5) -> tuple[int, ...]:
    """The ids of the items most like the folded text typed, the likest first; `known` are their folded titles."""
    if len(typed.strip()) < SHORTEST:
        return ()
    scored = sorted((-_likeness(typed, title), key) for key, title in known.items())
    return tuple(key for score, key in scored[:most] if -score >= ALIKE)


def _likeness(one: str, two: str) -> float:
    """Words in any order; of a longer title, those that both have count nearly as much."""
    whole = fuzz.token_sort_ratio(one, two)
    if min(len(one.split()), len(two.split())) < 2:  # a single word is part of too many titles
        return whole
    return max(whole, 0.95 * fuzz.token_set_ratio(one, two))
