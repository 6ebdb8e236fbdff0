"""Signal or noise: natural limits of a series (XmR chart, Wheeler). Pure."""

import itertools
from collections.abc import Sequence
from statistics import fmean

ENOUGH_POINTS = 6
SPREAD = 2.66
"""3 ÷ d2 for moving ranges of two: turns a mean moving range into three standard deviations."""


def natural_limits(points: Sequence[float]) -> tuple[float, float] | None:
    """Mean ± 2.66 × mean moving range; None with fewer than 6 points."""
    if len(points) < ENOUGH_POINTS:
        return None
    moving = fmean(abs(after - before) for before, after in itertools.pairwise(points))
    middle = fmean(points)
    return middle - SPREAD * moving, middle + SPREAD * moving


def signal(points: Sequence[float | None]) -> int:
    """Judge the last point by those before it: 1 above, -1 below the limits, else 0. Gaps are left out."""
    if not points or points[-1] is None:
        return 0
    limits = natural_limits([point for point in points[:-1] if point is not None])
    if limits is None:
        return 0
    low, high = limits
    return (points[-1] > high) - (points[-1] < low)
