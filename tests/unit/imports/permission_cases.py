"""Whom importing serves."""

from cop.imports.operations import import_files
from cop.imports.queries import preview
from cop.permissions import SYSTEM
from tests.factories import NOW
from tests.permissions import OFFICE, Case
from tests.unit.imports.helpers import job


def _params(world, actor):
    return {"plan": preview(world.db, SYSTEM, job=job(), now=NOW)}


CASES = {import_files: Case(OFFICE, _params)}
