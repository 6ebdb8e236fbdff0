"""What a funnel item is worth by the organisation's criteria, with each criterion's part in it. Pure.

Values are placed between the fixed bounds of a criterion's scale, never between the items that happen to be there, so
that adding or deleting an item changes no other item's score.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

DISAGREE = 1
"""Assessors disagree when their values spread by more than this many scale points (standard deviation) …"""
ENOUGH_ASSESSORS = 3
"""… and there are at least so many of them."""
IMPACTS = (3.0, 2.0, 1.0, 0.5, 0.25)
CONFIDENCES = (1.0, 0.8, 0.5)
LEAST_EFFORT = 0.5
"""Person-months."""
WSJF_VALUES = (1, 2, 3, 5, 8, 13, 20)


@dataclass(frozen=True)
class Criterion:
    """What items are judged by: a scale from `low` to `high`, on which less is better where it is a cost."""

    key: int
    name: str
    weight: float
    low: float
    high: float
    cost: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.weight) and self.weight >= 0):
            raise ValueError(f"{self.name}: a weight is 0 or more.")
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"{self.name}: a scale ends above where it starts.")

    def normalised(self, value: float) -> float:
        """The value as a share of the way from the scale's worst (0) to its best end (1); ValueError outside of it."""
        if not self.low <= value <= self.high:
            raise ValueError(f"{self.name}: {value:g} is not on the scale from {self.low:g} to {self.high:g}.")
        share = (value - self.low) / (self.high - self.low)
        return 1 - share if self.cost else share


@dataclass(frozen=True)
class Points:
    """One criterion's part in a score: `points` of the `most` that it can give."""

    criterion: Criterion
    value: float
    normalised: float
    points: float
    most: float

    def gain(self, value: float) -> float:
        """The points that another value would bring on top of these."""
        return self.most * (self.criterion.normalised(value) - self.normalised)


@dataclass(frozen=True)
class Score:
    """The weighted score, 0-100, and what it is made of, in the order of the criteria."""

    total: float
    points: tuple[Points, ...]


@dataclass(frozen=True)
class Combined:
    """What several assessors say about one criterion; `sd` is None for a single one."""

    mean: float
    sd: float | None
    n: int
    disagree: bool


def shares(criteria: Sequence[Criterion]) -> dict[int, float]:
    """Each criterion's weight by its key, as a share of all weights; ValueError where none weighs anything."""
    if len({criterion.key for criterion in criteria}) < len(criteria):
        raise ValueError("A criterion stands there twice.")
    whole = math.fsum(criterion.weight for criterion in criteria)
    if whole <= 0:
        raise ValueError("At least one criterion needs a weight above 0.")
    return {criterion.key: criterion.weight / whole for criterion in criteria}


def missing(values: Mapping[int, float], criteria: Sequence[Criterion]) -> tuple[Criterion, ...]:
    """The criteria that count but have no value yet."""
    return tuple(criterion for criterion in criteria if criterion.weight > 0 and criterion.key not in values)


def weighted_score(values: Mapping[int, float], criteria: Sequence[Criterion]) -> Score | None:
    """100 × the sum of weight × normalised value; None ("not enough data") where a criterion that counts has no value.

    `values` by the criteria's keys, others ignored; a criterion without weight and value has no part in it.
    ValueError for a value outside its scale.
    """
    weights = shares(criteria)
    if missing(values, criteria):
        return None
    points = tuple(
        _points(criterion, values[criterion.key], 100 * weights[criterion.key])
        for criterion in criteria
        if criterion.key in values
    )
    return Score(math.fsum(part.points for part in points), points)


def _points(criterion: Criterion, value: float, most: float) -> Points:
    normalised = criterion.normalised(value)
    return Points(criterion, value, normalised, most * normalised, most)


def combine(assessments: Sequence[Mapping[int, float]]) -> dict[int, Combined]:
    """Mean and sample standard deviation by criterion, of those assessors who gave it a value."""
    keys = sorted({key for assessment in assessments for key in assessment})
    return {key: _combined([given[key] for given in assessments if key in given]) for key in keys}


def _combined(values: list[float]) -> Combined:
    # fmean may miss equal values by a rounding error, and then lie outside of the scale
    mean = min(max(fmean(values), min(values)), max(values))
    sd = stdev(values) if len(values) > 1 else None
    return Combined(mean, sd, len(values), sd is not None and len(values) >= ENOUGH_ASSESSORS and sd > DISAGREE)


def rice(*, reach: float, impact: float, confidence: float, effort: float) -> float:
    """Reach × impact × confidence ÷ effort in person-months (Intercom); ValueError for a value that isn't allowed."""
    if not (math.isfinite(reach) and reach >= 0):
        raise ValueError("Reach is a number of people, 0 or more.")
    if impact not in IMPACTS:
        raise ValueError(f"Impact is one of {_listed(IMPACTS)}.")
    if confidence not in CONFIDENCES:
        raise ValueError(f"Confidence is one of {_listed(CONFIDENCES)}.")
    if not (math.isfinite(effort) and effort >= LEAST_EFFORT):
        raise ValueError(f"Effort is in person-months, at least {LEAST_EFFORT:g}.")
    return reach * impact * confidence / effort


def wsjf(*, business_value: int, time_criticality: int, risk_reduction: int, job_size: int) -> float:
    """Cost of delay ÷ job size (SAFe): value, urgency, and risks reduced or opportunities enabled; or ValueError."""
    named = {
        "Business value": business_value,
        "Time criticality": time_criticality,
        "Risk reduction": risk_reduction,
        "Job size": job_size,
    }
    for name, value in named.items():
        if value not in WSJF_VALUES:
            raise ValueError(f"{name} is one of {_listed(WSJF_VALUES)}.")
    return (business_value + time_criticality + risk_reduction) / job_size


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)
