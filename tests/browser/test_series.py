"""A fortnightly series over a change of clocks: one moved, one cancelled, and the subscribed calendar shows it."""

import re
import secrets
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from ical.calendar_stream import IcsCalendarStream
from playwright.sync_api import expect

from cop.periods import utcnow
from tests.browser.conftest import DARK, PHONE

pytestmark = pytest.mark.browser

ZONE = ZoneInfo("Europe/Madrid")


def _before_a_change_of_clocks():
    """A Tuesday ahead of us, 17 days before the next change of clocks or less."""
    day = utcnow().astimezone(ZONE).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=2)
    while day.utcoffset() == (day + timedelta(days=17)).utcoffset() or day.weekday() != 1:
        day += timedelta(days=1)
    return day.date()


def _events(title, address):
    answer = httpx.get(address)
    assert answer.status_code == 200
    calendar = IcsCalendarStream.calendar_from_ics(answer.text)
    return sorted((event for event in calendar.events if title in event.summary), key=lambda event: event.dtstart)


def _fill_day(page, label, day):
    field = page.get_by_test_id("stDateInput").filter(has_text=label)
    field.get_by_role("spinbutton").first.click()
    page.keyboard.type(f"{day:%Y%m%d}")
    page.keyboard.press("Enter")


def test_a_fortnightly_series_over_a_change_of_clocks(server, new_page, sign_in, settle, shot, axe):
    first, title = _before_a_change_of_clocks(), f"Guild hour {secrets.token_hex(2)}"  # another one at a second try
    page = new_page()
    sign_in(page, "fay", "/plan?community=data-engineering")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Repeats").click()
    page.get_by_role("option", name="By weeks").click()
    expect(page.get_by_text("Every week on")).to_be_visible()
    _fill_day(page, "First day", first)
    _fill_day(page, "Last day", first + timedelta(days=56))
    page.get_by_label("Every … weeks").fill("2")
    page.get_by_label("Every … weeks").press("Enter")
    expect(page.get_by_text(re.compile("Every 2 weeks on Tuesday"))).to_be_visible()
    axe(page)
    shot(page, "series-plan")
    page.get_by_role("button", name="Save the plan").click()
    expect(page.get_by_text(re.compile(f"{title}: every 2 weeks on Tuesday"))).to_be_visible()
    expect(page.get_by_role("link", name=title)).to_have_count(5)

    page.get_by_role("button", name="Subscribe").click()
    page.get_by_role("button", name="Make the address").click()
    address = page.get_by_test_id("stCode").filter(has_text="/feeds/").inner_text().strip()
    shot(page, "series-subscribe")
    before = _events(title, address)
    days = [event.dtstart.astimezone(ZONE).date() for event in before]
    assert days == [first + timedelta(days=14 * number) for number in range(5)]
    assert len({event.dtstart.astimezone(ZONE).strftime("%H:%M") for event in before}) == 1
    assert len({event.dtstart.astimezone(ZONE).utcoffset() for event in before}) == 2  # clocks changed between

    page.keyboard.press("Escape")
    page.get_by_role("link", name=title).nth(1).click()
    page.get_by_role("link", name="Change the plan").click()
    expect(page.get_by_text("What to change")).to_be_visible()
    _fill_day(page, "Day", first + timedelta(days=15))
    page.get_by_role("button", name="Save the plan").click()
    moved_to = first + timedelta(days=15)
    expect(page.get_by_text(f"{moved_to:%a} {moved_to.day} {moved_to:%b %Y}", exact=False).first).to_be_visible()
    page.get_by_role("link", name="Data Engineering").click()
    settle(page)
    page.get_by_role("tab", name="Sessions").click()
    page.get_by_role("link", name=title).nth(2).click()
    page.get_by_text("Cancel this session").click()
    page.get_by_label("Reason (visible to everybody)").fill("Public holiday in town")
    page.get_by_role("button", name="Cancel these sessions").click()
    expect(page.get_by_text("Public holiday in town").first).to_be_visible()
    shot(page, "series-cancelled")

    after = _events(title, address)
    assert [event.uid for event in after] == [event.uid for event in before]
    moved = [event.dtstart.astimezone(ZONE).date() for event in after]
    assert moved == [days[0], days[1] + timedelta(days=1), *days[2:]]
    assert [event.sequence for event in after] == [0, 1, 1, 0, 0]
    assert [event.status for event in after] == ["CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED", "CONFIRMED"]


@pytest.mark.parametrize(("look", "options"), [("dark", DARK), ("phone", PHONE)])
def test_other_looks(new_page, sign_in, axe, shot, look, options):
    page = new_page(**options)
    sign_in(page, "fay", "/plan?community=data-engineering")
    page.get_by_label("Repeats").click()
    page.get_by_role("option", name="By months, on a weekday").click()
    expect(page.get_by_text(re.compile("of the month:"))).to_be_visible()
    axe(page)
    shot(page, f"series-plan-{look}")
