"""Two records of one person, looked at side by side and made one."""

import secrets

import pytest
from playwright.sync_api import expect

from cop.db import bump
from cop.models import Person
from tests import factories as make
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("look", "options"), [("desktop", {}), ("phone", PHONE)])
def test_two_records_become_one(server, new_page, sign_in, settle, shot, axe, look, options):
    number = secrets.token_hex(3)
    first, second = f"Quillon Dræger_{number}", f"Dræger_{number} Quillon"
    with server.rows() as db:
        keep = make.person(db, name=first, email=f"{number}@x.example").id
        gone = make.person(db, name=second, handle=number).id
        bump(db, ("people",))  # as an operation would have: else the screen may show what it knew before
    page = new_page(**options)
    sign_in(page, "ada", "/people")
    page.get_by_role("combobox", name="Look at a pair").fill(number)
    page.get_by_role("option").first.click()
    stays = page.get_by_role("radiogroup", name="The record that stays")
    stays.get_by_text(first).click()
    settle(page)
    shot(page, f"merge-{look}")
    axe(page)
    page.get_by_role("button", name="Merge …").click()
    page.get_by_role("button", name="Merge them").click()
    expect(page.get_by_role("button", name="Merge …")).to_have_count(0)
    with server.rows() as db:
        assert db.get_one(Person, gone).merged_into_id == keep
        assert db.get_one(Person, keep).merged_into_id is None
