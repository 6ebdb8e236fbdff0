"""The catalog's page as each role sees it."""

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from cop.choices import GrantedRole, SessionStatus
from cop.models import Person
from cop.periods import utcnow
from tests import factories as make
from tests.pages.seats import Seat, open_page, take_seat

TODAY = utcnow().date()


@pytest.fixture
def staff(db, monkeypatch) -> Seat:
    """Somebody without a special role, in an organisation with two areas and a small tree."""
    make.organisation(db)
    return take_seat(db, monkeypatch)


@pytest.fixture
def rooms(db):
    top = make.org_unit(db, name="Company")
    it = make.org_unit(db, name="IT", parent_id=top.id)
    data, design = make.area(db, name="Data"), make.area(db, name="Design")
    lead = make.person(db, name="Zoë Lindqvist")
    found = {
        "data": make.community(db, slug="data", name="Data Engineering", area_id=data.id, org_unit_id=it.id),
        "ux": make.community(db, slug="ux", name="Diseño UX", area_id=design.id, org_unit_id=top.id, stage="maturing"),
        "old": make.community(db, slug="old", name="Old Guard", archived_at=make.NOW),
    }
    make.facilitator(db, found["data"], lead)
    make.session(db, found["data"], TODAY - timedelta(days=9), people=[lead])
    starts = utcnow() + timedelta(days=3)
    make.session(
        db,
        found["ux"],
        starts.date(),
        title="Portfolio evening",
        status=SessionStatus.PLANNED,
        starts_at=starts,
        ends_at=starts + timedelta(hours=1),
    )
    make.commit(db)
    return found


def _catalog(**address) -> AppTest:
    return open_page("catalog", **address)


def _names(app) -> list[str]:
    """The communities shown, in order: a card's heading is a link to /community."""
    return [
        item.proto.label.replace("\\", "").strip("*")
        for item in app.get("page_link")
        if "c=" in item.proto.query_string
    ]


@pytest.mark.usefixtures("staff")
def test_empty_for_staff_and_for_the_office(db, monkeypatch):
    make.commit(db)
    app = _catalog()
    assert "no communities yet" in app.info[0].value
    assert not app.expander
    row = make.account(db)
    make.grant(db, row, GrantedRole.ADMIN)
    take_seat(db, monkeypatch, row)
    make.commit(db)
    app = _catalog()
    assert "New community" in app.expander[0].label


@pytest.mark.usefixtures("staff", "rooms")
def test_cards_leave_out_the_archived():
    app = _catalog()
    assert _names(app) == ["Data Engineering", "Diseño UX"]
    assert any(text.value == "2 of 2" for text in app.text)
    app.toggle(key="archived").set_value(True).run()
    assert _names(app) == ["Data Engineering", "Diseño UX", "Old Guard"]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({"q": "diseno"}, ["Diseño UX"]),
        ({"q": "LINDQVIST zoe"}, ["Data Engineering"]),
        ({"q": "egnineering"}, ["Data Engineering"]),
        ({"q": "lindqwist data"}, ["Data Engineering"]),
        ({"area": "Data"}, ["Data Engineering"]),
        ({"stage": "Maturing"}, ["Diseño UX"]),
        ({"unit": "Company"}, ["Data Engineering", "Diseño UX"]),
        ({"unit": "Company / IT"}, ["Data Engineering"]),
        ({"next": "Within 7 days"}, ["Diseño UX"]),
        ({"next": "None planned"}, ["Data Engineering"]),
        ({"sort": "Next session"}, ["Diseño UX", "Data Engineering"]),
        ({"sort": "Most active members", "area": "Nonsense"}, ["Data Engineering", "Diseño UX"]),
    ],
)
@pytest.mark.usefixtures("staff", "rooms")
def test_an_address_opens_with_its_filters(address, expected):
    assert _names(_catalog(**address)) == expected


@pytest.mark.usefixtures("staff", "rooms")
def test_a_corrected_spelling_is_shown():
    app = _catalog(q="egnineering")
    assert [item.value.replace("\\", "") for item in app.caption if "spelling" in item.value] == [
        "Nothing with your spelling. Showing results for **engineering**."
    ]
    assert not [item for item in _catalog(q="engineering").caption if "spelling" in item.value]


@pytest.mark.usefixtures("staff", "rooms")
def test_no_result_and_clearing():
    app = _catalog(q="nothing like it", area="Data")
    assert _names(app) == []
    assert "No community fits" in app.info[0].value
    app.button(key="clear_filters_instead").click().run()
    assert _names(app) == ["Data Engineering", "Diseño UX"]
    assert app.text_input(key="q").value == ""


@pytest.mark.usefixtures("staff", "db")
def test_join_from_a_card(rooms):
    app = _catalog()
    app.button(key=f"join_{rooms['ux'].id}").click().run()
    assert not app.exception
    assert app.toast[0].value.replace("\\", "") == "You joined Diseño UX."
    assert any("Joined" in item.value for item in app.markdown)
    app.toggle(key="mine").set_value(True).run()
    assert _names(app) == ["Diseño UX"]


@pytest.mark.usefixtures("staff", "rooms")
def test_the_table_holds_all():
    app = _catalog(view="Table")
    frame = app.dataframe[0].value
    assert list(frame["name"]) == ["Data Engineering", "Diseño UX"]
    assert list(frame["open"]) == ["/community?c=data", "/community?c=ux"]


@pytest.mark.usefixtures("staff")
def test_24_cards_on_a_page_and_another_search_starts_anew(db):
    for number in range(30):
        make.community(db, name=f"Guild {number:02}", slug=f"guild-{number}")
    make.commit(db)
    app = _catalog()
    assert len(_names(app)) == 24
    app.get("pagination")[0].set_value(2).run()
    assert _names(app) == [f"Guild {number}" for number in range(24, 30)]
    app.text_input(key="q").set_value("guild").run()
    assert _names(app)[0] == "Guild 00"


@pytest.mark.usefixtures("staff", "rooms")
def test_the_office_creates_a_community(db, monkeypatch):
    row = make.account(db, db.get(Person, make.person(db, name="Ada").id))
    make.grant(db, row, GrantedRole.ADMIN)
    take_seat(db, monkeypatch, row)
    make.commit(db)
    app = _catalog()
    app.session_state["new_community"] = True
    app.run()
    app.text_input(key="create_community:name").set_value("data engineering")
    app.text_input(key="create_community:focus").set_value("")
    app.button(key="create_community_submit").click().run()
    messages = [item.value for item in app.error]
    assert any("has this name already" in text for text in messages)
    assert any("focus is missing" in text for text in messages)
    app.text_input(key="create_community:name").set_value("Rust Guild")
    app.text_input(key="create_community:focus").set_value("Safe systems")
    app.button(key="create_community_submit").click().run()
    assert app.title[0].value == "Rust Guild"
    assert app.query_params["c"] == "rust-guild"
