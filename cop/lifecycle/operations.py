"""Accounts for those who joined the organisation; the end of those of who left, and its undoing."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit, facts
from cop.accounts.operations import create_account, issue_reset_link, set_active
from cop.catalog.operations import end_facilitator
from cop.choices import PersonKind
from cop.errors import Invalid
from cop.lifecycle.ended import DEACTIVATED, what_ended
from cop.models import Account, Community, Facilitator, Membership, Person
from cop.organisation import time_zone
from cop.periods import local_day
from cop.permissions import Actor, Permission, require

LEFT = "Left the organisation"


@dataclass(frozen=True)
class NewAccount:
    """Whose it is, the user name, and the hash of the link by which its owner sets a password."""

    person_id: int
    username: str
    secret_hash: str


def create_accounts(db: DbSession, actor: Actor | None, *, now: datetime, accounts: tuple[NewAccount, ...]) -> int:
    """Give many people an account and a link for a password, all or nobody; returns how many.

    Raises Invalid with a sentence for each who can't get one.
    """
    actor = require(actor, Permission.ACCOUNT_MANAGE)
    if not accounts:
        raise Invalid({"": "Tick who shall get an account."})
    problems: list[str] = []
    for wanted in accounts:
        person = db.get(Person, wanted.person_id)
        if person is None or not _is_staff(person):
            problems.append(f"{person.name if person else 'Somebody'} is not among the active staff any more.")
            continue
        try:
            made = create_account(db, actor, now=now, person_id=person.id, username=wanted.username)
        except Invalid as invalid:
            problems.append(f"{person.name}: {invalid}")
        else:
            issue_reset_link(db, actor, now=now, account_id=made, secret_hash=wanted.secret_hash)
    if problems:
        raise Invalid({"": " ".join(problems)})
    return len(accounts)


def _is_staff(person: Person) -> bool:
    return person.active and person.merged_into_id is None and person.kind is PersonKind.STAFF


def deactivate_leavers(db: DbSession, actor: Actor | None, *, now: datetime, account_ids: tuple[int, ...]) -> int:
    """Deactivate the accounts of people who left, all or none; returns how many.

    Their sign-in sessions end at once; memberships and facilitator roles end today. An account that was deactivated
    meanwhile is passed over; one whose owner came back refuses the whole.
    """
    actor = require(actor, Permission.ACCOUNT_MANAGE)
    if not account_ids:
        raise Invalid({"": "Tick whose account shall be deactivated."})
    today = local_day(now, time_zone(db))
    done = 0
    for account, person in _accounts(db, account_ids):
        if person.active:
            raise Invalid({"": f"{person.name} is active again. Look at the list as it is now."})
        if not account.active:
            continue
        try:
            set_active(db, actor, now=now, account_id=account.id, active=False, version=account.version)
        except Invalid as invalid:
            raise Invalid({"": f"{person.name}: {invalid}"}) from invalid
        ended = {
            "memberships": _end_memberships(db, actor, now, person.id, today),
            "facilitates": _end_roles(db, actor, now, person.id, today),
        }
        _record(db, actor, now, DEACTIVATED, "account", account.id, after={"active": False, **ended})
        done += 1
    return done


def _accounts(db: DbSession, ids: tuple[int, ...]) -> list[tuple[Account, Person]]:
    rows = db.execute(sa.select(Account, Person).join(Person).where(Account.id.in_(ids)).order_by(Account.id))
    return [(account, person) for account, person in rows]


def _end_memberships(db: DbSession, actor: Actor, now: datetime, person_id: int, today: date) -> list[dict[str, Any]]:
    ended = []
    for stay in db.scalars(
        sa.select(Membership).where(Membership.person_id == person_id, Membership.left_on.is_(None))
    ).all():
        before = audit.values(stay)
        stay.left_on, stay.leave_reason = max(today, stay.joined_on), LEFT
        db.flush()
        facts.touch(db, stay.community_id, stay.left_on)
        _record_stay(db, actor, now, "lifecycle.end_membership", stay, before, topics=_BELONGING)
        ended.append({"membership": stay.id, "community_id": stay.community_id, "left_on": stay.left_on.isoformat()})
    return ended


_BELONGING = ("memberships",)
_FACILITATION = ("catalog", "memberships", "sessions")


def _end_roles(db: DbSession, actor: Actor, now: datetime, person_id: int, today: date) -> list[dict[str, Any]]:
    ended = []
    lasting = sa.or_(Facilitator.until_on.is_(None), Facilitator.until_on > today)
    for role in db.scalars(sa.select(Facilitator).where(Facilitator.person_id == person_id, lasting)).all():
        before = role.until_on.isoformat() if role.until_on else None
        until = max(today, role.since_on or today)
        end_facilitator(db, actor, now=now, community_id=role.community_id, facilitator_id=role.id, until_on=until)
        ended.append(
            {
                "facilitator": role.id,
                "community_id": role.community_id,
                "until_on": until.isoformat(),
                "until_on_before": before,
            }
        )
    return ended


def reactivate(db: DbSession, actor: Actor | None, *, now: datetime, account_ids: tuple[int, ...]) -> int:
    """Undo `deactivate_leavers`: the account, and of what ended with it whatever nobody changed since.

    Nothing comes back in a community that was archived, or that the person has joined anew. Returns how many
    accounts; those that are active already are passed over.
    """
    actor = require(actor, Permission.ACCOUNT_MANAGE)
    done = 0
    for account, _person in _accounts(db, account_ids):
        if account.active:
            continue
        set_active(db, actor, now=now, account_id=account.id, active=True, version=account.version)
        ended = what_ended(db, account.id)
        for item in ended["memberships"]:
            _rejoin(db, actor, now, item)
        for item in ended["facilitates"]:
            _carry_on(db, actor, now, item)
        done += 1
    return done


def _rejoin(db: DbSession, actor: Actor, now: datetime, item: dict[str, Any]) -> None:
    stay = db.get(Membership, item["membership"])
    if stay is None or stay.left_on != date.fromisoformat(item["left_on"]) or not _is_open(db, stay.community_id):
        return
    anew = sa.select(Membership.id).where(
        Membership.community_id == stay.community_id,
        Membership.person_id == stay.person_id,
        Membership.id != stay.id,
        Membership.joined_on >= stay.left_on,
    )
    if db.scalar(anew.limit(1)) is not None:
        return
    before, day = audit.values(stay), stay.left_on
    stay.left_on, stay.leave_reason = None, ""
    db.flush()
    facts.touch(db, stay.community_id, day)
    _record_stay(db, actor, now, "lifecycle.restore_membership", stay, before, topics=_BELONGING)


def _carry_on(db: DbSession, actor: Actor, now: datetime, item: dict[str, Any]) -> None:
    role = db.get(Facilitator, item["facilitator"])
    if role is None or role.until_on != date.fromisoformat(item["until_on"]) or not _is_open(db, role.community_id):
        return
    anew = sa.select(Facilitator.id).where(
        Facilitator.community_id == role.community_id,
        Facilitator.person_id == role.person_id,
        Facilitator.id != role.id,
        sa.or_(Facilitator.until_on.is_(None), Facilitator.until_on > role.until_on),
    )
    if db.scalar(anew.limit(1)) is not None:
        return
    before, day = audit.values(role), role.until_on
    old = item["until_on_before"]
    role.until_on = date.fromisoformat(old) if old else None
    db.flush()
    facts.touch(db, role.community_id, day)
    _record_stay(db, actor, now, "lifecycle.restore_facilitator", role, before, topics=_FACILITATION)


def _is_open(db: DbSession, community_id: int) -> bool:
    community = db.get(Community, community_id)
    return community is not None and community.archived_at is None


def _record_stay(
    db: DbSession,
    actor: Actor,
    now: datetime,
    operation: str,
    row: Membership | Facilitator,
    before: dict[str, Any],
    topics: tuple[str, ...],
) -> None:
    audit.record(
        db,
        actor,
        now=now,
        operation=operation,
        topics=topics,
        object_type=row.__tablename__,
        object_id=row.id,
        community_id=row.community_id,
        before=before,
        after=audit.values(row),
    )


def _record(
    db: DbSession, actor: Actor, now: datetime, operation: str, kind: str, row_id: int, after: dict[str, Any]
) -> None:
    audit.record(
        db,
        actor,
        now=now,
        operation=operation,
        topics=("accounts",),
        object_type=kind,
        object_id=row_id,
        after=after,
    )
