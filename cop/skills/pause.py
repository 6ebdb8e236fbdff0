"""How long somebody may not want to be asked for help. Pure."""

from datetime import date, timedelta

from cop.periods import add_months, month_end, month_of

MOST_MONTHS = 6
"""Whoever can't help for longer takes the offer back."""


def longest_pause(today: date) -> date:
    """The last day until which somebody may pause: the same day six months on, or that month's last."""
    month = add_months(month_of(today), MOST_MONTHS)
    return min(month + timedelta(days=today.day - 1), month_end(month))
