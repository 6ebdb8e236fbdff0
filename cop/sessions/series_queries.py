"""Series as everybody may see them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import SessionStatus
from cop.errors import NotFound
from cop.models import CommunitySession, SessionSeries
from cop.permissions import Actor
from cop.query import query
from cop.sessions import recurrence
from cop.sessions.inputs import Plan, Repeat


@dataclass(frozen=True)
class Series:
    """A series with its plan, whose times are those of its first day, and its rule in words."""

    id: int
    version: int
    community_id: int
    plan: Plan
    repeat: Repeat
    words: str


@query("sessions", public=True)
def series(db: DbSession, actor: Actor | None, *, series_id: int) -> Series:  # noqa: ARG001 - public
    """One series; NotFound where there is none."""
    row = db.get(SessionSeries, series_id)
    if row is None:
        raise NotFound
    return _of(row)


@query("sessions", public=True)
def series_of(db: DbSession, actor: Actor | None, *, community_id: int, now: datetime) -> tuple[Series, ...]:  # noqa: ARG001 - public
    """A community's series of which a session is planned, in the order of their making."""
    planned = sa.select(CommunitySession.series_id).where(
        CommunitySession.community_id == community_id,
        CommunitySession.status == SessionStatus.PLANNED,
        CommunitySession.starts_at > now,
        CommunitySession.series_day.is_not(None),
    )
    wanted = sa.select(SessionSeries).where(SessionSeries.community_id == community_id, SessionSeries.id.in_(planned))
    return tuple(_of(row) for row in db.scalars(wanted.order_by(SessionSeries.id)))


def _of(row: SessionSeries) -> Series:
    start = datetime.combine(row.first_on, row.start_time)
    plan = Plan(
        title=row.title,
        start=start,
        end=start + timedelta(minutes=row.minutes),
        time_zone=row.time_zone,
        kind=row.kind.value,
        place=row.place,
        link=row.link,
        agenda=row.agenda,
    )
    pattern = recurrence.pattern(row.rule)
    words = f"{row.title}: {recurrence.in_words(pattern)} at {row.start_time:%H:%M} ({row.time_zone})"
    return Series(row.id, row.version, row.community_id, plan, Repeat(pattern, row.until_on, row.holidays), words)
