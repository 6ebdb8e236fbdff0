"""How far an objective is. Pure."""


def progress(baseline: float | None, current: float | None, target: float | None) -> float | None:
    """(current - baseline) / (target - baseline), not clamped (docs/metrics.md); None where a figure is missing."""
    if baseline is None or current is None or target is None or target == baseline:
        return None
    return (current - baseline) / (target - baseline)
