"""Scores of funnel items, against tables worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.funnel.scoring import (
    CONFIDENCES,
    IMPACTS,
    WSJF_VALUES,
    Combined,
    Criterion,
    combine,
    missing,
    rice,
    shares,
    weighted_score,
    wsjf,
)

VALUE = Criterion(1, "Value", 0.5, 1, 5)
URGENCY = Criterion(2, "Urgency", 0.3, 1, 5)
EFFORT = Criterion(3, "Effort", 0.2, 1, 5, cost=True)
CRITERIA = (VALUE, URGENCY, EFFORT)

weights = st.lists(st.floats(0, 100), min_size=3, max_size=3).filter(lambda found: sum(found) > 1e-3)
assessed = st.fixed_dictionaries({key: st.floats(1, 5) for key in (1, 2, 3)})


def weighing(found: list[float]) -> list[Criterion]:
    return [Criterion(key, f"criterion {key}", weight, 1, 5, key == 3) for key, weight in enumerate(found, 1)]


@pytest.mark.parametrize(
    ("values", "points"),
    [
        ((4, 2, 5), (37.5, 7.5, 0)),  # 100 × (.5·.75 + .3·.25 + .2·0) = 45
        ((5, 5, 1), (50, 30, 20)),
        ((1, 1, 5), (0, 0, 0)),
        ((3, 3, 3), (25, 15, 10)),
        ((2.5, 1, 4), (18.75, 0, 5)),
    ],
)
def test_a_score_and_its_parts_by_hand(values, points):
    score = weighted_score(dict(zip((1, 2, 3), values, strict=True)), CRITERIA)
    assert [part.points for part in score.points] == pytest.approx(points)
    assert score.total == pytest.approx(sum(points))
    assert [part.most for part in score.points] == pytest.approx([50, 30, 20])
    assert [part.value for part in score.points] == list(values)
    assert [part.criterion for part in score.points] == list(CRITERIA)


def test_weights_count_by_their_share():
    tenfold = [Criterion(c.key, c.name, c.weight * 70, c.low, c.high, c.cost) for c in CRITERIA]
    assert shares(tenfold) == pytest.approx({1: 0.5, 2: 0.3, 3: 0.2})
    assert weighted_score({1: 4, 2: 2, 3: 5}, tenfold).total == pytest.approx(45)


def test_scales_of_other_lengths():
    criteria = [Criterion(1, "Reach", 1, 0, 200), Criterion(2, "Euros", 3, -50, 50, cost=True)]
    assert weighted_score({1: 50, 2: -25}, criteria).total == pytest.approx(100 * (0.25 * 0.25 + 0.75 * 0.75))


def test_without_a_value_that_counts_there_is_no_score():
    assert weighted_score({1: 4, 3: 5}, CRITERIA) is None
    assert missing({1: 4, 3: 5}, CRITERIA) == (URGENCY,)
    assert missing({}, CRITERIA) == CRITERIA
    assert missing({1: 4, 2: 2, 3: 5}, CRITERIA) == ()


def test_a_criterion_without_weight_asks_for_nothing_and_gives_nothing():
    silent = Criterion(9, "Fun", 0, 1, 5)
    assert missing({1: 4, 2: 2, 3: 5}, (*CRITERIA, silent)) == ()
    without = weighted_score({1: 4, 2: 2, 3: 5}, (*CRITERIA, silent))
    assert without.total == pytest.approx(45)
    assert len(without.points) == 3
    shown = weighted_score({1: 4, 2: 2, 3: 5, 9: 5}, (*CRITERIA, silent)).points[-1]
    assert (shown.normalised, shown.points, shown.most) == (1, 0, 0)


def test_values_of_no_criterion_are_ignored():
    assert weighted_score({1: 4, 2: 2, 3: 5, 77: 1_000}, CRITERIA).total == pytest.approx(45)


@pytest.mark.parametrize("value", [0.99, 5.01, math.nan, math.inf])
def test_a_value_outside_its_scale_is_refused(value):
    with pytest.raises(ValueError, match=r"Value: .* is not on the scale from 1 to 5"):
        weighted_score({1: value, 2: 2, 3: 5}, CRITERIA)


@pytest.mark.parametrize("weight", [-0.1, math.nan, math.inf])
def test_a_weight_is_0_or_more(weight):
    with pytest.raises(ValueError, match="Value: a weight is 0 or more"):
        Criterion(1, "Value", weight, 1, 5)


@pytest.mark.parametrize(("low", "high"), [(1, 1), (5, 1), (math.nan, 5), (1, math.inf)])
def test_a_scale_goes_up(low, high):
    with pytest.raises(ValueError, match="Value: a scale ends above where it starts"):
        Criterion(1, "Value", 1, low, high)


@pytest.mark.parametrize("criteria", [[], [Criterion(1, "Value", 0, 1, 5)]])
def test_something_must_weigh(criteria):
    with pytest.raises(ValueError, match="weight above 0"):
        weighted_score({1: 3}, criteria)


def test_a_criterion_stands_there_once():
    with pytest.raises(ValueError, match="twice"):
        shares([VALUE, VALUE])


@given(weights, assessed)
def test_a_score_lies_between_0_and_100_and_its_parts_add_up(found, values):
    score = weighted_score(values, weighing(found))
    assert -1e-9 <= score.total <= 100 + 1e-9
    assert math.fsum(part.points for part in score.points) == pytest.approx(score.total)
    assert math.fsum(part.most for part in score.points) == pytest.approx(100)
    assert all(-1e-9 <= part.points <= part.most + 1e-9 for part in score.points)


@given(weights, st.lists(assessed, min_size=1, max_size=6), assessed)
def test_another_item_changes_no_score(found, items, another):
    criteria = weighing(found)
    before = [weighted_score(item, criteria) for item in items]
    after = [weighted_score(item, criteria) for item in [*items, another]]
    assert after[:-1] == before


@given(weights, assessed, assessed)
def test_a_dominated_item_never_scores_more(found, first, second):
    better = {key: (min if key == 3 else max)(first[key], second[key]) for key in first}
    criteria = weighing(found)
    assert weighted_score(better, criteria).total >= weighted_score(first, criteria).total - 1e-9


def test_several_assessors_by_hand():
    found = combine([{1: 1, 2: 4}, {1: 3, 2: 4}, {1: 5, 3: 2}])
    assert found == {
        1: Combined(mean=3, sd=2, n=3, disagree=True),
        2: Combined(mean=4, sd=0, n=2, disagree=False),
        3: Combined(mean=2, sd=None, n=1, disagree=False),
    }


@pytest.mark.parametrize(
    ("values", "sd", "disagree"),
    [
        ((1, 5), 8**0.5, False),  # two are too few to speak of disagreement
        ((2, 3, 4), 1, False),  # exactly one point isn't above one
        ((1,) * 8 + (4,), 1, False),  # nor here, where the mean is no round number: Σ(v − 4/3)² = 8
        ((2, 3, 4.1), 1.0504, True),
        ((1, 1, 3), (4 / 3) ** 0.5, True),
        ((4, 4, 4), 0, False),
    ],
)
def test_disagreement(values, sd, disagree):
    found = combine([{1: value} for value in values])[1]
    assert found.sd == pytest.approx(sd, abs=1e-3)
    assert found.disagree is disagree
    assert found.n == len(values)


def test_nobody_has_assessed():
    assert combine([]) == {}
    assert combine([{}, {}]) == {}


@given(st.lists(st.floats(0.1, 0.7), min_size=1, max_size=9), st.randoms())
def test_a_mean_stays_on_the_scale_whoever_comes_first(values, chance):
    found = combine([{1: value} for value in values])[1]
    assert min(values) <= found.mean <= max(values)
    chance.shuffle(values)
    assert combine([{1: value} for value in values])[1] == found


def test_rice_by_hand():
    assert rice(reach=2000, impact=2, confidence=0.8, effort=4) == 800
    assert rice(reach=30, impact=0.25, confidence=0.5, effort=0.5) == 7.5
    assert rice(reach=0, impact=3, confidence=1, effort=12) == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reach": -1}, "Reach is a number of people, 0 or more."),
        ({"reach": math.nan}, "Reach is a number of people, 0 or more."),
        ({"impact": 4}, "Impact is one of 3, 2, 1, 0.5, 0.25."),
        ({"confidence": 0.9}, "Confidence is one of 1, 0.8, 0.5."),
        ({"effort": 0.4}, "Effort is in person-months, at least 0.5."),
        ({"effort": 0}, "Effort is in person-months, at least 0.5."),
        ({"effort": math.inf}, "Effort is in person-months, at least 0.5."),
    ],
)
def test_rice_refuses_what_is_not_allowed(change, sentence):
    with pytest.raises(ValueError, match="^" + sentence.replace(".", r"\.") + "$"):
        rice(**{"reach": 2000, "impact": 2, "confidence": 0.8, "effort": 4} | change)


def test_rice_takes_all_that_is_allowed():
    found = [rice(reach=1, impact=i, confidence=c, effort=1) for i in IMPACTS for c in CONFIDENCES]
    assert found == pytest.approx([3, 2.4, 1.5, 2, 1.6, 1, 1, 0.8, 0.5, 0.5, 0.4, 0.25, 0.25, 0.2, 0.125])


def test_wsjf_by_hand():
    assert wsjf(business_value=8, time_criticality=5, risk_reduction=3, job_size=5) == 3.2
    assert wsjf(business_value=1, time_criticality=1, risk_reduction=1, job_size=20) == 0.15
    assert WSJF_VALUES == (1, 2, 3, 5, 8, 13, 20)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("business_value", "Business value"),
        ("time_criticality", "Time criticality"),
        ("risk_reduction", "Risk reduction"),
        ("job_size", "Job size"),
    ],
)
@pytest.mark.parametrize("value", [0, 4, 21, -1])
def test_wsjf_refuses_what_is_not_allowed(field, name, value):
    given_values = {"business_value": 8, "time_criticality": 5, "risk_reduction": 3, "job_size": 5}
    with pytest.raises(ValueError, match=f"^{name} is one of 1, 2, 3, 5, 8, 13, 20"):
        wsjf(**given_values | {field: value})
