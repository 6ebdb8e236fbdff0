"""Who may do what, complete: every permission, and every operation that exists, for each kind of visitor."""

import importlib
import inspect
import itertools
import pkgutil
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

import cop
from cop.accounts.queries import actor_of_account
from cop.db import finish
from cop.errors import Forbidden
from cop.models import Community, OrgUnit
from cop.permissions import GRANTS, SYSTEM, Permission, Role, may, may_somewhere, require, require_somewhere
from tests import factories as make
from tests.each import Failures
from tests.permissions import (
    ADMIN,
    DEACTIVATED,
    EVERYONE_SIGNED_IN,
    FACILITATOR,
    MANAGER,
    MANAGERS,
    NOBODY,
    OFFICE,
    OTHER_FACILITATOR,
    OWN_FACILITATOR,
    PRINCIPALS,
    STAFF,
    Case,
    World,
    make_world,
)

ANY_FACILITATOR = {FACILITATOR, OTHER_FACILITATOR}

# permission: who holds it in the community "facilitator" carries; who for some community (their pages)
EXPECTED: dict[Permission, tuple[set[str], set[str]]] = {
    Permission.OWN_ACCOUNT: (EVERYONE_SIGNED_IN, EVERYONE_SIGNED_IN),
    Permission.COMMUNITY_VIEW: (EVERYONE_SIGNED_IN, EVERYONE_SIGNED_IN),
    Permission.COMMUNITY_JOIN: (EVERYONE_SIGNED_IN, EVERYONE_SIGNED_IN),
    Permission.SESSION_ATTEND: (EVERYONE_SIGNED_IN, EVERYONE_SIGNED_IN),
    Permission.CONTRIBUTE: (EVERYONE_SIGNED_IN, EVERYONE_SIGNED_IN),
    Permission.COMMUNITY_CREATE: (OFFICE, OFFICE),
    Permission.COMMUNITY_EDIT: (OWN_FACILITATOR, {ADMIN, *ANY_FACILITATOR}),
    Permission.COMMUNITY_ARCHIVE: (OFFICE, OFFICE),
    Permission.FACILITATOR_ASSIGN: (OFFICE, OFFICE),
    Permission.SESSION_RECORD: (OWN_FACILITATOR, {ADMIN, *ANY_FACILITATOR}),
    Permission.ATTENDANCE_NAMES: (OWN_FACILITATOR, {ADMIN, *ANY_FACILITATOR}),
    Permission.KPI_VIEW: ({FACILITATOR, MANAGER, ADMIN}, {MANAGER, ADMIN, *ANY_FACILITATOR}),
    Permission.ACCOUNT_MANAGE: (OFFICE, OFFICE),
    Permission.DATA_IMPORT: (OFFICE, OFFICE),
    Permission.PEOPLE_MERGE: (OFFICE, OFFICE),
    Permission.ORGANISATION_EDIT: (OFFICE, OFFICE),
    Permission.AUDIT_VIEW: (OFFICE, OFFICE),
    Permission.DATA_EXPORT: (OFFICE, OFFICE),
    Permission.FUNNEL_VIEW: (EVERYONE_SIGNED_IN, EVERYONE_SIGNED_IN),
    Permission.FUNNEL_PROPOSE: (EVERYONE_SIGNED_IN, EVERYONE_SIGNED_IN),
    Permission.FUNNEL_TRIAGE: (MANAGERS, MANAGERS),
    Permission.FUNNEL_SCORE: (MANAGERS, MANAGERS),
    Permission.FUNNEL_SETUP: (OFFICE, OFFICE),
    Permission.UNIT_MEETING: (MANAGERS, MANAGERS),
    Permission.SKILL_VIEW: (EVERYONE_SIGNED_IN, EVERYONE_SIGNED_IN),
    Permission.OWN_PROFILE: (EVERYONE_SIGNED_IN, EVERYONE_SIGNED_IN),
    Permission.SKILL_EDIT: (OFFICE, OFFICE),
    Permission.REQUIREMENT_EDIT: ({MANAGER, ADMIN}, {MANAGER, ADMIN}),
    Permission.SURVEY_ANSWER: (EVERYONE_SIGNED_IN, EVERYONE_SIGNED_IN),
    Permission.SURVEY_RESULTS: (EVERYONE_SIGNED_IN, EVERYONE_SIGNED_IN),
    Permission.SURVEY_EDIT: (OFFICE, OFFICE),
}


@pytest.fixture
def world(db):
    return make_world(db)


def test_every_permission_has_its_row():
    assert EXPECTED.keys() == set(Permission)
    assert GRANTS.keys() == set(Role)


def test_who_holds_a_permission(world):
    actors, room = world.actors.items(), world.community.id
    held = {
        permission: (
            {name for name, actor in actors if may(actor, permission, community_id=room)},
            {name for name, actor in actors if may_somewhere(actor, permission)},
        )
        for permission in Permission
    }
    assert held == EXPECTED


def test_requiring_agrees_with_may(world):
    for permission, (name, actor) in itertools.product(Permission, world.actors.items()):
        for allowed, demand in ((may, require), (may_somewhere, require_somewhere)):
            if allowed(actor, permission):
                assert demand(actor, permission) is actor
            else:
                with pytest.raises(Forbidden):
                    demand(actor, permission)
                    pytest.fail(f"{name} needs {permission} and got past {demand.__name__}")


def test_a_facilitators_permissions_end_with_their_communities(world):
    """Without a community, or in another's, only what all staff may do is left."""
    actor = world.actors[FACILITATOR]
    for community_id in (None, world.other.id, 99_999):
        left = {item for item in Permission if may(actor, item, community_id=community_id)}
        assert left == GRANTS[Role.STAFF]


def test_an_assignment_counts_from_its_first_day_to_its_last(db, world):
    for since, until, carries in [
        (make.TODAY, None, True),
        (None, None, True),
        (make.TODAY.replace(day=16), None, False),
        (None, make.TODAY, False),
        (None, make.TODAY.replace(day=16), True),
    ]:
        person = make.person(db)
        account = make.account(db, person)
        make.facilitator(db, world.community, person, since_on=since, until_on=until)
        actor = actor_of_account(db, account.id, now=make.NOW)
        assert (world.community.id in actor.community_ids) is carries, (since, until)


def test_the_operator_holds_everything():
    assert all(may(SYSTEM, permission, community_id=1) for permission in Permission)


def operations() -> dict[str, Callable[..., object]]:
    """Every public function of every room's operations.py and <subject>_operations.py, by its name for people."""
    found = {}
    for module_info in pkgutil.walk_packages(cop.__path__, "cop."):
        _cop, room, *rest = module_info.name.split(".")
        if rest and re.fullmatch(r"(\w+_)?operations", rest[-1]):
            module = importlib.import_module(module_info.name)
            for name, function in inspect.getmembers(module, inspect.isfunction):
                if function.__module__ == module.__name__ and not name.startswith("_"):
                    found[f"{room}.{name}"] = function
    return found


def cases() -> dict[Callable[..., object], Case]:
    """What the rooms say of their operations."""
    found: dict[Callable[..., object], Case] = {}
    for name in {name.split(".")[0] for name in OPERATIONS}:
        module = f"tests.unit.{name}.permission_cases"
        if importlib.util.find_spec(module):
            found |= importlib.import_module(module).CASES
    return found


OPERATIONS = operations()
CASES = cases()


def test_every_operation_has_a_case_and_every_case_an_operation():
    missing = {name for name, function in OPERATIONS.items() if function not in CASES}
    stale = {function.__name__ for function in CASES if function not in OPERATIONS.values()}
    assert (missing, stale) == (set(), set())


def test_nobody_and_the_deactivated_are_served_by_no_operation():
    for function, case in CASES.items():
        assert not case.allowed & {NOBODY, DEACTIVATED}, function.__name__
        assert case.allowed <= set(PRINCIPALS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation(world, engine, name):
    """For each principal: served and done, or refused with Forbidden and without a trace; any other error fails."""
    make.commit(world.db)
    failures = Failures()
    for principal in PRINCIPALS:
        with failures.of(principal), DbSession(engine, expire_on_commit=False) as db:
            check_operation(seen_in(db, world), OPERATIONS[name], principal)  # not committed: each finds the same world
    failures.report()


def seen_in(db: DbSession, world: World) -> World:
    """The same world in another session."""
    unit = db.get_one(OrgUnit, world.unit.id)
    community, other = (db.get_one(Community, row.id) for row in (world.community, world.other))
    return replace(world, db=db, unit=unit, community=community, other=other)


def check_operation(world: World, operation: Callable[..., object], principal: str) -> None:
    case, actor = CASES[operation], world.actors[principal]
    params = case.params(world, actor)
    world.db.flush()
    finish(world.db)
    with writes(world.db) as written:
        if principal in case.allowed:
            operation(world.db, actor, now=make.NOW, **params)
            world.db.flush()
            assert any(written), "served, but there was nothing to do: such a case proves less than it seems"
            return
        with pytest.raises(Forbidden):
            operation(world.db, actor, now=make.NOW, **params)
        finish(world.db)
        assert written == []


@contextmanager
def writes(db: DbSession) -> Iterator[list[int]]:
    """Of each statement inside that is no question, how many rows it wrote; an insert always some."""
    counts: list[int] = []

    def keep(_connection, cursor, statement, *_rest) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "PRAGMA", "SAVEPOINT", "RELEASE")):
            counts.append(1 if statement.startswith("INSERT") else cursor.rowcount)  # unknown where it returns a key

    sa.event.listen(db.get_bind(), "after_cursor_execute", keep)
    try:
        yield counts
    finally:
        sa.event.remove(db.get_bind(), "after_cursor_execute", keep)


def test_roles_are_told_apart():
    """The table would be worthless if two kinds of visitor were the same."""
    rows = {name: tuple(name in here for here, _somewhere in EXPECTED.values()) for name in PRINCIPALS}
    assert rows[STAFF] == rows[OTHER_FACILITATOR]  # in somebody else's community a facilitator is staff
    assert rows[NOBODY] == rows[DEACTIVATED]
    assert len(set(rows.values())) == 5
