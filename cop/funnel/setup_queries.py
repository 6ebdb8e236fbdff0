"""Reads of the funnel's set-up for those who keep it: criteria and what they were, themes, the radar's parts."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.funnel import setup_rows as rows
from cop.funnel.setup import CriterionInput, ThemeInput, changes
from cop.models import CriteriaVersion, FunnelItem, ItemTheme, Person, Quadrant, Ring, Theme
from cop.permissions import Actor, Permission, require
from cop.query import query


@dataclass(frozen=True)
class Version:
    """The criteria as they were from a moment on; `number` counts versions from 1."""

    id: int
    number: int
    made_at: datetime
    made_by: str
    note: str
    criteria: tuple[CriterionInput, ...]
    changes: tuple[str, ...]
    """What it changed against the one before, in words; nothing for the first."""


@query("funnel", "people")
def criteria_versions(db: DbSession, actor: Actor | None) -> tuple[Version, ...]:
    """Every version of the criteria, the one in force first."""
    require(actor, Permission.FUNNEL_SETUP)
    listed = db.execute(
        sa.select(CriteriaVersion, Person.name)
        .outerjoin(Person, Person.id == CriteriaVersion.made_by_id)
        .order_by(CriteriaVersion.id)
    )
    found: list[Version] = []
    for row, name in listed:
        criteria = rows.criteria_of(db, row.id)
        told = changes(found[-1].criteria, criteria) if found else ()
        found.append(Version(row.id, len(found) + 1, row.made_at, name or "", row.note, criteria, told))
    return tuple(reversed(found))


@dataclass(frozen=True)
class ThemeRow:
    """A strategic theme; `items` are those that serve it, whatever their stage."""

    id: int
    version: int
    said: ThemeInput
    items: int


@query("funnel")
def themes(db: DbSession, actor: Actor | None) -> tuple[ThemeRow, ...]:
    """Every theme, the heaviest first."""
    require(actor, Permission.FUNNEL_SETUP)
    served = sa.select(sa.func.count()).where(ItemTheme.theme_id == Theme.id).scalar_subquery()
    listed = db.execute(sa.select(Theme, served).order_by(Theme.weight.desc(), Theme.name))
    return tuple(
        ThemeRow(
            row.id,
            row.version,
            ThemeInput(row.name, row.weight, row.since_on, row.description, row.until_on),
            items,
        )
        for row, items in listed
    )


@query("funnel")
def held(db: DbSession, actor: Actor | None) -> dict[str, int]:
    """How many items each stage holds, by the stage; without those merged into another."""
    require(actor, Permission.FUNNEL_SETUP)
    counted = (
        sa.select(sa.type_coerce(FunnelItem.stage, sa.String), sa.func.count())
        .where(FunnelItem.merged_into_id.is_(None))
        .group_by(FunnelItem.stage)
    )
    return {stage: count for stage, count in db.execute(counted)}  # noqa: C416 - dict() doesn't take rows


@dataclass(frozen=True)
class RadarPart:
    """A quadrant or a ring; `trends` are the open ones that lie in it today."""

    id: int
    version: int
    name: str
    meaning: str
    active: bool
    trends: int


@query("funnel")
def quadrants(db: DbSession, actor: Actor | None) -> tuple[RadarPart, ...]:
    """The radar's parts in their order, those switched off too."""
    require(actor, Permission.FUNNEL_SETUP)
    trends = rows.trends_in_quadrants(db)
    return tuple(
        RadarPart(row.id, row.version, row.name, "", row.active, trends.get(row.id, 0))
        for row in rows.in_order(db, Quadrant)
    )


@query("funnel")
def rings(db: DbSession, actor: Actor | None) -> tuple[RadarPart, ...]:
    """The rings, the innermost first, those switched off too."""
    require(actor, Permission.FUNNEL_SETUP)
    trends = rows.trends_in_rings(db)
    return tuple(
        RadarPart(row.id, row.version, row.name, row.meaning, row.active, trends.get(row.id, 0))
        for row in rows.in_order(db, Ring)
    )
