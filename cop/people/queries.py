"""Who is who: for pickers and for matching pasted rosters."""

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import PersonKind
from cop.models import OrgUnit, Person, PersonAlias
from cop.people.directory import Directory
from cop.people.names import name_key
from cop.permissions import Actor, Permission, require_somewhere
from cop.query import query


def _recorders(actor: Actor | None) -> str:
    """Who records sessions sees everybody's name and address, and all of them the same; Forbidden for others."""
    require_somewhere(actor, Permission.SESSION_RECORD)
    return "recorders"


@query("people", "organisation", scope=_recorders)
def directory(db: DbSession, actor: Actor | None) -> Directory:
    """Everybody the programme knows, those who left included: they may have come to an old session."""
    require_somewhere(actor, Permission.SESSION_RECORD)
    rows = db.execute(
        sa.select(
            Person.id, Person.name, Person.kind, Person.email, Person.handle, Person.merged_into_id, OrgUnit.name
        ).outerjoin(OrgUnit, OrgUnit.id == Person.org_unit_id)
    ).all()
    target = _targets({row.id: row.merged_into_id for row in rows})
    kept = [row for row in rows if row.merged_into_id is None]
    spellings = {(name_key(row.name), target[row.id]) for row in rows}
    aliases = db.execute(sa.select(PersonAlias.key, PersonAlias.person_id))
    spellings |= {(key, target[person_id]) for key, person_id in aliases}
    return Directory(
        names={row.id: row.name for row in kept},
        units={row.id: row[6] for row in kept if row[6]},
        guests=frozenset(row.id for row in kept if row.kind is PersonKind.GUEST),
        emails={row.email: target[row.id] for row in rows if row.email},
        handles={row.handle: target[row.id] for row in rows if row.handle},
        spellings=tuple(sorted((key, person) for key, person in spellings if key)),
        merged={person: today for person, today in target.items() if person != today},
    )


def _targets(merged: dict[int, int | None]) -> dict[int, int]:
    """Where each person's records are today: they themselves, or whom they were merged into, at any remove."""
    found: dict[int, int] = {}
    for person in merged:
        end, seen = person, {person}
        while (following := merged.get(end)) is not None and following not in seen:
            end = following
            seen.add(end)
        found[person] = end
    return found
