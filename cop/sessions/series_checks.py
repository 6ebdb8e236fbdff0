"""The rules for a series as it is typed, and what would come of it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from cop.sessions import occurrences, recurrence
from cop.sessions.checks import check_plan
from cop.sessions.days_off import regions
from cop.sessions.inputs import Plan, Repeat
from cop.sessions.rhythm import Meets, days_ahead
from cop.sessions.times import LATEST_YEAR
from cop.validation import Checks


def check_series(plan: Plan, repeat: Repeat) -> dict[str, Any]:
    """The series' column values, all problems told at once."""
    checks = Checks()
    found = repeat.pattern
    wrong = recurrence.problem(found)
    if wrong:
        checks.fail(*wrong)
    values = check_plan(checks, plan)
    if repeat.holidays and repeat.holidays not in regions():
        checks.fail("holidays", "These holidays aren’t known. Choose a country or region of the list.")
    if repeat.until is not None and repeat.until.year > LATEST_YEAR:
        checks.fail("until", f"The year {repeat.until.year} is too late.")
    if repeat.until is not None and repeat.until < plan.start.date():
        checks.fail("until", "The last day must not come before the first.")
    checks.done()
    starts_at, ends_at = values.pop("starts_at"), values.pop("ends_at")
    return values | {
        "rule": recurrence.rule(replace(found, weekdays=tuple(sorted(found.weekdays)))),
        "first_on": recurrence.anchored(found, plan.start.date()),
        "until_on": repeat.until,
        "start_time": plan.start.time(),
        "minutes": int((ends_at - starts_at) / timedelta(minutes=1)),
        "holidays": repeat.holidays,
    }


def preview(plan: Plan, repeat: Repeat, *, now: datetime) -> tuple[list[date], dict[date, str]]:
    """The days that a series would meet on, and the holidays it would leave out; raises Invalid as planning would."""
    values = check_series(plan, repeat)
    details = {name: values.pop(name) for name in occurrences.DETAILS}
    return days_ahead(Meets(**values, details=details), now=now)
