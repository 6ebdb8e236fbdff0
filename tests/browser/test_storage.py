"""The disk takes nothing more while somebody types: they are told, nothing typed is lost, and it goes on by itself."""

import contextlib
from collections.abc import Iterator

import httpx
import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from cop.models import CommunitySession
from tests.browser.conftest import PASSWORD, Server

resource = pytest.importorskip("resource")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits a process that is running"),
]

TYPED = "What we decided while the disk was full"


@contextlib.contextmanager
def no_room(server: Server) -> Iterator[None]:
    """The running server may not make any file longer, nor write beyond its first page."""
    assert server.process is not None
    before = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4_096, before[1]))
    try:
        yield
    finally:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, before)


def titles(server: Server) -> list[str]:
    with server.rows() as db:
        return list(db.scalars(sa.select(CommunitySession.title)))


def test_what_was_typed_outlives_a_full_disk(server, page, sign_in, settle):
    sign_in(page, "fay", "/record?community=data-engineering")
    page.get_by_label("Title").fill("On a full disk")
    settle(page)
    with no_room(server):
        page.get_by_label("Decisions").fill(TYPED)
        page.get_by_label("Decisions").blur()
        expect(page.get_by_text("Your draft can't be kept: Nothing could be saved")).to_be_visible()
        page.get_by_text("No list taken").click()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Nothing could be saved").first).to_be_visible()
        settle(page)
        expect(page.get_by_label("Title")).to_have_value("On a full disk")
        expect(page.get_by_label("Decisions")).to_have_value(TYPED)
        assert "On a full disk" not in titles(server)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Recorded. The community’s figures")).to_be_visible()
    assert titles(server).count("On a full disk") == 1


def test_nobody_is_let_in_or_out_without_a_record_of_it(server):
    headers = {"origin": server.url, "sec-fetch-site": "same-origin"}
    form = {"username": "sam", "password": PASSWORD}
    with httpx.Client(base_url=server.url, headers=headers) as client:
        with no_room(server):
            answer = client.post("/sign-in", data=form)
            assert answer.status_code == 503
            assert "could be saved" in answer.text
            assert 'value="sam"' in answer.text
            assert "set-cookie" not in answer.headers
        assert client.post("/sign-in", data=form).status_code == 303
        with no_room(server):
            answer = client.post("/sign-out")
            assert answer.status_code == 503
            assert "You are still signed in" in answer.text
            assert client.get("/signed-in").status_code == 204
        assert client.post("/sign-out").status_code == 303
        assert client.get("/signed-in").status_code == 401
