"""Who joined the organisation and has no account yet; who left it and still has one."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.accounts.queries import STAFF_WITHOUT_ACCOUNT
from cop.lifecycle.ended import what_ended
from cop.lifecycle.usernames import Naming, proposed
from cop.models import Account, Community, Facilitator, Membership, OrgUnit, Person
from cop.permissions import Actor, Permission, require
from cop.query import query


@dataclass(frozen=True)
class Joiner:
    """One of the staff without an account; `username` is empty where none can be made from the e-mail address."""

    person_id: int
    name: str
    email: str
    unit: str
    username: str


@query("people", "accounts", "organisation")
def joiners(db: DbSession, actor: Actor | None, *, naming: Naming) -> tuple[Joiner, ...]:
    """Active staff without an account, by name, each with the user name that they would get."""
    require(actor, Permission.ACCOUNT_MANAGE)
    rows = db.execute(STAFF_WITHOUT_ACCOUNT).all()
    emails = {row.id: row.email for row in rows if row.email}
    names = proposed(emails, naming, set(db.scalars(sa.select(Account.username))))
    return tuple(Joiner(key, name, email or "", unit or "", names.get(key, "")) for key, name, email, unit in rows)


@dataclass(frozen=True)
class Leaver:
    """An active account of somebody who is not active any more, and what ends with it."""

    account_id: int
    person_id: int
    name: str
    username: str
    unit: str
    memberships: int
    facilitates: tuple[str, ...]


@query("people", "accounts", "organisation", "catalog", "memberships")
def leavers(db: DbSession, actor: Actor | None, *, today: date) -> tuple[Leaver, ...]:
    """Active accounts of people who left, by name."""
    require(actor, Permission.ACCOUNT_MANAGE)
    rows = db.execute(
        sa.select(Account.id, Person.id, Person.name, Account.username, OrgUnit.name)
        .select_from(Account)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(OrgUnit, OrgUnit.id == Person.org_unit_id)
        .where(Account.active.is_(True), Person.active.is_(False))
        .order_by(Person.name, Account.id)
    ).all()
    gone = sa.select(Person.id).join(Account).where(Account.active.is_(True), Person.active.is_(False))
    stays = Counter(
        db.scalars(sa.select(Membership.person_id).where(Membership.left_on.is_(None), Membership.person_id.in_(gone)))
    )
    carried: dict[int, list[str]] = defaultdict(list)
    for person, community in db.execute(
        sa.select(Facilitator.person_id, Community.name)
        .join(Community, Community.id == Facilitator.community_id)
        .where(*_carries(today), Facilitator.person_id.in_(gone))
        .order_by(Community.name)
    ):
        carried[person].append(community)
    return tuple(
        Leaver(account_id, person_id, name, username, unit or "", stays[person_id], tuple(carried[person_id]))
        for account_id, person_id, name, username, unit in rows
    )


def _carries(today: date) -> list[sa.ColumnElement[bool]]:
    """Facilitates a community that is not archived, today or from a later day on."""
    return [Community.archived_at.is_(None), sa.or_(Facilitator.until_on.is_(None), Facilitator.until_on > today)]


@dataclass(frozen=True)
class Alone:
    """A community that nobody facilitates."""

    slug: str
    name: str


@query("catalog")
def without_facilitator(
    db: DbSession, actor: Actor | None, *, today: date, without: Iterable[int] = ()
) -> tuple[Alone, ...]:
    """Communities that nobody facilitates today, archived ones left out; `without` are people not to count."""
    require(actor, Permission.FACILITATOR_ASSIGN)
    carried = (
        sa.select(Facilitator.community_id)
        .join(Community, Community.id == Facilitator.community_id)
        .where(
            *_carries(today),
            sa.or_(Facilitator.since_on.is_(None), Facilitator.since_on <= today),
            Facilitator.person_id.not_in(list(without)),
        )
    )
    rows = db.execute(
        sa.select(Community.slug, Community.name)
        .where(Community.archived_at.is_(None), Community.id.not_in(carried))
        .order_by(Community.name)
    )
    return tuple(Alone(slug, name) for slug, name in rows)


@query("accounts")
def ended_with(db: DbSession, actor: Actor | None, *, account_id: int) -> int:
    """How many memberships and facilitator roles ended when a deactivated account's owner left; 0 for an active one."""
    require(actor, Permission.ACCOUNT_MANAGE)
    if db.scalar(sa.select(Account.active).where(Account.id == account_id)) is not False:
        return 0
    return sum(len(items) for items in what_ended(db, account_id).values())
