"""The screen on meetings with units: whom to meet next, a meeting recorded, corrected, archived, its concerns."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cop.choices import GrantedRole
from cop.db import reading, transaction
from cop.execute import execute
from cop.funnel import meeting_operations as o
from cop.funnel.meeting_rows import as_typed
from cop.funnel.meetings import ConcernInput, MeetingInput
from cop.models import Concern, OrgUnit, UnitMeeting
from cop.periods import local_day, utcnow
from cop.permissions import SYSTEM
from tests import factories as make
from tests.pages.seats import open_page, take_seat

TODAY = local_day(utcnow(), "Europe/Madrid")


@pytest.fixture
def units(db):
    """Company > Data and Sales, each with a head; Ana is Data's."""
    make.organisation(db)
    company = make.org_unit(db, name="Company")
    made = {name: make.org_unit(db, name=name, parent_id=company.id) for name in ("Data", "Sales")}
    for name, unit in made.items():
        make.person(db, name="Ana *A*" if name == "Data" else "Sol", org_unit_id=unit.id)
    return {"Company": company, **made}


@pytest.fixture
def office(db, units, monkeypatch):
    seat = take_seat(db, monkeypatch)
    make.grant(db, seat.account, GrantedRole.ADMIN)
    make.commit(db)
    return seat


def record(unit, days_ago, **values):
    said = MeetingInput(unit.id, TODAY - timedelta(days=days_ago), **values)
    return execute(o.record_meeting, SYSTEM, meeting=said)


def metrics(app):
    return {item.label: item.value for item in app.metric}


def said(app):
    return [item.value.replace("\\", "") for item in app.toast]


def errors(app):
    return [item.value.replace("\\", "") for item in app.error]


def meeting(key):
    with reading() as db:
        return as_typed(db, db.get_one(UnitMeeting, key))


def test_before_the_first_meeting(office):
    app = open_page("meetings")
    assert metrics(app) == {
        "Met in the last 6 months": "0 of 2",
        "Never met": "2",
        "Next contact overdue": "0",
        "Open concerns": "0",
    }
    assert list(app.dataframe[0].value["last_met"]) == ["never"] * 3
    assert [item.value for item in open_page("meetings", tab="Meetings").text] == [
        "No meeting with these units is recorded yet."
    ]
    assert [item.value for item in open_page("meetings", tab="Concerns").text] == ["These units have no open concern."]


def test_without_units_there_is_a_word_on_what_to_do(db, monkeypatch):
    make.organisation(db)
    seat = take_seat(db, monkeypatch)
    make.grant(db, seat.account, GrantedRole.ADMIN)
    make.commit(db)
    assert open_page("meetings").info[0].value.startswith("There are no units yet.")


def test_the_counts_and_the_filters_in_the_address(office, units):
    record(units["Data"], 10, receptiveness="hesitant", next_contact_on=TODAY - timedelta(days=1))
    record(units["Sales"], 400, receptiveness="keen")
    assert metrics(open_page("meetings")) == {
        "Met in the last 6 months": "1 of 2",
        "Never met": "0",
        "Next contact overdue": "1",
        "Open concerns": "0",
    }
    for address, names in (
        ({"attention": "Next contact overdue"}, ["Data"]),
        ({"attention": "Not met for 12 months"}, ["Sales"]),
        ({"attention": "Never met"}, []),
        ({"received": "Keen"}, ["Sales"]),
        ({"unit": "Company / Data"}, ["Data"]),
    ):
        app = open_page("meetings", **address)
        shown = list(app.dataframe[0].value["unit"]) if app.dataframe else []
        assert shown == names, address
        assert bool(app.info) is not bool(names)
    app.button(key="clear_filters").click().run()
    assert list(app.dataframe[0].value["unit"]) == ["Company", "Data", "Sales"]


def test_a_meeting_is_recorded_and_leads_to_its_page(office, units):
    app = open_page("meetings")
    app.session_state["record_meeting"] = True
    app.run()
    app.button(key="record_meeting:0:submit").click().run()
    assert errors(app) == ["Choose the unit that was met."]
    app.selectbox(key="record_meeting:0:org_unit_id").select(units["Data"].id)
    app.text_area(key="record_meeting:0:notes").input("They want **streaming**")
    app.button(key="record_meeting:0:submit").click().run()
    assert not app.exception
    with reading() as db:
        row = db.scalars(sa.select(UnitMeeting)).one()
        assert (row.org_unit_id, row.met_on, row.led_by_id) == (units["Data"].id, TODAY, office.account.person_id)
    assert app.title[0].value.replace("\\", "").startswith("Data, ")
    assert "They want **streaming**" in [item.value for item in app.text]


def test_both_versions_are_shown_and_mine_can_be_saved_over_it(office, units):
    key = record(units["Data"], 3, notes="First")
    app = open_page("meetings", meeting=str(key))
    app.session_state[f"edit_meeting_box_{key}"] = True
    app.run()
    execute(o.edit_meeting, SYSTEM, meeting_id=key, version=1, meeting=replace(meeting(key), notes="Theirs"))
    name = f"edit_meeting:{key}:1"
    app.text_area(key=f"{name}:notes").input("Mine")
    app.button(key=f"{name}:submit").click().run()
    assert "command line" in app.warning[0].value
    assert {"Theirs", "Mine"} <= {item.value for item in app.text}
    app.button(key=f"{name}:conflict:mine").click().run()
    assert meeting(key).notes == "Mine"
    assert said(app) == ["Saved."]


def test_archived_and_restored(office, units):
    key = record(units["Data"], 3)
    app = open_page("meetings", meeting=str(key))
    app.button(key="archive_meeting").click().run()
    assert app.warning[0].value == "Archived: it counts no more."
    assert metrics(open_page("meetings"))["Met in the last 6 months"] == "0 of 2"
    app.button(key="restore_meeting").click().run()
    assert not app.warning


def test_a_concern_is_noted_answered_and_settled(office, units):
    key = record(units["Data"], 3)
    app = open_page("meetings", meeting=str(key))
    app.session_state["add_concern"] = True
    app.run()
    app.button(key="add_concern:0:submit").click().run()
    assert errors(app) == ["The concern is missing."]
    app.text_area(key="add_concern:0:concern").input("No time :red[at all]")
    app.button(key="add_concern:0:submit").click().run()
    with reading() as db:
        worry = db.scalars(sa.select(Concern)).one()
    app.button(key=f"settle_concern_{worry.id}").click().run()
    assert said(app)[-1].startswith("Note first what the unit was answered")
    app.session_state[f"edit_concern_box_{worry.id}"] = True
    app.run()
    app.text_area(key=f"edit_concern:{worry.id}:1:answer").input("Two hours a week")
    app.button(key=f"edit_concern:{worry.id}:1:submit").click().run()
    app.button(key=f"settle_concern_{worry.id}").click().run()
    with reading() as db:
        assert db.get_one(Concern, worry.id).settled_on == TODAY
    assert {"No time :red[at all]", "Answered: Two hours a week"} <= {item.value for item in app.text}
    app.button(key=f"reopen_concern_{worry.id}").click().run()
    with reading() as db:
        assert db.get_one(Concern, worry.id).settled_on is None


def test_a_manager_is_told_the_same_of_a_foreign_meeting_and_of_none(db, units, monkeypatch):
    seat = take_seat(db, monkeypatch)
    make.grant(db, seat.account, GrantedRole.MANAGER, units["Data"])
    make.commit(db)
    mine, foreign = record(units["Data"], 3), record(units["Sales"], 3)
    execute(o.add_concern, SYSTEM, meeting_id=foreign, concern=ConcernInput("Secret"))
    assert open_page("meetings", meeting=str(mine)).title[0].value.startswith("Data")
    told = {errors(open_page("meetings", meeting=text))[0] for text in (str(foreign), "99999", "x' OR 1=1", "")}
    assert told == {"This doesn't exist, or you may not see or change it."}
    app = open_page("meetings")
    assert list(app.dataframe[0].value["unit"]) == ["Data"]
    assert metrics(app)["Met in the last 6 months"] == "1 of 1"
    app.session_state["record_meeting"] = True
    app.run()
    assert app.selectbox(key="record_meeting:0:org_unit_id").options == ["Company / Data"]
    assert not open_page("meetings", unit="Company / Sales").exception


def test_a_manager_of_no_active_unit_is_told_so(db, units, monkeypatch):
    seat = take_seat(db, monkeypatch)
    make.grant(db, seat.account, GrantedRole.MANAGER, units["Data"])
    units["Data"].active = False
    make.commit(db)
    assert "You manage no unit that is still active" in open_page("meetings").info[0].value


def test_the_meeting_of_a_unit_that_ended_can_still_be_corrected(office, units):
    key = record(units["Data"], 3)
    with transaction() as db:
        db.get_one(OrgUnit, units["Data"].id).active = False
    app = open_page("meetings", meeting=str(key))
    app.session_state[f"edit_meeting_box_{key}"] = True
    app.run()
    app.text_area(key=f"edit_meeting:{key}:1:notes").input("Late")
    app.button(key=f"edit_meeting:{key}:1:submit").click().run()
    assert meeting(key) == replace(meeting(key), notes="Late", org_unit_id=units["Data"].id)
