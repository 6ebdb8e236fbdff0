"""What the environment sets of the identity provider: whole or not at all, and said in a sentence."""

import pytest

from cop.settings import settings

GOOD = {"ISSUER": "https://login.orbis.example", "CLIENT_ID": "cop", "CLIENT_SECRET": "secret"}


@pytest.fixture
def set_to(monkeypatch):
    def read(*, password="", **values):
        for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "CLIENT_SECRET_FILE", "NAME", "SCOPES", "TRUST_EMAIL"):
            monkeypatch.delenv(f"COP_OIDC_{name}", raising=False)
        for name, value in values.items():
            monkeypatch.setenv(f"COP_OIDC_{name}", value)
        monkeypatch.setenv("COP_PASSWORD_SIGN_IN", password)
        settings.cache_clear()
        return settings()

    yield read
    settings.cache_clear()


def test_nothing_set_is_no_provider(set_to):
    assert (set_to().oidc, set_to().password_sign_in) == (None, True)


def test_a_provider(set_to, tmp_path):
    found = set_to(**GOOD, SCOPES="groups email", password="off")
    assert (found.oidc.scopes, found.oidc.groups_claim, found.oidc.trust_email) == (
        "openid email profile groups",
        "groups",
        False,
    )
    assert found.password_sign_in is False
    assert "secret'" not in repr(found)
    (tmp_path / "secret").write_text("from-a-file\n")
    kept = {name: value for name, value in GOOD.items() if name != "CLIENT_SECRET"}
    assert set_to(**kept, CLIENT_SECRET_FILE=str(tmp_path / "secret")).oidc.client_secret == "from-a-file"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"ISSUER": GOOD["ISSUER"]}, "also needs COP_OIDC_CLIENT_ID, COP_OIDC_CLIENT_SECRET"),
        ({"CLIENT_SECRET": "x"}, "also needs COP_OIDC_ISSUER, COP_OIDC_CLIENT_ID"),
        (GOOD | {"ISSUER": "http://login.orbis.example"}, "Plain http is taken from localhost only"),
        (GOOD | {"ISSUER": "login.orbis.example"}, "must be the provider's issuer"),
        (GOOD | {"ISSUER": "https://[bad"}, "must be the provider's issuer"),
        (GOOD | {"ISSUER": "https://login.orbis.example?x=1"}, "must be the provider's issuer"),
        (GOOD | {"TRUST_EMAIL": "maybe"}, "COP_OIDC_TRUST_EMAIL must be on or off"),
        (GOOD | {"CLIENT_SECRET_FILE": "/nowhere/at/all"}, "can't be read"),
        ({"password": "off"}, "nobody could sign in"),
        ({"password": "no"}, "must be on or off"),
    ],
)
def test_what_stops_the_program(set_to, values, sentence):
    with pytest.raises(SystemExit) as stopped:
        set_to(**values)
    assert sentence in str(stopped.value)
