"""The organisation as everything else needs it: its name, its time zone, its tree of units."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.models import Organisation, OrgUnit

UNNAMED = "Communities of Practice"


def time_zone(db: DbSession) -> str:
    """The IANA time zone in which days are computed; UTC before the organisation is set up."""
    return db.scalar(sa.select(Organisation.time_zone)) or "UTC"


def name(db: DbSession) -> str:
    """What the organisation calls itself; UNNAMED before it is set up."""
    return db.scalar(sa.select(Organisation.name)) or UNNAMED


def units_below(db: DbSession, unit_ids: Iterable[int]) -> list[int]:
    """The units and everything below them in the tree; UNION (not ALL), so that a ring would end."""
    tree = sa.select(OrgUnit.id).where(OrgUnit.id.in_(list(unit_ids))).cte("tree", recursive=True)
    tree = tree.union(sa.select(OrgUnit.id).join(tree, OrgUnit.parent_id == tree.c.id))
    return sorted(db.scalars(sa.select(tree.c.id)))
