"""Local times, worked out by hand from the dates on which clocks change."""
# ruff: noqa: DTZ001 - local times, as a form gives them

from datetime import UTC, datetime

import pytest

from cop.sessions.suggest import suggest_day, suggest_title
from cop.sessions.times import problems, to_local, to_utc

MADRID = "Europe/Madrid"


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        (datetime(2026, 1, 15, 16), MADRID, datetime(2026, 1, 15, 15, tzinfo=UTC)),
        (datetime(2026, 7, 15, 16), MADRID, datetime(2026, 7, 15, 14, tzinfo=UTC)),
        (datetime(2026, 7, 15, 16), "Asia/Kolkata", datetime(2026, 7, 15, 10, 30, tzinfo=UTC)),
        # 25 October 2026, 02:30 comes twice in Madrid: the first is still summer time, UTC+2
        (datetime(2026, 10, 25, 2, 30), MADRID, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        # 29 March 2026, 02:00-03:00 is skipped there
        (datetime(2026, 3, 29, 2, 30), MADRID, None),
        (datetime(2026, 3, 29, 3, 0), MADRID, datetime(2026, 3, 29, 1, tzinfo=UTC)),
        # Lord Howe shifts by half an hour
        (datetime(2026, 10, 4, 2, 15), "Australia/Lord_Howe", None),
    ],
)
def test_to_utc(local, zone, utc):
    assert to_utc(local, zone) == utc
    if utc:
        assert to_local(utc, zone) == local


@pytest.mark.parametrize(
    ("start", "end", "fields"),
    [
        (datetime(2026, 6, 1, 16), datetime(2026, 6, 1, 17), {}),
        (datetime(2026, 6, 1, 16), datetime(2026, 6, 1, 16), {"end": "after"}),
        (datetime(2026, 6, 1, 16), datetime(2026, 6, 1, 15), {"end": "after"}),
        (datetime(2026, 6, 1, 16), datetime(2026, 6, 2, 16), {}),
        (datetime(2026, 6, 1, 16), datetime(2026, 6, 2, 16, 1), {"end": "24 hours"}),
        (datetime(2026, 3, 29, 2, 30), datetime(2026, 3, 29, 4), {"start": "doesn't exist"}),
        (datetime(2026, 3, 29, 1, 30), datetime(2026, 3, 29, 2, 30), {"end": "doesn't exist"}),
        (datetime(2026, 3, 28, 12), datetime(2026, 3, 29, 13), {}),  # 25 hours by the clock, 24 in truth
        (datetime(1989, 12, 31, 23), datetime(1990, 1, 1, 0), {"start": "too early"}),
        (datetime(9999, 12, 31, 23), datetime(9999, 12, 31, 23, 59), {"start": "too late", "end": "too late"}),
        (datetime(1, 1, 1, 0), datetime(1, 1, 1, 1), {"start": "too early", "end": "too early"}),
    ],
)
def test_problems(start, end, fields):
    found = problems(start, end, MADRID)
    assert found.keys() == fields.keys()
    assert all(part in found[field] for field, part in fields.items())


@pytest.mark.parametrize(
    ("last", "following"),
    [
        ("Weekly sync", "Weekly sync"),
        ("Session 12", "Session 13"),
        ("Data guild #9", "Data guild #10"),
        ("Roadmap 2026", "Roadmap 2026"),
    ],
)
def test_suggested_title(last, following):
    assert suggest_title(last) == following


@pytest.mark.parametrize(
    ("last", "now", "suggested"),
    [
        # Thursday 4 June, 16:00; now Friday 12 June: yesterday's
        (datetime(2026, 6, 4, 16), datetime(2026, 6, 12, 9), datetime(2026, 6, 11, 16)),
        # now Thursday 11 June in the evening: today's
        (datetime(2026, 6, 4, 16), datetime(2026, 6, 11, 18), datetime(2026, 6, 11, 16)),
        # Thursday noon, nothing new yet: this hour
        (datetime(2026, 6, 4, 16), datetime(2026, 6, 11, 12, 20), datetime(2026, 6, 11, 12)),
        # Monday 8 June, an extra one: today at the usual time
        (datetime(2026, 6, 4, 16), datetime(2026, 6, 8, 18), datetime(2026, 6, 8, 16)),
    ],
)
def test_suggested_day(last, now, suggested):
    assert suggest_day(last, now) == suggested
