"""Which records may be of one person: likeness of names, with what speaks for and against it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from rapidfuzz import fuzz, process

from cop.people.names import name_key

ALIKE = 86
"""From this likeness of their names (0-100, words in any order) on two people are worth a look."""
_ROWS = 2_000
"""Names compared with all others at a time: a table of 2,000 × 20,000 takes 40 MB."""
_SURE = 12
"""What an address or handle that fits adds to the likeness; somebody met at the same session takes as much away."""


@dataclass(frozen=True)
class Record:
    """A person as far as it tells whether another record is theirs too."""

    id: int
    name: str
    email: str = ""
    handle: str = ""
    unit: str = ""
    communities: frozenset[int] = frozenset()
    sessions: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Pair:
    """Two records that may be of one person; `score` orders such pairs, 0-100."""

    first: Record
    second: Record
    score: int
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]


Likeness = tuple[int, int, int]
"""Two records by id, the lower first, and how alike their names are, 0-100."""


@lru_cache(maxsize=4)  # four seconds for 20,000 names, which change far less often than what hangs on them
def alike(names: tuple[tuple[int, str], ...]) -> tuple[Likeness, ...]:
    """Whose names are much alike, the most first; `names` are ids with names, in the order of ids."""
    keys = [name_key(name) for _id, name in names]
    found = []
    for start in range(0, len(keys), _ROWS):
        others = keys[start:]
        table = process.cdist(
            keys[start : start + _ROWS], others, scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE, dtype=np.uint8
        )
        for row, column in np.argwhere(table >= ALIKE):
            if row < column and others[column]:
                found.append((names[start + row][0], names[start + column][0], int(table[row, column])))
    return tuple(sorted(found, key=lambda item: (-item[2], item)))


def pairs(found: Iterable[Likeness], records: Mapping[int, Record]) -> list[Pair]:
    """Alike records with what speaks for and against one person, the likeliest first."""
    made = [_weighed(records[first], records[second], likeness) for first, second, likeness in found]
    return sorted(made, key=lambda pair: (-pair.score, pair.first.name, pair.first.id, pair.second.id))


def _weighed(first: Record, second: Record, likeness: int) -> Pair:
    speaks_for, speaks_against = [f"names are {likeness} % alike"], []
    score = likeness
    if _same_account(first, second):
        speaks_for.append("an address or handle of one is the other's")
        score += _SURE
    elif first.email and second.email:
        speaks_against.append("different e-mail addresses")
        score -= _SURE // 2
    if first.unit and first.unit == second.unit:
        speaks_for.append(f"both in {first.unit}")
    elif first.unit and second.unit:
        speaks_against.append("different org units")
    shared = len(first.communities & second.communities)
    if shared:
        speaks_for.append(f"{shared} {'community' if shared == 1 else 'communities'} in common")
        score += 2
    together = len(first.sessions & second.sessions)
    if together:
        speaks_against.append(f"both on the list of {together} {'session' if together == 1 else 'sessions'}")
        score -= _SURE
    return Pair(first, second, max(0, min(100, score)), tuple(speaks_for), tuple(speaks_against))


def _same_account(first: Record, second: Record) -> bool:
    own = [{first.handle, first.email, first.email.partition("@")[0]} - {""}]
    own.append({second.handle, second.email, second.email.partition("@")[0]} - {""})
    return bool(own[0] & own[1])
