"""How urgent a need is by its deadline, on the scale of the criterion that asks for it. Pure."""

from datetime import date

from cop.funnel.scoring import Criterion

RISES_FOR = 180
"""Days before the deadline from which on urgency rises."""


def urgency(deadline: date, today: date) -> float:
    """0 until 180 days before the deadline, then rising evenly to 1 on the day itself, and 1 ever after."""
    return min(max(1 - (deadline - today).days / RISES_FOR, 0.0), 1.0)


def on_scale(share: float, criterion: Criterion) -> float:
    """The urgency, from 0 to 1, as a value on the criterion's scale; its end that gives most points is the most urgent."""
    if criterion.cost:
        share = 1 - share
    # kept on the scale also where the product is rounded up
    return min(criterion.low + share * (criterion.high - criterion.low), criterion.high)
