"""Sessions and who came. Pure."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from cop.choices import AttendanceKind, SessionStatus
from cop.imports.cells import Unreadable
from cop.imports.changes import Id
from cop.imports.draft import Draft, Entry
from cop.imports.meeting import person_of
from cop.imports.records import Record, Sheet
from cop.periods import local_day
from cop.sessions.times import to_utc

_TEXTS = ("place", "link", "agenda", "topics", "decisions")
_IN_CALENDARS = ("starts_at", "ends_at", "title", "place", "link", "status")
_LONGEST_MINUTES = 24 * 60
_COLUMNS = {"unknown_community": "community", "skipped_hour": "time", "unreadable": "minutes", "was_held": "status"}
"""Where a problem lies; elsewhere in the date."""


def plan_sessions(draft: Draft) -> None:
    """Sessions, by key."""
    for sheet in draft.job.of("sessions"):
        for record in sheet.records:
            key = draft.keys.row("community_session", record.values["key"])
            if key is not None and draft.is_claimed("community_session", key):
                detail = f"({draft.place('community_session', key)})"
                draft.leave_out(sheet, record, "duplicate", "key", detail=detail)
                continue
            _plan_session(draft, sheet, record, key)


def _plan_session(draft: Draft, sheet: Sheet, record: Record, key: Id | None) -> None:
    before = draft.shelves["community_session"].get(key) if key is not None else None
    try:
        values = _session_values(draft, sheet, record, before)
    except Unreadable as problem:
        draft.leave_out(sheet, record, problem.reason, _COLUMNS.get(problem.reason, "date"), "key")
        return
    if key is None or before is None:
        key = _create(draft, record, values)
    else:
        _update(draft, key, before, values)
    if "headcount" in record.values:
        draft.headcounts[key] = record.values["headcount"]
    draft.claim(sheet, record, "community_session", key)


def _create(draft: Draft, record: Record, values: dict[str, Any]) -> Id:
    name = f"cop:{draft.job.source}:{record.values['key']}"
    key = draft.shelves["community_session"].add(
        **values,
        uid=f"{uuid.uuid5(uuid.NAMESPACE_URL, name)}@cop",
        attendance_kind=AttendanceKind.MISSING,
        headcount=None,
    )
    draft.keys.keep("community_session", record.values["key"], key)
    draft.touch(values["community_id"], values["day"])
    return key


def _update(draft: Draft, key: Id, before: dict[str, Any], values: dict[str, Any]) -> None:
    if any(before[name] != values[name] for name in _IN_CALENDARS if name in values):
        values["sequence"] = before["sequence"] + 1
    if draft.shelves["community_session"].assign(key, **values):
        after = draft.shelves["community_session"].get(key)
        draft.touch(before["community_id"], min(before["day"], after["day"]))
        draft.touch(after["community_id"], min(before["day"], after["day"]))


def _session_values(draft: Draft, sheet: Sheet, record: Record, before: dict[str, Any] | None) -> dict[str, Any]:
    given = record.values
    values = {"community_id": draft.community(given["community"]), "title": given["title"]}
    values |= {name: given[name] or "" for name in _TEXTS if name in given}
    values |= {"kind": given["kind"]} if given.get("kind") is not None else {}
    if given.get("status") is not None or before is None:
        values["status"] = given.get("status") or SessionStatus.HELD
    values |= _times(draft, sheet, record, before)
    status = values.get("status") or (before or {})["status"]
    starts_at = values.get("starts_at") or (before or {})["starts_at"]
    if status is SessionStatus.HELD and starts_at > draft.now:
        raise Unreadable("future")
    if status is not SessionStatus.HELD and before and before["attendance_kind"] is not AttendanceKind.MISSING:
        raise Unreadable("was_held")
    return values


def _times(draft: Draft, sheet: Sheet, record: Record, before: dict[str, Any] | None) -> dict[str, Any]:
    """Start, end, zone and day. Without a time the day is the file's, and a time that somebody set since is kept."""
    options, given = sheet.mapping.options, record.values
    day, clock = given["date"], given.get("time")
    minutes = given.get("minutes")
    if minutes is not None and not 0 < minutes <= _LONGEST_MINUTES:
        raise Unreadable("unreadable")
    length = timedelta(minutes=minutes or options.minutes)
    if clock is None and before is not None and before["day"] == day:
        return {"ends_at": before["starts_at"] + length} if minutes else {}
    zone = (options.time_zone if clock else "") or draft.time_zone
    starts_at = to_utc(datetime.combine(day, clock or options.time), zone)
    if starts_at is None:
        raise Unreadable("skipped_hour")
    return {
        "starts_at": starts_at,
        "ends_at": starts_at + length,
        "time_zone": zone,
        "day": local_day(starts_at, draft.time_zone),
    }


def at_sessions(draft: Draft) -> list[Entry]:
    """The attendance rows whose session is known and was held; the others are reported."""
    entries = []
    for sheet in draft.job.of("attendance"):
        for record in sheet.records:
            session = draft.keys.row("community_session", record.values["session"])
            if session is None:
                draft.leave_out(sheet, record, "unknown_session", "session")
            elif draft.shelves["community_session"].get(session)["status"] is not SessionStatus.HELD:
                draft.leave_out(sheet, record, "not_held", "session")
            else:
                entries.append(Entry(sheet, record, session))
    return entries


def plan_attendance(draft: Draft, entries: Sequence[Entry]) -> None:
    """Who came; a person counts once per session."""
    shelf = draft.shelves["attendance"]
    there: dict[tuple[Id, Id], Any] = {key: key for key in shelf.existing}  # type: ignore[misc]
    for entry in entries:
        person = person_of(draft, entry)
        if person is None:
            continue
        given = entry.record.values
        key = there.get((entry.target, person))
        if key is not None and draft.is_claimed("attendance", key):
            detail = f"({draft.named_place('attendance', key, person)})"
            draft.leave_out(entry.sheet, entry.record, "duplicate", "handle", "name", detail=detail)
            continue
        values = {name: given[name] for name in ("led", "spoke") if given.get(name) is not None}
        values |= {"note": given["note"] or ""} if "note" in given else {}
        if key is None:
            key = shelf.add(session_id=entry.target, person_id=person, **values)
            there[entry.target, person] = key
            _touch_session(draft, entry.target)
        else:
            shelf.assign(key, **values)
        draft.claim(entry.sheet, entry.record, "attendance", key)


def _touch_session(draft: Draft, session: Id) -> None:
    row = draft.shelves["community_session"].get(session)
    draft.touch(row["community_id"], row["day"])


def settle_lists(draft: Draft) -> None:
    """What is known of each session's attendance: who came, else how many, else nothing. A list is never undone."""
    sessions = draft.shelves["community_session"]
    attendance = draft.shelves["attendance"]
    listed: set[Id] = {row["session_id"] for row in (*attendance.existing.values(), *attendance.created.values())}
    for session in {*listed, *draft.headcounts}:
        row = sessions.get(session)
        if row["status"] is not SessionStatus.HELD:
            continue
        kind, headcount = row["attendance_kind"], row["headcount"]
        if session in listed:
            kind, headcount = AttendanceKind.LIST, None
        elif kind is not AttendanceKind.LIST:
            headcount = draft.headcounts[session]
            kind = AttendanceKind.MISSING if headcount is None else AttendanceKind.COUNT
        if (kind, headcount) != (row["attendance_kind"], row["headcount"]):
            sessions.assign(session, attendance_kind=kind, headcount=headcount)
            _touch_session(draft, session)
