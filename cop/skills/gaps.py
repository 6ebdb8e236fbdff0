"""Gaps between the levels that are required and those that there are; formulas as in docs/metrics.md. Pure.

A level is 0–4, or None for "don't know", which is no number: it counts neither as a gap nor as none.
"""

from collections.abc import Iterable
from dataclasses import dataclass


def gap(required: int, current: int) -> int:
    """How many levels are missing; what one person has too much is of no use to another."""
    return max(0, required - current)


@dataclass(frozen=True)
class Severity:
    """The gaps of several people in one skill: missing levels and required ones over known answers."""

    missing: int
    required: int
    known: int
    unknown: int

    @property
    def value(self) -> float | None:
        """0 where nothing is missing, 1 where everything is; None where nothing is known."""
        return self.missing / self.required if self.required else None

    @property
    def unknown_share(self) -> float | None:
        """The share of those who don't know; None where nobody was asked."""
        asked = self.known + self.unknown
        return self.unknown / asked if asked else None

    def weighted(self, importance: int) -> float | None:
        """By which gaps are ranked: the value times the importance of the skill to the unit."""
        return None if self.value is None else self.value * importance


def severity(people: Iterable[tuple[int, int | None]]) -> Severity:
    """From each person's required and own level."""
    asked = list(people)
    known = [(required, current) for required, current in asked if current is not None]
    return Severity(
        missing=sum(gap(required, current) for required, current in known),
        required=sum(required for required, _current in known),
        known=len(known),
        unknown=len(asked) - len(known),
    )


def able(levels: Iterable[int | None], required: int) -> int:
    """How many people are at the required level or above; from named profiles this is the bus factor (red up to 1)."""
    return sum(level is not None and level >= required for level in levels)


def coverage(levels: Iterable[int | None], required: int, needed: int) -> float | None:
    """People at the required level or above ÷ people needed; None where none are needed."""
    return able(levels, required) / needed if needed else None
