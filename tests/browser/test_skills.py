"""Skills in a real browser: a grid that two people edit, one's own skills on a phone, an offer of help."""

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from cop.execute import execute
from cop.models import CommunitySkill, Person, RoleRequirement
from cop.permissions import SYSTEM
from cop.skills.inputs import RoleCell
from cop.skills.requirement_operations import set_role_requirements
from tests import factories as make
from tests.browser.conftest import DARK, PHONE

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def skills(server):
    """Engineers need SQL; Sam, an analyst, needs Python, which the community serves."""
    with server.rows() as db:
        engineer, analyst = make.job_role(db, name="Engineer"), make.job_role(db, name="Analyst")
        sql, cloud = make.skill(db, name="SQL"), make.skill(db, name="Cloud")
        python = make.skill(db, name="Python", level_1="Reads scripts", level_3="Writes packages")
        make.role_requirement(db, engineer, sql, 3)
        make.role_requirement(db, analyst, python, 3)
        db.add(CommunitySkill(community_id=server.ids["community"], skill_id=python.id))
        db.get_one(Person, server.ids["person:sam"]).job_role_id = analyst.id
        return {"role": engineer.id, "sql": sql.id, "cloud": cloud.id}


def level(server, skills, name):
    with server.rows() as db:
        chosen = sa.select(RoleRequirement.level).where(
            RoleRequirement.skill_id == skills[name], RoleRequirement.until_on.is_(None)
        )
        return db.scalar(chosen)


def choose(page, settle, row, text):
    """In the first column of levels, with the keyboard: Enter opens a cell's choices."""
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    page.mouse.click(box["x"] + 300, box["y"] + 35 + 35 * row + 17)
    page.keyboard.press("Enter")
    expect(page.get_by_role("option", name=text)).to_be_visible()
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.get_by_role("option", name=text)).to_have_count(0)
    settle(page)


def test_a_grid_is_saved_whole_and_tells_what_somebody_else_set_meanwhile(
    server, skills, page, sign_in, settle, shot, axe
):
    sign_in(page, "ada", "/skills?tab=Job+roles&roles=Engineer")
    settle(page)
    choose(page, settle, 0, "Expert")  # Cloud
    expect(page.get_by_text("1 change not saved")).to_be_visible()
    cell = RoleCell(skills["role"], skills["cloud"], None, 1)
    execute(set_role_requirements, SYSTEM, on=server.engine, cells=(cell,))
    page.wait_for_timeout(3_000)  # the screen follows within two seconds, and takes an open cell's choices away
    settle(page)
    choose(page, settle, 2, "Working")  # SQL, behind Python
    expect(page.get_by_text("2 changes not saved")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Engineer, Cloud: awareness now, expert with you")).to_be_visible()
    assert (level(server, skills, "cloud"), level(server, skills, "sql")) == (1, 3)
    shot(page, "skills-grid-conflict")
    axe(page)
    page.get_by_role("button", name="Keep the saved levels, save the rest").click()
    expect(page.get_by_text("Saved: 1 change.")).to_be_visible()
    assert (level(server, skills, "cloud"), level(server, skills, "sql")) == (1, 2)


def test_own_skills_on_a_phone_and_an_offer_that_others_see_until_it_is_taken_back(
    server, skills, new_page, sign_in, settle, shot, axe
):
    phone, other = new_page(**PHONE, **DARK), new_page()
    sign_in(phone, "sam", "/profile")
    expect(phone.get_by_text("What your job role requires")).to_be_visible()
    phone.get_by_role("button", name="Awareness", exact=True).or_(
        phone.get_by_role("radio", name="Awareness", exact=True)
    ).first.click()
    expect(phone.get_by_text("2 levels to go")).to_be_visible()
    expect(phone.get_by_text("Reads scripts")).to_be_visible()
    phone.get_by_text("I can help", exact=True).first.click()
    expect(phone.get_by_text("Colleagues find your name and e-mail address with: Python.")).to_be_visible()
    settle(phone)
    shot(phone, "my-skills-phone")
    axe(phone)
    sign_in(other, "olu", "/helpers")
    other.get_by_role("combobox").click()
    other.get_by_role("option", name="Python").click()
    expect(other.get_by_text("sam@orbis.example")).to_be_visible()
    axe(other)
    phone.get_by_role("button", name="Stop offering help").click()
    expect(other.get_by_text("sam@orbis.example")).to_have_count(0)  # without touching anything
    phone.get_by_role("tab", name="Gaps and communities").click()
    expect(phone.get_by_text("Serves Python")).to_be_visible()
    settle(phone)
    shot(phone, "my-gaps-phone")
    phone.get_by_role("button", name="Join").click()
    expect(phone.get_by_text("None that you aren't in already.")).to_be_visible()
