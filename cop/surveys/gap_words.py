"""A gap as a funnel item says it: title, description, how many people it concerns. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cop.funnel.inputs import EvidenceInput, ItemInput
from cop.skills.levels import LEVELS
from cop.surveys.release import bands
from cop.surveys.words import band

_TITLE, _INDICATOR, _SOURCE = 160, 200, 300
"""What an item's columns hold."""


@dataclass(frozen=True)
class Found:
    """A published gap, and the wave that found it."""

    skill: str
    group: str
    headcount: int
    required: int
    severity: float
    n: int
    counts: tuple[int, ...]
    wave: str
    opened_on: date
    closed_on: date
    response_rate: float | None

    @property
    def known(self) -> int:
        """Known answers."""
        return sum(self.counts)

    @property
    def affected(self) -> int:
        """Roughly how many of the group lack levels, from the published counts alone, as if all had answered alike."""
        return round(self.headcount * sum(self.counts[: self.required]) / self.known)


def as_item(found: Found, *, area_id: int | None, unit_ids: tuple[int, ...]) -> ItemInput:
    """The item with its numbers; objective, target and day are left to whoever judges it."""
    name = f"{found.skill} in {found.group}"
    return ItemInput(
        title=_cut(f"Skill gap: {name}", _TITLE),
        description=_description(found),
        area_id=area_id,
        unit_ids=unit_ids,
        headcount=found.affected,
        indicator=_cut(f"Severity of the gap: {name}", _INDICATOR),
        baseline=found.severity,
    )


def as_evidence(found: Found) -> EvidenceInput:
    """The wave as where it comes from."""
    return EvidenceInput("survey", _cut(f"Survey “{found.wave}”", _SOURCE), dated_on=found.closed_on)


def _description(found: Found) -> str:
    rate = "not told" if found.response_rate is None else f"{found.response_rate:.0%} of those asked"
    enough = f"{able(found.counts, found.required)} of {found.known} who know theirs"
    period = f"{_day(found.opened_on)} to {_day(found.closed_on)}"
    return "\n".join(
        (
            f"Severity {found.severity:.2f} (0: no level is missing, 1: all are).",
            f"Required: {LEVELS[found.required]}. At that level or above: {enough}.",
            f"Answers: n = {found.n}, of which {1 - found.known / found.n:.0%} don't know.",
            f"From the survey “{found.wave}”, {period}; response rate: {rate}.",
            f"About {found.affected} of the {found.headcount} who were asked lack levels, if all are as those who answered.",
        )
    )


def able(counts: Sequence[int], required: int) -> str:
    """How many of a released row are at the required level or above, as it may be told."""
    (told,) = bands((sum(counts[:required]), sum(counts[required:])))[1:]
    return band(*told)


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
