"""Whom the operations on the organisation's structure serve: the office."""

from cop.models import JobRole, Organisation
from cop.structure import operations as o
from tests import factories as make
from tests.permissions import OFFICE, Case


def _unit(world, actor):
    row = make.org_unit(world.db)
    return {"unit_id": row.id, "version": row.version}


def _job_role(world, actor):
    row = JobRole(name="Data engineer")
    world.db.add(row)
    world.db.flush()
    return {"job_role_id": row.id, "version": row.version}


def _area(world, actor):
    row = make.area(world.db)
    return {"area_id": row.id, "version": row.version}


def _settings(world, actor):
    version = world.db.get(Organisation, 1).version
    return {"version": version, "name": "Orbis", "time_zone": "Asia/Tokyo"}


_NAMED = {"name": "Better", "active": False}

CASES = {
    o.add_unit: Case(OFFICE, lambda world, _actor: {"name": "Sales", "parent_id": world.unit.id}),
    o.edit_unit: Case(OFFICE, lambda w, a: _unit(w, a) | {"name": "Sales", "parent_id": w.unit.id}),
    o.merge_unit: Case(OFFICE, lambda w, a: _unit(w, a) | {"into_id": w.unit.id}),
    o.delete_unit: Case(OFFICE, _unit),
    o.add_job_role: Case(OFFICE, lambda _world, _actor: {"name": "Tester"}),
    o.edit_job_role: Case(OFFICE, lambda w, a: _job_role(w, a) | _NAMED),
    o.delete_job_role: Case(OFFICE, _job_role),
    o.add_area: Case(OFFICE, lambda _world, _actor: {"name": "Cloud"}),
    o.edit_area: Case(OFFICE, lambda w, a: _area(w, a) | _NAMED),
    o.delete_area: Case(OFFICE, _area),
    o.edit_organisation: Case(OFFICE, _settings),
}
