"""P1, P2, P3 and P5 of anonymous surveys: the attacker of `attacker` against what the engine would publish."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cop.surveys import layers
from cop.surveys.audit import nested, nesting, publishable
from cop.surveys.release import decide, release
from tests.unit.surveys import attacker

K = 5
KINDS = ("all", "unit", "role", "community")


@st.composite
def organisations(draw, least=10, most=14):
    """Per person: team (two to a unit), role and communities, as (group, kind); everybody is in "all"."""
    people = draw(st.integers(least, most))
    found = []
    for _ in range(people):
        team = draw(st.integers(0, 3))
        groups = [("all", "all"), (f"unit {team // 2}", "unit"), (f"team {team}", "unit")]
        groups.append((f"role {draw(st.integers(0, 1))}", "role"))
        groups.extend((f"community {name}", "community") for name in draw(st.sets(st.integers(0, 2))))
        found.append(groups)
    return found


def frame(organisation, answered):
    rows = [(person, *group) for person in sorted(answered) for group in organisation[person]]
    return pd.DataFrame(rows, columns=["person", "group", "kind"])


def rows_of(published, people):
    """Every published group of a wave as 0 and 1 by person."""
    return [[int(i in set(of)) for i in range(people)] for _, of in published.groupby("group")["person"]]


def publish(organisation, waves, k=K):
    """What each wave publishes, each audited with those before."""
    past = []
    for answered in waves:
        respondents = frame(organisation, answered)
        decided = decide(respondents, KINDS, k=k, past=past)
        kept = decided.loc[decided["reason"].isna(), "group"]
        past.append(respondents[respondents["group"].isin(kept)])
    return past


@settings(max_examples=30, deadline=None)
@given(data=st.data(), organisation=organisations())
def test_no_combination_of_groups_and_waves_speaks_about_a_few(data, organisation):
    """P1 and P2, all groups of all waves together: whoever colludes reads the same tables."""
    everybody = set(range(len(organisation)))
    waves = [everybody - data.draw(st.sets(st.sampled_from(sorted(everybody)), max_size=5)) for _ in range(3)]
    waves = [wave for wave in waves if len(wave) >= K]
    rows = [row for wave in publish(organisation, waves) for row in rows_of(wave, len(organisation))]
    assert rows  # at least everybody together
    assert attacker.combinations_of_few(rows, len(organisation), K) == []
    assert attacker.sums_of_few(rows, len(organisation), K) == []


@settings(max_examples=15, deadline=None)
@given(organisation=organisations(least=13), left=st.integers(0, 12))
def test_a_raised_k_holds_as_well(organisation, left):
    waves = [set(range(len(organisation))), set(range(len(organisation))) - {left}]
    rows = [row for wave in publish(organisation, waves, k=7) for row in rows_of(wave, len(organisation))]
    assert attacker.combinations_of_few(rows, len(organisation), 7) == []


def flags(rows):
    """Groups as rows over classes, and how many people are in each class."""
    columns, counts = np.unique(np.array(rows, bool), axis=1, return_counts=True)
    return columns, counts


@settings(max_examples=30, deadline=None)
@given(data=st.data(), organisation=organisations())
def test_the_audit_of_many_people_is_as_safe(data, organisation):
    """The rules for large organisations, put to small ones, where everything can be tried."""
    people = len(organisation)
    answered = [set(range(people)) - data.draw(st.sets(st.integers(0, people - 1), max_size=5)) for _ in range(3)]
    past, rows = [], []
    for wave in answered:
        respondents = frame(organisation, wave)
        order = respondents.groupby(["kind", "group"]).size().reset_index(name="n")
        order = order.assign(rank=order["kind"].map(KINDS.index)).sort_values(["rank", "n"], ascending=[True, False])
        groups = [
            [int(i in set(respondents.loc[respondents["group"] == name, "person"])) for i in range(people)]
            for name in order["group"]
        ]
        stacked = np.array([*groups, *itertools.chain(*past)], bool)
        kept = layers.publishable(stacked[: len(groups)], np.ones(people, np.int64), K, split(stacked, groups, past))
        past.append([group for group, keep in zip(groups, kept, strict=True) if keep])
        rows.extend(past[-1])
    assert attacker.combinations_of_few(rows, people, K) == []


def split(stacked, groups, past):
    starts = np.cumsum([len(groups), *map(len, past)])
    return [stacked[start : start + len(wave)] for start, wave in zip(starts, past, strict=False)]


@settings(max_examples=40, deadline=None)
@given(organisation=organisations(least=12, most=30))
def test_what_nested_groups_keep_is_what_the_search_keeps(organisation):
    """Two ways to the same answer; the second is told apart by a past that says nothing."""
    tree = [[group for group in groups if group[1] in {"all", "unit"}] for groups in organisation]
    respondents = frame(tree, range(len(tree)))
    sizes = respondents.groupby("group").size().sort_values(ascending=False, kind="stable")
    rows = [
        [int((name, "all") in tree[i] or (name, "unit") in tree[i]) for i in range(len(tree))] for name in sizes.index
    ]
    columns, weights = flags(rows)
    around = nesting(columns)
    if around is None:  # two groups of the same size in the wrong order
        return
    by_parts = nested(columns.astype(np.int64) @ weights[:, None], around, K)[:, 0]
    searched = publishable(columns, weights, K, [np.zeros((1, len(weights)), bool)])
    assert by_parts.tolist() == searched.tolist()


def answers_of(organisation, answered, levels):
    """The stored answers and the groups of each cohort, cohorts being people who are in the same groups."""
    names = {person: "|".join(sorted(name for name, _ in organisation[person])) for person in answered}
    answers = pd.DataFrame({"cohort": [names[person] for person in sorted(answered)], "q": levels})
    belongs = {(cohort, name) for person, cohort in names.items() for name, _ in organisation[person]}
    return answers, pd.DataFrame(sorted(belongs), columns=["cohort", "group"])


def table_of(organisation, answered, levels, seed=0, count=2):
    respondents = frame(organisation, answered)
    answers, memberships = answers_of(organisation, answered, levels)
    decided = decide(respondents, KINDS)
    return release(answers, memberships, decided, {"q": count}, rng=np.random.default_rng(seed)), respondents


@settings(max_examples=30, deadline=None)
@given(data=st.data(), organisation=organisations())
def test_what_is_shown_of_a_question_never_speaks_about_a_few_known_answers(data, organisation):
    """P2 for somebody who knows who said "don't know"."""
    people = len(organisation)
    unknown = data.draw(st.sets(st.integers(0, people - 1), max_size=6))
    levels = [None if person in unknown else person % 2 for person in range(people)]
    table, respondents = table_of(organisation, range(people), levels)
    shown = table.loc[table["reason"].isna(), "group"]
    rows = rows_of(respondents[respondents["group"].isin(shown) & ~respondents["person"].isin(unknown)], people)
    assert attacker.combinations_of_few(rows, people, K) == []
    assert (table["known"].dropna() >= K).all()


@settings(max_examples=30, deadline=None)
@given(data=st.data(), organisation=organisations())
def test_levels_never_decide_what_is_shown(data, organisation):
    """P5: other levels, the same known answers: the same cells with the same reasons."""
    people = len(organisation)
    unknown = data.draw(st.sets(st.integers(0, people - 1), max_size=4))
    tables = []
    for seed in (1, 2):
        levels = data.draw(st.lists(st.integers(0, 4), min_size=people, max_size=people))
        given_levels = [None if person in unknown else level for person, level in enumerate(levels)]
        table, _ = table_of(organisation, range(people), given_levels, seed=seed, count=5)
        tables.append(table[["group", "question", "n", "known", "reason"]])
    pd.testing.assert_frame_equal(*tables)


@settings(max_examples=15, deadline=None)
@given(data=st.data(), organisation=organisations(least=10, most=11), seed=st.integers(0, 2**32))
def test_no_count_of_a_few_is_certain_even_for_an_insider(data, organisation, seed):
    """P3, by every world that there could be, over two waves in which everybody answers the same.

    A person is in a few published groups; each makes another answer of theirs at most four times less likely (yes or no).
    """
    people = len(organisation)
    truth = data.draw(st.lists(st.integers(0, 1), min_size=people, max_size=people))
    away = data.draw(st.sets(st.integers(0, people - 1), max_size=2))
    insider = data.draw(st.integers(0, people - 1))
    worlds = attacker.worlds(people)
    worlds = worlds[worlds[:, insider] == truth[insider]]
    chances, cells, past = np.ones(len(worlds)), np.zeros(people, int), []
    for number, answered in enumerate([range(people), [i for i in range(people) if i not in away]]):
        respondents = frame(organisation, answered)
        decided = decide(respondents, KINDS, past=past)
        answers, memberships = answers_of(organisation, answered, [truth[i] for i in answered])
        table = release(answers, memberships, decided, {"q": 2}, rng=np.random.default_rng(seed + number))
        different = {}
        for row in table[table["reason"].isna()].itertuples():
            members = tuple(sorted(respondents.loc[respondents["group"] == row.group, "person"]))
            different[members] = (row.counts[1], int(row.known))
        for members, (released, known) in different.items():
            cells[list(members)] += 1
            by_count = [float(attacker.likelihood(released, exact, known)) for exact in range(known + 1)]
            chances *= np.array(by_count)[worlds[:, list(members)].sum(1)]
        past.append(respondents[respondents["group"].isin(table.loc[table["reason"].isna(), "group"])])
    at_truth = chances[(worlds == truth).all(1)][0]
    assert at_truth > 0
    assert attacker.determined(worlds[chances > 0], K, insider) == []
    for chosen in attacker.few(people, K):
        if insider not in chosen:
            counts = worlds[:, chosen].sum(1)
            other = chances[counts != sum(truth[i] for i in chosen)].max()
            assert other >= at_truth / 4 ** cells[list(chosen)].max() * (1 - 1e-9)


def test_merging_the_outermost_counts_alone_would_not_do():
    """Why counts are blurred: 3 of 10 and, of five of these, 3 or more, say that nobody of the other five did."""
    worlds = attacker.worlds(10)
    inside = worlds[:, :5].sum(1)
    possible = worlds[(worlds.sum(1) == 3) & (inside >= 3)]
    assert len(attacker.determined(possible, K, without=9)) == len(list(attacker.few(4, K)))


@pytest.mark.parametrize("k", [4, 0, -1])
def test_k_is_never_lowered(k):
    organisation = [[("all", "all")]] * 10
    respondents = frame(organisation, range(10))
    with pytest.raises(ValueError, match="smaller than 5"):
        decide(respondents, KINDS, k=k)
    answers, memberships = answers_of(organisation, range(10), [1] * 10)
    with pytest.raises(ValueError, match="smaller than 5"):
        release(answers, memberships, decide(respondents, KINDS), {"q": 2}, rng=np.random.default_rng(1), k=k)
