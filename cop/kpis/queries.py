"""Reads of the figures: facts by month, and what is told of feedback, summed up to what a screen shows.

The number of statements never depends on the number of communities, and no attendance is read.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import AttendanceKind, SessionStatus
from cop.kpis.needs import Standing, ranked
from cop.kpis.scope import EVERYTHING, SMALL_GROUP, Selection, reach
from cop.models import (
    ActivityMonth,
    ActivityUnitMonth,
    Attendance,
    Community,
    CommunitySession,
    MemberActivity,
    Membership,
    MembershipMonth,
    Person,
)
from cop.organisation import time_zone, units_below
from cop.periods import ACTIVE_DAYS, Period, add_months, local_day, month_end, month_of
from cop.permissions import Actor
from cop.query import query
from cop.surveys.feedback_queries import by_day

FIGURES = ("sessions", "memberships", "catalog", "people", "organisation")
"""The topics of facts: units move people between figures, areas and archives communities."""

_OF_SESSIONS = ("sessions_held", "sessions_listed", "sessions_counted", "headcount")
_OF_PEOPLE = (
    "attendances",
    "attending_members",
    "members_on_day",
    "newcomers",
    "returners",
    "reactivated",
    "contributions",
    "active_members",
)
_OF_ALL = (*_OF_SESSIONS, *_OF_PEOPLE)
_OF_FEEDBACK = ("roti_sum", "roti_answers")
_COUNTS = ("members", *_OF_ALL, *_OF_FEEDBACK)
_WITHHELD = ["members", "headcount", "sessions_counted", *_OF_PEOPLE]
"""`sessions_counted` too: a ratio's denominator goes with its numerator."""
_RANKED = (
    "sessions_held",
    "sessions_listed",
    "attending_members",
    "members_on_day",
    "members",
    "active_members",
    "contributions",
)
_Table = type[ActivityMonth] | type[ActivityUnitMonth] | type[Membership] | type[MembershipMonth] | type[MemberActivity]


@dataclass(frozen=True)
class _Where:
    """The rows of a selection within the actor's reach."""

    communities: tuple[int, ...] | None
    areas: tuple[int, ...]
    units: tuple[int, ...] | None

    def of(self, table: _Table) -> list[sa.ColumnElement[bool]]:
        """The conditions on a table; the units only where its rows are about a unit's people."""
        found: list[sa.ColumnElement[bool]] = []
        if self.communities is not None:
            found.append(table.community_id.in_(self.communities))
        if self.areas:
            found.append(table.community_id.in_(sa.select(Community.id).where(Community.area_id.in_(self.areas))))
        if self.units is not None and not issubclass(table, ActivityMonth | Membership):
            found.append(table.org_unit_id.in_(self.units))
        return found


def _where(db: DbSession, actor: Actor | None, selection: Selection) -> _Where:
    """Refuses what isn't the actor's; without chosen communities, all within reach."""
    seen = reach(actor, selection=selection).communities
    chosen = selection.communities or (None if seen is None else tuple(sorted(seen)))
    units = None if selection.unit is None else tuple(units_below(db, [selection.unit]))
    return _Where(chosen, selection.areas, units)


@dataclass(frozen=True)
class Bounds:
    """How far the records reach: the first month with any, and the day of the last session held."""

    first: date
    last_held: date | None


@query(*FIGURES, scope=reach)
def bounds(db: DbSession, actor: Actor | None, *, selection: Selection = EVERYTHING) -> Bounds | None:
    """None where nothing is on record yet."""
    where = _where(db, actor, selection)
    first = [
        db.scalar(sa.select(sa.func.min(table.month)).where(*where.of(table), table.month >= date(1901, 1, 1)))
        for table in (ActivityMonth, MembershipMonth)
    ]
    held = sa.select(sa.func.max(CommunitySession.day)).where(CommunitySession.status == SessionStatus.HELD)
    known = [month for month in first if month is not None]
    return Bounds(min(known), db.scalar(held.where(*_sessions_of(where)))) if known else None


@dataclass(frozen=True)
class Choices:
    """What the filters offer: communities by id, archived ones marked."""

    communities: dict[int, str]


@query("catalog", scope=reach)
def choices(db: DbSession, actor: Actor | None) -> Choices:
    """The communities whose figures the actor may see."""
    seen = reach(actor).communities
    rows = sa.select(Community.id, Community.name, Community.archived_at).order_by(Community.name)
    if seen is not None:
        rows = rows.where(Community.id.in_(seen))
    return Choices({key: f"{name} (archived)" if archived else name for key, name, archived in db.execute(rows)})


@query(*FIGURES, "surveys", scope=reach)
def months(
    db: DbSession,
    actor: Actor | None,
    *,
    period: Period,
    as_of: date,
    selection: Selection = EVERYTHING,
    back: int = 0,
) -> pd.DataFrame:
    """One row per month of the period, and of up to `back` months before it as far as there are records.

    Columns: month (its first day) and the counts of cop.kpis.metrics.COLUMNS; <NA> where a unit's people are too few.
    """
    where = _where(db, actor, selection)
    every = Period(add_months(period.first, -back), period.last)
    rows = {month: dict.fromkeys(_COUNTS, 0) for month in every.months}
    for month, counts in _activity_by_month(db, where, every):
        rows[month].update(counts)
    moved = _moves_by_month(db, where, period.last)
    standing = sum(number for month, number in moved.items() if month < every.first)
    for month, row in rows.items():
        standing += moved.get(month, 0)
        row["members"] = standing
    if month_of(as_of) in rows:
        rows[month_of(as_of)]["active_members"] = sum(_active_now(db, where, as_of).values())
    for day, told in by_day(db, CommunitySession.day.between(every.start, every.end), *_sessions_of(where)):
        rows[month_of(day)]["roti_sum"] += round(told.total)
        rows[month_of(day)]["roti_answers"] += told.n
    frame = _month_frame(rows, period)
    if where.units is not None:
        frame[list(_OF_FEEDBACK)] = pd.NA  # those who came are asked as one group
        enough = _months_of_groups(db, where, [month for month, row in rows.items() if row["members"] >= SMALL_GROUP])
        frame.loc[[day.date() not in enough for day in frame["month"]], _WITHHELD] = pd.NA
    return frame


def _activity_by_month(db: DbSession, where: _Where, period: Period) -> Iterable[tuple[date, dict[str, int]]]:
    """Sums by month; a unit's people from its own table, the sessions of their communities beside them."""
    yield from _sums_by_month(db, ActivityMonth, _OF_SESSIONS if where.units else _OF_ALL, where, period)
    if where.units is not None:
        for month, counts in _sums_by_month(db, ActivityUnitMonth, _OF_PEOPLE, where, period):
            yield month, {**counts, "headcount": counts["attendances"]}


def _sums_by_month(
    db: DbSession, table: _Table, columns: Iterable[str], where: _Where, period: Period
) -> Iterable[tuple[date, dict[str, int]]]:
    wanted = list(columns)
    sums = [sa.func.sum(getattr(table, name)).label(name) for name in wanted]
    rows = sa.select(table.month, *sums).where(  # type: ignore[union-attr]
        table.month.between(period.first, period.last),  # type: ignore[union-attr]
        *where.of(table),
    )
    for month, *values in db.execute(rows.group_by(table.month)):  # type: ignore[union-attr]
        counts = dict(zip(wanted, values, strict=True))
        if where.units is not None and table is ActivityMonth:  # a head that was only counted belongs to no unit
            counts |= {"sessions_counted": counts["sessions_listed"], "headcount": 0}
        yield month, counts


def _moves_by_month(db: DbSession, where: _Where, last: date) -> dict[date, int]:
    """By how many the members grew in each month up to `last`."""
    rows = sa.select(MembershipMonth.month, sa.func.sum(MembershipMonth.joined - MembershipMonth.left))
    rows = rows.where(MembershipMonth.month <= last, *where.of(MembershipMonth)).group_by(MembershipMonth.month)
    return {month: int(number) for month, number in db.execute(rows)}


def _active_now(db: DbSession, where: _Where, as_of: date) -> dict[int, int]:
    """Members active on the day, by community."""
    rows = sa.select(MemberActivity.community_id, sa.func.count()).where(
        MemberActivity.last_active_on > as_of - timedelta(days=ACTIVE_DAYS), *where.of(MemberActivity)
    )
    return {key: count for key, count in db.execute(rows.group_by(MemberActivity.community_id))}  # noqa: C416


def _months_of_groups(db: DbSession, where: _Where, months: list[date]) -> set[date]:
    """Those of the months at whose end enough different people of the units are members of the selection.

    Memberships don't tell: somebody in five communities has five. Reads no further than until every month is sure.
    """
    found: dict[date, set[int]] = {month: set() for month in months}
    unsure = set(months)
    stays = sa.select(Membership.person_id, Membership.joined_on, Membership.left_on, Community.archived_at)
    stays = stays.join(Community, Community.id == Membership.community_id)
    stays = stays.join(Person, Person.id == Membership.person_id)
    zone = time_zone(db)
    stays = stays.where(Person.org_unit_id.in_(where.units or ()), *where.of(Membership))
    with db.execute(stays, execution_options={"yield_per": 500}) as rows:
        for person, joined, left, archived in rows:
            end = min(left or date.max, local_day(archived, zone) if archived else date.max)
            for month in [month for month in unsure if joined <= month_end(month) < end]:
                found[month].add(person)
                if len(found[month]) == SMALL_GROUP:
                    unsure.remove(month)
            if not unsure:
                break
    return set(months) - unsure


def _month_frame(rows: dict[date, dict[str, int]], period: Period) -> pd.DataFrame:
    began = next((month for month, row in rows.items() if any(row.values())), period.first)
    kept = [{"month": month, **row} for month, row in rows.items() if month >= min(began, period.first)]
    frame = pd.DataFrame(kept, columns=["month", *_COUNTS]).astype(dict.fromkeys(_COUNTS, "Int64"))
    frame["month"] = pd.to_datetime(frame["month"])
    return frame


@dataclass(frozen=True)
class Ranking:
    """Communities sorted by need for help; `rows` may be the first of `total`."""

    rows: pd.DataFrame
    total: int


@query(*FIGURES, scope=reach)
def communities(
    db: DbSession,
    actor: Actor | None,
    *,
    period: Period,
    as_of: date,
    selection: Selection = EVERYTHING,
    limit: int | None = None,
) -> Ranking:
    """Living communities with their figures of the period, those first that seem to need help.

    Columns: id, slug, name, why, sessions_held, sessions_listed, attending_members, members_on_day, members,
    active_members, contributions, course (people in the counted sessions, by month; of a unit's people if chosen).
    """
    where = _where(db, actor, selection)
    names = _living(db, where)
    earlier = Period(add_months(period.first, -len(period.months)), add_months(period.first, -1))
    shown_of = _Shown(None if where.units is None else _groups(db, where, Period(earlier.first, period.last)))
    now, before = (_by_community(db, where, span, as_of, shown_of) for span in (period, earlier))
    last_held = _last_held(db, where, period.last)
    standings = [
        Standing(key, now[key], before[key], last_held.get(key))
        for key in names
        if where.units is None or now[key]["members"] >= SMALL_GROUP
    ]
    found = ranked(standings, names={key: name for key, (_slug, name) in names.items()}, period=period, as_of=as_of)
    shown = found[:limit]
    course = _courses(db, where, [item.standing.community_id for item in shown], period, shown_of)
    rows = [
        {
            "id": item.standing.community_id,
            "slug": names[item.standing.community_id][0],
            "name": names[item.standing.community_id][1],
            "why": "; ".join(item.reasons),
            **{column: item.standing.now[column] for column in _RANKED},
            "course": course[item.standing.community_id],
        }
        for item in shown
    ]
    return Ranking(pd.DataFrame(rows, columns=["id", "slug", "name", "why", *_RANKED, "course"]), len(found))


def _living(db: DbSession, where: _Where) -> dict[int, tuple[str, str]]:
    rows = sa.select(Community.id, Community.slug, Community.name).where(Community.archived_at.is_(None))
    if where.communities is not None:
        rows = rows.where(Community.id.in_(where.communities))
    if where.areas:
        rows = rows.where(Community.area_id.in_(where.areas))
    return {key: (slug, name) for key, slug, name in db.execute(rows)}


_Counts = defaultdict[int, dict[str, int]]
_SESSIONS = ("sessions_held", "sessions_listed")
_PEOPLE = ("attending_members", "members_on_day", "contributions")


@dataclass(frozen=True)
class _Shown:
    """The community's months whose people may be shown: of a unit only those in which enough of them are members."""

    months: frozenset[tuple[int, date]] | None

    def __contains__(self, community_and_month: tuple[int, date]) -> bool:
        return self.months is None or community_and_month in self.months


def _groups(db: DbSession, where: _Where, period: Period) -> frozenset[tuple[int, date]]:
    """Each community with the months at whose end it has enough members of the units."""
    moves: defaultdict[int, dict[date, int]] = defaultdict(dict)
    rows = sa.select(
        MembershipMonth.community_id, MembershipMonth.month, sa.func.sum(MembershipMonth.joined - MembershipMonth.left)
    ).where(MembershipMonth.month <= period.last, *where.of(MembershipMonth))
    for key, month, number in db.execute(rows.group_by(MembershipMonth.community_id, MembershipMonth.month)):
        moves[key][month] = int(number)
    found = set()
    for key, by_month in moves.items():
        standing = sum(number for month, number in by_month.items() if month < period.first)
        for month in period.months:
            standing += by_month.get(month, 0)
            if standing >= SMALL_GROUP:
                found.add((key, month))
    return frozenset(found)


def _by_community(db: DbSession, where: _Where, period: Period, as_of: date, shown: _Shown) -> _Counts:
    """The counts of the period by community; of a unit's people only what may be shown."""
    counts: _Counts = defaultdict(lambda: dict.fromkeys(_RANKED, 0))
    columns = (*_SESSIONS, *_PEOPLE) if where.units is None else _SESSIONS
    sums = [sa.func.sum(getattr(ActivityMonth, name)) for name in columns]
    rows = sa.select(ActivityMonth.community_id, *sums).where(
        ActivityMonth.month.between(period.first, period.last), *where.of(ActivityMonth)
    )
    for key, *values in db.execute(rows.group_by(ActivityMonth.community_id)):
        counts[key].update(zip(columns, values, strict=True))
    if where.units is not None:
        _add_people_of_units(db, where, counts, period, shown)
    _add_levels(db, where, counts, period.last, as_of, shown)
    return counts


def _add_people_of_units(db: DbSession, where: _Where, counts: _Counts, period: Period, shown: _Shown) -> None:
    table = ActivityUnitMonth
    sums = [sa.func.sum(getattr(table, name)) for name in _PEOPLE]
    rows = sa.select(table.community_id, table.month, *sums).where(
        table.month.between(period.first, period.last), *where.of(table)
    )
    for key, month, *values in db.execute(rows.group_by(table.community_id, table.month)):
        if (key, month) in shown:
            for name, value in zip(_PEOPLE, values, strict=True):
                counts[key][name] += value


def _add_levels(db: DbSession, where: _Where, counts: _Counts, last: date, as_of: date, shown: _Shown) -> None:
    """Members and active members at the end of month `last`, today if it is still running."""
    moved = sa.select(MembershipMonth.community_id, sa.func.sum(MembershipMonth.joined - MembershipMonth.left))
    moved = moved.where(MembershipMonth.month <= last, *where.of(MembershipMonth))
    members = {key: int(number) for key, number in db.execute(moved.group_by(MembershipMonth.community_id))}
    if last == month_of(as_of):
        active = _active_now(db, where, as_of)
    else:
        table = ActivityMonth if where.units is None else ActivityUnitMonth
        rows = sa.select(table.community_id, sa.func.sum(table.active_members)).where(
            table.month == last, *where.of(table)
        )
        active = {key: int(number) for key, number in db.execute(rows.group_by(table.community_id))}
    for name, level in (("members", members), ("active_members", active)):
        for key, number in level.items():
            if (key, last) in shown:
                counts[key][name] = number


def _last_held(db: DbSession, where: _Where, last: date) -> dict[int, date]:
    """The last month in which each community met, up to `last`."""
    rows = sa.select(ActivityMonth.community_id, sa.func.max(ActivityMonth.month)).where(
        ActivityMonth.sessions_held > 0, ActivityMonth.month <= last, *where.of(ActivityMonth)
    )
    return {key: month for key, month in db.execute(rows.group_by(ActivityMonth.community_id))}  # noqa: C416


def _courses(db: DbSession, where: _Where, keys: list[int], period: Period, shown: _Shown) -> dict[int, list[int]]:
    """People in the sessions by month, for the communities that are shown."""
    table, column = (
        (ActivityMonth, ActivityMonth.headcount)
        if where.units is None
        else (ActivityUnitMonth, ActivityUnitMonth.attendances)
    )
    place = {month: index for index, month in enumerate(period.months)}
    course = {key: [0] * len(place) for key in keys}
    for start in range(0, len(keys), 500):
        rows = sa.select(table.community_id, table.month, sa.func.sum(column)).where(
            table.month.between(period.first, period.last),
            table.community_id.in_(keys[start : start + 500]),
            *where.of(table),
        )
        for key, month, people in db.execute(rows.group_by(table.community_id, table.month)):
            if (key, month) in shown:
                course[key][place[month]] = int(people)
    return course


@dataclass(frozen=True)
class Behind:
    """The sessions behind a figure; `rows` may be the latest of `total`."""

    rows: pd.DataFrame
    total: int


MOST_SESSIONS = 200


@query("sessions", "catalog", scope=reach)
def sessions(
    db: DbSession,
    actor: Actor | None,
    *,
    period: Period,
    selection: Selection = EVERYTHING,
    limit: int | None = MOST_SESSIONS,
) -> Behind:
    """The sessions held in the period, the latest first, with how many came; never who.

    Columns: id, day, title, community, came (<NA>: not known), known ("list", "count" or "missing").
    """
    conditions = [
        CommunitySession.status == SessionStatus.HELD,
        CommunitySession.day.between(period.start, period.end),
        *_sessions_of(_where(db, actor, selection)),
    ]
    listed = (
        sa.select(sa.func.count())
        .where(Attendance.session_id == CommunitySession.id)
        .correlate(CommunitySession)
        .scalar_subquery()
    )
    rows = (
        sa.select(
            CommunitySession.id,
            CommunitySession.day,
            CommunitySession.title,
            Community.name,
            CommunitySession.attendance_kind,
            sa.case(
                (CommunitySession.attendance_kind == AttendanceKind.LIST, listed), else_=CommunitySession.headcount
            ),
        )
        .join(Community, Community.id == CommunitySession.community_id)
        .where(*conditions)
        .order_by(CommunitySession.day.desc(), CommunitySession.id.desc())
        .limit(limit)
    )
    found = [
        {"id": key, "day": day, "title": title, "community": community, "came": came, "known": kind.value}
        for key, day, title, community, kind, came in db.execute(rows)
    ]
    frame = pd.DataFrame(found, columns=["id", "day", "title", "community", "came", "known"])
    frame["came"] = frame["came"].astype("Int64")
    total = db.scalar(sa.select(sa.func.count()).select_from(CommunitySession).where(*conditions))
    return Behind(frame, total or 0)


def _sessions_of(where: _Where) -> list[sa.ColumnElement[bool]]:
    """The sessions of the selection's communities; a session is a community's, so units don't narrow it."""
    found: list[sa.ColumnElement[bool]] = []
    if where.communities is not None:
        found.append(CommunitySession.community_id.in_(where.communities))
    if where.areas:
        found.append(
            CommunitySession.community_id.in_(sa.select(Community.id).where(Community.area_id.in_(where.areas)))
        )
    return found
