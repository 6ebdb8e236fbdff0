"""Changing a series on the planning screen: all of it, or one session and those that follow."""

from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from cop.choices import SessionStatus
from cop.db import reading
from cop.execute import execute
from cop.models import CommunitySession, SessionSeries
from cop.periods import local_day, utcnow
from cop.permissions import SYSTEM
from cop.sessions import series_operations
from cop.sessions.inputs import Plan, Repeat
from cop.sessions.recurrence import Pattern, Unit
from cop.sessions.times import to_local
from tests import factories as make
from tests.pages.seats import open_page, take_seat

MADRID = "Europe/Madrid"
WEEK = timedelta(days=7)


class World:
    """A facilitator in the seat, and their weekly series: five sessions at nine, the first one in two days."""

    def __init__(self, db, monkeypatch):
        make.organisation(db)
        room = make.community(db, name="Data", slug="data")
        fay = make.person(db, name="Fay Lead")
        make.facilitator(db, room, fay)
        take_seat(db, monkeypatch, make.account(db, fay))
        make.commit(db)
        self.first = local_day(utcnow(), MADRID) + timedelta(days=2)
        start = datetime.combine(self.first, time(9))
        self.plan = Plan("Circle", start, start + timedelta(hours=1), MADRID)
        self.repeat = Repeat(Pattern(Unit.WEEK, 1, (self.first.weekday(),)), self.first + 4 * WEEK)
        self.series_id = execute(
            series_operations.plan_series, SYSTEM, community_id=room.id, plan=self.plan, repeat=self.repeat
        )
        self.ids = [row.id for row in planned()]

    def days(self, *numbers):
        return [self.first + number * WEEK for number in numbers]


@pytest.fixture
def world(db, monkeypatch):
    return World(db, monkeypatch)


def planned():
    """All planned sessions, by their start."""
    with reading() as db:
        rows = sa.select(CommunitySession).where(CommunitySession.status == SessionStatus.PLANNED)
        return db.scalars(rows.order_by(CommunitySession.starts_at)).all()


def told(rows):
    return [(row.title, to_local(row.starts_at, MADRID).time(), row.place) for row in rows]


def widget(app: AppTest, kind: str, name: str):
    """The widget of the form whose key ends so."""
    (found,) = [item for item in app.get(kind) if item.key and item.key.endswith(f":{name}")]
    return found


def save(app: AppTest, name: str = "save") -> AppTest:
    widget(app, "button", name).click().run()
    assert not app.exception, app.exception
    return app


def open_scope(session_id: int, scope: str) -> AppTest:
    """The form of a session's series, as one comes to it from the session."""
    app = open_page("plan", session=str(session_id))
    assert [item.label for item in app.selectbox if item.label == "Repeats"] == []  # one session doesn't repeat
    app.segmented_control(key=f"plan_scope:{session_id}").set_value(scope).run()
    assert not app.exception
    return app


def test_all_of_a_series(world):
    app = open_scope(world.ids[2], "all")
    assert widget(app, "date_input", "day").value == world.first  # counted from the series' own first day
    assert widget(app, "date_input", "until").value == world.first + 4 * WEEK
    widget(app, "text_input", "title").input("Late circle").run()
    widget(app, "time_input", "start").set_value(time(17)).run()
    widget(app, "time_input", "end").set_value(time(18, 30)).run()
    save(app)
    rows = planned()
    assert [row.id for row in rows] == world.ids
    assert told(rows) == [("Late circle", time(17), "")] * 5
    assert {row.ends_at - row.starts_at for row in rows} == {timedelta(minutes=90)}
    assert {row.series_id for row in rows} == {world.series_id}
    assert app.title[0].value == "Data"
    (word,) = [item.value.replace("\\", "") for item in app.toast]
    assert word == f"Planned: Late circle, every week on {world.first:%A} at 17:00 (Europe/Madrid)."


def test_all_of_a_series_every_second_week(world):
    app = open_page("plan", session=str(world.ids[1]), scope="all")  # by the link on the community's page
    widget(app, "number_input", "interval:week").set_value(2).run()
    assert any("Every 2 weeks on" in item.value for item in app.info)
    save(app)
    assert [row.day for row in planned()] == world.days(0, 2, 4)
    assert [row.id for row in planned()] == [world.ids[number] for number in (0, 2, 4)]


def test_this_session_and_those_that_follow(world):
    app = open_scope(world.ids[2], "following")
    assert widget(app, "date_input", "day").value == world.days(2)[0]
    widget(app, "text_input", "place").input("Room 5").run()
    widget(app, "date_input", "until").set_value(world.days(5)[0]).run()
    save(app)
    rows = planned()
    assert [row.day for row in rows] == world.days(0, 1, 2, 3, 4, 5)
    assert told(rows) == [("Circle", time(9), "")] * 2 + [("Circle", time(9), "Room 5")] * 4
    assert [row.id for row in rows][:5] == world.ids  # whoever was coming knows their session again
    assert [row.series_id == world.series_id for row in rows] == [True, True, False, False, False, False]
    with reading() as db:
        assert db.get(SessionSeries, world.series_id).until_on == world.days(2)[0] - timedelta(days=1)


def test_this_and_following_on_another_weekday(world):
    app = open_scope(world.ids[3], "following")
    day = world.days(3)[0] + timedelta(days=1)
    widget(app, "date_input", "day").set_value(day).run()
    widget(app, "date_input", "until").set_value(day + WEEK).run()
    save(app)
    assert [row.day for row in planned()] == [*world.days(0, 1, 2), day, day + WEEK]


def test_one_session_alone_stays_as_it_was_made_when_all_change(world):
    app = open_page("plan", session=str(world.ids[1]))
    widget(app, "text_input", "place").input("Garden").run()
    save(app)
    app = open_scope(world.ids[0], "all")
    widget(app, "text_input", "place").input("Room 5").run()
    save(app)
    assert [row.place for row in planned()] == ["Room 5", "Garden", "Room 5", "Room 5", "Room 5"]


def test_a_mistake_is_told_beside_its_field_and_changes_nothing(world):
    app = open_scope(world.ids[2], "all")
    widget(app, "text_input", "title").input("").run()
    widget(app, "date_input", "until").set_value(world.first - WEEK).run()
    save(app)
    assert len(app.error) == 2
    assert widget(app, "date_input", "until").value == world.first - WEEK
    assert told(planned()) == [("Circle", time(9), "")] * 5


def test_somebody_else_changed_the_series_meanwhile(world):
    app = open_scope(world.ids[2], "all")
    widget(app, "text_input", "title").input("Mine").run()
    theirs = Plan("Theirs", world.plan.start, world.plan.end, MADRID)
    execute(
        series_operations.change_series,
        SYSTEM,
        series_id=world.series_id,
        version=1,
        plan=theirs,
        repeat=world.repeat,
    )
    save(app)
    assert any("while you were editing" in item.value.replace("\\", "") for item in app.warning)
    assert {"Mine", "Theirs"} <= {item.value for item in app.text}
    assert {row.title for row in planned()} == {"Theirs"}
    save(app, "mine")
    assert {row.title for row in planned()} == {"Mine"}
