"""Sessions: what was planned, what was held, who came, what changed."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import AttendanceKind, SessionStatus
from cop.errors import NotFound
from cop.models import (
    WITHDRAWN,
    Attendance,
    AuditEntry,
    Community,
    CommunitySession,
    Contribution,
    Membership,
    OrgUnit,
    Person,
    Resource,
)
from cop.permissions import Actor, Permission, may, require
from cop.query import query
from cop.sessions.calendar_pages import TOUCHES_AFTER, Listed
from cop.sessions.changes import Change, changes
from cop.sessions.rows import OBJECT_TYPE, taken_back
from cop.sessions.suggest import suggest_day, suggest_title
from cop.sessions.times import to_local

RECENT_SESSIONS = 8
"""How many of the last sessions decide who is usual."""


@dataclass(frozen=True)
class Gave:
    """A contribution with its contributor: naming one is giving credit, so everybody may see it."""

    id: int
    kind: str
    title: str
    person_id: int | None
    person: str
    url: str


@dataclass(frozen=True)
class Linked:
    """A link kept from a session."""

    id: int
    title: str
    url: str


@dataclass(frozen=True)
class SessionDetail:
    """A session as everybody may see it: no name of anybody who merely came."""

    id: int
    version: int
    community_id: int
    community: str
    slug: str
    archived: bool
    title: str
    kind: str
    status: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    day: date
    place: str
    link: str
    agenda: str
    topics: str
    decisions: str
    attendance_kind: str
    headcount: int | None
    """How many came: those on the list, or the number given; None where nothing is known."""
    cancel_reason: str
    planned: bool
    uid: str
    sequence: int
    series_id: int | None
    """The series it belongs to; None also for one that left its series."""
    series_day: date | None
    contributions: tuple[Gave, ...]
    links: tuple[Linked, ...]


@dataclass(frozen=True)
class Attendee:
    """Somebody who came."""

    person_id: int
    name: str
    unit: str
    led: bool
    spoke: bool


@dataclass(frozen=True)
class Visit:
    """Somebody who came, with the session they came to."""

    day: date
    session: str
    name: str
    unit: str
    led: bool
    spoke: bool


@dataclass(frozen=True)
class Prefill:
    """What a recording form opens with when nothing was planned: the last session's ways."""

    title: str
    kind: str
    start: datetime
    end: datetime
    time_zone: str
    place: str
    link: str


@dataclass(frozen=True)
class Usual:
    """Who belongs to a community's sessions: members, and whoever came lately; most frequent first."""

    people: tuple[int, ...]
    last_time: tuple[int, ...]
    """Who was on the last list that was taken."""


@dataclass(frozen=True)
class Room:
    """A community in which the actor may plan and record."""

    id: int
    name: str
    slug: str


@query("sessions", "catalog", "people", public=True)
def session_detail(db: DbSession, actor: Actor | None, *, session_id: int) -> SessionDetail:  # noqa: ARG001 - public
    """A session without attendees' names; NotFound where there is none."""
    found = db.execute(
        sa.select(CommunitySession, Community).join(Community).where(CommunitySession.id == session_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    row, room = found
    came = db.scalar(sa.select(sa.func.count()).where(Attendance.session_id == session_id))
    return SessionDetail(
        id=row.id,
        version=row.version,
        community_id=room.id,
        community=room.name,
        slug=room.slug,
        archived=room.archived_at is not None,
        title=row.title,
        kind=row.kind.value,
        status=row.status.value,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        time_zone=row.time_zone,
        day=row.day,
        place=row.place,
        link=row.link,
        agenda=row.agenda,
        topics=row.topics,
        decisions=row.decisions,
        attendance_kind=row.attendance_kind.value,
        headcount=came if row.attendance_kind is AttendanceKind.LIST else row.headcount,
        cancel_reason=row.cancel_reason,
        planned=row.planned_starts_at is not None,
        uid=row.uid,
        sequence=row.sequence,
        series_id=row.series_id if row.series_day is not None else None,
        series_day=row.series_day,
        contributions=_gave(db, session_id),
        links=_linked(db, session_id),
    )


def _gave(db: DbSession, session_id: int) -> tuple[Gave, ...]:
    rows = db.execute(
        sa.select(Contribution, Person.name)
        .outerjoin(Person, Person.id == Contribution.person_id)
        .where(Contribution.session_id == session_id)
        .order_by(Contribution.id)
    )
    return tuple(
        Gave(gift.id, gift.kind.value, gift.title, gift.person_id, name or "", gift.url) for gift, name in rows
    )


def _linked(db: DbSession, session_id: int) -> tuple[Linked, ...]:
    rows = db.execute(
        sa.select(Resource.id, Resource.title, Resource.url)
        .where(Resource.session_id == session_id, Resource.archived_at.is_(None))
        .order_by(Resource.id)
    )
    return tuple(Linked(*row) for row in rows)


@query("sessions", "people", "organisation")
def attendees(db: DbSession, actor: Actor, *, session_id: int) -> tuple[Attendee, ...]:
    """Who came: all names for those who may see them, else the actor alone if they came."""
    community_id = db.scalar(sa.select(CommunitySession.community_id).where(CommunitySession.id == session_id))
    require(actor, Permission.COMMUNITY_VIEW)
    rows = (
        sa.select(Person.id, Person.name, sa.func.coalesce(OrgUnit.name, ""), Attendance.led, Attendance.spoke)
        .join(Attendance, Attendance.person_id == Person.id)
        .outerjoin(OrgUnit, OrgUnit.id == Person.org_unit_id)
        .where(Attendance.session_id == session_id)
        .order_by(Person.name, Person.id)
    )
    if not may(actor, Permission.ATTENDANCE_NAMES, community_id=community_id):
        rows = rows.where(Person.id == actor.person_id)
    return tuple(Attendee(*row) for row in db.execute(rows))


@query("sessions", "people", "organisation")
def attendance(db: DbSession, actor: Actor | None, *, community_id: int) -> tuple[Visit, ...]:
    """Who came to a community's sessions, the latest first; for those who may see names."""
    require(actor, Permission.ATTENDANCE_NAMES, community_id=community_id)
    rows = db.execute(
        sa.select(
            CommunitySession.day,
            CommunitySession.title,
            Person.name,
            sa.func.coalesce(OrgUnit.name, ""),
            Attendance.led,
            Attendance.spoke,
        )
        .select_from(Attendance)
        .join(CommunitySession, CommunitySession.id == Attendance.session_id)
        .join(Person, Person.id == Attendance.person_id)
        .outerjoin(OrgUnit, OrgUnit.id == Person.org_unit_id)
        .where(CommunitySession.community_id == community_id)
        .order_by(CommunitySession.day.desc(), CommunitySession.id.desc(), Person.name, Person.id)
    )
    return tuple(Visit(*row) for row in rows)


@query("sessions", "catalog", public=True)
def prefill(db: DbSession, actor: Actor | None, *, community_id: int, zone: str, now: datetime) -> Prefill:  # noqa: ARG001 - public
    """Suggestions for an unplanned session from the last one held, in its time zone; without one, in `zone`."""
    name = db.scalar(sa.select(Community.name).where(Community.id == community_id))
    if name is None:
        raise NotFound
    last = db.scalar(
        sa.select(CommunitySession)
        .where(CommunitySession.community_id == community_id, CommunitySession.status == SessionStatus.HELD)
        .order_by(CommunitySession.day.desc(), CommunitySession.id.desc())
        .limit(1)
    )
    if last is None:
        start = to_local(now - timedelta(hours=1), zone).replace(minute=0, second=0, microsecond=0)
        return Prefill(f"{name} session"[:200], "regular", start, start + timedelta(hours=1), zone, "", "")
    start = suggest_day(to_local(last.starts_at, last.time_zone), to_local(now, last.time_zone))
    return Prefill(
        title=suggest_title(last.title),
        kind=last.kind.value,
        start=start,
        end=start + (last.ends_at - last.starts_at),
        time_zone=last.time_zone,
        place=last.place,
        link=last.link,
    )


@query("sessions", "memberships", "people")
def usual(db: DbSession, actor: Actor, *, community_id: int) -> Usual:
    """Who is likely to come, for those who may see names."""
    require(actor, Permission.ATTENDANCE_NAMES, community_id=community_id)
    recent = db.scalars(
        sa.select(CommunitySession.id)
        .where(
            CommunitySession.community_id == community_id,
            CommunitySession.attendance_kind == AttendanceKind.LIST,
        )
        .order_by(CommunitySession.day.desc(), CommunitySession.id.desc())
        .limit(RECENT_SESSIONS)
    ).all()
    visits = db.execute(
        sa.select(Attendance.session_id, Attendance.person_id, Person.merged_into_id)
        .join(Person)
        .where(Attendance.session_id.in_(recent))
    ).all()
    members = db.execute(
        sa.select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.community_id == community_id, Membership.left_on.is_(None), Person.merged_into_id.is_(None))
    ).all()
    count: dict[int, int] = {}
    for _session, person, merged in visits:
        count[merged or person] = count.get(merged or person, 0) + 1
    names = {person: name.casefold() for person, name in members}
    order = sorted({*names, *count}, key=lambda person: (-count.get(person, 0), names.get(person, ""), person))
    last = [merged or person for session, person, merged in visits if session == recent[0]]
    return Usual(tuple(order), tuple(dict.fromkeys(last)))


@query("catalog", "accounts")
def rooms(db: DbSession, actor: Actor) -> tuple[Room, ...]:
    """The communities in which the actor may plan and record, by name; the archived are left out."""
    rows = db.execute(
        sa.select(Community.id, Community.name, Community.slug)
        .where(Community.archived_at.is_(None))
        .order_by(Community.name)
    )
    return tuple(Room(*row) for row in rows if may(actor, Permission.SESSION_RECORD, community_id=row.id))


_COLUMNS = ("session_id", "community_id", "community", "title", "starts_at", "time_zone")


@query("sessions", "catalog", public=True)
def due_for_recording(
    db: DbSession,
    actor: Actor | None,  # noqa: ARG001 - public
    *,
    community_ids: tuple[int, ...],
    now: datetime,
) -> pd.DataFrame:
    """Planned sessions of these communities that have begun and aren't recorded, the latest first."""
    begins = CommunitySession.starts_at
    rows: list[sa.Row[Any]] = []
    for start in range(0, len(community_ids), 500):  # in slices, since databases bound the parameters
        rows += db.execute(
            sa.select(
                CommunitySession.id,
                Community.id,
                Community.name,
                CommunitySession.title,
                begins,
                CommunitySession.time_zone,
            )
            .join(Community)
            .where(
                Community.id.in_(community_ids[start : start + 500]),
                CommunitySession.status == SessionStatus.PLANNED,
                begins <= now,
            )
        )
    rows.sort(key=lambda row: (row.starts_at, row[0]), reverse=True)
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _everybody(actor: Actor | None, **_params: object) -> Hashable:
    """All who may see communities see the same."""
    require(actor, Permission.COMMUNITY_VIEW)
    return "everybody"


@query("sessions", "catalog", scope=_everybody)
def between(
    db: DbSession,
    actor: Actor | None,
    *,
    first: date,
    last: date,
    areas: tuple[int, ...] = (),
    communities: frozenset[int] | None = None,
) -> tuple[Listed, ...]:
    """Sessions that begin on these days, or so shortly before that they may last into them; the archived left out.

    Of these areas (none: all) and of these communities (None: all).
    """
    require(actor, Permission.COMMUNITY_VIEW)
    if communities is None:
        return tuple(_between(db, first, last, areas, None))
    ids = sorted(communities)
    slices = [ids[start : start + 500] for start in range(0, len(ids), 500)]  # since databases bound the parameters
    return tuple(row for some in slices for row in _between(db, first, last, areas, some))


def _between(
    db: DbSession, first: date, last: date, areas: tuple[int, ...], communities: Sequence[int] | None
) -> list[Listed]:
    rows = (
        sa.select(
            CommunitySession.id,
            CommunitySession.title,
            Community.name,
            CommunitySession.place,
            CommunitySession.starts_at,
            CommunitySession.ends_at,
            CommunitySession.status == SessionStatus.CANCELLED,
        )
        .join(Community)
        .where(CommunitySession.day.between(first - TOUCHES_AFTER, last), ~WITHDRAWN, Community.archived_at.is_(None))
    )
    if areas:
        rows = rows.where(Community.area_id.in_(areas))
    if communities is not None:
        rows = rows.where(Community.id.in_(communities))
    return [Listed(*row) for row in db.execute(rows)]


@query("sessions", public=True)
def was_taken_back(db: DbSession, actor: Actor | None, *, session_id: int) -> bool:  # noqa: ARG001 - public
    """Whether taking the recording back was the last thing done to the session, so that it can be undone."""
    return taken_back(db, session_id) is not None


@dataclass(frozen=True)
class Withdrawn:
    """A session that went with a change of its series and is still to come."""

    id: int
    title: str
    starts_at: datetime


@query("sessions")
def withdrawn(db: DbSession, actor: Actor | None, *, community_id: int, now: datetime) -> tuple[Withdrawn, ...]:
    """What left the lists with a change of its series and can be reinstated, the next first; for those who plan."""
    require(actor, Permission.SESSION_RECORD, community_id=community_id)
    rows = db.execute(
        sa.select(CommunitySession.id, CommunitySession.title, CommunitySession.starts_at)
        .where(CommunitySession.community_id == community_id, WITHDRAWN, CommunitySession.starts_at > now)
        .order_by(CommunitySession.starts_at, CommunitySession.id)
    )
    return tuple(Withdrawn(*row) for row in rows)


@query("sessions", "people")
def history(db: DbSession, actor: Actor, *, session_id: int) -> tuple[Change, ...]:
    """What was done to a session, the latest first; attendees' names only for those who may see them."""
    require(actor, Permission.COMMUNITY_VIEW)
    row = db.execute(
        sa.select(CommunitySession.community_id, CommunitySession.time_zone).where(CommunitySession.id == session_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    entries = db.execute(
        sa.select(AuditEntry.at, AuditEntry.actor_name, AuditEntry.operation, AuditEntry.before, AuditEntry.after)
        .where(AuditEntry.object_type == OBJECT_TYPE, AuditEntry.object_id == session_id, AuditEntry.outcome == "done")
        .order_by(AuditEntry.id.desc())
    ).all()
    names = _names(db, entries)
    sees_names = may(actor, Permission.ATTENDANCE_NAMES, community_id=row.community_id)
    return tuple(changes(entries, names, sees_names=sees_names, time_zone=row.time_zone))


def _names(db: DbSession, entries: Iterable[Any]) -> dict[int, str]:
    """The names of everybody whom the entries mention, asked in slices, since databases bound the parameters."""
    ids = sorted(
        {
            item["person_id"]
            for entry in entries
            for state in (entry.before, entry.after)
            for part in ("attended", "contributions")
            for item in (state or {}).get(part, [])
            if item["person_id"] is not None
        }
    )
    found: dict[int, str] = {}
    for start in range(0, len(ids), 500):
        found.update(
            (person, name)
            for person, name in db.execute(
                sa.select(Person.id, Person.name).where(Person.id.in_(ids[start : start + 500]))
            )
        )
    return found
