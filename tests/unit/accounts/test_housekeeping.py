"""What is removed with each sign-in, and what stays."""

from datetime import timedelta

import sqlalchemy as sa

from cop.accounts.housekeeping import tidy
from cop.models import IdempotencyKey, SignInFailure, SignInSession
from tests import factories as make
from tests.factories import NOW


def test_only_what_is_old_goes(db):
    account = make.account(db)
    for days in (1, 31):
        then = NOW - timedelta(days=days)
        db.add(SignInFailure(name_hash=f"{days}", address="", at=then + timedelta(hours=1)))
        db.add(IdempotencyKey(key=f"{days}", operation="x", account_id=account.id, result=None, at=then))
        values = {"account_id": account.id, "created_at": then, "last_seen_at": then, "expires_at": then}
        db.add(SignInSession(token_hash=f"{days}", **values))
    db.flush()
    tidy(db, now=NOW)
    for column in (SignInFailure.name_hash, IdempotencyKey.key, SignInSession.token_hash):
        assert db.scalars(sa.select(column)).all() == ["1"]
