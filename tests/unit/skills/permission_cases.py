"""Whom the operations on skills serve: the office the catalog, managers their units' needs, everybody their own profile."""

from datetime import timedelta

from cop.models import HelpPause
from cop.skills import operations as o
from cop.skills import profile_operations as p
from cop.skills import requirement_operations as r
from cop.skills.inputs import Answer, RoleCell, UnitCell
from tests import factories as make
from tests.permissions import ADMIN, EVERYONE_SIGNED_IN, MANAGER, OFFICE, OWN_FACILITATOR, Case

_TEXTS = {"area_id": None, "description": "", "levels": ("",) * 5}


def _skill(world, actor):
    row = make.skill(world.db)
    return {"skill_id": row.id, "version": row.version}


def _archived(world, actor):
    row = make.skill(world.db, archived_at=make.NOW)
    return {"skill_id": row.id, "version": row.version}


def _role_cells(world, actor):
    return {"cells": (RoleCell(make.job_role(world.db).id, make.skill(world.db).id, None, 2),)}


def _unit_cells(world, actor):
    return {"org_unit_id": world.unit.id, "cells": (UnitCell(make.skill(world.db).id, None, 2, 1, 1),)}


def _own(world, actor):
    row = make.skill(world.db)
    if actor is not None:
        make.person_skill(world.db, actor.person_id, row, can_help=True)
    return row.id


def _answers(world, actor):
    return {"answers": (Answer(make.skill(world.db).id, 2, wants_to_learn=True, can_help=True),)}


def _helping(world, actor):
    _own(world, actor)
    return {}


def _pausing(world, actor):
    if actor is not None:
        world.db.add(HelpPause(person_id=actor.person_id, until_on=make.TODAY + timedelta(days=7)))
    return {}


CASES = {
    o.add_skill: Case(OFFICE, lambda _world, _actor: {"name": "Tasting", **_TEXTS}),
    o.edit_skill: Case(OFFICE, lambda w, a: _skill(w, a) | {"name": "Tasting", **_TEXTS}),
    o.archive_skill: Case(OFFICE, _skill),
    o.restore_skill: Case(OFFICE, _archived),
    o.set_community_skills: Case(
        OWN_FACILITATOR,
        lambda w, _actor: {"community_id": w.community.id, "seen_ids": (), "skill_ids": (make.skill(w.db).id,)},
    ),
    r.set_role_requirements: Case(OFFICE, _role_cells),
    r.set_unit_requirements: Case(frozenset({MANAGER, ADMIN}), _unit_cells),
    p.set_profile: Case(EVERYONE_SIGNED_IN, _answers),
    p.forget_skills: Case(EVERYONE_SIGNED_IN, lambda w, a: {"skill_ids": (_own(w, a),)}),
    p.stop_helping: Case(EVERYONE_SIGNED_IN, _helping),
    p.pause_help: Case(EVERYONE_SIGNED_IN, lambda _w, _a: {"until_on": make.TODAY + timedelta(days=7)}),
    p.resume_help: Case(EVERYONE_SIGNED_IN, _pausing),
}
