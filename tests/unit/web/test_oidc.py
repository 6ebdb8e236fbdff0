"""Sign-in through an identity provider that is really asked over HTTP: what it is for, and every way to cheat in it."""

import time
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import sqlalchemy as sa
from joserfc import jwt
from joserfc.jwk import OctKey

from cop.accounts import operations
from cop.accounts.group_operations import add_group_role
from cop.accounts.throttle import PER_ADDRESS
from cop.choices import GrantedRole
from cop.db import reading, transaction
from cop.execute import execute
from cop.models import Account, AuditEntry, ExternalIdentity, Person, RoleGrant, SignInFailure, SignInSession
from cop.permissions import SYSTEM
from cop.settings import settings
from cop.web import oidc, provider
from tests import factories as make
from tests.providers import CLIENT, GONE, SECRET, a_key, identity_provider, unsigned
from tests.unit.web.conftest import HTML, PASSWORD, sign_in

NINA = {
    "sub": "u-1",
    "email": "Nina@Orbis.example",
    "email_verified": True,
    "name": "Nina North",
    "preferred_username": "nina",
    "groups": ["everybody"],
}


@pytest.fixture
def idp(engine, monkeypatch):
    """The app is set to it; Ada is the admin, so that the first run is over."""
    with identity_provider() as made:
        made.claims = dict(NINA)
        configure(monkeypatch, made.issuer)
        with transaction(engine) as db:
            make.organisation(db)
            ada = make.account(db, make.person(db, name="Ada", email="ada@orbis.example"), username="ada")
            make.grant(db, ada, GrantedRole.ADMIN)
        yield made
    settings.cache_clear()


def configure(monkeypatch, issuer, **more):
    values = {"ISSUER": issuer, "CLIENT_ID": CLIENT, "CLIENT_SECRET": SECRET, "NAME": "Orbis account"}
    for name, value in values.items():
        monkeypatch.setenv(f"COP_OIDC_{name}", value)
    for name, value in more.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    provider.provider.cache_clear()


def off(client, path="/sign-in/oidc"):
    """Begin: where the browser is sent."""
    answer = client.get(path)
    assert answer.status_code == 303
    return answer.headers["location"]


def consent(idp, address):
    """The provider signs them in: the path with which the browser comes back."""
    back = urlsplit(idp.authorize(dict(parse_qsl(urlsplit(address).query))))
    return f"{back.path}?{back.query}"


def through(client, idp, path="/sign-in/oidc"):
    return client.get(consent(idp, off(client, path)))


def problem(answer):
    assert answer.status_code == 303
    target = urlsplit(answer.headers["location"])
    assert target.path == "/sign-in"
    assert "cop_session" not in answer.headers.get("set-cookie", "")
    return parse_qs(target.query).get("problem", [""])[0]


def rows(engine, model, *where):
    with reading(engine) as db:
        return list(db.scalars(sa.select(model).where(*where).order_by(*sa.inspect(model).primary_key)))


def refusals(engine):
    found = rows(engine, AuditEntry, AuditEntry.operation == "accounts.external_sign_in")
    assert {entry.outcome for entry in found} <= {"refused"}
    return [entry.after["why"] for entry in found]


def nobody_new(engine):
    return [account.username for account in rows(engine, Account)] == ["ada"] and not rows(engine, SignInSession)


def test_somebody_new_gets_an_account_as_staff_and_goes_where_they_wanted(client, idp, engine):
    answer = through(client, idp, "/sign-in/oidc?next=/kpis?area=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/kpis?area=1")
    assert client.get("/kpis", headers=HTML).json()["identity"]
    _ada, nina = rows(engine, Account)
    assert (nina.username, nina.password_hash, nina.must_change_password) == ("nina@orbis.example", "!", False)
    person = rows(engine, Person, Person.id == nina.person_id)[0]
    assert (person.name, person.email, person.kind.value) == ("Nina North", "nina@orbis.example", "staff")
    assert rows(engine, RoleGrant, RoleGrant.account_id == nina.id) == []
    assert [(row.subject, row.account_id) for row in rows(engine, ExternalIdentity)] == [("u-1", nina.id)]
    assert rows(engine, SignInFailure) == []
    done = {entry.operation: entry.actor_name for entry in rows(engine, AuditEntry)}
    assert done["accounts.create_account"] == done["accounts.link_identity"] == "identity provider"
    assert done["accounts.sign_in"] == "Nina North"


def test_the_second_time_it_is_the_same_account_whatever_the_address_is_now(client, idp, engine, visit):
    through(client, idp)
    idp.claims |= {"email": "ada@orbis.example", "name": "Ada"}
    assert through(visit(), idp).headers["location"] == "/"
    assert [account.username for account in rows(engine, Account)] == ["ada", "nina@orbis.example"]
    assert len({session.account_id for session in rows(engine, SignInSession)}) == 1


def test_a_verified_address_leads_to_the_account_that_is_there(client, idp, engine):
    idp.claims |= {"email": "ada@orbis.example"}
    through(client, idp)
    (ada,) = rows(engine, Account)
    assert [row.account_id for row in rows(engine, ExternalIdentity)] == [ada.id]
    assert [row.account_id for row in rows(engine, SignInSession)] == [ada.id]


@pytest.mark.parametrize("said", [{"email_verified": False}, {"email_verified": GONE}, {"email_verified": "false"}])
def test_an_unverified_address_takes_no_account_over(client, idp, engine, said):
    idp.claims |= {"email": "ada@orbis.example", "preferred_username": "ada"} | said
    assert through(client, idp).headers["location"] == "/"
    ada, other = rows(engine, Account)
    assert (other.username, other.person_id != ada.person_id) == ("ada-2", True)
    assert rows(engine, Person, Person.id == other.person_id)[0].email is None
    assert [row.account_id for row in rows(engine, SignInSession)] == [other.id]
    assert rows(engine, RoleGrant, RoleGrant.account_id == other.id) == []


def test_a_provider_that_never_says_so_can_be_trusted_but_not_against_its_word(client, idp, engine, monkeypatch, visit):
    configure(monkeypatch, idp.issuer, COP_OIDC_TRUST_EMAIL="on")
    idp.claims |= {"email": "ada@orbis.example", "email_verified": False}
    through(client, idp)
    assert len(rows(engine, Account)) == 2
    idp.claims |= {"sub": "u-2", "email_verified": GONE}
    through(visit(), idp)
    assert len(rows(engine, Account)) == 2
    assert rows(engine, ExternalIdentity)[-1].account_id == rows(engine, Account)[0].id


def test_an_address_that_passed_to_somebody_else_passes_on_no_account(client, idp, engine, visit):
    through(client, idp)
    idp.claims |= {"sub": "u-2"}
    assert problem(through(visit(), idp)) == "refused"
    assert refusals(engine) == ["somebody else of the provider has this address's account"]
    assert len(rows(engine, SignInSession)) == 1


@pytest.mark.parametrize("how", ["account", "person"])
@pytest.mark.parametrize("linked", [True, False])
def test_who_is_out_stays_out(client, idp, engine, visit, how, linked):
    if linked:
        through(client, idp)
    with transaction(engine) as db:
        person = db.scalar(sa.select(Person).where(Person.email == "nina@orbis.example"))
        person = person or make.person(db, email="nina@orbis.example")
        account = db.scalar(sa.select(Account).where(Account.person_id == person.id)) or make.account(db, person)
        (account if how == "account" else person).active = False
    before = len(rows(engine, SignInSession))
    assert problem(through(visit(), idp)) == "refused"
    assert len(rows(engine, SignInSession)) == before
    assert refusals(engine) == ["the account is deactivated" if how == "account" else "the person has left"]


def test_without_a_password_there_is_none_to_change(client, idp, engine):
    through(client, idp)
    assert client.get("/password").headers["location"] == "/account"
    form = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}
    sent = {"current": "!", "new": PASSWORD, "again": PASSWORD}
    assert client.post("/password", data=sent, headers=form).headers["location"] == "/account"
    assert rows(engine, Account)[1].password_hash == "!"
    assert "User name or password is wrong." in sign_in(client, "nina@orbis.example", "!").text


def test_deactivation_and_signing_out_end_the_session(client, idp, engine):
    through(client, idp)
    token = client.cookies["cop_session"]
    client.post("/sign-out", headers={"origin": "http://testserver", "sec-fetch-site": "same-origin"})
    client.cookies.clear()
    assert client.get("/", headers={"cookie": f"cop_session={token}"}).status_code == 401
    through(client, idp)
    nina = rows(engine, Account)[1]
    execute(operations.set_active, SYSTEM, account_id=nina.id, active=False, version=nina.version)
    assert client.get("/").status_code == 401


def test_an_old_session_of_the_browser_ends(client, idp, engine, mia_here):
    sign_in(client)
    through(client, idp)
    first, second = rows(engine, SignInSession)
    assert (first.ended_at is not None, second.ended_at) == (True, None)


@pytest.fixture
def mia_here(engine, idp):
    from cop.accounts.passwords import hash_password

    with transaction(engine) as db:
        make.account(db, username="mia", password_hash=hash_password(PASSWORD, rounds=4))


def test_a_password_that_somebody_else_set_stops_working_and_holds_nobody_up(client, idp, engine):
    with transaction(engine) as db:
        make.account(db, make.person(db, email="nina@orbis.example"), password_hash="old", must_change_password=True)
    through(client, idp)
    nina = rows(engine, Account)[1]
    assert (nina.password_hash, nina.must_change_password) == ("!", False)
    assert client.get("/", headers=HTML).status_code == 200


def test_of_two_records_that_became_one_the_kept_one_signs_in(client, idp, engine):
    with transaction(engine) as db:
        kept = make.account(db, make.person(db, email="nina.north@orbis.example"))
        make.person(db, email="nina@orbis.example", active=False, merged_into_id=kept.person_id)
    through(client, idp)
    assert [row.account_id for row in rows(engine, SignInSession)] == [kept.id]


# --- cheating ---


def test_an_answer_counts_once(client, idp, engine):
    back = consent(idp, off(client))
    cookie = client.cookies["cop_oidc"]
    client.get(back)
    again = client.get(back, headers={"cookie": f"cop_oidc={cookie}"})
    assert problem(again) == "not_begun"
    assert refusals(engine) == ["this answer came before"]
    assert len(rows(engine, SignInSession)) == 1


def test_an_answer_of_another_browser_is_refused(client, idp, engine, visit):
    """Nobody can be signed in as somebody else by a link."""
    other = visit()
    off(other)
    for browser in (other, visit()):
        assert problem(browser.get(consent(idp, off(client)))) == "not_begun"
    assert nobody_new(engine)
    assert refusals(engine) == []
    assert "/token" not in idp.asked


def test_a_foreign_page_that_sends_browsers_here_shuts_nobody_out(client, idp, engine, visit):
    """As a picture's address, say: neither counted against the visitors' network nor written down."""
    stranger = visit()
    for _ in range(PER_ADDRESS + 5):
        assert problem(stranger.get("/sign-in/callback?code=x&state=y")) == "not_begun"
    assert refusals(engine) == []
    assert through(client, idp).status_code == 303
    assert len(rows(engine, Account)) == 2


def test_what_the_browser_keeps_can_be_neither_made_up_nor_kept_for_long(client, idp, engine, monkeypatch):
    back = consent(idp, off(client))
    right = client.cookies["cop_oidc"]
    client.cookies.clear()
    for wrong in ("", "x", right[:-3] + "abc", right.replace(".", "!", 1)):
        assert problem(client.get(back, headers={"cookie": f"cop_oidc={wrong}"})) == "not_begun"
    monkeypatch.setattr(oidc, "_SECONDS", -1)
    assert problem(client.get(back, headers={"cookie": f"cop_oidc={right}"})) == "not_begun"
    assert nobody_new(engine)


def signed_with_secret(claims):
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET.ljust(32, "x")))


def signed_with_foreign_key(claims):
    key = a_key()
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": GONE},
        {"aud": "another-client"},
        {"aud": GONE},
        {"aud": ["another-client"]},
        {"aud": [CLIENT, "another-client"], "azp": "another-client"},
        {"iss": "https://evil.example"},
        {"exp": int(time.time()) - 3_600},
        {"exp": GONE},
        {"iat": int(time.time()) + 3_600},
        {"sub": GONE},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
    ],
)
def test_a_token_that_says_the_wrong_thing_signs_nobody_in(client, idp, engine, claims):
    idp.claims |= claims
    assert problem(through(client, idp)) == "failed"
    assert nobody_new(engine)
    assert refusals(engine) == ["the provider's answer was not accepted"]


@pytest.mark.parametrize(
    "sign", [unsigned, signed_with_secret, signed_with_foreign_key, lambda _claims: "x.y.z", lambda _claims: 7]
)
def test_a_token_that_the_provider_did_not_sign_signs_nobody_in(client, idp, engine, sign):
    idp.sign = sign
    assert problem(through(client, idp)) == "failed"
    assert nobody_new(engine)


def test_a_foreign_key_under_the_providers_name_is_no_key(client, idp, engine):
    foreign = a_key()
    idp.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": idp.key.kid}, claims, foreign)
    assert problem(through(client, idp)) == "failed"
    assert nobody_new(engine)


def test_a_new_key_of_the_provider_is_fetched(client, idp, engine, visit):
    through(client, idp)
    idp.key = a_key()
    assert through(visit(), idp).headers["location"] == "/"


def test_a_code_of_another_sign_in_is_worth_nothing(client, idp, engine, visit):
    """PKCE: a code that was stolen and slipped into another browser's answer."""
    stolen = parse_qs(urlsplit(consent(idp, off(visit()))).query)["code"][0]
    own = parse_qs(urlsplit(consent(idp, off(client))).query)["state"][0]
    assert problem(client.get(f"/sign-in/callback?state={own}&code={stolen}")) == "failed"
    assert nobody_new(engine)


def test_an_answer_of_another_provider_is_refused(client, idp, engine):
    assert problem(client.get(f"{consent(idp, off(client))}&iss=https://evil.example")) == "failed"
    assert "/token" not in idp.asked


def test_user_info_of_somebody_else_is_not_taken(client, idp, engine):
    idp.claims |= {"email": GONE}
    idp.user_info = {"sub": "u-2", "email": "ada@orbis.example", "email_verified": True}
    assert problem(through(client, idp)) == "failed"
    assert nobody_new(engine)


def test_an_address_and_its_verification_come_from_one_place(client, idp, engine):
    """The token names one address, the user info vouches for another: neither is a verified one."""
    idp.claims = {"sub": "u-1", "email": "ada@orbis.example"}
    idp.user_info = {"email": "nina@orbis.example", "email_verified": True, "name": "Nina North"}
    through(client, idp)
    assert [row.email for row in rows(engine, Person) if row.name == "Nina North"] == [None]


def test_what_the_token_leaves_out_is_asked_for(client, idp, engine):
    idp.claims = {"sub": "u-1"}
    idp.user_info = {"email": "nina@orbis.example", "email_verified": True, "name": "Nina North"}
    through(client, idp)
    assert rows(engine, Account)[1].username == "nina@orbis.example"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_it_leads_nowhere_else(client, idp, target):
    assert through(client, idp, f"/sign-in/oidc?next={target}").headers["location"] == "/"


# --- faults ---


def test_a_provider_that_is_down_is_told_at_the_form(client, monkeypatch, idp):
    configure(monkeypatch, "http://127.0.0.1:9")
    answer = client.get("/sign-in/oidc?next=/kpis")
    assert answer.headers["location"] == "/sign-in?problem=failed&next=%2Fkpis"
    form = client.get(answer.headers["location"])
    assert "Signing in with Orbis account doesn&#39;t work" in form.text
    assert 'action="/sign-in?next=%2Fkpis"' in form.text


def test_a_provider_that_takes_too_long_is_given_up(client, idp, engine, monkeypatch):
    back = consent(idp, off(client))
    idp.seconds = 0.6
    monkeypatch.setattr(provider, "_SECONDS_IN_ALL", 0.2)
    assert problem(client.get(back)) == "failed"
    assert nobody_new(engine)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"issuer": GONE},
        {"token_endpoint": GONE},
        {"jwks_uri": "http://evil.example/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": 7},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(client, idp, metadata):
    idp.metadata = metadata
    assert problem(client.get("/sign-in/oidc")) == "failed"


def test_a_token_endpoint_that_fails_is_told(client, idp, engine):
    back = consent(idp, off(client))
    idp.status = 500
    assert problem(client.get(back)) == "failed"
    assert nobody_new(engine)


def test_who_cancels_is_back_at_the_form(client, idp, engine):
    state = parse_qs(urlsplit(off(client)).query)["state"][0]
    answer = client.get(f"/sign-in/callback?state={state}&error=access_denied&error_description=%3Cscript%3E")
    assert problem(answer) == "cancelled"
    form = client.get(answer.headers["location"]).text
    assert "You were not signed in" in form
    assert "script" not in form
    assert refusals(engine) == ["the provider signed nobody in"]


def test_two_hundred_failures_of_an_address_are_enough(client, idp, engine):
    from cop.periods import utcnow

    with transaction(engine) as db:
        for number in range(200):
            db.add(SignInFailure(name_hash=str(number), address="testclient", at=utcnow() - timedelta(minutes=1)))
    answer = through(client, idp)
    assert problem(answer) == "throttled"
    assert "Too many attempts" in client.get(answer.headers["location"]).text
    assert nobody_new(engine)


def test_the_kept_cookie_is_closed_to_scripts_and_ends(visit, idp):
    answer = visit("https").get("/sign-in/oidc")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-cop_oidc=")
    assert all(mark in cookie for mark in ("HttpOnly", "SameSite=lax", "Secure", "Path=/", "Max-Age=600"))
    assert "form-action 'self'" in answer.headers["content-security-policy"]


# --- the form ---


def test_without_a_provider_there_is_no_way_through_one(client, mia):
    assert "/sign-in/oidc" not in client.get("/sign-in").text
    for path in ("/sign-in/oidc", "/sign-in/callback?code=1&state=2"):
        assert client.get(path).headers["location"] == "/sign-in"


def test_before_the_first_run_nobody_comes_in_through_a_provider(client, engine, monkeypatch):
    with identity_provider() as made:
        configure(monkeypatch, made.issuer)
        assert client.get("/sign-in/oidc").headers["location"] == "/sign-in"
        assert client.get("/sign-in/callback?code=1&state=2").headers["location"] == "/sign-in"
        assert rows(engine, Account) == []


def test_where_passwords_are_off_only_admins_have_one(client, idp, engine, monkeypatch, visit, mia_here):
    from cop.accounts.passwords import hash_password

    configure(monkeypatch, idp.issuer, COP_PASSWORD_SIGN_IN="off")
    form = client.get("/sign-in?next=/kpis").text
    assert 'name="password"' not in form
    assert "/sign-in?password=&amp;next=%2Fkpis" in form
    assert 'name="password"' in client.get("/sign-in?password=&next=/kpis").text
    assert "User name or password is wrong." in sign_in(client).text
    with transaction(engine) as db:
        db.scalar(sa.select(Account).where(Account.username == "ada")).password_hash = hash_password(PASSWORD, rounds=4)
    assert sign_in(visit(), "ada").status_code == 303


# --- groups ---


@pytest.fixture
def unit(engine, idp):
    with transaction(engine) as db:
        return make.org_unit(db, name="Technology").id


def roles(engine, username="nina@orbis.example"):
    (account,) = rows(engine, Account, Account.username == username)
    found = rows(engine, RoleGrant, RoleGrant.account_id == account.id)
    return {(grant.role.value, grant.org_unit_id, grant.origin.value) for grant in found}


def test_groups_give_and_take_roles_at_each_sign_in(client, idp, engine, unit):
    execute(add_group_role, SYSTEM, group="tech-leads", role="manager", org_unit_id=unit)
    execute(add_group_role, SYSTEM, group="cop-office", role="admin")
    idp.claims["groups"] = ["tech-leads", "cop-office", "others"]
    through(client, idp)
    assert roles(engine) == {("manager", unit, "group"), ("admin", None, "group")}
    idp.claims["groups"] = ["Cop-Office", "others"]
    through(client, idp)
    assert roles(engine) == set()
    entries = rows(engine, AuditEntry, AuditEntry.operation == "accounts.roles_of_groups")
    assert [len(entry.after["given"]) for entry in entries] == [2, 0]
    assert [len(entry.after["taken"]) for entry in entries] == [0, 2]


def test_roles_given_by_hand_stay(client, idp, engine, unit):
    execute(add_group_role, SYSTEM, group="tech-leads", role="manager", org_unit_id=unit)
    through(client, idp)
    nina = rows(engine, Account)[1]
    execute(operations.grant_role, SYSTEM, account_id=nina.id, role="manager", org_unit_id=unit)
    for groups in (["tech-leads"], []):
        idp.claims["groups"] = groups
        through(client, idp)
        assert roles(engine) == {("manager", unit, "hand")}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"groups": GONE}, "no groups claim"),
        ({"groups": {"a": 1}}, "no groups claim"),
        ({"groups": GONE, "hasgroups": True}, "too many groups"),
        ({"groups": GONE, "_claim_names": {"groups": "src1"}}, "too many groups"),
        ({"groups": ["g"] * 5_001}, "too many groups"),
    ],
)
def test_groups_that_are_not_told_change_nothing(client, idp, engine, unit, said, why):
    execute(add_group_role, SYSTEM, group="tech-leads", role="manager", org_unit_id=unit)
    idp.claims["groups"] = ["tech-leads"]
    through(client, idp)
    idp.claims |= said
    through(client, idp)
    assert roles(engine) == {("manager", unit, "group")}
    last = rows(engine, AuditEntry, AuditEntry.operation == "accounts.roles_of_groups")[-1]
    assert last.after == {"groups": why, "roles": "as they were"}


def test_the_last_admin_stays_whatever_the_groups_say(client, idp, engine):
    execute(add_group_role, SYSTEM, group="cop-office", role="admin")
    idp.claims["groups"] = ["cop-office"]
    through(client, idp)
    with transaction(engine) as db:
        db.scalar(sa.select(Account).where(Account.username == "ada")).active = False
    idp.claims["groups"] = []
    assert through(client, idp).headers["location"] == "/"
    assert roles(engine) == {("admin", None, "group")}
    last = rows(engine, AuditEntry, AuditEntry.operation == "accounts.roles_of_groups")[-1]
    assert last.after["admin"] == "stays: the last active admin"
