import contextlib
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cop.accounts import operations, passwords, throttle
from cop.accounts.queries import session_pass, signed_in
from cop.accounts.sign_in import WRONG, Visitor, sign_in, sign_out
from cop.accounts.tokens import looks_like_token, token_hash
from cop.db import make_engine, reading, transaction
from cop.errors import Invalid, Throttled
from cop.execute import execute
from cop.models import Account, AuditEntry, Facilitator, SignInFailure, SignInSession
from cop.permissions import Role
from cop.settings import settings
from tests import factories as make
from tests.factories import NOW
from tests.unit.accounts.conftest import HERE, PASSWORD, actor_of, count

pytestmark = pytest.mark.usefixtures("mia")
HOUR = timedelta(hours=1)
IDLE = settings().idle_limit.total_seconds()


def look(engine, token, now):
    with reading(engine) as db:
        return signed_in(db, token_hash(token), now=now, idle_seconds=IDLE)


def test_the_right_password_opens_a_session(engine, mia):
    token = sign_in("  MIA ", PASSWORD, HERE, now=NOW)
    assert looks_like_token(token)
    found = look(engine, token, NOW)
    assert found.actor.account_id == mia.id
    assert found.actor.roles == {Role.STAFF}
    assert found.username == "mia"
    with reading(engine) as db:
        row = db.scalar(sa.select(SignInSession))
        assert row.token_hash == token_hash(token)
        assert token not in {str(value) for value in vars(row).values()}
        assert (row.address, row.user_agent) == (HERE.address, HERE.user_agent)
        assert count(db, SignInFailure) == 0


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("mia", "wrong"),
        ("nobody", PASSWORD),
        ("", ""),
        ("mia", PASSWORD + " "),
        ("m" * 5_000, "x" * 5_000),
        ("m\x00", "\ud800"),
    ],
)
def test_anything_wrong_gets_one_answer(engine, username, password):
    with pytest.raises(Invalid) as refused:
        sign_in(username, password, HERE, now=NOW)
    assert refused.value.errors == {"": WRONG}
    with reading(engine) as db:
        assert count(db, SignInSession) == 0
        assert count(db, SignInFailure) == 1
        assert db.scalar(sa.select(AuditEntry.outcome)) == "refused"


def test_a_deactivated_account_gets_the_same_answer(engine, mia):
    with transaction(engine) as db:
        db.get(Account, mia.id).active = False
    with pytest.raises(Invalid) as refused:
        sign_in("mia", PASSWORD, HERE, now=NOW)
    assert refused.value.errors == {"": WRONG}


def test_a_password_is_compared_for_every_kind_of_name(engine, mia, monkeypatch):
    """The same work each time: one comparison, with a hash of the same cost where there is no account."""
    seen = []
    real = passwords.verify
    monkeypatch.setattr(passwords, "verify", lambda text, stored: seen.append(stored) or real(text, stored))
    with transaction(engine) as db:
        closed = make.account(db, username="closed", password_hash=mia.password_hash, active=False)
    for username in ("mia", "nobody", "closed"):
        with pytest.raises(Invalid):
            sign_in(username, "wrong", HERE, now=NOW)
    assert seen == [mia.password_hash, None, closed.password_hash]


def test_no_password_lands_in_the_database(data_dir):
    for username, password in (("mia", PASSWORD), ("typed-into-the-wrong-field", "hunter2-hunter2")):
        with contextlib.suppress(Invalid):
            sign_in(username, password, HERE, now=NOW)
    bytes_kept = b"".join(path.read_bytes() for path in data_dir.iterdir())
    for text in (PASSWORD, "typed-into-the-wrong-field", "hunter2-hunter2"):
        assert text.encode() not in bytes_kept


@pytest.mark.parametrize("username", ["mia", "nobody"])
def test_ten_failures_block_a_name_for_a_quarter_of_an_hour(username):
    for second in range(throttle.PER_NAME):
        with pytest.raises(Invalid):
            sign_in(username, "wrong", HERE, now=NOW + timedelta(seconds=second))
    elsewhere = Visitor("198.51.100.1", "")
    with pytest.raises(Throttled) as refused:
        sign_in(username.upper(), PASSWORD, elsewhere, now=NOW + timedelta(minutes=14))
    assert str(refused.value) == throttle.MESSAGE


def test_a_block_survives_a_restart_and_ends_by_itself():
    for _ in range(throttle.PER_NAME):
        with pytest.raises(Invalid):
            sign_in("mia", "wrong", HERE, now=NOW)
    restarted = make_engine(settings().database_url)
    with pytest.raises(Throttled):
        sign_in("mia", PASSWORD, HERE, now=NOW + timedelta(minutes=14, seconds=59), on=restarted)
    restarted.dispose()
    assert sign_in("mia", PASSWORD, HERE, now=NOW + timedelta(minutes=15))


def test_attempts_while_blocked_do_not_prolong_it():
    for _ in range(throttle.PER_NAME):
        with pytest.raises(Invalid):
            sign_in("mia", "wrong", HERE, now=NOW)
    for minute in range(1, 15):
        with pytest.raises(Throttled):
            sign_in("mia", "wrong", HERE, now=NOW + timedelta(minutes=minute))
    assert sign_in("mia", PASSWORD, HERE, now=NOW + timedelta(minutes=15))


def test_the_right_password_clears_the_count():
    for _ in range(2):
        for _ in range(throttle.PER_NAME - 1):
            with pytest.raises(Invalid):
                sign_in("mia", "wrong", HERE, now=NOW)
        assert sign_in("mia", PASSWORD, HERE, now=NOW)


def test_two_hundred_failures_block_an_address_and_no_other(engine):
    with transaction(engine) as db:
        db.add_all(
            SignInFailure(name_hash=f"{number}", address=HERE.address, at=NOW) for number in range(throttle.PER_ADDRESS)
        )
    with pytest.raises(Throttled):
        sign_in("mia", PASSWORD, HERE, now=NOW + timedelta(minutes=1))
    assert sign_in("mia", PASSWORD, Visitor("198.51.100.1", ""), now=NOW + timedelta(minutes=1))


def test_simultaneous_attempts_all_count(engine, monkeypatch):
    """An attempt is entered before its password is looked at, so a burst can't slip under the limit."""
    entered = []

    def look_at_count(_text, _stored):
        with reading(engine) as db:
            entered.append(count(db, SignInFailure))
        return False

    monkeypatch.setattr(passwords, "verify", look_at_count)
    for _ in range(3):
        with pytest.raises(Invalid):
            sign_in("mia", "wrong", HERE, now=NOW)
    assert entered == [1, 2, 3]


def test_a_session_ends_when_idle_and_lives_while_used(engine, mia):
    token = sign_in("mia", PASSWORD, HERE, now=NOW)
    idle = settings().idle_limit
    session_id = look(engine, token, NOW).session_id
    assert look(engine, token, NOW + idle)
    assert look(engine, token, NOW + idle + timedelta(seconds=1)) is None
    execute(operations.touch_session, actor_of(mia), now=NOW + HOUR, session_id=session_id)
    assert look(engine, token, NOW + idle + timedelta(seconds=1))


def test_a_session_ends_absolutely_whatever_the_activity(engine, mia):
    token = sign_in("mia", PASSWORD, HERE, now=NOW)
    end = NOW + settings().absolute_limit
    session_id = look(engine, token, NOW).session_id
    execute(operations.touch_session, actor_of(mia), now=end, session_id=session_id)
    assert look(engine, token, end - timedelta(seconds=1))
    assert look(engine, token, end) is None


def test_the_gates_short_look_agrees_with_the_long_one(engine):
    token = sign_in("mia", PASSWORD, HERE, now=NOW)

    def both(now):
        with reading(engine) as db:
            short = session_pass(db, token_hash(token), now=now, idle_seconds=IDLE)
        return short is not None, look(engine, token, now) is not None

    idle = settings().idle_limit
    for now in (NOW, NOW + idle, NOW + idle + timedelta(seconds=1), NOW + settings().absolute_limit):
        short, long = both(now)
        assert short == long
    sign_out(token, now=NOW)
    assert both(NOW) == (False, False)


def test_a_signed_out_token_is_dead_and_the_others_live(engine):
    here, there = (sign_in("mia", PASSWORD, HERE, now=NOW) for _ in range(2))
    sign_out(here, now=NOW + HOUR)
    sign_out(here, now=NOW + HOUR)
    assert look(engine, here, NOW + HOUR) is None
    assert look(engine, there, NOW + HOUR)
    with reading(engine) as db:
        assert count(db, AuditEntry, AuditEntry.operation == "accounts.sign_out") == 1


def test_signing_out_an_unknown_token_is_no_error():
    sign_out("A" * 43, now=NOW)


@pytest.mark.parametrize("token", [None, "", "0" * 64, "' OR 1=1 --"])
def test_no_or_unknown_tokens_find_nobody(engine, token):
    with reading(engine) as db:
        assert signed_in(db, token, now=NOW, idle_seconds=IDLE) is None


def test_roles_are_read_afresh(engine, mia):
    token = sign_in("mia", PASSWORD, HERE, now=NOW)
    with transaction(engine) as db:
        community = make.community(db)
        assignment = make.facilitator(db, community, db.get(make.Person, mia.person_id))
        community_id, assignment_id = community.id, assignment.id
    actor = look(engine, token, NOW).actor
    assert actor.roles == {Role.STAFF, Role.FACILITATOR}
    assert actor.community_ids == {community_id}
    with transaction(engine) as db:
        db.get(Facilitator, assignment_id).until_on = make.TODAY
    assert look(engine, token, NOW).actor.roles == {Role.STAFF}


def test_old_rows_are_tidied_away(engine):
    token = sign_in("mia", PASSWORD, HERE, now=NOW)
    sign_out(token, now=NOW)
    with pytest.raises(Invalid):
        sign_in("nobody", "wrong", HERE, now=NOW)
    sign_in("mia", PASSWORD, HERE, now=NOW + timedelta(days=29))
    with reading(engine) as db:
        assert (count(db, SignInSession), count(db, SignInFailure)) == (2, 0)
    sign_in("mia", PASSWORD, HERE, now=NOW + timedelta(days=31))
    with reading(engine) as db:
        assert count(db, SignInSession) == 2
