"""How many people of a unit say that they are at a level or above, told so that it says nothing certain of anybody. Pure.

Named profiles are seen by their owner alone, and they change from day to day, so the rules are not those of a wave:

- People who have said a level are put into parts that don't overlap: those of a unit and of all below it who are in no
  part yet, where they are five or more; else they wait for the unit above.
- Of each part a count is told: "at most 1", "all but 2 or more", the number between.
- A unit's figure is the sum over the parts within it, as the fewest and the most. Those who still wait there, at most
  four, may all be at the level, or none.

So figures of units and of those below differ by whole parts, each of five or more people and never told as all or none.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cop.surveys.audit import LEAST

FEWEST = 1
"""0 and 1 are told as one: whether a skill hangs on one person is what the figure is for."""
MISSING = 2
"""All, all but one and all but two are told as one."""
Part = tuple[int, ...]
"""The levels of the people of a part."""


@dataclass(frozen=True)
class Told:
    """What is known of a unit with all below it: its parts, and whether a few people are in none."""

    parts: tuple[Part, ...]
    some_left: bool


@dataclass(frozen=True)
class Able:
    """The fewest and the most people at a level or above, of how many who have said theirs."""

    fewest: int
    most: int
    known: int


def upwards(parents: Mapping[int, int | None], unit: int | None) -> Iterator[int]:
    """The unit and all above it; a ring, which there should be none of, ends."""
    seen: set[int] = set()
    while unit is not None and unit not in seen:
        seen.add(unit)
        yield unit
        unit = parents.get(unit)


def told(parents: Mapping[int, int | None], levels: Mapping[int, Sequence[int]]) -> dict[int, Told]:
    """By unit, the parts of it and of all below; `levels` are those that people of each unit itself have said."""
    ways = {unit: list(upwards(parents, unit)) for unit in {*parents, *levels}}
    waiting = {unit: list(levels.get(unit, ())) for unit in ways}
    parts: dict[int, list[Part]] = defaultdict(list)
    for unit in sorted(ways, key=lambda key: (-len(ways[key]), key)):
        if len(waiting[unit]) >= LEAST:
            for above in ways[unit]:
                parts[above].append(tuple(waiting[unit]))
            waiting[unit] = []
        elif len(ways[unit]) > 1:
            waiting[ways[unit][1]] += waiting[unit]
    return {unit: Told(tuple(parts[unit]), bool(waiting[unit])) for unit in ways}


def able(found: Told, required: int) -> Able | None:
    """How many are at the required level or above; None where no part is large enough."""
    if not found.parts:
        return None
    bands = [_band(part, required) for part in found.parts]
    left = LEAST - 1 if found.some_left else 0
    fewest, most = sum(low for low, _high in bands), sum(high for _low, high in bands)
    return Able(fewest, most + left, sum(len(part) for part in found.parts))


def _band(part: Part, required: int) -> tuple[int, int]:
    count, known = sum(level >= required for level in part), len(part)
    if count <= FEWEST:
        return 0, FEWEST
    return (known - MISSING, known) if count >= known - MISSING else (count, count)


def able_words(found: Able) -> str:
    """Such as "at most 1", "3", "3 to 7"."""
    if found.fewest == found.most:
        return f"{found.most:,}"
    return f"at most {found.most:,}" if found.fewest == 0 else f"{found.fewest:,} to {found.most:,}"
