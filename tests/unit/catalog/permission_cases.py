"""Whom each of the catalog's operations serves."""

import sqlalchemy as sa

from cop import audit
from cop.catalog import operations as o
from cop.models import AuditEntry, Objective, Person, Resource
from cop.permissions import SYSTEM
from tests import factories as make
from tests.permissions import EVERYONE_SIGNED_IN, OFFICE, OWN_FACILITATOR, Case

_TEXTS = {
    "name": "Data engineering",
    "focus": "Pipelines",
    "charter": "",
    "norms": "",
    "cadence": "",
    "channel_url": "",
    "area": "",
    "org_unit_id": None,
    "type": "community",
    "stage": "maturing",
    "founded_on": None,
}
_FIGURES = {"measure": "", "baseline": 0.0, "target": 10.0, "current": 5.0, "due_on": None}


def _versioned(world, actor):
    return {"community_id": world.community.id, "version": world.community.version}


def _here(world, actor):
    return {"community_id": world.community.id}


def _archived(world, actor):
    world.community.archived_at = make.NOW
    world.db.flush()
    return _versioned(world, actor) | {"reason": "Back again"}


def _objective(world):
    row = Objective(community_id=world.community.id, statement="Share more")
    world.db.add(row)
    world.db.flush()
    return {"community_id": world.community.id, "objective_id": row.id, "version": row.version}


def _resource(world, **values):
    about = {"title": "Guide", "url": "https://example.org", "added_at": make.NOW}
    row = Resource(community_id=world.community.id, **about, **values)
    world.db.add(row)
    world.db.flush()
    return {"community_id": world.community.id, "resource_id": row.id}, row.version


def _edited_resource(world, actor):
    where, version = _resource(world)
    return where | {"version": version, "title": "Guide 2", "url": "https://example.org/2", "kind": "link"}


def _facilitator(world, actor):
    row = make.facilitator(world.db, world.community, make.person(world.db))
    return {"community_id": world.community.id, "facilitator_id": row.id, "until_on": make.TODAY}


def _joined(world, actor):
    if actor is not None:
        make.membership(world.db, world.community, world.db.get(Person, actor.person_id))
    return _here(world, actor)


def _as_member(world, actor):
    return _joined(world, actor) | {"kind": "idea", "title": "A shared glossary"}


def _own_gift(world, actor):
    """A contribution of the actor's own; a visitor without an account finds somebody's."""
    author = actor.person_id if actor is not None else make.person(world.db).id
    row = make.contribution(world.db, world.community, person_id=author)
    return {"community_id": world.community.id, "contribution_id": row.id, "version": row.version}


def _corrected(world, actor):
    return _own_gift(world, actor) | {"kind": "lesson", "title": "Better said", "url": "", "day": make.TODAY}


def _withdrawn(world, actor):
    """The actor's own contribution, withdrawn; a visitor without an account finds somebody's."""
    author = actor.person_id if actor is not None else make.person(world.db).id
    gone = {"kind": "idea", "title": "A glossary", "url": "", "day": "2026-06-01", "person_id": author}
    where = {"operation": "catalog.withdraw_contribution", "community_id": world.community.id}
    audit.record(world.db, SYSTEM, now=make.NOW, before=gone, **where)
    world.db.flush()
    return {"community_id": world.community.id, "entry_id": world.db.scalar(sa.select(sa.func.max(AuditEntry.id)))}


CASES = {
    o.create_community: Case(OFFICE, lambda _world, _actor: {"name": "Data engineering", "focus": "Pipelines"}),
    o.edit_community: Case(OWN_FACILITATOR, lambda world, actor: _versioned(world, actor) | _TEXTS),
    o.archive_community: Case(OFFICE, lambda world, actor: _versioned(world, actor) | {"reason": "It is done"}),
    o.reopen_community: Case(OFFICE, _archived),
    o.add_objective: Case(OWN_FACILITATOR, lambda world, actor: _here(world, actor) | {"statement": "Share more"}),
    o.edit_objective: Case(
        OWN_FACILITATOR, lambda world, _actor: _objective(world) | _FIGURES | {"statement": "More", "met": True}
    ),
    o.drop_objective: Case(OWN_FACILITATOR, lambda world, _actor: _objective(world)),
    o.add_resource: Case(
        OWN_FACILITATOR, lambda world, actor: _here(world, actor) | {"title": "Guide", "url": "https://example.org"}
    ),
    o.edit_resource: Case(OWN_FACILITATOR, _edited_resource),
    o.archive_resource: Case(OWN_FACILITATOR, lambda world, _actor: _resource(world)[0]),
    o.restore_resource: Case(OWN_FACILITATOR, lambda world, _actor: _resource(world, archived_at=make.NOW)[0]),
    o.assign_facilitator: Case(
        OFFICE,
        lambda world, actor: _here(world, actor) | {"person_id": make.person(world.db).id, "role": "lead"},
    ),
    o.end_facilitator: Case(OFFICE, _facilitator),
    o.join_community: Case(EVERYONE_SIGNED_IN, _here),
    o.leave_community: Case(EVERYONE_SIGNED_IN, _joined),
    # The permission is everybody's; that a stranger to the community is refused stands in test_operations.py.
    o.add_contribution: Case(EVERYONE_SIGNED_IN, _as_member),
    # That of others is for those who carry the community, which stands there too.
    o.edit_contribution: Case(EVERYONE_SIGNED_IN, _corrected),
    o.withdraw_contribution: Case(EVERYONE_SIGNED_IN, _own_gift),
    o.restore_contribution: Case(EVERYONE_SIGNED_IN, _withdrawn),
}
