from datetime import timedelta

import pytest
import sqlalchemy as sa

from cop.accounts import operations as o
from cop.accounts import queries
from cop.accounts.sign_in import sign_in
from cop.accounts.tokens import token_hash
from cop.choices import GrantedRole
from cop.db import reading, revisions, transaction
from cop.errors import Conflict, Forbidden, Invalid, NotFound
from cop.execute import execute
from cop.models import Account, AuditEntry, Person, RoleGrant, SignInSession
from cop.permissions import SYSTEM, Role
from cop.settings import settings
from tests import factories as make
from tests.factories import NOW
from tests.unit.accounts.conftest import HERE, PASSWORD, actor_of, count

GOOD = "four plain words here"
IDLE = settings().idle_limit.total_seconds()


def sessions_of(engine, account_id):
    with reading(engine) as db:
        live = SignInSession.ended_at.is_(None)
        return list(db.scalars(sa.select(SignInSession.id).where(SignInSession.account_id == account_id, live)))


def test_an_account_is_made_for_a_person(engine, office):
    with transaction(engine) as db:
        person_id = make.person(db).id
    made = execute(
        o.create_account, office, now=NOW, person_id=person_id, username=" Zoe@Orbis.Example ", password=GOOD
    )
    with reading(engine) as db:
        row = db.get(Account, made)
        assert (row.username, row.person_id, row.active, row.must_change_password) == (
            "zoe@orbis.example",
            person_id,
            True,
            False,
        )
        entry = db.scalar(sa.select(AuditEntry).where(AuditEntry.operation == "accounts.create_account"))
        assert entry.account_id == office.account_id
        assert "password_hash" not in entry.after
        assert revisions(db)["accounts"] == 1
    assert sign_in("zoe@orbis.example", GOOD, HERE, now=NOW)


@pytest.mark.parametrize(
    ("username", "password", "field"),
    [
        ("", GOOD, "username"),
        ("two words", GOOD, "username"),
        ("MIA", GOOD, "username"),
        ("x" * 255, GOOD, "username"),
        ("a\x00b", GOOD, "username"),
        ("zoe-long-name", "short", "password"),
        ("zoe-long-name", "Zoe-Long-Name1", "password"),
    ],
)
def test_a_bad_account_is_refused_beside_its_field(engine, mia, office, username, password, field):
    with transaction(engine) as db:
        person_id = make.person(db).id
    with pytest.raises(Invalid) as refused:
        execute(o.create_account, office, now=NOW, person_id=person_id, username=username, password=password)
    assert set(refused.value.errors) == {field}
    with reading(engine) as db:
        assert count(db, Account, Account.person_id == person_id) == 0
        assert mia.username == "mia"


def test_a_person_has_one_account(mia, office):
    with pytest.raises(Invalid) as refused:
        execute(o.create_account, office, now=NOW, person_id=mia.person_id, username="mia2", password=GOOD)
    assert set(refused.value.errors) == {"person_id"}


def test_no_account_for_an_unknown_person_or_one_who_was_merged(engine, office):
    with transaction(engine) as db:
        merged = make.person(db, merged_into_id=make.person(db).id).id
    for person_id in (merged, 10_000):
        with pytest.raises(NotFound):
            execute(o.create_account, office, now=NOW, person_id=person_id, username="x", password=GOOD)


def test_somebody_new_comes_with_an_account(engine, office):
    with transaction(engine) as db:
        unit_id = make.org_unit(db).id
    values = {"name": " Zoe  Zabel ", "email": "ZOE@orbis.example", "org_unit_id": unit_id}
    made = execute(o.create_person_and_account, office, now=NOW, username="zoe", **values)
    with reading(engine) as db:
        account = db.get(Account, made)
        person = db.get(Person, account.person_id)
        assert account.must_change_password
        assert (person.email, person.org_unit_id) == ("zoe@orbis.example", unit_id)
    with pytest.raises(Invalid) as refused:
        execute(o.create_person_and_account, office, now=NOW, username="zoe2", **values)
    assert set(refused.value.errors) == {"name"}
    for guess in ("", "!", GOOD):  # nobody knows a password of it until its owner sets one
        with pytest.raises(Invalid):
            sign_in("zoe", guess, HERE, now=NOW)
    with pytest.raises(NotFound):
        execute(
            o.create_person_and_account,
            office,
            now=NOW,
            username="yan",
            name="Yan",
            email="",
            org_unit_id=10_000,
        )
    with reading(engine) as db:
        assert count(db, Person, Person.name == "Yan") == 0


def test_granting_and_taking_back_a_role_shows_at_once(engine, mia, office):
    token = sign_in("mia", PASSWORD, HERE, now=NOW)

    def now_is():
        with reading(engine) as db:
            return queries.signed_in(db, token_hash(token), now=NOW, idle_seconds=IDLE).actor

    with transaction(engine) as db:
        above = make.org_unit(db)
        below = make.org_unit(db, parent_id=above.id)
        units = {above.id, below.id}
    grant = execute(o.grant_role, office, now=NOW, account_id=mia.id, role="manager", org_unit_id=above.id)
    assert now_is().roles == {Role.STAFF, Role.MANAGER}
    assert now_is().unit_ids == units
    execute(o.revoke_role, office, now=NOW, grant_id=grant)
    assert now_is().roles == {Role.STAFF}
    assert now_is().unit_ids == frozenset()


@pytest.mark.parametrize(
    ("role", "unit", "error", "field"),
    [
        ("manager", None, Invalid, "org_unit_id"),
        ("king", 10_000, Invalid, "role"),
        ("manager", 10_000, NotFound, None),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused(mia, office, role, unit, error, field):
    with pytest.raises(error) as refused:
        execute(o.grant_role, office, now=NOW, account_id=mia.id, role=role, org_unit_id=unit)
    if field:
        assert set(refused.value.errors) == {field}


def test_a_role_is_held_once(engine, mia, office):
    with transaction(engine) as db:
        unit_id = make.org_unit(db).id
    for values in ({"role": "admin"}, {"role": "manager", "org_unit_id": unit_id}):
        execute(o.grant_role, office, now=NOW, account_id=mia.id, **values)
        with pytest.raises(Invalid) as refused:
            execute(o.grant_role, office, now=NOW, account_id=mia.id, **values)
        assert set(refused.value.errors) == {"role"}


def test_the_last_active_admin_stays(engine, mia, office):
    with reading(engine) as db:
        own_grant = db.scalar(sa.select(RoleGrant.id).where(RoleGrant.account_id == office.account_id))
    with pytest.raises(Invalid, match="last active admin"):
        execute(o.revoke_role, office, now=NOW, grant_id=own_grant)
    with pytest.raises(Invalid, match="last active admin"):
        execute(o.set_active, SYSTEM, now=NOW, account_id=office.account_id, active=False, version=1)
    second = execute(o.grant_role, office, now=NOW, account_id=mia.id, role="admin")
    execute(o.set_active, office, now=NOW, account_id=mia.id, active=False, version=1)
    with pytest.raises(Invalid, match="last active admin"):  # a deactivated admin is none
        execute(o.revoke_role, office, now=NOW, grant_id=own_grant)
    execute(o.revoke_role, office, now=NOW, grant_id=second)
    execute(o.set_active, office, now=NOW, account_id=mia.id, active=True, version=2)
    execute(o.grant_role, office, now=NOW, account_id=mia.id, role="admin")
    execute(o.revoke_role, office, now=NOW, grant_id=own_grant)
    with reading(engine) as db:
        assert count(db, RoleGrant, RoleGrant.role == GrantedRole.ADMIN) == 1


def test_nobody_deactivates_themselves(mia, office):
    execute(o.grant_role, office, now=NOW, account_id=mia.id, role="admin")
    with pytest.raises(Invalid, match="your own account"):
        execute(o.set_active, office, now=NOW, account_id=office.account_id, active=False, version=1)


def test_deactivating_ends_every_session(engine, mia, office):
    sign_in("mia", PASSWORD, HERE, now=NOW)
    execute(o.set_active, office, now=NOW, account_id=mia.id, active=False, version=1)
    assert sessions_of(engine, mia.id) == []
    execute(o.set_active, office, now=NOW, account_id=mia.id, active=True, version=2)
    assert sessions_of(engine, mia.id) == []  # a copied cookie doesn't come back to life


def test_a_stale_version_is_a_conflict(mia, office):
    execute(o.set_active, office, now=NOW, account_id=mia.id, active=False, version=1)
    with pytest.raises(Conflict) as conflict:
        execute(o.set_active, office, now=NOW, account_id=mia.id, active=True, version=1)
    assert conflict.value.current == {"active": False}


def test_signing_out_one_browser_leaves_the_others(engine, mia):
    sign_in("mia", PASSWORD, HERE, now=NOW)
    sign_in("mia", PASSWORD, HERE, now=NOW)
    first, second = sessions_of(engine, mia.id)
    execute(o.end_own_session, actor_of(mia), now=NOW, session_id=first)
    assert sessions_of(engine, mia.id) == [second]
    with pytest.raises(NotFound):
        execute(o.end_own_session, actor_of(mia), now=NOW, session_id=first)


def test_nobody_signs_others_out_or_keeps_their_sessions_alive(engine, mia, office):
    sign_in("mia", PASSWORD, HERE, now=NOW)
    [session_id] = sessions_of(engine, mia.id)
    with pytest.raises(NotFound):
        execute(o.end_own_session, office, now=NOW, session_id=session_id)
    execute(o.touch_session, office, now=NOW + timedelta(hours=1), session_id=session_id)
    with reading(engine) as db:
        assert db.get(SignInSession, session_id).last_seen_at == NOW
    with pytest.raises(Forbidden):
        execute(o.end_account_sessions, actor_of(mia), now=NOW, account_id=office.account_id)


def test_signing_out_everywhere(engine, mia, office):
    for end in (
        lambda: execute(o.end_own_sessions, actor_of(mia), now=NOW),
        lambda: execute(o.end_account_sessions, office, now=NOW, account_id=mia.id),
    ):
        for _ in range(2):
            sign_in("mia", PASSWORD, HERE, now=NOW)
        end()
        assert sessions_of(engine, mia.id) == []


def test_what_the_owner_sees(engine, mia, office):
    sign_in("mia", PASSWORD, HERE, now=NOW)
    sign_in("mia", PASSWORD, HERE, now=NOW + timedelta(hours=1))
    with reading(engine) as db:
        seen = queries.own_browsers(db, actor_of(mia), now=NOW + timedelta(hours=2), idle_seconds=IDLE)
        assert [(row.name, row.since) for row in seen] == [
            ("Firefox on Windows", NOW + timedelta(hours=1)),
            ("Firefox on Windows", NOW),
        ]
        assert queries.own_browsers(db, office, now=NOW, idle_seconds=IDLE) == ()
        assert queries.account(db, actor_of(mia), account_id=mia.id, today=make.TODAY).username == "mia"
        with pytest.raises(Forbidden):
            queries.account(db, actor_of(mia), account_id=office.account_id, today=make.TODAY)
        with pytest.raises(Forbidden):
            queries.accounts(db, actor_of(mia), search="", closed=False, today=make.TODAY)
        with pytest.raises(Forbidden):
            queries.people_without_account(db, actor_of(mia))


def test_what_the_office_sees(engine, mia, office):
    sign_in("mia", PASSWORD, HERE, now=NOW)
    with transaction(engine) as db:
        unit = make.org_unit(db, name="Technology")
        person = db.get(Person, mia.person_id)
        person.org_unit_id = unit.id
        make.facilitator(db, make.community(db, name="Guild"), person)
        make.facilitator(db, make.community(db, archived_at=NOW), person)
        make.grant(db, db.get(Account, mia.id), GrantedRole.MANAGER, unit)
        make.account(db, make.person(db, name="Closed Clara"), username="clara", active=False)
        without = make.person(db, name="No Account", email="na@orbis.example")
        without_id = without.id
    with reading(engine) as db:

        def found(search, *, closed=False):
            return queries.accounts(db, office, search=search, closed=closed, today=make.TODAY).set_index("username")

        row = found("MOSS").loc["mia"]
        assert row["unit"] == "Technology"
        assert row["roles"] == "Manager of Technology, Facilitator of 1"
        assert row["last_seen"] == NOW
        assert list(found("mia").index) == ["mia"]
        assert found("clara").empty
        assert not found("clara", closed=True)["active"].any()
        assert found("%").empty
        detail = queries.account(db, office, account_id=mia.id, today=make.TODAY)
        assert detail.facilitates == ("Guild",)
        assert [(grant.role, grant.unit) for grant in detail.grants] == [("manager", "Technology")]
        assert queries.people_without_account(db, office)[without_id] == "No Account · na@orbis.example"
        with pytest.raises(NotFound):
            queries.account(db, office, account_id=10_000, today=make.TODAY)
