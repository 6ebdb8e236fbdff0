"""Signing in through an identity provider: from somebody it vouches for to an account and a session of ours.

Not operations: there is no actor yet. What the provider says has been checked before (cop.web.provider).
"""

import hashlib
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.accounts import passwords, throttle
from cop.accounts.claims import Identity
from cop.accounts.group_roles import give_roles_of_groups
from cop.accounts.housekeeping import tidy
from cop.accounts.operations import create_account
from cop.accounts.sign_in import Visitor, name_hash, start_session
from cop.db import added, transaction, wait_for
from cop.errors import Invalid
from cop.models import Account, ExternalIdentity, IdempotencyKey, Person
from cop.permissions import Actor, Role

REFUSED = "You can't sign in here with this account. Ask the programme office."
PROVIDER = Actor(account_id=0, person_id=0, name="identity provider", roles=frozenset({Role.ADMIN}))
"""Who makes accounts and gives roles at a sign-in: the office has said so by its settings."""
_OPERATION = "accounts.external_sign_in"


def begin(state: str, visitor: Visitor, *, now: datetime, on: sa.Engine | None = None) -> bool:
    """Enter an attempt, as a failure until it succeeds; False where this state came back before. Raises Throttled."""
    used = hashlib.sha256(f"{_OPERATION}:{state}".encode("utf-8", "surrogatepass")).hexdigest()
    with transaction(on) as db:
        throttle.begin_attempt(db, now=now, name_hash=_attempt(state), address=visitor.address)
        return added(db, IdempotencyKey(key=used, operation=_OPERATION, account_id=None, result=None, at=now))


def note_refusal(why: str, *, now: datetime, account_id: int | None = None, on: sa.Engine | None = None) -> None:
    """Put on record that a sign-in came to nothing; `why` is in words of ours."""
    with transaction(on) as db:
        audit.record(
            db,
            None,
            now=now,
            operation=_OPERATION,
            outcome="refused",
            object_type="account",
            object_id=account_id,
            after={"why": why},
        )


def external_sign_in(
    identity: Identity, state: str, visitor: Visitor, *, now: datetime, on: sa.Engine | None = None
) -> str:
    """A new session's token for whoever this is, with the roles that their groups give them. Raises Invalid."""
    with transaction(on) as db:
        wait_for(db, _OPERATION)  # two first sign-ins at once would want one user name, or be one person's
        account, why = _account(db, identity, now)
        if account is not None and not why:
            tidy(db, now=now)
            _without_foreign_password(account)
            give_roles_of_groups(db, PROVIDER, account.id, identity.groups, now=now)
            throttle.forgive(db, name_hash=_attempt(state))
            return start_session(db, account.id, visitor, now=now)
        account_id = account.id if account else None
    note_refusal(why, now=now, account_id=account_id, on=on)
    raise Invalid({"": REFUSED})


def _account(db: DbSession, identity: Identity, now: datetime) -> tuple[Account | None, str]:
    """The account, and why it may not be used: the one that is linked, the verified address's, or a new one."""
    link = db.scalar(
        sa.select(ExternalIdentity).where(
            ExternalIdentity.issuer == identity.issuer, ExternalIdentity.subject == identity.subject
        )
    )
    if link is not None:
        account = db.get_one(Account, link.account_id)
        link.used_at = now
        return account, _closed(account, db.get_one(Person, account.person_id))
    person = _person(db, identity.email)
    if person is None:
        person = _new_person(db, identity, now)
    known = db.scalar(sa.select(Account).where(Account.person_id == person.id))
    why = _closed(known, person) or (_taken(db, known, identity) if known else "")
    if why:
        return known, why
    account = known or _new_account(db, person, identity, now)
    _link(db, account, identity, now)
    return account, ""


def _closed(account: Account | None, person: Person) -> str:
    if account is not None and not account.active:
        return "the account is deactivated"
    return "" if person.active else "the person has left"


def _taken(db: DbSession, account: Account, identity: Identity) -> str:
    """An address that passed to somebody else doesn't pass on the account of who had it before."""
    other = sa.select(ExternalIdentity.id).where(
        ExternalIdentity.account_id == account.id, ExternalIdentity.issuer == identity.issuer
    )
    return "" if db.scalar(other) is None else "somebody else of the provider has this address's account"


def _person(db: DbSession, email: str) -> Person | None:
    """Whose address it is; of two records that were one person's, the one that was kept."""
    person = db.scalar(sa.select(Person).where(Person.email == email)) if email else None
    while person is not None and person.merged_into_id is not None:
        person = db.get(Person, person.merged_into_id)
    return person


def _new_person(db: DbSession, identity: Identity, now: datetime) -> Person:
    person = Person(name=identity.name, email=identity.email or None, created_at=now)
    db.add(person)
    db.flush()
    _record(db, now, "create_person", "person", person.id, ("people",), audit.values(person))
    return person


def _new_account(db: DbSession, person: Person, identity: Identity, now: datetime) -> Account:
    """An account without a password: only the provider opens it."""
    username = _free_username(db, identity.username)
    account_id = create_account(db, PROVIDER, now=now, person_id=person.id, username=username)
    return db.get_one(Account, account_id)


def _free_username(db: DbSession, wanted: str) -> str:
    taken = set(db.scalars(sa.select(Account.username).where(Account.username.startswith(wanted, autoescape=True))))
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def _link(db: DbSession, account: Account, identity: Identity, now: datetime) -> None:
    row = ExternalIdentity(
        issuer=identity.issuer, subject=identity.subject, account_id=account.id, created_at=now, used_at=now
    )
    db.add(row)
    db.flush()
    _record(db, now, "link_identity", "account", account.id, ("accounts",), audit.values(row))


def _without_foreign_password(account: Account) -> None:
    """A password that somebody else set, or none yet, isn't asked to be changed: it stops working instead."""
    if account.must_change_password:
        account.password_hash = passwords.NONE
        account.must_change_password = False


def _record(
    db: DbSession, now: datetime, name: str, kind: str, row_id: int, topics: tuple[str, ...], after: dict[str, object]
) -> None:
    audit.record(
        db,
        PROVIDER,
        now=now,
        operation=f"accounts.{name}",
        topics=topics,
        object_type=kind,
        object_id=row_id,
        after=after,
    )


def _attempt(state: str) -> str:
    """Under what the throttle counts: each attempt by itself, so that only the address's limit holds."""
    return name_hash(f"identity provider {state}")
