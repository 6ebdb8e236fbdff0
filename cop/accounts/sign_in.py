"""Signing in: from a name and a password to a new session, with one answer to everything that is wrong.

Not operations: there is no actor yet, and the slow hash is computed between two short transactions, never inside one.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.accounts import passwords, throttle
from cop.accounts.housekeeping import tidy
from cop.accounts.queries import actor_of_account
from cop.accounts.tokens import keyed_hash, new_token, token_hash
from cop.choices import GrantedRole
from cop.db import reading, transaction
from cop.errors import Invalid
from cop.models import Account, RoleGrant, SignInSession
from cop.settings import settings

WRONG = "User name or password is wrong."


@dataclass(frozen=True)
class Visitor:
    """Where a request came from."""

    address: str
    user_agent: str


def sign_in(username: str, password: str, visitor: Visitor, *, now: datetime, on: sa.Engine | None = None) -> str:
    """A new session's token, for the cookie.

    Raises Invalid (one text for an unknown name, a wrong password and a deactivated account) or Throttled.
    """
    account = checked(username, password, visitor, now=now, on=on)
    with transaction(on) as db:
        tidy(db, now=now)
        return start_session(db, account.id, visitor, now=now)


@dataclass(frozen=True)
class CheckedAccount:
    """An account whose owner has just given its password."""

    id: int
    password_hash: str


def checked(
    username: str, password: str, visitor: Visitor, *, now: datetime, on: sa.Engine | None = None
) -> CheckedAccount:
    """The active account with this name and password; counted by the throttle. Raises Invalid or Throttled."""
    name = login_name(username)
    hashed_name = name_hash(name)
    with transaction(on) as db:
        throttle.begin_attempt(db, now=now, name_hash=hashed_name, address=visitor.address)
    with reading(on) as db:
        account = db.scalar(sa.select(Account).where(Account.username == name))
    right = passwords.verify(password, account.password_hash if account else None)
    with transaction(on) as db:
        if account is None or not right or not _still(db, account) or not _may_use_password(db, account.id):
            audit.record(
                db,
                None,
                now=now,
                operation="accounts.sign_in",
                outcome="refused",
                object_type="account",
                object_id=account.id if account else None,
            )
        else:
            throttle.forgive(db, name_hash=hashed_name)
            return CheckedAccount(account.id, account.password_hash)
    raise Invalid({"": WRONG})


def login_name(typed: str) -> str:
    """A user name as it is stored, from what somebody typed; a NUL, which no database takes, is in nobody's name."""
    return unicodedata.normalize("NFC", typed).replace("\0", "\ufffd").strip().casefold()[:254]


def name_hash(name: str) -> str:
    """Under what the throttle counts a user name."""
    return keyed_hash(name, settings().data_dir)


def _still(db: DbSession, seen: Account) -> bool:
    """Active, and with the same password as when it was compared a moment ago."""
    now = db.execute(sa.select(Account.active, Account.password_hash).where(Account.id == seen.id)).one_or_none()
    return now is not None and now.active and now.password_hash == seen.password_hash


def _may_use_password(db: DbSession, account_id: int) -> bool:
    """Everybody; only admins where the identity provider is the way in, so that its failure never locks them out."""
    if settings().password_sign_in:
        return True
    admin = sa.select(RoleGrant.id).where(RoleGrant.account_id == account_id, RoleGrant.role == GrantedRole.ADMIN)
    return db.scalar(admin) is not None


def start_session(db: DbSession, account_id: int, visitor: Visitor, *, now: datetime) -> str:
    """Enter a session of an account and return its token, of which only the hash is kept."""
    token = new_token()
    row = SignInSession(
        token_hash=token_hash(token),
        account_id=account_id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + settings().absolute_limit,
        address=visitor.address[:64],
        user_agent=visitor.user_agent[:200],
    )
    db.add(row)
    db.flush()
    audit.record(
        db,
        actor_of_account(db, account_id, now=now),
        now=now,
        operation="accounts.sign_in",
        object_type="sign_in_session",
        object_id=row.id,
    )
    return token


def end_sessions(db: DbSession, *, now: datetime, reason: str, account_id: int, only: int | None = None) -> int:
    """End an account's sessions, or `only` one of them; returns how many were live."""
    ended = db.execute(
        sa.update(SignInSession)
        .where(
            SignInSession.account_id == account_id,
            SignInSession.ended_at.is_(None),
            SignInSession.id == only if only is not None else sa.true(),
        )
        .values(ended_at=now, end_reason=reason)
    )
    return int(getattr(ended, "rowcount", 0))


def sign_out(token: str, *, now: datetime, on: sa.Engine | None = None) -> None:
    """End the session behind a cookie, if there is one."""
    with transaction(on) as db:
        row = db.scalar(sa.select(SignInSession).where(SignInSession.token_hash == token_hash(token)))
        if row is None or row.ended_at is not None:
            return
        end_sessions(db, now=now, reason="signed out", account_id=row.account_id, only=row.id)
        audit.record(
            db,
            actor_of_account(db, row.account_id, now=now),
            now=now,
            operation="accounts.sign_out",
            object_type="sign_in_session",
            object_id=row.id,
        )
