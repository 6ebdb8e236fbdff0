"""What the permission matrix needs from each room: one case per operation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session as DbSession

from cop.accounts.queries import actor_of_account
from cop.choices import GrantedRole
from cop.models import Community, OrgUnit
from cop.permissions import Actor
from tests import factories as make

NOBODY, STAFF, FACILITATOR, OTHER_FACILITATOR, MANAGER, ADMIN, DEACTIVATED = PRINCIPALS = (
    "nobody",
    "staff",
    "facilitator",
    "other_facilitator",
    "manager",
    "admin",
    "deactivated",
)
EVERYONE_SIGNED_IN = frozenset({STAFF, FACILITATOR, OTHER_FACILITATOR, MANAGER, ADMIN})
OWN_FACILITATOR = frozenset({FACILITATOR, ADMIN})
MANAGERS = frozenset({MANAGER, ADMIN})
OFFICE = frozenset({ADMIN})


@dataclass(frozen=True)
class World:
    """A small organisation: `community` is carried by "facilitator", `other` by "other_facilitator"."""

    db: DbSession
    unit: OrgUnit
    community: Community
    other: Community
    actors: dict[str, Actor | None]
    account_ids: dict[str, int]
    """Of everybody but "nobody"."""


@dataclass(frozen=True)
class Case:
    """Which principals an operation serves, and valid parameters for a call by one of them.

    `params(world, actor)` may make the rows it needs with tests.factories.
    """

    allowed: frozenset[str]
    params: Callable[[World, Actor | None], dict[str, Any]]


def make_world(db: DbSession) -> World:
    """Real accounts, turned into actors as the app does it; "deactivated" had every role before."""
    make.organisation(db)
    unit = make.org_unit(db)
    community, other = make.community(db), make.community(db)
    accounts = {}
    for principal in PRINCIPALS:
        if principal == NOBODY:
            continue
        person = make.person(db, name=f"{principal.capitalize()} Example", org_unit_id=unit.id)
        accounts[principal] = make.account(db, person, active=principal != DEACTIVATED)
        if principal in {FACILITATOR, DEACTIVATED}:
            make.facilitator(db, community, person)
        if principal == OTHER_FACILITATOR:
            make.facilitator(db, other, person)
        if principal in {MANAGER, DEACTIVATED}:
            make.grant(db, accounts[principal], GrantedRole.MANAGER, unit)
        if principal in {ADMIN, DEACTIVATED}:
            make.grant(db, accounts[principal], GrantedRole.ADMIN)
    ids = {principal: account.id for principal, account in accounts.items()}
    actors: dict[str, Actor | None] = {name: actor_of_account(db, key, now=make.NOW) for name, key in ids.items()}
    return World(db, unit, community, other, {NOBODY: None, **actors}, ids)
