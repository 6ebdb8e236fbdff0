"""Figures in words: values, what they rest on, how they changed. Pure."""

from datetime import date

from cop.kpis.figures import Change, Row
from cop.kpis.metrics import Kind, Metric
from cop.periods import Period, month_of

NOT_ENOUGH = "not enough data"


def value_words(metric: Metric, value: float | None) -> str:
    """Such as 1,204, 34 % or 11.3; a missing value in words."""
    if value is None:
        return NOT_ENOUGH
    if metric.is_share:
        return f"{value:.0%}"
    return f"{value:,.1f}" if metric.kind is Kind.RATIO else f"{value:,.0f}"


def basis_words(metric: Metric, totals: Row) -> str:
    """What the value rests on, from the period's totals."""

    def number(*columns: str) -> str:
        known = [value for column in columns if (value := totals[column]) is not None]
        return f"{sum(known):,.0f}" if known else "?"

    return {
        "members": "memberships",
        "active_members": f"of {number('members')} members",
        "sessions_held": f"{number('sessions_listed')} of them with a list",
        "participation": f"n = {number('members_on_day')} member places, {number('sessions_listed')} sessions with a list",
        "attendance_per_session": f"n = {number('sessions_counted')} sessions with a list or count",
        "contributions": f"beside {number('sessions_held')} sessions held",
    }.get(metric.key, f"of {number('newcomers', 'returners', 'reactivated')} attendances by name")


def period_words(metric: Metric, period: Period, as_of: date) -> str:
    """The time that the value is about, and whether that time still runs."""
    running = period.last >= month_of(as_of)
    if metric.kind is Kind.LEVEL:
        return f"{as_of.day} {as_of:%b %Y}" if running else f"end of {period.last:%b %Y}"
    return f"{period.label}, so far" if running else period.label


def change_words(metric: Metric, change: Change) -> tuple[str, str]:
    """The difference with its sign, and what it is measured against."""
    difference = change.now - change.before
    if metric.is_share:
        amount = f"{difference * 100:+.0f} points"
    else:
        amount = f"{difference:+,.1f}" if metric.kind is Kind.RATIO else f"{difference:+,.0f}"
    if metric.kind is Kind.LEVEL:
        return amount, f"since {change.since:%b %Y}"
    return amount, "on the month before" if change.months == 1 else f"on {change.months} months before"


CHANGE_HELP = (
    "The change compares the period's complete months with as many before. An arrow means more than the usual ups "
    "and downs: the last complete month lies outside the natural limits of at least six months before it."
)
