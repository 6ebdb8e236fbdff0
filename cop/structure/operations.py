"""Writes on the organisation's structure: units, job roles, areas, its name and time zone."""

from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm.attributes import flag_modified

from cop import audit, facts
from cop.catalog.checks import same_version
from cop.db import wait_for
from cop.errors import Invalid, NotFound
from cop.models import (
    Area,
    Community,
    CommunitySession,
    Contribution,
    ExternalKey,
    FunnelItem,
    GroupRole,
    ItemUnit,
    JobRole,
    Organisation,
    OrgUnit,
    Person,
    RoleGrant,
    RoleRequirement,
    Skill,
    UnitMeeting,
    UnitRequirement,
)
from cop.organisation import units_below
from cop.periods import local_day
from cop.permissions import Actor, Permission, require
from cop.structure import checks as checked
from cop.structure.words import in_words
from cop.validation import Checks

_TREE = "org_unit tree"
_SLICE = 5_000


def add_unit(db: DbSession, actor: Actor | None, *, now: datetime, name: str, parent_id: int | None) -> int:
    """Add a unit below another, or at the top; returns its id."""
    actor = require(actor, Permission.ORGANISATION_EDIT)
    wait_for(db, _TREE)
    checks = Checks()
    values = checked.unit_values(db, checks, name=name, parent_id=parent_id)
    checks.done()
    return _add(db, actor, now, "add_unit", OrgUnit(**values), topics=("organisation",))


def edit_unit(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    unit_id: int,
    version: int,
    name: str,
    parent_id: int | None,
) -> int:
    """Rename a unit or move it, with everything below it, below another one, never below itself.

    A unit's figures and a manager's scope read the tree as it is, so nothing has to be counted again.
    """
    actor = require(actor, Permission.ORGANISATION_EDIT)
    wait_for(db, _TREE)
    row = _find(db, OrgUnit, unit_id)
    _same(db, row, version)
    checks = Checks()
    values = checked.unit_values(db, checks, name=name, parent_id=parent_id, unit_id=unit_id)
    checks.done()
    return _edit(db, actor, now, "edit_unit", row, values, topics=("organisation", "catalog", "people"))


def merge_unit(
    db: DbSession, actor: Actor | None, *, now: datetime, unit_id: int, version: int, into_id: int | None
) -> int:
    """Move everything of a unit into another and delete it; returns the other's id.

    People, communities, units below it, meetings with it, what it needs and keys of other systems move; what it needs
    of skills too, as far as the other unit says nothing of them. Manager roles for it end: they must not come to cover
    the other unit's people unasked.
    """
    actor = require(actor, Permission.ORGANISATION_EDIT)
    wait_for(db, _TREE)
    row = _find(db, OrgUnit, unit_id)
    _same(db, row, version)
    _check_merge(db, row, into_id)
    target = _find(db, OrgUnit, into_id)
    before = audit.values(row)
    facts.touch_unit(db, row.id)
    before |= {
        "people": _repoint(db, Person, Person.org_unit_id, row.id, target.id),
        "communities": _repoint(db, Community, Community.org_unit_id, row.id, target.id),
        "units": _repoint(db, OrgUnit, OrgUnit.parent_id, row.id, target.id),
        "external_keys": _repoint(db, ExternalKey, ExternalKey.org_unit_id, row.id, target.id),
        "unit_meetings": _repoint(db, UnitMeeting, UnitMeeting.org_unit_id, row.id, target.id),
        "funnel_items": _repoint_items(db, row.id, target.id),
    }
    for grant in db.scalars(sa.select(RoleGrant).where(RoleGrant.org_unit_id == row.id)).all():
        _end_grant(db, actor, now, grant)
    before["group_roles"] = _end_group_roles(db, row.id)
    before["required_skills"] = _move_requirements(db, row.id, target.id)
    facts.refresh_dirty(db)  # before the unit goes: its figures refer to it
    db.delete(row)
    db.flush()
    _record(db, actor, now, "merge_unit", row, before=before, after={"into_id": target.id}, topics=_EVERYWHERE)
    return target.id


_EVERYWHERE = (
    "organisation", "people", "catalog", "memberships", "sessions", "accounts", "funnel", "meetings", "skills",
)  # fmt: skip


def _check_merge(db: DbSession, row: OrgUnit, into_id: int | None) -> None:
    target = db.get(OrgUnit, into_id) if into_id is not None else None
    if target is None or target.id == row.id:
        raise Invalid({"into_id": "Choose another unit."})
    if target.id in units_below(db, [row.id]):
        raise Invalid({"into_id": f"{target.name} lies below {row.name}. Move it elsewhere first."})
    there = checked.names_below(db, target.id)
    twice = [name for name in checked.names_below(db, row.id) if checked.taken(name, there)]
    if twice:
        raise Invalid({"into_id": f"Both hold a unit called {', '.join(sorted(twice))}. Rename or merge it first."})


def _repoint(db: DbSession, table: Any, column: Any, old: int, new: int) -> list[int]:
    """Let all rows refer to the new unit; returns their ids."""
    ids = list(db.scalars(sa.select(table.id).where(column == old).order_by(table.id)))
    values: dict[str, Any] = {column.key: new}
    if hasattr(table, "version"):
        values["version"] = table.version + 1
    db.execute(sa.update(table).where(column == old).values(values), execution_options={"synchronize_session": False})
    db.expire_all()
    return ids


def _repoint_items(db: DbSession, old: int, new: int) -> list[int]:
    """Let what concerns the old unit concern the new one, once where it concerned both; returns the items' ids."""
    ids = list(db.scalars(sa.select(ItemUnit.item_id).where(ItemUnit.org_unit_id == old).order_by(ItemUnit.item_id)))
    both = set(db.scalars(sa.select(ItemUnit.item_id).where(ItemUnit.org_unit_id == new)))
    for link in db.scalars(sa.select(ItemUnit).where(ItemUnit.org_unit_id == old)).all():
        if link.item_id in both:
            db.delete(link)
        else:
            link.org_unit_id = new
    for item in db.scalars(sa.select(FunnelItem).where(FunnelItem.id.in_(ids))):
        flag_modified(item, "title")  # whoever edits it meets its new version
    db.flush()
    return ids


def _end_grant(db: DbSession, actor: Actor, now: datetime, grant: RoleGrant) -> None:
    before = audit.values(grant)
    db.delete(grant)
    audit.record(
        db,
        actor,
        now=now,
        operation="structure.end_manager_role",
        topics=("accounts",),
        object_type="account",
        object_id=grant.account_id,
        before=before,
    )


def _end_group_roles(db: DbSession, unit_id: int) -> list[str]:
    """No group gives a role for a unit that goes; returns the groups' names."""
    rows = db.scalars(sa.select(GroupRole).where(GroupRole.org_unit_id == unit_id).order_by(GroupRole.id)).all()
    for row in rows:
        db.delete(row)
    db.flush()
    return [row.group_name for row in rows]


def _move_requirements(db: DbSession, unit_id: int, into_id: int) -> int:
    """Of a skill that both units say something of, the other unit's history counts; returns how many rows moved."""
    known = sa.select(UnitRequirement.skill_id).where(UnitRequirement.org_unit_id == into_id)
    twice = sa.delete(UnitRequirement).where(
        UnitRequirement.org_unit_id == unit_id, UnitRequirement.skill_id.in_(known)
    )
    db.execute(twice, execution_options={"synchronize_session": False})
    return len(_repoint(db, UnitRequirement, UnitRequirement.org_unit_id, unit_id, into_id))


def delete_unit(db: DbSession, actor: Actor | None, *, now: datetime, unit_id: int, version: int) -> None:
    """Delete a unit on which nothing hangs; otherwise Invalid says what does."""
    actor = require(actor, Permission.ORGANISATION_EDIT)
    wait_for(db, _TREE)
    row = _find(db, OrgUnit, unit_id)
    _same(db, row, version)
    hangs = in_words(
        {
            "person": _count(db, Person, Person.org_unit_id == unit_id),
            "community": _count(db, Community, Community.org_unit_id == unit_id),
            "unit below it": _count(db, OrgUnit, OrgUnit.parent_id == unit_id),
            "manager": _count(db, RoleGrant, RoleGrant.org_unit_id == unit_id),
            "group's role": _count(db, GroupRole, GroupRole.org_unit_id == unit_id),
            "funnel item": _count(db, ItemUnit, ItemUnit.org_unit_id == unit_id),
            "meeting": _count(db, UnitMeeting, UnitMeeting.org_unit_id == unit_id),
            "required skill": _count(db, UnitRequirement, UnitRequirement.org_unit_id == unit_id),
        }
    )
    if hangs:
        raise Invalid({"": f"{row.name} still has {hangs}. Merge it into another unit, or move them first."})
    facts.touch_unit(db, row.id)
    facts.refresh_dirty(db)
    _delete(db, actor, now, "delete_unit", row, topics=("organisation",))


def add_job_role(db: DbSession, actor: Actor | None, *, now: datetime, name: str) -> int:
    """Add a job role; returns its id."""
    actor = require(actor, Permission.ORGANISATION_EDIT)
    row = JobRole(name=_list_name(db, JobRole, name))
    return _add(db, actor, now, "add_job_role", row, topics=("organisation",))


def edit_job_role(
    db: DbSession, actor: Actor | None, *, now: datetime, job_role_id: int, version: int, name: str, active: bool
) -> int:
    """Rename a job role, switch it off or on again."""
    actor = require(actor, Permission.ORGANISATION_EDIT)
    row = _find(db, JobRole, job_role_id)
    _same(db, row, version)
    values = {"name": _list_name(db, JobRole, name, row.id), "active": active}
    return _edit(db, actor, now, "edit_job_role", row, values, topics=("organisation",))


def delete_job_role(db: DbSession, actor: Actor | None, *, now: datetime, job_role_id: int, version: int) -> None:
    """Delete a job role that nobody has and that requires no skill; otherwise Invalid says how many there are."""
    actor = require(actor, Permission.ORGANISATION_EDIT)
    row = _find(db, JobRole, job_role_id)
    _same(db, row, version)
    _refuse_used(
        row.name,
        {
            "person": _count(db, Person, Person.job_role_id == row.id),
            "required skill": _count(db, RoleRequirement, RoleRequirement.job_role_id == row.id),
        },
    )
    _delete(db, actor, now, "delete_job_role", row, topics=("organisation",))


def add_area(db: DbSession, actor: Actor | None, *, now: datetime, name: str) -> int:
    """Add an area; returns its id."""
    actor = require(actor, Permission.ORGANISATION_EDIT)
    row = Area(name=_list_name(db, Area, name))
    return _add(db, actor, now, "add_area", row, topics=_AREAS)


def edit_area(
    db: DbSession, actor: Actor | None, *, now: datetime, area_id: int, version: int, name: str, active: bool
) -> int:
    """Rename an area, switch it off or on again; its communities and funnel items stay in it."""
    actor = require(actor, Permission.ORGANISATION_EDIT)
    row = _find(db, Area, area_id)
    _same(db, row, version)
    values = {"name": _list_name(db, Area, name, row.id), "active": active}
    return _edit(db, actor, now, "edit_area", row, values, topics=_AREAS)


def delete_area(db: DbSession, actor: Actor | None, *, now: datetime, area_id: int, version: int) -> None:
    """Delete an area without communities, funnel items and skills; otherwise Invalid says how many there are."""
    actor = require(actor, Permission.ORGANISATION_EDIT)
    row = _find(db, Area, area_id)
    _same(db, row, version)
    used = {
        "community": _count(db, Community, Community.area_id == row.id),
        "funnel item": _count(db, FunnelItem, FunnelItem.area_id == row.id),
        "skill": _count(db, Skill, Skill.area_id == row.id),
    }
    _refuse_used(row.name, used)
    _delete(db, actor, now, "delete_area", row, topics=_AREAS)


_AREAS = ("organisation", "catalog", "skills")


def edit_organisation(
    db: DbSession, actor: Actor | None, *, now: datetime, version: int, name: str, time_zone: str
) -> int:
    """Change the organisation's name or time zone; returns how many sessions fall on another day now.

    In another zone a session near midnight belongs to another day, perhaps another month: the days of all sessions,
    those of what they brought, and every figure are counted again.
    """
    actor = require(actor, Permission.ORGANISATION_EDIT)
    row = _find(db, Organisation, 1)
    _same(db, row, version)
    checks = Checks()
    values = {
        "name": checks.text("name", "The name", checked.one_line(name), limit=120, required=True),
        "time_zone": checks.time_zone("time_zone", time_zone),
    }
    checks.done()
    moved = 0
    if values == {"name": row.name, "time_zone": row.time_zone}:
        return moved
    topics: tuple[str, ...] = ("organisation",)
    if row.time_zone != values["time_zone"]:
        moved = _days_again(db, values["time_zone"])
        facts.touch_everything(db)
        topics = ("organisation", "sessions", "memberships", "catalog")
    before = audit.values(row)
    row.name, row.time_zone = values["name"], values["time_zone"]
    db.flush()
    after = audit.values(row) | ({"sessions_on_another_day": moved} if moved else {})
    _record(db, actor, now, "edit_organisation", row, before=before, after=after, topics=topics)
    return moved


def _days_again(db: DbSession, zone: str) -> int:
    """Give every session its day in the zone, and what came of it the same; returns how many days changed."""
    rows = sa.select(CommunitySession.id, CommunitySession.starts_at, CommunitySession.day)
    moved = [
        {"key": key, "old": day, "new": local_day(starts_at, zone)}
        for key, starts_at, day in db.execute(rows.execution_options(yield_per=_SLICE))
        if local_day(starts_at, zone) != day
    ]
    if not moved:
        return 0
    sessions: Any = CommunitySession.__table__
    gifts: Any = Contribution.__table__
    key: Any = sa.bindparam("key")
    old: Any = sa.bindparam("old")
    new: Any = sa.bindparam("new")
    connection = db.connection()
    connection.execute(  # whoever is amending one of them meets its new version
        sa.update(sessions).where(sessions.c.id == key).values(day=new, version=sessions.c.version + 1), moved
    )
    connection.execute(
        sa.update(gifts)
        .where(gifts.c.session_id == key, gifts.c.day == old)
        .values(day=new, version=gifts.c.version + 1),
        moved,
    )
    db.expire_all()
    return len(moved)


T = TypeVar("T")
Structure = OrgUnit | JobRole | Area | Organisation


def _find(db: DbSession, table: type[T], key: int | None) -> T:
    """The row, held until the end of the transaction, so that nothing comes to refer to it meanwhile."""
    row = db.get(table, key, with_for_update=True) if key is not None else None
    if row is None:
        raise NotFound
    return row


def _same(db: DbSession, row: Structure, version: int) -> None:
    same_version(db, row, version, current=lambda: audit.values(row))


def _count(db: DbSession, table: Any, *where: Any) -> int:
    return db.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0


def _list_name(db: DbSession, table: type[JobRole] | type[Area], name: str, row_id: int | None = None) -> str:
    checks = Checks()
    column: Any = table.__table__.c.name
    name = checked.list_name(db, checks, table, name, limit=column.type.length, row_id=row_id)
    checks.done()
    return name


def _refuse_used(name: str, used: dict[str, int]) -> None:
    words = in_words(used)
    if words:
        raise Invalid({"": f"{name} still has {words}. Switch it off: then it is offered no more, and they keep it."})


def _add(
    db: DbSession, actor: Actor, now: datetime, operation: str, row: OrgUnit | JobRole | Area, topics: tuple[str, ...]
) -> int:
    db.add(row)
    db.flush()
    _record(db, actor, now, operation, row, before=None, after=audit.values(row), topics=topics)
    return row.id


def _edit(
    db: DbSession,
    actor: Actor,
    now: datetime,
    operation: str,
    row: OrgUnit | JobRole | Area,
    values: dict[str, Any],
    topics: tuple[str, ...],
) -> int:
    before = audit.values(row)
    for name, value in values.items():
        setattr(row, name, value)
    db.flush()
    if audit.values(row) != before:
        _record(db, actor, now, operation, row, before=before, after=audit.values(row), topics=topics)
    return row.id


def _delete(
    db: DbSession, actor: Actor, now: datetime, operation: str, row: OrgUnit | JobRole | Area, topics: tuple[str, ...]
) -> None:
    before = audit.values(row)
    db.delete(row)
    db.flush()
    _record(db, actor, now, operation, row, before=before, after=None, topics=topics)


def _record(
    db: DbSession,
    actor: Actor,
    now: datetime,
    operation: str,
    row: Structure,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    topics: tuple[str, ...],
) -> None:
    audit.record(
        db,
        actor,
        now=now,
        operation=f"structure.{operation}",
        topics=topics,
        object_type=row.__tablename__,
        object_id=row.id,
        before=before,
        after=after,
    )
