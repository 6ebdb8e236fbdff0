"""In through an identity provider of another make, out again, and back with a role from a group, in a real browser."""

import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import expect

from tests.browser.conftest import DARK, PHONE, new_server, seed, sign_in_at, wait_until_settled

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

NINA = {"email": "nina@orbis.example", "email_verified": True, "name": "Nina North"}


@pytest.fixture
def served(tmp_path, template):
    """The app, set to a provider that knows Nina."""
    with run_server_in_thread(user_claims=[User(sub="nina", claims=NINA | {"groups": ["tech-leads"]})]) as provider:
        settings = {"ISSUER": f"http://localhost:{provider.server_port}", "CLIENT_ID": "cop", "CLIENT_SECRET": "secret"}
        settings["NAME"] = "Orbis account"
        made = new_server(tmp_path, template, **{f"COP_OIDC_{name}": value for name, value in settings.items()})
        seed(made)
        made.start()
        yield made
        made.stop()
        made.engine.dispose()


def through_the_provider(page):
    page.get_by_role("link", name="Sign in with Orbis account").click()
    page.get_by_role("button", name="nina").click()
    wait_until_settled(page)


def test_staff_at_first_then_a_manager_by_a_group(served, new_page, axe, shot):
    page, office = new_page(), new_page()
    page.goto(f"{served.url}/account")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    axe(page)
    shot(page, "sign-in-provider")
    through_the_provider(page)
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    expect(page.get_by_text("You sign in with Orbis account.")).to_be_visible()
    expect(page.get_by_text("Change your password")).to_have_count(0)
    expect(page.get_by_text("Manager of")).to_have_count(0)
    shot(page, "my-account-provider")

    sign_in_at(served, office, "ada", "/accounts")
    office.get_by_text("Roles from groups").click()
    office.get_by_label("Group", exact=True).fill("tech-leads")
    office.keyboard.press("Tab")
    wait_until_settled(office)
    office.get_by_role("combobox", name="Whose figures").click()
    office.get_by_role("option", name="Technology").click()
    wait_until_settled(office)
    axe(office)
    office.get_by_role("button", name="Add the group").click()
    expect(office.get_by_text("tech-leads: manager of Technology")).to_be_visible()
    shot(office, "roles-from-groups")

    page.context.clear_cookies(name="cop_session")
    page.goto(f"{served.url}/account")
    through_the_provider(page)
    expect(page.get_by_text("Manager of Technology")).to_be_visible()
    shot(page, "my-account-manager")
    page.get_by_role("button", name="Sign out everywhere").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    phone = new_page(**(PHONE | DARK))
    phone.goto(served.url)
    axe(phone)
    shot(phone, "sign-in-provider-phone-dark")
    phone.goto(f"{served.url}/sign-in?problem=failed")
    expect(phone.get_by_role("alert")).to_contain_text("doesn't work at the moment")
    shot(phone, "sign-in-provider-failed-phone")
