"""Every page for each kind of visitor: opens without a fault, or isn't there at all."""

import re
import runpy
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from cop.db import reading
from cop.errors import Forbidden
from cop.models import Account, CommunitySession
from cop.permissions import Actor
from cop.settings import ROOT
from cop.ui import run
from cop.ui.navigation import PAGES
from tests import factories as make
from tests.each import Failures
from tests.pages.seats import open_page, take_seat
from tests.permissions import (
    ADMIN,
    DEACTIVATED,
    EVERYONE_SIGNED_IN,
    FACILITATOR,
    MANAGER,
    MANAGERS,
    NOBODY,
    OFFICE,
    OTHER_FACILITATOR,
    PRINCIPALS,
    World,
    make_world,
)

RECORDERS = {FACILITATOR, OTHER_FACILITATOR, ADMIN}
EXPECTED = {
    "catalog": EVERYONE_SIGNED_IN,
    "calendar": EVERYONE_SIGNED_IN,
    "search": EVERYONE_SIGNED_IN,
    "community": EVERYONE_SIGNED_IN,
    "session": EVERYONE_SIGNED_IN,
    "record": RECORDERS,
    "plan": RECORDERS,
    "checkin": EVERYONE_SIGNED_IN,
    "funnel": EVERYONE_SIGNED_IN,
    "propose": EVERYONE_SIGNED_IN,
    "item": EVERYONE_SIGNED_IN,
    "trends": EVERYONE_SIGNED_IN,
    "rounds": EVERYONE_SIGNED_IN,
    "meetings": MANAGERS,
    "skills": EVERYONE_SIGNED_IN,
    "helpers": EVERYONE_SIGNED_IN,
    "gaps": EVERYONE_SIGNED_IN,
    "kpis": {MANAGER, *RECORDERS},
    "results": EVERYONE_SIGNED_IN,
    "surveys": EVERYONE_SIGNED_IN,
    "answer": EVERYONE_SIGNED_IN,
    "profile": EVERYONE_SIGNED_IN,
    "account": EVERYONE_SIGNED_IN,
    "accounts": OFFICE,
    "organisation": OFFICE,
    "funnel-setup": OFFICE,
    "survey-office": OFFICE,
    "people": OFFICE,
    "imports": OFFICE,
    "data": OFFICE,
    "audit": OFFICE,
}
URLS = [spec.url for spec in PAGES]


@pytest.fixture
def world(db) -> World:
    made = make_world(db)
    for room in (made.community, made.other):
        member = make.person(db, name="Member Example")
        make.membership(db, room, member)
        for month in (3, 4, 5, 6):
            make.session(db, room, make.TODAY.replace(month=month, day=3), people=[member])
        make.contribution(db, room, person_id=member.id)
    return made


@contextmanager
def seat(world: World, principal: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Sit down as somebody, for a while; a deactivated account still has its old session."""
    with monkeypatch.context() as patch:
        if principal != NOBODY:
            take_seat(world.db, patch, world.db.get(Account, world.account_ids[principal]))
        make.commit(world.db)
        yield patch


def addresses(url: str, room) -> list[dict[str, object]]:
    """The page by itself, with an object of each community, and with one that doesn't exist."""
    with reading() as db:  # the test's own session would hold the write lock that a page needs for its draft
        session_id = db.scalar(sa.select(CommunitySession.id).where(CommunitySession.community_id == room.id).limit(1))
    return {
        "community": [{}, {"c": room.slug}, {"c": "nothing"}],
        "session": [{}, {"id": session_id}, {"id": "99999"}, {"id": "x' OR 1=1"}],
        "record": [{}, {"community": room.slug}, {"session": session_id}, {"session": "99999"}],
        "plan": [{}, {"community": room.slug, "day": "2026-11-05"}, {"session": session_id}, {"session": "x"}],
        "calendar": [{}, {"on": "2026-06"}, {"view": "week", "on": "2026-W23"}, {"view": "x", "on": "2026-02-30"}],
    }.get(url, [{}])


def test_every_page_has_its_row():
    assert list(EXPECTED) == URLS


@pytest.mark.postgresql
def test_only_the_pages_of_ones_own_are_there(world, monkeypatch):
    failures = Failures()
    for principal in PRINCIPALS:
        with failures.of(principal), seat(world, principal, monkeypatch):
            check_pages(principal)
    failures.report()


def check_pages(principal: str) -> None:
    app = AppTest.from_file(str(ROOT / "cop/ui/main.py"), default_timeout=30).run()
    assert not app.exception
    registered = set(app.session_state["_pages"]) if "_pages" in app.session_state else set()
    assert registered == {url for url, allowed in EXPECTED.items() if principal in allowed}
    if principal in {NOBODY, DEACTIVATED}:
        assert "signed out" in app.header[0].value


@pytest.mark.postgresql
@pytest.mark.parametrize("url", URLS)
def test_an_allowed_page_opens(world, monkeypatch, url):
    failures = Failures()
    for principal in (name for name in PRINCIPALS if name in EXPECTED[url]):
        with failures.of(principal), seat(world, principal, monkeypatch):
            for room in (world.community, world.other):
                for address in addresses(url, room):
                    with failures.of(f"{principal} at {address}"):
                        check_opens(url, address)
    failures.report()


def check_opens(url: str, address: dict[str, object]) -> None:
    app = open_page(url, **{name: str(value) for name, value in address.items()})
    texts = [app.title, app.header, app.subheader, app.markdown, app.info, app.error, app.metric]
    shown = " ".join(str(item.value) for kind in texts for item in kind)
    assert shown.strip()
    assert not re.search(r"\bNone\b|\bnan\b|<NA>|Traceback", shown)


@pytest.mark.parametrize("url", URLS)
def test_a_forbidden_page_is_not_there(world, monkeypatch, url):
    """It looks like one that doesn't exist; and if its script ran all the same, its first line would refuse."""
    failures = Failures()
    for principal in (name for name in PRINCIPALS if name not in EXPECTED[url]):
        with failures.of(principal), seat(world, principal, monkeypatch) as patch:
            check_refused(url, world.actors[principal], patch)
    failures.report()


def check_refused(url: str, actor: Actor | None, patch: pytest.MonkeyPatch) -> None:
    st.cache_data.clear()
    script = ROOT / "pages" / next(spec.script for spec in PAGES if spec.url == url)
    app = AppTest.from_file(str(ROOT / "cop/ui/main.py"), default_timeout=30)
    app.switch_page(str(script))
    app.run()
    assert not app.exception
    assert "_pages" not in app.session_state or url not in app.session_state["_pages"]
    if actor is not None:
        patch.setattr(run, "current", lambda: SimpleNamespace(actor=actor))
        with pytest.raises(Forbidden):
            runpy.run_path(str(script))
