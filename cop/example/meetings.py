"""What an invented community's sessions were like, and who came."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import TypeVar

from cop.choices import AttendanceKind, SessionKind, SessionStatus
from cop.example.clock import Clock, end_of, last_day_ended, meeting_days, start_of
from cop.example.membership import Group
from cop.example.people import Human
from cop.example.source import CommunityFact, Source, SubjectFact, chance

_SEASON = {1: 0.95, 6: 0.95, 7: 0.78, 8: 0.52, 9: 1.05, 10: 1.08, 11: 1.05, 12: 0.72}
_PULL = {
    SessionKind.LAUNCH: 1.5,
    SessionKind.TALK: 1.2,
    SessionKind.SOCIAL: 1.15,
    SessionKind.WORKSHOP: 0.92,
    SessionKind.PLANNING: 0.8,
}
_CANCELLED, _NO_LIST, _COUNT_ONLY, _UNPLANNED, _MOVED = 0.04, 0.05, 0.02, 0.03, 0.05
_IN_ORDER_DAYS = 45

_T = TypeVar("_T")


@dataclass(frozen=True)
class Visit:
    """Somebody at a session."""

    person: Human
    led: bool = False
    spoke: bool = False


@dataclass(frozen=True)
class Meeting:
    """A session: planned, held or cancelled."""

    subject: SubjectFact
    day: date
    starts_at: datetime
    ends_at: datetime
    planned_at: datetime | None
    """The start as first planned; None where it came about without a plan."""
    status: SessionStatus
    attendance: AttendanceKind
    headcount: int | None
    visits: tuple[Visit, ...]
    cancel_reason: str


def meet(fact: CommunityFact, source: Source, clock: Clock, group: Group, people: list[Human]) -> list[Meeting]:
    """A community's sessions, oldest first."""
    days = meeting_days(fact, clock)
    count = min(len(days), len(fact.subjects))
    has_launch = fact.subjects[0].kind is SessionKind.LAUNCH
    days = _latest(days, count, keep_first=has_launch)
    subjects = _latest(list(fact.subjects), count, keep_first=has_launch)
    room = _Room(fact, source, clock, group, people)
    past = [day for day in days if end_of(fact, day) <= clock.now]
    room.fallen = set(past[len(past) - fact.cancelled_last :])
    return [room.meeting(day, subject) for day, subject in zip(days, subjects, strict=True)]


def _latest(items: list[_T], count: int, *, keep_first: bool) -> list[_T]:
    """The last `count` items, of which the first may be the very first: a launch is always told."""
    if keep_first and count:
        return [items[0], *items[len(items) - count + 1 :]]
    return items[len(items) - count :]


class _Room:
    """Where the sessions of one community take place."""

    def __init__(self, fact: CommunityFact, source: Source, clock: Clock, group: Group, people: list[Human]) -> None:
        self.fact, self.source, self.clock, self.group, self.people = fact, source, clock, group, people
        self.fallen: set[date] = set()

    def meeting(self, day: date, subject: SubjectFact) -> Meeting:
        """What became of the day."""
        draw = chance("session", self.fact.slug, subject.title)
        starts = start_of(self.fact, day)
        status = self._status(day, subject, draw)
        visits, attendance, headcount = (
            self._attendance(day, subject, draw) if status is SessionStatus.HELD else _NOBODY
        )
        reasons = self.source.reasons["cancel_series" if day in self.fallen else "cancel"]
        reason = reasons[sorted(self.fallen).index(day) % len(reasons)] if day in self.fallen else draw.choice(reasons)
        return Meeting(
            subject=subject,
            day=day,
            starts_at=starts,
            ends_at=end_of(self.fact, day),
            planned_at=self._planned_at(starts, status, draw),
            status=status,
            attendance=attendance,
            headcount=headcount,
            visits=visits,
            cancel_reason=reason if status is SessionStatus.CANCELLED else "",
        )

    def _status(self, day: date, subject: SubjectFact, draw: Random) -> SessionStatus:
        if end_of(self.fact, day) > self.clock.now:
            return SessionStatus.PLANNED
        if self.fact.recording_due and day == last_day_ended(self.fact, self.clock):
            return SessionStatus.PLANNED
        unlucky = draw.random() < _CANCELLED and self._may_fail(day, subject)
        return SessionStatus.CANCELLED if unlucky or day in self.fallen else SessionStatus.HELD

    def _may_fail(self, day: date, subject: SubjectFact) -> bool:
        """Launches and evenings once a quarter take place, and the latest sessions are in order."""
        rare = not self.fact.by_week and self.fact.every > 1
        recent = day > self.clock.back(_IN_ORDER_DAYS)
        return subject.kind is not SessionKind.LAUNCH and not rare and not recent

    @staticmethod
    def _planned_at(starts: datetime, status: SessionStatus, draw: Random) -> datetime | None:
        luck = draw.random()
        if status is SessionStatus.HELD and luck < _UNPLANNED:
            return None
        if status is SessionStatus.HELD and luck < _UNPLANNED + _MOVED:
            return starts - timedelta(hours=1)
        return starts

    def _attendance(
        self, day: date, subject: SubjectFact, draw: Random
    ) -> tuple[tuple[Visit, ...], AttendanceKind, int | None]:
        """Who came; sometimes only how many is known, and sometimes nothing."""
        visits = self._visits(day, subject, draw)
        luck = draw.random()
        may_fail = self._may_fail(day, subject)
        if may_fail and luck < _NO_LIST:
            return (), AttendanceKind.MISSING, None
        if self.fact.attendance is AttendanceKind.COUNT or (may_fail and luck < _NO_LIST + _COUNT_ONLY):
            return (), AttendanceKind.COUNT, len(visits)
        return visits, AttendanceKind.LIST, None

    def _visits(self, day: date, subject: SubjectFact, draw: Random) -> tuple[Visit, ...]:
        lead = self.group.lead(day)
        carrying = {carrier.person.number for carrier in self.group.carriers if carrier.covers(day)}
        members = self.group.members(day)
        eager = {person.number: 0.3 + 1.4 * person.zeal for person in members}
        usual = sum(eager.values()) / max(1, len(eager))
        turnout = self._turnout(day, subject)
        came = [lead]
        for person in members:
            likely = 0.88 if person.number in carrying else min(0.96, turnout * eager[person.number] / usual)
            if draw.random() < likely and person is not lead:
                came.append(person)
        came += self._strangers(day, subject, members, draw)
        host = draw.choice([person for person in came if person.number in carrying] or [lead])
        host = lead if draw.random() < 0.65 else host
        return tuple(
            Visit(person, led=person is host, spoke=draw.random() < self._voice(person, subject))
            for person in sorted(came, key=lambda person: person.number)
        )

    def _turnout(self, day: date, subject: SubjectFact) -> float:
        """The share of members who come on such a day."""
        begin = max(self.clock.first_day, self.clock.founded(self.fact))
        share = (day - begin) / max(self.clock.today - begin, timedelta(days=1))
        base = self.fact.turnout_then + (self.fact.turnout_now - self.fact.turnout_then) * min(1.0, share)
        return base * _SEASON.get(day.month, 1.0) * _PULL.get(subject.kind, 1.0)

    def _strangers(self, day: date, subject: SubjectFact, members: list[Human], draw: Random) -> list[Human]:
        """Colleagues who look in, and guests at talks and workshops."""
        inside = {person.number for person in members} | {self.group.lead(day).number}
        near = [
            person
            for person in self.people
            if person.works(day)
            and person.unit in self.fact.home_units
            and person.number not in inside
            and not person.sign_in
        ]
        guests = [person for person in self.people if person.is_guest]
        open_to_guests = subject.kind in {SessionKind.TALK, SessionKind.WORKSHOP, SessionKind.LAUNCH}
        came = draw.sample(near, min(len(near), draw.choice((0, 0, 1, 1, 2))))
        return came + draw.sample(guests, draw.choice((0, 1, 2)) if open_to_guests else 0)

    @staticmethod
    def _voice(person: Human, subject: SubjectFact) -> float:
        """How likely the person is to have spoken; whoever visits a talk from outside mostly gives it."""
        if person.is_guest:
            return 0.7 if subject.kind is SessionKind.TALK else 0.3
        return 0.06 + 0.3 * person.zeal * person.zeal


_NOBODY: tuple[tuple[Visit, ...], AttendanceKind, int | None] = ((), AttendanceKind.MISSING, None)
