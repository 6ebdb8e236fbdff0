"""Signing in and out, and everything that must end when a session ends, in real browsers."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from cop.accounts import operations
from cop.accounts.change import new_reset_link
from cop.choices import GrantedRole
from cop.execute import execute
from cop.models import Account, RoleGrant, SignInSession
from cop.periods import utcnow
from cop.permissions import SYSTEM
from tests import factories as make
from tests.browser.conftest import DARK, PASSWORD, PHONE, new_server

pytestmark = pytest.mark.browser

NEW = "four plain words here"


def at_sign_in(page):
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_count(0)


def do(server, operation, **values):
    execute(operation, SYSTEM, on=server.engine, **values)


def an_account(server, username, **values):
    """One more account, so that what a test does to it disturbs no other test."""
    with server.rows() as db:
        hashed = db.get(Account, server.ids["account:sam"]).password_hash
        person = make.person(db, name=f"{username.capitalize()} Example")
        return make.account(db, person, username=username, password_hash=hashed, **values).id


@pytest.mark.parametrize(("look", "options"), [("desktop", {}), ("phone-dark", PHONE | DARK)])
def test_a_deep_link_survives_signing_in(server, new_page, sign_in, axe, shot, look, options):
    page = new_page(**options)
    page.goto(f"{server.url}/community?c=web-guild")
    at_sign_in(page)
    axe(page)
    shot(page, f"sign-in-{look}")
    sign_in(page, "sam", "/community?c=web-guild")
    assert page.url == f"{server.url}/community?c=web-guild"
    expect(page.get_by_role("heading", name="Web Guild")).to_be_visible()


def test_a_wrong_password_is_told_and_the_name_kept(server, page, axe, shot):
    page.goto(server.url)
    page.get_by_label("User name").fill("sam")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("User name or password is wrong.")
    expect(page.get_by_label("User name")).to_have_value("sam")
    expect(page.get_by_label("Password")).to_be_focused()
    axe(page)
    shot(page, "sign-in-refused")


def test_signing_out_takes_the_tab_to_the_form_and_kills_a_copied_cookie(server, page, new_page, sign_in):
    sign_in(page, "sam", "/account")
    thief = new_page()
    thief.context.add_cookies(page.context.cookies())
    thief.goto(f"{server.url}/account")
    expect(thief.get_by_role("heading", name="My account")).to_be_visible()
    page.get_by_test_id("stSidebar").get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    page.go_back()
    at_sign_in(page)
    thief.reload()
    at_sign_in(thief)


@pytest.mark.parametrize("column", ["last_seen_at", "expires_at"])
def test_an_expired_session_ends_in_the_open_tab(server, page, sign_in, column):
    """By itself when the tab is looked at again, with the way back to the page kept."""
    account_id = an_account(server, f"old-{column}".replace("_", "-"))
    sign_in(page, f"old-{column}".replace("_", "-"), "/account")
    with server.rows() as db:
        mine = SignInSession.account_id == account_id
        db.execute(sa.update(SignInSession).where(mine).values({column: utcnow() - timedelta(days=1)}))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    at_sign_in(page)
    expect(page.get_by_role("status")).to_have_text("Your session has ended. Sign in again.")
    assert page.url == f"{server.url}/sign-in?next=%2Faccount"


def test_deactivation_ends_an_open_live_page_within_seconds(server, page, sign_in):
    account_id = an_account(server, "dora")
    sign_in(page, "dora", "/catalog")
    do(server, operations.set_active, account_id=account_id, active=False, version=1)
    page.wait_for_url("**/sign-in**", timeout=5_000)
    at_sign_in(page)
    page.get_by_label("User name").fill("dora")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("User name or password is wrong.")


def test_the_next_click_after_deactivation_shows_no_data(server, page, sign_in):
    account_id = an_account(server, "dan")
    sign_in(page, "dan", "/account")
    do(server, operations.set_active, account_id=account_id, active=False, version=1)
    page.get_by_role("link", name="Communities").click()
    at_sign_in(page)
    assert "Data Engineering" not in page.content()


def test_a_changed_password_ends_every_other_tab(server, page, new_page, sign_in, axe, shot, settle):
    an_account(server, "pam")
    elsewhere = new_page()
    sign_in(elsewhere, "pam", "/account")
    sign_in(page, "pam", "/account")
    copied = page.context.cookies()
    page.get_by_role("link", name="Change your password").click()
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("short")
    page.get_by_label("New password again").fill("short")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("alert")).to_contain_text("at least 12 characters")
    axe(page)
    shot(page, "password-refused")
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("New password again").fill(NEW)
    page.get_by_role("button", name="Change password").click()
    settle(page)
    expect(page.get_by_test_id("stSidebar")).to_contain_text("Pam Example")
    elsewhere.get_by_role("button", name="Sign out everywhere").click()
    at_sign_in(elsewhere)
    thief = new_page()
    thief.context.add_cookies(copied)
    thief.goto(server.url)
    at_sign_in(thief)


def test_a_role_taken_away_is_gone_with_the_next_click(server, page, sign_in, settle):
    account_id = an_account(server, "rob")
    with server.rows() as db:
        grant_id = make.grant(db, db.get(Account, account_id), GrantedRole.ADMIN).id
    sign_in(page, "rob", "/account")
    expect(page.get_by_role("link", name="Accounts and roles")).to_be_visible()
    do(server, operations.revoke_role, grant_id=grant_id)
    page.get_by_role("link", name="Accounts and roles").click()
    settle(page)
    expect(page.get_by_role("link", name="Accounts and roles")).to_have_count(0)
    expect(page.get_by_role("heading", name="Accounts and roles")).to_have_count(0)
    assert "Olu Example (olu)" not in page.content()


def test_a_password_from_somebody_else_must_be_changed_first(server, page, sign_in, axe, shot):
    an_account(server, "newt", must_change_password=True)
    page.goto(f"{server.url}/account")
    page.get_by_label("User name").fill("newt")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Choose your own password")).to_be_visible()
    axe(page)
    shot(page, "password-forced")
    page.goto(f"{server.url}/catalog")
    expect(page.get_by_role("heading", name="Choose your own password")).to_be_visible()
    page.goto(f"{server.url}/account")
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("New password again").fill(NEW)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("heading", name="My account")).to_be_visible()


def test_the_office_makes_an_account_and_its_owner_sets_the_password(
    server, page, new_page, sign_in, settle, axe, shot
):
    sign_in(page, "ada", "/accounts")
    axe(page)
    page.get_by_text("New account").click()
    page.get_by_text("Somebody new").click()
    settle(page)
    page.get_by_label("Name", exact=True).fill("Zoë <b>Zabel</b>")
    page.get_by_label("User name", exact=True).fill("zoe")
    page.keyboard.press("Tab")
    settle(page)
    page.get_by_role("button", name="Create account").click()
    link = page.locator("code").filter(has_text="/reset").inner_text().strip()
    assert re.fullmatch(re.escape(server.url) + r"/reset\?t=[\w-]{43}", link)
    axe(page)
    shot(page, "accounts-link")
    owner = new_page(**PHONE)
    owner.goto(link)
    axe(owner)
    shot(owner, "reset-phone")
    owner.get_by_label("New password", exact=True).fill(NEW)
    owner.get_by_label("New password again").fill(NEW)
    owner.get_by_role("button", name="Set password").click()
    expect(owner.get_by_role("status")).to_have_text("Your new password is set. Sign in with it.")
    sign_in(owner, "zoe", "/account", password=NEW)
    expect(owner.get_by_text("Zoë <b>Zabel</b>").first).to_be_visible()
    owner.goto(link)
    expect(owner.get_by_role("alert")).to_contain_text("used already")


@pytest.mark.parametrize(("look", "options"), [("light", {}), ("dark", DARK), ("phone", PHONE)])
@pytest.mark.parametrize("path", ["/account", "/accounts"])
def test_the_screens_on_accounts_are_accessible(new_page, sign_in, axe, shot, settle, path, look, options):
    page = new_page(**options)
    sign_in(page, "ada", path)
    if path == "/accounts":
        chooser = page.get_by_label("Open an account")
        chooser.scroll_into_view_if_needed()  # scrolling would close the list again
        chooser.press_sequentially("Max", delay=30)
        page.get_by_role("option", name="Max Example (max)").click()
        expect(page.get_by_role("heading", name="Max Example")).to_be_visible()
        settle(page)
    axe(page)
    shot(page, f"{path[1:]}-{look}")


def test_on_a_phone_the_menu_closes_after_a_choice(new_page, sign_in, settle):
    page = new_page(**PHONE)
    sign_in(page, "sam", "/catalog")
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name="My account").click()
    settle(page)
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")


def test_a_restart_keeps_sessions_and_keeps_ended_ones_ended(server, page, new_page, sign_in, settle):
    account_id = an_account(server, "eve")
    gone = new_page()
    sign_in(gone, "eve", "/account")
    sign_in(page, "sam", "/account")
    server.stop()
    do(server, operations.end_account_sessions, account_id=account_id)
    server.start()
    page.goto(f"{server.url}/account")
    settle(page)
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    gone.goto(f"{server.url}/account")
    at_sign_in(gone)


def test_a_link_made_at_the_terminal_works_too(server, page):
    page.goto(server.url + new_reset_link(SYSTEM, an_account(server, "tom"), on=server.engine))
    expect(page.get_by_role("heading", name="Set a new password")).to_be_visible()


@pytest.mark.parametrize(("look", "options"), [("desktop", {}), ("phone-dark", PHONE | DARK)])
def test_the_first_run(tmp_path, template, new_page, settle, axe, shot, look, options):
    server = new_server(tmp_path, template)
    server.start()
    try:
        page = new_page(**options)
        page.goto(f"{server.url}/kpis")
        expect(page.get_by_role("heading", name="Set up your programme")).to_be_visible()
        axe(page)
        shot(page, f"first-run-{look}")
        page.get_by_label("Set-up code").fill("WRONG-CODE")
        page.get_by_label("Your organisation's name").fill("Orbis")
        page.get_by_label("Time zone").select_option("Europe/Madrid")
        page.get_by_label("Your name").fill("Ada Alder")
        page.get_by_label("User name").fill("ada")
        page.get_by_label("New password", exact=True).fill(NEW)
        page.get_by_label("New password again").fill(NEW)
        page.get_by_role("button", name="Create account and start").click()
        expect(page.get_by_role("alert")).to_contain_text("This is not the code")
        axe(page)
        code = re.search(r"code: ((?:\w{4}-){3}\w{4})", server.log())
        page.get_by_label("Set-up code").fill(code.group(1))
        page.get_by_label("New password", exact=True).fill(NEW)
        page.get_by_label("New password again").fill(NEW)
        page.get_by_role("button", name="Create account and start").click()
        settle(page)
        expect(page.get_by_role("heading", name="Communities")).to_be_visible()
        with server.rows() as db:
            assert db.scalars(sa.select(RoleGrant.role)).all() == [GrantedRole.ADMIN]
    finally:
        server.stop()
        server.engine.dispose()
