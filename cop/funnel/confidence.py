"""How much the evidence for an item can be trusted, by how many sources there are and how old. Pure.

Our own formula. A source counts 1 on its day and half as much with every year that passes; `n` is the sum of what the
sources count. The first full source leaves half of the doubt, the next halves what is left:

    confidence = 1 − ½ⁿ,    n = Σ ½^(age in days ÷ 365)

So no source: 0, one of today: .5, two: .75, three: .875; one a year old: .29. Another source never lowers it, and age
never raises it.
"""

import math
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

HALF_LIFE = 365
"""Days after which a source counts half."""
MEDIUM_FROM = 0.4
"""One source of the last five months, or two of the last seventeen."""
HIGH_FROM = 0.7
"""Two sources of the last ten weeks, or three of the last nine months."""


class Confidence(StrEnum):
    """Confidence in a word."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


def confidence(days: Iterable[date], today: date) -> float:
    """From 0 to 1, by the days of the sources; one dated ahead counts as of today."""
    count = math.fsum(math.exp2(-max((today - day).days, 0) / HALF_LIFE) for day in days)
    return 1 - math.exp2(-count)


def in_words(value: float) -> Confidence:
    """Low, medium from .4 or high from .7."""
    if value >= HIGH_FROM:
        return Confidence.HIGH
    return Confidence.MEDIUM if value >= MEDIUM_FROM else Confidence.LOW
