"""Reads of the organisation's structure for those who keep it: units, job roles, areas, settings."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.catalog.search import fold
from cop.errors import NotFound
from cop.models import (
    Account,
    Area,
    Community,
    ItemUnit,
    JobRole,
    Organisation,
    OrgUnit,
    Person,
    RoleGrant,
    UnitMeeting,
    UnitRequirement,
)
from cop.permissions import Actor, Permission, require
from cop.query import query


@dataclass(frozen=True)
class UnitRow:
    """An org unit with its place in the tree and what is in it.

    `people` are active ones directly in it, `people_below` also those of all units below; `communities` are hosted by
    it and not archived. `hangs` counts everything that refers to it, former people and archived communities too.
    """

    id: int
    version: int
    name: str
    parent_id: int | None
    depth: int
    path: str
    below: frozenset[int]
    people: int
    people_below: int
    communities: int
    managers: tuple[str, ...]
    hangs: tuple[tuple[str, int], ...]


@query("organisation", "people", "catalog", "accounts", "funnel", "meetings", "skills")
def units(db: DbSession, actor: Actor | None) -> tuple[UnitRow, ...]:
    """Every org unit in the order of the tree, parents first."""
    require(actor, Permission.ORGANISATION_EDIT)
    rows = db.execute(sa.select(OrgUnit.id, OrgUnit.version, OrgUnit.name, OrgUnit.parent_id)).all()
    children: dict[int | None, list[Any]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: fold(row.name)):
        children[row.parent_id].append(row)
    return tuple(_walk(children, _contents(db), None, 0, ""))


@dataclass(frozen=True)
class _Contents:
    """What is directly in each unit."""

    people: Counter[int]
    all_people: Counter[int]
    communities: Counter[int]
    all_communities: Counter[int]
    requirements: Counter[int]
    managers: dict[int, list[str]]
    items: Counter[int]
    meetings: Counter[int]


def _contents(db: DbSession) -> _Contents:
    def count(column: Any, *where: Any) -> Counter[int]:
        rows = sa.select(column, sa.func.count()).where(column.is_not(None), *where).group_by(column)
        return Counter({unit: number for unit, number in db.execute(rows)})  # noqa: C416 - dict() doesn't take rows

    managers: dict[int, list[str]] = defaultdict(list)
    grants = sa.select(RoleGrant.org_unit_id, Person.name).select_from(RoleGrant).join(Account).join(Person)
    rows: Any = db.execute(grants.where(RoleGrant.org_unit_id.is_not(None)).order_by(Person.name))
    for unit, name in rows:
        managers[unit].append(name)
    return _Contents(
        people=count(Person.org_unit_id, Person.active, Person.merged_into_id.is_(None)),
        all_people=count(Person.org_unit_id),
        communities=count(Community.org_unit_id, Community.archived_at.is_(None)),
        all_communities=count(Community.org_unit_id),
        requirements=count(UnitRequirement.org_unit_id),
        managers=managers,
        items=count(ItemUnit.org_unit_id),
        meetings=count(UnitMeeting.org_unit_id),
    )


def _walk(
    children: dict[int | None, list[Any]], contents: _Contents, parent: int | None, depth: int, path: str
) -> Iterator[UnitRow]:
    for row in children[parent]:
        here = f"{path} / {row.name}" if path else row.name
        inside = list(_walk(children, contents, row.id, depth + 1, here))
        managers = tuple(contents.managers.get(row.id, ()))
        yield UnitRow(
            id=row.id,
            version=row.version,
            name=row.name,
            parent_id=row.parent_id,
            depth=depth,
            path=here,
            below=frozenset({row.id, *(unit.id for unit in inside)}),
            people=contents.people[row.id],
            people_below=contents.people[row.id] + sum(unit.people for unit in inside),
            communities=contents.communities[row.id],
            managers=managers,
            hangs=(
                ("person", contents.all_people[row.id]),
                ("community", contents.all_communities[row.id]),
                ("unit below it", sum(unit.depth == depth + 1 for unit in inside)),
                ("manager", len(managers)),
                ("funnel item", contents.items[row.id]),
                ("meeting", contents.meetings[row.id]),
                ("required skill", contents.requirements[row.id]),
            ),
        )
        yield from inside


@dataclass(frozen=True)
class Named:
    """A job role or an area; `used` counts what refers to it."""

    id: int
    version: int
    name: str
    active: bool
    used: int


@query("organisation", "people")
def job_roles(db: DbSession, actor: Actor | None) -> tuple[Named, ...]:
    """Every job role by name; `used` are the people who have it, former ones too."""
    require(actor, Permission.ORGANISATION_EDIT)
    return _named(db, JobRole, Person.job_role_id)


@query("organisation", "catalog")
def areas(db: DbSession, actor: Actor | None) -> tuple[Named, ...]:
    """Every area by name; `used` are the communities in it, archived ones too."""
    require(actor, Permission.ORGANISATION_EDIT)
    return _named(db, Area, Community.area_id)


def _named(db: DbSession, table: Any, reference: Any) -> tuple[Named, ...]:
    used = sa.select(sa.func.count()).where(reference == table.id).scalar_subquery()
    rows = db.execute(sa.select(table.id, table.version, table.name, table.active, used)).all()
    return tuple(Named(*row) for row in sorted(rows, key=lambda row: fold(row.name)))


@dataclass(frozen=True)
class Settings:
    """What the organisation calls itself, and the IANA time zone in which its days are computed."""

    version: int
    name: str
    time_zone: str


@query("organisation")
def settings(db: DbSession, actor: Actor | None) -> Settings:
    """The organisation's settings; NotFound before it is set up."""
    require(actor, Permission.ORGANISATION_EDIT)
    row = db.execute(sa.select(Organisation.version, Organisation.name, Organisation.time_zone)).one_or_none()
    if row is None:
        raise NotFound
    return Settings(*row)
