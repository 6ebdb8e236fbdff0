"""Keeps the figures by month up to date, in the transaction of the write that changes them.

A write says which community it touched and since which day; before the commit that community's months from there
on are counted again. Reading a year of 500 communities then costs thousands of rows, not a million attendances.
Definitions: docs/metrics.md. A unit's figures count the people who belong to it today; memberships of an archived
community end, for every figure, on the day it was archived.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import AttendanceKind, SessionStatus
from cop.db import before_commit
from cop.models import (
    ActivityMonth,
    ActivityUnitMonth,
    Attendance,
    Community,
    CommunitySession,
    Contribution,
    Facilitator,
    MemberActivity,
    Membership,
    MembershipMonth,
    Person,
)
from cop.organisation import time_zone
from cop.periods import ACTIVE_DAYS, add_months, local_day, month_end, month_of

_DIRTY = "cop_facts_dirty"
EVER = date.min.replace(year=1900)


def touch(db: DbSession, community_id: int, since: date) -> None:
    """Count the community's months again from `since`'s on, once, before the transaction commits."""
    dirty: dict[int, date] = db.info.setdefault(_DIRTY, {})
    dirty[community_id] = min(since, dirty.get(community_id, since))
    before_commit(db, "facts", refresh_dirty)


def touch_person(db: DbSession, person_id: int) -> None:
    """Count again everything the person takes part in: their unit changed, or two records became one."""
    _touch_all(db, _rooms_of(sa.select(sa.literal(person_id))))


def touch_unit(db: DbSession, unit_id: int) -> None:
    """Count again everything the unit's people take part in, and what is counted for it: it is going to end."""
    counted_for = [
        sa.select(table.community_id).where(table.org_unit_id == unit_id)
        for table in (ActivityUnitMonth, MembershipMonth, MemberActivity)
    ]
    _touch_all(db, [*_rooms_of(sa.select(Person.id).where(Person.org_unit_id == unit_id)), *counted_for])


def touch_everything(db: DbSession) -> None:
    """Count every community again: the days themselves have changed."""
    _touch_all(db, [sa.select(Community.id)])


def _rooms_of(people: sa.Select[int]) -> list[sa.Select[int]]:
    """The communities in which these people left a trace."""
    return [
        sa.select(Membership.community_id).where(Membership.person_id.in_(people)),
        sa.select(Facilitator.community_id).where(Facilitator.person_id.in_(people)),
        sa.select(Contribution.community_id).where(Contribution.person_id.in_(people)),
        sa.select(CommunitySession.community_id).join(Attendance).where(Attendance.person_id.in_(people)),
    ]


def _touch_all(db: DbSession, rooms: list[sa.Select[int]]) -> None:
    for community_id in db.scalars(sa.union(*rooms)):
        touch(db, community_id, EVER)


def refresh_dirty(db: DbSession) -> None:
    """Count again what was touched in this transaction."""
    dirty: dict[int, date] = db.info.pop(_DIRTY, {})
    db.flush()
    for community_id, since in sorted(dirty.items()):
        refresh(db, community_id, month_of(since))


@dataclass(frozen=True)
class _Stay:
    """A membership or an assignment: who, from when, until when (the first day outside)."""

    person_id: int
    start: date
    end: date

    def covers(self, day: date) -> bool:
        return self.start <= day < self.end


@dataclass(frozen=True)
class _Visit:
    """An attendance with the day of the one before it in this community."""

    session_id: int
    day: date
    person_id: int
    previous: date | None


@dataclass(frozen=True)
class _Gift:
    """A contribution."""

    day: date
    person_id: int | None


Rows = dict[Any, list[dict[str, Any]]]
"""Rows by their table of figures."""


def refresh(db: DbSession, community_id: int, since: date) -> None:
    """Replace the community's figures of the months from `since` (a first of month) on."""
    _wait_for_others(db, community_id)
    for table, rows in counted(db, community_id, since).items():
        months = () if table is MemberActivity else (table.month >= since,)
        db.execute(sa.delete(table).where(table.community_id == community_id, *months))
        _insert(db, table, rows)


def counted(db: DbSession, community_id: int, since: date = EVER) -> Rows:
    """The community's figures of the months from `since` (a first of month) on, counted from what they are about."""
    seen_from = max(EVER, since - timedelta(days=ACTIVE_DAYS + 2)) if since > EVER else EVER
    members = _until_archived(db, community_id, _stays(db, Membership, community_id))
    carriers = _stays(db, Facilitator, community_id)
    visits = _visits(db, community_id, seen_from)
    gifts = _gifts(db, community_id, seen_from)
    people = {stay.person_id for stay in members} | {visit.person_id for visit in visits}
    units = _units(db, people | {gift.person_id for gift in gifts if gift.person_id})

    total: dict[date, Counter[str]] = defaultdict(Counter)
    by_unit: dict[tuple[date, int], Counter[str]] = defaultdict(Counter)

    def count(day: date, person_id: int | None, what: str, number: int = 1) -> None:
        month = month_of(day)
        total[month][what] += number
        unit = units.get(person_id) if person_id else None
        if unit is not None:
            by_unit[month, unit][what] += number

    listed = _count_sessions(db, community_id, since, total)
    for visit in visits:
        if visit.day >= since:
            count(visit.day, visit.person_id, "attendances")
            count(visit.day, visit.person_id, _class_of(visit))
    for gift in gifts:
        if gift.day >= since:
            count(gift.day, gift.person_id, "contributions")
    _count_participation(listed, visits, members, carriers, count)
    _count_active(since, visits, gifts, members, count)
    base = {"community_id": community_id}
    return {
        ActivityMonth: [{**base, "month": month, **counts} for month, counts in total.items()],
        ActivityUnitMonth: [
            {**base, "month": month, "org_unit_id": unit, **counts} for (month, unit), counts in by_unit.items()
        ],
        MembershipMonth: [{**base, **row} for row in _moves(since, members, units)],
        MemberActivity: [{**base, **row} for row in _last_activity(db, community_id, members)],
    }


def _wait_for_others(db: DbSession, community_id: int) -> None:
    """Whoever else counts this community commits first, so that neither misses the other's rows (SQLite: no-op)."""
    db.execute(sa.select(Community.id).where(Community.id == community_id).with_for_update(key_share=True))


def _until_archived(db: DbSession, community_id: int, stays: list[_Stay]) -> list[_Stay]:
    """The stays, ended by the day on which the community was archived, if it was."""
    archived_at = db.scalar(sa.select(Community.archived_at).where(Community.id == community_id))
    if archived_at is None:
        return stays
    day = local_day(archived_at, time_zone(db))
    return [_Stay(stay.person_id, stay.start, min(stay.end, day)) for stay in stays if stay.start < day]


def _class_of(visit: _Visit) -> str:
    """First attendance in that community; back after 90 days or more; or one of the rest."""
    if visit.previous is None:
        return "newcomers"
    return "reactivated" if (visit.day - visit.previous).days >= ACTIVE_DAYS else "returners"


def _stays(db: DbSession, table: Any, community_id: int) -> list[_Stay]:
    start, end = (table.joined_on, table.left_on) if table is Membership else (table.since_on, table.until_on)
    rows = db.execute(sa.select(table.person_id, start, end).where(table.community_id == community_id))
    return [_Stay(person, first or EVER, last or date.max) for person, first, last in rows]


def _visits(db: DbSession, community_id: int, since: date) -> list[_Visit]:
    previous = sa.func.lag(CommunitySession.day, type_=sa.Date()).over(
        partition_by=Attendance.person_id, order_by=(CommunitySession.day, CommunitySession.id)
    )
    every = (
        sa.select(
            Attendance.session_id,
            CommunitySession.day.label("day"),
            Attendance.person_id,
            previous.label("previous"),
        )
        .join(CommunitySession, CommunitySession.id == Attendance.session_id)
        .where(CommunitySession.community_id == community_id)
        .subquery()
    )
    return [_Visit(*row) for row in db.execute(sa.select(every).where(every.c.day >= since))]


def _gifts(db: DbSession, community_id: int, since: date) -> list[_Gift]:
    rows = sa.select(Contribution.day, Contribution.person_id).where(
        Contribution.community_id == community_id, Contribution.day >= since
    )
    return [_Gift(day, person) for day, person in db.execute(rows)]


def _units(db: DbSession, people: Iterable[int]) -> dict[int, int]:
    """The org unit of each person who has one; asked in slices, since databases bound the parameters."""
    ids, found = sorted(people), {}
    for start in range(0, len(ids), 500):
        rows = sa.select(Person.id, Person.org_unit_id).where(Person.id.in_(ids[start : start + 500]))
        found.update({person: unit for person, unit in db.execute(rows) if unit is not None})
    return found


def _count_sessions(db: DbSession, community_id: int, since: date, total: dict[date, Counter[str]]) -> dict[int, date]:
    """Count held sessions; returns those with a list and their day."""
    people = sa.select(sa.func.count()).where(Attendance.session_id == CommunitySession.id).scalar_subquery()
    rows = sa.select(
        CommunitySession.id, CommunitySession.day, CommunitySession.attendance_kind, CommunitySession.headcount, people
    ).where(
        CommunitySession.community_id == community_id,
        CommunitySession.status == SessionStatus.HELD,
        CommunitySession.day >= since,
    )
    listed: dict[int, date] = {}
    for session_id, day, kind, headcount, came in db.execute(rows):
        month = total[month_of(day)]
        month["sessions_held"] += 1
        if kind is AttendanceKind.LIST:
            listed[session_id] = day
            month["sessions_listed"] += 1
        if kind is not AttendanceKind.MISSING:
            month["sessions_counted"] += 1
            month["headcount"] += came if kind is AttendanceKind.LIST else headcount
    return listed


def _count_participation(
    listed: dict[int, date], visits: list[_Visit], members: list[_Stay], carriers: list[_Stay], count: Any
) -> None:
    """Attending members and members on the day, facilitators left out of both."""
    came: dict[int, set[int]] = defaultdict(set)
    for visit in visits:
        came[visit.session_id].add(visit.person_id)
    for session_id, day in listed.items():
        carrying = {stay.person_id for stay in carriers if stay.covers(day)}
        for person_id in {stay.person_id for stay in members if stay.covers(day)} - carrying:
            count(day, person_id, "members_on_day")
            if person_id in came[session_id]:
                count(day, person_id, "attending_members")


def _count_active(since: date, visits: list[_Visit], gifts: list[_Gift], members: list[_Stay], count: Any) -> None:
    """Members with an attendance or contribution in the 90 days to each month's end."""
    active_in: dict[date, set[int]] = defaultdict(set)
    for day, person_id in {(v.day, v.person_id) for v in visits} | {(g.day, g.person_id) for g in gifts if g.person_id}:
        month = month_of(day)
        while (month_end(month) - day).days < ACTIVE_DAYS:
            active_in[month].add(person_id)
            month = add_months(month, 1)
    stays: dict[int, list[_Stay]] = defaultdict(list)
    for stay in members:
        stays[stay.person_id].append(stay)
    for month, people in active_in.items():
        if month < since:
            continue
        for person_id in people:
            if any(stay.covers(month_end(month)) for stay in stays[person_id]):
                count(month, person_id, "active_members")


def _moves(since: date, members: list[_Stay], units: dict[int, int]) -> Iterator[dict[str, Any]]:
    """Who came and went, by month and unit."""
    moves: dict[tuple[date, int | None], Counter[str]] = defaultdict(Counter)
    for stay in members:
        if stay.start >= since:
            moves[month_of(stay.start), units.get(stay.person_id)]["joined"] += 1
        if since <= stay.end < date.max:
            moves[month_of(stay.end), units.get(stay.person_id)]["left"] += 1
    for (month, unit), counts in moves.items():
        yield {"month": month, "org_unit_id": unit, **counts}


def _last_activity(db: DbSession, community_id: int, members: list[_Stay]) -> Iterator[dict[str, Any]]:
    """The last day of each current member, over all years: a write may concern days that lie far ahead or back."""
    days = sa.union_all(
        sa.select(Attendance.person_id, CommunitySession.day)
        .join(CommunitySession, CommunitySession.id == Attendance.session_id)
        .where(CommunitySession.community_id == community_id),
        sa.select(Contribution.person_id, Contribution.day).where(
            Contribution.community_id == community_id, Contribution.person_id.is_not(None)
        ),
    ).subquery()
    last = sa.select(days.c.person_id, sa.func.max(days.c.day), Person.org_unit_id)
    last = last.join(Person, Person.id == days.c.person_id).group_by(days.c.person_id, Person.org_unit_id)
    current = {stay.person_id for stay in members if stay.end == date.max}
    for person_id, day, unit in db.execute(last):
        if person_id in current:
            yield {"person_id": person_id, "org_unit_id": unit, "last_active_on": day}


def _insert(db: DbSession, table: Any, rows: list[dict[str, Any]]) -> None:
    """Insert in one statement; what a row doesn't count is 0."""
    if not rows:
        return
    counted = [column.key for column in table.__table__.columns if isinstance(column.type, sa.Integer)]
    zero = {name: 0 for name in counted if not table.__table__.c[name].primary_key and not name.endswith("_id")}
    db.execute(sa.insert(table), [zero | row for row in rows])
