"""Who may see whose figures."""

import pytest

from cop.errors import Forbidden
from cop.kpis.scope import Reach, Selection, reach, units_of
from cop.permissions import Actor, Role


def actor(*roles: Role, communities: tuple[int, ...] = (), units: tuple[int, ...] = ()) -> Actor:
    return Actor(1, 1, "Somebody", frozenset({Role.STAFF, *roles}), frozenset(communities), frozenset(units))


ADMIN = actor(Role.ADMIN)
MANAGER = actor(Role.MANAGER, units=(7, 8))
FACILITATOR = actor(Role.FACILITATOR, communities=(3, 4))
BOTH = actor(Role.FACILITATOR, Role.MANAGER, communities=(3,), units=(7,))
NOT_HERE = (None, actor(), actor(Role.FACILITATOR), actor(communities=(3,)))


@pytest.mark.parametrize("who", NOT_HERE)
def test_nobody_staff_and_facilitators_of_nothing_are_refused(who):
    with pytest.raises(Forbidden):
        reach(who)
    with pytest.raises(Forbidden):
        reach(who, selection=Selection(communities=(3,)))


@pytest.mark.parametrize(
    ("who", "communities"),
    [(ADMIN, None), (MANAGER, None), (BOTH, None), (FACILITATOR, frozenset({3, 4}))],
)
def test_the_communities_within_reach(who, communities):
    assert reach(who) == Reach(communities)


def test_a_facilitator_chooses_among_their_own():
    assert reach(FACILITATOR, selection=Selection(communities=(4,))) == Reach(frozenset({3, 4}))
    for chosen in ((5,), (3, 5)):
        with pytest.raises(Forbidden):
            reach(FACILITATOR, selection=Selection(communities=chosen))
    assert reach(MANAGER, selection=Selection(communities=(5,))) == Reach(None)


@pytest.mark.parametrize(("who", "units"), [(ADMIN, None), (MANAGER, {7, 8}), (BOTH, {7}), (FACILITATOR, None)])
def test_the_units_to_choose_from(who, units):
    assert units_of(who) == units


def test_a_manager_looks_at_their_own_units_only():
    reach(MANAGER, selection=Selection(unit=8))
    for who, unit in ((MANAGER, 9), (BOTH, 8)):
        with pytest.raises(Forbidden):
            reach(who, selection=Selection(unit=unit))
    reach(ADMIN, selection=Selection(unit=9))


def test_an_office_that_manages_too_sees_every_unit():
    assert units_of(actor(Role.ADMIN, Role.MANAGER, units=(7,))) is None
