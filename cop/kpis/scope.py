"""Whose figures somebody may see, and what they chose of them. Pure."""

from dataclasses import dataclass

from cop.errors import Forbidden
from cop.permissions import Actor, Permission, Role, may, require_somewhere

SMALL_GROUP = 5
"""Figures about fewer people of a unit are withheld: they would speak about single persons."""


@dataclass(frozen=True)
class Selection:
    """What was chosen of what one may see: communities of these areas, these communities, people of this unit.

    Empty means all of them.
    """

    areas: tuple[int, ...] = ()
    communities: tuple[int, ...] = ()
    unit: int | None = None


EVERYTHING = Selection()


@dataclass(frozen=True)
class Reach:
    """The communities whose figures somebody may see; None means all."""

    communities: frozenset[int] | None


def reach(actor: Actor | None, *, selection: Selection | None = None, **_params: object) -> Reach:
    """What the actor may see; Forbidden without KPIs, or for a unit or community that isn't theirs to look at."""
    actor = require_somewhere(actor, Permission.KPI_VIEW)
    seen = Reach(None if may(actor, Permission.KPI_VIEW) else actor.community_ids)
    if selection is not None:
        units = units_of(actor)
        if selection.unit is not None and units is not None and selection.unit not in units:
            raise Forbidden
        if seen.communities is not None and not seen.communities.issuperset(selection.communities):
            raise Forbidden
    return seen


def units_of(actor: Actor) -> frozenset[int] | None:
    """The units by which the actor may look at figures; None means all.

    A manager: those granted and what is below. Facilitators, in their own communities, know everybody's name anyway.
    """
    if Role.MANAGER in actor.roles and Role.ADMIN not in actor.roles:
        return actor.unit_ids
    return None
