"""The frozen table of an anonymous survey: who is shown, with which figures, rounded how. Pure.

**What the attacker is taken to know**: every table of every wave, these rules, who answered in which wave, who belongs
to which group, who said "don't know" to which question, and one person's answer (their own). What stays unknown is who
gave which level.

*Which groups* (`decide`) follows from memberships alone, of all waves together: somebody who answers the same again must
not stand out because somebody else came or went. *Which questions of a group* (`release`) follows from the known answers
alone: a group's mean and that of a part of it tell the mean of the rest, so the rest, too, needs k known answers or none.
Levels never decide what is shown.

*The figures* are made of counts "at least this level". Two groups may both be far from the ends while their difference
isn't ("8 of 20" and, of ten of these, "8" says nobody among the others), and whether it is depends on the answers; so a
rule for single figures can't help. The people counted at each level are therefore blurred by random steps that sum to
zero (`cop.surveys.blur`: no number is impossible, so no count is ever certain), then the three outermost counts at either
end become one. Mean, severity and shares are worked out from these counts and from nothing else. Groups of exactly the
same people share the blur, and a table is made once: a second one of the same answers would average it away.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cop.surveys import blur
from cop.surveys.audit import Reason, checked, nested, nesting, publishable
from cop.surveys.rowspace import Flags, Ints

OUTERMOST = 2
"""0…2 and n-2…n are one count each."""
LEAST_COMMENTS = 10
LEAST_HEADCOUNT = 10


def decide(
    respondents: pd.DataFrame, kinds: Sequence[str], *, k: int = 5, past: Sequence[pd.DataFrame] = ()
) -> pd.DataFrame:
    """Which groups of a wave may be published: group, kind, n, reason (missing where it may).

    `respondents`: person, group, kind, a row for each group of everybody who answered. `kinds`: in which order they are
    taken in; of one kind, larger groups first. `past`: person, group of what earlier waves of the same people published.
    Raises ValueError where k is below 5.
    """
    checked(k)
    sizes = respondents.groupby(["kind", "group"], sort=False)["person"].nunique().rename("n").reset_index()
    sizes["rank"] = sizes["kind"].map({kind: rank for rank, kind in enumerate(kinds)})
    sizes = sizes.sort_values(["rank", "n", "group"], ascending=[True, False, True], ignore_index=True)
    people = np.unique(np.concatenate([frame["person"].to_numpy() for frame in (respondents, *past)]))
    flags = [_flags(frame, people, "person") for frame in past]
    now = _flags(respondents, people, "person", sizes["group"])
    classes, weights = _classes(np.vstack([now, *flags]))
    starts = np.cumsum([len(now), *map(len, flags)])
    found, *before = np.split(classes, starts[:-1])
    kept = publishable(found, weights, k, before)
    sizes["reason"] = _reasons(kept, sizes["n"].to_numpy() < k)
    return sizes[["group", "kind", "n", "reason"]]


def _flags(frame: pd.DataFrame, columns: NDArray[Any], of: str, groups: Iterable[str] | None = None) -> Flags:
    """A row per group, a column per person (or cohort): who belongs to it."""
    names = pd.Index(frame["group"].unique() if groups is None else groups)
    flags = np.zeros((len(names), len(columns)), bool)
    flags[names.get_indexer(pd.Index(frame["group"])), np.searchsorted(columns, frame[of].to_numpy())] = True
    return flags


def _classes(flags: Flags) -> tuple[Flags, Ints]:
    """The different columns, with how often each is there."""
    packed = np.ascontiguousarray(np.packbits(flags, axis=0).T)
    _, first, counts = np.unique(packed.view(f"V{packed.shape[1]}").ravel(), return_index=True, return_counts=True)
    return flags[:, first], counts.astype(np.int64)


def _reasons(kept: Flags, few: Flags) -> NDArray[Any]:
    reasons = np.where(few, Reason.FEW.value, Reason.DIFFERENCE.value).astype(object)
    reasons[kept] = None
    return reasons


def release(
    answers: pd.DataFrame,
    memberships: pd.DataFrame,
    decided: pd.DataFrame,
    questions: Mapping[str, int],
    *,
    rng: np.random.Generator,
    k: int = 5,
) -> pd.DataFrame:
    """The table that everybody reads: a row per group and question, also where nothing is shown.

    `answers`: cohort and a column per question, 0…levels-1, missing for "don't know". `memberships`: cohort, group.
    `decided`: of `decide`. `questions`: how many levels each has.
    Returns group, question, n (answers of the group), known, mean, counts (people by level, all four missing where
    hidden) and reason. Raises ValueError where k is below 5 or an answer is none of the question's levels.
    """
    checked(k)
    cohorts = np.unique(answers["cohort"].to_numpy())
    memberships = memberships[memberships["cohort"].isin(cohorts)]
    shown = decided.loc[decided["reason"].isna(), "group"].tolist()
    groups = _flags(memberships[memberships["group"].isin(shown)], cohorts, "cohort", shown)
    by_level = _count(answers, cohorts, questions)
    known = by_level.sum(2)
    visible = _visible(groups, known, k)
    sizes = groups @ np.bincount(np.searchsorted(cohorts, answers["cohort"].to_numpy()), minlength=len(cohorts))
    counts = _blurred(groups, by_level, list(questions.values()), rng)
    return _table(decided, shown, questions, sizes, groups.astype(np.int64) @ known, visible, counts, k)


def _count(answers: pd.DataFrame, cohorts: NDArray[Any], questions: Mapping[str, int]) -> Ints:
    """People by cohort, question and level."""
    most = max(questions.values())
    levels = answers[list(questions)].to_numpy(np.float64, na_value=np.nan)
    given = ~np.isnan(levels)
    limits = np.fromiter(questions.values(), np.float64)
    if not (~given | ((levels >= 0) & (levels < limits) & (levels == np.floor(levels)))).all():
        raise ValueError("An answer is none of its question's levels.")
    rows = np.searchsorted(cohorts, answers["cohort"].to_numpy())
    cells = (rows[:, None] * len(questions) + np.arange(len(questions))) * most
    places = cells[given] + levels[given].astype(np.int64)
    counts = np.bincount(places, minlength=len(cohorts) * len(questions) * most)
    return counts.reshape(len(cohorts), len(questions), most).astype(np.int64)


def _visible(groups: Flags, known: Ints, k: int) -> Flags:
    """Which groups (rows) are shown for which questions (columns), by the known answers of each cohort."""
    counts = groups.astype(np.int64) @ known
    around = nesting(groups)
    if around is not None:
        return nested(counts, around, k)
    shown = counts >= k
    _, alike = np.unique(groups, axis=1, return_inverse=True)
    of_class = np.zeros((alike.max() + 1, known.shape[1]), np.int64)
    np.add.at(of_class, alike, known)
    in_a_group = np.zeros(len(of_class), bool)
    in_a_group[alike] = groups.any(0)
    decided: dict[bytes, Flags] = {}  # what the same people know is decided once
    for question in np.flatnonzero(((of_class > 0) & (of_class < k))[in_a_group].any(0)):
        pattern = of_class[:, question].tobytes()
        if pattern not in decided:
            decided[pattern] = publishable(groups, known[:, question], k)
        shown[:, question] = decided[pattern]
    return shown


def _blurred(groups: Flags, by_level: Ints, levels: Sequence[int], rng: np.random.Generator) -> Ints:
    """Return people by group, question and level, blurred, then merged as counts "at least this level"."""
    cohorts, questions, most = by_level.shape
    different, same = np.unique(groups, axis=0, return_inverse=True)
    exact = (different.astype(np.int64) @ by_level.reshape(cohorts, -1)).reshape(len(different), questions, most)
    known = exact.sum(2, keepdims=True)
    counts = exact + _steps(len(different), np.array(levels), most, rng)
    at_least = counts[:, :, ::-1].cumsum(2)[:, :, -2::-1]  # of level 1, 2, …
    rounded = merged(at_least, known)
    rounded[np.broadcast_to(np.arange(1, most) >= np.array(levels)[:, None], rounded.shape)] = 0
    rounded = -np.sort(-rounded, axis=2)
    nobody = np.zeros_like(known)
    return -np.diff(np.concatenate([known, rounded, nobody], axis=2), axis=2)[same]


def _steps(groups: int, levels: Ints, most: int, rng: np.random.Generator) -> Ints:
    """Return the random steps by group, question and level; 0 where a question has fewer levels than others."""
    found = np.zeros((groups, len(levels), most), np.int64)
    for count in np.unique(levels):
        questions = np.flatnonzero(levels == count)
        found[:, questions, :count] = blur.steps((groups, len(questions)), int(count), rng)
    return found


def merged(counts: Ints, known: Ints) -> Ints:
    """The counts of `known` people, the three outermost at either end as one: 0…2 as 1, n-2…n as n-1."""
    return np.where(counts <= OUTERMOST, 1, np.where(counts >= known - OUTERMOST, known - 1, counts))


def _table(
    decided: pd.DataFrame,
    shown: Sequence[str],
    questions: Mapping[str, int],
    sizes: Ints,
    known: Ints,
    visible: Flags,
    counts: Ints,
    k: int,
) -> pd.DataFrame:
    means = (counts * np.arange(counts.shape[2])).sum(2) / np.maximum(known, 1)
    table = pd.DataFrame({
        "group": np.repeat(np.array(shown, object), len(questions)),
        "question": np.tile(np.array(list(questions), object), len(shown)),
        "n": np.repeat(sizes, len(questions)).astype(float),
        "known": known.ravel().astype(float),
        "mean": means.round(2).ravel(),
        "counts": [
            tuple(row[:levels]) for of_group in counts.tolist() for row, levels in zip(of_group, questions.values(), strict=True)
        ],
        "reason": _reasons(visible.ravel(), known.ravel() < k),
    })  # fmt: skip
    table.loc[~visible.ravel(), ["known", "mean", "counts"]] = None
    left_out = decided[decided["reason"].notna()].merge(pd.DataFrame({"question": list(questions)}), how="cross")
    return pd.concat([table, left_out[["group", "question", "reason"]]], ignore_index=True)


def bands(counts: Sequence[int]) -> list[tuple[int, int]]:
    """The fewest and the most people of each level, as they are shown; the counts of a released row."""
    known = sum(counts)
    return [
        (0, OUTERMOST) if count <= OUTERMOST else (known - OUTERMOST, known) if count >= known - OUTERMOST else (count, count)
        for count in counts
    ]  # fmt: skip


def severity(counts: Sequence[int], required: int) -> float | None:
    """Σ gap ÷ Σ required over the known answers of a released row, to the nearest 0.05; None where nothing is required.

    One required level for the whole group: with levels by person the sum would single out who has another than the rest.
    """
    if required <= 0:
        return None
    gaps = sum(count * max(0, required - level) for level, count in enumerate(counts))
    return round(20 * gaps / (required * sum(counts))) / 20


def response_rate(answered: int, headcount: int) -> float | None:
    """The share of those asked who answered, in whole per cent; None below a headcount of 10."""
    return round(answered / headcount, 2) if headcount >= LEAST_HEADCOUNT else None


def pooled(comments: Sequence[str], rng: np.random.Generator) -> list[str]:
    """The comments of one pool in random order, without anything about who wrote them; none at all below 10."""
    written = [text for comment in comments if (text := comment.strip())]
    return [written[index] for index in rng.permutation(len(written))] if len(written) >= LEAST_COMMENTS else []
