"""Figures in words: values, what they rest on, how they changed. Pure."""

from datetime import date

from cop.kpis.figures import Change, Row
from cop.kpis.metrics import Kind, Metric
from cop.periods import Period, month_of

NOT_ENOUGH = "not enough data"


def counted(number: float, one: str, many: str) -> str:
    """Such as 1 session or 1,204 sessions."""
    return f"{number:,.0f} {one if number == 1 else many}"


def value_words(metric: Metric, value: float | None) -> str:
    """Such as 1,204, 34 % or 11.3; a missing value in words."""
    if value is None:
        return NOT_ENOUGH
    if metric.is_share:
        return f"{value:.0%}"
    return f"{value:,.1f}" if metric.kind is Kind.RATIO else f"{value:,.0f}"


def basis_words(metric: Metric, totals: Row) -> str:
    """What the value rests on, from the period's totals."""

    def of(one: str, many: str, *columns: str) -> str:
        known = [value for column in columns if (value := totals[column]) is not None]
        return counted(sum(known), one, many) if known else f"? {many}"

    held = of("session held", "sessions held", "sessions_held")
    listed = of("session with a list", "sessions with a list", "sessions_listed")
    with_number = of("session with a list or count", "sessions with a list or count", "sessions_counted")
    by_name = of("attendance by name", "attendances by name", "newcomers", "returners", "reactivated")
    return {
        "members": "memberships",
        "active_members": f"of {of('member', 'members', 'members')}",
        "sessions_held": of("of them with a list", "of them with a list", "sessions_listed"),
        "participation": f"n = {of('member place', 'member places', 'members_on_day')}, {listed}",
        "attendance_per_session": f"n = {with_number}",
        "contributions": f"beside {held}",
        "roti": f"n = {of('answer', 'answers', 'roti_answers')}",
    }.get(metric.key, f"of {by_name}")


def n_words(metric: Metric, totals: Row) -> str:
    """`basis_words` in the width of a card."""

    def count(*columns: str) -> str:
        known = [value for column in columns if (value := totals[column]) is not None]
        return f"{sum(known):,.0f}" if known else "?"

    return {
        "members": "memberships",
        "active_members": f"of {count('members')} members",
        "sessions_held": f"{count('sessions_listed')} with a list",
        "participation": f"n = {count('members_on_day')} places",
        "attendance_per_session": f"n = {count('sessions_counted')} sessions",
        "contributions": f"beside {count('sessions_held')} sessions",
        "roti": f"n = {count('roti_answers')} answers",
    }.get(metric.key, f"of {count('newcomers', 'returners', 'reactivated')} by name")


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
