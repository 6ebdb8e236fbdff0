"""Who is acting, read afresh each time; and what the screens on accounts show."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.accounts import passwords
from cop.accounts.browsers import describe
from cop.choices import GrantedRole, GrantOrigin, PersonKind
from cop.errors import NotFound
from cop.models import (
    Account,
    Community,
    ExternalIdentity,
    Facilitator,
    GroupRole,
    OrgUnit,
    Person,
    RoleGrant,
    SignInSession,
)
from cop.organisation import Organisation, organisation, time_zone, units_below
from cop.periods import local_day
from cop.permissions import Actor, Permission, Role, require
from cop.query import query


@dataclass(frozen=True)
class SignedIn:
    """A live sign-in session and what the gate must know of it."""

    actor: Actor
    username: str
    session_id: int
    last_seen_at: datetime
    must_change_password: bool
    organisation: Organisation
    """Where they work; read in the same breath, since every screen shows it."""


_GOOD = (
    SignInSession.ended_at.is_(None),
    SignInSession.expires_at > sa.bindparam("now"),
    SignInSession.last_seen_at >= sa.bindparam("idle_since"),
    Account.active.is_(True),
)
"""Neither ended nor expired nor idle for too long, of an active account.

Statements of every run and request are built once: building them takes as long as the database does."""

_ALIVE = (SignInSession.token_hash == sa.bindparam("token_hash"), *_GOOD)
_SESSION_OF = sa.join(SignInSession, Account, Account.id == SignInSession.account_id)
_PASS = sa.select(Account.id, Account.must_change_password).select_from(_SESSION_OF).where(*_ALIVE)
_LIVE = sa.select(SignInSession.id).select_from(_SESSION_OF).where(*_ALIVE)
_SIGNED_IN = (
    sa.select(
        SignInSession.id.label("session_id"),
        SignInSession.last_seen_at,
        Account.id,
        Account.person_id,
        Account.username,
        Account.must_change_password,
        Person.name,
    )
    .select_from(_SESSION_OF.join(Person, Person.id == Account.person_id))
    .where(*_ALIVE)
)


def _asked(token_hash: str | None, now: datetime, idle_seconds: float) -> dict[str, Any]:
    return {"token_hash": token_hash, "now": now, "idle_since": now - timedelta(seconds=idle_seconds)}


def signed_in(db: DbSession, token_hash: str | None, *, now: datetime, idle_seconds: float) -> SignedIn | None:
    """The live session behind a token's hash; None when unknown, ended, expired, idle or deactivated."""
    if not token_hash:
        return None
    row = db.execute(_SIGNED_IN, _asked(token_hash, now, idle_seconds)).one_or_none()
    if row is None:
        return None
    house = organisation(db)
    return SignedIn(
        actor=_actor(db, row.id, row.person_id, row.name, local_day(now, house.time_zone)),
        username=row.username,
        session_id=row.session_id,
        last_seen_at=row.last_seen_at,
        must_change_password=row.must_change_password,
        organisation=house,
    )


@dataclass(frozen=True)
class Pass:
    """What the gate needs to know of a live session: whose, and whether only the password form is open to it."""

    account_id: int
    must_change_password: bool


def session_pass(db: DbSession, token_hash: str, *, now: datetime, idle_seconds: float) -> Pass | None:
    """As `signed_in`, in one statement: asked with every request."""
    row = db.execute(_PASS, _asked(token_hash, now, idle_seconds)).one_or_none()
    return Pass(row.id, row.must_change_password) if row else None


def is_live(db: DbSession, token_hash: str, *, now: datetime, idle_seconds: float) -> bool:
    """Whether the session behind a token's hash is still good; one statement, for those who ask every other second."""
    return db.scalar(_LIVE, _asked(token_hash, now, idle_seconds)) is not None


def actor_of_account(db: DbSession, account_id: int, *, now: datetime) -> Actor | None:
    """The actor an active account is at this moment."""
    row = db.execute(
        sa.select(Account.id, Account.person_id, Person.name)
        .join(Person)
        .where(Account.id == account_id, Account.active)
    ).one_or_none()
    return _actor(db, row.id, row.person_id, row.name, local_day(now, time_zone(db))) if row else None


_CARRIES = (
    Community.archived_at.is_(None),
    sa.or_(Facilitator.since_on.is_(None), Facilitator.since_on <= sa.bindparam("today")),
    sa.or_(Facilitator.until_on.is_(None), Facilitator.until_on > sa.bindparam("today")),
)
"""Facilitates a community today that is not archived."""
_CARRIED = (
    sa.select(Facilitator.community_id)
    .join(Community, Community.id == Facilitator.community_id)
    .where(Facilitator.person_id == sa.bindparam("person_id"), *_CARRIES)
)
_GRANTS = sa.select(RoleGrant.role, RoleGrant.org_unit_id).where(RoleGrant.account_id == sa.bindparam("account_id"))


def _actor(db: DbSession, account_id: int, person_id: int, name: str, today: date) -> Actor:
    grants = db.execute(_GRANTS, {"account_id": account_id}).all()
    carried = db.scalars(_CARRIED, {"person_id": person_id, "today": today}).all()
    roles = {Role.STAFF} | {Role(role.value) for role, _unit in grants}
    if carried:
        roles.add(Role.FACILITATOR)
    units = [unit for role, unit in grants if role is GrantedRole.MANAGER and unit is not None]
    return Actor(
        account_id=account_id,
        person_id=person_id,
        name=name,
        roles=frozenset(roles),
        community_ids=frozenset(carried),
        unit_ids=frozenset(units_below(db, units)) if units else frozenset(),
    )


@dataclass(frozen=True)
class Browser:
    """A live session as its owner sees it."""

    session_id: int
    name: str
    since: datetime
    last_seen_at: datetime


@query("accounts")
def own_browsers(db: DbSession, actor: Actor | None, *, now: datetime, idle_seconds: float) -> tuple[Browser, ...]:
    """Where the actor is signed in, the last used first. Never cached: signing in raises no revision."""
    actor = require(actor, Permission.OWN_ACCOUNT)
    rows = db.scalars(
        sa.select(SignInSession)
        .select_from(_SESSION_OF)
        .where(SignInSession.account_id == actor.account_id, *_GOOD)
        .order_by(SignInSession.last_seen_at.desc(), SignInSession.id.desc()),
        _asked(None, now, idle_seconds),
    )
    return tuple(Browser(row.id, describe(row.user_agent), row.created_at, row.last_seen_at) for row in rows)


@dataclass(frozen=True)
class Grant:
    """A role that was granted; `unit` is the manager's."""

    id: int
    role: str
    unit: str
    by_group: bool = False
    """Given by a group of the identity provider: taken back by hand, it comes again with the next sign-in."""


@dataclass(frozen=True)
class AccountDetail:
    """One account with everything it may do, and why."""

    id: int
    version: int
    person: str
    username: str
    active: bool
    must_change_password: bool
    grants: tuple[Grant, ...]
    facilitates: tuple[str, ...]
    has_password: bool
    issuers: tuple[str, ...]
    """The identity providers through which the owner has signed in."""


_ISSUERS = (
    sa.select(ExternalIdentity.issuer)
    .where(ExternalIdentity.account_id == sa.bindparam("account_id"))
    .order_by(ExternalIdentity.issuer)
)


@query("accounts", "people", "catalog", "organisation")
def account(db: DbSession, actor: Actor | None, *, account_id: int, today: date) -> AccountDetail:
    """An account for its owner or the office; NotFound for anybody else, as for an unknown one."""
    if actor is None or actor.account_id != account_id:
        require(actor, Permission.ACCOUNT_MANAGE)
    row = db.execute(sa.select(Account, Person.name).join(Person).where(Account.id == account_id)).one_or_none()
    if row is None:
        raise NotFound
    found, person = row
    grants = db.execute(
        sa.select(RoleGrant.id, RoleGrant.role, OrgUnit.name, RoleGrant.origin)
        .outerjoin(OrgUnit, OrgUnit.id == RoleGrant.org_unit_id)
        .where(RoleGrant.account_id == account_id)
        .order_by(RoleGrant.role, OrgUnit.name)
    )
    carried = db.scalars(
        sa.select(Community.name)
        .join(Facilitator, Facilitator.community_id == Community.id)
        .where(Facilitator.person_id == found.person_id, *_CARRIES)
        .order_by(Community.name),
        {"today": today},
    )
    return AccountDetail(
        id=found.id,
        version=found.version,
        person=person,
        username=found.username,
        active=found.active,
        must_change_password=found.must_change_password,
        grants=tuple(
            Grant(grant_id, role.value, unit or "", origin is GrantOrigin.GROUP)
            for grant_id, role, unit, origin in grants
        ),
        facilitates=tuple(carried),
        has_password=found.password_hash != passwords.NONE,
        issuers=tuple(db.scalars(_ISSUERS, {"account_id": account_id})),
    )


@query("accounts", "people", "catalog", "organisation")
def accounts(db: DbSession, actor: Actor | None, *, search: str, closed: bool, today: date) -> pd.DataFrame:
    """Every account whose person or user name holds the text: who, roles in words, active, last seen.

    With `closed` the deactivated ones too. Never cached: being seen raises no revision.
    """
    require(actor, Permission.ACCOUNT_MANAGE)
    seen = (
        sa.select(SignInSession.account_id, sa.func.max(SignInSession.last_seen_at).label("last_seen"))
        .group_by(SignInSession.account_id)
        .subquery()
    )
    rows = db.execute(
        sa.select(
            *(Account.id, Person.id, Person.name, Account.username, OrgUnit.name, Account.active, seen.c.last_seen),
            (Account.password_hash != passwords.NONE).label("has_password"),
        )
        .select_from(Account)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(OrgUnit, OrgUnit.id == Person.org_unit_id)
        .outerjoin(seen, seen.c.account_id == Account.id)
        .where(sa.true() if closed else Account.active.is_(True))
        .order_by(Person.name, Account.id)
    ).all()
    roles = _roles_in_words(db, today)
    linked = set(db.scalars(sa.select(ExternalIdentity.account_id)))
    wanted = search.casefold().strip()
    return pd.DataFrame(
        [
            (
                *(
                    account_id,
                    name,
                    username,
                    unit or "",
                    ", ".join(roles.get(person_id, ["Staff"])),
                    active,
                    last_seen,
                ),
                ways_in(has_password=has_password, linked=account_id in linked),
            )
            for account_id, person_id, name, username, unit, active, last_seen, has_password in rows
            if wanted in name.casefold() or wanted in username
        ],
        columns=["account_id", "person", "username", "unit", "roles", "active", "last_seen", "signs_in"],
    )


def ways_in(*, has_password: bool, linked: bool) -> str:
    """How somebody signs in, such as "Password, identity provider"; empty before they can."""
    found = [word for word, there in (("password", has_password), ("identity provider", linked)) if there]
    return ", ".join(found).capitalize()


@dataclass(frozen=True)
class GroupGives:
    """A group of the identity provider, and the role that it gives."""

    id: int
    group: str
    role: str
    unit: str


@query("accounts", "organisation")
def group_roles(db: DbSession, actor: Actor | None) -> tuple[GroupGives, ...]:
    """Every group that gives a role, by name; for the office."""
    require(actor, Permission.ACCOUNT_MANAGE)
    rows = db.execute(
        sa.select(GroupRole.id, GroupRole.group_name, GroupRole.role, OrgUnit.name)
        .outerjoin(OrgUnit, OrgUnit.id == GroupRole.org_unit_id)
        .order_by(GroupRole.group_name, GroupRole.role, OrgUnit.name)
    )
    return tuple(GroupGives(row_id, group, role.value, unit or "") for row_id, group, role, unit in rows)


def _roles_in_words(db: DbSession, today: date) -> dict[int, list[str]]:
    """By person: what they are beyond staff."""
    found: dict[int, list[str]] = {}
    grants = db.execute(
        sa.select(Account.person_id, RoleGrant.role, OrgUnit.name)
        .select_from(RoleGrant)
        .join(Account, Account.id == RoleGrant.account_id)
        .outerjoin(OrgUnit, OrgUnit.id == RoleGrant.org_unit_id)
        .order_by(RoleGrant.role, OrgUnit.name)
    )
    for person_id, role, unit in grants:
        found.setdefault(person_id, []).append(f"Manager of {unit}" if unit else role.value.capitalize())
    carried = db.execute(
        sa.select(Facilitator.person_id, sa.func.count())
        .join(Community, Community.id == Facilitator.community_id)
        .where(*_CARRIES)
        .group_by(Facilitator.person_id),
        {"today": today},
    )
    for person_id, count in carried:
        found.setdefault(person_id, []).append(f"Facilitator of {count}")
    return found


STAFF_WITHOUT_ACCOUNT = (
    sa.select(Person.id, Person.name, Person.email, OrgUnit.name)
    .outerjoin(OrgUnit, OrgUnit.id == Person.org_unit_id)
    .outerjoin(Account, Account.person_id == Person.id)
    .where(
        Account.id.is_(None),
        Person.active.is_(True),
        Person.merged_into_id.is_(None),
        Person.kind == PersonKind.STAFF,
    )
    .order_by(Person.name, Person.id)
)
"""Who works here and can't sign in yet: id, name, e-mail address, unit."""


@query("accounts", "people", "organisation")
def people_without_account(db: DbSession, actor: Actor | None) -> dict[int, str]:
    """Staff who can't sign in yet, by id: name, e-mail address and unit, to tell namesakes apart."""
    require(actor, Permission.ACCOUNT_MANAGE)
    rows = db.execute(STAFF_WITHOUT_ACCOUNT)
    return {row[0]: " · ".join(part for part in row[1:] if part) for row in rows}
