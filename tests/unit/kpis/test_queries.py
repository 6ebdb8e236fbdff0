"""The figures that the KPI screen reads, against tables worked out by hand and a recount in plain Python."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy.orm import Session as DbSession

from cop.choices import AttendanceKind, SessionStatus
from cop.db import reading
from cop.errors import Forbidden
from cop.kpis import figures, queries
from cop.kpis.metrics import ATTENDANCE_PER_SESSION, PARTICIPATION
from cop.kpis.scope import Selection
from cop.models import Community, Person
from cop.periods import Period, add_months, month_end
from cop.permissions import Actor, Role
from tests import factories as make
from tests.permissions import ADMIN, DEACTIVATED, FACILITATOR, MANAGER, NOBODY, STAFF, make_world

TODAY = make.TODAY  # 15 June 2026
HALF_YEAR = Period(date(2026, 1, 1), date(2026, 6, 1))


def read(function: Any, who: Actor | None, **params: Any) -> Any:
    with reading() as db:
        return function(db, who, **params)


def months(who: Actor | None, period: Period = HALF_YEAR, *, as_of: date = TODAY, **params: Any) -> pd.DataFrame:
    return read(queries.months, who, period=period, as_of=as_of, **params).set_index("month")


def column(frame: pd.DataFrame, name: str) -> list[int | None]:
    return [None if pd.isna(value) else int(value) for value in frame[name]]


def only(*rooms: Community, **values: Any) -> Selection:
    return Selection(communities=tuple(sorted(room.id for room in rooms)), **values)


@pytest.fixture
def office(db: DbSession) -> Actor:
    make.organisation(db)
    return make.actor(db, Role.ADMIN)


@pytest.fixture
def statements(engine: sa.Engine) -> list[str]:
    """The statements sent to the database."""
    sent: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda _c, _cur, statement, *_: sent.append(statement))
    return sent


@pytest.fixture
def room(db: DbSession, office: Actor) -> Community:
    """Four members, the lead among them, and a guest; by hand:

    | | 10 Jan | 10 Feb | 10 Mar | 20 Mar | 15 Apr |
    |---|---|---|---|---|---|
    | came | lead ana guest | ana ben | ana ben cid | no list | 9 counted |
    | members | lead ana cid | lead ana ben cid | lead ana ben | lead ana ben | lead ana ben |

    Ben joins on the day of the session in February; cid leaves on the day of the one in March. A contribution of ben's
    on 20 March, one of nobody's on 2 April.
    """
    found = make.community(db, slug="room", name="The room")
    lead, ana, ben, cid, guest = (make.person(db) for _ in range(5))
    make.facilitator(db, found, lead)
    make.membership(db, found, lead)
    make.membership(db, found, ana)
    make.membership(db, found, ben, joined_on=date(2026, 2, 10))
    make.membership(db, found, cid, left_on=date(2026, 3, 10))
    make.session(db, found, date(2026, 1, 10), people=[lead, ana, guest])
    make.session(db, found, date(2026, 2, 10), people=[ana, ben])
    make.session(db, found, date(2026, 3, 10), people=[ana, ben, cid])
    make.session(db, found, date(2026, 3, 20))
    make.session(db, found, date(2026, 4, 15), attendance_kind=AttendanceKind.COUNT, headcount=9)
    make.contribution(db, found, date(2026, 3, 20), person_id=ben.id)
    make.contribution(db, found, date(2026, 4, 2))
    make.commit(db)
    return found


def test_half_a_year_by_hand(office, room):
    frame = months(office)
    assert [f"{day:%Y-%m}" for day in frame.index] == [f"2026-0{number}" for number in range(1, 7)]
    assert column(frame, "members") == [3, 4, 3, 3, 3, 3]
    # On 31 March the lead's 10 January is 80 days ago, on 30 April 110. On 15 June ana's 10 March is 97 days ago,
    # ben's 20 March 87. Cid came on the day on which he was no member any more.
    assert column(frame, "active_members") == [2, 3, 3, 2, 2, 1]
    assert column(frame, "sessions_held") == [1, 1, 2, 1, 0, 0]
    assert column(frame, "sessions_listed") == [1, 1, 1, 0, 0, 0]
    assert column(frame, "sessions_counted") == [1, 1, 1, 1, 0, 0]
    assert column(frame, "headcount") == [3, 2, 3, 9, 0, 0]
    # Without the lead: ana cid / ana ben cid / ana ben; came: ana / ana ben / ana ben.
    assert column(frame, "members_on_day") == [2, 3, 2, 0, 0, 0]
    assert column(frame, "attending_members") == [1, 2, 2, 0, 0, 0]
    assert column(frame, "newcomers") == [3, 1, 1, 0, 0, 0]
    assert column(frame, "returners") == [0, 1, 2, 0, 0, 0]
    assert column(frame, "reactivated") == [0, 0, 0, 0, 0, 0]
    assert column(frame, "contributions") == [0, 0, 1, 1, 0, 0]


def test_the_half_years_cards_by_hand(office, room):
    by_month = figures.by_month(months(office).reset_index())
    participation = figures.figure(PARTICIPATION, by_month, HALF_YEAR, as_of=TODAY)
    assert (participation.value, participation.n) == (5 / 7, 7)
    assert participation.course == (1 / 2, 2 / 3, 1, None, None)  # June still runs
    attendance = figures.figure(ATTENDANCE_PER_SESSION, by_month, HALF_YEAR, as_of=TODAY)
    assert (attendance.value, attendance.n) == (17 / 4, 4)  # the session without a list is missing, not empty


def test_sessions_without_a_list_make_no_participation(db, office):
    room = make.community(db)
    make.membership(db, room, make.person(db))
    make.session(db, room, date(2026, 2, 10))
    make.session(db, room, date(2026, 2, 20), attendance_kind=AttendanceKind.COUNT, headcount=4)
    make.commit(db)
    frame = months(office, Period(date(2026, 2, 1), date(2026, 2, 1)))
    by_month = figures.by_month(frame.reset_index())
    assert figures.over(PARTICIPATION, list(by_month.values())) is None
    assert figures.over(ATTENDANCE_PER_SESSION, list(by_month.values())) == 4


def test_an_empty_list_is_a_session_to_which_nobody_came(db, office):
    room = make.community(db)
    make.membership(db, room, make.person(db))
    make.session(db, room, date(2026, 2, 10), people=[])
    make.commit(db)
    by_month = figures.by_month(months(office, Period(date(2026, 2, 1), date(2026, 2, 1))).reset_index())
    assert figures.over(PARTICIPATION, list(by_month.values())) == 0
    assert figures.over(ATTENDANCE_PER_SESSION, list(by_month.values())) == 0


def test_planned_and_cancelled_sessions_count_nowhere(db, office):
    room = make.community(db)
    make.session(db, room, date(2026, 2, 10), status=SessionStatus.PLANNED)
    make.session(db, room, date(2026, 2, 11), status=SessionStatus.CANCELLED)
    make.commit(db)
    assert not months(office).any(axis=None)
    assert read(queries.sessions, office, period=HALF_YEAR).total == 0


@pytest.mark.parametrize(("days", "expected"), [(89, (0, 1, 0)), (90, (0, 0, 1)), (91, (0, 0, 1))])
def test_back_after_90_days_is_reactivated(db, office, days, expected):
    room, ana = make.community(db), make.person(db)
    first = date(2026, 1, 31)
    make.session(db, room, first, people=[ana])
    back = make.session(db, room, first + timedelta(days=days), people=[ana])
    make.commit(db)
    row = months(office).loc[pd.Timestamp(back.day.replace(day=1))]
    assert (row["newcomers"], row["returners"], row["reactivated"]) == expected


def test_active_for_90_days_today_included(db, office):
    """The day itself and the 89 before it."""
    room, ana = make.community(db), make.person(db)
    make.membership(db, room, ana)
    make.session(db, room, date(2026, 3, 17), people=[ana])
    make.commit(db)
    for today, expected in ((date(2026, 6, 14), 1), (date(2026, 6, 15), 0)):  # 89 and 90 days later
        june = months(office, Period(date(2026, 6, 1), date(2026, 6, 1)), as_of=today)
        assert column(june, "active_members") == [expected]
    assert column(months(office, as_of=date(2026, 7, 1)), "active_members") == [0, 0, 1, 1, 1, 0]


def test_a_session_on_the_first_and_the_last_day_of_a_month(db, office):
    room, ana = make.community(db), make.person(db)
    for day in (date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1)):
        make.session(db, room, day, people=[ana])
    make.commit(db)
    assert column(months(office), "sessions_held") == [1, 2, 1, 0, 0, 0]
    assert read(queries.sessions, office, period=Period(date(2026, 2, 1), date(2026, 2, 1))).total == 2


def test_somebody_in_two_communities_counts_in_both(db, office):
    ana, rooms = make.person(db), [make.community(db), make.community(db)]
    for found in rooms:
        make.membership(db, found, ana)
        make.session(db, found, date(2026, 6, 2), people=[ana])
    make.commit(db)
    june = Period(date(2026, 6, 1), date(2026, 6, 1))
    both, one = months(office, june), months(office, june, selection=only(rooms[0]))
    for name, number in {"members": 2, "active_members": 2, "newcomers": 2, "headcount": 2}.items():
        assert column(both, name) == [number]
        assert column(one, name) == [number // 2]


def test_an_area_narrows_to_its_communities(db, office):
    data = make.area(db)
    inside, outside = make.community(db, area_id=data.id), make.community(db)
    for found, number in ((inside, 1), (outside, 2)):
        for _ in range(number):
            make.membership(db, found, make.person(db))
            make.session(db, found, date(2026, 5, 5))
    make.commit(db)
    chosen = Selection(areas=(data.id,))
    assert column(months(office, selection=chosen), "members")[-1] == 1
    assert column(months(office), "members")[-1] == 3
    assert list(read(queries.communities, office, period=HALF_YEAR, as_of=TODAY, selection=chosen).rows["id"]) == [
        inside.id
    ]
    assert read(queries.sessions, office, period=HALF_YEAR, selection=chosen).total == 1
    assert not months(office, selection=only(outside, areas=(data.id,))).any(axis=None)


def test_an_archived_community_keeps_its_past_and_loses_its_members(db, office):
    archived_at = datetime(2026, 3, 15, 22, 59, tzinfo=UTC)  # still the 15th in Madrid
    gone = make.community(db, name="Gone", archived_at=archived_at)
    ana, ben, late = (make.person(db) for _ in range(3))
    make.membership(db, gone, ana)
    make.membership(db, gone, ben, left_on=date(2026, 2, 1))
    make.membership(db, gone, late, joined_on=date(2026, 3, 15))  # on the day: never a member
    make.session(db, gone, date(2026, 2, 10), people=[ana, ben])
    make.commit(db)
    frame = months(office)
    assert column(frame, "members") == [2, 1, 0, 0, 0, 0]
    assert column(frame, "active_members") == [0, 1, 0, 0, 0, 0]
    assert column(frame, "headcount") == [0, 2, 0, 0, 0, 0]
    assert read(queries.communities, office, period=HALF_YEAR, as_of=TODAY).total == 0
    assert read(queries.choices, office).communities == {gone.id: "Gone (archived)"}
    assert column(months(office, selection=only(gone)), "sessions_held") == [0, 1, 0, 0, 0, 0]


def test_months_before_the_period_reach_back_as_far_as_there_are_records(db, office):
    room = make.community(db)
    make.membership(db, room, make.person(db), joined_on=date(2025, 11, 20))
    make.commit(db)
    frame = months(office, Period(date(2026, 2, 1), date(2026, 3, 1)), back=12)
    assert [f"{day:%Y-%m}" for day in frame.index] == ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03"]
    assert column(frame, "members") == [1] * 5
    early = months(office, Period(date(2025, 1, 1), date(2025, 12, 1)), back=12)
    assert len(early) == 12  # the period itself is always whole
    assert column(early, "members") == [0] * 10 + [1, 1]


def test_an_empty_organisation(engine, db, office):
    make.commit(db)
    assert read(queries.bounds, office) is None
    frame = months(office)
    assert len(frame) == 6
    assert not frame.any(axis=None)
    by_month = figures.by_month(frame.reset_index())
    assert figures.figure(PARTICIPATION, by_month, HALF_YEAR, as_of=TODAY).value is None
    assert read(queries.communities, office, period=HALF_YEAR, as_of=TODAY).rows.empty
    assert read(queries.sessions, office, period=HALF_YEAR).rows.empty
    assert read(queries.choices, office).communities == {}


def test_the_records_bounds(db, office, room):
    assert read(queries.bounds, office) == queries.Bounds(date(2026, 1, 1), date(2026, 4, 15))
    other = make.community(db)
    make.membership(db, other, make.person(db), joined_on=date(2026, 5, 5))
    make.commit(db)
    assert read(queries.bounds, office, selection=only(other)) == queries.Bounds(date(2026, 5, 1), None)


def test_the_sessions_behind_by_hand(office, room):
    found = read(queries.sessions, office, period=HALF_YEAR)
    assert found.total == 5
    assert list(found.rows["day"]) == [
        date(2026, 4, 15),
        date(2026, 3, 20),
        date(2026, 3, 10),
        date(2026, 2, 10),
        date(2026, 1, 10),
    ]
    assert column(found.rows, "came") == [9, None, 3, 2, 3]
    assert list(found.rows["known"]) == ["count", "missing", "list", "list", "list"]
    assert set(found.rows["community"]) == {"The room"}
    latest = read(queries.sessions, office, period=HALF_YEAR, limit=2)
    assert (list(latest.rows["day"]), latest.total) == ([date(2026, 4, 15), date(2026, 3, 20)], 5)


# --- Communities by need for help


def test_a_communitys_row_by_hand(db, office, room):
    ranking = read(queries.communities, office, period=HALF_YEAR, as_of=TODAY)
    row = ranking.rows.iloc[0]
    assert ranking.total == 1
    assert (row["slug"], row["name"]) == ("room", "The room")
    assert (row["sessions_held"], row["sessions_listed"]) == (5, 3)
    assert (row["attending_members"], row["members_on_day"]) == (5, 7)
    assert (row["members"], row["active_members"], row["contributions"]) == (3, 1, 2)
    assert row["course"] == [3, 2, 3, 9, 0, 0]
    # One complete month without a session is no sign yet, nor are 2 of 5 sessions without a list: fewer than half.
    assert row["why"] == ""


def _meet(db: DbSession, room: Community, days: list[date], people: list[Person] | None) -> None:
    for day in days:
        make.session(db, room, day, people=people)


def test_warning_signs_against_ones_own_past(db, office):
    """The first half of 2026 against the second of 2025, each sign by itself."""
    before = [date(2025, number, 5) for number in (7, 8, 9, 10)]
    now = [date(2026, number, 5) for number in (3, 4, 5, 6)]
    names = ("Emptier", "Fewer", "Fine", "Never met", "Shrunk", "Unlisted", "Quiet")
    rooms = {name: make.community(db, name=name) for name in names}
    members = {name: [make.person(db) for _ in range(10)] for name in names}
    for name, found in rooms.items():
        for somebody in members[name]:
            make.membership(db, found, somebody, joined_on=date(2025, 7, 1))
    everybody = members["Fine"]
    _meet(db, rooms["Fine"], before + now, everybody)
    _meet(db, rooms["Emptier"], before, members["Emptier"][:8])  # 32 of 40
    _meet(db, rooms["Emptier"], now[:3], members["Emptier"][:7])
    _meet(db, rooms["Emptier"], now[3:], members["Emptier"][3:8])  # 26 of 40; still 8 active
    _meet(db, rooms["Fewer"], before, members["Fewer"])
    _meet(db, rooms["Fewer"], now[2:], members["Fewer"])
    _meet(db, rooms["Unlisted"], before + now[2:], members["Unlisted"])
    _meet(db, rooms["Unlisted"], [day + timedelta(days=1) for day in now[2:]], None)
    _meet(db, rooms["Quiet"], [*before, date(2026, 1, 5), date(2026, 2, 5), date(2026, 3, 5), date(2026, 3, 30)], None)
    autumn = [date(2025, number, 5) for number in (10, 11, 12)]
    _meet(db, rooms["Shrunk"], autumn, members["Shrunk"][:5])
    _meet(db, rooms["Shrunk"], now[2:], members["Shrunk"][:2])
    make.commit(db)
    rows = read(queries.communities, office, period=HALF_YEAR, as_of=TODAY).rows
    why = dict(zip(rows["name"], rows["why"], strict=True))
    assert why == {
        "Shrunk": "participation fell from 50% to 20%; 2 active members, 5 before",
        "Quiet": "no session since Mar 2026; no list for 4 of 4 sessions",
        "Never met": "no session on record",
        "Emptier": "participation fell from 80% to 65%",
        "Fewer": "2 sessions, 4 in the time before",
        "Unlisted": "no list for 2 of 4 sessions",
        "Fine": "",
    }
    assert list(rows["name"]) == list(why)  # weights 5, 5 (Quiet before Shrunk by name), 4, 3, 2, 1, 0


def test_a_limit_keeps_the_heaviest_and_the_total(db, office):
    for number in range(4):
        make.community(db, name=f"Room {number}")
    make.commit(db)
    ranking = read(queries.communities, office, period=HALF_YEAR, as_of=TODAY, limit=3)
    assert (list(ranking.rows["name"]), ranking.total) == (["Room 0", "Room 1", "Room 2"], 4)


def test_the_number_of_statements_does_not_grow_with_the_communities(db, office, statements):
    def count(function: Any, **params: Any) -> int:
        statements.clear()
        read(function, office, period=HALF_YEAR, **params)
        return len(statements)

    def sent() -> tuple[int, ...]:
        unit = Selection(unit=it.id)
        return (
            count(queries.months, as_of=TODAY),
            count(queries.months, as_of=TODAY, selection=unit),
            count(queries.communities, as_of=TODAY),
            count(queries.communities, as_of=TODAY, selection=unit),
            count(queries.sessions),
        )

    it = make.org_unit(db)
    people = [make.person(db, org_unit_id=it.id) for _ in range(6)]

    def add(number: int) -> None:
        for _ in range(number):
            found = make.community(db)
            for somebody in people:
                make.membership(db, found, somebody)
            make.session(db, found, date(2026, 6, 2), people=people)
        make.commit(db)

    add(2)
    few = sent()
    add(20)
    assert sent() == few


# --- By org unit


@dataclass(frozen=True)
class Tree:
    """A company with IT, and the data team within it."""

    company: Any
    it: Any
    data: Any


@pytest.fixture
def tree(db: DbSession) -> Tree:
    company = make.org_unit(db, name="Company")
    it = make.org_unit(db, name="IT", parent_id=company.id)
    return Tree(company, it, make.org_unit(db, name="Data", parent_id=it.id))


def test_a_units_people_and_those_below_it(db, office, tree):
    """Three of IT itself and two of the data team; two of the company; a guest of nowhere."""
    found = make.community(db)
    three, two, above = (
        [make.person(db, org_unit_id=unit.id) for _ in range(number)]
        for unit, number in ((tree.it, 3), (tree.data, 2), (tree.company, 2))
    )
    for somebody in three + two + above:
        make.membership(db, found, somebody)
    make.session(db, found, date(2026, 5, 5), people=[*three[:2], two[0], above[0], make.person(db)])
    make.session(db, found, date(2026, 5, 12), attendance_kind=AttendanceKind.COUNT, headcount=40)
    make.contribution(db, found, date(2026, 5, 5), person_id=two[0].id)
    make.contribution(db, found, date(2026, 5, 5), person_id=above[0].id)
    make.commit(db)
    may = Period(date(2026, 5, 1), date(2026, 5, 1))
    it = months(office, may, selection=Selection(unit=tree.it.id)).iloc[0]
    assert (it["members"], it["active_members"], it["contributions"], it["newcomers"]) == (5, 3, 1, 3)
    assert (it["attending_members"], it["members_on_day"]) == (3, 5)
    assert it["sessions_held"] == 2  # a session is its community's, whoever came
    assert (it["headcount"], it["sessions_counted"]) == (3, 1)  # a head that was only counted belongs to no unit
    whole = months(office, may, selection=Selection(unit=tree.company.id)).iloc[0]
    assert (whole["members"], whole["headcount"], whole["attending_members"]) == (7, 4, 4)
    everybody = months(office, may).iloc[0]
    assert (everybody["headcount"], everybody["sessions_counted"]) == (45, 2)
    withheld = months(office, may, selection=Selection(unit=tree.data.id)).iloc[0]
    assert withheld["sessions_held"] == 2
    assert withheld.drop(["sessions_held", "sessions_listed"]).isna().all()


def test_months_with_fewer_than_five_members_of_the_unit_are_withheld(db, office, tree):
    """Four from January on, a fifth from March until May."""
    found = make.community(db)
    people = [make.person(db, org_unit_id=tree.it.id) for _ in range(5)]
    for somebody in people[:4]:
        make.membership(db, found, somebody)
    make.membership(db, found, people[4], joined_on=date(2026, 3, 3), left_on=date(2026, 5, 20))
    for number in range(1, 7):
        make.session(db, found, date(2026, number, 4), people=people[:2])
    make.commit(db)
    frame = months(office, selection=Selection(unit=tree.it.id))
    assert column(frame, "members") == [None, None, 5, 5, None, None]
    assert column(frame, "attending_members") == [None, None, 2, 2, None, None]
    assert column(frame, "members_on_day") == [None, None, 5, 5, None, None]
    assert column(frame, "active_members") == [None, None, 2, 2, None, None]
    assert column(frame, "sessions_held") == [1] * 6
    by_month = figures.by_month(frame.reset_index())
    attendance = figures.figure(ATTENDANCE_PER_SESSION, by_month, HALF_YEAR, as_of=TODAY)
    # 4 people in the 2 sessions of the months that are shown; those of withheld months are no sessions without people
    assert (attendance.value, attendance.n) == (2, 2)


def test_one_person_in_five_communities_is_no_group_of_five(db, office, tree):
    somebody = make.person(db, org_unit_id=tree.it.id)
    for _ in range(5):
        found = make.community(db)
        make.membership(db, found, somebody)
        make.session(db, found, date(2026, 5, 5), people=[somebody])
    make.commit(db)
    frame = months(office, selection=Selection(unit=tree.it.id))
    assert column(frame, "members") == [None] * 6
    assert column(frame, "active_members") == [None] * 6
    for _ in range(4):  # from today on they are five
        make.membership(db, found, make.person(db, org_unit_id=tree.it.id), joined_on=TODAY)
    make.commit(db)
    assert column(months(office, selection=Selection(unit=tree.it.id)), "members") == [None] * 5 + [9]


def test_the_list_of_communities_withholds_small_groups_too(db, office, tree):
    """In one room five of the unit since June, but only one of them before; in the other four."""
    five, four = make.community(db, name="Five"), make.community(db, name="Four")
    people = [make.person(db, org_unit_id=tree.it.id) for _ in range(5)]
    make.membership(db, five, people[0], joined_on=date(2025, 7, 1))
    for somebody in people[1:]:
        make.membership(db, five, somebody, joined_on=date(2026, 6, 1))
        make.membership(db, four, somebody)
    for number in range(1, 7):
        make.session(db, five, date(2026, number, 4), people=people[: 5 if number == 6 else 1])
    make.contribution(db, five, date(2026, 2, 2), person_id=people[0].id)
    make.commit(db)
    ranking = read(queries.communities, office, period=HALF_YEAR, as_of=TODAY, selection=Selection(unit=tree.it.id))
    assert ranking.total == 1
    row = ranking.rows.iloc[0]
    assert (row["name"], row["members"], row["active_members"]) == ("Five", 5, 5)
    assert row["sessions_held"] == 6
    # Of January to May one knows nothing but that there was a session: one person would have stood there.
    assert (row["attending_members"], row["members_on_day"], row["contributions"]) == (5, 5, 0)
    assert row["course"] == [0, 0, 0, 0, 0, 5]
    may = Period(date(2026, 1, 1), date(2026, 5, 1))
    assert read(queries.communities, office, period=may, as_of=TODAY, selection=Selection(unit=tree.it.id)).total == 0


# --- Who may ask

EVERY_QUERY = (
    (queries.bounds, {}),
    (queries.choices, {}),
    (queries.months, {"period": HALF_YEAR, "as_of": TODAY}),
    (queries.communities, {"period": HALF_YEAR, "as_of": TODAY}),
    (queries.sessions, {"period": HALF_YEAR}),
)
by_query = pytest.mark.parametrize(
    ("function", "params"), EVERY_QUERY, ids=lambda value: getattr(value, "__name__", "")
)


def test_no_query_is_left_out():
    declared = {value for value in vars(queries).values() if hasattr(value, "scope")}
    assert declared == {function for function, _params in EVERY_QUERY}


@by_query
@pytest.mark.parametrize("principal", [NOBODY, STAFF, DEACTIVATED])
def test_refused_to_those_without_kpis(db, principal, function, params):
    world = make_world(db)
    make.commit(db)
    with pytest.raises(Forbidden):
        read(function, world.actors[principal], **params)


def test_a_facilitator_sees_their_own_communities_only(db):
    world = make_world(db)
    for found, number in ((world.community, 1), (world.other, 2)):
        for _ in range(number):
            make.membership(db, found, make.person(db), joined_on=date(2026, number, 1))
            make.session(db, found, date(2026, 5, number), title=f"Of {number}")
    make.commit(db)
    who, boss = world.actors[FACILITATOR], world.actors[MANAGER]
    assert column(months(who), "members")[-1] == 1
    assert column(months(boss), "members")[-1] == 3
    assert list(read(queries.choices, who).communities) == [world.community.id]
    assert list(read(queries.communities, who, period=HALF_YEAR, as_of=TODAY).rows["id"]) == [world.community.id]
    assert set(read(queries.sessions, who, period=HALF_YEAR).rows["title"]) == {"Of 1"}
    assert read(queries.bounds, who).last_held == date(2026, 5, 1)
    assert len(read(queries.choices, boss).communities) == 2


@by_query
def test_a_facilitator_is_refused_another_community(db, function, params):
    if function is queries.choices:  # takes no selection
        return
    world = make_world(db)
    make.commit(db)
    read(function, world.actors[FACILITATOR], selection=only(world.community), **params)
    for chosen in (only(world.other), only(world.community, world.other)):
        with pytest.raises(Forbidden):
            read(function, world.actors[FACILITATOR], selection=chosen, **params)


@by_query
def test_a_manager_is_refused_another_unit(db, function, params):
    if function is queries.choices:
        return
    world = make_world(db)
    above = make.org_unit(db)
    below = make.org_unit(db, parent_id=world.unit.id)
    make.commit(db)
    manager = make_manager_again(db, world.account_ids[MANAGER])
    for unit in (world.unit, below):
        read(function, manager, selection=Selection(unit=unit.id), **params)
    with pytest.raises(Forbidden):
        read(function, manager, selection=Selection(unit=above.id), **params)
    read(function, world.actors[ADMIN], selection=Selection(unit=above.id), **params)


def make_manager_again(db: DbSession, account_id: int) -> Actor | None:
    """The actor as the next run reads it, with units that were added since."""
    from cop.accounts.queries import actor_of_account

    return actor_of_account(db, account_id, now=make.NOW)


def test_no_attendees_name_in_any_figure(db, office):
    found = make.community(db, name="Room")
    people = [make.person(db, name=f"Canary Bird {number}", email=f"canary{number}@example.org") for number in range(6)]
    for somebody in people:
        make.membership(db, found, somebody)
    make.facilitator(db, found, people[0])
    make.session(db, found, date(2026, 5, 5), people=people)
    make.contribution(db, found, date(2026, 5, 5), person_id=people[1].id)
    make.commit(db)
    for function, params in EVERY_QUERY:
        result = read(function, office, **params)
        frame = getattr(result, "rows", result)
        text = frame.to_csv() if isinstance(frame, pd.DataFrame) else repr(frame)
        assert "canary" not in text.lower(), function.__name__
        assert "person" not in text.lower(), function.__name__


# --- Against a recount that shares no code with cop/facts.py

FIRST = date(2025, 12, 20)
DAYS = (TODAY - FIRST).days
an_offset = some.integers(0, DAYS)
a_person = some.integers(0, 3)


@dataclass(frozen=True)
class Meeting:
    """A session as drawn: day, who came (None: no list), or how many."""

    day: int
    came: frozenset[int] | None
    headcount: int | None


@dataclass(frozen=True)
class Story:
    """A community's life as drawn; days count from FIRST."""

    stays: tuple[tuple[tuple[int, int | None], ...], ...]
    """Per person: joined, left."""
    carried: tuple[tuple[int, int | None] | None, ...]
    """Per person: facilitator since, until."""
    meetings: tuple[Meeting, ...]
    gifts: tuple[tuple[int, int | None], ...]
    archived: int | None


@some.composite
def stretches(draw: some.DrawFn) -> tuple[tuple[int, int | None], ...]:
    ends = sorted(draw(some.sets(an_offset, max_size=4)))
    return tuple((ends[index], ends[index + 1] if index + 1 < len(ends) else None) for index in range(0, len(ends), 2))


@some.composite
def a_carrying(draw: some.DrawFn) -> tuple[int, int | None] | None:
    found = draw(stretches())
    return found[0] if found else None


meetings = some.one_of(
    some.builds(Meeting, an_offset, some.frozensets(a_person), some.none()),
    some.builds(Meeting, an_offset, some.none(), some.none() | some.integers(0, 30)),
)
stories = some.builds(
    Story,
    some.tuples(*[stretches()] * 4),
    some.tuples(*[some.none() | a_carrying()] * 4),
    some.lists(meetings, max_size=8).map(tuple),
    some.lists(some.tuples(an_offset, some.none() | a_person), max_size=4).map(tuple),
    some.none() | an_offset,
)


def on(offset: int | None) -> date | None:
    return None if offset is None else FIRST + timedelta(days=offset)


def store(db: DbSession, story: Story) -> Community:
    """The story as rows of the database."""
    archived = on(story.archived)
    noon = None if archived is None else datetime(archived.year, archived.month, archived.day, 12, tzinfo=UTC)
    found = make.community(db, archived_at=noon)
    people = [make.person(db) for _ in story.stays]
    for somebody, stays, carried in zip(people, story.stays, story.carried, strict=True):
        for joined, left in stays:
            make.membership(db, found, somebody, joined_on=on(joined), left_on=on(left))
        if carried is not None:
            make.facilitator(db, found, somebody, since_on=on(carried[0]), until_on=on(carried[1]))
    for meeting in story.meetings:
        came = None if meeting.came is None else [people[index] for index in sorted(meeting.came)]
        counted = {"attendance_kind": AttendanceKind.COUNT, "headcount": meeting.headcount}
        make.session(db, found, on(meeting.day), came, **(counted if meeting.headcount is not None else {}))
    for day, giver in story.gifts:
        make.contribution(db, found, on(day), person_id=None if giver is None else people[giver].id)
    make.commit(db)
    return found


def is_member(story: Story, who: int, day: date) -> bool:
    inside = any(on(joined) <= day and (left is None or day < on(left)) for joined, left in story.stays[who])
    return inside and (story.archived is None or day < on(story.archived))


def carries(story: Story, who: int, day: date) -> bool:
    stretch = story.carried[who]
    return stretch is not None and on(stretch[0]) <= day and (stretch[1] is None or day < on(stretch[1]))


def is_active(story: Story, who: int, day: date) -> bool:
    did = [on(meeting.day) for meeting in story.meetings if meeting.came and who in meeting.came]
    did += [on(given) for given, giver in story.gifts if giver == who]
    return is_member(story, who, day) and any(timedelta(0) <= day - past < timedelta(days=90) for past in did)


def by_class(story: Story) -> Iterator[tuple[date, str]]:
    """Each attendance by its day and class."""
    in_order = sorted(story.meetings, key=lambda meeting: meeting.day)  # stable, so of one day in the order of storing
    for who in range(len(story.stays)):
        days = [on(meeting.day) for meeting in in_order if meeting.came and who in meeting.came]
        for index, day in enumerate(days):
            if index == 0:
                yield day, "newcomers"
            else:
                yield day, "reactivated" if day - days[index - 1] >= timedelta(days=90) else "returners"


def recount(story: Story, month: date) -> dict[str, int]:
    """The month's figures from the story alone."""
    last = min(month_end(month), TODAY)
    people = range(len(story.stays))
    held = [meeting for meeting in story.meetings if on(meeting.day).replace(day=1) == month]
    listed = [meeting for meeting in held if meeting.came is not None]
    places = [
        (meeting, who)
        for meeting in listed
        for who in people
        if is_member(story, who, on(meeting.day)) and not carries(story, who, on(meeting.day))
    ]
    classes = Counter(name for day, name in by_class(story) if day.replace(day=1) == month)
    return {
        "members": sum(is_member(story, who, last) for who in people),
        "active_members": sum(is_active(story, who, last) for who in people),
        "sessions_held": len(held),
        "sessions_listed": len(listed),
        "sessions_counted": len(listed) + sum(meeting.headcount is not None for meeting in held),
        "headcount": sum(len(meeting.came) for meeting in listed) + sum(meeting.headcount or 0 for meeting in held),
        "members_on_day": len(places),
        "attending_members": sum(who in meeting.came for meeting, who in places),
        "newcomers": classes["newcomers"],
        "returners": classes["returners"],
        "reactivated": classes["reactivated"],
        "contributions": sum(on(day).replace(day=1) == month for day, _giver in story.gifts),
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=stories)
def test_the_months_equal_a_recount(db, office, story):
    """Every example is a community of its own, so that they share the database."""
    found = store(db, story)
    frame = months(office, Period(date(2025, 12, 1), date(2026, 6, 1)), selection=only(found))
    expected = [recount(story, add_months(date(2025, 12, 1), index)) for index in range(7)]
    shown = frame[list(expected[0])].astype("int64").to_dict("records")
    assert shown == expected
