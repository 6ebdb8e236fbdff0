"""Reads of the catalog and of one community."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm import aliased

from cop.catalog.objectives import progress
from cop.catalog.search import fold
from cop.catalog.withdrawn import withdrawn
from cop.choices import AttendanceKind, PersonKind, SessionStatus
from cop.models import (
    WITHDRAWN,
    ActivityMonth,
    Area,
    Attendance,
    Community,
    CommunitySession,
    Contribution,
    Facilitator,
    MemberActivity,
    Membership,
    Objective,
    OrgUnit,
    Person,
    Resource,
)
from cop.organisation import time_zone
from cop.periods import ACTIVE_DAYS, last_months, local_day
from cop.permissions import Actor, Permission, may, require
from cop.query import query

SPARK_MONTHS = 12
_UnitRow = sa.Row[int, str, int | None]


@dataclass(frozen=True)
class Unit:
    """An org unit, where it stands in the tree, and the ids of itself and all below it."""

    id: int
    name: str
    path: str
    below: frozenset[int]


@query("catalog", public=True)
def areas(db: DbSession, _actor: Actor | None) -> dict[int, str]:
    """The names of the active areas by id, in their order."""
    rows = db.execute(sa.select(Area.id, Area.name).where(Area.active).order_by(Area.name))
    return {key: name for key, name in rows}  # noqa: C416 - dict() doesn't take rows


@query("organisation", public=True)
def units(db: DbSession, _actor: Actor | None) -> tuple[Unit, ...]:
    """The active org units in the order of the tree."""
    rows = db.execute(sa.select(OrgUnit.id, OrgUnit.name, OrgUnit.parent_id).where(OrgUnit.active)).all()
    known = {row.id for row in rows}
    children: dict[int | None, list[_UnitRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: fold(row.name)):
        children[row.parent_id if row.parent_id in known else None].append(row)
    return tuple(_walk(children, None, ""))


def _walk(children: dict[int | None, list[_UnitRow]], parent: int | None, path: str) -> Iterable[Unit]:
    for row in children[parent]:
        here = f"{path} / {row.name}" if path else row.name
        inside = list(_walk(children, row.id, here))
        yield Unit(row.id, row.name, here, frozenset({row.id, *(unit.id for unit in inside)}))
        yield from inside


@query("catalog", "memberships", "sessions", "people", "organisation", public=True)
def catalog(db: DbSession, _actor: Actor | None, *, now: datetime) -> pd.DataFrame:
    """Every community, archived ones too, with what its card shows; one row each, in a handful of statements.

    `search` is the text that is searched and `sort_name` the name, both folded; `months` are the people counted in
    the sessions of each of the last 12 months (None: nothing is known); `active_members` is as of today.
    """
    today = local_day(now, time_zone(db))
    rows = [dict(row._mapping) for row in db.execute(_communities())]  # noqa: SLF001 - SQLAlchemy's public name
    carriers = _facilitator_names(db, today)
    members, active = _member_counts(db), _active_counts(db, today)
    planned, held = _next_sessions(db, now), _last_days(db)
    months = _months(db, today)
    zone = time_zone(db)
    for row in rows:
        key = row["id"]
        upcoming = planned.get(key)
        row["facilitators"] = ", ".join(carriers.get(key, ()))
        row["members"], row["active_members"] = members.get(key, 0), active.get(key, 0)
        row["next_id"], row["next_title"], row["next_at"] = upcoming or (None, "", None)
        row["next_day"] = local_day(upcoming[2], zone) if upcoming else None
        row["last_day"] = held.get(key)
        row["months"] = months.get(key, (None,) * SPARK_MONTHS)
        row["search"] = "\n".join(fold(row[name] or "") for name in ("name", "focus", "area", "facilitators"))
        row["sort_name"] = fold(row["name"])
    return _frame(rows)


_COLUMNS = {
    "id": "int64", "slug": "str", "name": "str", "focus": "str", "type": "str", "stage": "str",
    "area_id": "Int64", "area": "str", "unit_id": "Int64", "unit": "str", "archived": "bool",
    "merged_slug": "str", "merged_name": "str", "facilitators": "str", "members": "int64", "active_members": "int64",
    "next_id": "Int64", "next_title": "str", "next_at": "datetime64[us, UTC]", "next_day": "datetime64[us]",
    "last_day": "datetime64[us]", "months": "object", "search": "str", "sort_name": "str",
}  # fmt: skip


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(_COLUMNS), dtype="object")
    words = [name for name, kind in _COLUMNS.items() if kind == "str"]
    frame[words] = frame[words].fillna("")
    return frame.astype(_COLUMNS)


def _communities() -> sa.Select[*tuple[Any, ...]]:
    merged = aliased(Community)
    return (
        sa.select(
            Community.id,
            Community.slug,
            Community.name,
            Community.focus,
            sa.type_coerce(Community.type, sa.String).label("type"),
            sa.type_coerce(Community.stage, sa.String).label("stage"),
            Community.area_id,
            Area.name.label("area"),
            Community.org_unit_id.label("unit_id"),
            OrgUnit.name.label("unit"),
            Community.archived_at.is_not(None).label("archived"),
            merged.slug.label("merged_slug"),
            merged.name.label("merged_name"),
        )
        .outerjoin(Area, Area.id == Community.area_id)
        .outerjoin(OrgUnit, OrgUnit.id == Community.org_unit_id)
        .outerjoin(merged, merged.id == Community.merged_into_id)
        .order_by(Community.id)
    )


def _current(today: date) -> sa.ColumnElement[bool]:
    """Facilitating on the day."""
    return sa.and_(
        sa.or_(Facilitator.since_on.is_(None), Facilitator.since_on <= today),
        sa.or_(Facilitator.until_on.is_(None), Facilitator.until_on > today),
    )


def _lead_first() -> sa.Case[int]:
    return sa.case((Facilitator.role == "lead", 0), (Facilitator.role == "co_facilitator", 1), else_=2)


def _facilitator_names(db: DbSession, today: date) -> dict[int, list[str]]:
    rows = db.execute(
        sa.select(Facilitator.community_id, Person.name)
        .join(Person, Person.id == Facilitator.person_id)
        .where(_current(today))
        .order_by(_lead_first(), Person.name, Facilitator.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for community_id, name in rows:
        found[community_id].append(name)
    return found


def _belongs() -> sa.ColumnElement[bool]:
    """A stay that goes on; those in an archived community ended when it was archived."""
    open_rooms = sa.select(Community.id).where(Community.archived_at.is_(None))
    return sa.and_(Membership.left_on.is_(None), Membership.community_id.in_(open_rooms))


def _member_counts(db: DbSession, community_id: int | None = None) -> dict[int, int]:
    rows = sa.select(Membership.community_id, sa.func.count()).where(_belongs())
    if community_id is not None:
        rows = rows.where(Membership.community_id == community_id)
    return {key: count for key, count in db.execute(rows.group_by(Membership.community_id))}  # noqa: C416


def _active_counts(db: DbSession, today: date, community_id: int | None = None) -> dict[int, int]:
    """Members with an attendance or contribution in the 90 days to today."""
    rows = sa.select(MemberActivity.community_id, sa.func.count()).where(
        MemberActivity.last_active_on > today - timedelta(days=ACTIVE_DAYS)
    )
    if community_id is not None:
        rows = rows.where(MemberActivity.community_id == community_id)
    return {key: count for key, count in db.execute(rows.group_by(MemberActivity.community_id))}  # noqa: C416


def _next_sessions(db: DbSession, now: datetime) -> dict[int, tuple[int, str, datetime]]:
    """The planned session that ends next, of each community that has one and isn't archived."""
    place = sa.func.row_number().over(
        partition_by=CommunitySession.community_id, order_by=(CommunitySession.starts_at, CommunitySession.id)
    )
    upcoming = (
        sa.select(
            CommunitySession.community_id,
            CommunitySession.id,
            CommunitySession.title,
            CommunitySession.starts_at,
            place.label("place"),
        )
        .join(Community, Community.id == CommunitySession.community_id)
        .where(
            CommunitySession.status == SessionStatus.PLANNED,
            CommunitySession.ends_at > now,
            Community.archived_at.is_(None),
        )
        .subquery()
    )
    rows = db.execute(
        sa.select(upcoming.c.community_id, upcoming.c.id, upcoming.c.title, upcoming.c.starts_at).where(
            upcoming.c.place == 1
        )
    )
    return {row.community_id: (row.id, row.title, row.starts_at) for row in rows}


def _last_days(db: DbSession) -> dict[int, date]:
    rows = db.execute(
        sa.select(CommunitySession.community_id, sa.func.max(CommunitySession.day))
        .where(CommunitySession.status == SessionStatus.HELD)
        .group_by(CommunitySession.community_id)
    )
    return {key: day for key, day in rows}  # noqa: C416


def _months(db: DbSession, today: date) -> dict[int, tuple[int | None, ...]]:
    """People in sessions, month by month: 0 in a month without a session, None where nothing is known.

    Nothing is known before the community's first month on record, and of a month whose sessions have neither a
    list nor a count.
    """
    period = last_months(SPARK_MONTHS, today)
    rows = db.execute(
        sa.select(
            ActivityMonth.community_id,
            ActivityMonth.month,
            ActivityMonth.sessions_held,
            ActivityMonth.sessions_counted,
            ActivityMonth.headcount,
        ).where(ActivityMonth.month >= period.first, ActivityMonth.month <= period.last)
    )
    known = {
        (row.community_id, row.month): None if row.sessions_held and not row.sessions_counted else row.headcount
        for row in rows
    }
    first = db.execute(
        sa.select(ActivityMonth.community_id, sa.func.min(ActivityMonth.month)).group_by(ActivityMonth.community_id)
    )
    return {
        key: tuple(known.get((key, month), 0) if month >= start else None for month in period.months)
        for key, start in first
    }


@query("memberships", "catalog")
def my_communities(db: DbSession, actor: Actor | None) -> frozenset[int]:
    """The ids of the communities that the actor belongs to."""
    actor = require(actor, Permission.COMMUNITY_VIEW)
    rows = db.scalars(sa.select(Membership.community_id).where(Membership.person_id == actor.person_id, _belongs()))
    return frozenset(rows)


@query("catalog", public=True)
def slug_of(db: DbSession, _actor: Actor | None, *, community_id: int) -> str | None:
    """The community's name in addresses."""
    return db.scalar(sa.select(Community.slug).where(Community.id == community_id))


@dataclass(frozen=True)
class Carrier:
    """Somebody who facilitates the community today."""

    id: int
    person_id: int
    name: str
    role: str
    since_on: date | None


@dataclass(frozen=True)
class Goal:
    """An objective; `progress` is a share of 1, not clamped, or None where a figure is missing."""

    id: int
    version: int
    statement: str
    measure: str
    baseline: float | None
    target: float | None
    current: float | None
    due_on: date | None
    status: str
    progress: float | None


@dataclass(frozen=True)
class Detail:
    """One community as its page shows it."""

    id: int
    version: int
    slug: str
    name: str
    type: str
    stage: str
    focus: str
    charter: str
    norms: str
    cadence: str
    channel_url: str
    area: str
    org_unit_id: int | None
    unit: str
    founded_on: date | None
    archived_on: date | None
    archive_reason: str
    merged_slug: str
    merged_name: str
    facilitators: tuple[Carrier, ...]
    objectives: tuple[Goal, ...]
    members: int
    active_members: int


@query("catalog", "memberships", "sessions", "people", "organisation", public=True)
def detail(db: DbSession, _actor: Actor | None, *, slug: str, today: date) -> Detail | None:
    """The community with this name in addresses, or None."""
    merged = aliased(Community)
    row = db.execute(
        sa.select(Community, Area.name, OrgUnit.name, merged.slug, merged.name)
        .outerjoin(Area, Area.id == Community.area_id)
        .outerjoin(OrgUnit, OrgUnit.id == Community.org_unit_id)
        .outerjoin(merged, merged.id == Community.merged_into_id)
        .where(Community.slug == slug)
    ).one_or_none()
    if row is None:
        return None
    community, area, unit, merged_slug, merged_name = row
    archived = community.archived_at
    return Detail(
        id=community.id,
        version=community.version,
        slug=community.slug,
        name=community.name,
        type=community.type.value,
        stage=community.stage.value,
        focus=community.focus,
        charter=community.charter,
        norms=community.norms,
        cadence=community.cadence,
        channel_url=community.channel_url,
        area=area or "",
        org_unit_id=community.org_unit_id,
        unit=unit or "",
        founded_on=community.founded_on,
        archived_on=local_day(archived, time_zone(db)) if archived else None,
        archive_reason=community.archive_reason,
        merged_slug=merged_slug or "",
        merged_name=merged_name or "",
        facilitators=_carriers(db, community.id, today),
        objectives=_goals(db, community.id),
        members=_member_counts(db, community.id).get(community.id, 0),
        active_members=_active_counts(db, today, community.id).get(community.id, 0),
    )


def _carriers(db: DbSession, community_id: int, today: date) -> tuple[Carrier, ...]:
    rows = db.execute(
        sa.select(Facilitator.id, Facilitator.person_id, Person.name, Facilitator.role, Facilitator.since_on)
        .join(Person, Person.id == Facilitator.person_id)
        .where(Facilitator.community_id == community_id, _current(today))
        .order_by(_lead_first(), Person.name, Facilitator.id)
    )
    return tuple(Carrier(row.id, row.person_id, row.name, row.role.value, row.since_on) for row in rows)


def _goals(db: DbSession, community_id: int) -> tuple[Goal, ...]:
    rows = db.scalars(sa.select(Objective).where(Objective.community_id == community_id).order_by(Objective.id))
    return tuple(
        Goal(
            row.id, row.version, row.statement, row.measure, row.baseline, row.target, row.current, row.due_on,
            row.status.value, progress(row.baseline, row.current, row.target),
        )
        for row in rows
    )  # fmt: skip


@query("sessions", public=True)
def sessions(db: DbSession, _actor: Actor | None, *, community_id: int) -> pd.DataFrame:
    """The community's sessions, the newest first; `people` is missing where no list or count was taken."""
    came = (
        sa.select(Attendance.session_id, sa.func.count().label("people"))
        .join(CommunitySession, CommunitySession.id == Attendance.session_id)
        .where(CommunitySession.community_id == community_id)
        .group_by(Attendance.session_id)
        .subquery()
    )
    people = sa.case(
        (CommunitySession.attendance_kind == AttendanceKind.LIST, sa.func.coalesce(came.c.people, 0)),
        else_=CommunitySession.headcount,
    )
    rows = db.execute(
        sa.select(
            CommunitySession.id,
            CommunitySession.title,
            sa.type_coerce(CommunitySession.kind, sa.String).label("kind"),
            sa.type_coerce(CommunitySession.status, sa.String).label("status"),
            CommunitySession.starts_at,
            CommunitySession.ends_at,
            CommunitySession.time_zone,
            CommunitySession.day,
            people.label("people"),
        )
        .outerjoin(came, came.c.session_id == CommunitySession.id)
        .where(CommunitySession.community_id == community_id, ~WITHDRAWN)
        .order_by(CommunitySession.starts_at.desc(), CommunitySession.id.desc())
    ).all()
    columns = ["id", "title", "kind", "status", "starts_at", "ends_at", "time_zone", "day", "people"]
    return pd.DataFrame(rows, columns=columns).astype(
        {"starts_at": "datetime64[us, UTC]", "ends_at": "datetime64[us, UTC]", "people": "Int64"}
    )


@dataclass(frozen=True)
class Planned:
    """A session that is to come."""

    id: int
    title: str
    starts_at: datetime


@query("sessions", public=True)
def next_session(db: DbSession, _actor: Actor | None, *, community_id: int, now: datetime) -> Planned | None:
    """The community's next session that isn't over and wasn't called off."""
    row = db.execute(
        sa.select(CommunitySession.id, CommunitySession.title, CommunitySession.starts_at)
        .where(
            CommunitySession.community_id == community_id,
            CommunitySession.status == SessionStatus.PLANNED,
            CommunitySession.ends_at > now,
        )
        .order_by(CommunitySession.starts_at, CommunitySession.id)
        .limit(1)
    ).one_or_none()
    return Planned(row.id, row.title, row.starts_at) if row else None


@query("sessions", "people", public=True)
def contributions(db: DbSession, _actor: Actor | None, *, community_id: int) -> pd.DataFrame:
    """What the community gained, the newest first; who gave it is named, for it is given to be known."""
    rows = db.execute(
        sa.select(
            Contribution.id,
            Contribution.day,
            sa.type_coerce(Contribution.kind, sa.String).label("kind"),
            Contribution.title,
            Contribution.url,
            sa.func.coalesce(Person.name, "").label("person"),
            Contribution.session_id,
            sa.func.coalesce(CommunitySession.title, "").label("session"),
        )
        .outerjoin(Person, Person.id == Contribution.person_id)
        .outerjoin(CommunitySession, CommunitySession.id == Contribution.session_id)
        .where(Contribution.community_id == community_id)
        .order_by(Contribution.day.desc(), Contribution.id.desc())
    ).all()
    columns = ["id", "day", "kind", "title", "url", "person", "session_id", "session"]
    frame = pd.DataFrame(rows, columns=columns).astype({"session_id": "Int64"})
    frame["search"] = [fold(f"{row.title}\n{row.person}\n{row.session}") for row in rows]
    return frame


@query("catalog", "people", public=True)
def resources(db: DbSession, _actor: Actor | None, *, community_id: int) -> pd.DataFrame:
    """What the community keeps at hand, archived ones too; the newest first."""
    rows = db.execute(
        sa.select(
            Resource.id,
            Resource.version,
            sa.type_coerce(Resource.kind, sa.String).label("kind"),
            Resource.title,
            Resource.url,
            sa.func.coalesce(Person.name, "").label("added_by"),
            Resource.added_at,
            Resource.archived_at.is_not(None).label("archived"),
        )
        .outerjoin(Person, Person.id == Resource.added_by_id)
        .where(Resource.community_id == community_id)
        .order_by(Resource.added_at.desc(), Resource.id.desc())
    ).all()
    columns = ["id", "version", "kind", "title", "url", "added_by", "added_at", "archived"]
    return pd.DataFrame(rows, columns=columns)


@query("memberships", "people", "organisation", "catalog", public=True)
def members(db: DbSession, _actor: Actor | None, *, community_id: int) -> pd.DataFrame:
    """Who belongs to the community today, by name.

    A community is a public group inside the organisation, so every member of staff sees who is in it; who came to
    which session, they don't.
    """
    rows = db.execute(
        sa.select(Person.name, sa.func.coalesce(OrgUnit.name, "").label("unit"), Membership.joined_on)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(OrgUnit, OrgUnit.id == Person.org_unit_id)
        .where(Membership.community_id == community_id, _belongs())
        .order_by(Person.name, Person.id)
    ).all()
    return pd.DataFrame(rows, columns=["name", "unit", "joined_on"])


@query("sessions", public=True)
def activity(db: DbSession, _actor: Actor | None, *, community_id: int, today: date) -> pd.DataFrame:
    """Sessions held and people in them, for each of the last 12 months; `people` is missing where nothing is known."""
    period = last_months(SPARK_MONTHS, today)
    rows = db.execute(
        sa.select(
            ActivityMonth.month, ActivityMonth.sessions_held, ActivityMonth.sessions_counted, ActivityMonth.headcount
        ).where(
            ActivityMonth.community_id == community_id,
            ActivityMonth.month >= period.first,
            ActivityMonth.month <= period.last,
        )
    )
    found = {row.month: row for row in rows}
    table = []
    for month in period.months:
        row = found.get(month)
        held, counted = (row.sessions_held, row.sessions_counted) if row else (0, 0)
        people = None if held and not counted else (row.headcount if row else 0)
        table.append((month, held, counted, people))
    frame = pd.DataFrame(table, columns=["month", "sessions", "counted", "people"])
    return frame.astype({"month": "datetime64[us]", "people": "Int64"})


@query("people", "organisation", public=True)
def people(db: DbSession, _actor: Actor | None) -> dict[int, str]:
    """Who may be asked to facilitate: the active staff, by name with the unit."""
    rows = db.execute(
        sa.select(Person.id, Person.name, OrgUnit.name.label("unit"))
        .outerjoin(OrgUnit, OrgUnit.id == Person.org_unit_id)
        .where(Person.active, Person.kind == PersonKind.STAFF, Person.merged_into_id.is_(None))
        .order_by(Person.name, Person.id)
    )
    return {row.id: f"{row.name} ({row.unit})" if row.unit else row.name for row in rows}


@query("memberships", "people")
def moves(db: DbSession, actor: Actor | None, *, community_id: int) -> pd.DataFrame:
    """The last 100 who joined or left and the reason they gave, the newest first; for those who may edit it."""
    require(actor, Permission.COMMUNITY_EDIT, community_id=community_id)
    joined = sa.select(
        Membership.joined_on.label("day"),
        Membership.person_id,
        sa.literal("joined").label("move"),
        Membership.join_reason.label("reason"),
    ).where(Membership.community_id == community_id)
    left = sa.select(
        Membership.left_on.label("day"),
        Membership.person_id,
        sa.literal("left").label("move"),
        Membership.leave_reason.label("reason"),
    ).where(Membership.community_id == community_id, Membership.left_on.is_not(None))
    both = sa.union_all(joined, left).subquery()
    rows = db.execute(
        sa.select(both.c.day, Person.name, both.c.move, both.c.reason)
        .join(Person, Person.id == both.c.person_id)
        .order_by(both.c.day.desc(), Person.name, both.c.move)
        .limit(100)
    ).all()
    return pd.DataFrame(rows, columns=["day", "name", "move", "reason"])


@query("catalog", public=True)
def open_communities(db: DbSession, _actor: Actor | None) -> dict[int, str]:
    """The names of the communities that aren't archived, by id."""
    rows = db.execute(
        sa.select(Community.id, Community.name).where(Community.archived_at.is_(None)).order_by(Community.name)
    )
    return {key: name for key, name in rows}  # noqa: C416


@dataclass(frozen=True)
class Correctable:
    """A contribution that the actor may correct or withdraw, as its form holds it."""

    id: int
    version: int
    kind: str
    title: str
    url: str
    day: date


@query("sessions")
def correctable(db: DbSession, actor: Actor | None, *, community_id: int) -> dict[int, Correctable]:
    """By id, what was contributed between sessions: all of it for those who carry the community, else one's own."""
    actor = require(actor, Permission.CONTRIBUTE)
    rows = sa.select(
        Contribution.id,
        Contribution.version,
        sa.type_coerce(Contribution.kind, sa.String),
        Contribution.title,
        Contribution.url,
        Contribution.day,
    ).where(Contribution.community_id == community_id, Contribution.session_id.is_(None))
    if not may(actor, Permission.COMMUNITY_EDIT, community_id=community_id):
        rows = rows.where(Contribution.person_id == actor.person_id)
    return {row[0]: Correctable(*row) for row in db.execute(rows)}


@dataclass(frozen=True)
class Restorable:
    """A withdrawn contribution that the actor may bring back, by the audit entry of its withdrawal."""

    entry_id: int
    kind: str
    title: str
    day: date


@query("sessions", "people")
def restorable(db: DbSession, actor: Actor | None, *, community_id: int) -> tuple[Restorable, ...]:
    """What was withdrawn, the latest first: all of it for those who carry the community, else one's own."""
    actor = require(actor, Permission.CONTRIBUTE)
    every = may(actor, Permission.COMMUNITY_EDIT, community_id=community_id)
    return tuple(
        Restorable(gone.entry_id, gone.kind, gone.title, gone.day)
        for gone in withdrawn(db, community_id)
        if not gone.is_back and (every or (gone.person_id is not None and gone.person_id == actor.person_id))
    )
