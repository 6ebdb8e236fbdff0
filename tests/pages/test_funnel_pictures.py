"""The funnel's pictures as those who score and those who don't see them."""

from datetime import timedelta

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cop.choices import FunnelStage, GrantedRole
from cop.funnel import score_operations as scores
from cop.periods import utcnow
from cop.permissions import Actor, Role
from tests import factories as make
from tests.pages.seats import take_seat

SCRIPT = """
from cop.ui import run
from cop.ui.widgets import funnel_pictures
funnel_pictures.pictures(run.begin().actor, {ids})
"""


def show(ids=None) -> AppTest:
    st.cache_data.clear()
    app = AppTest.from_string(SCRIPT.format(ids=ids), default_timeout=30).run()
    assert not app.exception, app.exception
    return app


def captions(app):
    return " ".join(one.value for one in app.caption)


@pytest.fixture
def manager(db, monkeypatch):
    make.organisation(db)
    row = make.account(db)
    make.grant(db, row, GrantedRole.MANAGER, make.org_unit(db))
    take_seat(db, monkeypatch, row)
    return Actor(row.id, row.person_id, "Max", frozenset({Role.STAFF, Role.MANAGER}))


def test_too_few_data_says_so(db, manager):
    make.commit(db)
    app = show()
    assert len(app.get("vega_lite_chart")) == 0
    assert len([one for one in app.info if "Not enough data yet" in one.value]) == 4


def test_all_four_with_their_numbers_and_rows(db, manager):
    at = utcnow() - timedelta(days=40)
    items = [make.funnel_item(db, title=f"Need {n}", stage_since=at, created_at=at) for n in range(4)]
    make.funnel_item(db, title="Not marked", stage=FunnelStage.QUALIFIED, stage_since=at, created_at=at)
    for item in items[:3]:
        scores.assess_item(db, manager, now=utcnow(), item_id=item.id, marks={1: 4, 4: 2})
    make.commit(db)
    app = show()
    assert len(app.get("vega_lite_chart")) == 4
    assert "n = 3 open items" in captions(app)
    assert "Left out: 2 that you have not marked yet, 0 without all marks" in captions(app)
    assert "n = 5 items on their way" in captions(app)
    assert "Need: 0 of 5 (0%)" in captions(app)
    app.pills(key="behind").set_value("Age").run()
    assert set(app.dataframe[0].value["Days"]) == {40}
    assert all(app.dataframe[0].value["Beyond"])
    for picture in ("Way through the funnel", "Channels", "Value and effort"):
        app.pills(key="behind").set_value(picture).run()
        assert len(app.dataframe) == 1
    narrowed = show((items[0].id,))
    assert "n = 1 items on their way" in captions(narrowed)
    assert any("3 items with marks" in one.value for one in narrowed.info)


def test_scores_are_not_for_everybody(db, monkeypatch):
    make.organisation(db)
    take_seat(db, monkeypatch)
    make.funnel_item(db)
    make.commit(db)
    app = show()
    assert "Value and effort" not in [one.value for one in app.subheader]
    assert len(app.get("vega_lite_chart")) == 3
    assert "Value and effort" not in app.pills(key="behind").options
