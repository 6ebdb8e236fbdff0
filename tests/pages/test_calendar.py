"""The calendar's page: what an address shows, whose sessions, and where one may plan."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from cop.choices import SessionStatus
from tests import factories as make
from tests.pages.seats import open_page, take_seat


class World:
    """Staff who belong to one community, another community, and sessions of both in November 2026."""

    def __init__(self, db, monkeypatch):
        make.organisation(db)
        self.data = make.community(db, name="Data <b>Guild</b>", slug="data", area_id=make.area(db, name="Tech").id)
        self.web = make.community(db, name="Web", slug="web")
        self.mia = make.person(db, name="Mia")
        make.membership(db, self.data, self.mia)
        make.session(db, self.data, date(2026, 11, 5), title="Five", place="Room 4")
        make.session(db, self.web, date(2026, 11, 5), title="Web five", status=SessionStatus.CANCELLED)
        eve = datetime(2026, 11, 5, 22, 30, tzinfo=UTC)
        make.session(db, self.data, date(2026, 11, 5), title="Eve", starts_at=eve, ends_at=eve + timedelta(hours=2))
        make.session(db, self.data, date(2026, 10, 26), title="October")
        self.seat = take_seat(db, monkeypatch, make.account(db, self.mia))
        make.commit(db)


@pytest.fixture
def world(db, monkeypatch):
    return World(db, monkeypatch)


def _data(app):
    """What the component of the days was given."""
    (drawn,) = [item.proto for item in app.get("bidi_component") if item.proto.component_name.endswith("cop_calendar")]
    return json.loads(drawn.json if drawn.HasField("json") else drawn.mixed.json)


def _titles(app):
    return {
        day["date"]: [(one["span"], one["title"]) for one in day["sessions"]]
        for day in _data(app)["days"]
        if day["sessions"]
    }


def test_a_month_of_ones_own(world):
    app = open_page("calendar", on="2026-11")
    assert app.subheader[0].value == "November 2026"
    assert app.caption[0].value.replace("\\", "") == "2 sessions. Times are those of Europe/Madrid."
    assert _titles(app) == {
        "2026-10-26": [("10:00–11:00", "October")],
        "2026-11-05": [("10:00–11:00", "Five"), ("from 23:30", "Eve")],
        "2026-11-06": [("until 01:30", "Eve")],
    }
    data = _data(app)
    assert data["weeks"] == [44, 45, 46, 47, 48, 49]
    assert [day["date"] for day in data["days"] if day["outside"]] == [
        *(f"2026-10-{number}" for number in range(26, 32)), *(f"2026-12-0{number}" for number in range(1, 7))
    ]  # fmt: skip
    assert {day["plan"] for day in data["days"]} == {None}  # staff plan nothing
    first = data["days"][10]["sessions"][0]
    assert first["about"] == "Data <b>Guild</b> · Room 4"
    assert first["href"].startswith("/session?id=")


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ({"view": "Week", "on": "2026-W45"}, "Week 45, 2 – 8 Nov 2026"),
        ({"view": "List", "on": "2026-11-05"}, "5 Nov – 2 Dec 2026"),
        ({"view": "List", "on": "2026-11"}, "1 – 28 Nov 2026"),  # written for another view
        ({"view": "Month", "on": "2026-W45"}, "November 2026"),
    ],
)
def test_an_address_opens_its_page(world, address, heading):
    app = open_page("calendar", **address)
    assert app.subheader[0].value == heading
    assert [title for _, title in _titles(app)["2026-11-05"]] == ["Five", "Eve"]


@pytest.mark.parametrize("on", ["", "nonsense", "2026-13", "9999-12", "'; DROP TABLE"])
def test_what_an_address_cannot_mean_is_today(world, on):
    wrong = {"view": "x", "show": "y", "community": "z", "area": "nowhere", "c": "q"}
    assert open_page("calendar", on=on, **wrong).subheader[0].value == open_page("calendar").subheader[0].value


def test_on_back_and_today(world):
    app = open_page("calendar", on="2026-12")
    app.button(key="calendar_next").click().run()
    assert (app.subheader[0].value, app.query_params["on"]) == ("January 2027", "2027-01")
    app.button(key="calendar_previous").click().run()
    app.button(key="calendar_previous").click().run()
    assert app.subheader[0].value == "November 2026"
    app.segmented_control(key="view").set_value("week").run()
    assert not app.exception
    assert app.subheader[0].value.startswith("Week ")
    app.button(key="calendar_today").click().run()
    assert "on" not in app.query_params
    assert any(day["today"] for day in _data(app)["days"])
    last = open_page("calendar", on="2200-12")
    assert last.button(key="calendar_next").disabled
    assert not last.button(key="calendar_previous").disabled


def test_whose_sessions(world):
    app = open_page("calendar", on="2026-11", show="All")
    assert [title for _, title in _titles(app)["2026-11-05"]] == ["Five", "Web five", "Eve"]
    assert [one["cancelled"] for one in _data(app)["days"][10]["sessions"]] == [False, True, False]
    assert _titles(open_page("calendar", on="2026-11", show="All", area="Tech")) == _titles(
        open_page("calendar", on="2026-11")
    )
    chosen = open_page("calendar", on="2026-11", show="Chosen", community="Web")
    assert _titles(chosen) == {"2026-11-05": [("10:00–11:00", "Web five")]}
    chosen.multiselect(key="community").set_value([]).run()
    assert _titles(chosen) == {}
    assert "Choose communities" in chosen.caption[0].value


def test_a_days_list_keeps_the_filters(world):
    app = open_page("calendar", on="2026-11", show="Chosen", community="Web", area="Tech")
    assert _data(app)["days"][10]["list"] == "/calendar?show=Chosen&community=Web&area=Tech&view=List&on=2026-11-05"


def test_who_belongs_nowhere_sees_all_and_why(world, db, monkeypatch):
    take_seat(db, monkeypatch)
    make.commit(db)
    app = open_page("calendar", on="2026-11")
    assert len(_titles(app)["2026-11-05"]) == 3
    assert "You belong to no community yet, so all of them are shown" in app.caption[0].value
    assert "You belong to no community yet" in open_page("calendar", show="Mine").caption[0].value


def test_who_plans_does_so_from_today_on(world, db, monkeypatch):
    lead = make.person(db, name="Fay")
    make.facilitator(db, world.data, lead)
    take_seat(db, monkeypatch, make.account(db, lead))
    make.commit(db)
    days = _data(open_page("calendar"))["days"]
    today = next(day["date"] for day in days if day["today"])
    assert {day["date"]: day["plan"] for day in days} == {
        day["date"]: f"/plan?day={day['date']}" if day["date"] >= today else None for day in days
    }
    app = open_page("plan", day="2031-11-05", community="data")
    assert [item.value for item in app.date_input] == [date(2031, 11, 5)]
    for bad in ("2200-01-01", "nonsense", "1989-01-01"):
        assert open_page("plan", day=bad, community="data").date_input[0].value.year < 2100
    make.facilitator(db, world.web, lead)
    make.commit(db)
    app = open_page("plan", day="2031-11-05")
    app.selectbox(key="room").set_value(world.web.id).run()
    assert app.date_input[0].value == date(2031, 11, 5)
