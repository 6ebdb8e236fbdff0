"""Two processes of the app on one PostgreSQL database: what one saves, viewers of the other see."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import new_server, seed, sign_in_at

pytestmark = pytest.mark.browser

DETAIL = "/community?c=data-engineering"


@pytest.fixture(scope="module")
def processes(tmp_path_factory, template, postgres):
    """Two servers on one database, with one installation's key."""
    url = postgres.new_database()
    folders = [tmp_path_factory.mktemp(name) for name in ("one", "two")]
    both = [new_server(folder, template, COP_DATABASE_URL=url) for folder in folders]
    seed(both[0])
    for server in both:
        server.start()
    yield both
    for server in both:
        server.stop()
        server.engine.dispose()
    postgres.drop(url)


def signed_in(new_page, server, who, path):
    page = new_page()
    sign_in_at(server, page, who, path)
    return page


def test_what_one_process_saves_the_others_viewers_see(processes, new_page):
    one, two = processes
    viewer = signed_in(new_page, two, "sam", DETAIL)
    expect(viewer.get_by_text("Members", exact=False).first).to_be_visible()
    member = signed_in(new_page, one, "max", DETAIL)
    before = viewer.get_by_text("1 member, ", exact=False)
    expect(before).to_be_visible()
    member.get_by_role("button", name="Join").first.click()
    member.get_by_test_id("stPopoverBody").get_by_role("button", name="Join").click()
    expect(viewer.get_by_text("2 members, ", exact=False)).to_be_visible()


def test_signing_out_everywhere_reaches_the_other_process(processes, new_page):
    one, two = processes
    here, there = (signed_in(new_page, server, "ada", "/account") for server in (one, two))
    here.get_by_role("button", name="Sign out everywhere").click()
    here.wait_for_url("**/sign-in**")
    there.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    there.wait_for_url("**/sign-in**")
