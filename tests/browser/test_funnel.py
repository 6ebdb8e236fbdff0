"""A need's way in real browsers: proposed, qualified, scored blindly, decided in a round, published, taken on."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, WebSocket, expect

from cop import db as database
from cop.choices import GrantedRole
from cop.models import Account, FunnelItem, FunnelRound, OrgUnit, RoleGrant, Vote
from cop.periods import utcnow
from tests import factories as make
from tests.browser.conftest import DARK, PHONE

pytestmark = pytest.mark.browser

TITLE, ALIKE = "Faster data queries", "Queries of our data in seconds"
REASON = "Three projects wait for it"
NAMES = {"max": "Max Example", "olu": "Olu Example", "ada": "Ada Example"}
MARKS = {"max": (5, 2), "olu": (4, 3), "ada": (3, 1)}
"""Value and effort: on the scale (1 + .75 + .5) / 3 = .75 and, the less the better, (.75 + .5 + 1) / 3 = .75."""
SCORE = "45.0"
"""100 x (.4 x .75 + .2 x .75): nothing comes from themes and deadlines, which it has none of."""


@pytest.fixture
def alike(server):
    """A need that is there already; a second manager who scores."""
    now = utcnow()
    with server.rows() as db:
        for table in (FunnelRound, FunnelItem):
            db.execute(sa.delete(table))
        unit, account = db.get(OrgUnit, server.ids["unit"]), db.get(Account, server.ids["account:olu"])
        if not db.query(RoleGrant).filter_by(account_id=account.id).count():
            make.grant(db, account, GrantedRole.MANAGER, unit)
        row = make.funnel_item(db, title=ALIKE, created_at=now, stage_since=now)
        database.bump(db, ("funnel",))
        return row.id


class Ear:
    """What the server has told a browser, byte by byte."""

    def __init__(self, page: Page) -> None:
        self.heard: list[bytes] = []
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._hear)

    def _hear(self, payload: bytes | str) -> None:
        self.heard.append(payload if isinstance(payload, bytes) else payload.encode())

    def told(self, *texts: str) -> list[str]:
        """Which of these it has heard since it last forgot."""
        whole = b"".join(self.heard)
        return [text for text in texts if text.encode() in whole]


def pick(page, label, text):
    """Choose from a list by typing and Enter: it moves and closes while the page scrolls."""
    field = page.get_by_role("combobox", name=label, exact=True)
    field.scroll_into_view_if_needed()
    field.press_sequentially(text, delay=20)
    expect(page.get_by_role("option", name=text).first).to_be_visible()
    field.press("Enter")


def give(page, criterion, value):
    """A mark on a criterion."""
    group = page.get_by_role("radiogroup", name=re.compile(criterion))
    group.get_by_text(re.compile(f"^{value}: ")).click()


def without_toasts(page):
    """Streamlit's own have no name while they are shown."""
    expect(page.get_by_test_id("stToast")).to_have_count(0, timeout=20_000)


def item_of(server):
    with server.rows() as db:
        return db.query(FunnelItem).filter_by(title=TITLE).one_or_none()


def propose(server, page, settle, alike):
    """Sam types, votes for what is there, and proposes hers all the same."""
    page.get_by_label("Title").press_sequentially(TITLE[:4], delay=20)
    expect(page.get_by_text("Is it one of these?")).to_have_count(0)
    page.get_by_label("Title").press_sequentially(TITLE[4:], delay=20)
    box = page.locator(".st-key-alike")
    expect(box.get_by_role("link", name=ALIKE)).to_be_visible()  # while typing: nothing was left or pressed
    box.get_by_role("button", name="Vote for it").click()
    expect(box.get_by_text("Inbox · 1 vote", exact=True)).to_be_visible()
    with server.rows() as db:
        assert [(vote.item_id, vote.person_id) for vote in db.query(Vote)] == [(alike, server.ids["person:sam"])]
    assert item_of(server) is None
    expect(page.get_by_label("Title")).to_have_value(TITLE)
    page.get_by_role("textbox", name="Description").fill("A report takes ten minutes")
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    settle(page)
    expect(page.get_by_role("tab")).to_have_text(["About", "Evidence", "Discussion", "History", "Manage"])


def qualify(page, settle):
    """Max says whose it is, whom it concerns and how it is judged, and moves it on."""
    page.get_by_test_id("stButtonGroup").get_by_text("Texts", exact=True).click()
    pick(page, "Owner", "Fay Example")
    pick(page, "Units that it concerns", "Technology")
    page.get_by_text("Long term: a gap in what we know").click()
    page.get_by_label("Objective", exact=True).fill("Reports in seconds")
    page.get_by_role("textbox", name="Success indicator").fill("Seconds a report takes")
    page.get_by_label("Start", exact=True).fill("600")
    page.get_by_label("Target", exact=True).fill("10")
    page.get_by_test_id("stDateInput").filter(has_text="Judged on").get_by_role("spinbutton").first.click()
    page.keyboard.type("20301201")  # year, month and day are fields of their own
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_text("Owner: Fay Example.")).to_be_visible()
    settle(page)
    page.get_by_test_id("stButtonGroup").get_by_text("Move", exact=True).click()
    page.get_by_role("button", name="Move it", exact=True).click()
    expect(page.get_by_text("Qualified since today. Owner: Fay Example.")).to_be_visible()


def score(server, page, ear, username, settle, address):
    """Nothing of others' marks is told before one's own are given, neither on the sheet nor on the board."""
    others = [name for key, name in NAMES.items() if key != username]
    given = list(NAMES).index(username)
    ear.heard.clear()
    page.goto(f"{server.url}{address}&tab=Score")
    settle(page)
    expect(page.get_by_text(f"{given} assessor{' has' if given == 1 else 's have'} scored it.")).to_be_visible()
    page.goto(f"{server.url}/funnel")
    expect(page.get_by_text("Score it to see").first).to_be_visible()
    settle(page)
    page.goto(f"{server.url}{address}&tab=Score")
    settle(page)
    assert ear.told("My marks", *others, "Spread", "No. 1", SCORE) == ["My marks"]
    value, effort = MARKS[username]
    give(page, "Value", value)
    give(page, "Effort", effort)
    page.get_by_role("button", name="Save my marks").click()
    expect(page.get_by_test_id("stMetric").filter(has_text="Rank").get_by_text("1 of 1")).to_be_visible()
    settle(page)
    before = [NAMES[key] for key in list(NAMES)[:given]]
    assert ear.told(*others, "Spread") == [*before, "Spread"]


def lead(page, settle, label, said):
    page.get_by_role("button", name=label, exact=True).click()
    expect(page.get_by_text(said)).to_be_visible()
    settle(page)


def open_and_begin(page, settle):
    """Ada calls for proposals, then for marks."""
    page.get_by_text("Open a round").click()
    page.get_by_label("Name", exact=True).fill("Autumn")
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_role("heading", name="Autumn")).to_be_visible()
    settle(page)
    lead(page, settle, "Begin scoring", "Managers score what is qualified")


def decide(page, settle):
    """Max decides, and can't leave the reason out."""
    expect(page.get_by_text("0 of 1 decided.")).to_be_visible()
    page.get_by_text("Decide", exact=True).click()
    page.get_by_text("Prioritise it", exact=True).click()
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_text("The reason is missing.")).to_be_visible()
    page.get_by_label("Why? Everybody will read it.").fill(REASON)
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_text(f"Prioritise it: {REASON} (Max Example)")).to_be_visible()
    settle(page)


def publish(page):
    """Ada sees what was decided without touching anything, and publishes it."""
    expect(page.get_by_text(f"Prioritise it: {REASON} (Max Example)")).to_be_visible()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("button", name="Publish it now").click()


def link_and_look(server, manager, reader, item):
    """What comes of it is seen on the item and in the community's history."""
    manager.goto(f"{server.url}/item?id={item}")
    pick(manager, "A community that works on it", "Data Engineering")
    manager.get_by_role("button", name="Link it").click()
    reader.get_by_role("link", name="Data Engineering").click()
    reader.get_by_role("tab", name="History").click()
    expect(reader.get_by_text(f"Max Example let it work on “{TITLE}”").first).to_be_visible()


def test_a_need_from_an_idea_to_a_community(server, new_page, sign_in, settle, axe, shot, alike):
    people = {username: new_page() for username in ("sam", *NAMES)}
    ears = {username: Ear(people[username]) for username in NAMES}
    sam, manager, office = people["sam"], people["max"], people["ada"]
    sign_in(sam, "sam", "/propose")
    propose(server, sam, settle, alike)
    item = item_of(server).id
    sign_in(manager, "max", f"/item?id={item}&tab=Manage")
    qualify(manager, settle)
    expect(sam.get_by_text("Qualified since today.")).to_be_visible()  # without touching anything
    sign_in(office, "ada", "/rounds")
    open_and_begin(office, settle)
    sign_in(people["olu"], "olu", "/account")
    for username in NAMES:
        score(server, people[username], ears[username], username, settle, f"/item?id={item}")
    expect(office.get_by_test_id("stMetric").filter(has_text="Score").get_by_text(SCORE)).to_be_visible()
    without_toasts(office)
    axe(office)
    shot(office, "funnel-sheet")
    office.goto(f"{server.url}/rounds")
    settle(office)
    lead(office, settle, "Begin deciding", "The marks are given")
    manager.goto(f"{server.url}/rounds")
    decide(manager, settle)
    shot(manager, "funnel-deciding")
    sam.goto(f"{server.url}/rounds")
    expect(sam.get_by_text("Deciding, opened on")).to_be_visible()
    settle(sam)
    expect(sam.get_by_text(REASON)).to_have_count(0)
    publish(office)
    for reader in (office, sam):
        expect(reader.get_by_text(f"Prioritise: {REASON}")).to_be_visible()
        expect(reader.get_by_text(f"score {SCORE} ·").first).to_be_visible()
    settle(sam)
    without_toasts(sam)
    axe(sam)
    shot(sam, "funnel-published")
    sam.get_by_role("link", name=TITLE).click()
    expect(sam.get_by_text("Prioritised since today.")).to_be_visible()
    link_and_look(server, manager, sam, item)


@pytest.mark.parametrize(("look", "options"), [("phone", PHONE), ("dark", DARK)])
def test_looks(server, new_page, sign_in, settle, axe, shot, alike, look, options):
    page = new_page(**options)
    sign_in(page, "max", "/propose")
    page.get_by_label("Title").press_sequentially("our data in sec", delay=20)
    expect(page.locator(".st-key-alike").get_by_role("link", name=ALIKE)).to_be_visible()
    page.get_by_role("textbox", name="Description").fill("Why it matters")
    page.get_by_label("Link (optional)").fill("nowhere")
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_text("The source is missing.")).to_be_visible()
    for address in ("", f"/item?id={alike}", f"/item?id={alike}&tab=Score", f"/item?id={alike}&tab=Manage"):
        if address:
            page.goto(server.url + address)
        settle(page)
        axe(page)
        shot(page, f"funnel{address or '/propose'}-{look}")
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{address} scrolls sideways"
