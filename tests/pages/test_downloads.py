"""The downloads beside every table: drawn when asked for, made on the click by the rights one has then."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st
from python_calamine import CalamineWorkbook

from cop.accounts.operations import set_active
from cop.catalog.operations import add_resource
from cop.choices import GrantedRole
from cop.errors import Forbidden
from cop.execute import execute
from cop.models import CommunitySession, Facilitator, Person, Resource
from cop.periods import utcnow
from cop.permissions import SYSTEM
from tests import factories as make
from tests.pages.seats import open_page, take_seat

TODAY = utcnow().date()
Buttons = dict[str, Callable[[], bytes]]


@pytest.fixture
def room(db):
    """One community with one of everything; Canary came to its session."""
    make.organisation(db)
    made = make.community(db, slug="data", name="Data Engineering", focus="=Pipelines")
    make.community(db, slug="web", name="Web")
    member, canary = make.person(db, name="Mia Member"), make.person(db, name="Canary Smith")
    make.membership(db, made, member)
    make.session(db, made, TODAY, title="Kick-off", people=[canary])
    make.contribution(db, made, TODAY, title="Write it down", kind="lesson")
    make.contribution(db, made, TODAY, title="Small steps", kind="idea")
    db.add(Resource(community_id=made.id, title="Wiki", url="https://wiki.example", added_at=make.NOW))
    return made


@pytest.fixture
def seat(db, room, monkeypatch):
    """Takes a seat as staff, or as more."""

    def sit(*, facilitates: bool = False, office: bool = False):
        taken = take_seat(db, monkeypatch)
        if facilitates:
            make.facilitator(db, room, db.get_one(Person, taken.account.person_id))
        if office:
            make.grant(db, taken.account, GrantedRole.ADMIN)
        make.commit(db)
        return taken.account

    return sit


@pytest.fixture
def drawn(monkeypatch) -> Buttons:
    """What each button on the page would give."""
    found: Buttons = {}
    real = st.download_button

    def keep(label: str, data: Any, **rest: Any) -> Any:
        found[label] = data
        return real(label, data, **rest)

    monkeypatch.setattr(st, "download_button", keep)
    return found


def opened(key: str, url: str, **address: str):
    """The page with this menu open."""
    app = open_page(url, **address)
    assert not [button for button in app.get("download_button") if "Excel" in button.proto.label]
    app.session_state[f"download_{key}"] = True
    app.run()
    assert not app.exception
    return app


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def column(content: bytes, name: str) -> list[str]:
    header, *rows = table(content)
    return [row[header.index(name)] for row in rows]


def test_the_catalog_as_it_is_filtered(seat, drawn):
    seat()
    app = open_page("catalog")
    assert "download_catalog" not in app.session_state  # cards are no table
    opened("catalog", "catalog", view="Table", q="pipelines")
    assert list(drawn) == ["Communities as CSV", "Communities as Excel"]
    assert column(drawn["Communities as CSV"](), "Name") == ["Data Engineering"]
    assert column(drawn["Communities as CSV"](), "Focus") == ["'=Pipelines"]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(drawn["Communities as Excel"]())).get_sheet_by_index(0).to_python()
    assert rows[1][:2] == ["Data Engineering", "=Pipelines"]


@pytest.mark.parametrize(
    ("tab", "key", "expected"),
    [
        ("Sessions", "sessions", ("Sessions", "Title", ["Kick-off"])),
        ("Resources", "resources", ("Resources", "Title", ["Wiki"])),
        ("Members", "members", ("Members", "Name", ["Mia Member"])),
    ],
)
def test_staff_take_what_they_see(seat, drawn, tab, key, expected):
    seat()
    opened(key, "community", c="data", tab=tab)
    name, heading, values = expected
    assert list(drawn) == [f"{name} as CSV", f"{name} as Excel"]
    content = drawn[f"{name} as CSV"]()
    assert column(content, heading) == values
    assert b"Canary" not in content


def test_contributions_as_they_are_searched(seat, drawn):
    seat()
    app = opened("contributions", "community", c="data", tab="Contributions")
    assert len(table(drawn["Contributions as CSV"]())) == 1 + 2
    app.pills(key="contribution_kinds").set_value(["lesson"]).run()
    assert column(drawn["Contributions as CSV"](), "Contribution") == ["Write it down"]
    app.text_input(key="contribution_search").set_value("steps").run()
    assert column(drawn["Contributions as CSV"](), "Contribution") == []


def test_who_came_leaves_with_those_who_carry_the_community(seat, drawn):
    seat(facilitates=True)
    opened("sessions", "community", c="data", tab="Sessions")
    assert list(drawn) == ["Sessions as CSV", "Sessions as Excel", "Attendance as CSV", "Attendance as Excel"]
    assert column(drawn["Attendance as CSV"](), "Name") == ["Canary Smith"]


def test_a_sessions_list_likewise(db, room, seat, drawn):
    seat(facilitates=True)
    key = str(db.query(CommunitySession).one().id)
    make.commit(db)
    opened("attendance", "session", id=key)
    assert column(drawn["Attendance as CSV"](), "Name") == ["Canary Smith"]
    drawn.clear()
    seat()
    app = open_page("session", id=key)
    assert "download_attendance" not in app.session_state
    assert not [label for label in drawn if "Attendance" in label]


def test_who_joined_and_what_was_changed(room, seat, drawn):
    seat(office=True)
    link = {"title": "Handbook", "url": "https://handbook.example", "kind": "document"}
    execute(add_resource, SYSTEM, community_id=room.id, **link)
    app = open_page("community", c="data", tab="Manage")
    app.segmented_control(key="manage").set_value("Joins and leaves").run()
    app.session_state["download_moves"] = True
    app.run()
    assert column(drawn["Joins and leaves as CSV"](), "Name") == ["Mia Member"]
    seat()
    opened("history", "community", c="data", tab="History")
    assert column(drawn["History as CSV"](), "What") == ["added the resource “Handbook”"]


def test_the_accounts_as_they_are_searched(seat, drawn):
    account = seat(office=True)
    app = opened("accounts", "accounts")
    assert column(drawn["Accounts as CSV"](), "User name") == [account.username]
    app.text_input(key="search").set_value("nobody like that").run()
    assert not app.dataframe


@pytest.mark.parametrize(
    ("address", "key", "name", "heading", "expected"),
    [
        ({"chart": "Participation"}, "participation", "Table", "Month", f"{TODAY:%Y-%m}"),
        ({"tab": "Communities by need for help"}, "communities", "Communities", "name", "Data Engineering"),
        (
            {"tab": "Sessions behind the figures", "month": f"{TODAY:%b %Y}"},
            "sessions",
            "Sessions",
            "title",
            "Kick-off",
        ),
    ],
)
def test_the_figures(seat, drawn, address, key, name, heading, expected):
    seat(office=True)
    opened(key, "kpis", **address)
    content = drawn[f"{name} as CSV"]()
    assert expected in column(content, heading)
    assert b"Canary" not in content
    book = CalamineWorkbook.from_filelike(io.BytesIO(drawn[f"{name} as Excel"]()))
    assert len(book.get_sheet_by_index(0).to_python()) == len(table(content))
    if "Chart as PNG" in drawn:
        assert drawn["Chart as PNG"]().startswith(b"\x89PNG")


def test_the_file_is_made_by_the_rights_of_the_click(db, room, seat, drawn):
    """The buttons were drawn for a facilitator; then the assignment ends, and then the account is closed."""
    account = seat(facilitates=True)
    opened("sessions", "community", c="data", tab="Sessions")
    assert drawn["Attendance as Excel"]()
    assignment = db.query(Facilitator).one()
    assignment.since_on = assignment.until_on = TODAY
    make.commit(db)
    with pytest.raises(Forbidden):
        drawn["Attendance as Excel"]()
    assert drawn["Sessions as CSV"]()
    execute(set_active, SYSTEM, account_id=account.id, active=False, version=account.version)
    with pytest.raises(Forbidden):
        drawn["Sessions as CSV"]()
