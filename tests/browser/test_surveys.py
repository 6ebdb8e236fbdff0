"""From a template to a funnel item: a wave is built, answered by three people and others, closed, read; nobody is singled out."""

import re
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from cop.choices import GroupKind
from cop.models import Answer, FunnelItem, OrgUnit, ReleasedCell, Survey, SurveyGroup
from cop.periods import local_day, utcnow
from cop.permissions import Actor, Role
from cop.surveys import answering
from cop.surveys.release import severity
from tests import factories as make
from tests.browser.conftest import DARK, PHONE

pytestmark = pytest.mark.browser
SHOWN = re.compile(r"everity \d")


@pytest.fixture(scope="module")
def others(server):
    """Nine more of the unit, three in a small team below it; the unit and the team need a skill."""
    with server.rows() as db:
        unit = db.get_one(OrgUnit, server.ids["unit"])
        team = make.org_unit(db, name="Tiny Team", parent_id=unit.id)
        server.ids["team"] = team.id
        skill = make.skill(db, name="Streaming", area_id=server.ids["area"], level_1="Has heard of it")
        for needs in (unit, team):
            make.unit_requirement(db, needs, skill, 3, needed=4, importance=3)
        people = [make.person(db, org_unit_id=unit.id) for _ in range(9)]
        small = [make.person(db, org_unit_id=team.id) for _ in range(3)]
        return [(person.id, 1) for person in people] + [(person.id, 4) for person in small]


def calm(page, axe):
    """Streamlit's notices have no name of their own; the page is looked at once the one that comes is gone."""
    notice = page.get_by_test_id("stToast")
    notice.first.wait_for()
    expect(notice).to_have_count(0)
    axe(page)


def build(server, page, settle, sign_in, shot, axe):
    """The office makes a template of an area's skills and opens a wave of it; returns its id."""
    sign_in(page, "ada", "/survey-office?tab=Templates")
    page.get_by_role("button", name="Skill gap: from a job role, area or unit").click()
    page.get_by_label("Ask for the skills of").click()
    page.get_by_role("option", name=re.compile("Data and engineering")).click()
    page.get_by_role("button", name="Build it of 1 skill").click()
    settle(page)
    page.get_by_role("button", name="Add the template").click()
    settle(page)
    calm(page, axe)
    shot(page, "survey-template")
    page.goto(f"{server.url}/survey-office?wave=new&of=1")
    settle(page)
    page.get_by_label("Name", exact=True).fill("Skills in autumn")
    page.get_by_label("Name", exact=True).press("Tab")
    expect(page.get_by_text("17 people would be asked today.")).to_be_visible()
    page.get_by_role("button", name="Make it a draft").click()
    settle(page)
    shot(page, "survey-draft")
    expect(page.get_by_role("heading", name="Skills in autumn")).to_be_visible()
    settle(page)
    calm(page, axe)
    page.get_by_role("button", name="Open it", exact=True).click()
    page.get_by_role("button", name="Open it now").click()
    expect(page.get_by_text("17 people asked")).to_be_visible()
    with server.rows() as db:
        return db.scalars(sa.select(Survey.id)).one()


def answer(page, sign_in, settle, username, word):
    """Somebody answers the one question, coming from the notice on another screen."""
    sign_in(page, username, "/catalog")
    page.get_by_role("link", name=re.compile("Answer")).first.click()
    page.get_by_role("radio", name=word, exact=True).click()
    settle(page)
    page.get_by_role("button", name="Review and send").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Sent. Thank you.")).to_be_visible()


def answer_elsewhere(server, wave, others):
    today = local_day(utcnow(), "Europe/Madrid")
    with server.rows() as db:
        question = db.scalars(sa.text("SELECT id FROM question")).one()
    for person_id, level in others:
        actor = Actor(0, person_id, "", frozenset({Role.STAFF}))
        answering.answer(actor, survey_id=wave, values={question: level}, today=today, on=server.engine)


def told(server, unit_id):
    """The severity that may be told of a unit, worked out from the released counts; None where it is hidden."""
    with server.rows() as db:
        own = (SurveyGroup.kind == GroupKind.ORG_UNIT) & (SurveyGroup.org_unit_id == unit_id)
        row = db.scalars(sa.select(ReleasedCell).join(SurveyGroup).where(own)).one()
        return None if row.counts is None else severity(row.counts, 3)


def test_from_a_template_to_a_funnel_item(server, others, new_page, sign_in, settle, shot, axe):
    office = new_page()
    wave = build(server, office, settle, sign_in, shot, axe)
    for username, word in (("sam", "Awareness"), ("fay", "Working"), ("olu", "None")):
        answer(new_page(**PHONE), sign_in, settle, username, word)
    answer_elsewhere(server, wave, others)

    manager = new_page()
    sign_in(manager, "max", f"/results?survey={wave}")
    expect(manager.get_by_text("This doesn't exist")).to_be_visible()  # as long as it is open

    office.reload()
    office.get_by_role("button", name="Close it", exact=True).click()
    office.get_by_role("button", name="Close it now").click()
    expect(office.get_by_role("link", name="Results", exact=True)).to_be_visible()
    with server.rows() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Answer)) == 0

    found = told(server, server.ids["unit"])
    assert 0.4 <= found <= 0.65  # (2 + 1 + 3 + 9 x 2) / (3 x 15) = 0.53, blurred
    assert told(server, server.ids["team"]) is None
    manager.goto(f"{server.url}/gaps?wave=Skills+in+autumn")
    settle(manager)
    expect(manager.get_by_text("17 asked, 88% answered")).to_be_visible()
    axe(manager)
    shot(manager, "gaps")
    manager.get_by_role("tab", name="One group").click()
    settle(manager)
    expect(manager.get_by_text(re.compile(f"everity {found:.2f}"))).to_be_visible()
    shot(manager, "gaps-group")
    manager.get_by_role("button", name="Make it a funnel item").click()
    expect(manager.get_by_text(re.compile("Streaming in Technology|Technology.*Streaming")).first).to_be_visible()
    settle(manager)
    calm(manager, axe)
    shot(manager, "gap-item")
    with server.rows() as db:
        item = db.scalars(sa.select(FunnelItem)).one()
        assert (item.channel.value, item.stage.value) == ("gap", "inbox")
        assert f"{found:.2f}" in item.description
    nobody_is_singled_out(server, wave, new_page, sign_in, settle, shot)


def nobody_is_singled_out(server, wave, new_page, sign_in, settle, shot):
    """Whatever stands in the address, of the team of three nothing is told."""
    phone = new_page(**PHONE, **DARK)
    sign_in(phone, "max", "/gaps")
    team, whole = {"unit": "Technology / Tiny Team"}, {"group": "Tiny Team"}
    for said in (
        team,
        team | {"tab": "One group"},
        whole | {"tab": "One group"},
        team | {"q": "Streaming", "by": "Units", "sort": "by name"},
    ):
        address = f"/gaps?{urlencode({'wave': 'Skills in autumn'} | said)}"
        phone.goto(server.url + address)
        settle(phone)
        main = phone.get_by_test_id("stMain").inner_text()
        assert "fewer than 5" in main, address
        assert not SHOWN.search(main), address
    shot(phone, "gaps-hidden-phone")
    phone.goto(f"{server.url}/results?survey={wave}&group=Tiny+Team")
    settle(phone)
    assert "Awareness" not in phone.get_by_test_id("stMain").inner_text()
