"""The rules for what a facilitator says of a session; each problem goes to the field it stands beside."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import AttendanceKind, ContributionKind, SessionKind, SessionStatus
from cop.models import CommunitySession, Person
from cop.people.names import name_key
from cop.people.newcomers import Newcomer, check_newcomer
from cop.sessions.inputs import Gift, Link, PersonRef, Plan, Report
from cop.sessions.times import problems, to_utc
from cop.validation import LONG, Checks

MAX_HEADCOUNT = 100_000
MAX_PEOPLE = 5_000
MAX_ROWS = 200


@dataclass(frozen=True)
class Checked:
    """A report whose every part was found good; people are rows, newcomers still to be stored."""

    attendance: AttendanceKind
    headcount: int | None
    attended: tuple[PersonRef, ...]
    led: frozenset[PersonRef]
    spoke: frozenset[PersonRef]
    topics: str
    decisions: str
    gifts: tuple[Gift, ...]
    links: tuple[Link, ...]
    newcomers: dict[str, Newcomer]
    people: dict[int, Person]
    spellings: tuple[tuple[str, int], ...]


def check_plan(checks: Checks, plan: Plan) -> dict[str, Any]:
    """The plan as column values."""
    values: dict[str, Any] = {
        "title": checks.text("title", "A title", plan.title, limit=200, required=True),
        "kind": SessionKind(checks.one_of("kind", "The kind", plan.kind, SessionKind)),
        "place": checks.text("place", "The place", plan.place, limit=200),
        "link": checks.url("link", "The link", plan.link),
        "agenda": checks.text("agenda", "The agenda", plan.agenda, limit=LONG),
        "time_zone": checks.time_zone("time_zone", plan.time_zone),
    }
    wrong = problems(plan.start, plan.end, values["time_zone"])
    for field, message in wrong.items():
        checks.fail(field, message)
    if not wrong:
        values["starts_at"] = to_utc(plan.start, values["time_zone"])
        values["ends_at"] = to_utc(plan.end, values["time_zone"])
    return values


def check_not_twice(
    db: DbSession, checks: Checks, *, community_id: int, session_id: int | None, title: str, starts_at: datetime | None
) -> None:
    """Refuse a second session of the same name at the same time: somebody else has entered it already."""
    rows = db.execute(
        sa.select(CommunitySession.id, CommunitySession.title).where(
            CommunitySession.community_id == community_id,
            CommunitySession.starts_at == starts_at,
            CommunitySession.status != SessionStatus.CANCELLED,
        )
    )
    if any(row.id != session_id and row.title.casefold() == title.casefold() for row in rows):
        checks.fail("start", "A session of this name at this time is there already. Open that one to change it.")


def check_report(db: DbSession, checks: Checks, report: Report) -> Checked:
    """The report with known people looked up; those merged meanwhile are replaced by whom they were merged into."""
    kind = AttendanceKind(checks.one_of("attendance", "The attendance", report.attendance, AttendanceKind))
    given = [report.attended, report.led, report.spoke, [gift.person for gift in report.contributions]]
    people = _people(db, {ref for refs in given for ref in refs if isinstance(ref, int)})
    _check_list(checks, kind, report, people)
    newcomers = {
        ref: check_newcomer(db, checks, "attended", report.newcomers[ref])
        for ref in report.attended
        if isinstance(ref, str) and ref in report.newcomers
    }
    _check_newcomers_differ(checks, newcomers)

    def today(refs: Iterable[PersonRef]) -> tuple[PersonRef, ...]:
        known = (people[ref].id if isinstance(ref, int) else ref for ref in refs if ref in newcomers or ref in people)
        return tuple(dict.fromkeys(known))

    attended = today(report.attended) if kind is AttendanceKind.LIST else ()
    for field, refs, does in (("led", report.led, "led"), ("spoke", report.spoke, "spoke")):
        if not set(today(refs)) <= set(attended) or len(today(refs)) < len({*refs}):
            checks.fail(field, f"Whoever {does} must be on the attendance list.")
    return Checked(
        attendance=kind,
        headcount=_headcount(checks, report.headcount) if kind is AttendanceKind.COUNT else None,
        attended=attended,
        led=frozenset(today(report.led)),
        spoke=frozenset(today(report.spoke)),
        topics=checks.text("topics", "The topics", report.topics, limit=LONG),
        decisions=checks.text("decisions", "The decisions", report.decisions, limit=LONG),
        gifts=_gifts(checks, report.contributions, people, newcomers),
        links=_links(checks, report.links),
        newcomers=newcomers,
        people=people,
        spellings=tuple((text, person) for text, person in report.spellings if person in report.attended),
    )


def _people(db: DbSession, ids: set[int]) -> dict[int, Person]:
    """Each id's person as of today, asked in slices, since databases bound the parameters."""
    found: dict[int, Person] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), 500):
        for person in db.scalars(sa.select(Person).where(Person.id.in_(wanted[start : start + 500]))):
            found[person.id] = _merged_into(db, person)
    return found


def _merged_into(db: DbSession, person: Person) -> Person:
    seen = {person.id}
    while person.merged_into_id is not None and person.merged_into_id not in seen:
        seen.add(person.merged_into_id)
        person = db.get_one(Person, person.merged_into_id)
    return person


def _check_list(checks: Checks, kind: AttendanceKind, report: Report, people: dict[int, Person]) -> None:
    if kind is not AttendanceKind.LIST:
        if report.attended:
            checks.fail("attendance", "Names were given, so choose the list, or take the names out.")
        return
    if not report.attended:
        checks.fail("attended", "Nobody is on the list. Say who came, or choose a number only, or no list taken.")
    if len(report.attended) > MAX_PEOPLE:
        checks.fail("attended", f"There are {len(report.attended):,} people here, at most {MAX_PEOPLE:,} fit.")
    seen: set[PersonRef] = set()
    for ref in report.attended:
        name = people[ref].name if isinstance(ref, int) and ref in people else str(ref)
        if ref in seen:
            checks.fail("attended", f"{name} is on the list twice.")
        elif ref not in people and ref not in report.newcomers:
            checks.fail("attended", "Somebody on the list is not known any more. Take them off and add them again.")
        seen.add(ref)


def _check_newcomers_differ(checks: Checks, newcomers: dict[str, Newcomer]) -> None:
    """Two new people may bear one name where an address or handle of each tells them apart."""
    for what in ("email", "handle"):
        values = [value.casefold() for newcomer in newcomers.values() if (value := getattr(newcomer, what))]
        for value in values:
            if values.count(value) > 1:
                checks.fail("attended", f"Two new people have the same {what}, “{value}”.")
    names = Counter(name_key(newcomer.name) for newcomer in newcomers.values())
    for newcomer in newcomers.values():
        if names[name_key(newcomer.name)] > 1 and not (newcomer.email or newcomer.handle):
            message = f"Two new people are called “{newcomer.name}”. Give each an e-mail address, or leave one out."
            checks.fail("attended", message)


def _headcount(checks: Checks, value: int | None) -> int | None:
    if value is None:
        checks.fail("headcount", "How many came is missing.")
    elif not 0 <= value <= MAX_HEADCOUNT:
        checks.fail("headcount", f"How many came must be between 0 and {MAX_HEADCOUNT:,}.")
    return value


def _gifts(
    checks: Checks, typed: Sequence[Gift], people: dict[int, Person], newcomers: dict[str, Newcomer]
) -> tuple[Gift, ...]:
    _check_count(checks, "contributions", len(typed))
    found = []
    for number, gift in enumerate(typed, 1):
        kind = checks.one_of("contributions", f"Row {number}: the kind", gift.kind, ContributionKind)
        title = checks.text("contributions", f"Row {number}: what it is", gift.title, limit=300, required=True)
        url = checks.url("contributions", f"Row {number}: the link", gift.url)
        if gift.person is not None and gift.person not in people and gift.person not in newcomers:
            checks.fail("contributions", f"Row {number}: the person is not known any more.")
            continue
        person = people[gift.person].id if isinstance(gift.person, int) else gift.person
        found.append(Gift(kind, title, person, url, gift.id))
    return tuple(found)


def _links(checks: Checks, typed: Sequence[Link]) -> tuple[Link, ...]:
    _check_count(checks, "links", len(typed))
    found = []
    for number, link in enumerate(typed, 1):
        url = checks.url("links", f"Row {number}: the address", link.url, required=True)
        title = checks.text("links", f"Row {number}: the title", link.title, limit=200)
        found.append(Link(title or url[:200], url, link.id))
    return tuple(found)


def _check_count(checks: Checks, field: str, count: int) -> None:
    if count > MAX_ROWS:
        checks.fail(field, f"There are {count:,} rows here, at most {MAX_ROWS:,} fit.")
