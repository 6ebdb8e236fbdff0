"""People met for the first time, added while doing something else (recording a session, an import)."""

import re
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.choices import PersonKind
from cop.models import Person, PersonAlias
from cop.people.names import handle_key, name_key, without_invisible
from cop.permissions import Actor
from cop.validation import Checks

_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")


@dataclass(frozen=True)
class Newcomer:
    """Somebody to be added: a guest, or a colleague whom the programme didn't know yet."""

    name: str
    kind: str = PersonKind.GUEST
    email: str = ""
    handle: str = ""


def check_newcomer(db: DbSession, checks: Checks, field: str, newcomer: Newcomer) -> Newcomer:
    """The newcomer with values ready to be stored; problems, such as a known e-mail, go to `field`."""
    name = checks.text(field, "A name", without_invisible(newcomer.name), limit=120, required=True)
    kind = checks.one_of(field, "A new person's kind", newcomer.kind, PersonKind)
    email = checks.text(field, "An e-mail address", without_invisible(newcomer.email), limit=254).lower()
    handle = handle_key(checks.text(field, "A handle", newcomer.handle, limit=80))
    if name and not name_key(name):
        checks.fail(field, f"“{name}” is not a name.")
    if email and not _EMAIL.fullmatch(email):
        checks.fail(field, f"“{email}” is not an e-mail address.")
    for column, value in ((Person.email, email), (Person.handle, handle)):
        known = db.scalar(sa.select(Person.name).where(column == value)) if value else None
        if known:
            checks.fail(field, f"“{value}” already belongs to {known}.")
    return Newcomer(name, kind, email, handle)


def add_newcomer(db: DbSession, actor: Actor, *, now: datetime, newcomer: Newcomer, community_id: int | None) -> int:
    """Store a checked newcomer and audit it; returns the person's id."""
    person = Person(
        name=newcomer.name,
        kind=PersonKind(newcomer.kind),
        email=newcomer.email or None,
        handle=newcomer.handle or None,
        created_at=now,
    )
    db.add(person)
    db.flush()
    audit.record(
        db,
        actor,
        now=now,
        operation="people.create_person",
        topics=("people",),
        object_type="person",
        object_id=person.id,
        community_id=community_id,
        after=audit.values(person),
    )
    return person.id


def learn_spelling(db: DbSession, person: Person, spelling: str) -> bool:
    """Keep a confirmed spelling, so that it matches exactly next time; False when it was known already."""
    key = name_key(spelling)[:200]
    if not key or key == name_key(person.name):
        return False
    known = sa.select(PersonAlias.id).where(PersonAlias.person_id == person.id, PersonAlias.key == key)
    if db.scalar(known) is not None:
        return False
    db.add(PersonAlias(person_id=person.id, key=key))
    return True
