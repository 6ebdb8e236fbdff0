"""What is found, as the actor may see it."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import FacilitatorRole, PersonKind, label
from cop.models import (
    Area,
    Community,
    CommunitySession,
    Contribution,
    Facilitator,
    FunnelItem,
    JobRole,
    Membership,
    OrgUnit,
    Person,
    ProfileVisibility,
    Resource,
    Skill,
)
from cop.permissions import Actor, Permission, may, require
from cop.query import query
from cop.search.matches import matches, spellings
from cop.search.words import asked, problem, snippet
from cop.skills.profile_queries import offers


class Kind(StrEnum):
    """What can be found."""

    COMMUNITY = "community"
    SESSION = "session"
    CONTRIBUTION = "contribution"
    RESOURCE = "resource"
    ITEM = "item"
    SKILL = "skill"
    PERSON = "person"


@dataclass(frozen=True)
class Hit:
    """Something that fits; `page` and `params` open it, empty for what has no page."""

    title: str
    facts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    snippet: str = ""
    page: str = ""
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """A page of hits of one kind, how many there are, and for which other words they stand."""

    hits: tuple[Hit, ...]
    total: int
    more: bool
    """There are more than `total`; the newest were taken."""
    instead: str = ""
    """What was searched for instead, as nothing fits what was typed."""


@dataclass(frozen=True)
class Visibility:
    """What the actor agreed to show."""

    findable: bool = False
    show_unit: bool = False
    show_job_role: bool = False
    show_communities: bool = False


def _everybody(actor: Actor | None, **_params: object) -> Hashable:
    """All who may see communities see the same."""
    require(actor, Permission.COMMUNITY_VIEW)
    return "everybody"


@query("catalog", "sessions", "people", "organisation", "funnel", "skills", "profiles", scope=_everybody)
def things(db: DbSession, actor: Actor | None, *, kind: str, text: str, start: int, count: int, today: date) -> Found:
    """Search one kind (everything but people) for rows that contain every word of the text."""
    require(actor, Permission.COMMUNITY_VIEW)
    reader = partial(_skills, today=today) if Kind(kind) is Kind.SKILL else _READERS[Kind(kind)]
    return _found(db, Kind(kind), text, None, start, count, reader)


@query("people", "organisation", "memberships", "catalog")
def people(db: DbSession, actor: Actor | None, *, text: str, start: int, count: int, today: date) -> Found:
    """Search for people.

    Everybody finds the facilitators of open communities (their names stand on the communities' pages) and colleagues who
    agreed to be found, with what they agreed to show; the programme office finds everybody.
    """
    actor = require(actor, Permission.COMMUNITY_VIEW)
    return _found(db, Kind.PERSON, text, _whom(actor, today), start, count, _reader_of_people(actor, today))


@query("people")
def own_visibility(db: DbSession, actor: Actor | None) -> Visibility:
    """What the actor agreed to show; nothing, until they say so."""
    actor = require(actor, Permission.OWN_ACCOUNT)
    row = db.get(ProfileVisibility, actor.person_id)
    if row is None:
        return Visibility()
    return Visibility(row.findable, row.show_unit, row.show_job_role, row.show_communities)


_Reader = Callable[[DbSession, tuple[int, ...], Callable[[str], str]], Iterable[tuple[int, Hit]]]


def _found(
    db: DbSession, kind: Kind, text: str, only: sa.Select[int] | None, start: int, count: int, reader: _Reader
) -> Found:
    wanted = asked(text)
    if problem(text) is not None or not wanted.words:
        return Found((), 0, more=False)
    hits, instead = matches(db, kind, wanted, only), ""
    if not hits.ids:
        for other in spellings(db, kind, wanted, only):
            hits = matches(db, kind, other, only)
            if hits.ids:
                wanted, instead = other, " ".join(other.words)
                break
    shown = hits.ids[start : start + count]
    by_id = dict(reader(db, shown, lambda body: snippet(body, wanted)))
    return Found(tuple(by_id[key] for key in shown if key in by_id), len(hits.ids), hits.more, instead)


def _communities(db: DbSession, ids: tuple[int, ...], cut: Callable[[str], str]) -> Iterable[tuple[int, Hit]]:
    rows = sa.select(Community, Area.name).outerjoin(Area, Area.id == Community.area_id).where(Community.id.in_(ids))
    for room, area in db.execute(rows):
        text = next((part for part in map(cut, (room.focus, room.charter, room.norms)) if part), room.focus)
        labels = ("Archived",) if room.archived_at else ()
        yield room.id, Hit(room.name, (area,) if area else (), labels, text, "community", {"c": room.slug})


def _sessions(db: DbSession, ids: tuple[int, ...], cut: Callable[[str], str]) -> Iterable[tuple[int, Hit]]:
    rows = sa.select(CommunitySession, Community).join(Community).where(CommunitySession.id.in_(ids))
    for row, room in db.execute(rows):
        labels = [] if row.status.value == "held" else [row.status.value.capitalize()]
        labels += ["Archived community"] if room.archived_at else []
        text = next((part for part in map(cut, (row.topics, row.decisions, row.agenda)) if part), "")
        yield row.id, Hit(row.title, (room.name, str(row.day)), tuple(labels), text, "session", {"id": str(row.id)})


def _contributions(db: DbSession, ids: tuple[int, ...], _cut: Callable[[str], str]) -> Iterable[tuple[int, Hit]]:
    rows = (
        sa.select(Contribution, Community, Person.name)
        .join(Community, Community.id == Contribution.community_id)
        .outerjoin(Person, Person.id == Contribution.person_id)
        .where(Contribution.id.in_(ids))
    )
    for row, room, person in db.execute(rows):
        kind = row.kind.value.replace("_", " ").capitalize()
        facts = tuple(part for part in (kind, room.name, str(row.day), person) if part)
        if row.session_id is not None:
            page, params = "session", {"id": str(row.session_id)}
        else:
            page, params = "community", {"c": room.slug, "tab": "Contributions"}
        yield row.id, Hit(row.title, facts, _of_archived(room), "", page, params)


def _resources(db: DbSession, ids: tuple[int, ...], _cut: Callable[[str], str]) -> Iterable[tuple[int, Hit]]:
    rows = sa.select(Resource, Community).join(Community).where(Resource.id.in_(ids))
    for row, room in db.execute(rows):
        params = {"c": room.slug, "tab": "Resources"}
        yield (
            row.id,
            Hit(row.title, (row.kind.value.capitalize(), room.name), _of_archived(room), "", "community", params),
        )


def _items(db: DbSession, ids: tuple[int, ...], cut: Callable[[str], str]) -> Iterable[tuple[int, Hit]]:
    rows = sa.select(FunnelItem, Area.name).outerjoin(Area, Area.id == FunnelItem.area_id).where(FunnelItem.id.in_(ids))
    for row, area in db.execute(rows):
        kind, stage = (value.replace("_", " ").capitalize() for value in (row.channel.value, row.stage.value))
        client = f"for {row.client}" if row.client else ""
        facts = tuple(part for part in (kind, stage, client, area) if part)
        text = next((part for part in map(cut, (row.description, row.objective)) if part), "")
        yield row.id, Hit(row.title, facts, (), text, "item", {"id": str(row.id)})


def _skills(
    db: DbSession, ids: tuple[int, ...], cut: Callable[[str], str], *, today: date
) -> Iterable[tuple[int, Hit]]:
    helpers = offers(db, None, today=today)
    rows = sa.select(Skill, Area.name).outerjoin(Area, Area.id == Skill.area_id).where(Skill.id.in_(ids))
    for skill, area in db.execute(rows):
        _name, count = helpers.get(skill.id, ("", 0))
        can_help = f"{count:,} {'colleague' if count == 1 else 'colleagues'} can help" if count else ""
        facts = tuple(part for part in (area, can_help) if part)
        page, params = ("helpers", {"skill": str(skill.id)}) if count else ("skills", {"q": skill.name})
        yield skill.id, Hit(skill.name, facts, (), cut(skill.description), page, params)


def _of_archived(room: Community) -> tuple[str, ...]:
    return ("Archived community",) if room.archived_at else ()


_READERS: dict[Kind, _Reader] = {
    Kind.COMMUNITY: _communities,
    Kind.SESSION: _sessions,
    Kind.CONTRIBUTION: _contributions,
    Kind.RESOURCE: _resources,
    Kind.ITEM: _items,
}


def _facilitates(today: date) -> sa.Select[int, FacilitatorRole, str, str]:
    """Select who facilitates an open community today, with its name, slug and the role, leads first."""
    current = sa.and_(
        sa.or_(Facilitator.since_on.is_(None), Facilitator.since_on <= today),
        sa.or_(Facilitator.until_on.is_(None), Facilitator.until_on > today),
    )
    return (
        sa.select(Facilitator.person_id, Facilitator.role, Community.name, Community.slug)
        .join(Community, Community.id == Facilitator.community_id)
        .where(current, Community.archived_at.is_(None))
        .order_by(sa.case((Facilitator.role == FacilitatorRole.LEAD, 0), else_=1), Community.name)
    )


def _whom(actor: Actor, today: date) -> sa.Select[int]:
    """Select whom the actor may find: themselves, facilitators, active staff who agreed to it; the office everybody."""
    whom = sa.select(Person.id).where(Person.merged_into_id.is_(None))
    if may(actor, Permission.ACCOUNT_MANAGE):
        return whom
    agreed = sa.select(ProfileVisibility.person_id).where(ProfileVisibility.findable)
    colleague = sa.and_(Person.id.in_(agreed), Person.active, Person.kind == PersonKind.STAFF)
    facilitators = _facilitates(today).with_only_columns(Facilitator.person_id).order_by(None)
    leads = sa.and_(Person.id.in_(facilitators), Person.active)
    return whom.where(sa.or_(Person.id == actor.person_id, colleague, leads))


def _reader_of_people(actor: Actor, today: date) -> _Reader:
    """Shows of each what they agreed to; to the office and to oneself what is on record."""
    office = may(actor, Permission.ACCOUNT_MANAGE)

    def read(db: DbSession, ids: tuple[int, ...], _cut: Callable[[str], str]) -> Iterable[tuple[int, Hit]]:
        rows = (
            sa.select(Person, OrgUnit.name, JobRole.name, ProfileVisibility)
            .outerjoin(OrgUnit, OrgUnit.id == Person.org_unit_id)
            .outerjoin(JobRole, JobRole.id == Person.job_role_id)
            .outerjoin(ProfileVisibility, ProfileVisibility.person_id == Person.id)
            .where(Person.id.in_(ids))
        )
        rooms = _rooms_of(db, ids)
        roles = _roles_of(db, ids, today)
        for person, unit, job, agreed in db.execute(rows):
            sees_all = office or person.id == actor.person_id
            shown = agreed if agreed is not None and agreed.findable else None
            led = roles[person.id]
            facts = [
                "; ".join(f"{label(role)} of {name}" for role, name, _slug in led) or None,
                job if sees_all or (shown and shown.show_job_role) else None,
                unit if sees_all or (shown and shown.show_unit) else None,
                ", ".join(rooms[person.id]) if shown and shown.show_communities else None,
            ]
            page, params = ("community", {"c": led[0][2]}) if led else ("", {})
            shown_facts = tuple(item for item in facts if item)
            yield person.id, Hit(person.name, shown_facts, _standing(person, shown, actor), "", page, params)

    return read


def _standing(person: Person, shown: ProfileVisibility | None, actor: Actor) -> tuple[str, ...]:
    """What the office and people themselves are told about who finds them."""
    labels = ["You"] if person.id == actor.person_id else []
    if person.kind is PersonKind.GUEST:
        labels.append("Guest")
    elif not person.active:
        labels.append("Left")
    elif shown is None:
        labels.append("Not shown to colleagues")
    return tuple(labels)


def _roles_of(db: DbSession, ids: tuple[int, ...], today: date) -> dict[int, list[tuple[str, str, str]]]:
    """Return for each person the roles in communities they facilitate today: role, community's name and slug."""
    roles: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for person_id, role, name, slug in db.execute(_facilitates(today).where(Facilitator.person_id.in_(ids))):
        roles[person_id].append((role.value, name, slug))
    return roles


def _rooms_of(db: DbSession, ids: tuple[int, ...]) -> dict[int, list[str]]:
    """The open communities that these people belong to today, by name."""
    rows: Any = db.execute(
        sa.select(Membership.person_id, Community.name)
        .join(Community, Community.id == Membership.community_id)
        .where(Membership.person_id.in_(ids), Membership.left_on.is_(None), Community.archived_at.is_(None))
        .order_by(Community.name)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for person_id, name in rows:
        found[person_id].append(name)
    return found
