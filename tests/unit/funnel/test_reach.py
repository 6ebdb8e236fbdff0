"""What brings an item to the top: worked out by hand, and found by trying everything."""

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.funnel.reach import to_reach
from cop.funnel.scoring import Criterion, weighted_score

VALUE = Criterion(1, "Value", 0.5, 1, 5)
URGENCY = Criterion(2, "Urgency", 0.3, 1, 5)
EFFORT = Criterion(3, "Effort", 0.2, 1, 5, cost=True)
CRITERIA = (VALUE, URGENCY, EFFORT)
ITEM = {1: 4, 2: 2, 3: 5}
"""45 points. A step brings 12.5, 7.5 and 5 points."""

step_values = st.fixed_dictionaries({1: st.integers(1, 5), 2: st.integers(1, 5), 3: st.integers(1, 5)})
means = st.sampled_from([1, 1.5, 2, 7 / 3, 2.5, 3, 10 / 3, 4, 4.5, 5])
some_values = st.fixed_dictionaries({1: means, 2: means, 3: means})
scores = st.lists(st.floats(0, 100), max_size=6)
weights = st.lists(st.integers(0, 5), min_size=3, max_size=3).filter(any)


def weighing(found: list[int]) -> list[Criterion]:
    return [Criterion(key, f"criterion {key}", weight, 1, 5, key == 3) for key, weight in enumerate(found, 1)]


def total(values: dict[int, float], criteria=CRITERIA) -> float:
    return weighted_score(values, criteria).total


def changed(reach) -> list[tuple[int, float]]:
    return [(change.criterion.key, change.after) for change in reach.singles]


def test_single_changes_by_hand():
    """To 60 there are 15 points: two steps of urgency, three of effort; one more step of value brings 12.5 only."""
    reach = to_reach(ITEM, CRITERIA, [80, 70, 60, 50])
    assert (reach.needed, reach.short) == (60, pytest.approx(15))
    assert changed(reach) == [(2, 4), (3, 2)]
    assert [(change.before, change.gain) for change in reach.singles] == [
        (2, pytest.approx(15)),
        (5, pytest.approx(15)),
    ]
    assert reach.pair is None


def test_a_pair_where_no_single_change_does():
    """To 75 there are 30 points: 12.5 + 22.5 take four steps, every other pair five or more."""
    reach = to_reach(ITEM, CRITERIA, [75, 75, 75])
    assert reach.singles == ()
    assert [(change.criterion.key, change.after) for change in reach.pair] == [(1, 5), (2, 5)]


def test_not_even_a_pair():
    reach = to_reach(ITEM, CRITERIA, [100], top=1)
    assert (reach.singles, reach.pair) == ((), None)
    assert reach.short == pytest.approx(55)


@pytest.mark.parametrize(
    ("others", "top"), [([], 3), ([90, 80], 3), ([90, 80, 45], 3), ([90, 80, 20, 10], 3), ([44], 1), ([99, 98], 3)]
)
def test_nothing_to_do_where_it_is_there_already(others, top):
    assert to_reach(ITEM, CRITERIA, others, top=top) is None


def test_a_score_that_differs_by_rounding_only_is_equal():
    assert to_reach(ITEM, CRITERIA, [45 + 1e-12], top=1) is None


def test_from_a_mean_to_whole_steps():
    """2.5 → 4 is one and a half steps, 11.25 points; effort from 4.5 down to 3 brings 7.5."""
    reach = to_reach({1: 4, 2: 2.5, 3: 4.5}, CRITERIA, [60], top=1)  # 51.25 points
    assert changed(reach) == [(1, 5), (2, 4), (3, 2)]


def test_steps_of_a_scale_that_starts_between_whole_numbers():
    half = Criterion(1, "Half", 1, 0.5, 3)
    reach = to_reach({1: 1}, [half], [60], top=1)  # 1 is 20 points, 1.5 is 40, 2.5 is 80
    assert changed(reach) == [(1, 2.5)]
    assert to_reach({1: 1}, [half], [90], top=1).singles == ()  # 3.5 would be outside


def test_the_least_of_their_scales_whatever_their_units():
    """A person brings 2/3 of a point, a step of fit 16.7; 68.3 are missing.

    One step of fit and 78 people are .5 + .78 of their scales; two steps and 53 people, though fewer units, 1 + .53.
    """
    people, fit = Criterion(1, "People", 2, 0, 100), Criterion(2, "Fit", 1, 1, 3)
    reach = to_reach({1: 10, 2: 1}, [people, fit], [75], top=1)
    assert reach.singles == ()
    assert [(change.criterion, change.after) for change in reach.pair] == [(people, 88), (fit, 2)]
    assert [change.share for change in reach.pair] == pytest.approx([0.78, 0.5])


def test_without_a_score_there_is_nothing_to_say():
    with pytest.raises(ValueError, match=r"no score yet; not assessed: Urgency, Effort\."):
        to_reach({1: 4}, CRITERIA, [60])


@given(some_values, weights, scores, st.integers(1, 4))
def test_each_answer_reaches_it_and_a_step_less_does_not(values, found, others, top):
    criteria = weighing(found)
    reach = to_reach(values, criteria, others, top)
    there = sum(other > total(values, criteria) + 1e-9 for other in others) < top
    assert (reach is None) == there
    for change in reach.singles if reach else ():
        key = change.criterion.key
        after = total(values | {key: change.after}, criteria)
        assert sum(other > after + 2e-9 for other in others) < top
        assert after == pytest.approx(total(values, criteria) + change.gain)
        step_less = change.after + (1 if change.criterion.cost else -1)
        before = values[key]
        if (step_less < before) if change.criterion.cost else (step_less > before):
            assert sum(other > total(values | {key: step_less}, criteria) for other in others) >= top


@given(some_values, weights, st.sampled_from([1, 2, 3]), st.integers(1, 5))
def test_to_draw_level_is_enough(values, found, key, step):
    """Also where the other's score and ours are sums that are rounded differently."""
    criteria = weighing(found)
    reach = to_reach(values, criteria, [total(values | {key: step}, criteria)], top=1)
    if reach is not None:
        after = next(change.after for change in reach.singles if change.criterion.key == key)
        assert after >= step if key == 3 else after <= step


@given(step_values, weights, st.lists(st.integers(0, 99), min_size=1, max_size=5), st.integers(1, 3))
def test_as_trying_everything_finds_it(values, found, others, top):
    criteria = weighing(found)
    reach = to_reach(values, criteria, others, top)
    if reach is None:
        return

    def reaches(changes: dict[int, float]) -> bool:
        return total(values | changes, criteria) >= reach.needed - 1e-9

    alone = {key: [value for value in range(1, 6) if reaches({key: value})] for key in values}
    nearest = {key: min(found, key=lambda value: abs(value - values[key])) for key, found in alone.items() if found}
    assert dict(changed(reach)) == nearest
    if nearest:
        assert reach.pair is None
        return
    steps = [
        abs(first - values[one]) + abs(second - values[other])
        for one, other in combinations(values, 2)
        for first, second in product(range(1, 6), repeat=2)
        if reaches({one: first, other: second})
    ]
    assert (reach.pair is None) == (steps == [])
    if reach.pair:
        assert reaches({change.criterion.key: change.after for change in reach.pair})
        assert sum(change.share for change in reach.pair) == pytest.approx(min(steps) / 4)
