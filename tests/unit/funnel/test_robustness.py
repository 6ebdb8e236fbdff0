"""Rank robustness, against shares worked out by hand and a slow exact ranking of the same draws."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cop.funnel.robustness import SEED, _order, acceptability

quarters = st.sampled_from([0, 0.25, 0.5, 0.75, 1])


@st.composite
def matrices(draw, values=quarters, most=9):
    criteria = draw(st.integers(1, 4))
    rows = st.lists(values, min_size=criteria, max_size=criteria)
    return np.array(draw(st.lists(rows, min_size=1, max_size=most)), dtype=float)


def slowly(matrix: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Rank shares by exact arithmetic, an item at a time; equal scores share their ranks."""
    weights = np.random.default_rng(seed).dirichlet(np.ones(matrix.shape[1]), draws)
    counts = [[Fraction(0)] * len(matrix) for _ in matrix]
    for weighting in weights.tolist():
        scores = [
            sum(Fraction(weight) * Fraction(value) for weight, value in zip(weighting, row, strict=True))
            for row in matrix.tolist()
        ]
        for item, score in enumerate(scores):
            ahead = sum(other > score for other in scores)
            level = scores.count(score)
            for rank in range(ahead, ahead + level):
                counts[item][rank] += Fraction(1, level)
    return np.array([[float(count / draws) for count in row] for row in counts])


def test_best_everywhere_is_first_always():
    found = acceptability([[0.2, 0.9, 0.4], [1, 1, 0.5], [0.9, 0.1, 0.5], [0, 0, 0]], with_ranks=True)
    assert found.first[1] == 1
    assert (found.best[1], found.worst[1]) == (1, 1)
    assert found.ranks[3].tolist() == [0, 0, 0, 1]
    assert found.top.tolist() == [1, 1, 1, 0]


def test_two_mirrored_items_win_half_each():
    found = acceptability([[0.8, 0.3], [0.3, 0.8]])
    assert found.first == pytest.approx([0.5, 0.5], abs=0.02)
    assert found.best.tolist() == [1, 1]
    assert found.worst.tolist() == [2, 2]


def test_one_between_two_opposites_is_always_second():
    found = acceptability([[1, 0], [0.5, 0.5], [0, 1]], with_ranks=True)
    assert found.ranks[1].tolist() == [0, 1, 0]
    assert found.first == pytest.approx([0.5, 0, 0.5], abs=0.02)


@pytest.mark.parametrize(
    ("other", "share", "best", "worst"),
    [
        (0.5, 2 / 3, [1, 1], [2, 2]),  # w > .5 (1 − w) for two thirds of all w
        (0.25, 0.8, [1, 1], [2, 2]),
        (0.02, 1 / 1.02, [1, 2], [1, 2]),  # 98 %: from the 5th to the 95th percentile nothing else happens
    ],
)
def test_shares_and_percentiles_by_hand(other, share, best, worst):
    found = acceptability([[1, 0], [0, other]])
    assert found.first == pytest.approx([share, 1 - share], abs=0.015)
    assert found.best.tolist() == best
    assert found.worst.tolist() == worst


def test_equal_items_share_their_ranks():
    found = acceptability([[0.5, 0.5], [1, 1], [0.5, 0.5], [0.5, 0.5], [0, 0]], with_ranks=True, top=2)
    third = 1 / 3
    assert found.ranks == pytest.approx(
        np.array(
            [
                [0, third, third, third, 0],
                [1, 0, 0, 0, 0],
                [0, third, third, third, 0],
                [0, third, third, third, 0],
                [0, 0, 0, 0, 1],
            ]
        )
    )
    assert found.top == pytest.approx([third, 1, third, third, 0])
    assert found.best.tolist() == [2, 1, 2, 2, 5]
    assert found.worst.tolist() == [4, 1, 4, 4, 5]


def test_fewer_items_than_the_top_are_all_in_it():
    assert acceptability([[0.1], [0.7]], top=3).top.tolist() == [1, 1]
    assert acceptability([[0.1]]).first.tolist() == [1]


def test_nothing_to_rank():
    found = acceptability(np.empty((0, 3)), with_ranks=True)
    assert [len(part) for part in (found.top, found.first, found.best, found.worst)] == [0, 0, 0, 0]
    assert found.ranks.shape == (0, 0)


def test_rank_shares_only_where_asked_for():
    assert acceptability([[0.5, 1], [1, 0]], draws=10).ranks is None


@pytest.mark.parametrize("matrix", [[[0.5, 1.01]], [[-0.1, 1]], [[np.nan, 1]]])
def test_values_are_normalised(matrix):
    with pytest.raises(ValueError, match="normalised"):
        acceptability(matrix)


@pytest.mark.parametrize("matrix", [[], [0.5, 1], [[], []]])
def test_a_matrix_has_criteria(matrix):
    with pytest.raises(ValueError, match="at least one criterion"):
        acceptability(matrix)


def test_the_same_every_time():
    matrix = np.random.default_rng(3).random((20, 4))
    first, second = acceptability(matrix, with_ranks=True), acceptability(matrix, with_ranks=True)
    assert np.array_equal(first.ranks, second.ranks)
    assert np.array_equal(first.worst, second.worst)


def test_many_items_in_several_steps_as_a_plain_ranking_has_them():
    """Enough for several steps; random values tie nowhere, so a double argsort ranks them as well."""
    matrix = np.random.default_rng(5).random((400, 5))
    found = acceptability(matrix, draws=400, with_ranks=True)
    weights = np.random.default_rng(SEED).dirichlet(np.ones(5), 400)
    places = np.argsort(np.argsort(-(weights @ matrix.T), axis=1), axis=1)
    ranks = np.array([np.bincount(places[:, item], minlength=400) for item in range(400)]) / 400
    assert found.ranks == pytest.approx(ranks)
    assert found.top == pytest.approx((places < 3).mean(axis=0))
    assert found.first == pytest.approx((places < 1).mean(axis=0))
    assert found.best.tolist() == (np.percentile(places, 5, axis=0, method="inverted_cdf") + 1).tolist()
    assert found.worst.tolist() == (np.percentile(places, 95, axis=0, method="inverted_cdf") + 1).tolist()


@settings(deadline=None, max_examples=60)
@given(matrices(), st.integers(0, 1_000))
def test_ranks_as_exact_arithmetic_has_them(matrix, seed):
    assert acceptability(matrix, draws=20, seed=seed, with_ranks=True).ranks == pytest.approx(slowly(matrix, 20, seed))


@settings(deadline=None)
@given(matrices(st.floats(0, 1), most=12), st.integers(1, 5))
def test_shares_add_up_in_both_directions(matrix, top):
    found = acceptability(matrix, draws=200, top=top, with_ranks=True)
    assert found.ranks.sum(axis=0) == pytest.approx(1)
    assert found.ranks.sum(axis=1) == pytest.approx(1)
    assert found.first.sum() == pytest.approx(1)
    assert found.top.sum() == pytest.approx(min(top, len(matrix)))
    assert (found.best <= found.worst).all()
    assert (found.best >= 1).all()
    assert (found.worst <= len(matrix)).all()


@settings(deadline=None)
@given(matrices(), st.randoms())
def test_the_order_of_items_is_of_no_account(matrix, chance):
    order = list(range(len(matrix)))
    chance.shuffle(order)
    before, after = (
        acceptability(matrix, draws=100, with_ranks=True),
        acceptability(matrix[order], draws=100, with_ranks=True),
    )
    assert np.array_equal(after.ranks, before.ranks[order])
    assert np.array_equal(after.first, before.first[order])
    assert np.array_equal(after.top, before.top[order])
    assert np.array_equal(after.best, before.best[order])
    assert np.array_equal(after.worst, before.worst[order])


@settings(deadline=None, max_examples=300)
@given(matrices(st.floats(0, 1)), st.data())
def test_a_dominated_item_outranks_its_dominator_in_no_draw(matrix, data):
    """A single draw at a time, by differences down to the last digit of a float."""
    item = data.draw(st.integers(0, len(matrix) - 1))
    criterion = data.draw(st.integers(0, matrix.shape[1] - 1))
    better = matrix[item].copy()
    better[criterion] = data.draw(st.sampled_from([np.nextafter(better[criterion], 2), better[criterion] + 1e-12, 1]))
    if better[criterion] <= matrix[item, criterion] or better[criterion] > 1:
        return
    found = acceptability([*matrix, better], draws=1, seed=data.draw(st.integers(0, 99)), with_ranks=True)
    ranks = np.arange(len(matrix) + 1)
    assert found.ranks[-1] @ ranks < found.ranks[item] @ ranks
    assert found.worst[-1] < found.worst[item]


def test_nor_in_one_of_many_draws_of_many_items():
    """Each of 300 items and one better by the last digit of one value: most scores are equal, the order decides."""
    numbers = np.random.default_rng(7)
    worse = numbers.random((300, 6))
    better = worse.copy()
    rows, columns = np.arange(300), numbers.integers(0, 6, 300)
    better[rows, columns] = np.nextafter(better[rows, columns], 2)
    values, place = np.unique([*worse, *better], axis=0, return_inverse=True)
    order = _order(values, numbers.dirichlet(np.ones(6), 1_000))
    ranks = np.argsort(order, axis=1)  # the higher, the better
    assert (ranks[:, place[300:]] > ranks[:, place[:300]]).all()
