"""Who belongs to an invented community, from when until when, and who carries it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from random import Random

from cop.choices import FacilitatorRole
from cop.example.clock import Clock
from cop.example.people import Human
from cop.example.source import CommunityFact, Source, chance
from cop.periods import add_months, month_end, month_of

_RESTLESS = 0.022
"""Share of the members who leave in a month although nothing is wrong."""
_ELSEWHERE = 0.04
"""Weight of somebody from a unit that has little to do with the community."""
_WITH_REASON = 0.45
_SLOW_MONTHS = {8, 12}
_LEFT_COMPANY = "Left the company."


@dataclass
class Stay:
    """A stretch of belonging; `left_on` is the first day outside."""

    person: Human
    joined_on: date
    left_on: date | None = None
    join_reason: str = ""
    leave_reason: str = ""

    def covers(self, day: date) -> bool:
        """Whether the person belongs on that day."""
        return self.joined_on <= day and (self.left_on is None or day < self.left_on)


@dataclass(frozen=True)
class Carrier:
    """An assignment to facilitate."""

    person: Human
    role: FacilitatorRole
    since_on: date
    until_on: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the person carries the community on that day."""
        return self.since_on <= day and (self.until_on is None or day < self.until_on)


@dataclass(frozen=True)
class Group:
    """A community's members and facilitators over time."""

    stays: list[Stay]
    carriers: list[Carrier]

    def members(self, day: date) -> list[Human]:
        """Who belongs on that day."""
        return [stay.person for stay in self.stays if stay.covers(day)]

    def lead(self, day: date) -> Human:
        """Who leads on that day; before the first assignment the first lead."""
        leads = [carrier for carrier in self.carriers if carrier.role is FacilitatorRole.LEAD]
        return next((carrier.person for carrier in leads if carrier.covers(day)), leads[0].person)


@dataclass(frozen=True)
class Arrival:
    """The people who come over together when their own community is merged into this one."""

    day: date
    people: list[Human]


def gather(
    fact: CommunityFact,
    source: Source,
    clock: Clock,
    people: list[Human],
    *,
    busy: Counter[int],
    carrying: set[int],
    lead: Human | None,
    arrival: Arrival | None = None,
) -> Group:
    """Let a community gather its members month by month.

    Kept up to date across communities: `busy` counts each person's, `carrying` are those who facilitate one.
    """
    crowd = _Crowd(fact, source, clock, people, busy)
    crowd.begin()
    carriers = crowd.choose_carriers(lead, carrying)
    carrying |= {carrier.person.number for carrier in carriers}
    crowd.seat_sign_ins()
    kept = {carrier.person.number for carrier in carriers if carrier.until_on is None}
    kept |= {person.number for person in people if person.sign_in}
    month = month_of(max(clock.first_day, crowd.founded))
    while month <= clock.today:
        crowd.live_through(month, kept)
        if arrival is not None and month_of(arrival.day) == month:
            crowd.welcome(arrival)
        month = add_months(month, 1)
    crowd.say_goodbye()
    if fact.archived_days:
        carriers = crowd.close(carriers)
    return Group(sorted(crowd.stays, key=lambda stay: (stay.joined_on, stay.person.number)), carriers)


class _Crowd:
    """A community's members while its history is being made up."""

    def __init__(
        self, fact: CommunityFact, source: Source, clock: Clock, people: list[Human], busy: Counter[int]
    ) -> None:
        self.fact, self.source, self.clock, self.people, self.busy = fact, source, clock, people, busy
        self.founded = clock.founded(fact)
        self.draw: Random = chance("members", fact.slug)
        self.stays: list[Stay] = []
        self.arrived = 0

    def begin(self) -> None:
        """Those who were there when the history begins, or who came for the launch."""
        since = max(self.founded, add_months(self.clock.first_day, -20))
        until = max(self.clock.first_day, min(self.founded + timedelta(days=20), self.clock.today))
        for person in self._choose(self.fact.members_then, max(self.clock.first_day, self.founded)):
            early = max(since, person.hired_on)
            self.join(person, _between(self.draw, early, max(early, until)))

    def choose_carriers(self, lead: Human | None, carrying: set[int]) -> list[Carrier]:
        """The most eager members of the first hour, best from near units; and whoever is known to lead."""
        first = [stay for stay in self.stays if stay.person.left_on is None and not stay.person.sign_in]
        fitting = sorted(first, key=lambda stay: (stay.person.number in carrying, -self._fit(stay.person)))
        spare = iter(stay for stay in fitting if lead is None or stay.person.number != lead.number)
        carriers = self._leads(lead, spare)
        wanted = [FacilitatorRole.CO_FACILITATOR] * self.fact.co_facilitators
        wanted += [FacilitatorRole.BACKUP] * self.fact.backups
        for role in wanted:
            stay = next(spare)
            carriers.append(Carrier(stay.person, role, stay.joined_on))
        return carriers

    def _fit(self, person: Human) -> float:
        """How well somebody suits as a facilitator: zeal, and the community's field."""
        return person.zeal * sqrt(self.fact.home_units.get(person.unit, _ELSEWHERE))

    def _leads(self, lead: Human | None, spare: Iterator[Stay]) -> list[Carrier]:
        """The lead, after another one where the lead has changed meanwhile."""
        changed = add_months(month_of(self.clock.today), -self.fact.lead_since_months)
        carriers = []
        if self.fact.lead_since_months:
            before = next(spare)
            carriers.append(Carrier(before.person, FacilitatorRole.LEAD, before.joined_on, until_on=changed))
        if lead is None:
            stay = next(spare)
            lead, joined = stay.person, stay.joined_on
        else:
            joined = self._seat(lead)
        since = changed if self.fact.lead_since_months else joined
        return [*carriers, Carrier(lead, FacilitatorRole.LEAD, since)]

    def seat_sign_ins(self) -> None:
        """The people whose sign-ins are printed belong where the facts say so."""
        for known in self.source.sign_ins:
            person = next(person for person in self.people if person.sign_in == known.role)
            if self.fact.slug in known.member_of or self.fact.slug in known.left:
                self._seat(person)
            if self.fact.slug in known.left:
                stay = next(stay for stay in self.stays if stay.person is person)
                stay.left_on, stay.leave_reason = self.clock.back(130), "Too many communities, I keep the ones I use."

    def _seat(self, person: Human) -> date:
        """Make the person a member from early on, unless they are one."""
        for stay in self.stays:
            if stay.person is person:
                return stay.joined_on
        day = max(self.founded, self.clock.first_day, person.hired_on) + timedelta(days=5)
        self.join(person, min(day, self.clock.today))
        return min(day, self.clock.today)

    def live_through(self, month: date, kept: set[int]) -> None:
        """A month in which some leave and others come, towards the size that the facts give."""
        first = max(month, self.founded)
        last = min(month_end(month), self.clock.today)
        wanted = self._wanted(last)
        staying = [stay for stay in self.stays if stay.left_on is None and stay.joined_on < first]
        free = [stay for stay in staying if stay.person.number not in kept]
        present = sum(stay.left_on is None for stay in self.stays)
        excess = max(0, present - wanted)
        going = [stay for stay in free if self.draw.random() < _RESTLESS * (1.7 - stay.person.zeal)]
        rest = [stay for stay in free if stay not in going]
        going += self._least_eager(rest, excess - len(going))
        for stay in going:
            stay.left_on = _between(self.draw, first, last)
            stay.leave_reason = self._reason("leave")
            self.busy[stay.person.number] -= 1
        missing = max(0, wanted - present + len(going))
        if month.month in _SLOW_MONTHS:
            missing = missing // 3
        for person in self._choose(missing, first):
            self.join(person, _between(self.draw, first, last), self._reason("join"))

    def _wanted(self, day: date) -> int:
        """The size on a day: a straight way from then to now."""
        begin = max(self.clock.first_day, self.founded)
        share = (day - begin) / max(self.clock.today - begin, timedelta(days=1))
        grown = (self.fact.members_now - self.fact.members_then) * share
        return round(self.fact.members_then + grown) + self.arrived

    def _least_eager(self, stays: list[Stay], count: int) -> list[Stay]:
        """Who goes when a community shrinks: mostly those who hardly came."""
        keyed = sorted(stays, key=lambda stay: stay.person.zeal + self.draw.random() * 0.6)
        return keyed[: max(0, count)]

    def _choose(self, count: int, day: date) -> list[Human]:
        """People who work here on that day and never belonged, the nearer by their unit the likelier."""
        if count <= 0:
            return []
        known = {stay.person.number for stay in self.stays}
        keyed: list[tuple[float, Human]] = []
        for person in self.people:
            if person.sign_in or person.number in known or not person.works(day):
                continue
            weight = self.fact.home_units.get(person.unit, _ELSEWHERE) * (0.25 + person.zeal)
            weight /= (1 + max(0, self.busy[person.number])) ** 1.5
            keyed.append((self.draw.random() ** (1 / weight), person))  # Efraimidis & Spirakis: weighted, no repeats
        keyed.sort(key=lambda pair: (-pair[0], pair[1].number))
        return [person for _key, person in keyed[:count]]

    def join(self, person: Human, day: date, reason: str = "") -> None:
        """Add the person, unless they belong already or work here no longer."""
        belongs = any(stay.person is person and (stay.left_on is None or stay.left_on > day) for stay in self.stays)
        if belongs or not person.works(day):
            return
        self.stays.append(Stay(person, day, join_reason=reason))
        self.busy[person.number] += 1

    def welcome(self, arrival: Arrival) -> None:
        """Take in those whose community was merged, beyond the size that the facts give."""
        before = len(self.stays)
        for person in arrival.people:
            self.join(person, arrival.day, "My old community became part of this one.")
        self.arrived = len(self.stays) - before

    def _reason(self, of: str) -> str:
        """A reason, where one was given at all."""
        return self.draw.choice(self.source.reasons[of]) if self.draw.random() < _WITH_REASON else ""

    def say_goodbye(self) -> None:
        """Whoever leaves the company leaves its communities."""
        for stay in self.stays:
            gone = stay.person.left_on
            if gone is not None and (stay.left_on is None or stay.left_on > gone):
                stay.left_on, stay.leave_reason = gone, _LEFT_COMPANY

    def close(self, carriers: list[Carrier]) -> list[Carrier]:
        """End every membership and assignment on the day the community was archived."""
        day = self.clock.back(self.fact.archived_days)
        self.stays = [stay for stay in self.stays if stay.joined_on < day]
        for stay in self.stays:
            if stay.left_on is None or stay.left_on > day:
                stay.left_on, stay.leave_reason = day, "The community was merged."
        return [Carrier(carrier.person, carrier.role, carrier.since_on, day) for carrier in carriers]


def _between(draw: Random, first: date, last: date) -> date:
    """A day from `first` to `last`, both included."""
    return first + timedelta(days=draw.randrange((last - first).days + 1))
