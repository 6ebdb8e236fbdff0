"""Whom importing serves."""

from cop.imports.existing import shelves
from cop.imports.operations import import_files
from cop.imports.plan import make_plan
from tests.factories import NOW
from tests.permissions import OFFICE, Case
from tests.unit.imports.helpers import job


def _params(world, actor):
    made = job()
    plan = make_plan(made, shelves(world.db, made.source), now=NOW, time_zone="Europe/Madrid")
    return {"job": made, "fingerprint": plan.fingerprint}


CASES = {import_files: Case(OFFICE, _params)}
