"""Which communities seem to need help, and why: warning signs against a community's own past. Pure.

Ours, and no judgement: no community is compared with another one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from cop.kpis.metrics import PARTICIPATION
from cop.kpis.words import counted
from cop.periods import Period, month_of

QUIET_MONTHS = 2
ENOUGH_PLACES = 20
"""Members on the day, summed over sessions, below which a share is not compared."""
FALL = 0.10
"""By how many points participation must have fallen."""
SHARE_LOST = 0.20
PEOPLE_LOST = 3

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Standing:
    """A community's counts in the period and in as many months before, and the last month it met."""

    community_id: int
    now: Counts
    before: Counts
    last_held: date | None


@dataclass(frozen=True)
class Need:
    """A community and its warning signs, the heaviest first."""

    standing: Standing
    reasons: tuple[str, ...]
    weight: int


def ranked(standings: Iterable[Standing], *, names: Mapping[int, str], period: Period, as_of: date) -> list[Need]:
    """Those with the heaviest warning signs first; equal ones by name."""
    needs = [_need(standing, period, as_of) for standing in standings]
    return sorted(needs, key=lambda need: (-need.weight, names[need.standing.community_id].casefold()))


def _need(standing: Standing, period: Period, as_of: date) -> Need:
    signs = sorted(_signs(standing, period, as_of), reverse=True)
    return Need(standing, tuple(text for _weight, text in signs), sum(weight for weight, _text in signs))


def _signs(standing: Standing, period: Period, as_of: date) -> Iterator[tuple[int, str]]:
    """Weight and words of each sign."""
    now, before = standing.now, standing.before
    quiet = _quiet_since(standing, period, as_of)
    if quiet:
        yield 4, quiet
    elif before["sessions_held"] >= 4 and now["sessions_held"] * 2 <= before["sessions_held"]:
        held = counted(now["sessions_held"], "session", "sessions")
        yield 2, f"{held}, {before['sessions_held']} in the time before"
    if min(now["members_on_day"], before["members_on_day"]) >= ENOUGH_PLACES:
        share, was = (PARTICIPATION.value(c["attending_members"], c["members_on_day"]) for c in (now, before))
        if share is not None and was is not None and was - share >= FALL:
            yield 3, f"participation fell from {was:.0%} to {share:.0%}"
    lost = before["active_members"] - now["active_members"]
    if lost >= PEOPLE_LOST and lost >= SHARE_LOST * before["active_members"]:
        active = counted(now["active_members"], "active member", "active members")
        yield 2, f"{active}, {before['active_members']} before"
    unlisted = now["sessions_held"] - now["sessions_listed"]
    if unlisted * 2 >= now["sessions_held"] > 0:
        yield 1, f"no list for {unlisted} of {counted(now['sessions_held'], 'session', 'sessions')}"


def _quiet_since(standing: Standing, period: Period, as_of: date) -> str:
    """Words where the community didn't meet in the last two complete months, nor in the one still running."""
    if standing.last_held is None:
        return "no session on record"
    last = min(month_of(as_of), period.last)
    apart = (last.year - standing.last_held.year) * 12 + last.month - standing.last_held.month
    running = last == month_of(as_of)
    if apart < QUIET_MONTHS + running:
        return ""
    return f"no session since {standing.last_held:%b %Y}"
