"""Opening a page as somebody: a live session in the database and its hash where the gate would hand it over."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import streamlit as st
from sqlalchemy.orm import Session as DbSession
from streamlit.testing.v1 import AppTest

from cop.models import Account, SignInSession
from cop.periods import utcnow
from cop.settings import ROOT
from cop.ui import identity
from cop.ui.navigation import PAGES
from tests import factories as make

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Seat:
    """Who sits there."""

    account: Account
    sit: Callable[[], None]


def take_seat(db: DbSession, monkeypatch: pytest.MonkeyPatch, account: Account | None = None) -> Seat:
    """Sign the account in; flushes, so commit before opening a page."""
    account = account or make.account(db)
    token, now = f"seat-{next(_numbers)}", utcnow()
    db.add(
        SignInSession(
            token_hash=token,
            account_id=account.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(days=1),
        )
    )
    db.flush()

    def sit() -> None:
        monkeypatch.setattr(identity, "session_token", lambda: token)

    sit()
    return Seat(account, sit)


def open_page(url: str, **address: str) -> AppTest:
    """The page at this address, run once; an exception fails the test."""
    st.cache_data.clear()  # this process serves another database in each test
    app = AppTest.from_file(str(ROOT / "cop/ui/main.py"), default_timeout=30)
    script = Path(next(spec.script for spec in PAGES if spec.url == url))
    if script.stem != url:  # before its first run Streamlit knows a page by its file's name only
        app.run()
    app.switch_page(f"../../pages/{script}")
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception
    return app


def under(app: AppTest, key: str) -> list[str]:
    """The errors that stand right below the widget with this key, as they read."""
    drawn = iter(app.main)
    assert any(getattr(element, "key", None) == key for element in drawn), key
    told = []
    for element in drawn:
        if element.type != "error":
            if getattr(element, "key", None):
                break
            continue
        told.append(element.value.replace("\\", "").replace("\u2060", ""))
    return told
