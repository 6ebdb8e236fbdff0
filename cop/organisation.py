"""The organisation as everything else needs it: its name, its time zone, its tree of units."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import models
from cop.models import OrgUnit


@dataclass(frozen=True)
class Organisation:
    """What the organisation calls itself, and the IANA time zone in which its days are computed."""

    name: str = "Communities of Practice"
    time_zone: str = "UTC"


_ORGANISATION = sa.select(models.Organisation.name, models.Organisation.time_zone)


def organisation(db: DbSession) -> Organisation:
    """The organisation; the defaults before it is set up."""
    row = db.execute(_ORGANISATION).one_or_none()
    return Organisation(row.name, row.time_zone) if row else Organisation()


def time_zone(db: DbSession) -> str:
    """The organisation's time zone alone."""
    return organisation(db).time_zone


def units_below(db: DbSession, unit_ids: Iterable[int]) -> list[int]:
    """The units and everything below them in the tree; UNION (not ALL), so that a ring would end."""
    tree = sa.select(OrgUnit.id).where(OrgUnit.id.in_(list(unit_ids))).cte("tree", recursive=True)
    tree = tree.union(sa.select(OrgUnit.id).join(tree, OrgUnit.parent_id == tree.c.id))
    return sorted(db.scalars(sa.select(tree.c.id)))
