"""Who is who: for pickers, for matching pasted rosters, and which records may be of one person."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import PersonKind
from cop.db import slices
from cop.errors import NotFound
from cop.models import (
    Account,
    Attendance,
    Contribution,
    DistinctPeople,
    Membership,
    OrgUnit,
    Person,
    PersonAlias,
)
from cop.people.directory import Directory
from cop.people.likeness import Pair, Record, alike, pairs
from cop.people.names import name_key
from cop.permissions import Actor, Permission, require, require_somewhere
from cop.query import query


def _recorders(actor: Actor | None) -> str:
    """Who records sessions sees everybody's name and address, and all of them the same; Forbidden for others."""
    require_somewhere(actor, Permission.SESSION_RECORD)
    return "recorders"


@query("people", "organisation", scope=_recorders)
def directory(db: DbSession, actor: Actor | None) -> Directory:
    """Everybody the programme knows, those who left included: they may have come to an old session."""
    require_somewhere(actor, Permission.SESSION_RECORD)
    rows = db.execute(
        sa.select(
            Person.id, Person.name, Person.kind, Person.email, Person.handle, Person.merged_into_id, OrgUnit.name
        ).outerjoin(OrgUnit, OrgUnit.id == Person.org_unit_id)
    ).all()
    target = _targets({row.id: row.merged_into_id for row in rows})
    kept = [row for row in rows if row.merged_into_id is None]
    spellings = {(name_key(row.name), target[row.id]) for row in rows}
    aliases = db.execute(sa.select(PersonAlias.key, PersonAlias.person_id))
    spellings |= {(key, target[person_id]) for key, person_id in aliases}
    return Directory(
        names={row.id: row.name for row in kept},
        units={row.id: row[6] for row in kept if row[6]},
        guests=frozenset(row.id for row in kept if row.kind is PersonKind.GUEST),
        emails={row.email: target[row.id] for row in rows if row.email},
        handles={row.handle: target[row.id] for row in rows if row.handle},
        spellings=tuple(sorted((key, person) for key, person in spellings if key)),
        merged={person: today for person, today in target.items() if person != today},
    )


_LOOKED_AT = 1_000
"""Of the pairs with the likeliest names, those for which more is read."""


@query("people", "organisation", "memberships", "sessions")
def likely_pairs(db: DbSession, actor: Actor | None, *, most: int) -> tuple[Pair, ...]:
    """Records that may be of one person, the likeliest first, with what speaks for and against it."""
    require(actor, Permission.PEOPLE_MERGE)
    names = db.execute(sa.select(Person.id, Person.name).where(Person.merged_into_id.is_(None)).order_by(Person.id))
    apart = {(row.first_id, row.second_id) for row in db.scalars(sa.select(DistinctPeople))}
    found = [item for item in alike(tuple((row.id, row.name) for row in names)) if item[:2] not in apart][:_LOOKED_AT]
    records = _records(db, sorted({person for item in found for person in item[:2]}))
    return tuple(pairs(found, records)[:most])


def _records(db: DbSession, ids: list[int]) -> dict[int, Record]:
    rooms = _by_person(db, Membership.person_id, Membership.community_id, ids)
    came = _by_person(db, Attendance.person_id, Attendance.session_id, ids)
    chosen = sa.select(Person.id, Person.name, Person.email, Person.handle, OrgUnit.name.label("unit"))
    rows = [
        row
        for part in slices(ids)
        for row in db.execute(chosen.outerjoin(OrgUnit, OrgUnit.id == Person.org_unit_id).where(Person.id.in_(part)))
    ]
    return {
        row.id: Record(
            row.id,
            row.name,
            row.email or "",
            row.handle or "",
            row.unit or "",
            frozenset(rooms.get(row.id, ())),
            frozenset(came.get(row.id, ())),
        )
        for row in rows
    }


def _by_person(db: DbSession, person: Any, other: Any, ids: list[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for part in slices(ids):
        for who, what in db.execute(sa.select(person, other).where(person.in_(part))):
            found.setdefault(who, set()).add(what)
    return found


@dataclass(frozen=True)
class PersonCard:
    """A record as one looks at it before merging: who, where, and how much hangs on it."""

    id: int
    version: int
    name: str
    kind: str
    email: str
    handle: str
    unit: str
    account: str
    account_active: bool
    sessions: int
    memberships: int
    contributions: int


@query("people", "organisation", "memberships", "sessions", "accounts")
def person_card(db: DbSession, actor: Actor | None, *, person_id: int) -> PersonCard:
    """One record with what hangs on it. Raises NotFound."""
    require(actor, Permission.PEOPLE_MERGE)
    row = db.execute(
        sa.select(Person, OrgUnit.name.label("unit"), Account.username, Account.active.label("account_active"))
        .outerjoin(OrgUnit, OrgUnit.id == Person.org_unit_id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(Person.id == person_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    person = row.Person

    def count(table: type[Attendance | Membership | Contribution]) -> int:
        return db.scalar(sa.select(sa.func.count()).select_from(table).where(table.person_id == person_id)) or 0

    return PersonCard(
        id=person.id,
        version=person.version,
        name=person.name,
        kind=person.kind.value,
        email=person.email or "",
        handle=person.handle or "",
        unit=row.unit or "",
        account=row.username or "",
        account_active=bool(row.account_active),
        sessions=count(Attendance),
        memberships=count(Membership),
        contributions=count(Contribution),
    )


def _targets(merged: dict[int, int | None]) -> dict[int, int]:
    """Where each person's records are today: they themselves, or whom they were merged into, at any remove."""
    found: dict[int, int] = {}
    for person in merged:
        end, seen = person, {person}
        while (following := merged.get(end)) is not None and following not in seen:
            end = following
            seen.add(end)
        found[person] = end
    return found
