"""Which communities fit somebody's gaps, and why."""

from hypothesis import given
from hypothesis import strategies as st

from cop.skills.fit import Fit, Lack, fitting, reason

LACKS = {1: Lack("SQL", 2, wanted=False), 2: Lack("Cloud", 1, wanted=True), 3: Lack("Python", 0, wanted=True)}


def test_by_hand():
    """7 serves SQL and Cloud (2 + 1 + 1), 8 only Python (1), 9 nothing that is missing; 6 is as good as 8."""
    found = fitting(LACKS, {9: {4}, 8: {3}, 7: {1, 2, 4}, 6: [3, 3]})
    assert found == (
        Fit(7, (("SQL", 2), ("Cloud", 1)), ()),
        Fit(6, (), ("Python",)),
        Fit(8, (), ("Python",)),
    )
    assert [reason(fit) for fit in found[:2]] == [
        "Serves SQL (2 levels to go) and Cloud (1 level to go)",
        "Serves Python (you want to learn it)",
    ]
    assert reason(Fit(1, (("A", 3), ("B", 1)), ("C",))) == (
        "Serves A (3 levels to go), B (1 level to go) and C (you want to learn it)"
    )


def test_without_gaps_nothing_fits():
    assert fitting({1: Lack("SQL", 0, wanted=False)}, {7: {1}}) == ()
    assert fitting({}, {7: {1}}) == ()
    assert fitting(LACKS, {}) == ()


@given(
    st.dictionaries(st.integers(1, 9), st.builds(Lack, st.text(max_size=3), st.integers(0, 4), st.booleans())),
    st.dictionaries(st.integers(1, 9), st.sets(st.integers(1, 12))),
)
def test_every_community_named_serves_something_lacking_and_no_other(lacks, served):
    useful = {key for key, lack in lacks.items() if lack.gap or lack.wanted}
    found = fitting(lacks, served)
    assert {fit.community_id for fit in found} == {key for key, skills in served.items() if skills & useful}
    assert all(reason(fit) for fit in found)
