"""Writes on accounts, roles and sign-in sessions."""

import re
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.accounts import passwords
from cop.accounts.admins import is_only_admin
from cop.accounts.sign_in import end_sessions
from cop.choices import GrantedRole, LinkPurpose, PersonKind
from cop.errors import Conflict, Invalid, NotFound
from cop.models import Account, OneTimeLink, Organisation, OrgUnit, Person, RoleGrant, SignInSession
from cop.organisation import time_zone
from cop.people.newcomers import Newcomer, check_newcomer
from cop.periods import local_day
from cop.permissions import Actor, Permission, require
from cop.settings import RESET_LINK_LIFE
from cop.validation import Checks

_USERNAME = re.compile(r"[^\s\x00-\x1f]+")
_HEX_HASH = re.compile(r"[0-9a-f]{64}")
LAST_ADMIN = "This is the last active admin. Make somebody else an admin first."


def touch_session(db: DbSession, actor: Actor | None, *, now: datetime, session_id: int) -> None:
    """Note that the person behind a session did something; not audited, bumps nothing."""
    actor = require(actor, Permission.OWN_ACCOUNT)
    db.execute(
        sa.update(SignInSession)
        .where(SignInSession.id == session_id, SignInSession.account_id == actor.account_id)
        .values(last_seen_at=now)
    )


def end_own_session(db: DbSession, actor: Actor | None, *, now: datetime, session_id: int) -> None:
    """Sign one of one's own browsers out."""
    actor = require(actor, Permission.OWN_ACCOUNT)
    if not end_sessions(db, now=now, reason="signed out", account_id=actor.account_id, only=session_id):
        raise NotFound
    _record(db, actor, now, "end_own_session", "sign_in_session", session_id)


def end_own_sessions(db: DbSession, actor: Actor | None, *, now: datetime) -> None:
    """Sign out everywhere, here too."""
    actor = require(actor, Permission.OWN_ACCOUNT)
    ended = end_sessions(db, now=now, reason="signed out everywhere", account_id=actor.account_id)
    _record(db, actor, now, "end_own_sessions", "account", actor.account_id, after={"sessions": ended})


def set_own_password(db: DbSession, actor: Actor | None, *, now: datetime, seen_hash: str, password_hash: str) -> None:
    """Store a new password, already checked and hashed (cop.accounts.change), and end every session.

    `seen_hash` is what was stored when the old password was compared; Conflict where it changed since.
    """
    actor = require(actor, Permission.OWN_ACCOUNT)
    account = _account(db, actor.account_id)
    if account.password_hash != seen_hash:
        raise Conflict({})
    account.password_hash = password_hash
    account.password_changed_at = now
    account.must_change_password = False
    end_sessions(db, now=now, reason="password changed", account_id=account.id)
    _record(db, actor, now, "set_own_password", "account", account.id)


def create_account(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    person_id: int,
    username: str,
    password: str | None = None,
) -> int:
    """Give a person an account; returns its id. Without a password its owner sets one through a link."""
    actor = require(actor, Permission.ACCOUNT_MANAGE)
    person = db.get(Person, person_id)
    if person is None or person.merged_into_id is not None:
        raise NotFound
    checks = Checks()
    name = _username(db, checks, username)
    if db.scalar(sa.select(Account.id).where(Account.person_id == person_id)):
        checks.fail("person_id", "This person has an account already.")
    if password is not None:
        _check_password(db, checks, password, name)
    checks.done()
    account = Account(
        person_id=person_id,
        username=name,
        password_hash=passwords.NONE if password is None else passwords.hash_password(password),
        must_change_password=password is None,
        created_at=now,
        password_changed_at=now,
    )
    db.add(account)
    db.flush()
    _record(db, actor, now, "create_account", "account", account.id, after=audit.values(account))
    return account.id


def create_person_and_account(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    name: str,
    email: str,
    org_unit_id: int | None,
    username: str,
) -> int:
    """Enter somebody whom the programme doesn't know yet, with an account; returns the account's id."""
    actor = require(actor, Permission.ACCOUNT_MANAGE)
    checks = Checks()
    newcomer = check_newcomer(db, checks, "name", Newcomer(name, PersonKind.STAFF, email))
    if org_unit_id is not None and db.get(OrgUnit, org_unit_id) is None:
        raise NotFound
    login = _username(db, checks, username)
    checks.done()
    person = Person(name=newcomer.name, email=newcomer.email or None, org_unit_id=org_unit_id, created_at=now)
    db.add(person)
    db.flush()
    audit.record(
        db,
        actor,
        now=now,
        operation="accounts.create_person_and_account",
        topics=("people",),
        object_type="person",
        object_id=person.id,
        after=audit.values(person),
    )
    return create_account(db, actor, now=now, person_id=person.id, username=login)


def grant_role(
    db: DbSession, actor: Actor | None, *, now: datetime, account_id: int, role: str, org_unit_id: int | None = None
) -> int:
    """Make an account admin, or manager of a unit and those below; returns the grant's id."""
    actor = require(actor, Permission.ACCOUNT_MANAGE)
    account = _account(db, account_id)
    checks = Checks()
    granted = GrantedRole(checks.one_of("role", "The role", role, [item.value for item in GrantedRole]))
    if granted is GrantedRole.MANAGER and org_unit_id is None:
        checks.fail("org_unit_id", "Choose the unit whose figures this manager sees.")
    checks.done()
    if granted is GrantedRole.ADMIN:
        org_unit_id = None
    elif db.get(OrgUnit, org_unit_id) is None:
        raise NotFound
    unit = RoleGrant.org_unit_id.is_(None) if org_unit_id is None else RoleGrant.org_unit_id == org_unit_id
    if db.scalar(sa.select(RoleGrant.id).where(RoleGrant.account_id == account.id, RoleGrant.role == granted, unit)):
        raise Invalid({"role": "This account holds the role already."})
    grant = RoleGrant(
        account_id=account.id,
        role=granted,
        org_unit_id=org_unit_id,
        granted_on=local_day(now, time_zone(db)),
    )
    db.add(grant)
    db.flush()
    _record(db, actor, now, "grant_role", "account", account.id, after=audit.values(grant))
    return grant.id


def revoke_role(db: DbSession, actor: Actor | None, *, now: datetime, grant_id: int) -> None:
    """Take a granted role back; it is gone with the next thing that the account's owner does."""
    actor = require(actor, Permission.ACCOUNT_MANAGE)
    grant = db.get(RoleGrant, grant_id)
    if grant is None:
        raise NotFound
    if grant.role is GrantedRole.ADMIN:
        _refuse_without_admin(db, grant.account_id)
    before = audit.values(grant)
    db.delete(grant)
    _record(db, actor, now, "revoke_role", "account", grant.account_id, before=before)


def set_active(
    db: DbSession, actor: Actor | None, *, now: datetime, account_id: int, active: bool, version: int
) -> None:
    """Deactivate an account, which ends its sessions at once, or let it in again."""
    actor = require(actor, Permission.ACCOUNT_MANAGE)
    account = _account(db, account_id)
    if account.version != version:
        raise Conflict({"active": account.active})
    if not active:
        if account.id == actor.account_id:
            raise Invalid({"": "You can't deactivate your own account. Another admin can."})
        _refuse_without_admin(db, account.id)
    before = audit.values(account, ["active"])
    account.active = active
    if not active:
        end_sessions(db, now=now, reason="deactivated", account_id=account.id)
        _use_up_links(db, account.id, now)
    _record(db, actor, now, "set_active", "account", account.id, before=before, after={"active": active})


def end_account_sessions(db: DbSession, actor: Actor | None, *, now: datetime, account_id: int) -> None:
    """Sign somebody out everywhere."""
    actor = require(actor, Permission.ACCOUNT_MANAGE)
    account = _account(db, account_id)
    ended = end_sessions(db, now=now, reason="signed out by an admin", account_id=account.id)
    _record(db, actor, now, "end_account_sessions", "account", account.id, after={"sessions": ended})


def issue_reset_link(db: DbSession, actor: Actor | None, *, now: datetime, account_id: int, secret_hash: str) -> int:
    """Make a link by which the account's owner sets a new password, once, within 24 hours; returns its id.

    The caller makes the secret and passes only its hash (cop.accounts.tokens); earlier links stop working.
    """
    actor = require(actor, Permission.ACCOUNT_MANAGE)
    account = _account(db, account_id)
    if not _HEX_HASH.fullmatch(secret_hash):
        raise Invalid({"": "The link could not be made."})
    if not account.active:
        raise Invalid({"": "This account is deactivated. Activate it first."})
    _use_up_links(db, account.id, now)
    link = OneTimeLink(
        purpose=LinkPurpose.PASSWORD_RESET,
        secret_hash=secret_hash,
        account_id=account.id,
        created_at=now,
        expires_at=now + RESET_LINK_LIFE,
    )
    db.add(link)
    db.flush()
    _record(db, actor, now, "issue_reset_link", "account", account.id)
    return link.id


def _account(db: DbSession, account_id: int) -> Account:
    account = db.get(Account, account_id)
    if account is None:
        raise NotFound
    return account


def _username(db: DbSession, checks: Checks, username: str) -> str:
    name = checks.text("username", "The user name", username, limit=254, required=True).casefold()
    if name and not _USERNAME.fullmatch(name):
        checks.fail("username", "A user name has no spaces.")
    if name and db.scalar(sa.select(Account.id).where(Account.username == name)):
        checks.fail("username", "This user name is taken.")
    return name


def _check_password(db: DbSession, checks: Checks, password: str, username: str) -> None:
    organisation = db.scalar(sa.select(Organisation.name)) or ""
    problem = passwords.weakness(password, username=username, organisation=organisation)
    if problem:
        checks.fail("password", problem)


def _refuse_without_admin(db: DbSession, account_id: int) -> None:
    """Raise Invalid if nobody but this account is an active admin."""
    if is_only_admin(db, account_id):
        raise Invalid({"": LAST_ADMIN})


def _use_up_links(db: DbSession, account_id: int, now: datetime) -> None:
    db.execute(
        sa.update(OneTimeLink)
        .where(OneTimeLink.account_id == account_id, OneTimeLink.used_at.is_(None))
        .values(used_at=now)
    )


def _record(db: DbSession, actor: Actor, now: datetime, name: str, kind: str, row_id: int, **change: object) -> None:
    """Audit a write on accounts; ended sessions change nothing that pages cache."""
    audit.record(
        db,
        actor,
        now=now,
        operation=f"accounts.{name}",
        topics=("accounts",),
        object_type=kind,
        object_id=row_id,
        **change,  # type: ignore[arg-type]
    )
