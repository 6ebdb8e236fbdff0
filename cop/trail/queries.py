"""Reads of the audit trail, for the office: it names people.

Never cached: what was refused raises no revision.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.errors import NotFound
from cop.models import (
    Account,
    Area,
    AuditEntry,
    Community,
    CommunitySession,
    Contribution,
    Facilitator,
    JobRole,
    Membership,
    Objective,
    Organisation,
    OrgUnit,
    Person,
    Resource,
    Skill,
)
from cop.organisation import time_zone
from cop.permissions import SYSTEM, Actor, Permission, require
from cop.query import query
from cop.trail import words

PAGE = 50
VISITOR = "visitor"
OUTCOMES = ("done", "refused")


@dataclass(frozen=True)
class Wanted:
    """What to look for; an empty choice means all.

    `since` and `until` are days in the organisation's time zone, both included. `who` is an account's id, or the name
    of somebody without one: the command line, a visitor.
    """

    since: date | None = None
    until: date | None = None
    who: int | str | None = None
    operation: str | None = None
    object_type: str | None = None
    community_id: int | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class Choices:
    """What can be looked for: the operations and kinds of object on record, everybody with an account, communities."""

    operations: tuple[str, ...]
    object_types: tuple[str, ...]
    who: dict[int | str, str]
    communities: dict[int, str]


@query("accounts", "people", "catalog")
def choices(db: DbSession, actor: Actor | None) -> Choices:
    """What the filters offer."""
    require(actor, Permission.AUDIT_VIEW)
    people = db.execute(
        sa.select(Account.id, Person.name, Account.username).join(Person).order_by(Person.name, Account.id)
    )
    who: dict[int | str, str] = {key: f"{name} ({username})" for key, name, username in people}
    communities = db.execute(sa.select(Community.id, Community.name).order_by(Community.name))
    return Choices(
        operations=tuple(_distinct(db, AuditEntry.operation)),
        object_types=tuple(name for name in _distinct(db, AuditEntry.object_type) if name),
        who=who | {SYSTEM.name: "The command line", VISITOR: "Visitors, not signed in"},
        communities={key: name for key, name in communities},  # noqa: C416 - dict() doesn't take rows
    )


def _distinct(db: DbSession, column: Any) -> Iterable[str]:
    """The values of an indexed column, by jumping from one to the next: a million entries hold a few dozen."""
    first = sa.select(sa.func.min(column).label("value")).cte("found", recursive=True)
    following = sa.select(sa.func.min(column)).where(column > first.c.value).scalar_subquery()
    found = first.union_all(sa.select(following).where(first.c.value.is_not(None)))
    return db.scalars(sa.select(found.c.value).where(found.c.value.is_not(None)).order_by(found.c.value))


@dataclass(frozen=True)
class Page:
    """Entries, the newest first: id, at, who, operation, object (in words), community, outcome; whether older follow."""

    rows: pd.DataFrame
    more: bool


@query("accounts", "people", "catalog")
def entries(db: DbSession, actor: Actor | None, *, wanted: Wanted, older_than: int | None = None) -> Page:
    """The newest PAGE entries that fit, or those that come before an entry."""
    require(actor, Permission.AUDIT_VIEW)
    own_name = sa.func.coalesce(  # an import has no name, but a source
        AuditEntry.after["name"].as_string(),
        AuditEntry.before["name"].as_string(),
        AuditEntry.after["source"].as_string(),
    )
    statement = (
        sa.select(
            AuditEntry.id,
            AuditEntry.at,
            AuditEntry.actor_name,
            AuditEntry.operation,
            AuditEntry.object_type,
            AuditEntry.object_id,
            own_name.label("own_name"),
            Community.name.label("community"),
            AuditEntry.outcome,
        )
        .outerjoin(Community, Community.id == AuditEntry.community_id)
        .where(AuditEntry.id.in_(_newest(wanted, older_than, time_zone(db))))
        .order_by(AuditEntry.id.desc())
    )
    found = db.execute(statement).all()
    shown = found[:PAGE]
    names = _names(db, {(row.object_type, row.object_id) for row in shown if row.object_id is not None})
    rows = [
        (
            row.id,
            row.at,
            row.actor_name,
            words.operation(row.operation),
            _object(row.object_type, row.object_id, row.own_name, names),
            row.community or "",
            row.outcome,
        )
        for row in shown
    ]
    columns = ["id", "at", "who", "operation", "object", "community", "outcome"]
    return Page(pd.DataFrame(rows, columns=columns), len(found) > PAGE)


def _newest(wanted: Wanted, older_than: int | None, zone: str) -> sa.Select[int]:
    """The ids of a page and of one more; by themselves, so that indexes answer and nothing else has to be sorted."""
    ids = sa.select(AuditEntry.id).where(*_conditions(wanted, zone))
    if older_than is not None:
        ids = ids.where(AuditEntry.id < older_than)
    return ids.order_by(AuditEntry.id.desc()).limit(PAGE + 1)


def _conditions(wanted: Wanted, zone: str) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(AuditEntry.at >= _midnight(wanted.since, zone))
    if wanted.until is not None:
        found.append(AuditEntry.at < _midnight(wanted.until + timedelta(days=1), zone))
    if isinstance(wanted.who, int):
        found.append(AuditEntry.account_id == wanted.who)
    elif wanted.who is not None:
        found += [AuditEntry.account_id.is_(None), AuditEntry.actor_name == wanted.who]
    for column, value in (
        (AuditEntry.operation, wanted.operation),
        (AuditEntry.object_type, wanted.object_type),
        (AuditEntry.community_id, wanted.community_id),
        (AuditEntry.outcome, wanted.outcome),
    ):
        if value is not None:
            found.append(column == value)
    return found


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def _object(object_type: str, object_id: int | None, own_name: str | None, names: words.Names) -> str:
    """The kind and the name: that of the entry itself, else what the row is called today, else its number."""
    if not object_type:
        return ""
    known = own_name or (names.get((object_type, object_id)) if object_id is not None else None)
    if known:
        return f"{words.kind(object_type)}: {known}"
    return words.kind(object_type) if object_id is None else f"{words.kind(object_type)} {object_id}"


_MEMBER = sa.select(Membership.id, Person.name).join(Person, Person.id == Membership.person_id)
_CARRIER = sa.select(Facilitator.id, Person.name).join(Person, Person.id == Facilitator.person_id)
_ACCOUNT = sa.select(Account.id, Person.name).join(Person, Person.id == Account.person_id)
_NAMED: dict[str, tuple[Any, Any]] = {
    "account": (_ACCOUNT, Account.id),
    "area": (sa.select(Area.id, Area.name), Area.id),
    "community": (sa.select(Community.id, Community.name), Community.id),
    "community_session": (sa.select(CommunitySession.id, CommunitySession.title), CommunitySession.id),
    "contribution": (sa.select(Contribution.id, Contribution.title), Contribution.id),
    "facilitator": (_CARRIER, Facilitator.id),
    "job_role": (sa.select(JobRole.id, JobRole.name), JobRole.id),
    "skill": (sa.select(Skill.id, Skill.name), Skill.id),
    "membership": (_MEMBER, Membership.id),
    "objective": (sa.select(Objective.id, Objective.statement), Objective.id),
    "org_unit": (sa.select(OrgUnit.id, OrgUnit.name), OrgUnit.id),
    "organisation": (sa.select(Organisation.id, Organisation.name), Organisation.id),
    "person": (sa.select(Person.id, Person.name), Person.id),
    "resource": (sa.select(Resource.id, Resource.title), Resource.id),
}
"""How a row of each table is called; memberships, assignments and accounts by whose they are."""
_SLICE = 500


def _names(db: DbSession, wanted: set[words.Reference]) -> dict[words.Reference, str]:
    ids: dict[str, list[int]] = defaultdict(list)
    for table, key in sorted(wanted):
        ids[table].append(key)
    found: dict[words.Reference, str] = {}
    for table, keys in ids.items():
        if table not in _NAMED:
            continue
        statement, column = _NAMED[table]
        for start in range(0, len(keys), _SLICE):
            rows = db.execute(statement.where(column.in_(keys[start : start + _SLICE])))
            found |= {(table, key): name for key, name in rows}
    return found


@dataclass(frozen=True)
class Entry:
    """One entry in full; `username` is empty for who acted without an account."""

    id: int
    at: datetime
    who: str
    username: str
    operation: str
    object: str
    community: str
    slug: str | None
    outcome: str
    changes: tuple[words.Change, ...]


@query("accounts", "people", "catalog")
def entry(db: DbSession, actor: Actor | None, *, entry_id: int) -> Entry:
    """An entry with what it changed, in words and without secrets; NotFound for an unknown one."""
    require(actor, Permission.AUDIT_VIEW)
    row = db.execute(
        sa.select(AuditEntry, Account.username, Community.name, Community.slug)
        .outerjoin(Account, Account.id == AuditEntry.account_id)
        .outerjoin(Community, Community.id == AuditEntry.community_id)
        .where(AuditEntry.id == entry_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    found, username, community, slug = row
    named = {ref for values in (found.before, found.after) for ref in words.references(values, found.object_type)}
    if found.object_id is not None:
        named.add((found.object_type, found.object_id))
    names = _names(db, named)
    after, before = found.after or {}, found.before or {}
    own_name = after.get("name") or before.get("name") or after.get("source")
    return Entry(
        id=found.id,
        at=found.at,
        who=found.actor_name,
        username=username or "",
        operation=words.operation(found.operation),
        object=_object(found.object_type, found.object_id, own_name, names),
        community=community or "",
        slug=slug,
        outcome=found.outcome,
        changes=words.changes(found.before, found.after, found.object_type, names, time_zone(db)),
    )
