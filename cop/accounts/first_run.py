"""Setting the product up on an empty database: the organisation and its first admin.

Whoever can read the terminal (or the log) where the program started holds the one-time code that opens the form, so
that nobody else on the network can make themselves admin.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.accounts import throttle
from cop.accounts.change import NewPassword
from cop.accounts.operations import create_account, grant_role
from cop.accounts.sign_in import Visitor, name_hash, start_session
from cop.accounts.tokens import token_hash
from cop.choices import GrantedRole, LinkPurpose
from cop.db import engine, reading, rowcount, transaction
from cop.errors import Invalid
from cop.models import Account, OneTimeLink, Organisation, Person
from cop.permissions import SYSTEM
from cop.validation import Checks

CODE_LIFE = timedelta(days=1)
WRONG_CODE = "This is not the code, or it is too old. The terminal where the program started shows the one that counts."
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_COUNTED_AS = "first run"
LoadExample = Callable[[sa.Connection, datetime], object]


@dataclass(frozen=True)
class Setup:
    """What the form asks for; with `example`, the organisation's name and time zone come from the example."""

    code: str
    organisation: str
    time_zone: str
    name: str
    username: str
    password: NewPassword
    example: bool


def is_needed(*, on: sa.Engine | None = None) -> bool:
    """Whether nobody can sign in, since there is no account yet."""
    with reading(on) as db:
        return db.scalar(sa.select(Account.id).limit(1)) is None


def new_code(*, now: datetime, on: sa.Engine | None = None) -> str:
    """A code for the form: 80 random bits, such as ABCD-EFGH-JKLM-NPQR, good for a day."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    with transaction(on) as db:
        db.execute(sa.delete(OneTimeLink).where(OneTimeLink.purpose == LinkPurpose.FIRST_RUN))  # only the newest counts
        db.add(
            OneTimeLink(
                purpose=LinkPurpose.FIRST_RUN,
                secret_hash=token_hash(code),
                created_at=now,
                expires_at=now + CODE_LIFE,
            )
        )
    return "-".join(code[index : index + 4] for index in range(0, 16, 4))


def set_up(
    setup: Setup, visitor: Visitor, *, load_example: LoadExample, now: datetime, on: sa.Engine | None = None
) -> str:
    """Create the organisation (or load the example) and the first admin; returns a session's token for them.

    Raises Invalid, or Throttled where too many codes were tried.
    """
    with transaction(on) as db:
        throttle.begin_attempt(db, now=now, name_hash=name_hash(_COUNTED_AS), address=visitor.address)
    with reading(on) as db:
        setup = _checked(db, setup, now)
    with (on or engine()).begin() as connection:  # all of it or nothing: the code then still works
        with transaction(connection) as db:
            throttle.forgive(db, name_hash=name_hash(_COUNTED_AS))
            _use_code(db, setup, now)
            if not setup.example:
                _add_organisation(db, setup, now)
        if setup.example:
            load_example(connection, now)
        with transaction(connection) as db:
            return _first_admin(db, setup, visitor, now)


def _checked(db: DbSession, setup: Setup, now: datetime) -> Setup:
    """The form with its texts as they are stored. Raises Invalid."""
    live = sa.select(OneTimeLink.id).where(_code_is(setup.code), *_live(now))
    if db.scalar(live) is None or db.scalar(sa.select(Account.id).limit(1)) is not None:
        raise Invalid({"code": WRONG_CODE})
    checks = Checks()
    name = checks.text("name", "Your name", setup.name, limit=120, required=True)
    organisation = setup.organisation
    checks.text("username", "The user name", setup.username, limit=254, required=True)
    if not setup.example:
        organisation = checks.text("organisation", "The organisation's name", organisation, limit=120, required=True)
        checks.time_zone("time_zone", setup.time_zone)
    for field, problem in setup.password.problems(username=setup.username, organisation=setup.organisation).items():
        checks.fail(field, problem)
    checks.done()
    return replace(setup, name=" ".join(name.split()), organisation=" ".join(organisation.split()))


def _add_organisation(db: DbSession, setup: Setup, now: datetime) -> None:
    row = Organisation(name=setup.organisation, time_zone=setup.time_zone)
    db.add(row)
    db.flush()
    _record(db, now, row)


def _use_code(db: DbSession, setup: Setup, now: datetime) -> None:
    used = db.execute(sa.update(OneTimeLink).where(_code_is(setup.code), *_live(now)).values(used_at=now))
    if not rowcount(used):
        raise Invalid({"code": WRONG_CODE})


def _live(now: datetime) -> list[sa.ColumnElement[bool]]:
    return [OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now]


def _code_is(code: str) -> sa.ColumnElement[bool]:
    bare = "".join(char for char in code.upper() if char in _ALPHABET)
    return sa.and_(OneTimeLink.purpose == LinkPurpose.FIRST_RUN, OneTimeLink.secret_hash == token_hash(bare))


def _first_admin(db: DbSession, setup: Setup, visitor: Visitor, now: datetime) -> str:
    person = Person(name=setup.name, created_at=now)
    db.add(person)
    db.flush()
    _record(db, now, person)
    account_id = create_account(
        db,
        SYSTEM,
        now=now,
        person_id=person.id,
        username=setup.username,
        password=setup.password.text,
    )
    grant_role(db, SYSTEM, now=now, account_id=account_id, role=GrantedRole.ADMIN)
    return start_session(db, account_id, visitor, now=now)


def _record(db: DbSession, now: datetime, row: Organisation | Person) -> None:
    audit.record(
        db,
        SYSTEM,
        now=now,
        operation="accounts.set_up",
        topics=("organisation", "people"),
        object_type=row.__tablename__,
        object_id=row.id,
        after=audit.values(row),
    )
