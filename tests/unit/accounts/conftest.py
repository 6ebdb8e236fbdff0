"""An organisation with one account whose password is known."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.accounts.passwords import hash_password
from cop.accounts.sign_in import Visitor
from cop.choices import GrantedRole
from cop.db import transaction
from cop.models import Account
from cop.permissions import Actor, Role
from tests import factories as make

PASSWORD = "river-lantern-42-orbit"
HERE = Visitor("192.0.2.7", "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0")


@pytest.fixture
def mia(engine: sa.Engine) -> Account:
    """An active account, user name "mia"; committed."""
    with transaction(engine) as db:
        make.organisation(db, name="Orbis")
        return make.account(
            db,
            make.person(db, name="Mia Moss"),
            username="mia",
            password_hash=hash_password(PASSWORD, rounds=4),
        )


@pytest.fixture
def office(engine: sa.Engine) -> Actor:
    """An admin, by grant; committed."""
    with transaction(engine) as db:
        actor = make.actor(db, Role.ADMIN)
        make.grant(db, db.get(Account, actor.account_id), GrantedRole.ADMIN)
        return actor


def actor_of(account: Account) -> Actor:
    return Actor(account.id, account.person_id, "Mia Moss", frozenset({Role.STAFF}))


def count(db: DbSession, model: type, *where: object) -> int:
    return db.scalar(sa.select(sa.func.count()).select_from(model).where(*where)) or 0
