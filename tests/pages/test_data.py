"""The office's screen on taking everything along."""

import io
import zipfile
from typing import Any

import pytest
import sqlalchemy as sa
import streamlit as st

from cop.accounts.operations import revoke_role
from cop.choices import GrantedRole
from cop.db import reading
from cop.errors import Forbidden
from cop.execute import execute
from cop.models import AuditEntry
from cop.periods import local_day, utcnow
from cop.permissions import SYSTEM
from cop.programme.tables import TABLES
from tests import factories as make
from tests.pages.seats import open_page, take_seat


@pytest.fixture
def grant(db, monkeypatch):
    """A seat in the office, beside another admin."""
    make.organisation(db)
    make.grant(db, make.account(db), GrantedRole.ADMIN)
    account = make.account(db, make.person(db, name="Ola Office"))
    row = make.grant(db, account, GrantedRole.ADMIN)
    take_seat(db, monkeypatch, account)
    make.commit(db)
    return row


@pytest.fixture
def drawn(monkeypatch) -> dict[str, Any]:
    """The one button: its label, file name and what it gives."""
    found: dict[str, Any] = {}
    real = st.download_button

    def keep(label: str, data: Any, **rest: Any) -> Any:
        found.update(rest, label=label, data=data)
        return real(label, data, **rest)

    monkeypatch.setattr(st, "download_button", keep)
    return found


def test_everything_in_one_file_on_the_click(grant, drawn):
    app = open_page("data")
    assert app.title[0].value == "Export"
    assert "who came to which session" in app.warning[0].value
    listed = app.markdown[-1].value
    assert all(table.file in listed for table in TABLES)
    today = local_day(utcnow(), "Europe/Madrid")
    assert (drawn["label"], drawn["file_name"]) == ("Export everything", f"cop-programme-{today}.zip")
    with reading() as db:
        assert db.scalars(sa.select(AuditEntry)).all() == []  # opening the screen takes nothing along
    archive = zipfile.ZipFile(io.BytesIO(drawn["data"]()))
    assert archive.testzip() is None
    assert "Ola Office" in archive.read("people.csv").decode()
    with reading() as db:
        entry = db.scalars(sa.select(AuditEntry)).one()
    assert (entry.operation, entry.actor_name) == ("programme.note_export", "Ola Office")


def test_who_is_no_admin_any_more_gets_nothing(grant, drawn):
    open_page("data")
    execute(revoke_role, SYSTEM, grant_id=grant.id)
    with pytest.raises(Forbidden):
        drawn["data"]()
    with reading() as db:
        last = db.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (last.operation, last.outcome) == ("programme.note_export", "refused")
