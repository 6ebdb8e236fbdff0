"""Who came leaves only with those who may see it."""

from datetime import date
from typing import Any

import pytest

from cop.db import reading
from cop.errors import Forbidden
from cop.exports import Sheet
from cop.models import Attendance
from cop.sessions import exports
from tests import factories as make
from tests.permissions import OWN_FACILITATOR, PRINCIPALS, World, make_world


@pytest.fixture
def world(db) -> World:
    return make_world(db)


@pytest.fixture
def sessions(db, world) -> list[int]:
    """Two sessions with a list, one without, one of another community."""
    ana, ben = make.person(db, name="Ana", org_unit_id=world.unit.id), make.person(db, name="Ben")
    first = make.session(db, world.community, date(2026, 5, 5), title="First", people=[ben, ana])
    db.get_one(Attendance, (first.id, ana.id)).led = True
    second = make.session(db, world.community, date(2026, 6, 5), title="Second", people=[ben])
    make.session(db, world.community, date(2026, 6, 6), title="No list")
    make.session(db, world.other, date(2026, 6, 6), title="Elsewhere", people=[ana])
    make.commit(db)
    return [first.id, second.id]


def ask(export: Any, who: Any, **params: Any) -> Sheet:
    with reading() as db:
        return export(db, who, **params)


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_names_by_hand_or_none(world, sessions, principal):
    actor, unit = world.actors[principal], world.unit.name
    if principal not in OWN_FACILITATOR:
        with pytest.raises(Forbidden):
            ask(exports.session_attendance, actor, session_id=sessions[0])
        with pytest.raises(Forbidden):
            ask(exports.community_attendance, actor, community_id=world.community.id)
        return
    assert ask(exports.session_attendance, actor, session_id=sessions[0]) == Sheet(
        "Attendance",
        ("Name", "Unit", "Led", "Spoke"),
        [("Ana", unit, True, False), ("Ben", "", False, False)],
    )
    assert ask(exports.community_attendance, actor, community_id=world.community.id) == Sheet(
        "Attendance",
        ("Day", "Session", "Name", "Unit", "Led", "Spoke"),
        [
            (date(2026, 6, 5), "Second", "Ben", "", False, False),
            (date(2026, 5, 5), "First", "Ana", unit, True, False),
            (date(2026, 5, 5), "First", "Ben", "", False, False),
        ],
    )


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_an_unknown_session_is_answered_like_a_forbidden_one(world, sessions, principal):
    with pytest.raises(Forbidden):
        ask(exports.session_attendance, world.actors[principal], session_id=99_999)
