"""Roles from groups on the office's screen, and how one's own account says how one signs in."""

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from cop.choices import GrantedRole
from cop.db import reading
from cop.models import ExternalIdentity, GroupRole
from cop.settings import settings
from tests import factories as make
from tests.pages.seats import open_page, take_seat

ISSUER = "https://login.orbis.example"


@pytest.fixture
def provider(monkeypatch, data_dir):
    for name, value in {"ISSUER": ISSUER, "CLIENT_ID": "cop", "CLIENT_SECRET": "s", "NAME": "Orbis *ID*"}.items():
        monkeypatch.setenv(f"COP_OIDC_{name}", value)
    settings.cache_clear()


@pytest.fixture
def ada(db, monkeypatch):
    make.organisation(db)
    make.org_unit(db, name="Technology")
    account = make.account(db, make.person(db, name="Ada Alder"), username="ada", password_hash="$2b$something")
    make.grant(db, account, GrantedRole.ADMIN)
    db.add(ExternalIdentity(issuer=ISSUER, subject="1", account_id=account.id, created_at=make.NOW, used_at=make.NOW))
    take_seat(db, monkeypatch, account)
    make.commit(db)
    return account


def opened() -> AppTest:
    app = open_page("accounts")
    app.session_state["group_roles"] = True
    return app.run()


def kept():
    with reading() as db:
        return [(row.group_name, row.role.value) for row in db.scalars(sa.select(GroupRole))]


def test_a_group_is_added_and_taken_off(provider, ada):
    app = opened()
    app.text_input(key="group_role:0:group").input("tech-*leads*").run()
    app.button(key="group_role:0:submit").click().run()
    assert [error.value[:16] for error in app.error] == ["Choose the unit "]
    app.selectbox(key="group_role:0:unit").select_index(0).run()
    app.button(key="group_role:0:submit").click().run()
    assert not app.exception
    assert kept() == [("tech-*leads*", "manager")]
    assert any(r"tech\-\*leads\*" in item.value or r"tech-\*leads\*" in item.value for item in app.markdown)
    with reading() as db:
        row = db.scalar(sa.select(GroupRole.id))
    app.selectbox(key="group_role_id").select(row).run()
    assert app.button(key=f"remove_group_role:{row}:remove").disabled
    app.checkbox(key=f"remove_group_role:{row}:sure").check().run()
    app.button(key=f"remove_group_role:{row}:remove").click().run()
    assert kept() == []


def test_without_a_provider_there_are_no_groups(ada):
    app = open_page("accounts")
    assert "Roles from groups" not in [item.label for item in app.expander]


def test_the_accounts_say_how_one_signs_in(provider, ada):
    table = open_page("accounts").dataframe[0].value
    assert list(table["signs_in"]) == ["Password, identity provider"]
    captions = [item.value for item in open_page("account").caption]
    assert any(r"You sign in with a password or with Orbis \*ID\*." in text for text in captions)
