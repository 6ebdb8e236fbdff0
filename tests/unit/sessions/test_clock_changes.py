"""Sessions on the days on which clocks change, on leap days and at the ends of months: each counts once, where it belongs."""
# ruff: noqa: DTZ001 - local times, as a form gives them

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from cop import integrity
from cop.db import reading
from cop.errors import Invalid
from cop.execute import execute
from cop.models import ActivityMonth, CommunitySession
from cop.permissions import Role
from cop.sessions import operations as ops
from cop.sessions.inputs import Plan, Report
from cop.settings import settings
from tests import factories as make

NOW = datetime(2026, 12, 1, 10, tzinfo=UTC)
MADRID, KOLKATA, AUCKLAND, HONOLULU = "Europe/Madrid", "Asia/Kolkata", "Pacific/Auckland", "Pacific/Honolulu"
HELD = [
    # local start, its zone, the moment, the day in Madrid
    (datetime(2026, 3, 29, 1, 30), MADRID, datetime(2026, 3, 29, 0, 30), date(2026, 3, 29)),  # half an hour before
    (datetime(2026, 3, 29, 3, 0), MADRID, datetime(2026, 3, 29, 1, 0), date(2026, 3, 29)),  # the first moment after
    (datetime(2026, 10, 25, 2, 30), MADRID, datetime(2026, 10, 25, 0, 30), date(2026, 10, 25)),  # comes twice
    (datetime(2026, 10, 25, 3, 0), MADRID, datetime(2026, 10, 25, 2, 0), date(2026, 10, 25)),  # once again
    (datetime(2024, 2, 29, 23, 30), MADRID, datetime(2024, 2, 29, 22, 30), date(2024, 2, 29)),  # leap day
    (datetime(2024, 3, 1, 0, 0), MADRID, datetime(2024, 2, 29, 23, 0), date(2024, 3, 1)),  # a day before in UTC
    (datetime(2026, 6, 1, 0, 30), MADRID, datetime(2026, 5, 31, 22, 30), date(2026, 6, 1)),  # a month before in UTC
    (datetime(2026, 7, 1, 2, 0), KOLKATA, datetime(2026, 6, 30, 20, 30), date(2026, 6, 30)),  # a month later there
    (datetime(2026, 1, 1, 9, 0), AUCKLAND, datetime(2025, 12, 31, 20, 0), date(2025, 12, 31)),  # a year later there
    (datetime(2025, 12, 31, 14, 0), HONOLULU, datetime(2026, 1, 1, 0, 0), date(2026, 1, 1)),  # a year before there
]


@pytest.fixture
def record(db):
    make.organisation(db, time_zone=MADRID)
    room = make.community(db)
    lead = make.actor(db, Role.FACILITATOR, communities=[room])
    make.commit(db)

    def do(start: datetime, zone: str, now: datetime = NOW) -> int:
        plan = Plan(f"At {start}", start, start + timedelta(hours=1, minutes=30), zone)
        report = Report(attendance="count", headcount=2)
        return execute(ops.record_session, lead, now=now, community_id=room.id, plan=plan, report=report)

    return do


@pytest.mark.sqlite
def test_the_moment_is_kept_in_utc_and_every_session_is_in_one_month(record):
    ids = [record(start, zone) for start, zone, _moment, _day in HELD]
    with reading() as db:
        for key, (start, zone, moment, day) in zip(ids, HELD, strict=True):
            row = db.get_one(CommunitySession, key)
            stored = db.scalar(sa.text("SELECT starts_at FROM community_session WHERE id = :id"), {"id": key})
            assert (row.starts_at, row.day) == (moment.replace(tzinfo=UTC), day), (start, zone)
            assert stored == f"{moment:%Y-%m-%d %H:%M:%S.%f}"
            assert row.ends_at - row.starts_at == (
                timedelta(minutes=30 if start == datetime(2026, 3, 29, 1, 30) else 90)
                + timedelta(hours=1 if start == datetime(2026, 10, 25, 2, 30) else 0)
            )
        months = dict(db.execute(sa.select(ActivityMonth.month, ActivityMonth.sessions_held)).all())
        headcount = db.scalar(sa.select(sa.func.sum(ActivityMonth.headcount)))
    by_hand: dict[date, int] = {}
    for *_, day in HELD:
        by_hand[day.replace(day=1)] = by_hand.get(day.replace(day=1), 0) + 1
    assert {month: held for month, held in months.items() if held} == by_hand
    assert sum(months.values()) == len(HELD)
    assert headcount == 2 * len(HELD)
    assert [line for line in integrity.check(settings(), now=NOW) if "admin" not in line] == []


@pytest.mark.parametrize("start", [datetime(2026, 3, 29, 2, 0), datetime(2026, 3, 29, 2, 59)])
def test_a_time_that_clocks_skip_is_refused(record, start):
    with pytest.raises(Invalid) as refused:
        record(start, MADRID)
    assert "clocks go forward" in refused.value.errors["start"]


def test_a_day_that_a_zone_has_skipped_is_refused(record):
    """Samoa had no 30 December 2011."""
    with pytest.raises(Invalid):
        record(datetime(2011, 12, 30, 12), "Pacific/Apia")


def test_a_server_clock_that_goes_back_changes_no_figure(record):
    """What was recorded before stays counted, even where it lies ahead of the clock now."""
    record(datetime(2026, 11, 30, 9), MADRID)
    record(datetime(2026, 10, 5, 9), MADRID, now=datetime(2026, 11, 1, 9, tzinfo=UTC))
    with reading() as db:
        assert db.scalar(sa.select(sa.func.sum(ActivityMonth.sessions_held))) == 2
        assert db.scalar(sa.select(sa.func.sum(ActivityMonth.headcount))) == 4
