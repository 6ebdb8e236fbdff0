"""What of a community's audit entries is told to all: nothing that isn't named, and everything that is recorded is sorted."""

import ast
import importlib
import operator
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from cop.db import finish
from cop.history.queries import history
from cop.history.words import GROUPS, IMPORT, LEFT_OUT, SHOWN, UNDO, Group
from cop.models import AuditEntry
from cop.settings import ROOT
from tests import factories as make
from tests.permissions import PRINCIPALS, make_world
from tests.unit.test_permission_matrix import CASES, OPERATIONS

ROOMS = ("catalog", "lifecycle", "people", "sessions")
"""Whose operations write for one community."""
OF_NO_COMMUNITY = {"catalog.add_area", "lifecycle.deactivate_leavers", "people.keep_apart", "people.merge_people"}
NEVER = {"join_reason", "leave_reason", "reopen_reason", "person_id", "attended", "note", "answer", "account_id"}
ABOUT_FACILITATORS = {"catalog.assign_facilitator", "catalog.end_facilitator", "lifecycle.deactivate_leavers"}
GIVES_ITS_NAME = {"catalog.add_contribution", "catalog.edit_contribution", "catalog.withdraw_contribution"}
GIVES_ITS_NAME |= {"catalog.restore_contribution"}


OF_OTHER_ROOMS = {"funnel.link_community", "funnel.unlink_community", "skills.set_community_skills"}
OF_OTHER_ROOMS |= {"surveys.ask_for_feedback"}
"""The only operations of other rooms that name a community; that they do, the test of every operation below shows."""


def recorded(path: Path) -> Iterator[str]:
    """The operations' names that a module passes on to the audit trail, as `operation=…` or after `now`."""
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for call in ast.walk(ast.parse(path.read_text())):
        if not isinstance(call, ast.Call):
            continue
        named = [keyword.value for keyword in call.keywords if keyword.arg == "operation"]
        placed = [after for now, after in zip(call.args, call.args[1:], strict=False) if ast.unparse(now) == "now"]
        for node in [*named, *placed]:
            text = ast.unparse(node)
            if isinstance(node, ast.Constant):
                value = node.value
            elif re.fullmatch(r"(\w+\.)?[A-Z_]+", text):
                value = operator.attrgetter(text)(module)
            else:
                continue  # passed through from a caller
            if isinstance(value, str):
                yield value if "." in value else f"{path.parent.name}.{value}"


def every_operation() -> set[str]:
    return {name for room in ROOMS for path in (ROOT / "cop" / room).glob("*.py") for name in recorded(path)}


def test_every_operation_on_a_community_is_told_or_left_out_on_purpose():
    found = every_operation()
    assert len(found) >= 40
    assert found - SHOWN.keys() - LEFT_OUT.keys() == OF_NO_COMMUNITY


def test_nothing_is_named_that_is_never_recorded():
    assert (SHOWN.keys() | LEFT_OUT.keys()) - every_operation() == {IMPORT, UNDO, *OF_OTHER_ROOMS}
    assert SHOWN.keys() & LEFT_OUT.keys() == set()
    assert all(LEFT_OUT.values())


def test_reasons_and_people_are_no_field_that_is_told():
    assert not {field for shown in SHOWN.values() for field in shown.fields} & NEVER


def test_every_group_has_its_words_and_something_in_it():
    assert GROUPS.keys() == set(Group) == {shown.group for shown in SHOWN.values()}


@pytest.mark.parametrize("name", OPERATIONS)
def test_whatever_an_operation_records_is_sorted_and_names_nobody_who_takes_part(db, name):
    """Each operation, by the least of those whom it serves: told are those who carry the community and who gave."""
    world, operation = make_world(db), OPERATIONS[name]
    case = CASES[operation]
    principal = next(principal for principal in PRINCIPALS if principal in case.allowed)
    actor = world.actors[principal]
    params = case.params(world, actor)
    start = db.scalar(sa.select(sa.func.max(AuditEntry.id))) or 0
    operation(db, actor, now=make.NOW, **params)
    finish(db)
    entries = db.scalars(sa.select(AuditEntry).where(AuditEntry.id > start, AuditEntry.community_id.is_not(None))).all()
    assert {entry.operation for entry in entries} <= SHOWN.keys() | LEFT_OUT.keys()
    told = history(db, world.actors["staff"], community_id=world.community.id, count=1_000)
    if name not in ABOUT_FACILITATORS:
        assert not re.search(r"Person \d|person\d", repr(told))
    if principal == "staff" and name not in GIVES_ITS_NAME:
        assert told.entries == ()
