"""Finding, joining and leaving a community in a real browser; shared addresses; text that must stay text."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from cop import db as database
from cop.models import Community, ContributionKind, Objective, Resource, SessionStatus
from cop.periods import utcnow
from tests import factories as make
from tests.browser.conftest import DARK, PHONE

pytestmark = pytest.mark.browser

PAYLOADS = (
    "<img src=https://evil.test/a.png onerror=alert(1)>",
    "![x](https://evil.test/b.png)",
    "[click](javascript:alert(1)) www.evil.test a@evil.test",
    "<script>fetch('https://evil.test/c')</script> :red[x] $x^2$ **b** `c`",
    "https://evil.test/d :material/home: # h",
)


def _search(page, text):
    page.get_by_label("Search", exact=True).press_sequentially(text, delay=30)


def _shown(page):
    """Which payloads are to be read on the page; plain() puts an invisible joiner into addresses."""
    text = page.get_by_test_id("stMain").inner_text().replace("\u2060", "")
    return {payload for payload in PAYLOADS if payload in text}


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


def test_text_stays_text(server, new_page, sign_in, settle):
    """Every text field of a community holds something nasty: shown as typed, nothing asked of other servers."""
    image, picture, link, script, address = PAYLOADS
    with server.rows() as db:
        room = make.community(
            db,
            slug="nasty",
            name=image,
            focus=picture,
            charter="\n".join(PAYLOADS),
            norms="\n".join(PAYLOADS),
            cadence=link[:80],
            area_id=make.area(db, name=address).id,
            org_unit_id=make.org_unit(db, name=script).id,
        )
        somebody = make.person(db, name=picture)
        make.facilitator(db, room, somebody)
        make.membership(db, room, somebody)
        starts = utcnow() + timedelta(days=2)
        planned = {"status": SessionStatus.PLANNED, "starts_at": starts, "ends_at": starts + timedelta(hours=1)}
        make.session(db, room, starts.date(), title=picture, **planned)
        make.session(db, room, (utcnow() - timedelta(days=3)).date(), title=script)
        make.contribution(db, room, title=image, kind=ContributionKind.IDEA, person_id=somebody.id)
        db.add(Objective(community_id=room.id, statement=picture, measure=address))
        db.add(Resource(community_id=room.id, title=image, url="https://example.org/", added_at=utcnow()))
        merged = make.community(
            db, slug="gone", name=script, archived_at=utcnow(), archive_reason=picture, merged_into_id=room.id
        )
        database.bump(db, ("catalog", "sessions", "memberships", "people", "organisation"))
        assert merged.id
    page = new_page()
    elsewhere, dialogs = [], []
    page.on("request", lambda request: elsewhere.append(request.url) if "evil.test" in request.url else None)
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    sign_in(page, "ada", "/catalog?archived=true")
    expect(page.get_by_text("4 of 4")).to_be_visible()
    assert {image, picture, script, address} <= _shown(page)
    tabs = ("About", "Sessions", "Contributions", "Resources", "Members", "Manage")
    for slug, tab in [*(("nasty", tab) for tab in tabs), ("gone", "About")]:
        page.goto(f"{server.url}/community?c={slug}&tab={tab}")
        expect(page.get_by_role("tab", name=tab, selected=True)).to_be_visible()
        settle(page)
        main = page.get_by_test_id("stMain")
        assert main.locator("img, script, a[href*='evil.test'], a[href^='javascript'], .katex").count() == 0, tab
    page.goto(f"{server.url}/community?c=nasty")
    settle(page)
    assert set(PAYLOADS) <= _shown(page)
    assert elsewhere == []
    assert dialogs == []
