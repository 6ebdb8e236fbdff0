"""What pulses measure: dimensions of several questions, for one group of one wave, and against the wave before. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cop.surveys import change
from cop.surveys.change import Change, Estimate

LOWEST, HIGHEST = 1, 5
"""Agreement is told from 1 to 5."""


@dataclass(frozen=True)
class Item:
    """A question about agreement as a released row has it; without counts it is hidden, with the reason."""

    question_id: int
    words: str
    """As they are compared between waves."""
    dimension: str
    reversed: bool
    counts: tuple[int, ...] | None
    hidden: str | None

    @property
    def estimate(self) -> Estimate | None:
        """Its mean, 1 to 5, turned where agreeing is the worse answer; None where it is hidden."""
        if self.counts is None:
            return None
        found = change.mean(self.counts)
        value = HIGHEST - found.value if self.reversed else LOWEST + found.value
        return Estimate(value, found.chance, found.blur, found.n)


@dataclass(frozen=True)
class Dimension:
    """A dimension of one group; `mean` is None where one of its questions is hidden, `hidden` then says why.

    `shared` is how many of its questions the wave before asked too; `change` rests on these.
    """

    name: str
    questions: int
    mean: float | None
    n: int | None
    hidden: str | None
    shared: int
    change: Change | None


def dimensions(items: Sequence[Item], before: Sequence[Item] = ()) -> list[Dimension]:
    """Each dimension of the questions, in their order; those of none are left out."""
    earlier = {(item.words, item.reversed): item for item in before}
    names = dict.fromkeys(item.dimension for item in items if item.dimension)
    return [_dimension(name, [item for item in items if item.dimension == name], earlier) for name in names]


def _dimension(name: str, items: Sequence[Item], earlier: Mapping[tuple[str, bool], Item]) -> Dimension:
    pairs = [(item, old) for item in items if (old := earlier.get((item.words, item.reversed)))]
    now, then = _mean([item for item, _old in pairs]), _mean([old for _item, old in pairs])
    whole = _mean(items)
    return Dimension(
        name=name,
        questions=len(items),
        mean=whole.value if whole else None,
        n=whole.n if whole else None,
        hidden=next((item.hidden for item in items if item.hidden), None),
        shared=len(pairs),
        change=change.change(then, now) if now and then else None,
    )


def _mean(items: Sequence[Item]) -> Estimate | None:
    known = [found for item in items if (found := item.estimate) is not None]
    return change.together(known) if items and len(known) == len(items) else None
