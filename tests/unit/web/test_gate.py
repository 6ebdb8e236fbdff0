import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from starlette.datastructures import MutableHeaders
from starlette.websockets import WebSocketDisconnect

from cop.accounts import operations
from cop.accounts.tokens import new_token, token_hash
from cop.choices import GrantedRole
from cop.db import reading, transaction
from cop.execute import execute
from cop.models import Account, Facilitator, Person, SignInSession
from cop.permissions import SYSTEM
from cop.web import gate
from cop.web.gate import host_allowed
from cop.web.headers import secure_headers
from tests import factories as make
from tests.unit.web.conftest import FORM, HOST, HTML, PASSWORD, sign_in

CLOSED = [
    "/",
    "/kpis",
    "/media/0123456789abcdef.csv",
    "/_stcore/metrics",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/script-health-check",
    "/_stcore/agent/mcp",
    "/static/js/index.js",
    "/component/x/index.html",
    "/app/static/secret.txt",
    "/signed-in",
    "/session",
    "/sign-in/../kpis",
    "/sign-in/",
    "//sign-in",
    "/health/x",
    "/SIGN-IN",
]


def session_ids(engine):
    with reading(engine) as db:
        return list(db.scalars(sa.select(SignInSession.token_hash).where(SignInSession.ended_at.is_(None))))


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
def test_without_a_session_nothing_answers(client, mia, path, method):
    answer = client.request(method, path, headers=FORM)
    assert answer.status_code == 401
    assert answer.content == b""


def test_uploads_are_refused_before_they_are_read(client):
    def body():
        yield b"x" * 1_000
        raise AssertionError("the gate read the upload")

    answer = client.put("/_stcore/upload_file/some-session/some-file", content=iter([b"x" * 100]), headers=FORM)
    assert answer.status_code == 401


def test_only_who_may_import_or_record_sessions_can_upload(client, mia, engine):
    sign_in(client)
    path = "/_stcore/upload_file/some-session/some-file"
    answer = client.put(path, content=iter([b"x" * 100]), headers=FORM)
    assert (answer.status_code, answer.content) == (403, b"")
    with transaction(engine) as db:
        make.facilitator(db, make.community(db), db.get_one(Person, mia.person_id))
    assert client.put(path, content=b"x", headers=FORM).status_code == 200
    with transaction(engine) as db:
        db.execute(sa.delete(Facilitator))
    assert client.put(path, content=b"x", headers=FORM).status_code == 403
    with transaction(engine) as db:
        make.grant(db, mia, GrantedRole.ADMIN)
    assert client.put(path, content=b"x", headers=FORM).status_code == 200


def test_a_browser_is_sent_to_the_form_and_back(client, mia):
    answer = client.get("/community?c=data-engineering&tab=%C3%BC", headers=HTML)
    assert answer.status_code == 303
    form = answer.headers["location"]
    assert form == "/sign-in?next=%2Fcommunity%3Fc%3Ddata-engineering%26tab%3D%25C3%25BC"
    assert sign_in(client, path=form).headers["location"] == "/community?c=data-engineering&tab=%C3%BC"


def test_with_a_session_streamlit_learns_whose(client, mia, engine):
    sign_in(client)
    answer = client.get("/kpis")
    assert answer.json() == {"path": "/kpis", "identity": session_ids(engine)}
    assert client.cookies["cop_session"] not in answer.text


def test_a_forged_identity_header_is_thrown_away(client, mia, engine):
    sign_in(client)
    forged = [("x-cop-session", "0" * 64), ("X-Cop-Session", "1" * 64), ("X-COP-SESSION", "2" * 64)]
    assert client.get("/kpis", headers=forged).json()["identity"] == session_ids(engine)
    client.cookies.clear()
    assert client.get("/kpis", headers=[("x-cop-session", session_ids(engine)[0])]).status_code == 401


@pytest.mark.parametrize(
    "cookie",
    [
        "cop_session=",
        "cop_session=garbage",
        "cop_session=" + "A" * 43,
        "cop_session=" + "A" * 60_000,
        "cop_session=eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.",
        'cop_session="; x=\\"',
        "cop_session=\xff\xfe",
        "; ; =; cop_session",
        "cop_session=" + "é" * 43,
    ],
)
def test_forged_cookies_lead_to_the_form(client, mia, cookie):
    headers = [(b"cookie", cookie.encode("utf-8", "replace")), (b"accept", b"text/html")]
    answer = client.get("/kpis", headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fkpis")
    form = client.get("/sign-in", headers=headers)
    assert form.status_code == 200
    assert "Traceback" not in form.text


def test_a_planted_cookie_beside_the_good_one_does_no_harm(client, mia):
    sign_in(client)
    good = client.cookies["cop_session"]
    client.cookies.clear()
    for order in ([good, "A" * 43], ["A" * 43, good]):
        header = "; ".join(f"cop_session={token}" for token in order)
        assert client.get("/kpis", headers={"cookie": header}).status_code == 200


def test_the_cookies_hash_is_not_a_cookie(client, mia, engine):
    sign_in(client)
    client.cookies.clear()
    stolen = session_ids(engine)[0]
    assert client.get("/kpis", headers={"cookie": f"cop_session={stolen}"}).status_code == 401
    assert token_hash(stolen) not in session_ids(engine)


def end_by_sign_out(client, _mia):
    client.post("/sign-out", headers=FORM)


def end_by_deactivation(_client, mia):
    execute(operations.set_active, SYSTEM, account_id=mia.id, active=False, version=1)


def end_by_an_admin(_client, mia):
    execute(operations.end_account_sessions, SYSTEM, account_id=mia.id)


@pytest.mark.parametrize("end", [end_by_sign_out, end_by_deactivation, end_by_an_admin])
def test_a_copied_cookie_dies_with_its_session(client, visit, mia, end):
    sign_in(client)
    copied = {"cookie": f"cop_session={client.cookies['cop_session']}"}
    thief = visit()
    assert thief.get("/kpis", headers=copied).status_code == 200
    end(client, mia)
    assert thief.get("/kpis", headers=copied).status_code == 401
    with pytest.raises(WebSocketDisconnect), thief.websocket_connect("/_stcore/stream", headers=copied):
        pass


def test_an_idle_or_old_session_is_refused(client, mia, engine):
    sign_in(client)
    for values in ({"last_seen_at": timedelta(hours=13)}, {"expires_at": timedelta(seconds=1)}):
        with transaction(engine) as db:
            [(column, ago)] = values.items()
            row = db.scalar(sa.select(SignInSession))
            before = getattr(row, column)
            setattr(row, column, row.created_at - ago)
        assert client.get("/kpis").status_code == 401
        with transaction(engine) as db:
            setattr(db.scalar(sa.select(SignInSession)), column, before)
        assert client.get("/kpis").status_code == 200


def test_whoever_must_change_their_password_gets_only_that_form(client, mia, engine):
    with transaction(engine) as db:
        db.get(Account, mia.id).must_change_password = True
    sign_in(client)
    assert client.get("/kpis?x=1", headers=HTML).headers["location"] == "/password?next=%2Fkpis%3Fx%3D1"
    assert client.get("/static/js/index.js").status_code == 403
    assert client.get("/signed-in").status_code == 403
    assert client.get("/password").status_code == 200
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream"):
        pass
    new = {"current": PASSWORD, "new": "four plain words here", "again": "four plain words here"}
    answer = client.post("/password?next=%2Fkpis", data=new, headers=FORM)
    assert answer.headers["location"] == "/kpis"
    assert client.get("/kpis").status_code == 200


def test_the_websocket_carries_the_identity(client, mia, engine):
    sign_in(client)
    headers = {"origin": f"http://{HOST}", "x-cop-session": "forged"}
    with client.websocket_connect("/_stcore/stream", headers=headers) as socket:
        assert socket.receive_json() == {"identity": session_ids(engine)}


def test_the_websocket_is_refused_without_a_session(client, mia):
    for path in ("/_stcore/stream", "/sign-in", "/health"):
        with pytest.raises(WebSocketDisconnect), client.websocket_connect(path):
            pass


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        f"http://{HOST}.evil.example",
        f"http://evil.example/{HOST}",
        "http://[",
        f"http://x@{HOST}",
    ],
)
def test_a_foreign_pages_websocket_is_refused(client, mia, origin):
    sign_in(client)
    with client.websocket_connect("/_stcore/stream", headers={"origin": f"http://{HOST}"}):
        pass
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream", headers={"origin": origin}):
        pass


@pytest.mark.parametrize(
    "path", ["/sign-in", "/sign-out", "/password", "/reset", "/first-run", "/_stcore/upload_file/a/b"]
)
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": f"http://{HOST}", "sec-fetch-site": "same-site"},
        {"origin": "null"},
        {"origin": f"http://{HOST}:81"},
        {"sec-fetch-site": "cross-site"},
        {},
    ],
)
def test_a_foreign_pages_form_is_refused(client, mia, path, headers):
    sign_in(client)
    assert client.post(path, data={"username": "mia", "password": PASSWORD}, headers=headers).status_code == 403
    assert client.get("/kpis").status_code == 200  # still signed in


def test_only_known_hosts_are_served_where_they_are_set(client, monkeypatch):
    monkeypatch.setattr(gate.config, "get_option", lambda name: [HOST, "*.intra.example"])
    assert client.get("/health").status_code == 200
    assert client.get("/health", headers={"host": "rebound.example"}).status_code == 421


@pytest.mark.parametrize(
    ("host", "good"),
    [
        ("cop.example", True),
        ("COP.example:8501", True),
        ("cop.example.", True),
        ("a.intra.example", True),
        ("intra.example", False),
        ("evil-intra.example", False),
        ("evil.example", False),
        ("[::1]:8501", True),
        ("cop.example@evil.example", False),
        ("[", False),
        ("", False),
        (None, False),
    ],
)
def test_host_names(host, good):
    assert host_allowed(host, ["cop.example", "*.intra.example", "::1"]) is good
    assert host_allowed(host, [])


def test_a_static_file_is_looked_up_once_in_five_seconds_and_data_always(client, mia, monkeypatch):
    sign_in(client)
    looks = []
    real = gate._read_pass
    monkeypatch.setattr(gate, "_read_pass", lambda token: looks.append(token) or real(token))
    for _ in range(3):
        assert client.get("/static/js/index.js").status_code == 200
    assert len(looks) == 1
    for _ in range(3):
        client.get("/kpis")
    assert len(looks) == 4
    execute(operations.end_account_sessions, SYSTEM, account_id=mia.id)
    assert client.get("/kpis").status_code == 401
    later = time.monotonic() + gate._STATIC_SECONDS + 0.1
    monkeypatch.setattr(gate.time, "monotonic", lambda: later)
    assert client.get("/static/js/index.js").status_code == 401


def test_an_unknown_token_costs_static_files_no_rest(client, mia):
    for _ in range(2):
        assert client.get("/static/x.js", headers={"cookie": f"cop_session={new_token()}"}).status_code == 401


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"content-type": "text/html; charset=utf-8", "cache-control": "no-cache"}, "no-store"),
        ({"content-type": "text/javascript", "cache-control": "public, immutable"}, "public, immutable"),
        ({"content-type": "text/csv"}, "no-store"),
    ],
)
def test_pages_and_downloads_are_not_kept_by_the_browser(given, kept):
    headers = MutableHeaders(given)
    secure_headers(headers, host=HOST, https=False, own=False)
    assert headers["cache-control"] == kept
