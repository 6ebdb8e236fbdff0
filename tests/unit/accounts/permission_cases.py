"""Who may call which operation on accounts."""

from datetime import timedelta
from typing import Any

from cop.accounts import group_operations, operations
from cop.accounts.tokens import token_hash
from cop.choices import GrantedRole
from cop.models import GroupRole, SignInSession
from cop.permissions import Actor
from tests import factories as make
from tests.permissions import EVERYONE_SIGNED_IN, OFFICE, Case, World

GOOD = "river-lantern-42-orbit"


def a_session(world: World, account_id: int) -> int:
    row = SignInSession(
        token_hash=token_hash(f"session of {account_id}"),
        account_id=account_id,
        created_at=make.NOW,
        last_seen_at=make.NOW,
        expires_at=make.NOW + timedelta(days=7),
    )
    world.db.add(row)
    world.db.flush()
    return row.id


def own_session(world: World, actor: Actor | None) -> dict[str, Any]:
    account_id = actor.account_id if actor else make.account(world.db).id
    return {"session_id": a_session(world, account_id)}


def own_password(_world: World, _actor: Actor | None) -> dict[str, Any]:
    return {"seen_hash": "!", "password_hash": "new"}


def a_person(world: World, _actor: Actor | None) -> dict[str, Any]:
    return {"person_id": make.person(world.db).id, "username": "newcomer", "password": GOOD}


def somebody_new(world: World, _actor: Actor | None) -> dict[str, Any]:
    who = {"name": "New Colleague", "email": "new@orbis.example", "org_unit_id": world.unit.id}
    return who | {"username": "newcomer"}


def a_grant(world: World, _actor: Actor | None) -> dict[str, Any]:
    return {"grant_id": make.grant(world.db, make.account(world.db), GrantedRole.MANAGER, world.unit).id}


def an_account(world: World, _actor: Actor | None) -> dict[str, Any]:
    return {"account_id": make.account(world.db).id}


def a_group_role(world: World, _actor: Actor | None) -> dict[str, Any]:
    row = GroupRole(group_name="tech-leads", role=GrantedRole.MANAGER, org_unit_id=world.unit.id)
    world.db.add(row)
    world.db.flush()
    return {"group_role_id": row.id}


def to_deactivate(world: World, _actor: Actor | None) -> dict[str, Any]:
    account = make.account(world.db)
    return {"account_id": account.id, "active": False, "version": account.version}


CASES = {
    operations.touch_session: Case(EVERYONE_SIGNED_IN, own_session),
    operations.end_own_session: Case(EVERYONE_SIGNED_IN, own_session),
    operations.end_own_sessions: Case(EVERYONE_SIGNED_IN, lambda _world, _actor: {}),
    operations.set_own_password: Case(EVERYONE_SIGNED_IN, own_password),
    operations.create_account: Case(OFFICE, a_person),
    operations.create_person_and_account: Case(OFFICE, somebody_new),
    operations.grant_role: Case(OFFICE, lambda world, actor: an_account(world, actor) | {"role": "admin"}),
    operations.revoke_role: Case(OFFICE, a_grant),
    operations.set_active: Case(OFFICE, to_deactivate),
    operations.end_account_sessions: Case(OFFICE, an_account),
    group_operations.add_group_role: Case(OFFICE, lambda _world, _actor: {"group": "cop-office", "role": "admin"}),
    group_operations.remove_group_role: Case(OFFICE, a_group_role),
    operations.issue_reset_link: Case(
        OFFICE, lambda world, actor: an_account(world, actor) | {"secret_hash": token_hash("secret")}
    ),
}
