"""What people say of a funnel item. Pure."""

from dataclasses import dataclass
from datetime import date

MOST_PEOPLE = 1_000_000
"""As many as an item may affect."""


@dataclass(frozen=True)
class ItemInput:
    """An item as typed: what it is, whom it concerns, and the objective by which it is judged later."""

    title: str
    description: str = ""
    area_id: int | None = None
    unit_ids: tuple[int, ...] = ()
    horizon: str | None = None
    client: str = ""
    deadline: date | None = None
    headcount: int | None = None
    unique_knowledge: bool = False
    quadrant_id: int | None = None
    theme_ids: tuple[int, ...] = ()
    owner_id: int | None = None
    objective: str = ""
    indicator: str = ""
    baseline: float | None = None
    target: float | None = None
    judged_on: date | None = None


@dataclass(frozen=True)
class EvidenceInput:
    """Where it was read or heard, and of which day that is."""

    kind: str
    title: str
    url: str = ""
    dated_on: date | None = None


def mark_field(criterion_id: int) -> str:
    """The form's field for the mark on a criterion."""
    return f"mark_{criterion_id}"
