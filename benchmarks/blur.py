"""How far figures of small groups are off under different laws of blur: the table of decision 0014."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Report
from cop.surveys import blur
from cop.surveys.release import merged

Counts = NDArray[np.int64]
LEVELS, REQUIRED, DRAWS = 5, 3, 4_000
SIZES = (5, 8, 10, 15, 20, 40, 60)
SHARES = (
    (0.1, 0.2, 0.4, 0.2, 0.1),
    (0.05, 0.15, 0.3, 0.35, 0.15),
    (0.4, 0.3, 0.2, 0.08, 0.02),
    (0.02, 0.08, 0.2, 0.4, 0.3),
    (0.2, 0.2, 0.2, 0.2, 0.2),
)
"""How many choose each level, in five kinds of groups."""


def _published(at_least: Counts, known: int) -> Counts:
    """Counts by level from counts "at least this level", merged at the ends."""
    falling = -np.sort(-merged(at_least, np.full_like(at_least, known)), axis=1)
    ends = np.full((len(at_least), 1), known), np.zeros((len(at_least), 1), np.int64)
    return -np.diff(np.concatenate([ends[0], falling, ends[1]], axis=1), axis=1)


def _at_least(counts: Counts) -> Counts:
    return counts[:, ::-1].cumsum(1)[:, -2::-1]


def _on_thresholds(ratio: float, rng: np.random.Generator) -> Callable[[Counts], Counts]:
    """A step of its own on each count "at least this level"."""

    def blurred(counts: Counts) -> Counts:
        exact = _at_least(counts)
        steps = rng.geometric(1 - ratio, exact.shape) - rng.geometric(1 - ratio, exact.shape)
        return _published(exact + steps, int(counts[0].sum()))

    return blurred


def _on_levels(ratio: float, rng: np.random.Generator) -> Callable[[Counts], Counts]:
    """Steps on the people at each level that sum to zero."""

    def blurred(counts: Counts) -> Counts:
        free = rng.geometric(1 - ratio, (len(counts) * 12, LEVELS)) - rng.geometric(
            1 - ratio, (len(counts) * 12, LEVELS)
        )
        balanced = np.resize(free[free.sum(1) == 0], counts.shape)
        return _published(_at_least(counts + balanced), int(counts[0].sum()))

    return blurred


def compare(report: Report) -> None:
    """Print the root mean square error of means (levels) and severities by size of group and law."""
    rng = np.random.default_rng(1)
    laws = {
        "no blur, bands only": lambda counts: _published(_at_least(counts), int(counts[0].sum())),
        "thresholds, 1/4: 4 a step, 256 end to end": _on_thresholds(1 / 4, rng),
        "thresholds, 1/2: 2 a step, 16 end to end": _on_thresholds(1 / 2, rng),
        "thresholds, 0.707: 4 end to end": _on_thresholds(0.5**0.5, rng),
        "levels, 1/4: 16": _on_levels(1 / 4, rng),
        f"levels, 1/3: {blur.bound(LEVELS)} (chosen)": _on_levels(blur.ratio(LEVELS), rng),
        "levels, 1/2: 4": _on_levels(1 / 2, rng),
    }
    report.head("Blur: error of mean / severity, by size of the group")
    report.line(" " * 44 + "".join(f"{size:>14}" for size in SIZES))
    for name, law in laws.items():
        errors = [_errors(law, size, rng) for size in SIZES]
        report.line(f"{name:<44}" + "".join(f"{mean:>8.2f}/{severity:.3f}" for mean, severity in errors))


def _errors(law: Callable[[Counts], Counts], size: int, rng: np.random.Generator) -> tuple[float, float]:
    levels = np.arange(LEVELS)
    gaps = np.maximum(0, REQUIRED - levels)
    means, severities = [], []
    for shares in SHARES:
        counts = rng.multinomial(size, shares, DRAWS)
        off = law(counts) - counts
        means.append((off @ levels / size) ** 2)
        severities.append((off @ gaps / (REQUIRED * size)) ** 2)
    return float(np.sqrt(np.mean(means))), float(np.sqrt(np.mean(severities)))
