"""The funnel's board in a real browser: moved by mouse, keyboard and list, refused, undone, followed by others."""

import pytest
from playwright.sync_api import expect

from cop import db as database
from cop.choices import Channel, FunnelStage, GrantedRole, Horizon
from cop.execute import execute
from cop.funnel import move_operations
from cop.models import Account, FunnelItem, ItemUnit, OrgUnit, RoleGrant
from cop.periods import utcnow
from cop.permissions import Actor, Role
from tests import factories as make
from tests.browser.conftest import DARK, PHONE
from tests.browser.test_injection import PAYLOADS

pytestmark = pytest.mark.browser

NASTY = "<img src=x onerror=window.pwned=1> **bold** [x](javascript:window.pwned=1)"


@pytest.fixture
def items(server):
    """A need that may go on, one that lacks everything, a trend in progress; each test has its own."""
    now = utcnow()
    with server.rows() as db:
        for row in db.query(FunnelItem):
            db.delete(row)
        owner = server.ids["person:fay"]
        full = {"description": "Why", "owner_id": owner, "horizon": Horizon.LONG_TERM}
        dates = {"stage_since": now, "created_at": now}
        made = {
            "ready": make.funnel_item(db, title="Streaming", **full, **dates),
            "bare": make.funnel_item(db, title="Bare idea", **dates),
            "trend": make.funnel_item(
                db, title="Passkeys", channel=Channel.TREND, stage=FunnelStage.IN_PROGRESS, **dates
            ),
            "nasty": make.funnel_item(db, title=NASTY, **dates),
        }
        db.add(ItemUnit(item_id=made["ready"].id, org_unit_id=server.ids["unit"]))
        database.bump(db, ("funnel",))
        return {name: row.id for name, row in made.items()}


def column(page, title):
    """A stage's part of the board without lanes."""
    return page.locator(f".cell[aria-label^='{title}:']")


def card(page, title):
    return page.locator(".card").filter(has=page.get_by_role("link", name=title, exact=True))


def in_column(page, title, stage):
    return column(page, stage).locator(".card").filter(has=page.get_by_role("link", name=title, exact=True))


def stage_of(server, item_id):
    with server.rows() as db:
        return db.get(FunnelItem, item_id).stage.value


def move_as(server, name, item_id, stage, reason=""):
    """Somebody else's move, past the browser."""
    actor = Actor(0, server.ids["person:ada"], name, frozenset(Role))
    with server.rows() as db:
        version = db.get(FunnelItem, item_id).version
    execute(
        move_operations.move_item,
        actor,
        on=server.engine,
        item_id=item_id,
        version=version,
        stage=stage,
        reason=reason,
    )


def test_drag_with_the_mouse_then_undo(server, page, sign_in, items):
    sign_in(page, "max", "/funnel")
    card(page, "Streaming").drag_to(column(page, "Qualified"))
    expect(in_column(page, "Streaming", "Qualified")).to_be_visible()
    expect(page.get_by_text("“Streaming” is qualified now.")).to_be_visible()
    assert stage_of(server, items["ready"]) == "qualified"
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("“Streaming” is back where it was: inbox.")).to_be_visible()
    expect(in_column(page, "Streaming", "Inbox")).to_be_visible()
    with server.rows() as db:
        row = db.get(FunnelItem, items["ready"])
        assert (row.stage.value, row.stage_reason) == ("inbox", "")


def test_undo_is_refused_when_somebody_changed_it_meanwhile(server, page, sign_in, items):
    sign_in(page, "max", "/funnel")
    card(page, "Streaming").get_by_role("combobox").select_option("Qualified")
    expect(page.get_by_text("“Streaming” is qualified now.")).to_be_visible()
    move_as(server, "Ada Example", items["ready"], "parked", "Later")
    expect(in_column(page, "Streaming", "Qualified")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("“Streaming” was not moved. Ada Example moved it to Parked a moment ago.")).to_be_visible()
    assert stage_of(server, items["ready"]) == "parked"


def test_by_keyboard_while_others_move_cards(server, page, sign_in, settle, items):
    sign_in(page, "max", "/funnel")
    card(page, "Streaming").focus()
    page.keyboard.press("Space")
    live = page.get_by_role("status").filter(has_text="grabbed")
    expect(live).to_have_text("Streaming grabbed. Left and right choose a stage, Space drops, Escape cancels.")
    page.keyboard.press("ArrowRight")
    move_as(server, "Ada Example", items["bare"], "rejected", "No")
    expect(card(page, "Bare idea")).to_have_count(0)  # the board has followed, the grab goes on
    expect(card(page, "Streaming")).to_be_focused()
    expect(card(page, "Streaming")).to_have_class("card grabbed")
    page.keyboard.press("Space")
    expect(in_column(page, "Streaming", "Qualified")).to_be_visible()
    expect(page.get_by_text("“Streaming” is qualified now.")).to_be_visible()
    expect(card(page, "Streaming")).to_be_focused()
    assert stage_of(server, items["ready"]) == "qualified"
    page.keyboard.press("ArrowRight")
    expect(card(page, "Passkeys")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    settle(page)
    assert stage_of(server, items["trend"]) == "in_progress"


def test_what_is_missing_is_said_and_the_card_goes_back(server, page, sign_in, items):
    sign_in(page, "max", "/funnel")
    card(page, "Bare idea").drag_to(column(page, "Qualified"))
    expect(
        page.get_by_text(
            "“Bare idea” was not moved. It can't be qualified yet. "
            "It needs: a description, an owner, a unit that it concerns, a horizon."
        )
    ).to_be_visible()
    expect(in_column(page, "Bare idea", "Inbox")).to_be_visible()
    expect(in_column(page, "Bare idea", "Qualified")).to_have_count(0)
    assert stage_of(server, items["bare"]) == "inbox"


def test_a_reason_is_asked_for_before_anything_is_written(server, page, sign_in, items, axe, shot):
    sign_in(page, "max", "/funnel")
    card(page, "Bare idea").get_by_role("combobox").select_option("Parked")
    why = page.get_by_label("Why park “Bare idea”?")
    expect(why).to_be_focused()
    assert stage_of(server, items["bare"]) == "inbox"
    expect(in_column(page, "Bare idea", "Inbox")).to_be_visible()
    axe(page)
    shot(page, "board-reason")
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_text("Say why: whoever raised it will want to know.")).to_be_visible()
    why.fill("After the summer")
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_text("“Bare idea” is parked now.")).to_be_visible()
    expect(card(page, "Bare idea")).to_have_count(0)
    with server.rows() as db:
        row = db.get(FunnelItem, items["bare"])
        assert (row.stage.value, row.stage_reason) == ("parked", "After the summer")
    page.get_by_role("button", name="Show parked (1)").click()
    expect(in_column(page, "Bare idea", "Parked")).to_be_visible()
    card(page, "Passkeys").get_by_role("combobox").select_option("Inbox")
    page.get_by_role("button", name="Leave it where it is").click()
    expect(page.get_by_role("button", name="Leave it where it is")).to_have_count(0)
    assert stage_of(server, items["trend"]) == "in_progress"


def test_a_move_of_somebody_else_is_seen_and_a_stale_one_refused(server, new_page, sign_in, items):
    first, second = new_page(), new_page()
    sign_in(first, "max", "/funnel")
    sign_in(second, "sam", "/funnel")
    expect(second.get_by_role("combobox", name="Move Streaming to")).to_have_count(0)
    stale = card(first, "Streaming")
    stale.focus()
    first.keyboard.press("Space")  # grabbed as it is now
    first.keyboard.press("ArrowRight")
    move_as(server, "Ada Example", items["ready"], "rejected", "No money")
    expect(card(second, "Streaming")).to_have_count(0)
    expect(first.get_by_role("status").filter(has_text="It is no longer here.")).to_have_count(1)
    move_as(server, "Ada Example", items["ready"], "inbox")
    expect(in_column(second, "Streaming", "Inbox")).to_be_visible()
    expect(in_column(first, "Streaming", "Inbox")).to_be_visible()
    stale.focus()
    first.keyboard.press("Space")
    first.keyboard.press("ArrowRight")
    move_as(server, "Ada Example", items["ready"], "qualified")
    expect(in_column(first, "Streaming", "Qualified")).to_be_visible()
    expect(card(first, "Streaming")).to_have_class("card grabbed")
    first.keyboard.press("ArrowRight")
    first.keyboard.press("Space")
    said = "“Streaming” was not moved. Ada Example moved it to Qualified a moment ago."
    expect(first.get_by_text(said)).to_be_visible()
    expect(in_column(first, "Streaming", "Qualified")).to_be_visible()
    assert stage_of(server, items["ready"]) == "qualified"


def test_who_may_no_longer_move_is_refused(server, page, sign_in, items):
    """The board is still open as it was when the role was taken away."""
    sign_in(page, "max", "/funnel")
    expect(card(page, "Streaming")).to_be_visible()
    with server.rows() as db:
        grant = db.query(RoleGrant).filter_by(account_id=server.ids["account:max"]).one()
        db.delete(grant)
    try:
        card(page, "Streaming").get_by_role("combobox").select_option("Qualified")
        expect(page.get_by_text("was not moved. This doesn't exist, or you may not see or change it.")).to_be_visible()
        expect(in_column(page, "Streaming", "Inbox")).to_be_visible()
        expect(card(page, "Streaming").get_by_role("combobox")).to_have_count(0)
        assert stage_of(server, items["ready"]) == "inbox"
    finally:
        with server.rows() as db:
            account, unit = db.get(Account, server.ids["account:max"]), db.get(OrgUnit, server.ids["unit"])
            make.grant(db, account, GrantedRole.MANAGER, unit)


def test_a_long_column_shows_more_on_demand(server, page, sign_in, items):
    with server.rows() as db:
        for number in range(40):
            make.funnel_item(db, title=f"Filler {number}", created_at=utcnow(), stage_since=utcnow())
        database.bump(db, ("funnel",))
    sign_in(page, "max", "/funnel")
    inbox = column(page, "Inbox").locator(".card")
    expect(inbox).to_have_count(30)
    page.get_by_role("button", name="Show more (13 left)").click()
    expect(inbox).to_have_count(43)
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)


def test_a_text_is_text(server, page, sign_in, settle, items):
    with server.rows() as db:
        for text in PAYLOADS:
            make.funnel_item(db, title=text, created_at=utcnow(), stage_since=utcnow(), stage=FunnelStage.DELIVERED)
        database.bump(db, ("funnel",))
    sign_in(page, "max", "/funnel?lanes=By+channel&stage=Delivered&stage=Inbox")
    page.get_by_role("button", name="Show more").click()
    shown = page.locator(".cell[data-stage=delivered] .card a")
    expect(shown).to_have_count(len(PAYLOADS))
    assert set(shown.all_text_contents()) == set(PAYLOADS)
    card(page, NASTY).get_by_role("combobox").select_option("Qualified")
    expect(page.get_by_text(f"“{NASTY}” was not moved.")).to_be_visible()
    settle(page)
    assert page.evaluate("window.pwned ?? null") is None
    assert page.locator(".scroll :is(img, script, iframe, svg, style, form)").count() == 0


@pytest.mark.parametrize(
    ("look", "options"), [("light", {}), ("dark", DARK), ("phone", PHONE), ("phone-dark", PHONE | DARK)]
)
def test_looks(page, new_page, sign_in, settle, axe, shot, items, look, options):
    page = new_page(**options)
    sign_in(page, "max", "/funnel?lanes=By+channel")
    card(page, "Streaming").get_by_role("combobox").select_option("Qualified")
    expect(page.get_by_text("“Streaming” is qualified now.")).to_be_visible()
    settle(page)
    axe(page)
    shot(page, f"board-{look}")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, "the page scrolls sideways"


def test_on_a_phone_one_stage_at_a_time(page, new_page, sign_in, items):
    page = new_page(**PHONE)
    sign_in(page, "max", "/funnel")
    expect(card(page, "Streaming")).to_be_visible()
    expect(card(page, "Passkeys")).to_be_hidden()
    page.get_by_label("Stage", exact=True).select_option("In progress (1)")
    expect(card(page, "Streaming")).to_be_hidden()
    expect(card(page, "Passkeys")).to_be_visible()
