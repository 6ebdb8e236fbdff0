"""Writes on calendar feeds: make an address to subscribe to, take it back."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.errors import NotFound
from cop.models import CalendarFeed, Community
from cop.permissions import Actor, Permission, require

OBJECT_TYPE = "calendar_feed"


def make_feed(
    db: DbSession, actor: Actor | None, *, now: datetime, token_hash: str, community_id: int | None = None
) -> int:
    """An address for one community's sessions, or for those of all that the actor belongs to; returns its id.

    The caller makes the secret and passes only its hash (cop.accounts.tokens); an earlier address for the same stops
    working.
    """
    actor = require(actor, Permission.OWN_ACCOUNT)
    if community_id is not None and db.get(Community, community_id) is None:
        raise NotFound
    for old in db.scalars(_live(actor).where(CalendarFeed.community_id.is_not_distinct_from(community_id))):
        _end(db, actor, old, now=now)
    row = CalendarFeed(account_id=actor.account_id, community_id=community_id, token_hash=token_hash, created_at=now)
    db.add(row)
    db.flush()
    _record(db, actor, row, now=now, operation="make_feed")
    return row.id


def revoke_feed(db: DbSession, actor: Actor | None, *, now: datetime, feed_id: int) -> int:
    """Let an address of the actor's own stop working; returns its id."""
    actor = require(actor, Permission.OWN_ACCOUNT)
    row = db.scalar(_live(actor).where(CalendarFeed.id == feed_id))
    if row is None:
        raise NotFound
    _end(db, actor, row, now=now)
    return row.id


def _live(actor: Actor) -> sa.Select[CalendarFeed]:
    return sa.select(CalendarFeed).where(CalendarFeed.account_id == actor.account_id, CalendarFeed.revoked_at.is_(None))


def _end(db: DbSession, actor: Actor, row: CalendarFeed, *, now: datetime) -> None:
    row.revoked_at = now
    db.flush()
    _record(db, actor, row, now=now, operation="revoke_feed")


def _record(db: DbSession, actor: Actor, row: CalendarFeed, *, now: datetime, operation: str) -> None:
    audit.record(
        db,
        actor,
        now=now,
        operation=f"sessions.{operation}",
        topics=("feeds",),
        object_type=OBJECT_TYPE,
        object_id=row.id,
        community_id=row.community_id,
    )
