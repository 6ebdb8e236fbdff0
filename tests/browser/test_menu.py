"""The sidebar's menu: where one is, by mouse and keyboard, there and back."""

import re

import pytest
from playwright.sync_api import expect

from cop.ui.navigation import PAGES

pytestmark = pytest.mark.browser


def test_the_menu_says_where_one_is_and_leads_on_by_keyboard_and_back(server, page, sign_in, settle):
    sign_in(page, "ada", "/catalog")
    screens = page.get_by_role("navigation", name="Screens")
    here = screens.locator("[aria-current=page]")
    expect(here).to_have_text(re.compile("Communities$"))
    office = [spec for spec in PAGES if spec.section == "Office"]
    expect(screens.get_by_role("list", name="Office").get_by_role("link")).to_have_count(len(office))
    screens.get_by_role("link", name="My account").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    page.wait_for_url("**/account")
    expect(here).to_have_text(re.compile("My account$"))
    expect(screens.get_by_role("link", name="My account")).to_be_focused()
    page.go_back()
    expect(page.get_by_role("heading", name="Communities", exact=True)).to_be_visible()
    expect(here).to_have_text(re.compile("Communities$"))


def test_a_screen_of_the_menu_can_be_opened_beside(server, page, sign_in, settle):
    sign_in(page, "sam", "/catalog")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="My account").click(modifiers=["ControlOrMeta"])
    expect(opened.value.get_by_role("heading", name="My account")).to_be_visible()
    expect(page.get_by_role("heading", name="Communities", exact=True)).to_be_visible()
