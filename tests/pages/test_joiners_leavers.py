"""On the screen of accounts: who joined, who left."""

import csv
import io
from datetime import date

import pytest
import sqlalchemy as sa

from cop.accounts.change import live_link
from cop.accounts.operations import create_account
from cop.choices import GrantedRole
from cop.db import reading
from cop.execute import execute
from cop.lifecycle.operations import deactivate_leavers
from cop.models import Account, Facilitator, Membership, Person
from cop.periods import utcnow
from cop.permissions import SYSTEM
from cop.ui.widgets import joiners_leavers, ticks
from tests import factories as make
from tests.pages.seats import open_page, take_seat


@pytest.fixture
def office(db, monkeypatch):
    """=Ana, Ben and Cy (without an e-mail address) joined; Lea left, who alone facilitates "Alone *A*"."""
    make.organisation(db)
    make.person(db, name="=Ana", email="ana@orbis.example")
    make.person(db, name="Ben", email="ben@orbis.example")
    make.person(db, name="Cy", email=None)
    lea = make.person(db, name="Lea", email="lea@orbis.example", active=False)
    make.account(db, lea, username="lea")
    room = make.community(db, name="Alone *A*", slug="alone")
    make.membership(db, room, lea, joined_on=date(2026, 1, 1))
    make.facilitator(db, room, lea)
    seat = take_seat(db, monkeypatch)
    make.grant(db, seat.account, GrantedRole.ADMIN)
    make.commit(db)
    return seat


def opened(monkeypatch, *rows, tab="Joined"):
    monkeypatch.setattr(ticks, "ticked", lambda _chosen: list(rows))
    app = open_page("accounts")
    app.session_state["joiners_leavers"] = True
    app.session_state["joined_left"] = tab
    return app.run()


def test_who_came_back_later_gets_all_of_it_back_too(office, monkeypatch):
    lea = account("lea").id
    execute(deactivate_leavers, SYSTEM, account_ids=(lea,))
    app = open_page("accounts")
    app.toggle(key="closed").set_value(True).run()
    app.selectbox(key="account_id").select(lea).run()
    button = app.button(key=f"access:{lea}:reactivate")
    assert button.label == "Activate it with the 2 memberships and roles it had"
    button.click().run()
    assert account("lea").active is True
    with reading() as db:
        assert db.scalar(sa.select(Membership.left_on)) is None


def account(username):
    with reading() as db:
        return db.scalar(sa.select(Account).where(Account.username == username))


def frame(app, column):
    return next(item.value for item in app.dataframe if column in item.value.columns)


def test_accounts_for_those_who_joined_and_their_links_as_a_file(office, monkeypatch):
    made = []
    monkeypatch.setattr(joiners_leavers.st, "download_button", lambda _label, data, **_options: made.append(data))
    app = opened(monkeypatch, 0, 1)
    app.selectbox(key="naming").select("local_part").run()
    assert list(frame(app, "email")["username"]) == ["ana", "ben"]
    assert any("1 more have no e-mail address" in item.value for item in app.caption)
    app.button(key="create_accounts:submit").click().run()
    assert not app.exception
    rows = list(csv.reader(io.StringIO(made[-1]().decode("utf-8-sig"))))
    assert [row[:3] for row in rows] == [
        ["Name", "E-mail address", "User name"],
        ["'=Ana", "ana@orbis.example", "ana"],
        ["Ben", "ben@orbis.example", "ben"],
    ]
    token = rows[2][3].rpartition("/reset?t=")[2]
    assert live_link(token, now=utcnow()).username == "ben"
    shown = len(made)  # the file is offered until it was taken
    app.button(key="links_done").click().run()
    assert len(made) == shown


def test_what_is_wrong_is_told_and_nothing_is_made(office, monkeypatch):
    app = opened(monkeypatch, 0, 1)
    with reading() as db:
        ana = db.scalar(sa.select(Person.id).where(Person.name == "=Ana"))
    monkeypatch.setattr(joiners_leavers, "load", _stale(joiners_leavers.load))
    app.run()
    execute(create_account, SYSTEM, person_id=ana, username="other")
    app.button(key="create_accounts:submit").click().run()
    assert "has an account already" in app.error[0].value
    assert account("ben@orbis.example") is None


def _stale(load):
    """Reads as they were at first: the list that somebody looks at while another admin writes."""
    kept = {}
    return lambda query, **params: kept.setdefault((query.__name__, str(params)), load(query, **params))


def test_nobody_ticked_nothing_to_press(office, monkeypatch):
    app = opened(monkeypatch)
    assert app.button(key="create_accounts:submit").disabled
    app = opened(monkeypatch, tab="Left")
    assert app.checkbox(key="deactivate_leavers:sure").disabled


def test_those_who_left_are_deactivated_and_it_can_be_undone(office, monkeypatch):
    app = opened(monkeypatch, 0, tab="Left")
    row = frame(app, "facilitates").iloc[0]
    assert (row["name"], row["memberships"], row["facilitates"]) == ("Lea", 1, "Alone *A*")
    assert "Alone \\*A\\*" in app.warning[0].value
    assert app.button(key="deactivate_leavers:remove").disabled
    app.checkbox(key="deactivate_leavers:sure").check().run()
    app.button(key="deactivate_leavers:remove").click().run()
    assert account("lea").active is False
    assert list(frame(app, "open")["name"]) == ["Alone *A*"]
    with reading() as db:
        assert db.scalar(sa.select(Membership.left_on)) is not None
    app.button(key="reactivate:submit").click().run()
    assert account("lea").active is True
    with reading() as db:
        assert db.scalar(sa.select(Membership.left_on)) is None
        assert db.scalar(sa.select(Facilitator.until_on)) is None
    assert not [item for item in app.button if item.key == "reactivate:submit"]
