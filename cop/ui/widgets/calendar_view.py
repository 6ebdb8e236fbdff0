"""One page of the calendar: its name, how much there is on it, its days."""

from collections.abc import Collection
from datetime import date
from typing import Any

import streamlit as st

from cop.periods import month_of
from cop.permissions import Actor, Permission, may_somewhere
from cop.sessions import calendar_pages as pages
from cop.sessions.calendar_pages import OnDay, View
from cop.sessions.queries import between
from cop.sessions.recurrence import WEEKDAYS
from cop.ui import format as words
from cop.ui import run
from cop.ui.load import load
from cop.ui.navigation import address
from cop.ui.text import plain
from cop.ui.widgets import calendar_filters
from cop.ui.widgets.calendar_days import calendar_days
from cop.ui.widgets.calendar_filters import Asked

_MOST = 4
"""Sessions in a month's cell; where a day has more, its list shows them all."""


def show(actor: Actor, asked: Asked) -> None:
    """Draw the page."""
    first, last = pages.shown(asked.view, asked.day)
    sessions = load(between, first=first, last=last, areas=asked.areas, communities=asked.communities)
    there = pages.by_day(sessions, run.current().time_zone)
    plans = may_somewhere(actor, Permission.SESSION_RECORD)
    weeks = pages.weeks(first, last)
    days = [_day(day, there.get(day, ()), asked, plans=plans) for week in weeks for day in week]
    name = pages.title(asked.view, asked.day)
    st.subheader(name, anchor=False)
    _say({on.session.id for day, those in there.items() if not _outside(day, asked) for on in those}, asked)
    calendar_days(
        days,
        name=name,
        weekdays=[weekday[:3] for weekday in WEEKDAYS],
        weeks=[] if asked.view is View.LIST else [week[0].isocalendar().week for week in weeks],
        most=_MOST if asked.view is View.MONTH else None,
    )


def _outside(day: date, asked: Asked) -> bool:
    """A day of another month, or one that a session lasts into beyond the page."""
    first, last = pages.shown(asked.view, asked.day)
    return not first <= day <= last or (asked.view is View.MONTH and month_of(day) != month_of(asked.day))


def _say(found: Collection[int], asked: Asked) -> None:
    count = "1 session" if len(found) == 1 else f"{len(found):,} sessions" if found else "No sessions"
    st.caption(plain(f"{count}. Times are those of {run.current().time_zone}. {asked.hint}"))


def _day(day: date, those: tuple[OnDay, ...], asked: Asked, *, plans: bool) -> dict[str, Any]:
    today = run.current().today
    return {
        "date": day.isoformat(),
        "name": f"{day:%a} {words.day(day)}",
        "number": f"{day.day} {day:%b}" if day.day == 1 else str(day.day),
        "outside": _outside(day, asked),
        "today": day == today,
        "list": calendar_filters.list_address(day),
        "plan": address("plan", day=day) if plans and day >= today else None,
        "sessions": [_session(on) for on in those],
    }


def _session(on: OnDay) -> dict[str, Any]:
    one = on.session
    return {
        "href": address("session", id=one.id),
        "time": on.start or _span(on),
        "span": _span(on),
        "title": one.title,
        "community": one.community,
        "about": f"{one.community} · {one.place}" if one.place else one.community,
        "cancelled": one.cancelled,
    }


def _span(on: OnDay) -> str:
    if on.start and on.end:
        return f"{on.start}–{on.end}"
    if on.start:
        return f"from {on.start}"
    return f"until {on.end}" if on.end else "all day"
