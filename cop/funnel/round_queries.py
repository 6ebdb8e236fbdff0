"""Reads of the rounds: what is going on, the published lists for all staff, the table by which is decided."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import RoundPhase
from cop.errors import NotFound
from cop.funnel.readiness import full_assessors
from cop.funnel.rounds import moves
from cop.funnel.score_queries import by_scorer, standings_of
from cop.models import CriterionWeight, FunnelItem, FunnelRound, Person, RoundItem
from cop.organisation import time_zone
from cop.periods import local_day
from cop.permissions import Actor, Permission, require
from cop.query import query


@dataclass(frozen=True)
class Round:
    """A round; `weights` are the criteria with their shares, by which it is decided, from scoring on."""

    id: int
    version: int
    name: str
    note: str
    phase: str
    opened_on: date
    published_on: date | None
    items: int
    decided: int
    weights: tuple[tuple[str, float], ...]


@query("funnel", "organisation", public=True)
def rounds(db: DbSession, _actor: Actor | None) -> tuple[Round, ...]:
    """All rounds, the newest first."""
    zone = time_zone(db)
    counts = {
        key: (items, decided)
        for key, items, decided in db.execute(
            sa.select(RoundItem.round_id, sa.func.count(), sa.func.count(RoundItem.decision)).group_by(
                RoundItem.round_id
            )
        )
    }
    found = db.scalars(sa.select(FunnelRound).order_by(FunnelRound.opened_at.desc(), FunnelRound.id.desc()))
    return tuple(
        Round(
            id=row.id,
            version=row.version,
            name=row.name,
            note=row.note,
            phase=row.phase.value,
            opened_on=local_day(row.opened_at, zone),
            published_on=local_day(row.published_at, zone) if row.published_at else None,
            items=counts.get(row.id, (0, 0))[0],
            decided=counts.get(row.id, (0, 0))[1],
            weights=_weights(db, row.criteria_version_id),
        )
        for row in found
    )


def _weights(db: DbSession, version_id: int | None) -> tuple[tuple[str, float], ...]:
    rows = db.execute(
        sa.select(CriterionWeight.name, CriterionWeight.weight)
        .where(CriterionWeight.version_id == version_id)
        .order_by(CriterionWeight.place)
    ).all()
    whole = sum(weight for _name, weight in rows)
    return tuple((name, weight / whole) for name, weight in rows)


@dataclass(frozen=True)
class Listed:
    """An item on a published list, as it stood on that day; `change` is against the round published before."""

    rank: int | None
    change: str
    item_id: int
    title: str
    decision: str
    reason: str
    decided_by: str
    score: float | None
    top: float | None
    assessors: int
    votes: int


@query("funnel", "people", public=True)
def published(db: DbSession, _actor: Actor | None, *, round_id: int) -> tuple[Listed, ...]:
    """The list of a published round, in the order of ranks; raises NotFound for one that isn't published."""
    row = db.get(FunnelRound, round_id)
    if row is None or row.phase is not RoundPhase.PUBLISHED:
        raise NotFound
    found = db.execute(
        sa.select(RoundItem, Person.name)
        .outerjoin(Person, Person.id == RoundItem.decided_by_id)
        .where(RoundItem.round_id == round_id)
        .order_by(RoundItem.rank.is_(None), RoundItem.rank, RoundItem.title, RoundItem.item_id)
    ).all()
    changed = moves({entry.item_id: entry.rank for entry, _name in found}, _ranks_before(db, row))
    return tuple(
        Listed(
            rank=entry.rank,
            change=changed[entry.item_id],
            item_id=entry.item_id,
            title=entry.title,
            decision=entry.decision.value if entry.decision else "",
            reason=entry.reason,
            decided_by=name or "",
            score=entry.score,
            top=entry.top_share,
            assessors=entry.assessors or 0,
            votes=entry.votes or 0,
        )
        for entry, name in found
    )


def _ranks_before(db: DbSession, row: FunnelRound) -> dict[int, int | None]:
    """The ranks of the round that was published before this one."""
    before = db.scalar(
        sa.select(FunnelRound.id)
        .where(FunnelRound.published_at < row.published_at, FunnelRound.id != row.id)
        .order_by(FunnelRound.published_at.desc())
        .limit(1)
    )
    found = db.execute(sa.select(RoundItem.item_id, RoundItem.rank).where(RoundItem.round_id == before))
    return {key: rank for key, rank in found}  # noqa: C416 - dict() doesn't take rows


@dataclass(frozen=True)
class Task:
    """An item of the round that is being scored: by how many, and whether the actor is one of them."""

    item_id: int
    title: str
    assessors: int
    done: bool


@query("funnel", scope=by_scorer)
def tasks(db: DbSession, actor: Actor | None, *, round_id: int) -> tuple[Task, ...]:
    """The items to be scored in a round, those first that the actor has not marked yet."""
    actor = require(actor, Permission.FUNNEL_SCORE)
    items = db.execute(
        sa.select(FunnelItem.id, FunnelItem.title)
        .join(RoundItem, RoundItem.item_id == FunnelItem.id)
        .where(RoundItem.round_id == round_id, FunnelItem.merged_into_id.is_(None))
        .order_by(FunnelItem.title, FunnelItem.id)
    ).all()
    given = full_assessors(db, [key for key, _title in items])
    found = [
        Task(key, title, len(given.get(key, ())), actor.person_id in given.get(key, frozenset()))
        for key, title in items
    ]
    return tuple(sorted(found, key=lambda one: one.done))


@dataclass(frozen=True)
class Ballot:
    """An item of the round that is deciding, with how it stands among the round's items."""

    item_id: int
    version: int
    title: str
    rank: int | None
    score: float | None
    top: float | None
    disagree: bool
    decision: str
    reason: str
    decided_by: str


def _deciders(actor: Actor | None, **_params: object) -> Hashable:
    """All who decide see the same."""
    require(actor, Permission.FUNNEL_TRIAGE)
    return "deciders"


@query("funnel", "organisation", "people", scope=_deciders)
def ballots(db: DbSession, actor: Actor | None, *, round_id: int, now: datetime) -> tuple[Ballot, ...]:
    """The items of a round that is deciding, the best first; none in another phase, where marks are not open to all."""
    require(actor, Permission.FUNNEL_TRIAGE)
    row = db.get(FunnelRound, round_id)
    if row is None or row.phase is not RoundPhase.DECIDING:
        return ()
    entries = db.execute(
        sa.select(RoundItem, FunnelItem, Person.name)
        .join(FunnelItem, FunnelItem.id == RoundItem.item_id)
        .outerjoin(Person, Person.id == RoundItem.decided_by_id)
        .where(RoundItem.round_id == round_id)
    ).all()
    today = local_day(now, time_zone(db))
    found = standings_of(db, {item.id: item for _entry, item, _name in entries}, today=today)
    made = [
        Ballot(
            item_id=item.id,
            version=entry.version,
            title=item.title,
            rank=found[item.id].rank,
            score=standing.total if (standing := found[item.id].score) else None,
            top=found[item.id].top,
            disagree=found[item.id].disagree,
            decision=entry.decision.value if entry.decision else "",
            reason=entry.reason,
            decided_by=name or "",
        )
        for entry, item, name in entries
    ]
    return tuple(sorted(made, key=lambda one: (one.rank is None, one.rank or 0, one.title, one.item_id)))
