"""Sessions as calendar entries (RFC 5545): one as a file, many as a calendar that others subscribe to. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from cop.sessions.zones import time_zone_component

REFRESH = timedelta(hours=1)
"""How soon a subscribed calendar should be fetched again; Google takes its own time, up to a day."""
_STATUS = {"planned": "CONFIRMED", "held": "CONFIRMED", "cancelled": "CANCELLED"}


class Entry(Protocol):
    """What a calendar learns of a session; never who comes."""

    @property
    def uid(self) -> str: ...  # noqa: D102 - the session's own fields
    @property
    def sequence(self) -> int: ...  # noqa: D102
    @property
    def community(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102
    @property
    def starts_at(self) -> datetime: ...  # noqa: D102
    @property
    def ends_at(self) -> datetime: ...  # noqa: D102
    @property
    def time_zone(self) -> str: ...  # noqa: D102
    @property
    def place(self) -> str: ...  # noqa: D102
    @property
    def link(self) -> str: ...  # noqa: D102
    @property
    def agenda(self) -> str: ...  # noqa: D102
    @property
    def cancel_reason(self) -> str: ...  # noqa: D102


def calendar_file(session: Entry, *, now: datetime) -> bytes:
    """The .ics file of one session; a calendar that knows the entry already takes the newer SEQUENCE."""
    calendar = _calendar("CANCEL" if session.status == "cancelled" else "PUBLISH")
    calendar.add_component(_event(session, stamp=now))
    return _written(calendar, session.starts_at.date(), session.ends_at.date())


def calendar_feed(name: str, entries: Iterable[tuple[Entry, datetime, str]]) -> bytes:
    """A calendar to subscribe to: each entry with the moment it was made and its page's address.

    The same sessions make the same bytes, so that who fetches again can be told that nothing changed.
    """
    calendar = _calendar("PUBLISH")
    # RFC 7986 has NAME and REFRESH-INTERVAL; Google and Outlook read the older X- ones.
    for key in ("name", "x-wr-calname"):
        calendar.add(key, name)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    first, last = date.max, date.min
    for session, made_at, address in entries:
        calendar.add_component(_event(session, stamp=made_at, address=address))
        first, last = min(first, session.starts_at.date()), max(last, session.ends_at.date())
    return _written(calendar, first, last)


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Communities of Practice//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def _event(session: Entry, *, stamp: datetime, address: str = "") -> Event:
    zone = ZoneInfo(session.time_zone)
    event = Event()
    event.add("uid", session.uid)
    event.add("sequence", session.sequence)
    event.add("dtstamp", stamp)
    summary = f"{session.community}: {session.title}"
    # Google and Outlook show a cancelled entry of a subscribed calendar like any other: so the title says it, and the
    # time is free.
    event.add("summary", f"Cancelled: {summary}" if session.status == "cancelled" else summary)
    event.add("transp", "TRANSPARENT" if session.status == "cancelled" else "OPAQUE")
    event.add("dtstart", session.starts_at.astimezone(zone))
    event.add("dtend", session.ends_at.astimezone(zone))
    event.add("status", _STATUS[session.status])
    if session.place or session.link:
        event.add("location", session.place or session.link)
    if session.link or address:
        event.add("url", session.link or address)
    reason = f"Reason: {session.cancel_reason}" if session.cancel_reason else ""
    parts = [part for part in (reason, session.agenda, session.link, address) if part]
    if parts:
        event.add("description", "\n\n".join(parts))
    return event


def _written(calendar: Calendar, first: date, last: date) -> bytes:
    """The text, with every zone's changes of clocks in the years of the entries, before which they have to stand."""
    for name in sorted(calendar.get_used_tzids() - {"UTC"}):
        zone = time_zone_component(name, first.year - 1, last.year + 1)
        calendar.subcomponents.insert(0, zone)
    return bytes(calendar.to_ical())
