"""Meetings with units: what is said of one, who sees which, and which units want attention. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pandas as pd
from dateutil.relativedelta import relativedelta

from cop.permissions import Actor, Permission, Role, require

RECENT_MONTHS = 6
"""A unit counts as met when it was met within so many months."""
COURSE = 4
"""As many of a unit's meetings tell how its attitude went."""


@dataclass(frozen=True)
class MeetingInput:
    """A meeting as typed."""

    org_unit_id: int | None
    met_on: date | None
    person_ids: tuple[int, ...] = ()
    led_by_id: int | None = None
    receptiveness: str | None = None
    notes: str = ""
    next_contact_on: date | None = None


@dataclass(frozen=True)
class ConcernInput:
    """What a unit worries about, as typed."""

    concern: str
    answer: str = ""
    follow_up_on: date | None = None


class Attention(StrEnum):
    """Why a unit may want to be met."""

    NEVER = "never"
    THREE = "3_months"
    SIX = "6_months"
    TWELVE = "12_months"
    OVERDUE = "overdue"


_MONTHS = {Attention.THREE: 3, Attention.SIX: 6, Attention.TWELVE: 12}


@dataclass(frozen=True)
class Wanted:
    """Which units and meetings to show: of these units (None: of all), received so, wanting attention for this."""

    unit_ids: frozenset[int] | None = None
    receptiveness: tuple[str, ...] = ()
    attention: Attention | None = None


@dataclass(frozen=True)
class Coverage:
    """How many units there are to meet, how many were met lately and never, and what is due."""

    units: int
    met: int
    never: int
    overdue: int
    concerns: int


def reach(actor: Actor | None) -> frozenset[int] | None:
    """The units whose meetings the actor may see: all (None) for the office, a manager's own and those below.

    Raises Forbidden for everybody else.
    """
    actor = require(actor, Permission.UNIT_MEETING)
    return None if Role.ADMIN in actor.roles else actor.unit_ids


def within(actor: Actor | None, unit_id: int) -> bool:
    """Whether the actor may see the unit's meetings."""
    units = reach(actor)
    return units is None or unit_id in units


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or that month's last."""
    earlier: date = day - relativedelta(months=months)
    return earlier


def coverage(units: pd.DataFrame, *, today: date) -> Coverage:
    """The counts over these units (`meeting_queries.units`); only units with people of their own are there to be met."""
    peopled = units[units["people"] > 0]
    return Coverage(
        units=len(peopled),
        met=int(_met_since(peopled, months_before(today, RECENT_MONTHS)).sum()),
        never=int((peopled["meetings"] == 0).sum()),
        overdue=int(_overdue(units, today).sum()),
        concerns=int(units["open_concerns"].sum()),
    )


def matching(units: pd.DataFrame, wanted: Wanted, *, today: date) -> pd.DataFrame:
    """The units that fit; how a unit was received is what its last meeting that tells it says."""
    fits = pd.Series(data=True, index=units.index)
    if wanted.unit_ids is not None:
        fits &= units["unit_id"].isin(wanted.unit_ids)
    if wanted.receptiveness:
        fits &= units["receptiveness"].isin(wanted.receptiveness)
    if wanted.attention is Attention.NEVER:
        fits &= (units["meetings"] == 0) & (units["people"] > 0)
    elif wanted.attention is Attention.OVERDUE:
        fits &= _overdue(units, today)
    elif wanted.attention is not None:
        since = months_before(today, _MONTHS[wanted.attention])
        fits &= ~_met_since(units, since) & ((units["people"] > 0) | (units["meetings"] > 0))
    return units[fits]


def of_units(rows: pd.DataFrame, units: pd.DataFrame, wanted: Wanted, *, today: date) -> pd.DataFrame:
    """The meetings or concerns of the units that fit; all of them where nothing is narrowed."""
    return rows if wanted == Wanted() else rows[rows["unit_id"].isin(matching(units, wanted, today=today)["unit_id"])]


def course(meetings: Sequence[tuple[date, str]]) -> str:
    """How a unit's attitude went over its last meetings that tell it: "hesitant (Mar 2026) → open (Jun 2026)"."""
    return " → ".join(f"{attitude} ({day:%b %Y})" for day, attitude in sorted(meetings)[-COURSE:])


def _met_since(units: pd.DataFrame, since: date) -> pd.Series:
    return pd.Series([day is not None and day >= since for day in units["last_met"]], units.index, dtype=bool)


def _overdue(units: pd.DataFrame, today: date) -> pd.Series:
    return pd.Series([day is not None and day < today for day in units["next_contact_on"]], units.index, dtype=bool)
