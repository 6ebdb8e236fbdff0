"""What the office sets up for the funnel: criteria with weights, themes, limits, the radar's parts. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import fsum, isfinite

from cop.choices import Channel, CriterionSource, FunnelStage

LIMITED = (
    FunnelStage.INBOX,
    FunnelStage.QUALIFIED,
    FunnelStage.PRIORITISED,
    FunnelStage.IN_PROGRESS,
    FunnelStage.DELIVERED,
)
"""Stages that can have a limit: those that an item is to leave again."""
MOST_CRITERIA = 12
LOWEST, HIGHEST, LONGEST_SCALE = 0, 100, 10
SOURCES = {
    CriterionSource.ASSESSED: "assessed by people",
    CriterionSource.DEADLINE: "from the deadline",
    CriterionSource.THEMES: "from the strategic themes",
}


@dataclass(frozen=True)
class CriterionInput:
    """A criterion with its weight. Of one that exists (`criterion_id`), source, scale and direction are fixed."""

    name: str
    weight: float
    meaning: str = ""
    anchors: tuple[tuple[int, str], ...] = ()
    """What marks of the scale mean in words; a mark without words isn't there."""
    criterion_id: int | None = None
    source: str = CriterionSource.ASSESSED.value
    low: int = 1
    high: int = 5
    cost: bool = False


@dataclass(frozen=True)
class ThemeInput:
    """A strategic theme as typed; `until_on` is the first day on which it no longer counts."""

    name: str
    weight: float
    since_on: date | None
    description: str = ""
    until_on: date | None = None


@dataclass(frozen=True)
class LimitInput:
    """How many items at most in a stage or of a channel: as it was read, and as it shall be. None: no limit."""

    of: str
    was: int | None
    most: int | None


def limit_kinds() -> tuple[str, ...]:
    """What can have a limit: stages and channels, by their stored words."""
    return (*(stage.value for stage in LIMITED), *(channel.value for channel in Channel))


def weight_shares(weights: Sequence[float | None]) -> list[float | None]:
    """Each weight as a share of all; None where they don't add up to anything."""
    known = [weight if weight is not None and isfinite(weight) and weight >= 0 else 0.0 for weight in weights]
    whole = fsum(known)
    return [weight / whole if whole > 0 and isfinite(whole) else None for weight in known]


def as_a_whole(criteria: Sequence[CriterionInput]) -> str:
    """What is wrong with these criteria taken together; nothing where they can be scored by."""
    if len(criteria) > MOST_CRITERIA:
        return f"At most {MOST_CRITERIA} criteria: with more, none of them decides anything."
    sources = [criterion.source for criterion in criteria]
    if CriterionSource.ASSESSED not in sources:
        return "At least one criterion must be assessed by people."
    for source in (CriterionSource.DEADLINE, CriterionSource.THEMES):
        if sources.count(source) > 1:
            return f"Only one criterion can come {SOURCES[source]}: two would count the same twice."
    if weight_shares([criterion.weight for criterion in criteria])[0] is None:
        return "At least one criterion needs a weight above 0."
    return ""


def without_marks(before: Sequence[CriterionInput], after: Sequence[CriterionInput]) -> tuple[str, ...]:
    """The names of criteria that count from now on and that nobody can have marked yet."""
    known = {criterion.criterion_id for criterion in before}
    return tuple(
        criterion.name
        for criterion in after
        if criterion.source == CriterionSource.ASSESSED and criterion.weight > 0 and criterion.criterion_id not in known
    )


def marks(criterion: CriterionInput) -> range:
    """Every mark of the scale."""
    return range(criterion.low, criterion.high + 1)


def scale_in_words(criterion: CriterionInput) -> str:
    """Such as "1 to 5, assessed by people, the more the worse"."""
    direction = ", the more the worse" if criterion.cost else ""
    return f"{criterion.low} to {criterion.high}, {SOURCES[CriterionSource(criterion.source)]}{direction}"


def changes(before: Sequence[CriterionInput], after: Sequence[CriterionInput]) -> tuple[str, ...]:
    """What a version of the criteria changed against the one before, a sentence each; weights as shares."""
    old = {criterion.criterion_id: criterion for criterion in before}
    new = {criterion.criterion_id: criterion for criterion in after if criterion.criterion_id is not None}
    was, now = _shares(before), _shares(after)
    found = [f"{criterion.name} was taken out ({was[place]})." for place, criterion in enumerate(before) if criterion.criterion_id not in new]  # fmt: skip
    for place, criterion in enumerate(after):
        known = old.get(criterion.criterion_id) if criterion.criterion_id is not None else None
        if known is None:
            found.append(f"{criterion.name or 'A criterion'} was added: {scale_in_words(criterion)}, {now[place]}.")
            continue
        if known.name != criterion.name:
            found.append(f"{known.name} is called {criterion.name}.")
        if was[before.index(known)] != now[place]:
            found.append(f"{criterion.name} weighs {now[place]} instead of {was[before.index(known)]}.")
        if known.meaning != criterion.meaning:
            found.append(f"{criterion.name} is explained differently.")
        if known.anchors != criterion.anchors:
            found.append(f"The marks of {criterion.name} are put differently.")
    kept = [criterion.criterion_id for criterion in after if criterion.criterion_id in old]
    if kept != [key for key in old if key in new]:
        found.append("They stand in another order.")
    return tuple(found)


def _shares(criteria: Sequence[CriterionInput]) -> list[str]:
    return [share_in_words(share) for share in weight_shares([criterion.weight for criterion in criteria])]


def share_in_words(share: float | None) -> str:
    """Such as "33.3 %" or "40 %"."""
    return "–" if share is None else f"{100 * share:.1f}".removesuffix(".0") + " %"


def counts(since_on: date, until_on: date | None, today: date) -> bool:
    """Whether a theme counts on a day."""
    return since_on <= today and (until_on is None or until_on > today)


def moved(order: Sequence[int], key: int, by: int) -> tuple[int, ...]:
    """The keys with one of them so many places further on, or back; at the ends it stays."""
    left = [each for each in order if each != key]
    left.insert(max(0, min(len(left), order.index(key) + by)), key)
    return tuple(left)


def anchors_of(stored: Mapping[str, object]) -> tuple[tuple[int, str], ...]:
    """The stored meanings of marks, in the order of the scale."""
    return tuple(sorted((int(mark), str(text)) for mark, text in stored.items()))
