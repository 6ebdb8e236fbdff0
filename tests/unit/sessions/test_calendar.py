"""Which days a calendar's page shows, and what falls on each: by hand, then for all days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cop.choices import SessionStatus
from cop.db import reading
from cop.errors import Forbidden
from cop.models import SessionSeries
from cop.periods import local_day
from cop.sessions import calendar_pages as pages
from cop.sessions.calendar_pages import Listed, View
from cop.sessions.queries import between
from tests import factories as make

MADRID, AUCKLAND, HAVANA = "Europe/Madrid", "Pacific/Auckland", "America/Havana"
DAYS = st.dates(date(1990, 1, 1), date(2200, 12, 31))
VIEWS = st.sampled_from(View)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11", (View.MONTH, date(2026, 11, 1))),
        ("2026-W48", (View.WEEK, date(2026, 11, 23))),
        ("2026-W01", (View.WEEK, date(2025, 12, 29))),
        ("2026-W53", (View.WEEK, date(2026, 12, 28))),
        ("2028-02-29", (View.LIST, date(2028, 2, 29))),
        ("1990-01-01", (View.LIST, date(1990, 1, 1))),
        ("2200-12-31", (View.LIST, date(2200, 12, 31))),
    ],
)
def test_what_an_address_says(text, expected):
    assert pages.read(text) == expected
    assert pages.written(*expected) == text


@pytest.mark.parametrize(
    "text",
    ["", "today", "2026", "2026-13", "2026-00", "2026-W00", "2025-W53", "2026-02-29", "2026-11-00", "2026-1-1", "1989-12",
     "2201-01", "0000-01", "9999-12-31", " 2026-11", "2026-11\n", "２０２６-11", "2026-11-5; DROP", "2026-w48"],
)  # fmt: skip
def test_what_an_address_cannot_say(text):
    assert pages.read(text) is None


def test_a_month_is_filled_up_to_whole_weeks():
    first, last = pages.shown(View.MONTH, date(2026, 11, 17))
    assert (first, last) == (date(2026, 10, 26), date(2026, 12, 6))  # 1 November is a Sunday: six weeks
    assert [week[0].isocalendar().week for week in pages.weeks(first, last)] == [44, 45, 46, 47, 48, 49]
    assert pages.shown(View.MONTH, date(2027, 2, 1)) == (date(2027, 2, 1), date(2027, 2, 28))  # four weeks, no more
    weeks = pages.weeks(*pages.shown(View.MONTH, date(2027, 1, 15)))
    assert [week[0].isocalendar().week for week in weeks] == [53, 1, 2, 3, 4]


def test_a_week_and_a_list():
    assert pages.shown(View.WEEK, date(2026, 11, 29)) == (date(2026, 11, 23), date(2026, 11, 29))
    assert pages.shown(View.LIST, date(2026, 11, 25)) == (date(2026, 11, 25), date(2026, 12, 22))


@pytest.mark.parametrize(
    ("view", "day", "before", "after"),
    [
        (View.MONTH, date(2026, 1, 31), date(2025, 12, 1), date(2026, 2, 1)),
        (View.WEEK, date(2026, 12, 30), date(2026, 12, 23), date(2027, 1, 6)),
        (View.LIST, date(2026, 11, 25), date(2026, 10, 28), date(2026, 12, 23)),
        (View.MONTH, date(1990, 1, 9), None, date(1990, 2, 1)),
        (View.MONTH, date(2200, 12, 9), date(2200, 11, 1), None),
        (View.WEEK, date(2200, 12, 29), date(2200, 12, 22), None),
    ],
)
def test_a_page_on_and_back(view, day, before, after):
    assert (pages.step(view, day, -1), pages.step(view, day, 1)) == (before, after)


@pytest.mark.parametrize(
    ("view", "day", "expected"),
    [
        (View.MONTH, date(2026, 11, 1), "November 2026"),
        (View.WEEK, date(2026, 11, 25), "Week 48, 23 – 29 Nov 2026"),
        (View.WEEK, date(2026, 10, 1), "Week 40, 28 Sep – 4 Oct 2026"),
        (View.WEEK, date(2026, 12, 30), "Week 53, 28 Dec 2026 – 3 Jan 2027"),
        (View.LIST, date(2026, 11, 5), "5 Nov – 2 Dec 2026"),
        (View.LIST, date(2026, 3, 1), "1 – 28 Mar 2026"),
    ],
)
def test_the_name_of_a_page(view, day, expected):
    assert pages.title(view, day) == expected


TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("old", "new", "day", "expected"),
    [
        (View.MONTH, View.WEEK, date(2026, 11, 1), TODAY),  # the month holds today
        (View.MONTH, View.WEEK, date(2026, 10, 17), date(2026, 10, 1)),
        (View.MONTH, View.LIST, date(2026, 12, 17), date(2026, 12, 1)),
        (View.WEEK, View.LIST, date(2026, 11, 23), TODAY),
        (View.WEEK, View.LIST, date(2026, 10, 1), date(2026, 9, 28)),
        (View.WEEK, View.MONTH, date(2026, 9, 28), date(2026, 10, 1)),  # four of its days are October's
        (View.WEEK, View.MONTH, date(2026, 12, 28), date(2026, 12, 31)),
        (View.LIST, View.MONTH, date(2026, 10, 17), date(2026, 10, 17)),
    ],
)
def test_another_view_of_what_was_looked_at(old, new, day, expected):
    assert pages.turned(old, new, day, TODAY) == expected


@given(VIEWS, DAYS)
def test_a_page_holds_its_day_and_is_found_again_by_what_is_written(view, day):
    first, last = pages.shown(view, day)
    assert first <= day <= last
    assert (last - first).days + 1 == {View.WEEK: 7, View.LIST: 28}.get(view, sum(map(len, pages.weeks(first, last))))
    if view is not View.LIST:
        assert (first.weekday(), last.weekday()) == (0, 6)
        assert {len(week) for week in pages.weeks(first, last)} == {7}
    again = pages.read(pages.written(view, day))
    if again is not None:  # none only for a week that begins before the first year
        assert again[0] is view
        assert pages.shown(view, again[1]) == (first, last)
    else:
        assert first.year == 1989


@given(VIEWS, DAYS)
def test_there_and_back_is_the_same_page(view, day):
    after = pages.step(view, day, 1)
    if after is not None:
        back = pages.step(view, after, -1)
        assert back is not None
        assert pages.written(view, back) == pages.written(view, day)
        assert pages.shown(view, after)[0] <= pages.shown(view, day)[1] + timedelta(days=1)  # no day between is lost


@given(st.text(max_size=12))
def test_any_address_is_read(text):
    assert pages.read(text) is None or pages.read(text)[1].year >= 1990


def _listed(starts_at: datetime, hours: float, number: int = 1) -> Listed:
    ends_at = starts_at + timedelta(hours=hours)
    return Listed(number, f"Session {number}", "Data", "", starts_at, ends_at, cancelled=False)


def _parts(session: Listed, zone: str) -> dict[date, tuple[str | None, str | None]]:
    return {day: (on.start, on.end) for day, (on,) in pages.by_day([session], zone).items()}


def test_over_midnight_it_is_on_both_days():
    session = _listed(datetime(2026, 11, 5, 22, 30, tzinfo=UTC), 1.5)  # 23:30 to 01:00 in Madrid
    assert _parts(session, MADRID) == {date(2026, 11, 5): ("23:30", None), date(2026, 11, 6): (None, "01:00")}
    assert _parts(session, "UTC") == {date(2026, 11, 5): ("22:30", "00:00")}
    assert _parts(session, AUCKLAND) == {date(2026, 11, 6): ("11:30", "13:00")}


def test_what_ends_at_midnight_is_not_on_the_next_day():
    session = _listed(datetime(2026, 11, 5, 22, 0, tzinfo=UTC), 1)
    assert _parts(session, MADRID) == {date(2026, 11, 5): ("23:00", "00:00")}


def test_when_clocks_change():
    forward = _listed(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), 1)  # 01:30 to 03:30 on the wall: 2:00 is left out
    assert _parts(forward, MADRID) == {date(2026, 3, 29): ("01:30", "03:30")}
    back = _listed(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 1)  # 02:30 to 02:30, an hour later
    assert _parts(back, MADRID) == {date(2026, 10, 25): ("02:30", "02:30")}
    twice = _listed(datetime(2026, 11, 1, 4, 15, tzinfo=UTC), 0.75)  # ends as the clock strikes midnight again
    assert _parts(twice, HAVANA) == {date(2026, 11, 1): ("00:15", "00:00")}


def test_the_longest_one_over_a_short_day_is_on_three_days():
    session = _listed(datetime(2026, 3, 28, 22, 30, tzinfo=UTC), 24)  # Saturday 23:30 to Monday 00:30
    assert _parts(session, MADRID) == {
        date(2026, 3, 28): ("23:30", None),
        date(2026, 3, 29): (None, None),
        date(2026, 3, 30): (None, "00:30"),
    }


def test_the_order_within_a_day():
    nine, eve = datetime(2026, 11, 5, 8, tzinfo=UTC), datetime(2026, 11, 4, 22, 30, tzinfo=UTC)
    found = pages.by_day([_listed(nine, 1, 1), _listed(nine - timedelta(hours=1), 1, 2), _listed(eve, 2, 3)], MADRID)
    assert [on.session.id for on in found[date(2026, 11, 5)]] == [3, 2, 1]


MOMENTS = st.datetimes(datetime(1990, 1, 2), datetime(2200, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 - a range


@given(MOMENTS, st.integers(1, 24 * 60), st.sampled_from([MADRID, AUCKLAND, HAVANA, "America/Asuncion"]))
def test_it_is_on_exactly_the_days_that_it_touches(starts_at, minutes, zone):
    """Minute by minute, the slow way; and never further on than a query for those days looks back."""
    session = _listed(starts_at, minutes / 60)
    touched = {local_day(starts_at + timedelta(minutes=number), zone) for number in range(minutes)}
    touched.add(local_day(session.ends_at - timedelta(microseconds=1), zone))
    found = pages.by_day([session], zone)
    assert set(found) == touched
    assert max(touched) - min(touched) <= pages.TOUCHES_AFTER
    wall = starts_at.astimezone(ZoneInfo(zone))
    assert found[wall.date()][0].start == f"{wall:%H:%M}"


@pytest.fixture
def room(db):
    make.organisation(db)
    return make.community(db, name="Data", area_id=make.area(db, name="Engineering").id)


def _titles(db, actor, first=date(2026, 11, 1), last=date(2026, 11, 30), **asked):
    return sorted(one.title for one in between(db, actor, first=first, last=last, **asked))


def test_which_sessions_are_read(db, room):
    staff, other = make.actor(db), make.community(db, name="Web")
    old = make.community(db, name="Old", archived_at=make.NOW)
    make.session(db, room, date(2026, 10, 29), title="long before")
    make.session(db, room, date(2026, 10, 30), title="two days before")
    make.session(db, room, date(2026, 11, 1), title="first")
    make.session(db, room, date(2026, 11, 30), title="last", status=SessionStatus.PLANNED)
    make.session(db, room, date(2026, 12, 1), title="after")
    make.session(db, room, date(2026, 11, 9), title="off", status=SessionStatus.CANCELLED, planned_starts_at=make.NOW)
    make.session(db, other, date(2026, 11, 9), title="other")
    make.session(db, old, date(2026, 11, 9), title="archived")
    series = SessionSeries(
        community_id=room.id, title="Weekly", rule="FREQ=WEEKLY;BYDAY=MO", first_on=date(2026, 11, 2),
        start_time=make.NOW.time(), minutes=60, time_zone=MADRID, created_at=make.NOW,
    )  # fmt: skip
    db.add(series)
    db.flush()
    make.session(db, room, date(2026, 11, 9), title="gone", status=SessionStatus.CANCELLED, series_id=series.id)
    everything = ["first", "last", "off", "other", "two days before"]
    assert _titles(db, staff) == everything
    assert _titles(db, staff, communities=frozenset({room.id})) == [name for name in everything if name != "other"]
    assert _titles(db, staff, communities=frozenset({other.id, old.id})) == ["other"]
    assert _titles(db, staff, communities=frozenset()) == []
    assert _titles(db, staff, areas=(room.area_id,)) == [name for name in everything if name != "other"]
    assert _titles(db, staff, areas=(room.area_id,), communities=frozenset({other.id})) == []
    assert _titles(db, staff, communities=frozenset(range(1, 2_001))) == everything  # more than one statement takes
    (off,) = [one for one in between(db, staff, first=date(2026, 11, 9), last=date(2026, 11, 9)) if one.title == "off"]
    assert (off.cancelled, off.community) == (True, "Data")
    with pytest.raises(Forbidden):
        between(db, None, first=date(2026, 11, 9), last=date(2026, 11, 9))
    with pytest.raises(Forbidden):
        between.scope(None)


def test_a_month_is_one_statement(db, room, engine):
    staff = make.actor(db)
    for number in range(30):
        make.session(db, room, date(2026, 11, 1) + timedelta(days=number))
    make.commit(db)
    said: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *arguments: said.append(arguments[2]))
    with reading() as fresh:
        assert len(between(fresh, staff, first=date(2026, 11, 1), last=date(2026, 11, 30))) == 30
    assert sum("FROM community_session" in statement for statement in said) == 1
