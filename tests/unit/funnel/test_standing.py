"""How items stand among each other, worked out by hand with the criteria an installation begins with."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.choices import CriterionSource
from cop.funnel.scoring import Criterion
from cop.funnel.standing import Candidate, Rules, ranked, valued

TODAY = date(2026, 6, 15)
VALUE, FIT, URGENCY, EFFORT = 1, 2, 3, 4
RULES = Rules(
    criteria=(
        Criterion(VALUE, "Value", 0.4, 1, 5),
        Criterion(FIT, "Strategic fit", 0.2, 1, 5),
        Criterion(URGENCY, "Urgency", 0.2, 1, 5),
        Criterion(EFFORT, "Effort", 0.2, 1, 5, cost=True),
    ),
    sources={
        VALUE: CriterionSource.ASSESSED,
        FIT: CriterionSource.THEMES,
        URGENCY: CriterionSource.DEADLINE,
        EFFORT: CriterionSource.ASSESSED,
    },
    themes={1: 3.0, 2: 1.0},
    today=TODAY,
)


def marks(value, effort):
    return {VALUE: value, EFFORT: effort}


def test_a_score_from_three_sources():
    """Value (4 + 5 + 3)/3 = 4 → .75; fit 3 of 4 → .75; 90 days left → .5; effort 2 → .75 for a cost."""
    item = Candidate(
        1, deadline=date(2026, 9, 13), themes=frozenset({1}), marks=(marks(4, 2), marks(5, 2), marks(3, 2))
    )
    found = valued(item, RULES)
    assert found.values == {VALUE: 4, FIT: 4, URGENCY: 3, EFFORT: 2}
    assert [part.points for part in found.score.points] == pytest.approx([30, 15, 10, 15])
    assert found.score.total == pytest.approx(70)
    assert (found.missing, found.disagree) == ((), False)


def test_disagreement_is_flagged():
    """1, 5, 5 spread by 2.3 points."""
    assert valued(Candidate(1, marks=(marks(1, 2), marks(5, 2), marks(5, 2))), RULES).disagree


def test_without_marks_there_is_no_score():
    found = valued(Candidate(1), RULES)
    assert (found.score, found.missing) == (None, ("Value", "Effort"))


def test_urgency_by_hand_comes_before_the_deadline():
    item = Candidate(1, deadline=TODAY, urgency=0.25, marks=(marks(3, 3),))
    assert valued(item, RULES).values[URGENCY] == 2


def test_without_deadline_or_themes_it_is_at_the_low_end():
    assert valued(Candidate(1, marks=(marks(3, 3),)), RULES).values == {VALUE: 3, FIT: 1, URGENCY: 1, EFFORT: 3}
    nothing = Rules(RULES.criteria, RULES.sources, {}, TODAY)
    assert valued(Candidate(1, themes=frozenset({1}), marks=(marks(3, 3),)), nothing).values[FIT] == 1


def test_themes_that_ended_give_nothing():
    assert valued(Candidate(1, themes=frozenset({2, 9}), marks=(marks(3, 3),)), RULES).values[FIT] == 2


def test_ranks_equal_scores_alike_and_leaves_out_what_has_none():
    found = ranked(
        [
            Candidate(1, marks=(marks(5, 1),)),
            Candidate(2, marks=(marks(3, 3),)),
            Candidate(3, marks=(marks(3, 3), marks(3, 3))),
            Candidate(4),
            Candidate(5, marks=(marks(1, 5),)),
        ],
        RULES,
    )
    assert {key: one.rank for key, one in found.items()} == {1: 1, 2: 2, 3: 2, 4: None, 5: 4}
    assert (found[1].top, found[1].best, found[1].worst) == (1.0, 1, 1)
    assert (found[5].top, found[5].best) == (0.0, 4)  # best nowhere under any weights
    assert found[4].top is None


def test_a_criterion_without_weight_has_no_part_in_the_robustness():
    """Item 1 wins on the only criterion that counts; the other one would turn it round half of the time."""
    rules = Rules(
        (Criterion(VALUE, "Value", 1, 1, 5), Criterion(EFFORT, "Effort", 0, 1, 5, cost=True)),
        RULES.sources, {}, TODAY,
    )  # fmt: skip
    found = ranked([Candidate(1, marks=(marks(5, 5),)), Candidate(2, marks=(marks(1, 1),))], rules)
    assert (found[1].best, found[1].worst, found[2].best) == (1, 1, 2)


def eight(votes):
    """Eight items, from the best to the worst by score."""
    levels = [(5, 1), (5, 2), (4, 2), (4, 3), (3, 3), (3, 4), (2, 4), (1, 5)]
    return [Candidate(key, marks=(marks(*level),), votes=votes.get(key, 0)) for key, level in enumerate(levels, 1)]


def test_votes_that_contradict_are_told():
    """The first quarter is two items; 7 and 3 lead by votes, and only 7 stands in the lower half."""
    found = ranked(eight({7: 9, 3: 5, 4: 1}), RULES)
    assert {key: one.votes_say for key, one in found.items() if one.votes_say} == {7: "higher"}
    few = ranked(eight({7: 2}), RULES)
    assert not any(one.votes_say for one in few.values())
    # The median has 3 votes, so none for the best item says something; 5 shares the first place by votes.
    busy = ranked(eight({2: 4, 3: 4, 4: 4, 5: 4, 6: 3}), RULES)
    assert {key: one.votes_say for key, one in busy.items() if one.votes_say} == {1: "lower", 5: "higher"}


level = st.integers(1, 5)
items = st.lists(st.tuples(level, level, st.integers(0, 200)), min_size=1, max_size=6)


@given(items, st.tuples(level, level, st.integers(0, 200)))
def test_another_item_changes_no_score(known, another):
    def candidates(rows):
        return [
            Candidate(key, deadline=TODAY.replace(year=2026 + days // 180), marks=(marks(value, effort),))
            for key, (value, effort, days) in enumerate(rows)
        ]

    before, after = ranked(candidates(known), RULES), ranked(candidates([*known, another]), RULES)
    for key in before:
        assert after[key].score == before[key].score


@given(items)
def test_ranks_follow_the_scores(rows):
    found = ranked([Candidate(key, marks=(marks(v, e),)) for key, (v, e, _d) in enumerate(rows)], RULES)
    for one in found.values():
        better = sum(other.score.total > one.score.total + 1e-9 for other in found.values())
        assert one.rank == better + 1
        assert one.best <= one.worst
