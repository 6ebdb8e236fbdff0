"""The office's screen on the funnel: criteria in versions, themes, limits, the radar's parts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from cop.choices import GrantedRole
from cop.db import reading
from cop.execute import execute
from cop.funnel import setup_operations as o
from cop.funnel.queries import limits
from cop.funnel.readiness import current_version
from cop.funnel.setup import LimitInput, ThemeInput
from cop.funnel.setup_rows import criteria_of
from cop.models import Quadrant, Ring, Theme
from cop.permissions import SYSTEM
from tests import factories as make
from tests.pages.seats import open_page, take_seat


@pytest.fixture
def office(db, monkeypatch):
    make.organisation(db)
    seat = take_seat(db, monkeypatch)
    make.grant(db, seat.account, GrantedRole.ADMIN)
    make.commit(db)
    return seat


def in_force():
    with reading() as db:
        return criteria_of(db, current_version(db))


def field(app, key):
    """The present key of a field of the criteria, whose round is another one for each draft."""
    return next(
        item for kind in (app.text_input, app.number_input, app.button) for item in kind
        if item.key and item.key.startswith("criteria:") and item.key.split(":", 2)[2] == key
    )  # fmt: skip


def said(app):
    return [item.value.replace("\\", "") for item in app.toast]


def errors(app):
    return [item.value.replace("\\", "") for item in app.error]


def shares(app):
    return [item.value for item in app.markdown if item.value.startswith("counts ")]


def test_shares_follow_while_weights_are_typed(office):
    app = open_page("funnel-setup")
    assert shares(app) == ["counts **40 %**", "counts **20 %**", "counts **20 %**", "counts **20 %**"]
    assert field(app, "submit").disabled
    field(app, "0:weight").set_value(1.4).run()
    assert shares(app) == ["counts **70 %**", "counts **10 %**", "counts **10 %**", "counts **10 %**"]
    table = app.dataframe[0].value
    assert next(zip(table["criterion"], table["now"], table["then"], strict=True)) == ("Value", "40 %", "70 %")


def test_a_version_is_made_shown_and_brought_back(office):
    before = in_force()
    app = open_page("funnel-setup")
    field(app, "0:name").input("Gain").run()
    field(app, "0:down").click().run()
    field(app, "3:out").click().run()
    field(app, "submit").click().run()
    assert errors(app) == ["The reason is missing."]
    field(app, "note").input("Effort said little").run()
    field(app, "submit").click().run()
    assert [one.name for one in in_force()] == ["Strategic fit", "Gain", "Urgency"]
    assert said(app) == ["Saved. The ranking follows the new version from now on."]
    assert "Effort said little" in [item.value for item in app.text]
    app.button(key="bring_back_1").click().run()
    assert field(app, "note").value == "Brings back version 1"
    field(app, "submit").click().run()
    assert in_force() == before


def test_a_new_criterion_with_its_marks(office):
    app = open_page("funnel-setup")
    field(app, "add").click().run()
    field(app, "4:name").input("Risk").run()
    field(app, "4:weight").set_value(1.0).run()
    field(app, "4:high").set_value(3).run()
    field(app, "note").input("Risk was missing").run()
    field(app, "submit").click().run()
    assert errors(app) == ["Say in words what the lowest mark (1) and the highest (3) mean."]
    assert "Risk" in app.warning[0].value
    field(app, "4:mark:1").input("None").run()
    field(app, "4:mark:3").input("It may sink us").run()
    field(app, "submit").click().run()
    risk = in_force()[4]
    assert (risk.name, risk.low, risk.high, risk.anchors) == ("Risk", 1, 3, ((1, "None"), (3, "It may sink us")))


def test_a_draft_survives_a_look_at_another_tab(office):
    app = open_page("funnel-setup")
    field(app, "0:name").input("Gain").run()
    field(app, "note").input("Clearer").run()
    app.session_state["tab"] = "Limits"
    app.run()
    app.session_state["tab"] = "Criteria"
    app.run()
    assert (field(app, "0:name").value, field(app, "note").value) == ("Gain", "Clearer")
    field(app, "again").click().run()
    assert (field(app, "0:name").value, field(app, "note").value) == ("Value", "")


def test_both_versions_are_shown_and_mine_can_follow_theirs(office):
    app = open_page("funnel-setup")
    field(app, "0:weight").set_value(1.4).run()
    field(app, "note").input("Mine").run()
    theirs = (replace(in_force()[0], weight=0.6), *in_force()[1:])
    execute(o.save_criteria, SYSTEM, base_id=1, note="Theirs", criteria=theirs)
    field(app, "submit").click().run()
    assert "Somebody else changed this" in app.warning[0].value.replace("\\", "")
    told = "\n".join(item.value for item in app.text)
    assert "Value: 50 % (1 to 5, assessed by people)" in told
    assert "Value: 70 % (1 to 5, assessed by people)" in told
    field(app, "conflict:mine").click().run()
    assert in_force()[0].weight == 1.4
    assert [item.value.split("**")[1] for item in app.markdown if "**Version" in item.value] == [
        "Version 3",
        "Version 2",
        "Version 1",
    ]


def test_who_typed_nothing_sees_the_new_version(office):
    app = open_page("funnel-setup")
    execute(o.save_criteria, SYSTEM, base_id=1, note="Theirs", criteria=(replace(in_force()[0], name="Gain"),))
    app.run()
    assert field(app, "0:name").value == "Gain"
    assert field(app, "submit").disabled


def test_themes_are_added_and_ended(office):
    today = date.today()  # noqa: DTZ011 - the page's own day, give or take
    execute(o.add_theme, SYSTEM, theme=ThemeInput("AI in *delivery*", 3.0, today - timedelta(days=9)))
    app = open_page("funnel-setup", tab="Strategic themes")
    app.session_state["new_theme"] = True
    app.run()
    app.text_input(key="add_theme:0:name").input("Sovereign cloud")
    app.number_input(key="add_theme:0:weight").set_value(1.0)
    app.button(key="add_theme:0:submit").click().run()
    assert list(app.dataframe[0].value["share"]) == ["75 %", "25 %"]
    with reading() as db:
        row = db.scalar(sa.select(Theme).where(Theme.name == "AI in *delivery*"))
    app.selectbox(key="theme").select(row.id).run()
    app.date_input(key=f"edit_theme:{row.id}:1:until_on").set_value(today - timedelta(days=2))
    app.button(key=f"edit_theme:{row.id}:1:submit").click().run()
    assert list(app.dataframe[0].value["share"]) == ["not today", "100 %"]
    with reading() as db:
        assert db.get_one(Theme, row.id).until_on == today - timedelta(days=1)


def test_limits_change_without_touching_what_others_set(office):
    app = open_page("funnel-setup", tab="Limits")
    execute(o.set_limits, SYSTEM, limits=(LimitInput("qualified", None, 9),))
    app.number_input(key="limits:0:in_progress").set_value(5)
    app.button(key="limits:0:submit").click().run()
    with reading() as db:
        assert limits(db, None) == {"qualified": 9, "in_progress": 5}
    execute(o.set_limits, SYSTEM, limits=(LimitInput("in_progress", 5, 6),))
    app.number_input(key="limits:1:in_progress").set_value(7)
    app.button(key="limits:1:submit").click().run()
    assert {"6", "7"} <= {item.value for item in app.text}
    app.button(key="limits:1:conflict:mine").click().run()
    with reading() as db:
        assert limits(db, None) == {"qualified": 9, "in_progress": 7}


def test_the_radars_parts(office):
    app = open_page("funnel-setup", tab="Radar")
    app.text_input(key="add_quadrant:0:name").input("Data *D*")
    app.button(key="add_quadrant:0:submit").click().run()
    app.button(key="up_ring_2").click().run()
    with reading() as db:
        assert db.scalars(sa.select(Ring.name).order_by(Ring.place)).all() == ["Trial", "Adopt", "Assess", "Hold"]
        assert db.scalars(sa.select(Quadrant.name).order_by(Quadrant.place)).all()[-1] == "Data *D*"
    app.session_state["edit_ring_box_4"] = True
    app.run()
    app.text_input(key="edit_ring:4:1:name").input("Stop")
    app.checkbox(key="edit_ring:4:1:active").uncheck()
    app.button(key="edit_ring:4:1:submit").click().run()
    with reading() as db:
        assert (db.get_one(Ring, 4).name, db.get_one(Ring, 4).active) == ("Stop", False)


def test_a_ring_with_open_trends_is_told_beside_the_tick(office, db):
    make.commit(db)
    app = open_page("funnel-setup", tab="Radar")
    app.session_state["edit_quadrant_box_1"] = True
    app.run()
    make.funnel_item(db, channel="trend", quadrant_id=1)
    make.commit(db)
    app.checkbox(key="edit_quadrant:1:1:active").uncheck()
    app.button(key="edit_quadrant:1:1:submit").click().run()
    assert errors(app) == ["1 open trend lies in Techniques. Move what lies there elsewhere first."]
    assert app.checkbox(key="edit_quadrant:1:1:active").value is False
