"""A whole invented community: its people, its sessions, what came of them."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from cop.choices import AttendanceKind, ResourceKind, SessionKind, SessionStatus
from cop.example.clock import Clock
from cop.example.meetings import Meeting, meet
from cop.example.membership import Arrival, Group, gather
from cop.example.people import Human, everybody
from cop.example.source import CommunityFact, GiftFact, ResourceFact, Source, chance

_BETWEEN_SESSIONS = 0.25
_NAMELESS = 0.06
_MOVE_ON = 0.75


@dataclass(frozen=True)
class Gift:
    """A contribution; `meeting` is the place of its session in the list, if it came up in one."""

    fact: GiftFact
    day: date
    meeting: int | None
    person: Human | None


@dataclass(frozen=True)
class Keepsake:
    """A resource, added on a day, from a session or on its own."""

    fact: ResourceFact
    day: date
    meeting: int | None
    person: Human


@dataclass(frozen=True)
class Story:
    """A community with everything that happened in it."""

    fact: CommunityFact
    founded_on: date | None
    archived_on: date | None
    group: Group
    meetings: list[Meeting]
    gifts: list[Gift]
    keepsakes: list[Keepsake]


@dataclass(frozen=True)
class World:
    """The example company at a moment."""

    people: list[Human]
    stories: list[Story]


def invent(source: Source, clock: Clock) -> World:
    """The company's people and communities as of the clock's moment; the same whenever asked."""
    people = everybody(source, clock)
    busy: Counter[int] = Counter()
    carrying: set[int] = set()
    groups: dict[str, Group] = {}
    for fact in sorted(source.communities, key=lambda fact: not fact.merged_into):  # what was merged goes first
        groups[fact.slug] = gather(
            fact,
            source,
            clock,
            people,
            busy=busy,
            carrying=carrying,
            lead=_lead(fact, people, groups, clock),
            arrival=_arrival(fact, source, groups, clock),
        )
    return World(people, [_story(fact, source, clock, groups[fact.slug], people) for fact in source.communities])


def _lead(fact: CommunityFact, people: list[Human], groups: dict[str, Group], clock: Clock) -> Human | None:
    """The lead that the facts name, by a sign-in's role or by the other community they lead."""
    if fact.lead in groups:
        return groups[fact.lead].lead(clock.today)
    return next((person for person in people if fact.lead and person.sign_in == fact.lead), None)


def _arrival(fact: CommunityFact, source: Source, groups: dict[str, Group], clock: Clock) -> Arrival | None:
    """Most of the last members of a community that became part of this one."""
    draw = chance("movers", fact.slug)
    for other in source.communities:
        if other.merged_into == fact.slug:
            day = clock.back(other.archived_days)
            last = groups[other.slug].members(day - timedelta(days=1))
            return Arrival(day, [person for person in last if draw.random() < _MOVE_ON])
    return None


def _story(fact: CommunityFact, source: Source, clock: Clock, group: Group, people: list[Human]) -> Story:
    meetings = meet(fact, source, clock, group, people)
    return Story(
        fact=fact,
        founded_on=None if fact.launch_in_days else clock.founded(fact),
        archived_on=clock.back(fact.archived_days) if fact.archived_days else None,
        group=group,
        meetings=meetings,
        gifts=_gifts(fact, clock, group, meetings),
        keepsakes=_keepsakes(fact, clock, group, meetings),
    )


def _gifts(fact: CommunityFact, clock: Clock, group: Group, meetings: list[Meeting]) -> list[Gift]:
    """Each contribution comes up in a session, the fuller the likelier, or in the days after one."""
    draw = chance("contributions", fact.slug)
    listed = [index for index, meeting in enumerate(meetings) if meeting.attendance is AttendanceKind.LIST]
    if not listed:
        return [_gift_on_its_own(gift, clock, group, draw) for gift in fact.gifts]
    weights = [len(meetings[index].visits) for index in listed]
    chosen = sorted(draw.choices(listed, weights, k=len(fact.gifts)))
    return [_gift(gift, index, clock, group, meetings, draw) for gift, index in zip(fact.gifts, chosen, strict=True)]


def _gift(fact: GiftFact, index: int, clock: Clock, group: Group, meetings: list[Meeting], draw: Random) -> Gift:
    meeting = meetings[index]
    if draw.random() < _BETWEEN_SESSIONS:
        day = min(meeting.day + timedelta(days=draw.randrange(1, 11)), clock.today)
        day -= timedelta(days=max(0, day.weekday() - 4))  # a Friday instead of a weekend
        members = group.members(day)
        if members:
            return Gift(fact, day, None, _eager(members, draw))
    nameless = draw.random() < _NAMELESS
    return Gift(fact, meeting.day, index, None if nameless else _eager([v.person for v in meeting.visits], draw))


def _gift_on_its_own(fact: GiftFact, clock: Clock, group: Group, draw: Random) -> Gift:
    """A contribution of a community that keeps no lists of who came."""
    first = max(clock.first_day, min(stay.joined_on for stay in group.stays))
    day = first + timedelta(days=draw.randrange((clock.today - first).days + 1))
    return Gift(fact, day, None, _eager(group.members(day), draw))


def _eager(people: list[Human], draw: Random) -> Human:
    """One of them, the eager ones more likely."""
    return draw.choices(people, [0.1 + person.zeal**2 for person in people])[0]


def _keepsakes(fact: CommunityFact, clock: Clock, group: Group, meetings: list[Meeting]) -> list[Keepsake]:
    """Recordings belong to a talk or workshop, everything else was added some day."""
    draw = chance("resources", fact.slug)
    held = [index for index, meeting in enumerate(meetings) if meeting.status is SessionStatus.HELD]
    shown = [index for index in held if meetings[index].subject.kind in {SessionKind.TALK, SessionKind.WORKSHOP}]
    keepsakes = []
    for resource in fact.resources:
        index = draw.choice(shown) if resource.kind is ResourceKind.RECORDING and shown else None
        day = meetings[index].day if index is not None else _some_day(fact, clock, draw)
        keepsakes.append(Keepsake(resource, day, index, group.lead(day)))
    return keepsakes


def _some_day(fact: CommunityFact, clock: Clock, draw: Random) -> date:
    """A day of the history on which the community was alive."""
    first = max(clock.first_day, clock.founded(fact))
    last = clock.back(max(fact.silent_days, 1))
    return first + timedelta(days=draw.randrange(max(1, (last - first).days)))
