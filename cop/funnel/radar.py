"""The technology radar: how a trend moved between rings, and where its blip stands on the picture. Pure.

Rings are numbered from the centre (0) outwards, quadrants anticlockwise from the right (0).
"""

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

QUADRANTS = range(3, 7)
RINGS = range(2, 9)
_LARGEST = 0.08
"""A blip's diameter where there is room enough, the radar's radius being 1; else …"""
_APART = 1.15
"""How far blips stand apart at least, in diameters, and in half diameters from every edge: touching ones read badly."""
_SMALLER = 0.8
"""… so many times less, as often as it takes: few sizes, so that blips rarely change theirs and their places."""
_BULGE = 0.8
"""1 makes all rings equally wide, .5 equally large; between both the inner ones have room for their blips."""


class Movement(StrEnum):
    """What happened to a trend since a day."""

    NEW = "new"
    MOVED_IN = "moved_in"
    MOVED_OUT = "moved_out"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Placing:
    """A trend was put into a ring on a day, in an edition if it was one that said so."""

    ring: int
    day: date
    edition: str = ""


@dataclass(frozen=True)
class Moved:
    """A trend's movement, with its last placing and the one it had on the day that is compared with."""

    movement: Movement
    now: Placing
    before: Placing | None


@dataclass(frozen=True)
class Blip:
    """A trend to be drawn; the key decides where in its part of the radar it stands."""

    key: int
    quadrant: int
    ring: int


@dataclass(frozen=True)
class Layout:
    """Where blips stand: the radar's centre is (0, 0), its radius 1, y points up.

    `radii`: the outer edge of each ring; `places`: x and y of each blip's centre by its key.
    """

    diameter: float
    radii: tuple[float, ...]
    places: dict[int, tuple[float, float]]


def movement(history: Iterable[Placing], *, since: date, as_of: date) -> Moved | None:
    """How the ring on the day `as_of` differs from the one on the day `since`; None where there is none yet.

    Of several placings on one day the last one given counts.
    """
    known = sorted((placing for placing in history if placing.day <= as_of), key=lambda placing: placing.day)
    if not known:
        return None
    now = known[-1]
    before = next((placing for placing in reversed(known) if placing.day <= since), None)
    return Moved(_compared(before, now), now, before)


def _compared(before: Placing | None, now: Placing) -> Movement:
    if before is None:
        return Movement.NEW
    if now.ring == before.ring:
        return Movement.UNCHANGED
    return Movement.MOVED_IN if now.ring < before.ring else Movement.MOVED_OUT


def layout(blips: Sequence[Blip], *, quadrants: int, rings: int) -> Layout:
    """Place each blip within its quadrant and ring, no two closer than the diameter they share.

    The same blips always get the same places. Another blip moves at most some of those with higher keys in its own part
    of the radar; only where it doesn't fit in any more all get smaller and new places.
    ValueError for a quadrant or ring that isn't there, or a key that stands there twice.
    """
    _check(blips, quadrants, rings)
    radii = tuple(((ring + 1) / rings) ** _BULGE for ring in range(rings))
    parts: dict[tuple[int, int], list[Blip]] = defaultdict(list)
    for blip in sorted(blips, key=lambda blip: blip.key):
        parts[blip.quadrant, blip.ring].append(blip)
    diameter = _LARGEST
    slots = {part: _slots(*part, quadrants, radii, diameter * _APART) for part in parts}
    while any(len(slots[part]) < len(inside) for part, inside in parts.items()):
        diameter *= _SMALLER
        slots = {part: _slots(*part, quadrants, radii, diameter * _APART) for part in parts}
    places = {key: place for part, inside in parts.items() for key, place in _placed(inside, slots[part]).items()}
    return Layout(diameter, radii, places)


def _check(blips: Sequence[Blip], quadrants: int, rings: int) -> None:
    if quadrants not in QUADRANTS or rings not in RINGS:
        raise ValueError("A radar has 3 to 6 quadrants and 2 to 8 rings.")
    if len({blip.key for blip in blips}) < len(blips):
        raise ValueError("A blip stands there twice.")
    if not all(blip.quadrant in range(quadrants) and blip.ring in range(rings) for blip in blips):
        raise ValueError("A blip's quadrant or ring isn't on the radar.")


def _slots(quadrant: int, ring: int, quadrants: int, radii: Sequence[float], apart: float) -> list[tuple[float, float]]:
    """Places at least so far apart, on arcs, at least half as far from every edge of the part."""
    inner, outer = (radii[ring - 1] if ring else 0.0), radii[ring]
    angle = 2 * math.pi / quadrants
    found = []
    for radius in _spread(inner + apart / 2, outer - apart / 2, apart):
        sine = apart / 2 / radius
        if sine >= 1:
            continue
        # the angle of half the distance, as a chord: once from the edge, twice from one place to the next
        margin = math.asin(sine)
        for turn in _spread(margin, angle - margin, 2 * margin):
            direction = quadrant * angle + turn
            found.append((radius * math.cos(direction), radius * math.sin(direction)))
    return found


def _spread(low: float, high: float, apart: float) -> list[float]:
    """As many numbers from low to high as fit at least so far apart, evenly."""
    if high < low:
        return []
    count = int((high - low) / apart)
    return [low + (high - low) * step / count for step in range(count + 1)] if count else [(low + high) / 2]


def _placed(part: Sequence[Blip], slots: list[tuple[float, float]]) -> dict[int, tuple[float, float]]:
    """Each blip in the order of keys takes the first free place in an order of its own."""
    free = set(slots)
    places = {}
    for blip in part:
        chance = random.Random(blip.key)  # noqa: S311 - scatters blips, guards nothing
        ranked = sorted((chance.random(), slot) for slot in slots)
        places[blip.key] = next(slot for _, slot in ranked if slot in free)
        free.remove(places[blip.key])
    return places
