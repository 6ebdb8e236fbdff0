"""A thousand ways in which people who edit the same thing can get in each other's way: nothing is silently replaced."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.catalog import operations as catalog
from cop.choices import SessionStatus
from cop.db import make_engine, reading
from cop.errors import Conflict
from cop.execute import execute
from cop.models import Community, CommunitySession, Objective, Resource
from cop.permissions import Actor, Role
from cop.sessions import operations as sessions
from cop.sessions.inputs import Plan
from cop.sessions.times import to_local
from cop.settings import settings
from tests import factories as make
from tests.factories import NOW

INTERLEAVINGS, EDITORS = 1_000, 3


@dataclass
class Thing:
    """Something that several may edit: how its text is read with its version, and how it is written."""

    column: Any
    id: int
    write: Callable[[Actor, int, str], Any]
    engine: sa.Engine

    def read(self) -> tuple[int, str]:
        table = self.column.class_
        with reading(self.engine) as db:
            return tuple(db.execute(sa.select(table.version, self.column).where(table.id == self.id)).one())


@pytest.fixture
def quick(data_dir):
    """The test's database without waiting for the disk after each of the thousands of commits."""
    engine = make_engine(settings().database_url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous = OFF"))
    yield engine
    engine.dispose()


def things(db: DbSession, engine: sa.Engine) -> list[Thing]:
    """Each kind of thing that carries a version."""
    room = make.community(db)
    goal = Objective(community_id=room.id, statement="First")
    kept = Resource(community_id=room.id, title="First", url="https://example.org/", added_at=NOW)
    db.add_all([goal, kept])
    planned = make.session(db, room, make.TODAY.replace(day=20), status=SessionStatus.PLANNED)
    times = {"start": to_local(planned.starts_at, "UTC"), "end": to_local(planned.ends_at, "UTC"), "time_zone": "UTC"}
    at_home = {"community_id": room.id}
    texts = {
        "name": room.name,
        "focus": room.focus,
        "type": "community",
        "stage": "potential",
        "area": "",
        "org_unit_id": None,
    }
    texts |= {"founded_on": None, "cadence": "", "channel_url": "", "norms": ""}
    figures = {"measure": "", "baseline": None, "current": None, "target": None, "due_on": None, "met": False}

    def do(operation: Callable[..., Any], actor: Actor, **values: Any) -> None:
        execute(operation, actor, on=engine, now=NOW, **values)

    def community(actor: Actor, version: int, text: str) -> None:
        do(catalog.edit_community, actor, **at_home, version=version, charter=text, **texts)

    def objective(actor: Actor, version: int, text: str) -> None:
        where = at_home | {"objective_id": goal.id, "version": version}
        do(catalog.edit_objective, actor, **where, statement=text, **figures)

    def resource(actor: Actor, version: int, text: str) -> None:
        where = at_home | {"resource_id": kept.id, "version": version}
        do(catalog.edit_resource, actor, **where, title=text, url=kept.url, kind="link")

    def plan(actor: Actor, version: int, text: str) -> None:
        do(sessions.change_plan, actor, session_id=planned.id, version=version, plan=Plan(title=text, **times))

    return [
        Thing(Community.charter, room.id, community, engine),
        Thing(Objective.statement, goal.id, objective, engine),
        Thing(Resource.title, kept.id, resource, engine),
        Thing(CommunitySession.title, planned.id, plan, engine),
    ]


def test_no_order_of_reading_and_writing_loses_an_edit_silently(quick):
    """Each editor reads, then writes what they made of it, in any order; a write goes through or is a conflict."""
    with DbSession(quick, expire_on_commit=False) as db:
        make.organisation(db)
        editors = [make.actor(db, Role.ADMIN) for _ in range(EDITORS)]
        edited = things(db, quick)
        make.commit(db)
    chance = random.Random(30)  # noqa: S311 - an order, no secret
    saved = refused = 0
    for number in range(INTERLEAVINGS):
        thing = edited[number % len(edited)]
        order = [editor for editor in range(EDITORS) for _ in ("read", "write")]
        chance.shuffle(order)
        newest, seen = thing.read(), {}
        for editor in order:
            if editor not in seen:
                seen[editor] = thing.read()
                continue
            fresh = seen[editor] == newest
            try:
                thing.write(editors[editor], seen[editor][0], f"{number} by {editor}")
            except Conflict:
                refused += 1
                assert not fresh
                assert thing.read() == newest
            else:
                saved += 1
                assert fresh, "written over what its editor had never seen"
                newest = thing.read()
                assert newest[1] == f"{number} by {editor}"
    assert saved + refused == INTERLEAVINGS * EDITORS
    assert refused > INTERLEAVINGS / 2
