"""A charter is changed, and what changed is read: in words, by signs, on a phone, in the dark; its address is shared."""

import secrets

import pytest
from playwright.sync_api import expect

from cop.catalog.operations import edit_community
from cop.execute import execute
from cop.models import Community
from cop.permissions import SYSTEM
from tests.browser.conftest import DARK, PHONE

pytestmark = pytest.mark.browser


def _write(server, charter):
    with server.rows() as db:
        row = db.get_one(Community, server.ids["community"])
        names = ("name", "focus", "norms", "cadence", "channel_url", "org_unit_id", "founded_on", "version")
        values = {name: getattr(row, name) for name in names} | {"type": row.type.value, "stage": row.stage.value}
    values |= {"area": "", "charter": charter}
    execute(edit_community, SYSTEM, on=server.engine, community_id=server.ids["community"], **values)


@pytest.mark.parametrize(("look", "options"), [("desktop", {}), ("phone", PHONE), ("dark", DARK)])
def test_what_changed_is_read(server, new_page, sign_in, settle, shot, axe, look, options):
    word = secrets.token_hex(3)
    _write(server, f"We meet to share {word} and to learn.\n\n<b>Nobody</b> is late.")
    _write(server, f"We meet to compare {word} and to learn.\n\n<b>Nobody</b> is late.")
    page = new_page(**options)
    sign_in(page, "sam", "/community?c=data-engineering&tab=History")
    change = page.get_by_role("listitem").filter(has_text="command line changed the community").first
    expect(change.get_by_role("insertion")).to_contain_text("added: compare")
    expect(change.get_by_role("deletion")).to_contain_text("removed: share")
    expect(change).to_contain_text("<b>Nobody</b> is late.")
    shot(page, f"history-{look}")
    axe(page)
    page.get_by_role("button", name="Sessions", exact=True).or_(
        page.get_by_role("radio", name="Sessions", exact=True)
    ).first.click()
    expect(page.get_by_role("listitem").filter(has_text="changed the community")).to_have_count(0)
    settle(page)
    again = new_page(**options)
    sign_in(again, "sam", page.url.removeprefix(server.url))
    expect(again.get_by_text("Sessions").first).to_be_visible()
    expect(again.get_by_role("listitem").filter(has_text="changed the community")).to_have_count(0)
