"""The KPI screen as managers, the office and facilitators see it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from cop.choices import GrantedRole
from cop.execute import execute
from cop.models import Person
from cop.periods import add_months, local_day, month_of, utcnow
from cop.permissions import Actor, Role
from cop.sessions import operations
from cop.sessions.inputs import Plan, Report
from tests import factories as make
from tests.pages.seats import open_page, take_seat

ZONE = "Europe/Madrid"
TODAY = local_day(utcnow(), ZONE)
LAST = add_months(month_of(TODAY), -1)
"""The last complete month: what lies in it stays where it is, whatever day it is today."""


@pytest.fixture
def organisation(db):
    make.organisation(db, time_zone=ZONE)
    return make.org_unit(db, name="Technology")


@pytest.fixture
def manager(db, organisation, monkeypatch):
    row = make.account(db, make.person(db, name="Max Example"))
    make.grant(db, row, GrantedRole.MANAGER, organisation)
    return take_seat(db, monkeypatch, row)


@pytest.fixture
def rooms(db, organisation):
    """Data: six members, four in the last month's session. Web: two members, one session without a list."""
    area = make.area(db, name="Engineering")
    found = {
        "data": make.community(db, slug="data", name="Data", area_id=area.id),
        "web": make.community(db, slug="web", name="Web"),
    }
    lead = make.person(db, name="Lea Canary")
    people = [make.person(db, name=f"Canary {number}", org_unit_id=organisation.id) for number in range(6)]
    for somebody in people:
        make.membership(db, found["data"], somebody, joined_on=add_months(LAST, -1))
    for somebody in people[:2]:
        make.membership(db, found["web"], somebody, joined_on=add_months(LAST, -1))
    make.facilitator(db, found["data"], lead, since_on=add_months(LAST, -1))
    make.session(db, found["data"], LAST.replace(day=9), people=[lead, *people[:4]], title="Lineage")
    make.session(db, found["web"], LAST.replace(day=12), title="Unlisted")
    make.contribution(db, found["data"], LAST.replace(day=9), person_id=people[0].id)
    make.commit(db)
    return found | {"lead": lead, "people": people}


def values(app: AppTest) -> dict[str, str]:
    return {item.label: item.value for item in app.metric}


def texts(app: AppTest) -> str:
    kinds = [app.markdown, app.caption, app.info, app.subheader, app.title, app.error]
    return "\n".join(str(item.value) for kind in kinds for item in kind)


def kpis(**address: str) -> AppTest:
    return open_page("kpis", **address)


COMMUNITIES = {"tab": "Communities by need for help"}
SESSIONS = {"tab": "Sessions behind the figures"}


def sessions_shown(app: AppTest) -> list[str]:
    return [title for frame in app.dataframe if "came" in frame.value for title in frame.value["title"]]


def test_before_there_is_anything(db, manager):
    make.commit(db)
    app = kpis()
    assert "No figures yet" in app.info[0].value
    assert not app.metric
    labels = [item.proto.label for item in app.main.get("page_link")]
    assert labels == ["See the communities"]  # a manager records nothing


def test_a_facilitator_is_led_to_the_first_session(db, organisation, monkeypatch):
    somebody = make.person(db)
    make.facilitator(db, make.community(db), somebody, since_on=LAST)
    take_seat(db, monkeypatch, make.account(db, somebody))
    make.commit(db)
    labels = [item.proto.label for item in kpis().main.get("page_link")]
    assert labels == ["Record a session", "See the communities"]


def test_the_cards_by_hand(manager, rooms):
    app = kpis()
    assert values(app) == {
        "Members": "8",
        "Active members": "4",  # the lead is no member
        "Sessions held": "2",
        "Participation": "67%",  # 4 of 6
        "Attendance per session": "5.0",  # the lead is in the room; Web has no list
        "Return on time invested": "not enough data",
        "New people": "5",
        "Returning": "0",
        "Contributions": "1",
    }
    beside = {item.label: item.proto.delta_description for item in app.metric}
    assert beside["Participation"] == "n = 6 places"
    assert beside["Active members"] == "of 8 members"
    assert beside["New people"] == "of 5 by name"
    shown = texts(app)
    assert f"as of {TODAY.day} {TODAY:%b %Y}" in shown
    assert "Last session held 12 " in shown


def test_every_figure_tells_what_it_means(manager, rooms):
    app = kpis()
    help_of = {item.label: item.help for item in app.metric}
    assert "A session without a list is missing data, not zero." in help_of["Participation"]
    assert "Somebody in two communities counts in both." in help_of["Members"]
    assert "n = 6 member places, 1 session with a list." in help_of["Participation"]
    app.session_state["chart"] = "participation"
    app.run()
    assert not app.exception
    assert "Attending members ÷ members on the day" in texts(app)
    table = next(item.value for item in app.dataframe if "Participation" in item.value)
    row = table.set_index("Month").loc[f"{LAST:%Y-%m}"]
    assert row.tolist() == [pytest.approx(4 / 6, abs=1e-4), 4, 6]
    assert [button.proto.label for button in app.get("download_button")] == ["Chart as PNG"]
    app.session_state["download_participation"] = True
    app.run()
    labels = {button.proto.label for button in app.get("download_button")}
    assert labels == {"Table as CSV", "Table as Excel", "Chart as PNG"}


def test_charts_tell_in_words_what_they_show(manager, rooms):
    app = kpis()
    said = [item.proto.alt for item in app.get("vega_lite_chart")]
    assert len(said) == 6
    of_participation = next(words for words in said if words.startswith("Participation"))
    assert f"Participation: 67% in {LAST:%b %Y}, highest 67% in {LAST:%b %Y}." in of_participation


def test_filters_narrow_everything_and_can_stand_in_the_address(manager, rooms):
    app = kpis()
    app.multiselect(key="community").set_value([rooms["web"].id]).run()
    assert not app.exception
    assert values(app)["Members"] == "2"
    assert values(app)["Participation"] == "not enough data"
    again = kpis(community="Web")  # the address that a browser now shows
    assert values(again)["Members"] == "2"
    by_area = kpis(area="Engineering")
    assert values(by_area)["Members"] == "6"


def test_a_period_can_be_chosen(manager, rooms):
    app = kpis(period="3 months")
    assert values(app)["Sessions held"] == "2"
    name = f"{TODAY:%b %Y}"
    app = kpis(period="From … to …", **{"from": name, "to": name})
    assert values(app)["Sessions held"] == "0"
    assert values(app)["Members"] == "8"
    everything = kpis(period="All time")
    assert values(everything)["Sessions held"] == "2"
    assert values(kpis(period="nonsense"))["Sessions held"] == "2"


def test_a_unit_counts_its_people_and_small_ones_are_withheld(manager, rooms):
    app = kpis(unit="Technology")
    assert values(app)["Members"] == "8"
    assert values(app)["Attendance per session"] == "4.0"  # without the lead, who belongs to no unit
    assert "are withheld" in texts(app)
    small = kpis(unit="Technology", community="Web")  # two people
    assert values(small)["Members"] == "not enough data"
    assert values(small)["New people"] == "not enough data"
    assert values(small)["Sessions held"] == "1"


def test_a_manager_chooses_among_their_own_units(db, manager, rooms):
    other = make.org_unit(db, name="Elsewhere")
    make.commit(db)
    app = kpis()
    assert app.selectbox(key="unit").options == ["Technology"]
    app = kpis(unit=other.name)
    assert app.selectbox(key="unit").value is None
    assert values(app)["Members"] == "8"


def test_a_recorded_session_shows_on_the_next_run(manager, rooms):
    app = kpis()
    assert values(app)["Sessions held"] == "2"
    lead = rooms["lead"]
    who = Actor(0, lead.id, lead.name, frozenset({Role.STAFF, Role.FACILITATOR}), frozenset({rooms["data"].id}))
    starts = datetime.now(ZoneInfo(ZONE)).replace(tzinfo=None, second=0, microsecond=0) - timedelta(hours=2)
    execute(
        operations.record_session,
        who,
        community_id=rooms["data"].id,
        plan=Plan("Just now", starts, starts + timedelta(hours=1), ZONE),
        report=Report("list", attended=[person.id for person in rooms["people"]]),
    )
    app.run()
    assert values(app)["Sessions held"] == "3"
    assert values(app)["Active members"] == "6"
    assert values(app)["Participation"] == "83%"  # 4 + 6 of 6 + 6


def test_down_to_the_sessions_and_no_further(manager, rooms):
    app = kpis(**SESSIONS)
    assert sessions_shown(app) == []
    app.selectbox(key="month").set_value(f"{LAST:%b %Y}").run()
    assert not app.exception
    assert sessions_shown(app) == ["Unlisted", "Lineage"]
    frame = next(item.value for item in app.dataframe if "came" in item.value)
    assert list(frame["came"]) == ["no list", "5"]
    assert all(address.startswith("/session?id=") for address in frame["open"])
    app.selectbox(key="within").set_value(rooms["web"].id).run()
    assert sessions_shown(app) == ["Unlisted"]
    empty = kpis(**SESSIONS, month=f"{TODAY:%b %Y}")
    assert "No session was held there and then." in texts(empty)


def test_communities_with_their_signs(manager, rooms):
    app = kpis(**COMMUNITIES)
    app.session_state["download_communities"] = True
    app.run()
    labels = [button.proto.label for button in app.get("download_button")]
    assert labels == ["Communities as CSV", "Communities as Excel"]
    frame = next(item.value for item in app.dataframe if "why" in item.value)
    assert list(frame["name"]) == ["Web", "Data"]
    assert list(frame["why"]) == ["No list for 1 of 1 session", "–"]
    assert list(frame["open"]) == ["/community?c=web", "/community?c=data"]


def test_no_name_of_anybody_who_came(manager, rooms):
    shown = ""
    for tab in (COMMUNITIES, SESSIONS):
        app = kpis(**tab, month=f"{LAST:%b %Y}")
        shown += texts(app) + "".join(item.value.to_csv() for item in app.dataframe)
    app = kpis()
    for panel in ("people", "participation", "attendance", "classes", "output"):
        app.session_state["chart"] = panel
        app.run()
        shown += texts(app) + "".join(item.value.to_csv() for item in app.dataframe)
    assert "Lineage" in shown
    assert "Canary" not in shown


def test_a_facilitator_sees_their_own(db, rooms, monkeypatch):
    take_seat(db, monkeypatch, make.account(db, db.get_one(Person, rooms["lead"].id)))
    make.commit(db)
    app = kpis()
    assert values(app)["Members"] == "6"
    assert app.multiselect(key="community").options == ["Data"]
    assert app.multiselect(key="community").placeholder == "All yours"
    other = kpis(community="Web")  # a shared link of somebody who sees more
    assert not other.exception
    assert values(other)["Members"] == "6"


def test_staff_have_no_such_page(db, rooms, monkeypatch):
    take_seat(db, monkeypatch)
    make.commit(db)
    app = kpis()
    assert "kpis" not in app.session_state["_pages"]
    assert app.title[0].value == "Communities"
    assert not app.metric
