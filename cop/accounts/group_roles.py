"""Roles that follow from groups of the identity provider: at each sign-in they are made what the groups say."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.accounts.admins import is_only_admin
from cop.accounts.claims import Groups
from cop.choices import GrantedRole, GrantOrigin
from cop.models import GroupRole, RoleGrant
from cop.organisation import time_zone
from cop.periods import local_day
from cop.permissions import Actor

LAST_ADMIN_STAYS = "stays: the last active admin"


def give_roles_of_groups(db: DbSession, actor: Actor, account_id: int, groups: Groups, *, now: datetime) -> None:
    """Make an account's grants by group what its groups say; those by hand, and all where none is said, stay."""
    if groups.names is None:
        _record(db, actor, account_id, now, {"groups": groups.unknown, "roles": "as they were"}, changed=False)
        return
    wanted = {(row.role, row.org_unit_id) for row in db.scalars(sa.select(GroupRole)) if row.group_name in groups.names}
    grants = db.scalars(sa.select(RoleGrant).where(RoleGrant.account_id == account_id)).all()
    have = {(grant.role, grant.org_unit_id) for grant in grants}
    added = sorted(wanted - have, key=str)
    for role, unit_id in added:
        db.add(
            RoleGrant(
                account_id=account_id,
                role=role,
                org_unit_id=unit_id,
                granted_on=local_day(now, time_zone(db)),
                origin=GrantOrigin.GROUP,
            )
        )
    db.flush()
    gone = [
        grant for grant in grants if grant.origin is GrantOrigin.GROUP and (grant.role, grant.org_unit_id) not in wanted
    ]
    taken = [grant for grant in gone if _end(db, grant)]
    if added or gone:
        after: dict[str, object] = {
            "given": [{"role": role.value, "org_unit_id": unit_id} for role, unit_id in added],
            "taken": [{"role": grant.role.value, "org_unit_id": grant.org_unit_id} for grant in taken],
        }
        if len(taken) < len(gone):
            after["admin"] = LAST_ADMIN_STAYS
        _record(db, actor, account_id, now, after, changed=True)


def end_grants_of(db: DbSession, role: GrantedRole, org_unit_id: int | None) -> list[int]:
    """End the grants that groups gave for a role which no group gives any more; returns the accounts concerned."""
    grants = db.scalars(
        sa.select(RoleGrant)
        .where(RoleGrant.role == role, RoleGrant.origin == GrantOrigin.GROUP, _of_unit(org_unit_id))
        .order_by(RoleGrant.id)
    ).all()
    return [grant.account_id for grant in grants if _end(db, grant)]


def _of_unit(org_unit_id: int | None) -> sa.ColumnElement[bool]:
    return RoleGrant.org_unit_id.is_(None) if org_unit_id is None else RoleGrant.org_unit_id == org_unit_id


def _end(db: DbSession, grant: RoleGrant) -> bool:
    """Take a grant back; False for the last active admin's."""
    if grant.role is GrantedRole.ADMIN and is_only_admin(db, grant.account_id):
        return False
    db.delete(grant)
    db.flush()
    return True


def _record(
    db: DbSession, actor: Actor, account_id: int, now: datetime, after: dict[str, object], *, changed: bool
) -> None:
    audit.record(
        db,
        actor,
        now=now,
        operation="accounts.roles_of_groups",
        topics=("accounts",) if changed else (),
        object_type="account",
        object_id=account_id,
        after=after,
    )
