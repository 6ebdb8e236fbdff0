"""Searching as people do: from the catalog, with a mistake, on to what was found and back; and agreeing to be found."""

import re

import pytest
from playwright.sync_api import expect

from cop.models import Community, Person
from tests import factories as make

pytestmark = pytest.mark.browser
LONG = "A very long lesson about zirconium, <b>bold</b> and [links](https://example.org), that goes on and on and on"


def test_from_the_catalog_to_what_was_found_and_back(server, page, sign_in, settle):
    with server.rows() as db:
        room = db.get(Community, server.ids["community"])
        make.contribution(db, room, title=LONG, person_id=server.ids["person:sam"])
        slug, name = room.slug, room.name
        who = db.get(Person, server.ids["person:sam"]).name
    sign_in(page, "fay", "/catalog?q=zirconuim")
    page.get_by_role("link", name="Search everything for “zirconuim”").click()
    expect(page.get_by_role("heading", name="Search", exact=True)).to_be_visible()
    expect(page.get_by_text("Showing results for zirconium")).to_be_visible()
    hit = page.get_by_role("link", name=LONG)
    expect(hit).to_have_attribute("href", re.compile(f"/community\\?c={slug}"))
    page.get_by_text("Contributions", exact=True).click()
    page.wait_for_url(re.compile("kind="))
    page.reload()
    expect(page.get_by_role("link", name=LONG)).to_be_visible()
    expect(page.get_by_role("heading", name="Contributions")).to_be_visible()
    page.get_by_role("link", name=LONG).click()
    expect(page.get_by_role("heading", name=name).first).to_be_visible()
    expect(page.get_by_text(LONG)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name=LONG)).to_be_visible()

    page.goto(f"{server.url}/search?q={who.split()[0]}")
    expect(page.get_by_role("heading", name="Contributions")).to_be_visible()
    expect(page.get_by_role("heading", name="People")).to_have_count(0)  # sam agreed to nothing
    other = page.context.browser.new_context()
    theirs = other.new_page()
    sign_in(theirs, "sam", "/account")
    theirs.get_by_text("Colleagues may find me by name in Search").click()
    theirs.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="People")).to_be_visible()  # by itself, on the open page
    other.close()
