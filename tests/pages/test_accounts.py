"""The screens on accounts: what the office does there, and what everybody sees of their own."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from cop.accounts import operations
from cop.accounts.change import live_link
from cop.choices import GrantedRole
from cop.db import reading, transaction
from cop.execute import execute
from cop.models import Account, RoleGrant, SignInSession
from cop.periods import utcnow
from cop.permissions import SYSTEM
from cop.ui import run
from tests import factories as make
from tests.pages.seats import open_page, take_seat


@pytest.fixture
def office(db, monkeypatch):
    """An admin called Ada sits there; Mia Moss has an account, Nora none."""
    make.organisation(db)
    unit = make.org_unit(db, name="Technology")
    ada = make.account(db, make.person(db, name="Ada Alder"), username="ada")
    make.grant(db, ada, GrantedRole.ADMIN)
    make.account(db, make.person(db, name="Mia *Moss*", org_unit_id=unit.id), username="mia")
    make.person(db, name="Nora", email="nora@orbis.example")
    seat = take_seat(db, monkeypatch, ada)
    make.commit(db)
    return seat


def account_of(username):
    """As it is stored now; the `db` fixture would hold the write lock that the app needs."""
    with reading() as db:
        return db.scalar(sa.select(Account).where(Account.username == username))


def said(app):
    return [item.value for item in app.toast]


def opened(username="mia"):
    app = open_page("accounts")
    return app.selectbox(key="account_id").select(account_of(username).id).run()


def test_the_table_can_be_searched(office):
    app = open_page("accounts")
    assert list(app.dataframe[0].value["username"]) == ["ada", "mia"]
    app.text_input(key="search").input("moss").run()
    assert list(app.dataframe[0].value["person"]) == ["Mia *Moss*"]
    app.text_input(key="search").input("nobody").run()
    assert "No account matches" in app.info[0].value


def test_a_new_account_comes_with_a_link_that_is_shown_once(office, engine):
    app = open_page("accounts")
    nora = next(option for option in app.selectbox(key="new_account:0:person").options if option.startswith("Nora"))
    app.selectbox(key="new_account:0:person").select_index(
        app.selectbox(key="new_account:0:person").options.index(nora)
    )
    app.text_input(key="new_account:0:username").input("nora")
    app.button(key="new_account:0:submit").click().run()
    link = app.code[0].value
    secret = link.rpartition("/reset?t=")[2]
    assert live_link(secret, now=utcnow()).username == "nora"
    assert account_of("nora").must_change_password
    app.run()
    assert not app.code
    assert app.text_input(key="new_account:1:username").value == ""


def test_what_is_wrong_stands_beside_the_field_and_nothing_typed_is_lost(office, engine):
    app = open_page("accounts")
    app.segmented_control(key="new_account:0:kind").set_value("Somebody new").run()
    app.text_input(key="new_account:0:name").input("Zoe")
    app.text_input(key="new_account:0:email").input("not an address")
    app.text_input(key="new_account:0:username").input("mia")
    app.button(key="new_account:0:submit").click().run()
    assert [item.value for item in app.error] == [
        "“not an address” is not an e\\-mail address\\.",
        "This user name is taken\\.",
    ]
    assert app.text_input(key="new_account:0:name").value == "Zoe"
    with reading(engine) as fresh:
        assert fresh.scalar(sa.select(sa.func.count()).select_from(Account)) == 2


def test_roles_are_given_and_taken_back(office, engine):
    app = opened()
    mia = account_of("mia").id
    app.selectbox(key=f"grant:{mia}:role").select("manager").run()
    app.button(key=f"grant:{mia}:submit").click().run()
    assert "Choose the unit" in app.error[0].value
    app.selectbox(key=f"grant:{mia}:unit").select_index(0)
    app.button(key=f"grant:{mia}:submit").click().run()
    assert said(app) == ["Mia \\*Moss\\* is manager now\\."]
    with reading(engine) as fresh:
        grant = fresh.scalar(sa.select(RoleGrant).where(RoleGrant.account_id == mia))
        assert grant.role is GrantedRole.MANAGER
    app.button(key=f"revoke:{grant.id}").click().run()
    with reading(engine) as fresh:
        assert fresh.scalar(sa.select(RoleGrant).where(RoleGrant.account_id == mia)) is None


def test_the_last_admin_keeps_the_role(office):
    app = opened("ada")
    with reading() as db:
        grant = db.scalar(sa.select(RoleGrant.id))
    app.button(key=f"revoke:{grant}").click().run()
    assert "last active admin" in app.error[0].value
    assert not [button for button in app.button if button.label == "Deactivate the account"]


def test_deactivating_asks_first(office, engine):
    app = opened()
    mia = account_of("mia").id
    assert app.button(key=f"access:{mia}:deactivate").disabled
    app.checkbox(key=f"access:{mia}:sure").check().run()
    app.button(key=f"access:{mia}:deactivate").click().run()
    assert account_of("mia").active is False
    app.toggle(key="closed").set_value(True).run()
    app.selectbox(key="account_id").select(mia).run()
    app.button(key=f"access:{mia}:activate").click().run()
    assert account_of("mia").active is True


def test_what_another_admin_changed_meanwhile_is_told(office, engine):
    app = opened()
    mia = account_of("mia")
    app.checkbox(key=f"access:{mia.id}:sure").check().run()
    with transaction() as db:  # meanwhile
        db.get(Account, mia.id).must_change_password = True
    app.button(key=f"access:{mia.id}:deactivate").click().run()
    assert app.error[0].value.replace("\\", "").startswith("Not saved. Somebody else changed this.")
    assert account_of("mia").active is True


def test_ones_own_account_in_words(db, monkeypatch):
    make.organisation(db)
    person = make.person(db, name="Fay <b>*")
    make.facilitator(db, make.community(db, name="Data [x](http://evil.example)"), person)
    account = make.account(db, person, username="fay")
    make.grant(db, account, GrantedRole.MANAGER, make.org_unit(db, name="Technology"))
    take_seat(db, monkeypatch, account)
    make.commit(db)
    app = open_page("account")
    assert app.text[0].value == "Fay <b>*"
    roles = app.main.markdown[0].value
    assert "**Facilitator** of Data \\[x\\]\\(http" in roles
    assert "**Manager** of Technology" in roles
    assert "**Admin**" not in roles


def test_signing_out_another_browser_and_then_everywhere(db, monkeypatch, engine):
    make.organisation(db)
    seat = take_seat(db, monkeypatch)
    take_seat(db, monkeypatch, seat.account)
    seat.sit()
    make.commit(db)
    app = open_page("account")
    with reading() as fresh:
        ids = list(fresh.scalars(sa.select(SignInSession.id).order_by(SignInSession.id)))
    assert [button.key for button in app.button if "end_" in button.key] == [
        f"end_session:{ids[1]}",
        "end_own_sessions",
    ]
    app.button(key=f"end_session:{ids[1]}").click().run()
    with reading(engine) as fresh:
        assert fresh.get(SignInSession, ids[1]).ended_at is not None
        assert fresh.get(SignInSession, ids[0]).ended_at is None
    app.button(key="end_own_sessions").click().run()
    assert app.header[0].value == "You are signed out"
    assert not app.button


def seen(engine, account_id):
    with reading(engine) as db:
        return db.scalar(sa.select(SignInSession.last_seen_at).where(SignInSession.account_id == account_id))


def test_a_run_is_activity_and_a_poll_is_not(db, monkeypatch, engine):
    make.organisation(db)
    seat = take_seat(db, monkeypatch)
    make.commit(db)
    app = open_page("account")
    an_hour_ago = utcnow() - timedelta(hours=1)

    def forget():
        with transaction(engine) as fresh:
            fresh.execute(sa.update(SignInSession).values(last_seen_at=an_hour_ago))

    forget()
    app.session_state[run._POLLED] = True
    app.run()
    assert seen(engine, seat.account.id) == an_hour_ago
    app.run()
    assert seen(engine, seat.account.id) > an_hour_ago + timedelta(minutes=59)


@pytest.mark.parametrize(
    "end",
    [
        lambda account: execute(operations.end_account_sessions, SYSTEM, account_id=account.id),
        lambda account: execute(operations.set_active, SYSTEM, account_id=account.id, active=False, version=1),
    ],
)
def test_the_next_interaction_after_the_end_shows_nothing(db, monkeypatch, end):
    make.organisation(db)
    seat = take_seat(db, monkeypatch, make.account(db, make.person(db, name="CANARY")))
    make.commit(db)
    app = open_page("account")
    assert app.text[0].value == "CANARY"
    end(seat.account)
    app.run()
    assert app.header[0].value == "You are signed out"
    assert "CANARY" not in str(app.main)
    assert not app.sidebar.children


def fragment_long_after():
    """A script whose run is old, as a fragment's is that runs again without its page."""
    from dataclasses import replace

    import streamlit as st

    from cop.ui import run

    if run.begin() is None:
        st.write("signed out")
        st.stop()
    st.session_state["_run"] = replace(run.current(), looked_at=0.0)
    if "end" in st.session_state:
        st.session_state.pop("end")()
    st.write(f"still {run.current().actor.name}")


def test_a_fragment_looks_again_who_it_is(db, monkeypatch):
    make.organisation(db)
    seat = take_seat(db, monkeypatch, make.account(db, make.person(db, name="Fay")))
    make.commit(db)
    app = AppTest.from_function(fragment_long_after).run()
    assert app.markdown[0].value == "still Fay"
    app.session_state["end"] = lambda: execute(operations.end_account_sessions, SYSTEM, account_id=seat.account.id)
    app.run()
    assert [item.value for item in app.markdown] == ["signed out"]
