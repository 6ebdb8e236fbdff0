"""Calendar entries, read by another library than the one that writes them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
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


def test_the_zones_own_rules_say_the_same():
    """Read without a time zone database: by the VTIMEZONE alone, as Outlook does."""
    content = calendar_feed("Data", [(Made(), STAMP, "")]).decode()
    zone = content[content.index("BEGIN:VTIMEZONE") : content.index("END:VTIMEZONE")]
    winter = zone[zone.index("BEGIN:STANDARD") : zone.index("END:STANDARD")]
    assert "TZOFFSETTO:+0100" in winter
    assert "20261025T030000" in winter
    summer = zone[zone.index("BEGIN:DAYLIGHT") : zone.index("END:DAYLIGHT")]
    assert "TZOFFSETTO:+0200" in summer
    assert "DTSTART;TZID=Europe/Madrid:20261027T090000" in content


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
