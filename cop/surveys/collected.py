"""Answers that were collected elsewhere: what may be told of them, by the same rules as of a wave that closes here. Pure.

Nobody was asked here, so who answered is known by the file alone: no later wave can be judged together with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd

from cop.choices import GroupKind
from cop.surveys import table
from cop.surveys.answers import Asked
from cop.surveys.release import decide

MOST_OPTIONS = 100
"""More than can be asked here: what is there already may be long."""


@dataclass(frozen=True)
class Respondent:
    """Somebody who answered: the numbers of their groups, and their answers by question, as they would be stored."""

    groups: frozenset[int]
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Collected:
    """All answers of a wave. Questions and groups are known by their numbers in it, from 1 on."""

    questions: tuple[Asked, ...]
    groups: tuple[GroupKind, ...]
    respondents: tuple[Respondent, ...]
    smallest_group: int

    @property
    def fingerprint(self) -> str:
        """The same for the same answers."""
        return sha256(repr(self).encode("utf-8", "replace")).hexdigest()

    def headcounts(self) -> list[int]:
        """How many respondents belong to each group."""
        return [sum(number in person.groups for person in self.respondents) for number in self._numbers]

    def decided(self) -> pd.DataFrame:
        """Which groups may be told of, as `cop.surveys.release.decide` gives it."""
        rows = [
            (person, number, self.groups[number - 1].value)
            for person, answered in enumerate(self.respondents)
            for number in sorted(answered.groups)
        ]
        frame = pd.DataFrame(rows, columns=["person", "group", "kind"])
        return decide(frame, [kind.value for kind in GroupKind], k=self.smallest_group)

    def cells(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        """The released table; which cells are told doesn't hang on the generator."""
        cohorts = {groups: place for place, groups in enumerate(dict.fromkeys(one.groups for one in self.respondents))}
        belongs = [(place, number) for groups, place in cohorts.items() for number in sorted(groups)]
        return table.cells(
            self.questions,
            [(cohorts[one.groups], one.values) for one in self.respondents],
            pd.DataFrame(belongs, columns=["cohort", "group"]),
            self.decided(),
            self._numbers,
            rng=rng,
            k=self.smallest_group,
        )

    def comments(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        """The comments that may be told."""
        return table.comments(self.questions, [(0, one.values) for one in self.respondents], rng)

    @property
    def _numbers(self) -> range:
        return range(1, len(self.groups) + 1)
