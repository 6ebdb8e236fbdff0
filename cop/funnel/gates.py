"""What an item must have before it goes on to a stage. Pure."""

from dataclasses import dataclass
from datetime import date

from cop.choices import Channel, FunnelStage, Horizon, Outcome

WAY = (
    FunnelStage.INBOX,
    FunnelStage.QUALIFIED,
    FunnelStage.PRIORITISED,
    FunnelStage.IN_PROGRESS,
    FunnelStage.DELIVERED,
    FunnelStage.EVALUATED,
)
"""The stages in the order of an item's way."""
ASIDE = (FunnelStage.PARKED, FunnelStage.REJECTED)
"""Where an item leaves its way, with a reason, and can come back from."""
JUDGED = (FunnelStage.PRIORITISED, FunnelStage.IN_PROGRESS, FunnelStage.DELIVERED, FunnelStage.EVALUATED)
"""Where an item has been decided on: assessors no longer score blindly."""

CLOSED = frozenset({FunnelStage.REJECTED, FunnelStage.EVALUATED})
"""Where nothing is decided on an item any more, so that nobody votes for it."""


@dataclass(frozen=True)
class Readiness:
    """What of an item the gates look at."""

    channel: Channel
    description: str
    owned: bool
    units: int
    horizon: Horizon | None
    client: str
    deadline: date | None
    quadrant: bool
    rings: int
    objective: str
    indicator: str
    target: float | None
    judged_on: date | None
    assessors: int
    """People who have marked it on every criterion."""
    communities: int
    outcome: Outcome | None


def missing(item: Readiness, stage: FunnelStage) -> tuple[str, ...]:
    """What the item still needs to enter the stage, as parts of a sentence; nothing for stages beside the way."""
    if stage in ASIDE:
        return ()
    gates = {
        FunnelStage.QUALIFIED: _qualified,
        FunnelStage.PRIORITISED: _prioritised,
        FunnelStage.DELIVERED: _delivered,
        FunnelStage.EVALUATED: _evaluated,
    }
    passed = WAY[: WAY.index(stage) + 1]
    return tuple(need for gate in passed if gate in gates for need in gates[gate](item))


def goes_back(before: FunnelStage, after: FunnelStage) -> bool:
    """Whether a move needs a reason: it leads back or off the way."""
    if after in ASIDE:
        return True
    return before in WAY and WAY.index(after) < WAY.index(before)


def in_a_sentence(stage: FunnelStage) -> str:
    """The stage as a word inside a sentence."""
    return stage.value.replace("_", " ")


def _named(needs: dict[str, bool]) -> list[str]:
    return [name for name, there in needs.items() if not there]


def _qualified(item: Readiness) -> list[str]:
    needs = {"a description": bool(item.description), "an owner": item.owned}
    if item.channel is Channel.TREND:
        needs |= {"a quadrant": item.quadrant, "a ring with its source": item.rings > 0}
    else:
        needs["a unit that it concerns"] = item.units > 0
    if item.channel is Channel.NEED:
        needs["a horizon"] = item.horizon is not None
    if item.horizon is Horizon.SHORT_TERM:
        needs |= {"the client": bool(item.client), "the deadline": item.deadline is not None}
    return _named(needs)


def _prioritised(item: Readiness) -> list[str]:
    return _named(
        {
            "an objective": bool(item.objective),
            "a success indicator": bool(item.indicator),
            "a target": item.target is not None,
            "the day on which it is judged": item.judged_on is not None,
            "a score by at least one assessor": item.assessors > 0,
        }
    )


def _delivered(item: Readiness) -> list[str]:
    return _named({"a community that works on it": item.communities > 0})


def _evaluated(item: Readiness) -> list[str]:
    return _named({"the outcome": item.outcome is not None})
