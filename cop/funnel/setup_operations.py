"""Writes on the funnel's set-up: criteria and weights, strategic themes, limits, the radar's quadrants and rings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.catalog.checks import same_version
from cop.choices import Channel, CriterionSource, FunnelStage
from cop.db import wait_for
from cop.errors import Conflict, Invalid, NotFound
from cop.funnel import setup_rows as rows
from cop.funnel.readiness import current_version
from cop.funnel.setup import CriterionInput, LimitInput, ThemeInput, limit_kinds
from cop.models import (
    CriteriaVersion,
    Criterion,
    CriterionWeight,
    FunnelLimit,
    Person,
    Quadrant,
    Ring,
    Theme,
)
from cop.permissions import Actor, Permission, require
from cop.validation import Checks

_CRITERIA, _RADAR, _LIMITS = "funnel criteria", "funnel radar", "funnel limits"
_MOST_ITEMS = 10_000


def save_criteria(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    base_id: int,
    note: str,
    criteria: tuple[CriterionInput, ...],
) -> int:
    """Let these criteria follow version `base_id`, which stays as it was; returns the id of the version in force.

    Criteria that stay the same in everything make no version. Raises Conflict with the criteria in force, under
    `criteria`, when another version followed `base_id` already; Invalid with fields such as `name_0`.
    """
    actor = require(actor, Permission.FUNNEL_SETUP)
    wait_for(db, _CRITERIA)
    _still_in_force(db, base_id)
    checks = Checks()
    why = checks.text("note", "The reason", rows.one_line(note), limit=300, required=True)
    wanted = rows.checked_criteria(db, checks, criteria)
    checks.done()
    before = rows.criteria_of(db, base_id)
    if wanted == before:
        return base_id
    version = CriteriaVersion(made_at=now, made_by_id=actor.person_id or None, note=why)
    db.add(version)
    db.flush()
    for place, criterion in enumerate(wanted, 1):
        _add_weight(db, version.id, place, criterion)
    after = rows.criteria_of(db, version.id)
    _record(
        db,
        actor,
        now,
        "save_criteria",
        "criteria_version",
        version.id,
        before={"criteria": [_plain(criterion) for criterion in before]},
        after={"note": why, "criteria": [_plain(criterion) for criterion in after]},
    )
    return version.id


def _still_in_force(db: DbSession, base_id: int) -> None:
    current = current_version(db)
    if current is None or current == base_id:
        return
    row = db.get_one(CriteriaVersion, current)
    maker = db.get(Person, row.made_by_id) if row.made_by_id is not None else None
    now = {"version": current, "criteria": rows.criteria_of(db, current)}
    raise Conflict(now, maker.name if maker else "", row.made_at.isoformat())


def _add_weight(db: DbSession, version_id: int, place: int, said: CriterionInput) -> None:
    key = said.criterion_id
    if key is None:
        made = Criterion(source=CriterionSource(said.source), low=said.low, high=said.high, cost=said.cost)
        db.add(made)
        db.flush()
        key = made.id
    db.add(
        CriterionWeight(
            version_id=version_id,
            criterion_id=key,
            name=said.name,
            meaning=said.meaning,
            weight=said.weight,
            anchors={str(mark): text for mark, text in said.anchors},
            place=place,
        )
    )
    db.flush()


def _plain(criterion: CriterionInput) -> dict[str, Any]:
    return {**vars(criterion), "anchors": {str(mark): text for mark, text in criterion.anchors}}


def add_theme(db: DbSession, actor: Actor | None, *, now: datetime, theme: ThemeInput) -> int:
    """Add what the organisation's strategy is after; themes may overlap in time."""
    actor = require(actor, Permission.FUNNEL_SETUP)
    row = Theme(**rows.theme_values(db, theme))
    db.add(row)
    return _added(db, actor, now, "add_theme", row)


def edit_theme(
    db: DbSession, actor: Actor | None, *, now: datetime, theme_id: int, version: int, theme: ThemeInput
) -> int:
    """Change a theme, its weight or its days; a last day ends it, and items keep that they served it."""
    actor = require(actor, Permission.FUNNEL_SETUP)
    row = _current(db, Theme, theme_id, version)
    return _edited(db, actor, now, "edit_theme", row, rows.theme_values(db, theme, theme_id=theme_id))


def set_limits(db: DbSession, actor: Actor | None, *, now: datetime, limits: tuple[LimitInput, ...]) -> None:
    """Set, change and take away limits; Conflict when somebody else changed one of them since it was read."""
    actor = require(actor, Permission.FUNNEL_SETUP)
    wait_for(db, _LIMITS)
    checks = Checks()
    for limit in limits:
        checks.one_of("", "A limit", limit.of, limit_kinds())
        if limit.most is not None and not 0 < limit.most <= _MOST_ITEMS:
            checks.fail(limit.of, f"A limit lies between 1 and {_MOST_ITEMS:,}. Leave it empty for none.")
    checks.done()
    there = {str(row.stage or row.channel): row for row in db.scalars(sa.select(FunnelLimit))}
    now_there = {limit.of: there[limit.of].most if limit.of in there else None for limit in limits}
    if any(limit.was != now_there[limit.of] and limit.most != now_there[limit.of] for limit in limits):
        raise Conflict({**now_there, "version": 0})
    for limit in limits:
        _set_limit(db, actor, now, limit, there.get(limit.of))


def _set_limit(db: DbSession, actor: Actor, now: datetime, limit: LimitInput, row: FunnelLimit | None) -> None:
    if limit.most is None and row is not None:
        before, key = audit.values(row), row.id
        db.delete(row)
        db.flush()
        _record(db, actor, now, "set_limits", "funnel_limit", key, before=before)
    elif limit.most is not None and row is None:
        stage = FunnelStage(limit.of) if limit.of in set(FunnelStage) else None
        row = FunnelLimit(stage=stage, channel=None if stage else Channel(limit.of), most=limit.most)
        db.add(row)
        _added(db, actor, now, "set_limits", row)
    elif limit.most is not None and row is not None:
        _edited(db, actor, now, "set_limits", row, {"most": limit.most})


def add_quadrant(db: DbSession, actor: Actor | None, *, now: datetime, name: str) -> int:
    """Add a part to the radar, as the last one."""
    actor = require(actor, Permission.FUNNEL_SETUP)
    wait_for(db, _RADAR)
    row = Quadrant(name=_name(db, Quadrant, name), place=_last_place(db, Quadrant))
    db.add(row)
    return _added(db, actor, now, "add_quadrant", row)


def edit_quadrant(
    db: DbSession, actor: Actor | None, *, now: datetime, quadrant_id: int, version: int, name: str, active: bool
) -> int:
    """Rename a part of the radar, switch it off or on again; off only once no open trend lies in it."""
    actor = require(actor, Permission.FUNNEL_SETUP)
    wait_for(db, _RADAR)
    row = _current(db, Quadrant, quadrant_id, version)
    values = {"name": _name(db, Quadrant, name, quadrant_id), "active": active}
    if row.active and not active:
        _can_be_switched_off(db, Quadrant, row.name, rows.trends_in_quadrants(db).get(quadrant_id, 0))
    return _edited(db, actor, now, "edit_quadrant", row, values)


def order_quadrants(db: DbSession, actor: Actor | None, *, now: datetime, quadrant_ids: tuple[int, ...]) -> None:
    """Put the radar's parts in this order."""
    actor = require(actor, Permission.FUNNEL_SETUP)
    _order(db, actor, now, "order_quadrants", Quadrant, quadrant_ids)


def add_ring(db: DbSession, actor: Actor | None, *, now: datetime, name: str, meaning: str = "") -> int:
    """Add a ring to the radar, as the outermost one."""
    actor = require(actor, Permission.FUNNEL_SETUP)
    wait_for(db, _RADAR)
    values = _ring_values(db, name, meaning)
    row = Ring(place=_last_place(db, Ring), **values)
    db.add(row)
    return _added(db, actor, now, "add_ring", row)


def edit_ring(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    ring_id: int,
    version: int,
    name: str,
    active: bool,
    meaning: str = "",
) -> int:
    """Rename or explain a ring, switch it off or on again; off only once no open trend lies in it."""
    actor = require(actor, Permission.FUNNEL_SETUP)
    wait_for(db, _RADAR)
    row = _current(db, Ring, ring_id, version)
    values = _ring_values(db, name, meaning, ring_id) | {"active": active}
    if row.active and not active:
        _can_be_switched_off(db, Ring, row.name, rows.trends_in_rings(db).get(ring_id, 0))
    return _edited(db, actor, now, "edit_ring", row, values)


def order_rings(db: DbSession, actor: Actor | None, *, now: datetime, ring_ids: tuple[int, ...]) -> None:
    """Put the rings in this order, the innermost first."""
    actor = require(actor, Permission.FUNNEL_SETUP)
    _order(db, actor, now, "order_rings", Ring, ring_ids)


def _ring_values(db: DbSession, name: str, meaning: str, ring_id: int | None = None) -> dict[str, Any]:
    checks = Checks()
    values = {
        "name": rows.unique_name(db, checks, Ring, name, limit=60, row_id=ring_id),
        "meaning": checks.text("meaning", "The meaning", meaning, limit=300),
    }
    checks.done()
    return values


def _name(db: DbSession, table: type[Quadrant], name: str, row_id: int | None = None) -> str:
    checks = Checks()
    found = rows.unique_name(db, checks, table, name, limit=60, row_id=row_id)
    checks.done()
    return found


def _can_be_switched_off(db: DbSession, table: type[Quadrant] | type[Ring], name: str, trends: int) -> None:
    if trends:
        many = "1 open trend lies" if trends == 1 else f"{trends:,} open trends lie"
        raise Invalid({"active": f"{many} in {name}. Move what lies there elsewhere first."})
    if sum(row.active for row in rows.in_order(db, table)) == 1:
        raise Invalid({"active": "The radar needs at least one of them."})


def _last_place(db: DbSession, table: type[Quadrant] | type[Ring]) -> int:
    return (db.scalar(sa.select(sa.func.max(table.place))) or 0) + 1


def _order(
    db: DbSession,
    actor: Actor,
    now: datetime,
    operation: str,
    table: type[Quadrant] | type[Ring],
    wanted: Sequence[int],
) -> None:
    """Number them anew; what was added meanwhile, or is named twice, makes it another list than the one that was seen."""
    wait_for(db, _RADAR)
    there = {row.id: row for row in rows.in_order(db, table)}
    if sorted(wanted) != sorted(there):
        raise Invalid({"": "The list has changed meanwhile. Look at it as it is now, then repeat."})
    if list(wanted) == list(there):
        return
    for place, key in enumerate(wanted, 1):
        if there[key].place != place:
            there[key].place = place
    db.flush()
    before, after = ([there[key].name for key in keys] for keys in (there, wanted))
    _record(db, actor, now, operation, table.__tablename__, None, before={"order": before}, after={"order": after})


def _current(db: DbSession, table: Any, key: int, version: int) -> Any:
    row = db.get(table, key)
    if row is None:
        raise NotFound
    same_version(db, row, version, current=lambda: {column: getattr(row, column) for column in audit.values(row)})
    return row


def _added(db: DbSession, actor: Actor, now: datetime, operation: str, row: Any) -> int:
    db.flush()
    _record(db, actor, now, operation, row.__tablename__, row.id, after=audit.values(row))
    key: int = row.id
    return key


def _edited(db: DbSession, actor: Actor, now: datetime, operation: str, row: Any, values: dict[str, Any]) -> int:
    before = audit.values(row)
    for name, value in values.items():
        setattr(row, name, value)
    db.flush()
    if audit.values(row) != before:
        _record(db, actor, now, operation, row.__tablename__, row.id, before=before, after=audit.values(row))
    key: int = row.id
    return key


def _record(
    db: DbSession, actor: Actor, now: datetime, operation: str, object_type: str, object_id: int | None, **values: Any
) -> None:
    audit.record(
        db,
        actor,
        now=now,
        operation=f"funnel.{operation}",
        topics=("funnel",),
        object_type=object_type,
        object_id=object_id,
        **values,
    )
