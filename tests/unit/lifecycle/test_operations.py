"""Accounts for many who joined; the end of those of who left, and its undoing."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from cop.accounts.change import live_link
from cop.accounts.sign_in import Visitor, start_session
from cop.accounts.tokens import new_token, token_hash
from cop.choices import GrantedRole, PersonKind
from cop.db import reading, revisions, transaction
from cop.errors import Invalid
from cop.execute import execute
from cop.integrity import problems
from cop.lifecycle import operations as o
from cop.lifecycle import queries
from cop.lifecycle.usernames import Naming
from cop.models import Account, AuditEntry, Community, Facilitator, Membership, MembershipMonth, Person, SignInSession
from cop.permissions import Role
from tests import factories as make
from tests.factories import NOW, TODAY


@pytest.fixture
def office(engine):
    with transaction() as db:
        make.organisation(db)
        actor = make.actor(db, Role.ADMIN)
        make.grant(db, db.get(Account, actor.account_id), GrantedRole.ADMIN)
        return actor


def run(operation, actor, **values):
    return execute(operation, actor, now=NOW, **values)


def refused(operation, actor, **values):
    with pytest.raises(Invalid) as found:
        run(operation, actor, **values)
    return found.value.errors


def new(person, username, token=None):
    return o.NewAccount(person.id, username, token_hash(token or new_token()))


def accounts():
    with reading() as db:
        return {row.username for row in db.scalars(sa.select(Account))}


def test_staff_without_an_account_are_the_joiners(office):
    with transaction() as db:
        unit = make.org_unit(db, name="Data")
        ana = make.person(db, name="Ana", email="ana@orbis.example", org_unit_id=unit.id)
        bob = make.person(db, name="Bob", email=None)
        make.person(db, name="Left", active=False)
        make.person(db, name="Guest", kind=PersonKind.GUEST)
        make.person(db, name="Twin", merged_into_id=ana.id)
        make.account(db, make.person(db, name="Has one"))
    with reading() as db:
        found = queries.joiners(db, office, naming=Naming.LOCAL_PART)
    assert found == (
        queries.Joiner(ana.id, "Ana", "ana@orbis.example", "Data", "ana"),
        queries.Joiner(bob.id, "Bob", "", "", ""),
    )


def test_many_accounts_at_once_each_with_its_link(office):
    with transaction() as db:
        people = [make.person(db, name=name) for name in ("Ana", "Ben")]
    tokens = [new_token(), new_token()]
    wanted = (new(people[0], "ana", tokens[0]), new(people[1], "Ben@Orbis.example", tokens[1]))
    assert run(o.create_accounts, office, accounts=wanted) == 2
    assert {"ana", "ben@orbis.example"} <= accounts()
    links = [live_link(token, now=NOW + timedelta(hours=23)) for token in tokens]
    assert [link.username for link in links] == ["ana", "ben@orbis.example"]
    assert live_link(tokens[0], now=NOW + timedelta(hours=25)) is None
    with reading() as db:
        names = list(db.scalars(sa.select(AuditEntry.operation).order_by(AuditEntry.id)))
        assert names == ["accounts.create_account", "accounts.issue_reset_link"] * 2
        assert queries.joiners(db, office, naming=Naming.EMAIL) == ()


def test_one_who_cant_get_one_refuses_all(office):
    with transaction() as db:
        good, twin, left, has = (make.person(db, name=name) for name in ("Good", "Twin", "Left", "Has"))
        left.active = False
        make.account(db, has, username="has")
    before = accounts()
    wanted = (new(good, "good"), new(twin, "GOOD"), new(left, "left"), new(has, "has2"))
    assert refused(o.create_accounts, office, accounts=wanted) == {
        "": "Twin: This user name is taken. Left is not among the active staff any more. "
        "Has: This person has an account already."
    }
    assert accounts() == before
    assert set(refused(o.create_accounts, office, accounts=())) == {""}


@pytest.fixture
def leaver(office):
    """Lea left: member of two communities, lead of one of them alone, of another with Max, and signed in."""
    with transaction() as db:
        lea = make.person(db, name="Lea", active=False, org_unit_id=make.org_unit(db, name="Data").id)
        account = make.account(db, lea, username="lea")
        alone, shared, over = (make.community(db, name=name, slug=name.lower()) for name in ("Alone", "Shared", "Over"))
        make.membership(db, alone, lea)
        make.membership(db, shared, lea, joined_on=TODAY + timedelta(days=3))
        make.membership(db, over, lea, left_on=date(2026, 2, 1))
        make.facilitator(db, alone, lea)
        make.facilitator(db, shared, lea, until_on=TODAY + timedelta(days=30))
        make.facilitator(db, shared, make.person(db, name="Max"))
        make.facilitator(db, over, make.person(db, name="Max"))
        make.facilitator(db, over, lea, until_on=date(2026, 2, 1))
        start_session(db, account.id, Visitor("192.0.2.7", "x"), now=NOW)
        return account


def state(leaver):
    """Whether the account is active, live sessions, ends of memberships, ends of roles; by community's name."""
    with reading() as db:
        stays = sa.select(Community.name, Membership.left_on).join(Membership)
        roles = sa.select(Community.name, Facilitator.until_on).join(Facilitator)
        sessions = sa.select(sa.func.count(SignInSession.id)).where(SignInSession.ended_at.is_(None))
        return (
            db.get(Account, leaver.id).active,
            db.scalar(sessions),
            dict(db.execute(stays.where(Membership.person_id == leaver.person_id)).all()),
            dict(db.execute(roles.where(Facilitator.person_id == leaver.person_id)).all()),
        )


BEFORE = (
    {"Alone": None, "Shared": None, "Over": date(2026, 2, 1)},
    {"Alone": None, "Shared": TODAY + timedelta(days=30), "Over": date(2026, 2, 1)},
)


def test_the_leaver_and_what_would_be_left_alone(office, leaver):
    with reading() as db:
        assert queries.leavers(db, office, today=TODAY) == (
            queries.Leaver(leaver.id, leaver.person_id, "Lea", "lea", "Data", 2, ("Alone", "Shared")),
        )
        assert queries.without_facilitator(db, office, today=TODAY) == ()
        assert queries.without_facilitator(db, office, today=TODAY, without=(leaver.person_id,)) == (
            queries.Alone("alone", "Alone"),
        )


def test_leaving_ends_sessions_memberships_and_roles(office, leaver):
    assert state(leaver) == (True, 1, *BEFORE)
    assert run(o.deactivate_leavers, office, account_ids=(leaver.id,)) == 1
    assert state(leaver) == (
        False,
        0,
        {"Alone": TODAY, "Shared": TODAY + timedelta(days=3), "Over": date(2026, 2, 1)},
        {"Alone": TODAY, "Shared": TODAY, "Over": date(2026, 2, 1)},
    )
    with reading() as db:
        assert queries.leavers(db, office, today=TODAY) == ()
        assert queries.without_facilitator(db, office, today=TODAY) == (queries.Alone("alone", "Alone"),)
        assert problems(db, now=NOW) == []
        left = sa.select(sa.func.sum(MembershipMonth.left)).where(MembershipMonth.month == date(2026, 6, 1))
        assert db.scalar(left) == 2
        assert {"accounts", "catalog", "memberships", "sessions"} <= set(revisions(db))
        names = set(db.scalars(sa.select(AuditEntry.operation)))
    assert names == {
        "accounts.sign_in",
        "accounts.set_active",
        "catalog.end_facilitator",
        "lifecycle.end_membership",
        "lifecycle.deactivate_leavers",
    }
    assert run(o.deactivate_leavers, office, account_ids=(leaver.id,)) == 0


def test_undoing_brings_all_of_it_back(office, leaver):
    run(o.deactivate_leavers, office, account_ids=(leaver.id,))
    with reading() as db:
        assert queries.ended_with(db, office, account_id=leaver.id) == 4
        assert queries.ended_with(db, office, account_id=office.account_id) == 0
    assert run(o.reactivate, office, account_ids=(leaver.id,)) == 1
    assert state(leaver) == (True, 0, *BEFORE)
    with reading() as db:
        assert problems(db, now=NOW) == []
        reasons = set(db.scalars(sa.select(Membership.leave_reason)))
    assert reasons == {""}
    assert run(o.reactivate, office, account_ids=(leaver.id,)) == 0


def test_undoing_leaves_alone_what_was_changed_since(office, leaver):
    run(o.deactivate_leavers, office, account_ids=(leaver.id,))
    with transaction() as db:
        lea = db.get(Person, leaver.person_id)
        alone = db.scalar(sa.select(Community).where(Community.name == "Alone"))
        make.membership(db, alone, lea, joined_on=TODAY)
        make.facilitator(db, alone, lea, since_on=TODAY)
        db.scalar(sa.select(Community).where(Community.name == "Shared")).archived_at = NOW
    run(o.reactivate, office, account_ids=(leaver.id,))
    with reading() as db:
        open_stays = sa.select(Membership.joined_on).where(
            Membership.person_id == leaver.person_id, Membership.left_on.is_(None)
        )
        assert list(db.scalars(open_stays)) == [TODAY]
        carried = sa.select(Facilitator.since_on).where(
            Facilitator.person_id == leaver.person_id, Facilitator.until_on.is_(None)
        )
        assert list(db.scalars(carried)) == [TODAY]


def test_whoever_came_back_refuses_the_whole(office, leaver):
    with transaction() as db:
        back = make.account(db, make.person(db, name="Back"))
    assert refused(o.deactivate_leavers, office, account_ids=(leaver.id, back.id)) == {
        "": "Back is active again. Look at the list as it is now."
    }
    assert state(leaver) == (True, 1, *BEFORE)


def test_nobody_shuts_themselves_out_this_way(office, leaver):
    with transaction() as db:
        db.get(Person, office.person_id).active = False
    found = refused(o.deactivate_leavers, office, account_ids=(office.account_id, leaver.id))
    assert "You can't deactivate your own account" in found[""]
    assert state(leaver) == (True, 1, *BEFORE)
