"""What makes `streamlit run app.py` safe before the first request."""

import threading
import tomllib

import pytest
from streamlit.web.server.app_discovery import discover_asgi_app

from cop.accounts import first_run
from cop.settings import ROOT
from cop.ui.identity import HEADER_CLAIM
from cop.ui.navigation import PAGES
from cop.web import housekeeping
from cop.web.app import prepare
from cop.web.gate import IDENTITY, OWN
from cop.web.oidc import OIDC_ROUTES
from cop.web.routes import ROUTES

CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))


@pytest.fixture
def first_round(data_dir, monkeypatch):
    """Waits for the housekeeping that a start begins: its database goes with the test."""
    once, ended = housekeeping.once, threading.Event()

    def watched():
        try:
            once()
        finally:
            ended.set()

    monkeypatch.setattr(housekeeping, "once", watched)
    yield
    assert ended.wait(60)


def test_streamlit_finds_the_app_and_does_not_run_it_as_a_bare_script():
    found = discover_asgi_app(ROOT / "app.py")
    assert (found.is_asgi_app, found.app_name) == (True, "app")


def test_the_gates_header_is_the_one_that_streamlit_trusts():
    assert CONFIG["server"]["trustedUserHeaders"] == {IDENTITY: HEADER_CLAIM}


def test_no_route_stands_in_front_of_a_page():
    """Links inside the app would still open the page; its shared address and a reload would get the route's answer."""
    routes = {route.path for route in [*ROUTES, *OIDC_ROUTES]}
    assert routes == OWN | {"/feeds/{token}.ics"}
    assert routes.isdisjoint(f"/{spec.url}" for spec in PAGES)


def test_details_and_telemetry_are_off():
    assert CONFIG["client"]["showErrorDetails"] == "none"
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert not CONFIG["server"].get("enableAgentApi", False)
    assert not CONFIG["server"].get("enableStaticServing", False)
    assert "enableCORS" not in CONFIG["server"]
    assert "enableXsrfProtection" not in CONFIG["server"]


def test_no_page_script_lies_where_streamlit_would_run_it_by_itself():
    assert list((ROOT / "pages").glob("*.py")) == []


def test_an_empty_database_announces_its_code(first_round, capsys):
    prepare()
    printed = capsys.readouterr().out
    code = printed.split(":")[-1].strip()
    assert len(code) == 19
    assert first_run.is_needed()


def test_the_app_starts_its_housekeeping_once(first_round):
    before = set(threading.enumerate())
    prepare()
    (started,) = [thread for thread in set(threading.enumerate()) - before if thread.name == "housekeeping"]
    assert started.daemon  # else a stopped app would never end
