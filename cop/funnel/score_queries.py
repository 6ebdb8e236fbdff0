"""Reads of scores: how all items stand, and one item's sheet; nobody sees others' marks before giving their own."""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import CriterionSource, FunnelStage
from cop.errors import NotFound
from cop.funnel.confidence import confidence, in_words
from cop.funnel.gates import JUDGED
from cop.funnel.pictures import value_and_effort
from cop.funnel.queries import votes_by_item
from cop.funnel.reach import Reach, to_reach
from cop.funnel.readiness import closed_sheets, current_version, full_assessors, past_scoring
from cop.funnel.scoring import Combined, Criterion, Score, combine, rice, wsjf
from cop.funnel.setup import CriterionInput
from cop.funnel.standing import Candidate, Rules, Standing, ranked, valued
from cop.models import (
    Assessment,
    CriterionWeight,
    Evidence,
    FunnelItem,
    ItemTheme,
    Person,
    Theme,
)
from cop.models import Criterion as CriterionRow
from cop.organisation import time_zone
from cop.periods import local_day
from cop.permissions import Actor, Permission, require
from cop.query import query

OUT = frozenset({FunnelStage.PARKED, FunnelStage.REJECTED, FunnelStage.DELIVERED, FunnelStage.EVALUATED})
"""Items that are ranked no longer."""


@dataclass(frozen=True)
class Mark:
    """A criterion in force on the sheet: its scale, what the marks mean, and its share of all weights."""

    id: int
    name: str
    meaning: str
    source: str
    low: int
    high: int
    cost: bool
    share: float
    anchors: dict[int, str]


@dataclass(frozen=True)
class Assessor:
    """Somebody's marks, by criterion."""

    name: str
    marks: dict[int, int]


@dataclass(frozen=True)
class Sheet:
    """One item's scoring. While `blind`, what others say and all that follows from it is withheld.

    `missing` names the criteria without a value; `reach` is None where the item is among the first three or has no
    score; `rice` and `wsjf` are None where a figure is missing.
    """

    criteria: tuple[Mark, ...]
    mine: dict[int, int]
    assessors: int
    blind: bool
    over: str = ""
    """Why no more marks are given; nothing while they are."""
    given: tuple[Assessor, ...] = ()
    combined: Mapping[int, Combined] = field(default_factory=dict)
    score: Score | None = None
    missing: tuple[str, ...] = ()
    rank: int | None = None
    ranked: int = 0
    top: float | None = None
    best: int | None = None
    worst: int | None = None
    votes_say: str = ""
    reach: Reach | None = None
    confidence: float = 0.0
    sources: int = 0
    rice: float | None = None
    wsjf: float | None = None
    urgency: float | None = None
    urgency_reason: str = ""


def by_scorer(actor: Actor | None, **_params: object) -> Hashable:
    """What depends on who asks: which items they have marked."""
    return require(actor, Permission.FUNNEL_SCORE).person_id


_COLUMNS = {
    "item_id": "int64", "score": "float64", "rank": "Int64", "top_share": "float64", "rank_low": "Int64",
    "rank_high": "Int64", "assessors": "int64", "disagree": "bool", "confidence": "str", "blind": "bool",
    "missing": "str", "votes_say": "str", "rice": "float64", "wsjf": "float64",
}  # fmt: skip


@query("funnel", "organisation", scope=by_scorer)
def standings(db: DbSession, actor: Actor | None, *, now: datetime) -> pd.DataFrame:
    """How every open item stands, one row each, for those who score.

    `score` 0-100 (none: not enough data, `missing` says which criteria); `rank` among those that aren't `blind`;
    `top_share`: the share of weightings under which it is among the first three; `rank_low` and `rank_high`: the 5th
    and 95th percentile of its rank; `blind`: the actor hasn't marked it yet, so nothing of it is told.
    """
    actor = require(actor, Permission.FUNNEL_SCORE)
    today = local_day(now, time_zone(db))
    is_open = sa.and_(FunnelItem.merged_into_id.is_(None), FunnelItem.stage.not_in(OUT))
    items = db.scalars(sa.select(FunnelItem).where(is_open).order_by(FunnelItem.id))
    by_id = {row.id: row for row in items}
    given, days = full_assessors(db), _evidence_days(db)
    seen = _seen(db, actor, by_id, given)
    found = standings_of(db, {key: by_id[key] for key in seen}, today=today)
    rows = []
    for key, item in by_id.items():
        told = _row(found[key], item) if key in seen else {}
        sure = in_words(confidence(days[key], today)).value if days[key] else ""
        assessors = len(given.get(key, ()))
        rows.append({"item_id": key, "assessors": assessors, "confidence": sure, "blind": key not in seen, **told})
    frame = pd.DataFrame(rows, columns=list(_COLUMNS), dtype="object")
    frame[["missing", "votes_say"]] = frame[["missing", "votes_say"]].fillna("")
    frame["disagree"] = frame["disagree"].eq(True)  # noqa: FBT003 - pandas' own
    return frame.astype(_COLUMNS)


def _row(standing: Standing, item: FunnelItem) -> dict[str, object]:
    return {
        "score": standing.score.total if standing.score else None,
        "rank": standing.rank,
        "top_share": standing.top,
        "rank_low": standing.best,
        "rank_high": standing.worst,
        "disagree": standing.disagree,
        "missing": ", ".join(standing.missing),
        "votes_say": standing.votes_say,
        "rice": _rice(item),
        "wsjf": _wsjf(item),
    }


@query("funnel", "organisation", "people", scope=by_scorer)
def sheet(db: DbSession, actor: Actor | None, *, item_id: int, now: datetime) -> Sheet:
    """The item's sheet; raises NotFound where there is none."""
    actor = require(actor, Permission.FUNNEL_SCORE)
    item = db.get(FunnelItem, item_id)
    if item is None:
        raise NotFound
    today = local_day(now, time_zone(db))
    rules, given = _rules(db, today), _given(db, item_id)
    full = full_assessors(db, [item_id]).get(item_id, frozenset())
    own = given.get(actor.person_id)
    found = Sheet(
        criteria=_marks(db, rules),
        mine=own.marks if own else {},
        assessors=len(full),
        blind=_blind(actor, item, full, closed_sheets(db)),
        over=past_scoring(db, item),
    )
    if found.blind:
        return found
    standing, totals = _among_seen(db, actor, item, rules)
    reach = None
    if standing.score and item.stage not in OUT:
        reach = to_reach(standing.values, rules.criteria, totals)
    days = _evidence_days(db)[item_id]
    return replace(
        found,
        given=tuple(one for key, one in given.items() if key != actor.person_id),
        combined=standing.combined,
        score=standing.score,
        missing=standing.missing,
        rank=standing.rank,
        ranked=len(totals) + (standing.rank is not None),
        top=standing.top,
        best=standing.best,
        worst=standing.worst,
        votes_say=standing.votes_say,
        reach=reach,
        confidence=confidence(days, today),
        sources=len(days),
        rice=_rice(item),
        wsjf=_wsjf(item),
        urgency=item.urgency,
        urgency_reason=item.urgency_reason,
    )


@dataclass(frozen=True)
class RankChange:
    """An item whose rank would be another one under other criteria; None where it would have no score."""

    item_id: int
    title: str
    before: int | None
    after: int | None


def _setup(actor: Actor | None, **_params: object) -> Hashable:
    return require(actor, Permission.FUNNEL_SETUP).person_id


@query("funnel", "organisation", scope=_setup)
def rank_changes(
    db: DbSession, actor: Actor | None, *, criteria: tuple[CriterionInput, ...], now: datetime
) -> tuple[RankChange, ...]:
    """What other criteria would do to the ranking, the best of today first; left out what the actor is to score yet."""
    actor = require(actor, Permission.FUNNEL_SETUP)
    today = local_day(now, time_zone(db))
    items = db.scalars(sa.select(FunnelItem).where(FunnelItem.merged_into_id.is_(None), FunnelItem.stage.not_in(OUT)))
    by_id = {row.id: row for row in items}
    seen = _seen(db, actor, by_id, full_assessors(db))
    rules, candidates = _rules(db, today), _candidates(db, {key: by_id[key] for key in seen})
    new = [(one.criterion_id or -place, one) for place, one in enumerate(criteria, 1)]
    other = replace(
        rules,
        criteria=tuple(Criterion(key, one.name, one.weight, one.low, one.high, one.cost) for key, one in new),
        sources={key: CriterionSource(one.source) for key, one in new},
    )
    before, after = ranked(candidates, rules), ranked(candidates, other)
    changed = [
        RankChange(key, by_id[key].title, before[key].rank, after[key].rank)
        for key in seen
        if before[key].rank != after[key].rank
    ]
    return tuple(sorted(changed, key=lambda one: (one.before is None, one.before or 0, one.title)))


def _among_seen(db: DbSession, actor: Actor, item: FunnelItem, rules: Rules) -> tuple[Standing, list[float]]:
    """The item's standing among those that aren't withheld, and their scores; by itself where it is ranked no longer.

    A rank or a distance to others would tell the score of an item among them that the actor is still to mark.
    """
    if item.stage in OUT or item.merged_into_id is not None:
        return valued(_candidates(db, {item.id: item})[0], rules), []
    items = db.scalars(sa.select(FunnelItem).where(FunnelItem.merged_into_id.is_(None), FunnelItem.stage.not_in(OUT)))
    by_id = {row.id: row for row in items}
    seen = _seen(db, actor, by_id, full_assessors(db))
    found = ranked(_candidates(db, {key: by_id[key] for key in seen}), rules)
    standing = found.pop(item.id)
    return standing, [one.score.total for one in found.values() if one.score]


def standings_of(db: DbSession, items: Mapping[int, FunnelItem], *, today: date) -> dict[int, Standing]:
    """How these items stand among each other, by id."""
    return ranked(_candidates(db, items), _rules(db, today))


def _blind(actor: Actor, item: FunnelItem, full: frozenset[int], closed: frozenset[int]) -> bool:
    """Whether others' marks are withheld: until one has given one's own, or none can be given any more."""
    decided = item.stage in JUDGED or item.stage is FunnelStage.REJECTED or item.id in closed
    return not decided and actor.person_id not in full and bool(actor.person_id)


def _seen(
    db: DbSession, actor: Actor, items: Mapping[int, FunnelItem], given: Mapping[int, frozenset[int]]
) -> tuple[int, ...]:
    """The items of which nothing is withheld from the actor."""
    closed = closed_sheets(db)
    return tuple(key for key, row in items.items() if not _blind(actor, row, given.get(key, frozenset()), closed))


def withheld(db: DbSession, actor: Actor | None) -> frozenset[int]:
    """The items of which others' marks are withheld from the actor, by id."""
    actor = require(actor, Permission.FUNNEL_SCORE)
    by_id = {row.id: row for row in db.scalars(sa.select(FunnelItem))}
    return frozenset(by_id) - frozenset(_seen(db, actor, by_id, full_assessors(db)))


def _rules(db: DbSession, today: date) -> Rules:
    rows = db.execute(
        sa.select(CriterionRow, CriterionWeight.name, CriterionWeight.weight)
        .join(CriterionWeight, CriterionWeight.criterion_id == CriterionRow.id)
        .where(CriterionWeight.version_id == current_version(db))
        .order_by(CriterionWeight.place)
    ).all()
    themes = db.execute(
        sa.select(Theme.id, Theme.weight).where(
            Theme.since_on <= today, sa.or_(Theme.until_on.is_(None), Theme.until_on > today)
        )
    )
    return Rules(
        criteria=tuple(Criterion(row.id, name, weight, row.low, row.high, row.cost) for row, name, weight in rows),
        sources={row.id: row.source for row, _name, _weight in rows},
        themes={key: weight for key, weight in themes},  # noqa: C416 - dict() doesn't take rows
        today=today,
    )


def _candidates(db: DbSession, items: Mapping[int, FunnelItem]) -> list[Candidate]:
    themes: dict[int, set[int]] = defaultdict(set)
    for item_id, theme_id in db.execute(sa.select(ItemTheme.item_id, ItemTheme.theme_id)):
        themes[item_id].add(theme_id)
    marks: dict[int, dict[int, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    for item_id, criterion_id, assessor_id, value in db.execute(
        sa.select(Assessment.item_id, Assessment.criterion_id, Assessment.assessor_id, Assessment.value)
    ):
        marks[item_id][assessor_id][criterion_id] = value
    counted = votes_by_item(db)
    return [
        Candidate(
            id=key,
            deadline=row.deadline,
            urgency=row.urgency,
            themes=frozenset(themes[key]),
            marks=tuple(marks[key].values()),
            votes=counted.get(key, 0),
        )
        for key, row in items.items()
    ]


def _marks(db: DbSession, rules: Rules) -> tuple[Mark, ...]:
    whole = sum(criterion.weight for criterion in rules.criteria)
    weights = {
        row.criterion_id: row
        for row in db.scalars(sa.select(CriterionWeight).where(CriterionWeight.version_id == current_version(db)))
    }
    return tuple(
        Mark(
            id=one.key,
            name=one.name,
            meaning=weights[one.key].meaning,
            source=rules.sources[one.key].value,
            low=int(one.low),
            high=int(one.high),
            cost=one.cost,
            share=one.weight / whole,
            anchors={int(mark): text for mark, text in weights[one.key].anchors.items()},
        )
        for one in rules.criteria
    )


def _given(db: DbSession, item_id: int) -> dict[int, Assessor]:
    """Who gave which marks, by person, in the order of their names."""
    rows = db.execute(
        sa.select(Assessment.assessor_id, Person.name, Assessment.criterion_id, Assessment.value)
        .join(Person, Person.id == Assessment.assessor_id)
        .where(Assessment.item_id == item_id)
        .order_by(Person.name, Person.id)
    )
    found: dict[int, Assessor] = {}
    for person_id, name, criterion_id, value in rows:
        found.setdefault(person_id, Assessor(name, {})).marks[criterion_id] = value
    return found


def _evidence_days(db: DbSession) -> dict[int, list[date]]:
    found: dict[int, list[date]] = defaultdict(list)
    stands = sa.func.coalesce(FunnelItem.merged_into_id, FunnelItem.id)
    rows = (
        sa.select(stands, Evidence.dated_on)
        .join(FunnelItem, FunnelItem.id == Evidence.item_id)
        .where(Evidence.withdrawn_at.is_(None))
    )
    for item_id, day in db.execute(rows):
        found[item_id].append(day)
    return found


def _rice(item: FunnelItem) -> float | None:
    given = (item.reach, item.impact, item.rice_confidence, item.effort)
    if None in given:
        return None
    return rice(reach=given[0] or 0.0, impact=given[1] or 0.0, confidence=given[2] or 0.0, effort=given[3] or 0.0)


def _wsjf(item: FunnelItem) -> float | None:
    given = (item.business_value, item.time_criticality, item.risk_reduction, item.job_size)
    if None in given:
        return None
    value, time, risk, size = (one or 0 for one in given)
    return wsjf(business_value=value, time_criticality=time, risk_reduction=risk, job_size=size)


@dataclass(frozen=True)
class Bubbles:
    """Value against effort. `rows`: item, title, channel, value and effort (0 to 1), people (<NA>: not known).

    `blind` items are left out until the actor has marked them; `unscored` ones lack marks.
    """

    rows: pd.DataFrame
    blind: frozenset[int]
    unscored: frozenset[int]


@query("funnel", "organisation", scope=by_scorer)
def bubbles(db: DbSession, actor: Actor | None, *, as_of: date) -> Bubbles:
    """The open items for those who score, by what assessors say of worth and of cost."""
    actor = require(actor, Permission.FUNNEL_SCORE)
    found = db.scalars(sa.select(FunnelItem).where(FunnelItem.merged_into_id.is_(None), FunnelItem.stage.not_in(OUT)))
    items = {row.id: row for row in found}
    rules, given, closed = _rules(db, as_of), full_assessors(db), closed_sheets(db)
    judged = [one for one in rules.criteria if rules.sources[one.key] is CriterionSource.ASSESSED]
    blind = {key for key, row in items.items() if _blind(actor, row, given.get(key, frozenset()), closed)}
    rows, unscored = [], set()
    for candidate in _candidates(db, {key: row for key, row in items.items() if key not in blind}):
        value, effort = value_and_effort(combine(candidate.marks), judged)
        row = items[candidate.id]
        if value is None:
            unscored.add(row.id)
        else:
            rows.append((row.id, row.title, row.channel.value, value, effort, row.headcount))
    frame = pd.DataFrame(rows, columns=list(_BUBBLES), dtype="object").astype(_BUBBLES)
    return Bubbles(frame, frozenset(blind), frozenset(unscored))


_BUBBLES = {
    "item": "int64", "title": "str", "channel": "str", "value": "float64", "effort": "float64", "people": "Int64",
}  # fmt: skip
