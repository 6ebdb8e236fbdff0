"""Setting a new password: by its owner who knows the old one, or with a one-time link.

Passwords are compared and hashed before the transaction that writes begins: bcrypt takes a quarter of a second.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from cop import audit
from cop.accounts import passwords, throttle
from cop.accounts.operations import issue_reset_link, set_own_password
from cop.accounts.queries import actor_of_account
from cop.accounts.sign_in import Visitor, checked, end_sessions, login_name, name_hash, start_session
from cop.accounts.tokens import new_token, token_hash
from cop.choices import LinkPurpose
from cop.db import reading, rowcount, transaction
from cop.errors import Invalid, NotFound
from cop.execute import execute
from cop.models import Account, OneTimeLink, Organisation
from cop.permissions import Actor

DEAD_LINK = "This link was used already or is too old. Ask the programme office for a new one."


@dataclass(frozen=True)
class NewPassword:
    """What the forms ask for: the new password, twice."""

    text: str
    again: str

    def problems(self, *, username: str, organisation: str) -> dict[str, str]:
        """By field, for its owner."""
        weak = passwords.weakness(self.text, username=username, organisation=organisation)
        if weak:
            return {"new": weak}
        return {} if self.text == self.again else {"again": "The two don't match."}


def change_password(
    actor: Actor, current: str, new: NewPassword, visitor: Visitor, *, now: datetime, on: sa.Engine | None = None
) -> str:
    """Change one's own password; every session ends, and the token of a new one is returned.

    Raises Invalid, or Throttled as at sign-in.
    """
    with reading(on) as db:
        username = db.scalar(sa.select(Account.username).where(Account.id == actor.account_id)) or ""
        organisation = db.scalar(sa.select(Organisation.name)) or ""
    errors = new.problems(username=username, organisation=organisation)
    if not errors and new.text == current:
        errors = {"new": "This is the password you have now. Choose another."}
    if errors:
        raise Invalid(errors)
    try:
        account = checked(username, current, visitor, now=now, on=on)
    except Invalid as wrong:
        raise Invalid({"current": "This is not your password."}) from wrong
    hashed = passwords.hash_password(new.text)
    execute(set_own_password, actor, on=on, now=now, seen_hash=account.password_hash, password_hash=hashed)
    with transaction(on) as db:
        return start_session(db, actor.account_id, visitor, now=now)


def has_password(account_id: int, *, on: sa.Engine | None = None) -> bool:
    """Whether an account can be opened with one; those that an identity provider opens may have none."""
    with reading(on) as db:
        stored = db.scalar(sa.select(Account.password_hash).where(Account.id == account_id))
    return stored not in {None, passwords.NONE}


def new_reset_link(
    actor: Actor | None, account_id: int, *, now: datetime | None = None, on: sa.Engine | None = None
) -> str:
    """Make a reset link for an account; returns its path, to be shown once. Raises Forbidden or Invalid."""
    token = new_token()
    execute(issue_reset_link, actor, on=on, now=now, account_id=account_id, secret_hash=token_hash(token))
    return f"/reset?t={token}"


@dataclass(frozen=True)
class LiveLink:
    """A reset link that still works, and whose it is."""

    id: int
    account_id: int
    username: str


def live_link(token: str, *, now: datetime, on: sa.Engine | None = None) -> LiveLink | None:
    """The reset link behind a token; None once it was used, is older than 24 hours, or its account is closed."""
    with reading(on) as db:
        row = db.execute(
            sa.select(OneTimeLink.id, Account.id, Account.username)
            .join(Account, Account.id == OneTimeLink.account_id)
            .where(
                OneTimeLink.secret_hash == token_hash(token),
                OneTimeLink.purpose == LinkPurpose.PASSWORD_RESET,
                OneTimeLink.used_at.is_(None),
                OneTimeLink.expires_at > now,
                Account.active.is_(True),
            )
        ).one_or_none()
    return LiveLink(*row) if row else None


def use_reset_link(token: str, new: NewPassword, *, now: datetime, on: sa.Engine | None = None) -> None:
    """Set the password of the link's account, end its sessions, and use the link up. Raises Invalid."""
    link = live_link(token, now=now, on=on)
    if link is None:
        raise Invalid({"": DEAD_LINK})
    with reading(on) as db:
        organisation = db.scalar(sa.select(Organisation.name)) or ""
    errors = new.problems(username=link.username, organisation=organisation)
    if errors:
        raise Invalid(errors)
    hashed = passwords.hash_password(new.text)
    with transaction(on) as db:
        used = db.execute(
            sa.update(OneTimeLink).where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None)).values(used_at=now)
        )
        account = db.get(Account, link.account_id)
        if account is None or not account.active or not rowcount(used):
            raise Invalid({"": DEAD_LINK})
        account.password_hash = hashed
        account.password_changed_at = now
        account.must_change_password = False
        end_sessions(db, now=now, reason="password reset", account_id=account.id)
        throttle.forgive(db, name_hash=name_hash(account.username))
        audit.record(
            db,
            actor_of_account(db, account.id, now=now),
            now=now,
            operation="accounts.use_reset_link",
            topics=("accounts",),
            object_type="account",
            object_id=account.id,
        )


def account_named(username: str, *, on: sa.Engine | None = None) -> int:
    """The id of the account with this user name; NotFound without one."""
    with reading(on) as db:
        found = db.scalar(sa.select(Account.id).where(Account.username == login_name(username)))
    if found is None:
        raise NotFound
    return found
