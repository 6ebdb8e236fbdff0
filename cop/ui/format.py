"""Numbers, days and moments as people read them. Pure."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from cop.choices import label

__all__ = ["NOT_ENOUGH", "day", "distinct", "label", "moment", "number", "percent", "span"]

NOT_ENOUGH = "not enough data"
K = TypeVar("K")


def number(value: float | None, digits: int = 0) -> str:
    """With thousands separators; a missing value in words."""
    return NOT_ENOUGH if value is None else f"{value:,.{digits}f}"


def percent(value: float | None) -> str:
    """A share of 1 as a percentage; a missing value in words."""
    return NOT_ENOUGH if value is None else f"{value:.0%}"


def day(value: date | None) -> str:
    """Such as 5 Mar 2026."""
    return "" if value is None else f"{value.day} {value:%b %Y}"


def moment(value: datetime, time_zone: str) -> str:
    """Such as Thu 5 Mar 2026, 16:00, in the zone given."""
    local = value.astimezone(ZoneInfo(time_zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def span(starts_at: datetime, ends_at: datetime, time_zone: str) -> str:
    """Such as Thu 5 Mar 2026, 16:00–17:00 (Europe/Madrid)."""
    end = ends_at.astimezone(ZoneInfo(time_zone))
    same = starts_at.astimezone(ZoneInfo(time_zone)).date() == end.date()
    until = f"{end:%H:%M}" if same else moment(ends_at, time_zone)
    return f"{moment(starts_at, time_zone)}–{until} ({time_zone})"


def distinct(labels: Mapping[K, str]) -> dict[K, str]:
    """Labels by key, with the key behind those that several have: Streamlit takes a choice by its label."""
    count = Counter(labels.values())
    return {key: f"{text} (no. {key})" if count[text] > 1 else text for key, text in labels.items()}
