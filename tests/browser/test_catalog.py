"""Finding, joining and leaving a community in a real browser; shared addresses."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from cop import db as database
from cop.choices import SessionStatus
from cop.models import Community
from cop.periods import local_day, utcnow
from tests import factories as make
from tests.browser.conftest import DARK, PHONE

pytestmark = pytest.mark.browser


def _search(page, text):
    page.get_by_label("Search", exact=True).press_sequentially(text, delay=30)


def _card(page, name):
    return page.get_by_role("link", name=name)


def test_staff_find_join_and_leave(server, new_page, sign_in, settle, axe, shot):
    page = new_page()
    sign_in(page, "sam", "/catalog")
    axe(page)
    shot(page, "catalog")
    _search(page, "web gui")
    expect(page.get_by_text("1 of 2")).to_be_visible()
    expect(page).to_have_url(f"{server.url}/catalog?q=web+gui")
    _card(page, "Web Guild").click()
    expect(page.get_by_role("heading", name="Web Guild")).to_be_visible()
    settle(page)
    assert page.url == f"{server.url}/community?c=web-guild"
    axe(page)
    page.get_by_role("button", name="Join").click()
    page.get_by_role("textbox", name="What brings you here?").fill("To learn")
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Join").click()
    expect(page.get_by_text("You joined Web Guild.")).to_be_visible()
    expect(page.get_by_text("2 members")).to_be_visible()
    shot(page, "community-joined")
    page.get_by_role("button", name="Joined").click()
    page.get_by_role("button", name="Leave", exact=True).click()
    expect(page.get_by_text("1 member,")).to_be_visible()
    page.get_by_role("button", name="Undo leaving").click()
    expect(page.get_by_text("2 members")).to_be_visible()


@pytest.mark.parametrize(("look", "options"), [("dark", DARK), ("phone", PHONE), ("phone-dark", PHONE | DARK)])
def test_other_looks(new_page, sign_in, settle, axe, shot, server, look, options):
    page = new_page(**options)
    sign_in(page, "sam", "/catalog")
    axe(page)
    shot(page, f"catalog-{look}")
    page.goto(f"{server.url}/community?c=data-engineering")
    expect(page.get_by_role("heading", name="Data Engineering")).to_be_visible()
    settle(page)
    axe(page)
    shot(page, f"community-{look}")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, "the page scrolls sideways"


def test_a_shared_address_opens_with_the_same_filters(server, new_page, sign_in):
    first = new_page()
    sign_in(first, "sam", "/catalog")
    _search(first, "web")
    first.get_by_role("button", name="Filters").click()
    first.get_by_label("Stage").click()
    first.get_by_role("option", name="Potential").click()
    expect(first).to_have_url(f"{server.url}/catalog?q=web&stage=Potential")
    address = first.url
    second = new_page()
    sign_in(second, "max", address.removeprefix(server.url))
    expect(second.get_by_text("1 of 2")).to_be_visible()
    expect(second.get_by_label("Search", exact=True)).to_have_value("web")
    expect(second.get_by_role("button", name="Filters (1)")).to_be_visible()
    assert second.url == address
    second.get_by_role("button", name="Clear filters").click()
    expect(second.get_by_text("2 of 2")).to_be_visible()
    expect(second).to_have_url(f"{server.url}/catalog")


def test_typing_is_not_disturbed_by_somebody_elses_save(server, new_page, sign_in):
    """Half a word stands in the facilitator's form while another community's row appears on every open page."""
    page = new_page()
    sign_in(page, "fay", "/community?c=data-engineering&tab=Manage")
    page.get_by_role("textbox", name="Norms").press_sequentially("Be ki", delay=20)
    with server.rows() as db:
        room = db.get(Community, server.ids["community"])
        starts = utcnow() + timedelta(days=2)
        make.session(
            db,
            room,
            starts.date(),
            title="Suddenly planned",
            status=SessionStatus.PLANNED,
            starts_at=starts,
            ends_at=starts + timedelta(hours=1),
        )
        database.bump(db, ("sessions",))
    expect(page.get_by_text("Suddenly planned")).to_be_visible()  # the page has followed
    expect(page.get_by_role("textbox", name="Norms")).to_have_value("Be ki")
    page.keyboard.type("nd")
    expect(page.get_by_role("textbox", name="Norms")).to_have_value("Be kind")


def test_a_contribution_is_corrected_and_withdrawn_on_a_phone(server, new_page, sign_in, settle, axe, shot):
    with server.rows() as db:
        make.contribution(
            db,
            db.get(Community, server.ids["community"]),
            person_id=server.ids["person:fay"],
            title="Test the restor",
            day=local_day(utcnow(), "Europe/Madrid"),
        )
    page = new_page(**PHONE)
    sign_in(page, "fay", "/community?c=data-engineering&tab=Contributions")
    page.get_by_text("Edit", exact=True).click()
    page.get_by_label("What is it?").fill("Test the restore")
    settle(page)
    shot(page, "contribution-phone-edit")
    axe(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_text("Test the restore", exact=True).first).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Take it back?")).to_be_visible()
    page.get_by_role("button", name="Yes, withdraw it").click()
    expect(page.get_by_text("Nothing was contributed yet.")).to_be_visible()
