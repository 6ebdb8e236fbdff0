"""The calendar as people use it: to the next month, into a session and back; a full day; on a phone; into a plan."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from cop import db as database
from cop.choices import SessionStatus
from cop.models import Community
from cop.periods import add_months, local_day, month_of, utcnow
from tests import factories as make
from tests.browser.conftest import DARK, PHONE

pytestmark = pytest.mark.browser
TITLE = "Lineage <b>in</b> [practice]"


@pytest.fixture(scope="module")
def month(server):
    """Next month, with one session on its 12th and six on its 20th, one of them cancelled."""
    found = add_months(month_of(local_day(utcnow(), "Europe/Madrid")), 1)
    with server.rows() as db:
        room, other = (db.get(Community, server.ids[name]) for name in ("community", "other"))
        make.session(db, room, found.replace(day=12), title=TITLE, status=SessionStatus.PLANNED)
        for number in range(6):
            status = SessionStatus.CANCELLED if number == 0 else SessionStatus.PLANNED
            make.session(db, other, found.replace(day=20), title=f"Workshop {number}", status=status)
    return found


def _name(month):
    return f"{month:%B %Y}"


def test_to_the_next_month_into_a_session_and_back(server, month, page, sign_in, settle, axe, shot):
    sign_in(page, "sam", "/calendar")
    expect(page.get_by_role("heading", name=_name(add_months(month, -1)))).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name=_name(month))).to_be_visible()
    expect(page.get_by_text("You belong to no community yet, so all of them are shown")).to_be_visible()
    table = page.get_by_role("table", name=_name(month))
    expect(table.get_by_role("columnheader")).to_have_text(["Week", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
    expect(table.get_by_role("rowheader").first).to_have_text(f"W{month.isocalendar().week}")
    axe(page)
    shot(page, "calendar-month")
    session = table.get_by_role("link", name=TITLE)
    with page.context.expect_page() as opened:
        session.click(modifiers=["ControlOrMeta"])
    expect(opened.value.get_by_role("heading", name=TITLE)).to_be_visible()
    opened.value.close()
    session.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    page.wait_for_url(re.compile(r"/session\?id=\d+$"))
    page.go_back()
    expect(page.get_by_role("heading", name=_name(month))).to_be_visible()
    assert page.url == f"{server.url}/calendar?on={month:%Y-%m}"

    full = table.get_by_role("cell").filter(has_text="Workshop 0")
    expect(full.get_by_role("link")).to_have_count(4)
    expect(full.get_by_role("link", name="Workshop 0")).to_have_accessible_name(re.compile(r"\(cancelled\)$"))
    full.get_by_role("link", name=f"+3 more on {month.replace(day=20):%a} 20 {month:%b %Y}").click()
    expect(page.get_by_role("heading", name=f"20 {month:%b}", exact=False).first).to_be_visible()
    expect(page.get_by_role("link", name="Workshop")).to_have_count(6)
    expect(page.get_by_role("radio", name="List")).to_be_checked()
    settle(page)
    axe(page)
    shot(page, "calendar-list")
    page.go_back()
    expect(page.get_by_role("heading", name=_name(month))).to_be_visible()
    expect(page.get_by_role("radio", name="Month")).to_be_checked()


@pytest.mark.parametrize(("look", "options"), [("dark", DARK), ("phone", PHONE), ("phone-dark", PHONE | DARK)])
def test_other_looks(server, month, new_page, sign_in, settle, axe, shot, look, options):
    page = new_page(**options)
    sign_in(page, "sam", f"/calendar?on={month:%Y-%m}")
    session = page.get_by_role("link", name=TITLE)
    expect(session).to_have_count(1)  # in the table or in the list, never in both
    expect(page.get_by_role("table")).to_have_count(0 if "phone" in look else 1)
    axe(page)
    shot(page, f"calendar-{look}")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, "the page scrolls sideways"
    page.goto(f"{server.url}/calendar?view=Week&on={month:%Y-%m}-20")
    expect(page.get_by_role("link", name="Workshop")).to_have_count(6)
    axe(page)
    shot(page, f"calendar-week-{look}")


def test_plan_a_session_on_a_day(server, month, page, sign_in, settle, axe):
    sign_in(page, "fay", f"/calendar?on={month:%Y-%m}")
    expect(page.get_by_role("button", name="My communities")).to_be_visible()
    expect(page.get_by_role("link", name="Workshop")).to_have_count(0)
    page.get_by_role("button", name="My communities").click()
    expect(page.get_by_role("radio", name="Mine")).to_be_checked()
    settle(page)
    axe(page)
    page.keyboard.press("Escape")
    day = month + timedelta(days=14)
    page.get_by_role("link", name=f"Plan a session on {day:%a} {day.day} {day:%b %Y}").click()
    expect(page.get_by_role("heading", name="Plan a session")).to_be_visible()
    field = page.get_by_test_id("stDateInput").get_by_role("spinbutton")
    expect(field.first).to_have_text(f"{day:%Y}")
    expect(field.last).to_have_text(f"{day:%d}")


def test_a_session_that_is_planned_meanwhile_appears(server, month, page, sign_in):
    sign_in(page, "sam", f"/calendar?on={month:%Y-%m}&show=All")
    expect(page.get_by_role("link", name=TITLE)).to_be_visible()
    with server.rows() as db:
        room = db.get(Community, server.ids["community"])
        make.session(db, room, month.replace(day=5), title="Suddenly planned", status=SessionStatus.PLANNED)
        database.bump(db, ("sessions",))
    expect(page.get_by_role("link", name="Suddenly planned")).to_be_visible()
