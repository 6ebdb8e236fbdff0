"""The invented history before it becomes rows, seen from many moments."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cop.choices import AttendanceKind, FacilitatorRole, SessionKind, SessionStatus
from cop.example.clock import Clock, end_of, last_day_ended, meeting_days
from cop.example.source import CommunityFact, read_source
from cop.example.story import invent

SOURCE = read_source()


def fact(slug: str) -> CommunityFact:
    return next(item for item in SOURCE.communities if item.slug == slug)


class TestFacts:
    def test_every_unit_that_a_community_draws_on_exists(self):
        units = {unit.name for unit in SOURCE.units}
        for item in SOURCE.communities:
            assert set(item.home_units) <= units, item.slug
            assert item.host_unit in units | {""}
            assert item.merged_into in {other.slug for other in SOURCE.communities} | {""}

    def test_texts_fit_their_columns(self):
        for item in SOURCE.communities:
            assert len(item.focus) <= 300
            assert len(item.cadence) <= 80
            assert all(len(subject.title) <= 200 for subject in item.subjects)
            assert all(len(objective.statement) <= 300 for objective in item.objectives)

    def test_no_title_comes_twice(self):
        subjects = Counter((item.slug, subject.title) for item in SOURCE.communities for subject in item.subjects)
        gifts = Counter(gift.title for item in SOURCE.communities for gift in item.gifts)
        assert max(subjects.values()) == 1
        assert max(gifts.values()) == 1


class TestMeetingDays:
    def test_the_second_tuesday_of_the_month(self):
        clock = Clock(datetime(2026, 6, 15, 10, tzinfo=UTC))
        days = meeting_days(fact("applied-machine-learning"), clock)
        assert days[-2:] == [date(2026, 5, 12), date(2026, 6, 9)]  # 14 July is 29 days ahead
        assert {day.weekday() for day in days if (day.month, day.day) != (12, 9)} == {1}

    def test_a_holiday_moves_the_session_to_the_next_day(self):
        clock = Clock(datetime(2026, 12, 20, 10, tzinfo=UTC))
        days = meeting_days(fact("applied-machine-learning"), clock)
        assert date(2026, 12, 9) in days  # the second Tuesday is 8 December
        assert date(2026, 12, 8) not in days

    def test_a_community_that_rests_in_august_has_no_session_then(self):
        clock = Clock(datetime(2026, 6, 15, 10, tzinfo=UTC))
        assert 8 not in {day.month for day in meeting_days(fact("project-leadership"), clock)}
        assert 8 in {day.month for day in meeting_days(fact("field-safety"), clock)}

    @pytest.mark.parametrize(
        ("now", "expected"),
        [
            (datetime(2026, 6, 17, 11, 29, tzinfo=UTC), date(2026, 6, 16)),  # a minute before the end at 13:30
            (datetime(2026, 6, 17, 11, 30, tzinfo=UTC), date(2026, 6, 17)),
            (datetime(2026, 6, 22, 8, 0, tzinfo=UTC), date(2026, 6, 19)),  # Monday morning: Friday's
            (datetime(2026, 6, 20, 18, 0, tzinfo=UTC), date(2026, 6, 19)),  # Saturday
            (datetime(2026, 6, 21, 23, 0, tzinfo=UTC), date(2026, 6, 19)),  # Monday in Madrid already
        ],
    )
    def test_the_session_that_waits_ended_on_the_last_working_day(self, now, expected):
        craft = fact("software-craft")
        clock = Clock(now)
        assert last_day_ended(craft, clock) == expected
        assert expected in meeting_days(craft, clock)
        assert end_of(craft, expected) <= now


moments = st.datetimes(datetime(2024, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds it


@settings(max_examples=8, deadline=None)
@given(now=moments)
def test_whatever_the_moment_the_story_is_whole(now):
    clock = Clock(now)
    world = invent(SOURCE, clock)
    due = []
    for story in world.stories:
        assert story.meetings, story.fact.slug
        for meeting in story.meetings:
            assert meeting.starts_at < meeting.ends_at
            if meeting.status is SessionStatus.PLANNED:
                due += [meeting] if meeting.ends_at <= now else []
                assert meeting.day <= clock.today + timedelta(days=28)
            else:
                assert meeting.ends_at <= now
            assert (meeting.attendance is AttendanceKind.LIST) == bool(meeting.visits)
            assert all(visit.person.is_guest or visit.person.works(meeting.day) for visit in meeting.visits)
        if story.fact.subjects[0].kind is SessionKind.LAUNCH:
            assert story.meetings[0].subject.kind is SessionKind.LAUNCH
        assert all(gift.day <= clock.today for gift in story.gifts)
        assert all(stay.joined_on <= clock.today for stay in story.group.stays)
        assert all(stay.left_on is None or stay.joined_on < stay.left_on <= clock.today for stay in story.group.stays)
    assert len(due) == 1
    leads = Counter(
        carrier.person.number
        for story in world.stories
        for carrier in story.group.carriers
        if carrier.role is FacilitatorRole.LEAD and carrier.until_on is None
    )
    assert sorted(leads.values())[-2:] == [1, 2]
    assert len({person.handle for person in world.people if not person.is_guest}) == 400
