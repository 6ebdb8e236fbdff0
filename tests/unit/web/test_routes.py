import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cop.accounts import first_run
from cop.accounts.change import DEAD_LINK, new_reset_link
from cop.accounts.sign_in import WRONG
from cop.accounts.throttle import MESSAGE, PER_NAME
from cop.db import reading, transaction
from cop.models import Account, Organisation, SignInFailure, SignInSession
from cop.periods import utcnow
from cop.permissions import SYSTEM
from cop.web import forms, routes
from tests.unit.web.conftest import FORM, HOST, HTML, PASSWORD, sign_in

NEW = "four plain words here"


def test_the_cookie_is_out_of_scripts_reach(client, mia):
    answer = sign_in(client)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert re.fullmatch(r"cop_session=[\w-]{43}; HttpOnly; Max-Age=604800; Path=/; SameSite=lax", cookie)


def test_under_https_the_cookie_is_secure_and_bound_to_the_host(visit, mia):
    client = visit("https")
    answer = sign_in(client)
    cookie = answer.headers["set-cookie"]
    assert re.fullmatch(r"__Host-cop_session=[\w-]{43}; HttpOnly; Max-Age=604800; Path=/; SameSite=lax; Secure", cookie)
    assert "max-age" in answer.headers["strict-transport-security"]
    assert client.get("/kpis").status_code == 200
    plain = f"cop_session={client.cookies['__Host-cop_session']}"
    client.cookies.clear()
    assert client.get("/kpis", headers={"cookie": plain}).status_code == 401


def test_a_visitors_word_about_https_does_not_count(client, mia):
    """X-Forwarded-Proto is the server's business (uvicorn's, for proxies it trusts), never ours."""
    answer = client.post(
        "/sign-in",
        data={"username": "mia", "password": PASSWORD},
        headers={**FORM, "x-forwarded-proto": "https"},
    )
    assert answer.headers["set-cookie"].startswith("cop_session=")


@pytest.mark.parametrize(
    ("target", "goes_to"),
    [
        ("/kpis?area=1", "/kpis?area=1"),
        ("", "/"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/\n/evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("evil.example", "/"),
        ("/" + "x" * 2_000, "/"),
    ],
)
def test_after_signing_in_one_stays_here(client, mia, target, goes_to):
    path = str(client.build_request("GET", "/sign-in", params={"next": target}).url.raw_path, "ascii")
    assert sign_in(client, path=path).headers["location"] == goes_to
    assert client.get(path).headers["location"] == goes_to  # as somebody who is signed in already


def test_everything_wrong_looks_the_same(client, mia, engine):
    with transaction(engine) as db:
        db.get(Account, mia.id).active = False
    pages = {sign_in(client, name, PASSWORD).text.replace(name, "NAME") for name in ("mia", "nobody")}
    [page] = pages
    assert WRONG in page
    assert 'role="alert"' in page


def test_the_typed_name_comes_back_escaped_and_the_password_never(client, mia):
    answer = sign_in(client, '"><script>alert(1)</script>', "secret-secret")
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "secret-secret" not in answer.text
    assert "set-cookie" not in answer.headers


def test_a_blocked_name_is_told_how_long(client, mia, engine):
    for _ in range(PER_NAME):
        sign_in(client, "mia", "wrong")
    answer = sign_in(client)
    assert answer.status_code == 429
    assert MESSAGE in answer.text
    with reading(engine) as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(SignInFailure)) == PER_NAME


def test_a_form_beyond_32_kb_is_refused(client, mia):
    assert sign_in(client, "x" * 40_000).status_code == 413


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"username=mia", b"&&&===", b"username=%ff&password=%00"])
def test_a_broken_form_is_just_wrong(client, mia, body):
    headers = {**FORM, "content-type": "application/x-www-form-urlencoded"}
    answer = client.post("/sign-in", content=body, headers=headers)
    assert answer.status_code == 422
    assert WRONG in answer.text


def test_a_form_with_too_many_fields_is_refused(client, mia):
    body = "&".join(f"f{number}=1" for number in range(100))
    assert client.post("/sign-in", content=body, headers=FORM).status_code == 413


def test_signing_in_again_ends_the_session_before(client, mia, engine):
    sign_in(client)
    sign_in(client)
    with reading(engine) as db:
        ended = db.scalars(sa.select(SignInSession.ended_at).order_by(SignInSession.id)).all()
    assert [moment is None for moment in ended] == [False, True]


def test_signing_out_forgets_the_cookie(client, mia):
    sign_in(client)
    answer = client.post("/sign-out", headers=FORM)
    assert answer.headers["location"] == "/sign-in?out"
    assert 'cop_session=""' in answer.headers["set-cookie"]
    assert client.get("/kpis").status_code == 401
    assert "You are signed out." in client.get("/sign-in?out").text


def test_a_link_signs_nobody_out(client, mia):
    sign_in(client)
    assert client.get("/sign-out").headers["location"] == "/"
    assert client.get("/kpis").status_code == 200


def test_a_dead_cookie_is_explained_and_forgotten(client, mia):
    answer = client.get("/sign-in", headers={"cookie": "cop_session=" + "A" * 43})
    assert "Your session has ended" in answer.text
    assert 'cop_session=""' in answer.headers["set-cookie"]


def test_changing_the_password_keeps_only_this_browser(client, visit, mia):
    elsewhere = visit()
    sign_in(elsewhere)
    sign_in(client)
    copied = {"cookie": f"cop_session={client.cookies['cop_session']}"}
    form = {"current": PASSWORD, "new": NEW, "again": NEW}
    assert client.post("/password", data=form, headers=FORM).headers["location"] == "/"
    assert client.get("/kpis").status_code == 200
    assert elsewhere.get("/kpis").status_code == 401
    assert visit().get("/kpis", headers=copied).status_code == 401


def test_a_wrong_current_password_is_told_beside_its_field(client, mia):
    sign_in(client)
    answer = client.post("/password", data={"current": "no", "new": NEW, "again": NEW}, headers=FORM)
    assert answer.status_code == 422
    assert 'id="current-error">This is not your password.' in answer.text
    assert NEW not in answer.text
    assert client.get("/kpis").status_code == 200


def test_a_reset_link_sets_a_password_once(client, mia):
    path = new_reset_link(SYSTEM, mia.id)
    assert "mia" in client.get(path).text
    assert client.get(path).status_code == 200  # looking uses nothing up
    assert client.post(path, data={"new": NEW, "again": "other"}, headers=FORM).status_code == 422
    assert client.post(path, data={"new": NEW, "again": NEW}, headers=FORM).headers["location"] == "/sign-in?set"
    assert client.get(path).status_code == 410
    assert DEAD_LINK in client.post(path, data={"new": NEW, "again": NEW}, headers=FORM).text
    assert sign_in(client, password=NEW).status_code == 303


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "' OR 1=1"])
def test_a_made_up_link_is_dead(client, mia, token):
    answer = client.get("/reset", params={"t": token})
    assert (answer.status_code, DEAD_LINK in answer.text) == (410, True)


def first_run_form(**values):
    base = {"organisation": "Orbis", "time_zone": "Europe/Madrid", "name": "Ada", "username": "ada", "start": "empty"}
    return base | {"new": PASSWORD, "again": PASSWORD} | values


def test_the_first_run_makes_an_admin_who_is_signed_in(client, engine):
    assert client.get("/", headers=HTML).headers["location"] == "/sign-in"
    assert client.get("/sign-in").headers["location"] == "/first-run"
    assert "Set-up code" in client.get("/first-run").text
    form = first_run_form(code="WRONG")
    refused = client.post("/first-run", data=form, headers=FORM)
    assert refused.status_code == 422
    assert 'value="Orbis"' in refused.text
    assert PASSWORD not in refused.text
    form["code"] = first_run.new_code(now=utcnow())
    assert client.post("/first-run", data=form, headers=FORM).headers["location"] == "/"
    assert client.get("/kpis").status_code == 200
    assert client.get("/first-run").headers["location"] == "/sign-in"
    assert client.post("/first-run", data=form, headers=FORM).headers["location"] == "/sign-in"
    with reading(engine) as db:
        assert db.scalar(sa.select(Organisation.name)) == "Orbis"


def test_the_first_run_can_start_with_the_example(client, monkeypatch):
    loaded = []
    monkeypatch.setattr(routes, "_load_example", lambda on, now: loaded.append((on, now)))
    form = first_run_form(code=first_run.new_code(now=utcnow()), start="example", organisation="", time_zone="")
    assert client.post("/first-run", data=form, headers=FORM).headers["location"] == "/"
    assert len(loaded) == 1
    assert utcnow() - loaded[0][1] < timedelta(minutes=1)


def test_health_says_nothing_more(client, engine, monkeypatch):
    assert client.get("/health").text == "ok"

    def broken():
        raise sa.exc.OperationalError("SELECT 1", {}, Exception("/secret/path"))

    monkeypatch.setattr(routes, "_ask_database", broken)
    answer = client.get("/health")
    assert (answer.status_code, answer.text) == (503, "unavailable")


@pytest.mark.parametrize("path", ["/sign-in", "/cop.css", "/health", "/kpis", "/static/x.js", "/no-such", "/password"])
@pytest.mark.parametrize("signed", [False, True])
def test_every_answer_carries_the_security_headers(client, mia, path, signed):
    if signed:
        sign_in(client)
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    script = re.search(r"script-src ([^;]*)", policy)
    assert "unsafe-inline" not in (script.group(1) if script else "")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cache-control"] == "no-store" or path == "/cop.css"
    assert "strict-transport-security" not in headers


def test_a_strange_host_name_stays_out_of_the_policy(client):
    answer = client.get("/kpis", headers={"host": "x; script-src *"})
    assert "script-src *" not in answer.headers["content-security-policy"]
    assert f"ws://{HOST}" in client.get("/kpis").headers["content-security-policy"]


def test_the_style_sheets_address_changes_with_it(client, mia):
    page = client.get("/sign-in").text
    address = re.search(r'href="(/cop\.css\?v=[0-9a-f]{12})"', page).group(1)
    answer = client.get(address)
    assert answer.content == forms.STYLE.read_bytes()
    assert "immutable" in answer.headers["cache-control"]
