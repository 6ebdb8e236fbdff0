"""The app as it is served, and a real browser: `streamlit run app.py` on a database of the module's own.

A module gets one server with a few known accounts (ACCOUNTS) and may add rows:

    with server.rows() as db:
        make.membership(db, db.get(Community, server.ids["community"]), …)
"""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy.orm import Session as DbSession

from cop import db as database
from cop.accounts.passwords import hash_password
from cop.choices import GrantedRole
from cop.periods import add_months, local_day, month_of, utcnow
from cop.settings import ROOT
from tests import factories as make

PASSWORD = "river-lantern-42-orbit"
ACCOUNTS = {
    "sam": "staff, a member of nothing",
    "fay": "lead of the community",
    "olu": "lead of the other community",
    "max": "manager of the whole organisation",
    "ada": "admin",
}
CHROMIUM = os.environ.get("COP_CHROMIUM", "/usr/bin/chromium")
SHOTS = Path(os.environ.get("COP_SCREENSHOTS") or Path(tempfile.gettempdir()) / "cop-screenshots")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DARK = {"color_scheme": "dark"}
WAIT_MS = 20_000

expect.set_options(timeout=WAIT_MS)


@dataclass
class Server:
    """A running app and its database."""

    url: str
    data_dir: Path
    log_path: Path
    engine: sa.Engine
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    ids: dict[str, int] = field(default_factory=dict)
    """Seeded rows: unit, community, other; person:sam …, account:sam …"""

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def rows(self) -> AbstractContextManager[DbSession]:
        """A transaction on the app's database; committed on leaving, figures brought up to date."""
        return database.transaction(self.engine)

    def log(self) -> str:
        return self.log_path.read_text("utf-8", "replace")

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
        flags = ["--server.port", str(self.port), "--server.address", "127.0.0.1"]
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *flags], cwd=ROOT, env=self.env, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=1) as answer:  # noqa: S310 - our own address
                    if answer.read() == b"ok":
                        return
            except OSError:
                time.sleep(0.1)
            if self.process.poll() is not None:
                break
        pytest.fail(f"the app did not start:\n{self.log()}")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None


def new_server(folder: Path, template: Path, **env: str) -> Server:
    """A server that is not started yet, on a copy of the empty database, or on COP_DATABASE_URL's."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data_dir = folder / "data"
    data_dir.mkdir(parents=True)
    path = data_dir / "cop.sqlite3"
    path.write_bytes(template.read_bytes())
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("COP_", "STREAMLIT_", "COV_"))}
    return Server(
        url=f"http://127.0.0.1:{port}",
        data_dir=data_dir,
        log_path=folder / "server.log",
        engine=database.make_engine(env.get("COP_DATABASE_URL", f"sqlite:///{path}")),
        env={**kept, "COP_DATA_DIR": str(data_dir), **env},
    )


def seed(server: Server) -> None:
    """One organisation, two communities with three months of sessions, and the ACCOUNTS."""
    today = local_day(utcnow(), "Europe/Madrid")
    hashed = hash_password(PASSWORD, rounds=4)  # a cheap hash: the password stands in this file
    with server.rows() as db:
        make.organisation(db, name="Orbis")
        unit = make.org_unit(db, name="Technology")
        area = make.area(db, name="Data and engineering")
        community = make.community(db, slug="data-engineering", name="Data Engineering", area_id=area.id)
        other = make.community(db, slug="web-guild", name="Web Guild", area_id=area.id)
        server.ids |= {"unit": unit.id, "area": area.id, "community": community.id, "other": other.id}
        people = {}
        for username in ACCOUNTS:
            people[username] = make.person(
                db, name=f"{username.capitalize()} Example", email=f"{username}@orbis.example", org_unit_id=unit.id
            )
            account = make.account(db, people[username], username=username, password_hash=hashed)
            server.ids |= {f"person:{username}": people[username].id, f"account:{username}": account.id}
            if username == "max":
                make.grant(db, account, GrantedRole.MANAGER, unit)
            if username == "ada":
                make.grant(db, account, GrantedRole.ADMIN)
        first = add_months(month_of(today), -3)
        for somewhere, lead in ((community, "fay"), (other, "olu")):
            make.facilitator(db, somewhere, people[lead], since_on=first)
            make.membership(db, somewhere, people[lead], joined_on=first)
            for back in (3, 2, 1):
                make.session(db, somewhere, add_months(month_of(today), -back).replace(day=10), [people[lead]])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Server]:
    """The app with the ACCOUNTS, one per module."""
    made = new_server(tmp_path_factory.mktemp("server"), template)
    seed(made)
    made.start()
    yield made
    made.stop()
    made.engine.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One chromium for all tests of a worker."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Makes pages, each in a browser context (cookies) of its own; PHONE and DARK are options for it."""
    contexts: list[BrowserContext] = []

    def make_page(**options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"} | options)
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        return context.new_page()

    yield make_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A desktop browser of nobody yet."""
    return new_page()


@pytest.fixture
def sign_in(server: Server) -> Callable[..., None]:
    """`sign_in(page, "fay", "/kpis")` opens a page as somebody."""

    def do(page: Page, username: str, path: str = "/", password: str = PASSWORD) -> None:
        sign_in_at(server, page, username, path, password)

    return do


def sign_in_at(server: Server, page: Page, username: str, path: str = "/", password: str = PASSWORD) -> None:
    """Open a page of this server as somebody."""
    page.goto(server.url + path)
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    wait_until_settled(page)


@pytest.fixture
def settle() -> Callable[[Page], None]:
    """`settle(page)` waits until the app has drawn what it will draw; fails where it shows an exception."""
    return wait_until_settled


def wait_until_settled(page: Page) -> None:
    """Settled twice, a moment apart: what was just pressed may not have reached the server yet."""
    for _ in range(2):
        _wait_until_drawn(page)
        page.wait_for_timeout(200)
    _wait_until_drawn(page)


def _wait_until_drawn(page: Page) -> None:
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.wait_for_function(
        """() => !document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]')
                 && document.querySelector('[data-testid="stMain"] [data-testid="stVerticalBlock"]')"""
    )
    errors = page.locator('[data-testid="stException"]').or_(page.get_by_text("Something went wrong on our side"))
    assert errors.count() == 0, errors.first.inner_text()


@pytest.fixture
def shot() -> Callable[..., Path]:
    """`shot(page, "kpis-dark")` keeps a screenshot of the whole page under $COP_SCREENSHOTS."""

    def take(page: Page, name: str) -> Path:
        SHOTS.mkdir(parents=True, exist_ok=True)
        path = SHOTS / f"{re.sub('[^a-z0-9-]+', '-', name.lower())}.png"
        main = page.locator('[data-testid="stMain"]')
        before = page.viewport_size
        if before and main.count():  # Streamlit scrolls inside: make the window as high as the content
            height = main.evaluate("element => element.scrollHeight")
            page.set_viewport_size({"width": before["width"], "height": min(max(height, before["height"]), 6_000)})
            page.wait_for_timeout(300)
        page.screenshot(path=path, full_page=True)
        if before:
            page.set_viewport_size(before)
        return path

    return take


@pytest.fixture
def axe() -> Callable[..., None]:
    """`axe(page)` fails on any serious or critical violation of the page as it stands."""

    def run(page: Page, *, ignore: tuple[str, ...] = ()) -> None:
        page.evaluate(AXE_SCRIPT)  # the debugger's evaluation is not subject to the page's CSP
        result = page.evaluate("axe.run({resultTypes: ['violations']})")
        bad = [
            {"rule": item["id"], "impact": item["impact"], "nodes": [node["html"][:200] for node in item["nodes"][:3]]}
            for item in result["violations"]
            if item["impact"] in {"serious", "critical"} and item["id"] not in ignore
        ]
        assert not bad, json.dumps(bad, indent=1)

    return run
