"""Text of every script and of any length, typed by hand: it comes back as typed, or is refused and still stands there."""

import unicodedata

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from cop.models import CommunitySession

pytestmark = pytest.mark.browser

ODD = (
    "שלום \u202eright to left\u202c مرحبا",
    "👩\u200d👩\u200d👧 👍🏽 🇪🇸 zero\u200bwidth",
    "Zoe\u0308 Nun\u0303ez \u1100\u1161\u11a8",  # composed by the browser's user or not: one text
    "ﬁ Ω K ½ ﷺ 𝔘𝔫𝔦 \u2028 line",
    "名前 ไทย हिन्दी Ω≈ç√∫",
)
TOO_LONG = "A hundred thousand letters. " * 3_700


def test_odd_text_comes_back_and_too_long_text_stays_in_the_form(server, page, sign_in, settle):
    sign_in(page, "fay", "/record?community=data-engineering")
    title, topics = page.get_by_label("Title"), page.get_by_label("Topics")
    title.fill(ODD[1])
    settle(page)
    page.get_by_text("No list taken").click()
    settle(page)
    topics.fill(TOO_LONG)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("is too long: 103,599 characters, at most 20,000 fit.")).to_be_visible()
    settle(page)
    assert topics.input_value() == TOO_LONG
    page.reload()  # kept by the server too, until it is shortened
    expect(page.get_by_text("is restored")).to_be_visible()
    settle(page)
    assert topics.input_value() == TOO_LONG
    expect(title).to_have_value(ODD[1])
    topics.fill("\n".join(ODD))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Recorded. The community’s figures")).to_be_visible()
    settle(page)
    with server.rows() as db:
        row = db.scalars(sa.select(CommunitySession).where(CommunitySession.title == ODD[1])).one()
        assert row.topics.split("\n") == [unicodedata.normalize("NFC", text) for text in ODD]
    shown = page.get_by_test_id("stMain").inner_text()
    assert all(unicodedata.normalize("NFC", text) in shown for text in ODD[:3])
