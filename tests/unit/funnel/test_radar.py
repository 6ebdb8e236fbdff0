"""Movement by hand; the layout by looking at every blip and every pair of them."""

import math
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cop.funnel.radar import QUADRANTS, RINGS, Blip, Layout, Moved, Movement, Placing, layout, movement

SPRING, SUMMER, AUTUMN, WINTER = date(2024, 4, 1), date(2024, 7, 1), date(2024, 10, 1), date(2025, 1, 1)
ASSESS, TRIAL, BACK = Placing(2, SPRING, "Vol. 1"), Placing(1, SUMMER, "Vol. 2"), Placing(3, AUTUMN, "Vol. 3")
HISTORY = [TRIAL, BACK, ASSESS]  # in any order


@pytest.mark.parametrize(
    ("since", "as_of", "expected"),
    [
        (date(2024, 3, 31), SPRING, Moved(Movement.NEW, ASSESS, None)),
        (date(2024, 3, 31), WINTER, Moved(Movement.NEW, BACK, None)),
        (SPRING, date(2024, 6, 30), Moved(Movement.UNCHANGED, ASSESS, ASSESS)),
        (SPRING, SUMMER, Moved(Movement.MOVED_IN, TRIAL, ASSESS)),
        (SUMMER, AUTUMN, Moved(Movement.MOVED_OUT, BACK, TRIAL)),
        (SPRING, WINTER, Moved(Movement.MOVED_OUT, BACK, ASSESS)),
        (AUTUMN, WINTER, Moved(Movement.UNCHANGED, BACK, BACK)),
    ],
)
def test_movement_by_hand(since, as_of, expected):
    assert movement(HISTORY, since=since, as_of=as_of) == expected


def test_before_its_first_placing_a_trend_is_not_on_the_radar():
    assert movement(HISTORY, since=date(2024, 1, 1), as_of=date(2024, 3, 31)) is None
    assert movement([], since=SPRING, as_of=WINTER) is None


def test_the_same_ring_again_is_no_movement():
    again = Placing(2, AUTUMN, "Vol. 3")
    assert movement([ASSESS, again], since=SPRING, as_of=WINTER) == Moved(Movement.UNCHANGED, again, ASSESS)
    there_and_back = [ASSESS, TRIAL, again]
    assert movement(there_and_back, since=SPRING, as_of=WINTER).movement is Movement.UNCHANGED


def test_of_one_day_the_last_placing_counts():
    corrected = Placing(0, SPRING)
    assert movement([ASSESS, corrected], since=SPRING, as_of=SPRING).now == corrected


@st.composite
def radars(draw, most=120):
    quadrants, rings = draw(st.sampled_from(QUADRANTS)), draw(st.sampled_from(RINGS))
    parts = st.tuples(st.integers(0, quadrants - 1), st.integers(0, rings - 1))
    # from evenly spread to all in one part
    used = draw(st.lists(parts, min_size=1, max_size=quadrants * rings))
    keys = draw(st.lists(st.integers(1, 10_000), max_size=most, unique=True))
    blips = [Blip(key, *draw(st.sampled_from(used))) for key in keys]
    return blips, quadrants, rings


def assert_good(found: Layout, blips: list[Blip], quadrants: int, rings: int):
    assert set(found.places) == {blip.key for blip in blips}
    assert len(found.radii) == rings
    assert found.radii[-1] == 1
    edge = found.diameter / 2 - 1e-9
    for blip in blips:
        x, y = found.places[blip.key]
        distance = math.hypot(x, y)
        inner = found.radii[blip.ring - 1] if blip.ring else 0
        assert inner + edge <= distance <= found.radii[blip.ring] - edge
        turn = math.atan2(y, x) % (2 * math.pi) - blip.quadrant * 2 * math.pi / quadrants
        assert 0 < turn < 2 * math.pi / quadrants
        # distance from the two lines between quadrants; beyond a right angle the line is further than the centre
        for angle in (turn, 2 * math.pi / quadrants - turn):
            assert distance * math.sin(min(angle, math.pi / 2)) >= edge
    for one, other in combinations(found.places.values(), 2):
        assert math.dist(one, other) >= found.diameter - 1e-9


@settings(deadline=None, max_examples=60)
@given(radars())
def test_each_blip_in_its_part_and_none_on_another(radar):
    blips, quadrants, rings = radar
    assert_good(layout(blips, quadrants=quadrants, rings=rings), blips, quadrants, rings)


@pytest.mark.parametrize("quadrants", QUADRANTS)
@pytest.mark.parametrize("rings", RINGS)
@pytest.mark.parametrize("ring", ["inner", "outer", "all"])
def test_120_blips_however_they_crowd(quadrants, rings, ring):
    parts = {"inner": [(0, 0)], "outer": [(quadrants - 1, rings - 1)]}
    everywhere = [(quadrant, ring) for quadrant in range(quadrants) for ring in range(rings)]
    chosen = parts.get(ring, everywhere)
    blips = [Blip(key, *chosen[key % len(chosen)]) for key in range(120)]
    assert_good(layout(blips, quadrants=quadrants, rings=rings), blips, quadrants, rings)


def test_120_blips_of_four_rings_have_room_for_a_number():
    """A twentieth of the radius, and more: 20 pixels of a radar 800 wide."""
    blips = [Blip(key, key % 4, (key // 4) % 4) for key in range(120)]
    assert layout(blips, quadrants=4, rings=4).diameter >= 0.05


def test_without_blips_there_are_rings():
    assert layout([], quadrants=4, rings=2).radii == pytest.approx((0.5**0.8, 1))


@settings(deadline=None, max_examples=60)
@given(radars(most=40), st.randoms())
def test_the_order_of_blips_is_of_no_account(radar, chance):
    blips, quadrants, rings = radar
    before = layout(blips, quadrants=quadrants, rings=rings)
    chance.shuffle(blips)
    assert layout(blips, quadrants=quadrants, rings=rings) == before


@settings(deadline=None, max_examples=100)
@given(radars(most=40), st.integers(0, 10_001), st.data())
def test_another_blip_moves_only_higher_keys_of_its_own_part(radar, key, data):
    blips, quadrants, rings = radar
    if key in {blip.key for blip in blips}:
        return
    another = Blip(key, data.draw(st.integers(0, quadrants - 1)), data.draw(st.integers(0, rings - 1)))
    before = layout(blips, quadrants=quadrants, rings=rings)
    after = layout([*blips, another], quadrants=quadrants, rings=rings)
    if after.diameter < before.diameter:
        return
    for blip in blips:
        if after.places[blip.key] != before.places[blip.key]:
            assert blip.key > another.key
            assert (blip.quadrant, blip.ring) == (another.quadrant, another.ring)


def test_few_move_when_one_with_a_lower_key_comes_between():
    """80 blips of four by four parts: of the 5 in its part a lower key takes the place of one at the most, on average."""
    blips = [Blip(key, key % 4, (key // 4) % 4) for key in range(1_000, 1_080)]
    before = layout(blips, quadrants=4, rings=4).places
    moved = []
    for key in range(100):
        after = layout([*blips, Blip(key, key % 4, (key // 4) % 4)], quadrants=4, rings=4).places
        moved.append(sum(after[blip.key] != before[blip.key] for blip in blips))
    assert sum(moved) / len(moved) < 1


@pytest.mark.parametrize(
    ("blips", "quadrants", "rings", "sentence"),
    [
        ([], 2, 4, "3 to 6 quadrants"),
        ([], 7, 4, "3 to 6 quadrants"),
        ([], 4, 1, "2 to 8 rings"),
        ([], 4, 9, "2 to 8 rings"),
        ([Blip(1, 0, 0), Blip(1, 1, 1)], 4, 4, "twice"),
        ([Blip(1, 4, 0)], 4, 4, "isn't on the radar"),
        ([Blip(1, 0, 4)], 4, 4, "isn't on the radar"),
        ([Blip(1, -1, 0)], 4, 4, "isn't on the radar"),
    ],
)
def test_what_is_not_on_the_radar_is_refused(blips, quadrants, rings, sentence):
    with pytest.raises(ValueError, match=sentence):
        layout(blips, quadrants=quadrants, rings=rings)
