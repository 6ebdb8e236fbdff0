"""Twelve months of attendance at a glance, as a small picture and in words. Pure.

A picture of our own: it tells 0 from unknown, and a page of cards opens without a chart engine for each.
"""

from collections.abc import Sequence
from datetime import date

_SLOT, _BAR, _HEIGHT, _BASE = 20, 12, 44, 42
_GREY = "#7a7a7a"
"""Readable on a light and on a dark page."""


def picture(months: Sequence[int | None]) -> str:
    """An SVG with a bar for each month, only a line for 0, a dashed box where nothing is known."""
    top = max((people for people in months if people), default=1)
    shapes = "".join(_shape(index, people, top) for index, people in enumerate(months))
    size = f'viewBox="0 0 {_SLOT * len(months)} {_HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{shapes}</svg>'


def _shape(index: int, people: int | None, top: int) -> str:
    left = index * _SLOT + (_SLOT - _BAR) // 2
    if people is None:
        box = f'x="{left}" y="{_BASE - 8}" width="{_BAR}" height="8"'
        return f'<rect {box} fill="none" stroke="{_GREY}" stroke-width="1" stroke-dasharray="2 2"/>'
    height = 1 if people == 0 else max(2, round((_BASE - 2) * people / top))
    return f'<rect x="{left}" y="{_BASE - height}" width="{_BAR}" height="{height}" fill="{_GREY}"/>'


def in_words(months: Sequence[int | None], calendar: Sequence[date]) -> str:
    """The same for those who don't see it: "Attendance by month: Jan 7, Feb unknown, …"."""
    told = (
        f"{month:%b} {'unknown' if people is None else people}" for month, people in zip(calendar, months, strict=True)
    )
    return f"Attendance by month: {', '.join(told)}"
