"""A session as a calendar entry (RFC 5545)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from cop.sessions.queries import SessionDetail

_STATUS = {"planned": "CONFIRMED", "held": "CONFIRMED", "cancelled": "CANCELLED"}


def calendar_file(session: SessionDetail, *, now: datetime) -> bytes:
    """The .ics file; a calendar that knows the entry already takes the newer SEQUENCE."""
    zone = ZoneInfo(session.time_zone)
    event = Event()
    event.add("uid", session.uid)
    event.add("sequence", session.sequence)
    event.add("dtstamp", now)
    event.add("summary", f"{session.community}: {session.title}")
    event.add("dtstart", session.starts_at.astimezone(zone))
    event.add("dtend", session.ends_at.astimezone(zone))
    event.add("status", _STATUS[session.status])
    if session.place:
        event.add("location", session.place)
    if session.link:
        event.add("url", session.link)
    parts = [session.agenda, f"Cancelled: {session.cancel_reason}" if session.cancel_reason else ""]
    if any(parts):
        event.add("description", "\n\n".join(part for part in parts if part))
    calendar = Calendar()
    calendar.add("prodid", "-//Communities of Practice//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if session.status == "cancelled" else "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
