"""Attacks on the served app, without a browser's manners."""

import contextlib
import re
from collections.abc import Iterator

import httpx
import pytest
import sqlalchemy as sa
from websockets.exceptions import InvalidStatus

from cop.db import reading
from cop.models import SignInSession
from tests.browser.conftest import PASSWORD, new_server, seed
from tests.browser.wire import run, signed_in, socket

pytestmark = pytest.mark.browser

PAGES = ["/", "/catalog", "/community?c=data-engineering", "/kpis", "/accounts", "/session?id=1"]
CANARIES = [b"Data Engineering", b"Web Guild", b"Olu Example", b"Orbis"]


@pytest.fixture
def anybody(server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url) as client:
        yield client


def test_before_sign_in_there_is_nothing(server, anybody):
    assert anybody.put("/_stcore/upload_file/any/any", files={"file": b"x" * 1_000_000}).status_code in {401, 403}
    for path in ("/media/abc.csv", "/_stcore/metrics", "/_stcore/host-config", "/_stcore/health", "/static/x.js"):
        assert anybody.get(path).status_code == 401, path
    for path in PAGES:
        answer = anybody.get(path, headers={"accept": "text/html"}, follow_redirects=True)
        assert answer.url.path == "/sign-in"
        assert not [canary for canary in CANARIES if canary in answer.content]
    with pytest.raises(InvalidStatus, match="403"):
        socket(server)


def test_a_fresh_server_shows_its_first_visitor_no_data(tmp_path, template):
    fresh = new_server(tmp_path, template)
    seed(fresh)
    fresh.start()
    try:
        with pytest.raises(InvalidStatus, match="403"):
            socket(fresh)
        for path in PAGES[::-1]:
            answer = httpx.get(fresh.url + path, headers={"accept": "text/html"}, follow_redirects=True)
            assert answer.url.path == "/sign-in"
            assert not [canary for canary in CANARIES if canary in answer.content]
        assert "Traceback" not in fresh.log()
    finally:
        fresh.stop()
        fresh.engine.dispose()


def test_a_stolen_streamlit_session_id_opens_nothing(server):
    with signed_in(server, "fay") as victim, signed_in(server, "sam") as thief:
        fay, sam = victim.cookies["cop_session"], thief.cookies["cop_session"]
        with socket(server, cookie=fay) as hers:
            stolen, drawn = run(hers)
            assert b"Fay Example" in drawn
            with pytest.raises(InvalidStatus, match="403"):
                socket(server, session=stolen)
            with socket(server, cookie=sam, session=stolen) as his:
                session, drawn = run(his)
                assert session != stolen
                assert b"Sam Example" in drawn
                assert b"Fay Example" not in drawn
            assert run(hers)[0] == stolen  # undisturbed
        with socket(server, cookie=sam, session=stolen) as his:  # she disconnected: her session waits for her only
            session, drawn = run(his)
            assert session != stolen
            assert b"Fay Example" not in drawn
        with socket(server, cookie=fay, session=stolen) as hers:
            assert run(hers)[0] == stolen


def test_a_forged_identity_header_opens_nothing(server):
    with signed_in(server, "ada"), signed_in(server, "sam") as thief:
        with reading(server.engine) as db:
            ada = db.scalar(
                sa.select(SignInSession.token_hash).where(
                    SignInSession.account_id == server.ids["account:ada"], SignInSession.ended_at.is_(None)
                )
            )
        with pytest.raises(InvalidStatus, match="403"):
            socket(server, x_cop_session=ada)
        for name in ("x-cop-session", "X-Cop-Session"):
            with socket(server, cookie=thief.cookies["cop_session"], **{name: ada}) as his:
                _session, drawn = run(his)
                assert b"Sam Example" in drawn
                assert b"Ada Example" not in drawn


def test_a_foreign_pages_websocket_is_refused(server):
    with signed_in(server, "sam") as client, pytest.raises(InvalidStatus, match="403"):
        socket(server, cookie=client.cookies["cop_session"], origin="http://evil.example")


def test_an_open_websocket_draws_nothing_after_signing_out(server):
    with signed_in(server, "olu") as client, socket(server, cookie=client.cookies["cop_session"]) as open_tab:
        assert b"Olu Example" in run(open_tab)[1]
        client.post("/sign-out", headers={"origin": server.url, "sec-fetch-site": "same-origin"})
        _session, drawn = run(open_tab, "catalog")
        assert b"You are signed out" in drawn
        assert not [canary for canary in CANARIES if canary in drawn]


def test_a_page_that_is_not_ones_own_is_not_in_the_frames(server):
    """A page that is not the visitor's is not there; what it would show is not in the frames either."""
    with signed_in(server, "sam") as client, socket(server, cookie=client.cookies["cop_session"]) as his:
        for page in ("accounts", "record", "kpis"):
            assert b"Olu Example (olu)" not in run(his, page)[1]


@pytest.mark.parametrize(
    "cookie", ["", "garbage", "A" * 43, "A" * 8_000, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.", "%00", '"']
)
def test_forged_cookies_lead_to_the_form(server, cookie):
    with contextlib.suppress(httpx.RemoteProtocolError):
        answer = httpx.get(
            f"{server.url}/kpis",
            headers={"accept": "text/html", "cookie": f"cop_session={cookie}"},
            follow_redirects=True,
        )
        assert answer.url.path == "/sign-in"
        assert answer.status_code == 200
    assert "Traceback" not in server.log()


def test_behind_a_trusted_proxy_with_tls_the_cookie_is_secure(server):
    headers = {"origin": server.url, "sec-fetch-site": "same-origin", "x-forwarded-proto": "https"}
    form = {"username": "sam", "password": PASSWORD}
    answer = httpx.post(f"{server.url}/sign-in", data=form, headers=headers)
    assert re.match(r"__Host-cop_session=[\w-]{43}; HttpOnly; .*SameSite=lax; Secure$", answer.headers["set-cookie"])
    assert "strict-transport-security" in answer.headers


def test_the_served_page_allows_no_foreign_scripts(server):
    with signed_in(server, "sam") as client:
        policy = client.get("/", headers={"accept": "text/html"}).headers["content-security-policy"]
    assert "script-src 'self' blob:;" in policy
    assert "frame-ancestors 'none'" in policy
