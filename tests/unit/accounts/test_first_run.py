from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cop.accounts import first_run, throttle
from cop.accounts.change import NewPassword
from cop.accounts.queries import signed_in
from cop.accounts.tokens import token_hash
from cop.db import reading, transaction
from cop.errors import Invalid, Throttled
from cop.models import Account, AuditEntry, OneTimeLink, Organisation, Person
from cop.permissions import Role
from tests import factories as make
from tests.factories import NOW
from tests.unit.accounts.conftest import HERE, PASSWORD, count

pytestmark = pytest.mark.usefixtures("engine")
SETUP = first_run.Setup(
    code="",
    organisation="Orbis",
    time_zone="Europe/Madrid",
    name="Ada Alder",
    username="Ada@Orbis.example",
    password=NewPassword(PASSWORD, PASSWORD),
    example=False,
)


def no_example(_on, _now):
    raise AssertionError("nobody asked for the example")


def set_up(setup, load_example=no_example, now=NOW):
    return first_run.set_up(setup, HERE, load_example=load_example, now=now)


def with_code(**values):
    return replace(SETUP, code=first_run.new_code(now=NOW), **values)


def test_an_empty_database_needs_it_until_there_is_an_account():
    assert first_run.is_needed()
    set_up(with_code())
    assert not first_run.is_needed()


def test_the_first_admin_is_signed_in(engine):
    token = set_up(with_code())
    with reading(engine) as db:
        found = signed_in(db, token_hash(token), now=NOW, idle_seconds=60)
        assert found.actor.roles == {Role.STAFF, Role.ADMIN}
        assert (found.username, found.must_change_password) == ("ada@orbis.example", False)
        organisation = db.scalar(sa.select(Organisation))
        assert (organisation.name, organisation.time_zone) == ("Orbis", "Europe/Madrid")


def test_organisation_and_admin_are_on_record(engine):
    set_up(with_code(organisation="  Orbis   Energy "))
    with reading(engine) as db:
        entries = db.scalars(sa.select(AuditEntry).where(AuditEntry.operation == "accounts.set_up")).all()
        assert {entry.object_type: entry.after["name"] for entry in entries} == {
            "organisation": "Orbis Energy",
            "person": "Ada Alder",
        }


def test_only_the_newest_code_counts():
    older = with_code()
    newer = with_code()
    with pytest.raises(Invalid):
        set_up(older)
    set_up(newer)


@pytest.mark.parametrize("code", ["", "ABCD-EFGH-JKLM-NPQR", "x" * 500, "--------"])
def test_without_the_code_nothing_happens(engine, code):
    first_run.new_code(now=NOW)
    with pytest.raises(Invalid) as refused:
        set_up(replace(SETUP, code=code))
    assert refused.value.errors == {"code": first_run.WRONG_CODE}
    with reading(engine) as db:
        assert count(db, Account) == count(db, Organisation) == 0


def test_the_code_is_read_kindly_and_kept_as_a_hash(engine):
    code = first_run.new_code(now=NOW)
    with reading(engine) as db:
        assert db.scalar(sa.select(OneTimeLink.secret_hash)) == token_hash(code.replace("-", ""))
    assert set_up(replace(SETUP, code=f"  {code.lower().replace('-', ' ')} "))


def test_the_code_works_once_and_for_a_day():
    setup = with_code()
    with pytest.raises(Invalid):
        set_up(setup, now=NOW + timedelta(days=1))
    set_up(setup)
    with pytest.raises(Invalid) as refused:
        set_up(replace(setup, username="second", name="Second"))
    assert refused.value.errors == {"code": first_run.WRONG_CODE}


def test_an_unused_code_is_worth_nothing_once_there_is_an_account():
    spare = first_run.new_code(now=NOW)
    set_up(with_code())
    with pytest.raises(Invalid):
        set_up(replace(SETUP, code=spare, username="second"))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"organisation": " "}, "organisation"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"name": ""}, "name"),
        ({"username": ""}, "username"),
        ({"username": "two words"}, "username"),
        ({"password": NewPassword("short", "short")}, "new"),
        ({"password": NewPassword(PASSWORD, "other")}, "again"),
    ],
)
def test_bad_input_is_told_and_leaves_the_code_alive(engine, values, field):
    setup = with_code(**values)
    with pytest.raises(Invalid) as refused:
        set_up(setup)
    assert set(refused.value.errors) == {field}
    with reading(engine) as db:
        assert count(db, Account) == count(db, Person) == count(db, Organisation) == 0
    set_up(replace(SETUP, code=setup.code))


def test_guessing_codes_is_throttled():
    setup = with_code()
    for _ in range(throttle.PER_NAME):
        with pytest.raises(Invalid):
            set_up(replace(SETUP, code="guess"))
    with pytest.raises(Throttled):
        set_up(setup)


def test_the_example_brings_its_own_organisation(engine):
    def load_example(on, now):
        assert now == NOW
        with transaction(on) as db:
            make.organisation(db, name="Example Ltd")
            make.account(db)

    set_up(with_code(example=True, organisation="", time_zone=""), load_example)
    with reading(engine) as db:
        assert db.scalar(sa.select(Organisation.name)) == "Example Ltd"
        assert count(db, Account) == 2


def test_an_example_that_fails_halfway_leaves_nothing_but_the_code(engine):
    def broken(on, _now):
        with transaction(on) as db:
            make.organisation(db, name="Half")
        raise OSError("disk full")

    setup = with_code(example=True)
    with pytest.raises(OSError, match="disk full"):
        set_up(setup, broken)
    with reading(engine) as db:
        assert count(db, Organisation) == 0
    set_up(replace(setup, example=False))


def test_a_name_that_the_example_uses_is_told_and_nothing_stays(engine):
    def load_example(on, _now):
        with transaction(on) as db:
            make.account(db, username="ada@orbis.example")

    setup = with_code(example=True)
    with pytest.raises(Invalid) as refused:
        set_up(setup, load_example)
    assert set(refused.value.errors) == {"username"}
    assert first_run.is_needed()
    set_up(replace(setup, username="other"), load_example)
    with reading(engine) as db:
        assert count(db, Account) == 2
