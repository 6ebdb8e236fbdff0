"""A series' sessions: made a year ahead, and brought along when the series changes."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import SessionStatus
from cop.models import CommunitySession, SessionSeries
from cop.organisation import time_zone
from cop.periods import local_day
from cop.permissions import Actor
from cop.sessions import recurrence, rows
from cop.sessions.rhythm import Meets, days_ahead

DETAILS = ("title", "kind", "place", "link", "agenda")
_SEEN = (*DETAILS, "starts_at", "ends_at", "time_zone")


def meets(series: SessionSeries) -> Meets:
    """The series as it is now."""
    return Meets(
        rule=series.rule,
        first_on=series.first_on,
        until_on=series.until_on,
        start_time=series.start_time,
        minutes=series.minutes,
        time_zone=series.time_zone,
        holidays=series.holidays,
        details={name: getattr(series, name) for name in DETAILS},
    )


def make(
    db: DbSession, row: SessionSeries, days: Collection[date], *, now: datetime
) -> tuple[list[CommunitySession], list[date]]:
    """Plan the series' sessions on these days; those on which the community plans the same already are returned."""
    series, zone = meets(row), time_zone(db)
    taken = _same_already(db, row, [series.span(day)[0] for day in days])
    made, twice = [], []
    for day in days:
        starts_at, ends_at = series.span(day)
        if starts_at in taken:
            twice.append(day)
            continue
        values = {
            **series.details,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "planned_starts_at": starts_at,
            "time_zone": series.time_zone,
            "day": local_day(starts_at, zone),
            "series_id": row.id,
            "series_day": day,
        }
        made.append(rows.new_row(db, row.community_id, SessionStatus.PLANNED, values, now, flush=False))
    db.flush()
    return made, twice


def _same_already(db: DbSession, row: SessionSeries, starts: list[datetime]) -> set[datetime]:
    if not starts:
        return set()
    there = db.execute(
        sa.select(CommunitySession.starts_at, CommunitySession.title).where(
            CommunitySession.community_id == row.community_id,
            CommunitySession.starts_at.between(min(starts), max(starts)),
            CommunitySession.status != SessionStatus.CANCELLED,
        )
    )
    return {at for at, title in there if title.casefold() == row.title.casefold()}


def coming(db: DbSession, series_id: int, *, now: datetime, since: date | None = None) -> list[CommunitySession]:
    """The series' sessions that haven't begun, from an occurrence's day on: planned ones, and those called off."""
    wanted = sa.select(CommunitySession).where(
        CommunitySession.series_id == series_id,
        CommunitySession.series_day.is_not(None),
        CommunitySession.status != SessionStatus.HELD,
        CommunitySession.starts_at > now,
    )
    if since is not None:
        wanted = wanted.where(CommunitySession.series_day >= since)
    return list(db.scalars(wanted.order_by(CommunitySession.series_day)))


def follow(
    db: DbSession, actor: Actor, row: SessionSeries, there: list[CommunitySession], *, was: Meets, now: datetime
) -> None:
    """Bring a series' sessions along: each keeps its identity and what was said for it alone.

    On days that are new, sessions are planned; those without a day any more are withdrawn.
    """
    db.flush()
    others = db.scalars(
        sa.select(CommunitySession.series_day).where(
            CommunitySession.series_id == row.id, CommunitySession.id.not_in([one.id for one in there])
        )
    ).all()
    wanted = [day for day in days_ahead(meets(row), now=now)[0] if day not in set(others)]
    days = {one.id: one.series_day for one in there if one.series_day}
    pairs = recurrence.matched(list(days.values()), wanted)
    _free_days(db, there)
    for one in there:
        day = days[one.id]
        if day in pairs:
            _move(db, actor, one, row, (day, pairs[day]), was=was, now=now)
        elif one.status is SessionStatus.PLANNED:
            withdraw(db, actor, one, "Its series doesn’t meet then any more.", now=now)
    make(db, row, [day for day in wanted if day not in set(pairs.values())], now=now)


def _free_days(db: DbSession, there: Iterable[CommunitySession]) -> None:
    """Sessions change places one by one; two of them must not stand on one day in between."""
    for one in there:
        one.series_day = None
    db.flush()


def _move(
    db: DbSession,
    actor: Actor,
    one: CommunitySession,
    row: SessionSeries,
    days: tuple[date, date],
    *,
    was: Meets,
    now: datetime,
) -> None:
    """Give a session its day in the series as it is now; what it shared with the series before, it shares again."""
    before, seen, new = rows.snapshot(db, one), _seen(one), meets(row)
    one.series_id, one.series_day = row.id, days[1]
    if one.status is not SessionStatus.PLANNED:
        return
    for name, value in was.details.items():
        if getattr(one, name) == value:
            setattr(one, name, new.details[name])
    if (one.starts_at, one.ends_at) == was.span(days[0]):
        one.starts_at, one.ends_at = new.span(days[1])
        one.time_zone, one.planned_starts_at = new.time_zone, one.starts_at
        one.day = local_day(one.starts_at, time_zone(db))
    if _seen(one) != seen:
        one.sequence += 1
        rows.record(db, actor, one, now=now, operation="follow_series", before=before)


def _seen(one: CommunitySession) -> tuple[Any, ...]:
    return tuple(getattr(one, name) for name in _SEEN)


def withdraw(db: DbSession, actor: Actor, one: CommunitySession, reason: str, *, now: datetime) -> None:
    """Take a planned session out of its series: calendars learn of it, lists don't show it."""
    before = rows.snapshot(db, one)
    one.status, one.cancel_reason = SessionStatus.CANCELLED, reason
    one.planned_starts_at = one.series_day = None
    one.sequence += 1
    rows.record(db, actor, one, now=now, operation="withdraw_session", before=before)
