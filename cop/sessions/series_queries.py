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


@dataclass(frozen=True)
class Running:
    """A series of which a session is to come, with the next one."""

    series: Series
    next_session_id: int


@query("sessions", public=True)
def series(db: DbSession, actor: Actor | None, *, series_id: int) -> Series:  # noqa: ARG001 - public
    """One series; NotFound where there is none."""
    row = db.get(SessionSeries, series_id)
    if row is None:
        raise NotFound
    return _of(row)


@query("sessions", public=True)
def series_of(db: DbSession, actor: Actor | None, *, community_id: int, now: datetime) -> tuple[Running, ...]:  # noqa: ARG001 - public
    """A community's series of which a session is planned, in the order of their next sessions."""
    rows = db.execute(
        sa.select(CommunitySession.id, SessionSeries)
        .join(SessionSeries, SessionSeries.id == CommunitySession.series_id)
        .where(
            CommunitySession.community_id == community_id,
            CommunitySession.status == SessionStatus.PLANNED,
            CommunitySession.starts_at > now,
            CommunitySession.series_day.is_not(None),
        )
        .order_by(CommunitySession.starts_at, CommunitySession.id)
    )
    nearest: dict[int, Running] = {}
    for session_id, row in rows:
        if row.id not in nearest:
            nearest[row.id] = Running(_of(row), session_id)
    return tuple(nearest.values())


@query("sessions", public=True)
def usual_holidays(db: DbSession, actor: Actor | None, *, community_id: int) -> str:  # noqa: ARG001 - public
    """The holidays that the last series leaves out, the community's or else anybody's."""
    newest = sa.select(SessionSeries.holidays).order_by(
        (SessionSeries.community_id == community_id).desc(), SessionSeries.id.desc()
    )
    return db.scalar(newest.limit(1)) or ""


def in_words(row: SessionSeries) -> str:
    """Such as "every 2 weeks on Tuesday at 09:00 (Europe/Madrid)"."""
    return f"{recurrence.in_words(recurrence.pattern(row.rule))} at {row.start_time:%H:%M} ({row.time_zone})"


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
    repeat = Repeat(recurrence.pattern(row.rule), row.until_on, row.holidays)
    return Series(row.id, row.version, row.community_id, plan, repeat, in_words(row))
