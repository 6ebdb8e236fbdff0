"""The radar in a browser: drawn in both schemes and on a phone, compared with an edition, one quadrant larger."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from cop.choices import Channel, EvidenceKind
from cop.models import RingChange
from cop.periods import local_day, utcnow
from tests import factories as make
from tests.browser.conftest import DARK, PHONE

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def radar(server) -> int:
    """120 trends in four quadrants; every third moved sixty days ago."""
    today = local_day(utcnow(), "Europe/Madrid")
    with server.rows() as db:
        for number in range(120):
            row = make.funnel_item(db, channel=Channel.TREND, title=f"Trend {number}", quadrant_id=1 + number % 4)
            for ring, back, volume in ((1 + number % 3, 300, 1), (1 + number % 4, 60, 2))[: 2 if number % 3 else 1]:
                said = {"source_kind": EvidenceKind.REPORT, "source": "A radar", "added_at": make.NOW}
                day = today - timedelta(days=back)
                db.add(RingChange(item_id=row.id, ring_id=ring, changed_on=day, edition=f"Vol. {volume}", **said))
        return 120


def drawn(page: Page, settle) -> None:
    settle(page)
    chart = page.get_by_test_id("stVegaLiteChart")
    expect(chart.get_by_role("img").or_(chart.locator("svg, canvas")).first).to_be_visible()


def test_the_radar_everywhere(server, radar, new_page, sign_in, settle, shot, axe):
    for name, options in (
        ("desktop-light", {}),
        ("desktop-dark", DARK),
        ("phone-light", PHONE),
        ("phone-dark", PHONE | DARK),
    ):
        page = new_page(**options)
        sign_in(page, "sam", "/trends")
        drawn(page, settle)
        expect(page.get_by_text(f"n = {radar} of {radar} trends")).to_be_visible()
        shot(page, f"trends-{name}")
        axe(page)
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0, "nothing scrolls sideways"
        frame = page.get_by_test_id("stVegaLiteChart").bounding_box()
        drawing = page.get_by_test_id("stVegaLiteChart").locator("svg, canvas").first.bounding_box()
        assert frame["width"] * 0.9 <= drawing["width"] <= frame["width"] + 1
        assert drawing["height"] <= 1.3 * drawing["width"], "as high as it needs to be, no higher"


def test_an_edition_and_a_quadrant_stay_in_the_address(server, radar, page, sign_in, settle, shot, axe):
    sign_in(page, "sam", "/trends?since=Edition+Vol.+1")
    drawn(page, settle)
    page.get_by_role("combobox", name="Quadrant").click()
    page.get_by_role("option").first.click()
    drawn(page, settle)
    expect(page.get_by_text(f"n = {radar // 4} of {radar} trends")).to_be_visible()
    assert "quadrant=" in page.url
    assert "Vol" in page.url
    shot(page, "trends-quadrant")
    axe(page)
    page.reload()
    drawn(page, settle)
    expect(page.get_by_text(f"n = {radar // 4} of {radar} trends")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Picture as PNG").click()
    assert download.value.suggested_filename.startswith("cop-radar-")
