"""How many wrong passwords are borne: per name, and more loosely per address, since a company sits behind one.

Counted in the database, so a restart forgives nothing; names are counted whether or not they exist; a block ends by
itself. An attempt is entered as a failure *before* the password is looked at and taken back if it was right: any
number of attempts at the same moment count.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.db import wait_for
from cop.errors import Throttled
from cop.models import SignInFailure

WINDOW = timedelta(minutes=15)
PER_NAME = 10
PER_ADDRESS = 200
MESSAGE = "Too many attempts. Wait 15 minutes, then try again."


def begin_attempt(db: DbSession, *, now: datetime, name_hash: str, address: str) -> None:
    """Enter an attempt; raises Throttled where too many went before."""
    wait_for(db, f"attempts:{name_hash}")
    wait_for(db, f"attempts:{address}")
    since = SignInFailure.at > now - WINDOW
    by_name = db.scalar(sa.select(sa.func.count()).where(since, SignInFailure.name_hash == name_hash)) or 0
    by_address = db.scalar(sa.select(sa.func.count()).where(since, SignInFailure.address == address[:64])) or 0
    if by_name >= PER_NAME or by_address >= PER_ADDRESS:
        raise Throttled(MESSAGE)
    db.add(SignInFailure(name_hash=name_hash, address=address[:64], at=now))


def forgive(db: DbSession, *, name_hash: str) -> None:
    """The password was right, or is a new one: the name's count starts again, this attempt included."""
    db.execute(sa.delete(SignInFailure).where(SignInFailure.name_hash == name_hash))
