"""Turns the facts of the funnel into rows: who raised, followed, judged and moved what, and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import Channel, CriterionSource, FunnelStage, RoundPhase
from cop.example.clock import Clock, at
from cop.example.funnel_source import FunnelSource, ItemFact, MeetingFact, RingFact, RoundFact
from cop.example.people import Human
from cop.example.source import DOMAIN, chance
from cop.models import (
    Area,
    Assessment,
    Base,
    Community,
    Concern,
    CriteriaVersion,
    Criterion,
    CriterionWeight,
    Evidence,
    FunnelItem,
    FunnelLimit,
    FunnelRound,
    ItemComment,
    ItemCommunity,
    ItemTheme,
    ItemUnit,
    Quadrant,
    Ring,
    RingChange,
    RoundItem,
    StageStay,
    Theme,
    UnitMeeting,
    UnitMeetingPerson,
    Vote,
)

_JUDGES = ("Software Products", "Consulting & Projects", "Data & Platform")
"""The divisions whose directors score."""
_RAISED_AT, _MOVED_AT, _ADDED_AT, _SAID_AT = 9, 10, 15, 16
"""Hours of the day, so that whatever follows from something comes after it."""
_WEEKEND = 3
"""So many days apart, one thing stays before the other wherever a weekend falls."""
_RICE = ("reach", "impact", "rice_confidence", "effort")
_WSJF = ("business_value", "time_criticality", "risk_reduction", "job_size")
_UNMARKED = (0.5, 0.25, 0.0)
"""How likely each of them hasn't yet scored what a running round asks for."""


@dataclass(frozen=True)
class Placed:
    """What the rest of the example has got already: ids by unit, by person's number, by community."""

    people: list[Human]
    units: dict[str, int]
    person_ids: list[int]
    community_ids: dict[str, int]


class FunnelWriter:
    """Writes the rows; ids come from the database, parents before children."""

    def __init__(self, db: DbSession, source: FunnelSource, clock: Clock, placed: Placed) -> None:
        self.db, self.source, self.clock, self.placed = db, source, clock, placed
        self.judges = [self._director(unit) for unit in _JUDGES]
        self.meetings: dict[str, tuple[int, Human]] = {}
        self.items: dict[str, FunnelItem] = {}

    def write(self) -> None:
        """Everything, in the order in which rows refer to each other."""
        day = self.clock.first_day
        self.themes = {fact.name: Theme(**vars(fact), since_on=day) for fact in self.source.themes}
        self._add(self.themes.values())
        self.db.execute(sa.delete(FunnelLimit))
        self._add(FunnelLimit(**vars(fact)) for fact in self.source.limits)
        for meeting in self.source.meetings:
            self._meeting(meeting)
        self.areas = self._ids(Area)
        self.quadrants = self._named(Quadrant, (fact.quadrant for fact in self.source.items if fact.quadrant))
        self.rings = self._named(Ring, (ring.ring for fact in self.source.items for ring in fact.rings))
        self.asked = _assessed(self.db)
        for fact in self.source.items:
            self._item(fact)
        for fact in self.source.items:
            if fact.merged_into:
                self.items[fact.key].merged_into_id = self.items[fact.merged_into].id
        for decided in self.source.rounds:
            self._round(decided)

    def _add(self, rows: Iterable[Base]) -> None:
        self.db.add_all(rows)
        self.db.flush()

    def _named(self, table: Any, names: Iterable[str]) -> dict[str, int]:
        """The rows by name; one that the organisation has called otherwise before is added."""
        known = set(self.db.scalars(sa.select(table.name)))
        missing = sorted(set(names) - known)
        self._add(table(name=name, place=len(known) + place) for place, name in enumerate(missing, 1))
        return self._ids(table)

    def _ids(self, table: Any) -> dict[str, int]:
        return {name: key for name, key in self.db.execute(sa.select(table.name, table.id))}  # noqa: C416 - dict() doesn't take rows

    def _id(self, person: Human) -> int:
        return self.placed.person_ids[person.number]

    def _day(self, days: int) -> date:
        """The day so many days ago, or the Friday before a weekend."""
        day = self.clock.back(days)
        return day - timedelta(days=max(0, day.weekday() - 4))

    def _ahead(self, days: int | None) -> date | None:
        return None if days is None else self.clock.back(-days)

    def _at(self, days: int, hour: int) -> datetime:
        return at(self._day(days), hour)

    def _who(self, role: str) -> Human:
        return next(person for person in self.placed.people if person.sign_in == role)

    def _director(self, unit: str) -> Human:
        """The division's head, through the whole history."""
        here = [person for person in self.placed.people if person.unit == unit and person.left_on is None]
        return min(here, key=lambda person: (not person.sign_in, person.hired_on, person.number))

    def _staff(self, units: Iterable[str], first: date) -> list[Human]:
        """Who has been with these units since a day, or with the company where nobody has."""
        there = [person for person in self.placed.people if person.works(first) and person.left_on is None]
        return [person for person in there if person.unit in units] or there

    def _meeting(self, fact: MeetingFact) -> None:
        draw = chance("unit meeting", fact.key)
        day = self._day(fact.days)
        came = self._staff([fact.unit], day)
        came = draw.sample(came, min(len(came), draw.choice((2, 2, 3))))
        row = UnitMeeting(
            org_unit_id=self.placed.units[fact.unit],
            met_on=day,
            led_by_id=self._id(self._who("admin")),
            receptiveness=fact.receptiveness,
            notes=fact.notes,
            next_contact_on=self._ahead(fact.next_contact),
            created_at=at(day, _RAISED_AT),
        )
        self._add([row])
        self._add(UnitMeetingPerson(meeting_id=row.id, person_id=self._id(person)) for person in came)
        self._add(
            Concern(
                meeting_id=row.id,
                concern=item.concern,
                answer=item.answer,
                follow_up_on=self._ahead(item.follow_up),
                settled_on=None if item.settled is None else self._day(item.settled),
            )
            for item in fact.concerns
        )
        self.meetings[fact.key] = (row.id, came[0])

    def _item(self, fact: ItemFact) -> None:
        draw = chance("funnel", fact.key)
        raiser, owner = self._raiser(fact, draw), self._owner(fact, draw)
        last = fact.moves[-1]
        row = FunnelItem(
            channel=fact.channel,
            title=fact.title,
            description=fact.description,
            area_id=self.areas[fact.area],
            stage=last.stage,
            stage_since=self._moved_at(fact, len(fact.moves) - 1),
            stage_reason=last.reason,
            owner_id=self._id(owner) if owner else None,
            raised_by_id=self._id(raiser),
            meeting_id=self.meetings[fact.meeting][0] if fact.meeting else None,
            created_at=self._moved_at(fact, 0),
            horizon=fact.horizon,
            client=fact.client,
            deadline=self._ahead(fact.deadline),
            headcount=fact.headcount,
            unique_knowledge=fact.unique_knowledge,
            quadrant_id=self.quadrants[fact.quadrant] if fact.quadrant else None,
            objective=fact.objective,
            indicator=fact.indicator,
            baseline=fact.baseline,
            target=fact.target,
            current=fact.current,
            judged_on=self._ahead(fact.judged),
            outcome=fact.outcome,
            outcome_note=fact.outcome_note,
            **dict(zip((*_RICE, *_WSJF), (*(fact.rice or [None] * 4), *(fact.wsjf or [None] * 4)), strict=True)),
        )
        self._add([row])
        self.items[fact.key] = row
        self._stays(fact, row.id, raiser)
        self._links(fact, row.id)
        self._said(fact, row.id, raiser, owner or raiser, draw)
        self._marks(fact, row.id)

    def _moved_at(self, fact: ItemFact, index: int) -> datetime:
        return self._at(fact.moves[index].days, _RAISED_AT if index == 0 else _MOVED_AT + index)

    def _raiser(self, fact: ItemFact, draw: Random) -> Human:
        if fact.meeting:
            return self.meetings[fact.meeting][1]
        if fact.raised_by:
            return self._who(fact.raised_by)
        return draw.choice(self._staff(fact.units, self._day(fact.moves[0].days)))

    def _owner(self, fact: ItemFact, draw: Random) -> Human | None:
        """Nobody as long as it lies in the inbox."""
        if fact.stage is FunnelStage.INBOX:
            return None
        since = self._day(fact.moves[1].days)
        if fact.owner == "left":
            gone = [person for person in self.placed.people if person.left_on and person.left_on > since]
            return draw.choice([person for person in gone if person.works(since)])
        return self._who(fact.owner) if fact.owner else draw.choice(self._staff(fact.units, since))

    def _stays(self, fact: ItemFact, item_id: int, raiser: Human) -> None:
        moments = [self._moved_at(fact, index) for index in range(len(fact.moves))]
        draw = chance("moves", fact.key)
        self._add(
            StageStay(
                item_id=item_id,
                stage=move.stage,
                entered_at=entered_at,
                left_at=left_at,
                moved_by_id=self._id(raiser if move.stage is FunnelStage.INBOX else draw.choice(self.judges)),
                reason=move.reason,
            )
            for move, entered_at, left_at in zip(fact.moves, moments, [*moments[1:], None], strict=True)
        )

    def _links(self, fact: ItemFact, item_id: int) -> None:
        if fact.channel is not Channel.TREND:
            self._add(ItemUnit(item_id=item_id, org_unit_id=self.placed.units[name]) for name in fact.units)
        self._add(ItemTheme(item_id=item_id, theme_id=self.themes[name].id) for name in fact.themes)
        stages = (FunnelStage.IN_PROGRESS, FunnelStage.PRIORITISED, FunnelStage.QUALIFIED)
        since = next((days for days in map(fact.came, stages) if days is not None), fact.moves[0].days)
        for slug in fact.communities:
            community = self.db.get_one(Community, self.placed.community_ids[slug])
            linked_at = max(self._at(since, _ADDED_AT), community.created_at)
            self._add([ItemCommunity(item_id=item_id, community_id=community.id, linked_at=linked_at)])

    def _said(self, fact: ItemFact, item_id: int, raiser: Human, owner: Human, draw: Random) -> None:
        """What backs the item, and what people say to it."""
        raised = fact.moves[0].days
        self._add(
            Evidence(
                item_id=item_id,
                kind=item.kind,
                title=item.title,
                url=f"https://wiki.{DOMAIN}/funnel/{fact.key}" if item.kind == "report" else "",
                dated_on=self._day(item.days),
                added_by_id=self._id(raiser if item.days >= raised else owner),
                added_at=self._at(min(item.days, raised), _ADDED_AT),
            )
            for item in fact.evidence
        )
        self._add(self._ring(item, item_id, raised, owner) for item in fact.rings)
        self._add(
            ItemComment(
                item_id=item_id,
                person_id=self._id(draw.choice(self._staff(fact.units, self._day(item.days)))),
                text=item.text,
                at=self._at(item.days, _SAID_AT),
            )
            for item in fact.comments
        )
        is_closed = fact.stage in {FunnelStage.REJECTED, FunnelStage.EVALUATED}
        closed = fact.moves[-1].days + _WEEKEND if is_closed else 1
        crowd = self._staff({person.unit for person in self.placed.people}, self._day(raised))
        self._add(
            Vote(
                item_id=item_id,
                person_id=self._id(person),
                at=self._at(draw.randint(closed, raised), _SAID_AT),
            )
            for person in draw.sample(crowd, fact.votes)
        )

    def _ring(self, fact: RingFact, item_id: int, raised: int, owner: Human) -> RingChange:
        return RingChange(
            item_id=item_id,
            ring_id=self.rings[fact.ring],
            changed_on=self._day(fact.days),
            source_kind=fact.kind,
            source=fact.source,
            rationale=fact.rationale,
            added_by_id=self._id(owner),
            added_at=self._at(min(fact.days, raised), _ADDED_AT),
        )

    def _marks(self, fact: ItemFact, item_id: int) -> None:
        """Each director's marks, between the day on which it was qualified and that on which it was decided.

        They are the same whenever the example is loaded: the published scores follow from them.
        """
        draw = chance("marks", fact.key)
        begun = fact.came(FunnelStage.QUALIFIED)
        if begun is None or not fact.value:
            return
        published = [item.published for item in self._rounds_of(fact) if item.published is not None]
        until = max([*(move.days for move in fact.moves if move.days < begun), *published], default=0)
        for place, (judge, unmarked) in enumerate(zip(self.judges, _UNMARKED, strict=True)):
            when = self._at(draw.randint(until + _WEEKEND, begun - 1), _ADDED_AT)
            marks = [self._mark(fact.effort if scale.cost else fact.value, place, scale, draw) for scale in self.asked]
            if until or draw.random() >= unmarked:
                self._add(
                    Assessment(item_id=item_id, criterion_id=scale.id, assessor_id=self._id(judge), value=mark, at=when)
                    for scale, mark in zip(self.asked, marks, strict=True)
                )

    def _rounds_of(self, fact: ItemFact) -> list[RoundFact]:
        return [item for item in self.source.rounds if any(entry.item == fact.key for entry in item.entries)]

    @staticmethod
    def _mark(marks: tuple[int, ...], place: int, scale: Criterion, draw: Random) -> int:
        mark = marks[place] if len(marks) > 1 else marks[0] + draw.choice((-1, 0, 0, 0, 1))
        return max(scale.low, min(scale.high, mark))

    def _round(self, fact: RoundFact) -> None:
        published_at = None if fact.published is None else self._at(fact.published, _MOVED_AT)
        opened_on = self._day(fact.opened)
        row = FunnelRound(
            name=f"Round of {opened_on:%B %Y}",
            note=fact.note,
            phase=fact.phase,
            criteria_version_id=self.db.scalar(sa.select(sa.func.max(CriteriaVersion.id))),
            opened_at=at(opened_on, _RAISED_AT),
            published_at=published_at,
        )
        self._add([row])
        head = self._id(self.judges[0])
        for entry in fact.entries:
            item = self.items[entry.item]
            kept: dict[str, Any] = {}
            if fact.phase is RoundPhase.PUBLISHED and published_at is not None:
                kept = {"title": item.title, "decided_by_id": head, "decided_at": published_at}
                kept |= {"assessors": self._assessors(item.id, published_at)}
                kept |= {"votes": self._count(Vote.item_id == item.id, Vote.at <= published_at)}
                kept |= {"rank": entry.rank, "score": entry.score, "top_share": entry.top_share}
            kept |= {"decision": entry.decision, "reason": entry.reason}
            self._add([RoundItem(round_id=row.id, item_id=item.id, **kept)])

    def _assessors(self, item_id: int, moment: datetime) -> int:
        people = sa.func.count(sa.distinct(Assessment.assessor_id))
        rows = sa.select(people).where(Assessment.item_id == item_id, Assessment.at <= moment)
        return self.db.scalar(rows) or 0

    def _count(self, *where: Any) -> int:
        return self.db.scalar(sa.select(sa.func.count()).where(*where)) or 0


def _assessed(db: DbSession) -> list[Criterion]:
    """The criteria in force that people judge."""
    version = sa.select(sa.func.max(CriteriaVersion.id)).scalar_subquery()
    rows = (
        sa.select(Criterion)
        .join(CriterionWeight, CriterionWeight.criterion_id == Criterion.id)
        .where(CriterionWeight.version_id == version, Criterion.source == CriterionSource.ASSESSED)
        .order_by(CriterionWeight.place)
    )
    return list(db.scalars(rows))
