"""The office's screen on the audit log."""

from datetime import timedelta

import pytest

from cop import audit
from cop.choices import GrantedRole
from cop.permissions import SYSTEM
from cop.trail.queries import PAGE
from cop.ui.widgets import ticks
from tests import factories as make
from tests.pages.seats import open_page, take_seat


@pytest.fixture
def office(db, monkeypatch):
    """Entries 1 to 53: one refusal in the community "Data *D*", the others of the command line."""
    make.organisation(db)
    room = make.community(db, name="Data *D*")
    seat = take_seat(db, monkeypatch, make.account(db, make.person(db, name="Ada"), username="ada"))
    make.grant(db, seat.account, GrantedRole.ADMIN)
    audit.record(db, None, now=make.NOW, operation="catalog.edit_community", outcome="refused", community_id=room.id)
    for number in range(PAGE + 2):
        audit.record(
            db,
            SYSTEM,
            now=make.NOW + timedelta(days=number),
            operation="catalog.edit_area",
            object_type="area",
            before={"name": f"Old {number}"},
            after={"name": f"New *{number}*"},
        )
    make.commit(db)
    return seat


def test_newest_first_and_older_on_the_next_page(office):
    app = open_page("audit")
    assert list(app.dataframe[0].value["id"]) == list(range(53, 3, -1))
    app.button(key="older").click().run()
    assert list(app.dataframe[0].value["id"]) == [3, 2, 1]
    assert app.button(key="older").disabled
    app.button(key="newer").click().run()
    assert app.dataframe[0].value["id"].iloc[0] == 53
    assert app.button(key="newer").disabled


def test_filters_come_from_the_address_and_start_on_the_first_page(office):
    app = open_page("audit", outcome="Refused")
    assert list(app.dataframe[0].value["id"]) == [1]
    assert app.dataframe[0].value["community"].iloc[0] == "Data *D*"
    app = open_page("audit", **{"from": "2026-06-16", "to": "2026-06-17"})
    assert list(app.dataframe[0].value["id"]) == [4, 3]
    app = open_page("audit")
    app.button(key="older").click().run()
    app.selectbox(key="who").select("command line").run()
    assert app.dataframe[0].value["id"].iloc[0] == 53
    app.selectbox(key="community").select_index(0).run()
    assert "Nothing on record fits" in app.info[0].value


def test_an_entry_opens_to_what_it_changed(office, monkeypatch):
    monkeypatch.setattr(ticks, "ticked", lambda _chosen: [0])
    app = open_page("audit")
    opened = app.dataframe[1].value
    assert [tuple(row) for row in opened.itertuples(index=False)] == [("Name", "Old 51", "New *51*")]
    assert app.subheader[0].value == "Catalog: edit area".replace(":", "\\:")
