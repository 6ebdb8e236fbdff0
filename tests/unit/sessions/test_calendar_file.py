"""Calendar entries, read by another library than the one that writes them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from hypothesis import given
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from cop.sessions.calendar_file import calendar_feed, calendar_file


@dataclass(frozen=True)
class Made:
    uid: str = "one@cop"
    sequence: int = 0
    community: str = "Data"
    title: str = "Circle"
    status: str = "planned"
    starts_at: datetime = datetime(2026, 10, 27, 8, tzinfo=UTC)
    ends_at: datetime = datetime(2026, 10, 27, 9, tzinfo=UTC)
    time_zone: str = "Europe/Madrid"
    place: str = ""
    link: str = ""
    agenda: str = ""
    cancel_reason: str = ""


STAMP = datetime(2026, 9, 1, tzinfo=UTC)


def read(content):
    return IcsCalendarStream.calendar_from_ics(content.decode())


def fed(*sessions, name="Data"):
    return read(calendar_feed(name, [(session, STAMP, "https://cop.example/session?id=1") for session in sessions]))


ZONES = ["Europe/Madrid", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]


@pytest.mark.parametrize("zone", ZONES)
def test_the_wall_clock_is_right_in_every_month_of_two_years(zone):
    sessions = []
    for month in range(24):
        local = datetime(2026 + month // 12, month % 12 + 1, 28, 9, 30, tzinfo=ZoneInfo(zone))
        start = local.astimezone(UTC)
        sessions.append(Made(uid=f"{month}@cop", starts_at=start, ends_at=start + timedelta(hours=1), time_zone=zone))
    for session, event in zip(sessions, fed(*sessions).events, strict=True):
        assert event.dtstart == session.starts_at
        assert event.dtstart.strftime("%H:%M") == "09:30"
        assert event.dtend - event.dtstart == timedelta(hours=1)


def test_changes_of_clocks_are_told_as_yearly_rules():
    content = calendar_feed("Data", [(Made(), STAMP, "")]).decode()
    zone = content[content.index("BEGIN:VTIMEZONE") : content.index("END:VTIMEZONE")]
    assert zone.count("RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10") == 1
    assert zone.count("RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3") == 1
    assert content.index("END:VTIMEZONE") < content.index("BEGIN:VEVENT")
    assert "DTSTART;TZID=Europe/Madrid:20261027T090000" in content


@pytest.mark.parametrize("zone", [*ZONES[:-1], "Africa/Casablanca", "Europe/Dublin", "America/Asuncion"])
def test_each_half_hour_of_two_years_by_the_zones_rules_alone(zone):
    """Read by a third library; what the time zone database says is what the calendar must say."""
    start, end = datetime(2026, 2, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC)
    entries = [Made(uid="a", starts_at=start, ends_at=start + timedelta(hours=1), time_zone=zone)]
    entries.append(Made(uid="b", starts_at=end, ends_at=end + timedelta(hours=1), time_zone=zone))
    content = calendar_feed("Data", [(entry, STAMP, "") for entry in entries]).decode()
    zones = content[content.index("BEGIN:VTIMEZONE") : content.rindex("END:VTIMEZONE")] + "END:VTIMEZONE\n"
    told, known = tzical(StringIO(zones)).get(zone), ZoneInfo(zone)
    at = start
    while at < end:
        local = at.astimezone(known).replace(tzinfo=None)
        if (
            local.replace(tzinfo=known).astimezone(UTC) == at
            and local.replace(tzinfo=known, fold=1).utcoffset() == local.replace(tzinfo=known).utcoffset()
        ):
            assert local.replace(tzinfo=told).utcoffset() == local.replace(tzinfo=known).utcoffset(), local
        at += timedelta(minutes=30)


def test_a_cancelled_one_alone_says_so_to_the_calendar():
    content = calendar_file(replace(Made(), status="cancelled", sequence=3), now=STAMP)
    assert b"METHOD:CANCEL" in content
    (event,) = read(content).events
    assert (event.uid, event.sequence, event.status) == ("one@cop", 3, "CANCELLED")


def test_a_calendar_without_sessions_is_one():
    assert fed().events == []


def test_lines_are_folded_at_75_octets():
    content = calendar_feed("Dätä " * 40, [(replace(Made(), agenda="für alle 🎉 " * 60), STAMP, "")])
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


texts = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn"], include_characters="\n,;:\\\"'"),
    min_size=1,
    max_size=200,
).filter(lambda text: text == text.strip() and text)


@given(title=texts, agenda=texts, place=texts)
def test_any_text_comes_through(title, agenda, place):
    session = replace(Made(), title=title, agenda=agenda, place=place)
    (event,) = fed(session).events
    assert event.summary == f"Data: {title}"
    assert event.description == f"{agenda}\n\nhttps://cop.example/session?id=1"
    assert event.location == place
