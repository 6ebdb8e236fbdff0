"""Small imports for tests: a mapping, the files' text, and what comes of them."""

import sqlalchemy as sa

from cop import db as database
from cop.choices import KeyKind
from cop.execute import execute
from cop.imports.keys import COLUMNS
from cop.imports.mapping import parse_mapping
from cop.imports.operations import import_files
from cop.imports.queries import preview
from cop.imports.records import read_job
from cop.models import ExternalKey
from cop.permissions import SYSTEM
from tests.factories import NOW

MAPPING = """
source = "hr"

[[files]]
kind = "org_units"
columns = { key = "code", name = "unit", parent = "above" }

[[files]]
kind = "people"
columns = { key = "nr", name = "name", email = "mail", handle = "login", org_unit = "unit", job_role = "job" }
options = { create = ["job_roles"] }

[[files]]
kind = "communities"
options = { create = ["areas"] }
[files.columns]
key = "id"
name = "name"
type = { column = "sort", values = { guild = "community", panel = "committee" } }
focus = "about"
area = "area"
founded_on = { column = "since", format = "%d/%m/%Y" }

[[files]]
kind = "memberships"
columns = { community = "community", person = "nr", joined_on = "from", left_on = "to" }

[[files]]
kind = "facilitators"
columns = { community = "community", email = "mail", role = "role", since_on = "from" }

[[files]]
kind = "sessions"
[files.columns]
key = "id"
community = "community"
date = "day"
time = "at"
title = "title"
headcount = "came"
[files.options]
time_zone = "Europe/Madrid"

[[files]]
kind = "attendance"
report = ["ambiguous_person", "incomplete_name", "similar_person", "not_a_person", "no_person", "duplicate"]
columns = { session = "session", handle = "login", name = "name", note = "note" }
[files.options]
people_with_handle = "staff"
people_with_name = "guest"
not_people = ["Acme *"]
"""

FILES = {
    "org_units": "code,unit,above\nit,IT,hq\nhq,Headquarters,\n",
    "people": "nr,name,mail,login,unit,job\n007,Ana Gómez,ana@x.org,anag,it,Engineer\n8,Ben Okri,BEN@x.org,,Headquarters,\n",
    "communities": "id,name,sort,about,area,since\nc1,Data,guild,None,Tech,31/01/2024\nc2,Law,panel,,,\n",
    "memberships": "community,nr,from,to\nc1,007,2024-02-01,\nc1,8,2024-02-01,2024-06-01\n",
    "facilitators": "community,mail,role,from\nData,ana@x.org,lead,2024-02-01\n",
    "sessions": "id,community,day,at,title,came\ns1,c1,2024-03-05,18:30,Kick-off,3\ns2,c1,2024-03-12,,Second,0\ns3,c1,2024-03-19,,Third,9\n",
    "attendance": "session,login,name,note\ns1,@AnaG,Anna Gomez,led\ns1,,Ben Okri,\ns1,zoe,Zoe Lund,\ns3,,Chris,\n",
}


def files(**changes: str | bytes | None) -> dict[str, bytes]:
    """The files' bytes, some of them changed."""
    given = FILES | changes
    return {name: text.encode() if isinstance(text, str) else text for name, text in given.items()}


def by_key(db, model, key: str, source: str = "hr"):
    """The row that a source knows under a key."""
    kind = KeyKind(model.__tablename__)
    column = getattr(ExternalKey, COLUMNS[kind])
    rows = sa.select(model).join(ExternalKey, column == model.id)
    return db.scalars(rows.where(ExternalKey.source == source, ExternalKey.kind == kind, ExternalKey.key == key)).one()


def job(mapping: str = MAPPING, **changes):
    return read_job(parse_mapping(mapping), files(**changes))


def single(mapping: str, text: str | bytes, kind: str):
    return read_job(parse_mapping(mapping), {kind: text.encode() if isinstance(text, str) else text})


def plan_of(made, now=NOW):
    with database.reading() as db:
        return preview(db, SYSTEM, job=made, now=now)


def bring(made, now=NOW) -> int:
    """Preview and import."""
    return execute(import_files, SYSTEM, now=now, plan=plan_of(made, now))


def found(plan) -> set[tuple[str, int, str, str]]:
    """The problems as (file, row, column, reason)."""
    return {(item.file, item.row, item.column, item.reason) for item in plan.problems}


def fates(plan, file: str) -> dict[str, int]:
    item = next(item for item in plan.files if item.file == file)
    assert sum(item.fates.values()) == item.rows
    return {fate.value: count for fate, count in item.fates.items() if count}
