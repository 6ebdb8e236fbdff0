"""Reads of the funnel: all items as they stand, one item with everything that hangs on it, the lists to choose from."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm import aliased

from cop.catalog.search import fold
from cop.choices import FunnelStage, SessionStatus
from cop.errors import NotFound
from cop.funnel import flow
from cop.funnel.gates import WAY, missing
from cop.funnel.inputs import ItemInput
from cop.funnel.meetings import within
from cop.funnel.picture_queries import stays
from cop.funnel.readiness import readiness
from cop.funnel.rows import as_typed
from cop.models import (
    Area,
    Community,
    CommunitySession,
    Contribution,
    Evidence,
    FunnelItem,
    FunnelLimit,
    ItemComment,
    ItemCommunity,
    ItemTheme,
    ItemUnit,
    OrgUnit,
    Person,
    Quadrant,
    Ring,
    RingChange,
    StageStay,
    Theme,
    UnitMeeting,
    Vote,
)
from cop.organisation import time_zone
from cop.periods import local_day
from cop.permissions import Actor, Permission, may, require
from cop.query import query


@query("funnel", "organisation", "people", "catalog", public=True)
def items(db: DbSession, _actor: Actor | None, *, now: datetime) -> pd.DataFrame:
    """Every item that no other stands for, one row each, the newest first.

    `units`, `unit_ids` and `theme_ids` tell whom it concerns and what it serves; `age_days` is the whole days in its
    stage, `age_limit` after how many it is overdue there (none where nobody is waited for); `votes` are people, also those who voted for an item merged into it; `search` is folded text.
    """
    zone = time_zone(db)
    today = local_day(now, zone)
    rows = [dict(row._mapping) for row in db.execute(_items())]  # noqa: SLF001 - SQLAlchemy's public name
    units, themes = _names(db, ItemUnit, OrgUnit), _names(db, ItemTheme, Theme)
    communities = _names(db, ItemCommunity, Community)
    votes, comments, merged = votes_by_item(db), _counts(db, ItemComment), _merged(db)
    stage_limits = flow.stage_limits(stays(db, None), as_of=today)
    for row in rows:
        key = row["id"]
        for name, found in (("unit", units), ("theme", themes), ("community", communities)):
            row[f"{name}_ids"] = tuple(found[key])
        row["units"] = ", ".join(units[key].values())
        row["communities"] = ", ".join(communities[key].values())
        row["votes"], row["comments"], row["merged"] = votes.get(key, 0), comments.get(key, 0), merged.get(key, 0)
        row["age_days"] = (today - local_day(row["stage_since"], zone)).days
        row["age_limit"] = stage_limits[row["stage"]]
        texts = (row["title"], row["description"], row["client"], row["units"], row["owner"] or "", row["area"] or "")
        row["search"] = "\n".join(fold(text) for text in texts)
    return _frame(rows)


_COLUMNS = {
    "id": "int64", "version": "int64", "title": "str", "description": "str", "channel": "str", "stage": "str",
    "stage_since": "datetime64[us, UTC]", "stage_reason": "str", "age_days": "int64", "age_limit": "float64", "area_id": "Int64", "area": "str",
    "owner_id": "Int64", "owner": "str", "raised_by_id": "Int64", "raised_by": "str",
    "created_at": "datetime64[us, UTC]", "horizon": "str", "client": "str", "deadline": "object", "headcount": "Int64",
    "unique_knowledge": "bool", "quadrant_id": "Int64", "objective": "str", "indicator": "str", "baseline": "float64",
    "target": "float64", "current": "float64", "judged_on": "object", "outcome": "str", "urgency": "float64",
    "reach": "float64", "impact": "float64", "rice_confidence": "float64", "effort": "float64",
    "business_value": "Int64", "time_criticality": "Int64", "risk_reduction": "Int64", "job_size": "Int64",
    "unit_ids": "object", "units": "str", "theme_ids": "object", "community_ids": "object", "communities": "str",
    "votes": "int64", "comments": "int64", "merged": "int64", "search": "str",
}  # fmt: skip


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(_COLUMNS), dtype="object")
    words = [name for name, kind in _COLUMNS.items() if kind == "str"]
    frame[words] = frame[words].fillna("")
    return frame.astype(_COLUMNS)


def _items() -> sa.Select[*tuple[Any, ...]]:
    owner, raiser = aliased(Person), aliased(Person)
    text_of = {
        name: sa.type_coerce(getattr(FunnelItem, name), sa.String)
        for name in ("channel", "stage", "horizon", "outcome")
    }
    joined = {"area": Area.name, "owner": owner.name, "raised_by": raiser.name}
    columns = [
        (text_of[name] if name in text_of else getattr(FunnelItem, name)).label(name)
        for name in _COLUMNS
        if name in FunnelItem.__table__.columns
    ]
    return (
        sa.select(*columns, *(column.label(name) for name, column in joined.items()))
        .outerjoin(Area, Area.id == FunnelItem.area_id)
        .outerjoin(owner, owner.id == FunnelItem.owner_id)
        .outerjoin(raiser, raiser.id == FunnelItem.raised_by_id)
        .where(FunnelItem.merged_into_id.is_(None))
        .order_by(FunnelItem.created_at.desc(), FunnelItem.id.desc())
    )


def _names(db: DbSession, link: Any, named: Any) -> dict[int, dict[int, str]]:
    """Per item, the names of what it is linked with, by id, in the order of the names."""
    far = next(column for column in link.__table__.primary_key if column.name != "item_id")
    rows = sa.select(link.item_id, named.id, named.name).join(named, named.id == far).order_by(named.name, named.id)
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for item_id, key, name in db.execute(rows):
        found[item_id][key] = name
    return found


def votes_by_item(db: DbSession) -> dict[int, int]:
    """People who voted for an item or for one merged into it, each once."""
    stands = sa.func.coalesce(FunnelItem.merged_into_id, FunnelItem.id).label("item_id")
    people = sa.func.count(sa.distinct(Vote.person_id))
    rows = db.execute(sa.select(stands, people).join(FunnelItem, FunnelItem.id == Vote.item_id).group_by(stands))
    return {key: count for key, count in rows}  # noqa: C416 - dict() doesn't take rows


def _counts(db: DbSession, table: type[ItemComment]) -> dict[int, int]:
    rows = db.execute(
        sa.select(table.item_id, sa.func.count()).where(table.withdrawn_at.is_(None)).group_by(table.item_id)
    )
    return {key: count for key, count in rows}  # noqa: C416 - dict() doesn't take rows


def _merged(db: DbSession) -> dict[int | None, int]:
    rows = db.execute(
        sa.select(FunnelItem.merged_into_id, sa.func.count())
        .where(FunnelItem.merged_into_id.is_not(None))
        .group_by(FunnelItem.merged_into_id)
    )
    return {key: count for key, count in rows}  # noqa: C416 - dict() doesn't take rows


@query("funnel", public=True)
def limits(db: DbSession, _actor: Actor | None) -> dict[str, int]:
    """How many items at most, by stage or channel; those without a limit aren't there."""
    rows = db.execute(sa.select(FunnelLimit.stage, FunnelLimit.channel, FunnelLimit.most))
    return {str(stage or channel): most for stage, channel, most in rows}


@dataclass(frozen=True)
class Choices:
    """What an item may be put under: names by id, in their order; themes with the days they count."""

    areas: dict[int, str]
    quadrants: dict[int, str]
    rings: dict[int, str]
    themes: dict[int, str]


@query("funnel", "catalog", public=True)
def choices(db: DbSession, _actor: Actor | None, *, today: date) -> Choices:
    """The lists that the item's form offers; themes that count today."""
    return Choices(
        areas=_listed(db, sa.select(Area.id, Area.name).where(Area.active).order_by(Area.name)),
        quadrants=_listed(db, sa.select(Quadrant.id, Quadrant.name).where(Quadrant.active).order_by(Quadrant.place)),
        rings=_listed(db, sa.select(Ring.id, Ring.name).where(Ring.active).order_by(Ring.place)),
        themes=_listed(
            db,
            sa.select(Theme.id, Theme.name)
            .where(Theme.since_on <= today, sa.or_(Theme.until_on.is_(None), Theme.until_on > today))
            .order_by(Theme.weight.desc(), Theme.name),
        ),
    )


def _listed(db: DbSession, rows: sa.Select[int, str]) -> dict[int, str]:
    return {key: name for key, name in db.execute(rows)}  # noqa: C416 - dict() doesn't take rows


@dataclass(frozen=True)
class Backing:
    """A piece of evidence; `mine` is whether the actor gave it."""

    id: int
    kind: str
    title: str
    url: str
    dated_on: date
    by: str
    mine: bool
    withdrawn: bool
    here: bool = True
    """Whether it was given to this item, not to one merged into it."""


@dataclass(frozen=True)
class Remark:
    """A comment; the text of a withdrawn one is empty."""

    id: int
    version: int
    by: str
    text: str
    at: datetime
    mine: bool
    withdrawn: bool
    here: bool = True
    """Whether it was said to this item, not to one merged into it."""


@dataclass(frozen=True)
class Stay:
    """A stay in a stage; `left_at` is None for the one that goes on."""

    stage: str
    entered_at: datetime
    left_at: datetime | None
    by: str
    reason: str


@dataclass(frozen=True)
class RingStay:
    """Since when a trend is in a ring, by whose word and why."""

    id: int
    ring: str
    changed_on: date
    edition: str
    source_kind: str
    source: str
    url: str
    rationale: str
    by: str
    withdrawn: bool


@dataclass(frozen=True)
class Room:
    """A community that works on an item, and what it has held and gained since it was linked."""

    slug: str
    name: str
    sessions: int
    contributions: int


PLANNING = ("reach", "impact", "rice_confidence", "effort", "business_value", "time_criticality", "risk_reduction", "job_size")  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One item with everything that hangs on it."""

    id: int
    version: int
    channel: str
    stage: str
    stage_since: datetime
    stage_reason: str
    said: ItemInput
    area: str
    owner: str
    owner_left: bool
    """The owner isn't with the organisation any more: somebody else should take it."""
    raised_by: str
    raised_by_id: int | None
    created_at: datetime
    quadrant: str
    units: dict[int, str]
    themes: dict[int, str]
    communities: dict[int, Room]
    """Those that work on it, by id."""
    meeting: tuple[int, str, date] | None
    """The meeting in which it was raised: id, unit, day; None also for those who may not see it."""
    current: float | None
    outcome: str
    outcome_note: str
    planning: dict[str, float | None]
    """What RICE and WSJF are computed from."""
    merged_into: tuple[int, str] | None
    merged: dict[int, str]
    """Titles of the items it stands for, by id."""
    votes: int
    voted: bool
    evidence: tuple[Backing, ...]
    comments: tuple[Remark, ...]
    stays: tuple[Stay, ...]
    rings: tuple[RingStay, ...]
    missing: tuple[str, ...]
    """What it needs to enter the next stage of its way."""
    next_stage: str | None
    may_edit: bool
    may_triage: bool


@query("funnel", "organisation", "people", "catalog", "meetings", "sessions")
def item(db: DbSession, actor: Actor | None, *, item_id: int) -> Item:
    """The item; raises NotFound where there is none."""
    actor = require(actor, Permission.FUNNEL_VIEW)
    row = db.get(FunnelItem, item_id)
    if row is None:
        raise NotFound
    merged = _titles(db, FunnelItem.merged_into_id == item_id)
    ids = [item_id, *merged]
    triage = may(actor, Permission.FUNNEL_TRIAGE)
    following = _next_stage(row.stage)
    voters = set(db.scalars(sa.select(Vote.person_id).where(Vote.item_id.in_(ids))))
    return Item(
        id=row.id,
        version=row.version,
        channel=row.channel.value,
        stage=row.stage.value,
        stage_since=row.stage_since,
        stage_reason=row.stage_reason,
        said=ItemInput(**as_typed(db, row)),
        area=_name(db, Area, row.area_id),
        owner=_name(db, Person, row.owner_id),
        owner_left=row.owner_id is not None and not db.get_one(Person, row.owner_id).active,
        raised_by=_name(db, Person, row.raised_by_id),
        raised_by_id=row.raised_by_id,
        created_at=row.created_at,
        quadrant=_name(db, Quadrant, row.quadrant_id),
        units=_names(db, ItemUnit, OrgUnit)[item_id],
        themes=_names(db, ItemTheme, Theme)[item_id],
        communities=_communities(db, item_id),
        meeting=_meeting(db, actor, row.meeting_id),
        current=row.current,
        outcome=row.outcome.value if row.outcome else "",
        outcome_note=row.outcome_note,
        planning={name: getattr(row, name) for name in PLANNING},
        merged_into=_into(db, row.merged_into_id),
        merged=merged,
        votes=len(voters),
        voted=actor.person_id in voters,
        evidence=tuple(_evidence(db, ids, actor)),
        comments=tuple(_comments(db, ids, actor)),
        stays=tuple(_stays(db, item_id)),
        rings=tuple(_rings(db, item_id)),
        missing=missing(readiness(db, [item_id])[item_id], following) if following else (),
        next_stage=following.value if following else None,
        may_edit=row.merged_into_id is None and (triage or _raised(actor, row)),
        may_triage=triage and row.merged_into_id is None,
    )


def _raised(actor: Actor, row: FunnelItem) -> bool:
    mine = row.raised_by_id is not None and row.raised_by_id == actor.person_id
    return mine and row.stage is FunnelStage.INBOX


def _next_stage(stage: FunnelStage) -> FunnelStage | None:
    if stage not in WAY or stage is WAY[-1]:
        return None
    return WAY[WAY.index(stage) + 1]


def _name(db: DbSession, table: Any, key: int | None) -> str:
    row = db.get(table, key) if key is not None else None
    return row.name if row is not None else ""


def _titles(db: DbSession, where: sa.ColumnElement[bool]) -> dict[int, str]:
    return _listed(db, sa.select(FunnelItem.id, FunnelItem.title).where(where).order_by(FunnelItem.id))


def _into(db: DbSession, key: int | None) -> tuple[int, str] | None:
    row = db.get(FunnelItem, key) if key is not None else None
    return (row.id, row.title) if row is not None else None


def _communities(db: DbSession, item_id: int) -> dict[int, Room]:
    zone = time_zone(db)
    rows = db.execute(
        sa.select(Community.id, Community.slug, Community.name, ItemCommunity.linked_at)
        .join(ItemCommunity, ItemCommunity.community_id == Community.id)
        .where(ItemCommunity.item_id == item_id)
        .order_by(Community.name)
    ).all()
    found = {}
    for key, slug, name, linked_at in rows:
        since = local_day(linked_at, zone)
        held = _count(db, CommunitySession, key, since, CommunitySession.status == SessionStatus.HELD)
        found[key] = Room(slug, name, held, _count(db, Contribution, key, since))
    return found


def _count(db: DbSession, table: Any, community_id: int, since: date, *where: Any) -> int:
    counted = sa.select(sa.func.count()).where(table.community_id == community_id, table.day >= since, *where)
    return db.scalar(counted) or 0


def _meeting(db: DbSession, actor: Actor, key: int | None) -> tuple[int, str, date] | None:
    meeting = db.get(UnitMeeting, key) if key is not None else None
    if meeting is None or not (may(actor, Permission.UNIT_MEETING) and within(actor, meeting.org_unit_id)):
        return None
    return (meeting.id, _name(db, OrgUnit, meeting.org_unit_id), meeting.met_on)


def _evidence(db: DbSession, ids: list[int], actor: Actor) -> Iterable[Backing]:
    rows = db.execute(
        sa.select(Evidence, Person.name)
        .outerjoin(Person, Person.id == Evidence.added_by_id)
        .where(Evidence.item_id.in_(ids))
        .order_by(Evidence.dated_on.desc(), Evidence.id.desc())
    )
    for row, name in rows:
        mine = row.added_by_id is not None and row.added_by_id == actor.person_id
        gone = row.withdrawn_at is not None
        yield Backing(
            row.id, row.kind.value, row.title, row.url, row.dated_on, name or "", mine, gone, row.item_id == ids[0]
        )


def _comments(db: DbSession, ids: list[int], actor: Actor) -> Iterable[Remark]:
    rows = db.execute(
        sa.select(ItemComment, Person.name)
        .outerjoin(Person, Person.id == ItemComment.person_id)
        .where(ItemComment.item_id.in_(ids))
        .order_by(ItemComment.at, ItemComment.id)
    )
    for row, name in rows:
        gone = row.withdrawn_at is not None
        mine = row.person_id == actor.person_id
        yield Remark(
            row.id, row.version, name or "", "" if gone else row.text, row.at, mine, gone, row.item_id == ids[0]
        )


def _stays(db: DbSession, item_id: int) -> Iterable[Stay]:
    rows = db.execute(
        sa.select(StageStay, Person.name)
        .outerjoin(Person, Person.id == StageStay.moved_by_id)
        .where(StageStay.item_id == item_id)
        .order_by(StageStay.entered_at.desc(), StageStay.id.desc())
    )
    for row, name in rows:
        yield Stay(row.stage.value, row.entered_at, row.left_at, name or "", row.reason)


def _rings(db: DbSession, item_id: int) -> Iterable[RingStay]:
    rows = db.execute(
        sa.select(RingChange, Ring.name, Person.name)
        .join(Ring, Ring.id == RingChange.ring_id)
        .outerjoin(Person, Person.id == RingChange.added_by_id)
        .where(RingChange.item_id == item_id)
        .order_by(RingChange.changed_on.desc(), RingChange.id.desc())
    )
    for row, ring, name in rows:
        yield RingStay(
            id=row.id,
            ring=ring,
            changed_on=row.changed_on,
            edition=row.edition,
            source_kind=row.source_kind.value,
            source=row.source,
            url=row.url,
            rationale=row.rationale,
            by=name or "",
            withdrawn=row.withdrawn_at is not None,
        )


@query("funnel", public=True)
def titles(db: DbSession, _actor: Actor | None) -> dict[int, str]:
    """The titles of the items that may bring something about, by id, in the order of titles; not the rejected."""
    found = _titles(db, FunnelItem.merged_into_id.is_(None) & (FunnelItem.stage != FunnelStage.REJECTED))
    return dict(sorted(found.items(), key=lambda one: fold(one[1])))


@query("funnel", "catalog", public=True)
def items_of_community(db: DbSession, _actor: Actor | None, *, community_id: int) -> dict[int, tuple[str, str]]:
    """Why the community exists: the titles and stages of the items it works on, by id."""
    rows = db.execute(
        sa.select(FunnelItem.id, FunnelItem.title, sa.type_coerce(FunnelItem.stage, sa.String))
        .join(ItemCommunity, ItemCommunity.item_id == FunnelItem.id)
        .where(ItemCommunity.community_id == community_id)
        .order_by(FunnelItem.created_at, FunnelItem.id)
    )
    return {key: (title, stage) for key, title, stage in rows}
