"""How items stand: values on every criterion, score, rank, robustness, and where votes say otherwise. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from cop.choices import CriterionSource
from cop.funnel.reach import SAME
from cop.funnel.robustness import Robustness, acceptability
from cop.funnel.scoring import Combined, Criterion, Score, combine, missing, weighted_score
from cop.funnel.urgency import on_scale, urgency

Marks = Mapping[int, float]
"""What one assessor says, by criterion."""
FEWEST_VOTES = 3
"""So many votes at least for them to say anything against a rank."""


@dataclass(frozen=True)
class Candidate:
    """An item as far as its score goes; `urgency` was set by hand in place of the one from the deadline."""

    id: int
    deadline: date | None = None
    urgency: float | None = None
    themes: frozenset[int] = frozenset()
    marks: tuple[Marks, ...] = ()
    votes: int = 0


@dataclass(frozen=True)
class Rules:
    """The criteria in force, where the values of each come from, and the weights of the themes that count today."""

    criteria: tuple[Criterion, ...]
    sources: Mapping[int, CriterionSource]
    themes: Mapping[int, float]
    today: date


@dataclass(frozen=True)
class Standing:
    """An item's values and score; `rank` is 1 for the best, the same for equal scores, None without a score.

    `top`, `best` and `worst` as in cop.funnel.robustness; `votes_say` is "higher" or "lower" where votes contradict.
    """

    combined: Mapping[int, Combined]
    values: Mapping[int, float]
    score: Score | None
    missing: tuple[str, ...]
    rank: int | None = None
    top: float | None = None
    best: int | None = None
    worst: int | None = None
    votes_say: str = ""

    @property
    def disagree(self) -> bool:
        """Whether its assessors disagree on a criterion."""
        return any(one.disagree for one in self.combined.values())


def valued(candidate: Candidate, rules: Rules) -> Standing:
    """The item's values and score by itself: no other item has a part in them."""
    combined = combine(candidate.marks)
    values: dict[int, float] = {}
    for criterion in rules.criteria:
        value = _value(candidate, rules, criterion, combined)
        if value is not None:
            values[criterion.key] = value
    lacks = tuple(criterion.name for criterion in missing(values, rules.criteria))
    return Standing(combined, values, weighted_score(values, rules.criteria), lacks)


def _value(candidate: Candidate, rules: Rules, criterion: Criterion, combined: Mapping[int, Combined]) -> float | None:
    source = rules.sources[criterion.key]
    if source is CriterionSource.ASSESSED:
        return combined[criterion.key].mean if criterion.key in combined else None
    share = _urgency(candidate, rules.today) if source is CriterionSource.DEADLINE else _fit(candidate, rules.themes)
    return on_scale(share, criterion)


def _urgency(candidate: Candidate, today: date) -> float:
    """Set by hand, else by the deadline; what has no deadline isn't urgent."""
    if candidate.urgency is not None:
        return candidate.urgency
    return urgency(candidate.deadline, today) if candidate.deadline else 0.0


def _fit(candidate: Candidate, themes: Mapping[int, float]) -> float:
    """The share of today's themes, by weight, that the item serves; none where there are no themes."""
    whole = sum(themes.values())
    return sum(themes.get(key, 0.0) for key in candidate.themes) / whole if whole else 0.0


def ranked(candidates: Sequence[Candidate], rules: Rules) -> dict[int, Standing]:
    """The standing of every item, by id: those with a score are ranked among each other."""
    found = {candidate.id: valued(candidate, rules) for candidate in candidates}
    scored = sorted((key for key, standing in found.items() if standing.score), key=lambda key: -_total(found[key]))
    if not scored:
        return found
    counting = [criterion for criterion in rules.criteria if criterion.weight > 0]
    matrix = np.array([[one.normalised(found[key].values[one.key]) for one in counting] for key in scored])
    robust = robustness(matrix.tobytes(), matrix.shape)
    ranks = _ranks([_total(found[key]) for key in scored])
    say = _votes_say({item.id: item.votes for item in candidates}, dict(zip(scored, ranks, strict=True)))
    for place, key in enumerate(scored):
        one = found[key]
        found[key] = Standing(
            one.combined, one.values, one.score, one.missing, ranks[place], float(robust.top[place]),
            int(robust.best[place]), int(robust.worst[place]), say.get(key, ""),
        )  # fmt: skip
    return found


@lru_cache(maxsize=8)  # moves, votes and comments change no value: the same matrix comes again and again
def robustness(matrix: bytes, shape: tuple[int, ...]) -> Robustness:
    """How well the ranks hold under other weights; see cop.funnel.robustness."""
    return acceptability(np.frombuffer(matrix).reshape(shape))


def _total(standing: Standing) -> float:
    return standing.score.total if standing.score else 0.0


def _ranks(totals: Sequence[float]) -> list[int]:
    """1, 2, 2, 4 …: equal scores, up to rounding, have the same rank. `totals` from the highest on."""
    ranks: list[int] = []
    for place, total in enumerate(totals):
        same = place > 0 and totals[place - 1] - total <= SAME
        ranks.append(ranks[-1] if same else place + 1)
    return ranks


def _votes_say(votes: Mapping[int, int], ranks: Mapping[int, int]) -> dict[int, str]:
    """Where votes contradict the rank: a favourite of the voters in the lower half, or one of the best without any.

    Ours: a favourite is in the first quarter by votes, with at least FEWEST_VOTES; one of the best is in the first
    quarter by rank while the item in the middle has that many votes.
    """
    if len(ranks) < 4:
        return {}
    by_votes = sorted((votes[key] for key in ranks), reverse=True)
    quarter, half = len(ranks) // 4, len(ranks) // 2
    favourite = max(by_votes[quarter - 1], FEWEST_VOTES)
    found = {key: "higher" for key, rank in ranks.items() if votes[key] >= favourite and rank > half}
    if by_votes[half] >= FEWEST_VOTES:
        found |= {key: "lower" for key, rank in ranks.items() if rank <= quarter and votes[key] == 0}
    return found
