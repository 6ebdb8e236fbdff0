"""Who says they come, who checked in, who came: counts for everybody, names for few."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import Answer
from cop.errors import NotFound
from cop.models import Attendance, CheckIn, CheckInCode, Community, CommunitySession, OrgUnit, Person, Registration
from cop.permissions import Actor, Permission, may, require
from cop.query import query
from cop.sessions.rows import session_of_code


@dataclass(frozen=True)
class Attending:
    """A session's answers and check-ins in numbers, and the actor's own."""

    going: int
    declined: int
    mine: str
    """The actor's answer; empty where there is none."""
    checked_in: int
    am_in: bool
    code: str
    """The room's code, for those who record there while it works; empty for all others."""


@dataclass(frozen=True)
class Attended:
    """Somebody who answered, checked in or came."""

    person_id: int
    name: str
    unit: str
    answer: str
    checked_in: bool
    came: bool


@dataclass(frozen=True)
class Room:
    """The session that a code opens."""

    session_id: int
    title: str
    community: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    am_in: bool


@query("attending", "sessions")
def attending(db: DbSession, actor: Actor, *, session_id: int) -> Attending:
    """The numbers, without names of others."""
    actor = require(actor, Permission.COMMUNITY_VIEW)
    answers = db.execute(
        sa.select(Registration.person_id, Registration.answer).where(Registration.session_id == session_id)
    ).all()
    there = set(db.scalars(sa.select(CheckIn.person_id).where(CheckIn.session_id == session_id)))
    community_id = db.scalar(sa.select(CommunitySession.community_id).where(CommunitySession.id == session_id))
    code = ""
    if may(actor, Permission.SESSION_RECORD, community_id=community_id):
        working = sa.select(CheckInCode.code).where(
            CheckInCode.session_id == session_id, CheckInCode.closed_at.is_(None)
        )
        code = db.scalar(working) or ""
    return Attending(
        going=sum(row.answer is Answer.GOING for row in answers),
        declined=sum(row.answer is Answer.DECLINED for row in answers),
        mine=next((row.answer.value for row in answers if row.person_id == actor.person_id), ""),
        checked_in=len(there),
        am_in=actor.person_id in there,
        code=code,
    )


@query("attending", "sessions", "people")
def checked_in(db: DbSession, actor: Actor, *, session_id: int) -> tuple[int, ...]:
    """Who checked in, to be ticked when the session is recorded; for those who may see names."""
    community_id = db.scalar(sa.select(CommunitySession.community_id).where(CommunitySession.id == session_id))
    require(actor, Permission.ATTENDANCE_NAMES, community_id=community_id)
    rows = sa.select(CheckIn.person_id).where(CheckIn.session_id == session_id).order_by(CheckIn.person_id)
    return tuple(db.scalars(rows))


@query("attending", "sessions", "people", "organisation")
def attended(db: DbSession, actor: Actor, *, session_id: int) -> tuple[Attended, ...]:
    """Everybody who answered, checked in or came, by name; for those who may see names."""
    community_id = db.scalar(sa.select(CommunitySession.community_id).where(CommunitySession.id == session_id))
    require(actor, Permission.ATTENDANCE_NAMES, community_id=community_id)
    joined = {
        table: sa.and_(table.person_id == Person.id, table.session_id == session_id)
        for table in (Registration, CheckIn, Attendance)
    }
    rows = db.execute(
        sa.select(
            Person.id,
            Person.name,
            sa.func.coalesce(OrgUnit.name, ""),
            Registration.answer,
            CheckIn.person_id,
            Attendance.person_id,
        )
        .select_from(Person)
        .outerjoin(Registration, joined[Registration])
        .outerjoin(CheckIn, joined[CheckIn])
        .outerjoin(Attendance, joined[Attendance])
        .outerjoin(OrgUnit, OrgUnit.id == Person.org_unit_id)
        .where(
            Person.id.in_(
                sa.union(*(sa.select(table.person_id).where(table.session_id == session_id) for table in joined))
            )
        )
        .order_by(Person.name, Person.id)
    )
    return tuple(
        Attended(person, name, unit, said.value if said else "", there is not None, came is not None)
        for person, name, unit, said, there, came in rows
    )


@query("attending", "sessions", "catalog")
def room_of_code(db: DbSession, actor: Actor, *, code: str, now: datetime) -> Room:
    """The session that the code opens now; NotFound where it opens none."""
    actor = require(actor, Permission.SESSION_ATTEND)
    session = session_of_code(db, code, now=now)
    if session is None:
        raise NotFound
    community = db.get_one(Community, session.community_id)
    am_in = db.get(CheckIn, (session.id, actor.person_id)) is not None
    return Room(session.id, session.title, community.name, session.starts_at, session.ends_at, session.time_zone, am_in)
