"""The funnel's page: filters, list, the board's message, and moves as the browser sends them."""

import csv
import io
import json
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from cop.choices import Channel, FunnelStage, GrantedRole
from cop.errors import Forbidden
from cop.exports import sheet_to_csv
from cop.funnel import exports
from cop.funnel.board import Wanted
from cop.models import FunnelLimit, ItemTheme, ItemUnit, Theme
from cop.periods import utcnow
from cop.permissions import Actor, Role
from tests import factories as make
from tests.pages.seats import Seat, open_page, take_seat


@pytest.fixture
def staff(db, monkeypatch) -> Seat:
    make.organisation(db)
    return take_seat(db, monkeypatch)


@pytest.fixture
def rows(db, staff):
    now = utcnow()
    dates = {"created_at": now, "stage_since": now}
    unit, area, owner = make.org_unit(db, name="IT"), make.area(db, name="Data"), make.person(db, name="Zoë Lindqvist")
    theme = Theme(name="Electrify", weight=1.0, since_on=date(2020, 1, 1))
    db.add(theme)
    found = {
        "need": make.funnel_item(db, title="Streaming", owner_id=owner.id, area_id=area.id, **dates),
        "trend": make.funnel_item(
            db, title="=Passkeys", channel=Channel.TREND, stage=FunnelStage.QUALIFIED, unique_knowledge=True, **dates
        ),
        "parked": make.funnel_item(db, title="Metaverse", stage=FunnelStage.PARKED, **dates),
    }
    db.flush()
    db.add(ItemUnit(item_id=found["need"].id, org_unit_id=unit.id))
    db.add(ItemTheme(item_id=found["need"].id, theme_id=theme.id))
    db.add(FunnelLimit(stage=FunnelStage.QUALIFIED, most=1))
    make.commit(db)
    return found


def board(app: AppTest) -> dict:
    """What the browser is given to draw."""
    given = [
        json.loads(item.proto.json) for item in app.get("bidi_component") if item.proto.component_name == "cop_board"
    ]
    return given[0]


def titles(app: AppTest) -> list[str]:
    return [card["title"] for lane in board(app)["lanes"] for cell in lane["cells"] for card in cell["cards"]]


@pytest.mark.usefixtures("staff")
def test_empty(db):
    make.commit(db)
    app = open_page("funnel")
    assert "The funnel is empty" in app.info[0].value


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({}, ["Streaming", "=Passkeys"]),
        ({"q": "lindqvist"}, ["Streaming"]),
        ({"channel": "Trends"}, ["=Passkeys"]),
        ({"unit": "IT"}, ["Streaming"]),
        ({"area": "Data"}, ["Streaming"]),
        ({"theme": "Electrify"}, ["Streaming"]),
        ({"owner": "Zoë Lindqvist"}, ["Streaming"]),
        ({"unique": "true"}, ["=Passkeys"]),
        ({"late": "true"}, []),
        ({"mine": "true"}, []),
        ({"stage": "Parked"}, ["Metaverse"]),
        ({"lanes": "By channel"}, ["Streaming", "=Passkeys"]),
    ],
)
@pytest.mark.usefixtures("rows")
def test_an_address_opens_with_its_filters(address, expected):
    assert titles(open_page("funnel", **address)) == expected


@pytest.mark.usefixtures("rows")
def test_what_is_set_aside_is_counted_and_shown_on_demand():
    app = open_page("funnel")
    assert app.button(key="show_aside").label == "Show parked (1)"
    app.button(key="show_aside").click().run()
    assert titles(app) == ["Streaming", "=Passkeys", "Metaverse"]
    app.button(key="clear_filters").click().run()
    assert titles(app) == ["Streaming", "=Passkeys"]


@pytest.mark.usefixtures("rows")
def test_the_list_has_every_column_and_links():
    app = open_page("funnel", view="List")
    table = app.dataframe[0].value
    assert table["Title"].tolist() == ["Streaming", "=Passkeys"]
    assert table["open"].str.startswith("/item?id=").all()
    assert {"Stage", "Score", "Rank", "Votes", "Owner", "Objective", "Target", "Themes"} <= set(table.columns)


def test_what_is_taken_along_is_what_one_sees_and_runs_nothing(db, rows, staff):
    actor = Actor(staff.account.id, staff.account.person_id, "Sam", frozenset({Role.STAFF}))
    wanted = Wanted(stages=("qualified", "parked"))
    sheet = exports.items(db, actor, wanted=wanted, now=utcnow())
    lines = list(csv.DictReader(io.StringIO(sheet_to_csv(sheet).decode("utf-8-sig"))))
    assert [(line["Title"], line["Stage"]) for line in lines] == [("'=Passkeys", "Qualified"), ("Metaverse", "Parked")]
    with pytest.raises(Forbidden):
        exports.items(db, None, wanted=wanted, now=utcnow())


@pytest.mark.usefixtures("rows")
def test_staff_read_and_managers_move(db, monkeypatch):
    data = board(open_page("funnel"))
    assert data["movable"] is False
    assert data["told"] == ""
    assert data["columns"][1] == {"id": "qualified", "title": "Qualified", "count": 1, "full": "1 of 1", "over": False}
    manager = make.account(db)
    make.grant(db, manager, GrantedRole.MANAGER, make.org_unit(db))
    take_seat(db, monkeypatch, manager)
    make.commit(db)
    assert board(open_page("funnel"))["movable"] is True
