"""Whom merging people serves."""

from cop.people.operations import keep_apart, merge_people
from tests import factories as make
from tests.permissions import OFFICE, Case


def _merge(world, _actor):
    keep, gone = make.person(world.db), make.person(world.db)
    return {"keep_id": keep.id, "keep_version": keep.version, "gone_id": gone.id, "gone_version": gone.version}


def _apart(world, _actor):
    return {"first_id": make.person(world.db).id, "second_id": make.person(world.db).id}


CASES = {merge_people: Case(OFFICE, _merge), keep_apart: Case(OFFICE, _apart)}
