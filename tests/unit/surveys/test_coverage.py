"""Counts from named profiles: parts by hand, and that no figure or difference of figures speaks of fewer than five."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cop.surveys.coverage import Able, Told, able, able_words, told, upwards

TREE = {1: None, 2: 1, 3: 1, 4: 2}


def test_parts_by_hand():
    """Six in unit 4 are a part; two in 2 and one in 3 wait for unit 1, where with its own two they are five."""
    levels = {4: [0, 1, 2, 3, 4, 4], 2: [3, 3], 3: [2], 1: [0, 1]}
    found = told(TREE, levels)
    six, rest = (0, 1, 2, 3, 4, 4), (0, 1, 2, 3, 3)
    assert found[4] == Told((six,), some_left=False)
    assert found[2] == Told((six,), some_left=True)
    assert found[3] == Told((), some_left=True)
    assert found[1].parts[0] == six
    assert sorted(found[1].parts[1]) == list(rest)
    assert not found[1].some_left
    # at 3 or above: three of the six, two of the five
    assert able(found[4], 3) == Able(3, 3, 6)
    assert able(found[2], 3) == Able(3, 7, 6)  # two wait: told as if there might be four
    assert able(found[1], 3) == Able(5, 5, 11)
    assert able(found[3], 3) is None


@pytest.mark.parametrize(
    ("count", "words"), [(0, "at most 1"), (1, "at most 1"), (2, "2"), (3, "3"), (4, "4 to 6"), (6, "4 to 6")]
)
def test_neither_nobody_nor_everybody_is_told(count, words):
    levels = [3] * count + [1] * (6 - count)
    assert able_words(able(told({1: None}, {1: levels})[1], 2)) == words


def test_four_are_too_few_and_a_ring_ends():
    assert able(told({1: None}, {1: [4] * 4})[1], 1) is None
    assert list(upwards({1: 2, 2: 1}, 1)) == [1, 2]
    assert told({1: 2, 2: 1}, {1: [3] * 5})[2].parts == ((3,) * 5,)


ORGANISATIONS = st.tuples(
    st.lists(st.integers(0, 8), min_size=1, max_size=9),
    st.lists(st.lists(st.integers(0, 4), max_size=9), min_size=9, max_size=9),
)


@settings(max_examples=100, deadline=None)
@given(ORGANISATIONS, st.integers(1, 4))
def test_parts_have_five_and_never_overlap_and_figures_hold(made, required):
    above, said = made
    parents = {unit: None if unit == 0 else above[unit] % unit for unit in range(len(above))}
    levels = {unit: said[unit] for unit in parents}
    found = told(parents, levels)
    inside = {
        unit: [level for below in parents if unit in upwards(parents, below) for level in levels[below]]
        for unit in parents
    }
    for unit, here in found.items():
        assert all(len(part) >= 5 for part in here.parts)
        counted = Counter(level for part in here.parts for level in part)
        left = Counter(inside[unit]) - counted
        assert not counted - Counter(inside[unit])  # nobody twice, nobody of elsewhere
        assert left.total() <= 4
        assert bool(left) == here.some_left
        shown = able(here, required)
        if shown is not None:
            assert shown.fewest <= sum(level >= required for level in inside[unit]) <= shown.most
            assert shown.most - shown.fewest >= (shown.most == shown.known)  # everybody is never told
    # what one unit's figure leaves of another's is whole parts
    for unit, parent in parents.items():
        if parent is not None:
            assert not Counter(found[unit].parts) - Counter(found[parent].parts)
