"""The released table: what is counted, how it is blurred, merged and rounded, and what is left out."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from cop.surveys.release import bands, decide, merged, pooled, release, response_rate, severity


def respondents(**groups):
    """People by group; kinds are the group's first letter."""
    rows = [(person, group, group[0]) for group, people in groups.items() for person in people]
    return pd.DataFrame(rows, columns=["person", "group", "kind"])


def reasons(rows):
    """The reason by group, None where it is shown."""
    return {
        group: None if pd.isna(reason) else reason for group, reason in zip(rows["group"], rows["reason"], strict=True)
    }


def released(cohorts, belongs, questions, decided=None, seed=1, k=5):
    """`cohorts`: name → rows of answers, in the order of the questions; `belongs`: name → groups."""
    rows = [(cohort, *row) for cohort, given in cohorts.items() for row in given]
    answers = pd.DataFrame(rows, columns=["cohort", *questions])
    memberships = pd.DataFrame([(c, g) for c, groups in belongs.items() for g in groups], columns=["cohort", "group"])
    if decided is None:
        names = list(dict.fromkeys(memberships["group"]))
        decided = pd.DataFrame({"group": names, "reason": None})
    return release(answers, memberships, decided, questions, rng=np.random.default_rng(seed), k=k)


def test_groups_are_taken_by_kind_then_size_and_what_would_leave_a_few_over_is_hidden():
    decided = decide(respondents(a=range(20), u1=range(8), u2=range(8, 17), u3=range(17, 20)), ["a", "u"])
    assert decided["group"].tolist() == ["a", "u2", "u1", "u3"]
    # u3 has three; with u2 shown, u1 would tell its sum as the rest of all
    assert reasons(decided) == {"a": None, "u2": None, "u1": "difference", "u3": "few"}


def test_a_group_that_others_give_away_anyway_is_shown():
    decided = decide(respondents(a=range(20), u1=range(10), u2=range(10, 20)), ["a", "u"])
    assert set(reasons(decided).values()) == {None}


def test_overlapping_groups_that_differ_by_one_person_are_not_both_shown():
    decided = decide(respondents(a=range(30), c1=range(10), c2=range(1, 11)), ["a", "c"])
    assert reasons(decided) == {"a": None, "c1": None, "c2": "difference"}


def test_who_joined_between_two_waves_does_not_stand_out():
    past = respondents(a=range(20))
    for newcomers, reason in ((4, "difference"), (5, None)):
        decided = decide(respondents(a=range(20 + newcomers)), ["a"], past=[past])
        assert reasons(decided) == {"a": reason}


def test_many_units_over_waves_and_roles_across_them():
    """1,000 people, the rules for many: everything of a first wave is shown; units that a few joined hide in the second.

    16 joined u1, 4 joined u0, 3 joined u2: all less u1 tells of the 7 together, which is enough.
    """
    rows = [(p, g, g[0]) for p in range(1_000) for g in ("a", f"u{p // 25}", f"r{p % 3}", f"c{p % 7}")]
    first = pd.DataFrame(rows, columns=["person", "group", "kind"])
    assert decide(first, ["a", "u", "r", "c"])["reason"].isna().all()
    units = [1] * 16 + [0] * 4 + [2] * 3
    joined = [(1_000 + number, g, g[0]) for number, unit in enumerate(units) for g in ("a", f"u{unit}")]
    second = pd.concat([first[first["kind"].isin(["a", "u"])], pd.DataFrame(joined, columns=first.columns)])
    again = reasons(decide(second, ["a", "u"], past=[first]))
    assert again["a"] is again["u1"] is None
    assert again["u0"] == again["u2"] == "difference"


def test_nobody_answered():
    decided = decide(respondents(), ["a"])
    assert decided.empty


def test_the_table_names_what_it_hides_and_shows_nothing_of_it():
    decided = pd.DataFrame({"group": ["all", "small"], "reason": [None, "few"]})
    cohorts = {"x": [(3, 1.0), (3, None), (2, 0.0), (0, 1.0)], "y": [(1, None), (4, None), (4, 0.0)]}
    belongs = {"x": ["all"], "y": ["all", "small"]}
    table = released(cohorts, belongs, {"level": 5, "yes": 2}, decided).set_index(["group", "question"])
    assert table.loc[("all", "level"), ["n", "known"]].tolist() == [7, 7]
    assert table.loc[("all", "yes"), "reason"] == "few"  # four of seven knew
    assert table.loc[("all", "yes"), "n"] == 7
    assert table.loc[("all", "yes"), ["known", "mean", "counts"]].isna().all()
    for question in ("level", "yes"):
        assert table.loc[("small", question), "reason"] == "few"
        assert table.loc[("small", question), ["n", "known", "mean", "counts"]].isna().all()


def test_a_part_is_hidden_where_it_would_leave_a_few_known_answers_over():
    belongs = {"x": ["all", "unit"], "y": ["all"]}
    for others, reason in (([(1,)] * 4 + [(None,)] * 6, "difference"), ([(1,)] * 5 + [(None,)] * 5, None)):
        table = released({"x": [(2,)] * 8, "y": others}, belongs, {"q": 5})
        assert reasons(table) == {"all": None, "unit": reason}
    table = released({"x": [(2,)] * 8, "y": [(None,)] * 10}, belongs, {"q": 5})
    assert table["reason"].isna().all()  # nobody is left over


def test_overlapping_groups_are_audited_by_question_too():
    belongs = {"x": ["all", "c1"], "y": ["all", "c1", "c2"], "z": ["all", "c2"], "w": ["all"]}
    everybody = {cohort: [(1, 1)] * 6 for cohort in belongs}
    assert released(everybody, belongs, {"q": 5, "p": 5})["reason"].isna().all()
    few = everybody | {"x": [(1, 1)] * 3 + [(1, None)] * 3, "z": [(1, 1)] + [(1, None)] * 5}
    table = released(few, belongs, {"q": 5, "p": 5})
    assert table.loc[table["question"] == "q", "reason"].isna().all()
    assert reasons(table[table["question"] == "p"]) == {"all": None, "c1": None, "c2": "difference"}


def test_counts_means_and_levels_belong_together():
    rng = np.random.default_rng(3)
    levels = rng.integers(0, 5, (400, 3)).astype(float)
    table = released({"x": levels.tolist()}, {"x": ["all"]}, {"a": 5, "b": 5, "c": 5})
    for index, row in enumerate(table.itertuples()):
        exact = np.bincount(levels[:, index].astype(int), minlength=5)
        assert sum(row.counts) == row.known == 400
        assert min(row.counts) >= 0
        assert np.abs(np.array(row.counts) - exact).max() <= 12
        assert row.mean == pytest.approx(np.average(range(5), weights=row.counts), abs=0.005 + 1e-9)


def test_a_question_with_fewer_levels_has_as_many_counts():
    table = released({"x": [(1, 4)] * 20}, {"x": ["all"]}, {"yes": 2, "level": 5})
    assert table["counts"].tolist() == [(1, 19), (1, 0, 0, 0, 19)]
    assert table["mean"].tolist() == [0.95, 3.8]


def test_the_blur_follows_its_law():
    """40 of 80 said yes to each of 20,000 questions: 0 in 60 %, each further step a quarter as often."""
    many = 20_000
    answers = np.vstack([np.ones((40, many)), np.zeros((40, many))])
    table = released({"x": answers.tolist()}, {"x": ["all"]}, {f"q{number}": 2 for number in range(many)})
    steps = Counter(counts[1] - 40 for counts in table["counts"])
    for step in range(-3, 4):
        chance = 0.6 * 0.25 ** abs(step)
        assert abs(steps[step] - many * chance) < 5 * (many * chance * (1 - chance)) ** 0.5, step
    assert min(steps) < -3 < 3 < max(steps)


def test_a_part_with_one_known_answer_too_few_is_examined():
    """All less c2 would speak of the four in x alone, since nobody in w knew."""
    belongs = {"x": ["all", "c1"], "y": ["all", "c1", "c2"], "z": ["all", "c2"], "w": ["all"]}
    for in_x, reason in ((4, "difference"), (5, None)):
        given = {"x": [(1,)] * in_x, "y": [(1,)] * 6, "z": [(1,)] * 6, "w": [(None,)] * 6}
        assert reasons(released(given, belongs, {"q": 5})) == {"all": None, "c1": None, "c2": reason}


def test_the_same_people_under_two_names_get_the_same_figures():
    levels = np.random.default_rng(1).integers(0, 5, (60, 30)).astype(float).tolist()
    questions = {f"q{number}": 5 for number in range(30)}
    belongs = {"x": ["all", "again", "part"], "y": ["all", "again"]}
    table = released({"x": levels[:30], "y": levels[30:]}, belongs, questions)
    by_group = {name: rows["counts"].tolist() for name, rows in table.groupby("group")}
    assert by_group["all"] == by_group["again"] != by_group["part"]


def test_the_outermost_counts_become_one():
    counts = np.arange(-2, 14)
    assert merged(counts, np.full(16, 11)).tolist() == [1] * 5 + [3, 4, 5, 6, 7, 8] + [10] * 5
    assert merged(np.arange(6), np.full(6, 5)).tolist() == [1, 1, 1, 4, 4, 4]
    assert bands((1, 6, 0, 4, 0)) == [(0, 2), (6, 6), (0, 2), (4, 4), (0, 2)]
    assert bands((1, 10)) == [(0, 2), (9, 11)]
    assert bands((1, 4)) == [(0, 2), (3, 5)]


def test_everybody_alike_never_shows_as_everybody():
    for level in range(5):
        table = released({"x": [(level,)] * 9}, {"x": ["all"]}, {"q": 5})
        assert bands(table["counts"][0])[level] in {(7, 9), (6, 6), (5, 5), (4, 4)}  # the blur may take a few off
        assert 0 < table["mean"][0] < 4


def test_severity_by_hand():
    assert severity((1, 1, 1, 1, 1), 3) == 0.4  # gaps 3 + 2 + 1 of 15
    assert severity((0, 0, 0, 2, 8), 3) == 0
    assert severity((10, 0, 0, 0, 0), 4) == 1
    assert severity((3, 0, 0, 4, 0), 3) == 0.45  # 9 of 21 is .43
    assert severity((3, 3), 0) is None


def test_an_answer_that_is_no_level_is_refused():
    for wrong in (5, -1, 1.5):
        with pytest.raises(ValueError, match="none of its question's levels"):
            released({"x": [(wrong,)] * 9}, {"x": ["all"]}, {"q": 5})
    with pytest.raises(ValueError, match="none of its question's levels"):
        released({"x": [(2, 2)] * 9}, {"x": ["all"]}, {"yes": 2, "level": 5})


def test_a_response_rate_needs_a_headcount_of_ten():
    assert response_rate(7, 9) is None
    assert response_rate(7, 10) == 0.7
    assert response_rate(2, 3_000) == 0


def test_comments_come_together_from_ten_on_in_random_order():
    texts = [f" comment {number}" for number in range(12)]
    rng = np.random.default_rng(1)
    assert pooled([*texts[:9], " ", ""], rng) == []
    shown = pooled(texts, rng)
    assert sorted(shown) == sorted(text.strip() for text in texts)
    assert shown != [text.strip() for text in texts]
