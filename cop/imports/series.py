"""Series of sessions, by the rules that a file says in words. Pure."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from cop.choices import AttendanceKind, SessionKind, SessionStatus
from cop.imports.cells import Unreadable
from cop.imports.changes import Id, New
from cop.imports.draft import Draft
from cop.imports.records import Record, Sheet
from cop.imports.rules import read_clock, read_rule
from cop.periods import local_day
from cop.sessions import recurrence
from cop.sessions.rhythm import Meets, days_ahead
from cop.validation import known_time_zones

_COLUMNS = {
    "unknown_community": ("community",),
    "unknown_zone": ("time_zone",),
    "unreadable": ("time",),
    "too_long_session": ("minutes", "time"),
    "duplicate": ("title",),
}
"""Where a problem lies; elsewhere in how often it meets."""
_LONGEST_MINUTES = 24 * 60


def plan_series(draft: Draft) -> None:
    """Series, known by community and title; one that is there stays as it is."""
    shelf = draft.shelves["session_series"]
    known: dict[tuple[Id, str], Any] = {
        (row["community_id"], row["title"].casefold()): key for key, row in shelf.existing.items()
    }
    for sheet in draft.job.of("series"):
        for record in sheet.records:
            try:
                key = _planned(draft, sheet, record, known)
            except Unreadable as wrong:
                fields = _COLUMNS.get(wrong.reason, ("frequency", "weekday"))
                draft.leave_out(sheet, record, wrong.reason, *fields)
                continue
            draft.claim(sheet, record, "session_series", key)


def _planned(draft: Draft, sheet: Sheet, record: Record, known: dict[tuple[Id, str], Any]) -> Any:
    """The series meant, made where it isn't there. Raises Unreadable."""
    community = draft.community(record.values["community"])
    name = (community, record.values["title"].casefold())
    if name in known and draft.is_claimed("session_series", known[name]):
        raise Unreadable("duplicate")
    if name not in known:
        known[name] = _create(draft, sheet, record, community)
    return known[name]


def _create(draft: Draft, sheet: Sheet, record: Record, community: Id) -> New:
    """The series with its sessions of the coming year. Raises Unreadable."""
    given, options = record.values, sheet.mapping.options
    said = read_rule(given["weekday"], given["frequency"])
    zone = given.get("time_zone") or options.time_zone or draft.time_zone
    if zone not in known_time_zones():
        raise Unreadable("unknown_zone")
    minutes = given.get("minutes") or options.minutes
    if minutes > _LONGEST_MINUTES:
        raise Unreadable("too_long_session")
    first = said.first or given.get("starts_on")
    if first is None and said.pattern.interval > 1:
        raise Unreadable("no_first_day")
    details = {
        "title": given["title"],
        "kind": SessionKind.REGULAR,
        "place": given.get("place") or "",
        "link": given.get("link") or "",
        "agenda": given.get("agenda") or "",
    }
    meets = Meets(
        rule=recurrence.rule(said.pattern),
        first_on=recurrence.anchored(said.pattern, first or local_day(draft.now, zone)),
        until_on=given.get("until_on"),
        start_time=read_clock(given["time"]) if given.get("time") else options.time,
        minutes=minutes,
        time_zone=zone,
        holidays="",
        details=details,
    )
    days, _holidays = days_ahead(meets, now=draft.now)
    if not days:
        raise Unreadable("nothing_ahead")
    row = {name: getattr(meets, name) for name in _OWN}
    key = draft.shelves["session_series"].add(community_id=community, **row, **details)
    for day in days:
        _plan_session(draft, meets, key, (community, given["community"]), day)
    return key


_OWN = ("rule", "first_on", "until_on", "start_time", "minutes", "time_zone", "holidays")


def _plan_session(draft: Draft, meets: Meets, series: New, community: tuple[Id, str], day: date) -> None:
    starts_at, ends_at = meets.span(day)
    name = f"cop:{draft.job.source}:{community[1]}:{meets.details['title']}:{day}"
    draft.shelves["community_session"].add(
        community_id=community[0],
        **meets.details,
        **_times(draft, starts_at, ends_at - starts_at),
        time_zone=meets.time_zone,
        status=SessionStatus.PLANNED,
        series_id=series,
        series_day=day,
        uid=f"{uuid.uuid5(uuid.NAMESPACE_URL, name)}@cop",
        attendance_kind=AttendanceKind.MISSING,
        headcount=None,
    )


def _times(draft: Draft, starts_at: datetime, length: timedelta) -> dict[str, Any]:
    return {
        "starts_at": starts_at,
        "ends_at": starts_at + length,
        "planned_starts_at": starts_at,
        "day": local_day(starts_at, draft.time_zone),
    }
