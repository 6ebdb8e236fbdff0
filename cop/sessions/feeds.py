"""Calendar feeds: one's own on screen, and what an address shows when a calendar program fetches it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import Answer
from cop.models import (
    Account,
    CalendarFeed,
    Community,
    CommunitySession,
    Facilitator,
    Membership,
    Person,
    Registration,
)
from cop.organisation import organisation
from cop.periods import local_day
from cop.permissions import Actor, Permission, require
from cop.query import query

NOTED_EVERY = timedelta(hours=1)
BACK, AHEAD = timedelta(days=90), timedelta(days=400)
MOST = 5_000
"""Entries in one feed; the nearest days come first."""


@dataclass(frozen=True)
class Feed:
    """An address somebody made; the address itself is known only to who made it."""

    id: int
    community: str
    """Empty for the sessions of all one's communities."""
    created_at: datetime
    fetched_at: datetime | None


@dataclass(frozen=True)
class FeedEntry:
    """A session as its community's calendar shows it."""

    id: int
    uid: str
    sequence: int
    community: str
    title: str
    status: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    place: str
    link: str
    agenda: str
    cancel_reason: str
    created_at: datetime


@dataclass(frozen=True)
class Subscribed:
    """What an address opens at a moment."""

    feed_id: int
    name: str
    entries: tuple[FeedEntry, ...]


@query("feeds", "catalog")
def my_feeds(db: DbSession, actor: Actor) -> tuple[Feed, ...]:
    """The actor's addresses that work, the oldest first."""
    actor = require(actor, Permission.OWN_ACCOUNT)
    rows = db.execute(
        sa.select(
            CalendarFeed.id, sa.func.coalesce(Community.name, ""), CalendarFeed.created_at, CalendarFeed.fetched_at
        )
        .outerjoin(Community, Community.id == CalendarFeed.community_id)
        .where(CalendarFeed.account_id == actor.account_id, CalendarFeed.revoked_at.is_(None))
        .order_by(CalendarFeed.id)
    )
    return tuple(Feed(*row) for row in rows)


def subscribed(db: DbSession, token_hash: str, *, now: datetime) -> Subscribed | None:
    """What the address with this hash shows now; None where it is unknown, taken back, or its owner's account closed.

    Whose sessions these are is asked afresh: who leaves a community no longer gets its sessions.
    """
    feed = db.execute(
        sa.select(CalendarFeed.id, CalendarFeed.community_id, Account.person_id, Community.name)
        .join(Account, Account.id == CalendarFeed.account_id)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(Community, Community.id == CalendarFeed.community_id)
        .where(CalendarFeed.token_hash == token_hash, CalendarFeed.revoked_at.is_(None), Account.active, Person.active)
    ).one_or_none()
    if feed is None:
        return None
    home = organisation(db)
    today = local_day(now, home.time_zone)
    name = feed.name or f"{home.name}: my communities"
    wanted = (
        CommunitySession.community_id == feed.community_id
        if feed.community_id is not None
        else _mine(feed.person_id, today)
    )
    rows = db.execute(
        sa.select(CommunitySession, Community.name)
        .join(Community)
        .where(wanted, CommunitySession.day.between(today - BACK, today + AHEAD))
        .order_by(CommunitySession.day, CommunitySession.id)
        .limit(MOST)
    )
    return Subscribed(feed.id, name, tuple(_entry(session, community) for session, community in rows))


def note_fetch(db: DbSession, feed_id: int, *, now: datetime) -> None:
    """Remember that a calendar program was here; at most once an hour, and nobody's screen is told."""
    db.execute(
        sa.update(CalendarFeed)
        .where(
            CalendarFeed.id == feed_id,
            sa.or_(CalendarFeed.fetched_at.is_(None), CalendarFeed.fetched_at < now - NOTED_EVERY),
        )
        .values(fetched_at=now)
    )


def _mine(person_id: int, today: object) -> sa.ColumnElement[bool]:
    """The sessions of the communities that a person belongs to or facilitates today, less those the person declined."""
    belongs = sa.select(Membership.community_id).where(Membership.person_id == person_id, Membership.left_on.is_(None))
    facilitates = sa.select(Facilitator.community_id).where(
        Facilitator.person_id == person_id, sa.or_(Facilitator.until_on.is_(None), Facilitator.until_on > today)
    )
    declined = sa.select(Registration.session_id).where(
        Registration.person_id == person_id, Registration.answer == Answer.DECLINED
    )
    return sa.and_(
        CommunitySession.community_id.in_(sa.union(belongs, facilitates)), CommunitySession.id.not_in(declined)
    )


def _entry(row: CommunitySession, community: str) -> FeedEntry:
    return FeedEntry(
        id=row.id,
        uid=row.uid,
        sequence=row.sequence,
        community=community,
        title=row.title,
        status=row.status.value,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        time_zone=row.time_zone,
        place=row.place,
        link=row.link,
        agenda=row.agenda,
        cancel_reason=row.cancel_reason,
        created_at=row.created_at,
    )
