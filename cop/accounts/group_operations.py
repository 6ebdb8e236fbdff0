"""Which groups of the identity provider give which role."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.accounts.group_roles import end_grants_of
from cop.choices import GrantedRole
from cop.errors import NotFound
from cop.models import GroupRole, OrgUnit
from cop.permissions import Actor, Permission, require
from cop.validation import Checks


def add_group_role(
    db: DbSession, actor: Actor | None, *, now: datetime, group: str, role: str, org_unit_id: int | None = None
) -> int:
    """Let a group give a role from its members' next sign-in on; returns the row's id."""
    actor = require(actor, Permission.ACCOUNT_MANAGE)
    checks = Checks()
    name = checks.text("group", "The group", group, limit=255, required=True)
    given = GrantedRole(checks.one_of("role", "The role", role, [item.value for item in GrantedRole]))
    if given is GrantedRole.MANAGER and org_unit_id is None:
        checks.fail("org_unit_id", "Choose the unit whose figures this group sees.")
    checks.done()
    if given is GrantedRole.ADMIN:
        org_unit_id = None
    elif db.get(OrgUnit, org_unit_id) is None:
        raise NotFound
    if db.scalar(sa.select(GroupRole.id).where(GroupRole.group_name == name, *_gives(given, org_unit_id))):
        checks.fail("group", "This group gives the role already.")
    checks.done()
    row = GroupRole(group_name=name, role=given, org_unit_id=org_unit_id)
    db.add(row)
    db.flush()
    _record(db, actor, now, "add_group_role", row.id, after=audit.values(row))
    return row.id


def remove_group_role(db: DbSession, actor: Actor | None, *, now: datetime, group_role_id: int) -> None:
    """Let a group give a role no more: whoever has it by a group only, and by no other one, loses it at once."""
    actor = require(actor, Permission.ACCOUNT_MANAGE)
    row = db.get(GroupRole, group_role_id)
    if row is None:
        raise NotFound
    before = audit.values(row)
    role, unit_id = row.role, row.org_unit_id
    db.delete(row)
    db.flush()
    others = db.scalar(sa.select(GroupRole.id).where(*_gives(role, unit_id)).limit(1))
    lost = [] if others is not None else end_grants_of(db, role, unit_id)
    _record(db, actor, now, "remove_group_role", group_role_id, before=before | {"account_ids": lost})


def _gives(role: GrantedRole, org_unit_id: int | None) -> tuple[sa.ColumnElement[bool], ...]:
    unit = GroupRole.org_unit_id.is_(None) if org_unit_id is None else GroupRole.org_unit_id == org_unit_id
    return GroupRole.role == role, unit


def _record(db: DbSession, actor: Actor, now: datetime, name: str, row_id: int, **change: object) -> None:
    audit.record(
        db,
        actor,
        now=now,
        operation=f"accounts.{name}",
        topics=("accounts",),
        object_type="group_role",
        object_id=row_id,
        **change,  # type: ignore[arg-type]
    )
