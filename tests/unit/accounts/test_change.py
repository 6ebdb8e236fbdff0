from datetime import timedelta

import pytest
import sqlalchemy as sa

from cop.accounts import operations, throttle
from cop.accounts.change import (
    DEAD_LINK,
    NewPassword,
    account_named,
    change_password,
    live_link,
    new_reset_link,
    use_reset_link,
)
from cop.accounts.queries import signed_in
from cop.accounts.sign_in import sign_in
from cop.accounts.tokens import token_hash
from cop.db import reading, transaction
from cop.errors import Conflict, Forbidden, Invalid, NotFound, Throttled
from cop.execute import execute
from cop.models import Account, OneTimeLink, SignInSession
from cop.permissions import SYSTEM
from cop.settings import settings
from tests.factories import NOW
from tests.unit.accounts.conftest import HERE, PASSWORD, actor_of, count

NEW = "a quite different sentence"
LATER = NOW + timedelta(minutes=1)


def live(engine, token):
    with reading(engine) as db:
        return signed_in(db, token_hash(token), now=LATER, idle_seconds=settings().idle_limit.total_seconds())


def test_changing_the_password_ends_every_session_but_the_one_it_returns(engine, mia):
    old = [sign_in("mia", PASSWORD, HERE, now=NOW) for _ in range(2)]
    token = change_password(actor_of(mia), PASSWORD, NewPassword(NEW, NEW), HERE, now=LATER)
    assert [live(engine, item) for item in old] == [None, None]
    assert live(engine, token).actor.account_id == mia.id
    assert sign_in("mia", NEW, HERE, now=LATER)
    with pytest.raises(Invalid):
        sign_in("mia", PASSWORD, HERE, now=LATER)
    with reading(engine) as db:
        row = db.get(Account, mia.id)
        assert (row.password_changed_at, row.must_change_password) == (LATER, False)


def test_a_forced_change_is_done_with(engine, mia):
    with transaction(engine) as db:
        db.get(Account, mia.id).must_change_password = True
    assert live(engine, sign_in("mia", PASSWORD, HERE, now=NOW)).must_change_password
    token = change_password(actor_of(mia), PASSWORD, NewPassword(NEW, NEW), HERE, now=LATER)
    assert not live(engine, token).must_change_password


@pytest.mark.parametrize(
    ("current", "new", "again", "field"),
    [
        ("wrong", NEW, NEW, "current"),
        (PASSWORD, "short", "short", "new"),
        (PASSWORD, NEW, NEW + "x", "again"),
        (PASSWORD, PASSWORD, PASSWORD, "new"),
        (PASSWORD, "mia123456789", "mia123456789", "new"),
        (PASSWORD, "Orbis1234567", "Orbis1234567", "new"),
        (PASSWORD, "x" * 12 + "abcd" * 30, "x" * 12 + "abcd" * 30, "new"),
    ],
)
def test_a_bad_change_says_where_and_changes_nothing(engine, mia, current, new, again, field):
    token = sign_in("mia", PASSWORD, HERE, now=NOW)
    with pytest.raises(Invalid) as refused:
        change_password(actor_of(mia), current, NewPassword(new, again), HERE, now=LATER)
    assert set(refused.value.errors) == {field}
    assert live(engine, token)
    assert sign_in("mia", PASSWORD, HERE, now=LATER)


def test_guessing_the_current_password_is_throttled(mia):
    for _ in range(throttle.PER_NAME):
        with pytest.raises(Invalid):
            change_password(actor_of(mia), "wrong", NewPassword(NEW, NEW), HERE, now=NOW)
    with pytest.raises(Throttled):
        change_password(actor_of(mia), PASSWORD, NewPassword(NEW, NEW), HERE, now=NOW)


def test_a_password_that_changed_meanwhile_is_not_overwritten(engine, mia):
    with pytest.raises(Conflict):
        execute(operations.set_own_password, actor_of(mia), now=NOW, seen_hash="older", password_hash="mine")
    with reading(engine) as db:
        assert db.get(Account, mia.id).password_hash == mia.password_hash


def a_link(actor, account_id, now=NOW):
    return new_reset_link(actor, account_id, now=now).removeprefix("/reset?t=")


def test_a_reset_link_works_once(engine, mia, office):
    session = sign_in("mia", PASSWORD, HERE, now=NOW)
    secret = a_link(office, mia.id)
    assert live_link(secret, now=LATER).username == "mia"
    use_reset_link(secret, NewPassword(NEW, NEW), now=LATER)
    assert live(engine, session) is None
    assert sign_in("mia", NEW, HERE, now=LATER)
    assert live_link(secret, now=LATER) is None
    with pytest.raises(Invalid) as refused:
        use_reset_link(secret, NewPassword(PASSWORD, PASSWORD), now=LATER)
    assert refused.value.errors == {"": DEAD_LINK}
    with reading(engine) as db:
        assert secret not in {row.secret_hash for row in db.scalars(sa.select(OneTimeLink))}


def test_a_reset_link_lives_a_day(mia, office):
    secret = a_link(office, mia.id)
    assert live_link(secret, now=NOW + timedelta(hours=24) - timedelta(seconds=1))
    assert live_link(secret, now=NOW + timedelta(hours=24)) is None


def test_a_newer_link_kills_the_older(mia, office):
    older, newer = a_link(office, mia.id), a_link(office, mia.id)
    assert live_link(older, now=LATER) is None
    assert live_link(newer, now=LATER)


def test_a_link_of_a_deactivated_account_is_dead(mia, office):
    secret = a_link(office, mia.id)
    execute(operations.set_active, office, now=NOW, account_id=mia.id, active=False, version=1)
    assert live_link(secret, now=LATER) is None
    execute(operations.set_active, office, now=NOW, account_id=mia.id, active=True, version=2)
    assert live_link(secret, now=LATER) is None
    with pytest.raises(Invalid, match="too old"):
        use_reset_link(secret, NewPassword(NEW, NEW), now=LATER)


def test_a_weak_new_password_does_not_use_the_link_up(mia, office):
    secret = a_link(office, mia.id)
    with pytest.raises(Invalid) as refused:
        use_reset_link(secret, NewPassword("short", "short"), now=LATER)
    assert set(refused.value.errors) == {"new"}
    use_reset_link(secret, NewPassword(NEW, NEW), now=LATER)


def test_a_reset_lifts_the_block_of_its_name(mia, office):
    for _ in range(throttle.PER_NAME):
        with pytest.raises(Invalid):
            sign_in("mia", "wrong", HERE, now=NOW)
    use_reset_link(a_link(office, mia.id), NewPassword(NEW, NEW), now=LATER)
    assert sign_in("mia", NEW, HERE, now=LATER)


def test_only_the_office_makes_links(engine, mia):
    with pytest.raises(Forbidden):
        new_reset_link(actor_of(mia), mia.id, now=NOW)
    with pytest.raises(Forbidden):
        new_reset_link(None, mia.id, now=NOW)
    assert new_reset_link(SYSTEM, account_named(" MIA "), now=NOW).startswith("/reset?t=")
    with pytest.raises(NotFound):
        account_named("nobody")
    with reading(engine) as db:
        assert count(db, OneTimeLink) == 1
        assert count(db, SignInSession) == 0
