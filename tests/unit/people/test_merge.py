"""Two records become one: nothing is lost, nothing counts twice."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cop import facts
from cop.choices import FacilitatorRole, PersonKind
from cop.db import reading, revisions, transaction
from cop.errors import Conflict, Invalid, NotFound
from cop.execute import execute
from cop.integrity import problems
from cop.models import (
    Account,
    ActivityMonth,
    Assessment,
    Attendance,
    AuditEntry,
    Contribution,
    Criterion,
    DistinctPeople,
    ExternalIdentity,
    Facilitator,
    FunnelItem,
    Membership,
    Person,
    UnitMeeting,
    UnitMeetingPerson,
    Vote,
)
from cop.people.likeness import Record, alike, pairs
from cop.people.operations import keep_apart, merge_people
from cop.people.queries import likely_pairs, person_card
from cop.permissions import SYSTEM
from tests import factories as make


@pytest.fixture
def two(db) -> tuple[Person, Person]:
    make.organisation(db)
    return make.person(db, name="Ana Gómez", email="ana@x.example"), make.person(db, name="Gomez, Ana", handle="anag")


def merge(keep: Person, gone: Person, **versions: int) -> int:
    given_ = {"keep_version": keep.version, "gone_version": gone.version} | versions
    return execute(merge_people, SYSTEM, now=make.NOW, keep_id=keep.id, gone_id=gone.id, **given_)


def test_everything_passes_to_the_one_that_stays(db, two):
    ana, other = two
    room = make.community(db)
    both = make.session(db, room, date(2026, 5, 4), people=[ana, other])
    db.get(Attendance, (both.id, other.id)).spoke = True
    alone = make.session(db, room, date(2026, 5, 11), people=[other])
    make.contribution(db, room, person_id=other.id)
    account = make.account(db, other)
    make.commit(db)
    assert merge(ana, other) == 2 + 1  # attendances and the contribution
    with reading() as fresh:
        came = fresh.execute(sa.select(Attendance.session_id, Attendance.person_id, Attendance.spoke)).all()
        assert sorted(map(tuple, came)) == [(both.id, ana.id, True), (alone.id, ana.id, False)]
        assert fresh.scalar(sa.select(Contribution.person_id)) == ana.id
        assert fresh.get_one(Account, account.id).person_id == ana.id
        kept, gone = fresh.get_one(Person, ana.id), fresh.get_one(Person, other.id)
        assert (kept.email, kept.handle) == ("ana@x.example", "anag")
        assert (gone.handle, gone.merged_into_id, gone.active) == (None, ana.id, False)
        month = fresh.scalars(sa.select(ActivityMonth).where(ActivityMonth.month == date(2026, 5, 1))).one()
        assert (month.attendances, month.newcomers, month.returners) == (2, 1, 1)  # it was 3, of two people
        assert facts.counted(fresh, room.id)
        assert [found for found in problems(fresh, now=make.NOW) if "administrate" not in found] == []
        entry = fresh.scalars(sa.select(AuditEntry).where(AuditEntry.operation == "people.merge_people")).one()
        assert entry.after["moved"] == {"attendance": 2, "contribution": 1}


def test_stretches_of_membership_that_touch_are_one(db, two):
    ana, other = two
    room, elsewhere = make.community(db), make.community(db)
    make.membership(db, room, ana, joined_on=date(2026, 1, 1), left_on=date(2026, 3, 1))
    make.membership(db, room, other, joined_on=date(2026, 3, 1), left_on=None)
    make.membership(db, elsewhere, other, joined_on=date(2026, 2, 1), left_on=date(2026, 2, 5))
    make.membership(db, elsewhere, ana, joined_on=date(2026, 4, 1), left_on=None)
    make.commit(db)
    merge(ana, other)
    with reading() as fresh:
        rows = fresh.execute(
            sa.select(Membership.community_id, Membership.person_id, Membership.joined_on, Membership.left_on)
        ).all()
    assert sorted(map(tuple, rows), key=str) == sorted(
        [
            (room.id, ana.id, date(2026, 1, 1), None),
            (elsewhere.id, ana.id, date(2026, 2, 1), date(2026, 2, 5)),
            (elsewhere.id, ana.id, date(2026, 4, 1), None),
        ],
        key=str,
    )


def test_of_two_roles_the_stronger_stays(db, two):
    ana, other = two
    room = make.community(db)
    make.facilitator(db, room, ana, role=FacilitatorRole.BACKUP, since_on=date(2026, 1, 1))
    make.facilitator(db, room, other, role=FacilitatorRole.LEAD, since_on=None)
    make.commit(db)
    merge(ana, other)
    with reading() as fresh:
        row = fresh.scalars(sa.select(Facilitator)).one()
    assert (row.person_id, row.role, row.since_on, row.until_on) == (ana.id, FacilitatorRole.LEAD, None, None)


def test_a_role_that_spans_two_others_joins_them(db, two):
    ana, other = two
    room = make.community(db)
    make.facilitator(db, room, ana, since_on=date(2026, 1, 1), until_on=date(2026, 3, 1))
    make.facilitator(db, room, ana, since_on=date(2026, 5, 1), until_on=None)
    make.facilitator(db, room, other, since_on=date(2026, 2, 1), until_on=None)
    make.commit(db)
    merge(ana, other)
    with reading() as fresh:
        row = fresh.scalars(sa.select(Facilitator)).one()
    assert (row.since_on, row.until_on) == (date(2026, 1, 1), None)


EARLY, LATE = make.NOW - timedelta(days=3), make.NOW - timedelta(days=1)


def test_two_votes_are_one_since_the_first(db, two):
    ana, other = two
    both, again, alone = (make.funnel_item(db) for _ in range(3))
    db.add_all(
        Vote(item_id=item.id, person_id=somebody.id, at=at)
        for item, somebody, at in (
            (both, ana, LATE), (both, other, EARLY), (again, ana, EARLY), (again, other, LATE), (alone, other, LATE),
        )
    )  # fmt: skip
    make.commit(db)
    assert merge(ana, other) == 3
    with reading() as fresh:
        assert sorted(map(tuple, fresh.execute(sa.select(Vote.item_id, Vote.person_id, Vote.at)))) == [
            (both.id, ana.id, EARLY), (again.id, ana.id, EARLY), (alone.id, ana.id, LATE),
        ]  # fmt: skip
        assert revisions(fresh)["funnel"] == revisions(fresh)["meetings"] == 1


def test_of_two_marks_on_a_criterion_the_later_stays(db, two):
    ana, other = two
    item = make.funnel_item(db)
    older, newer, alone, same = (Criterion() for _ in range(4))
    db.add_all((older, newer, alone, same))
    db.flush()
    db.add_all(
        Assessment(item_id=item.id, criterion_id=criterion.id, assessor_id=somebody.id, value=value, at=at)
        for criterion, somebody, value, at in (
            (older, ana, 2, EARLY), (older, other, 5, LATE),
            (newer, ana, 1, LATE), (newer, other, 4, EARLY),
            (alone, other, 3, EARLY),
            (same, ana, 4, EARLY), (same, other, 1, EARLY),
        )
    )  # fmt: skip
    make.commit(db)
    merge(ana, other)
    with reading() as fresh:
        rows = fresh.execute(
            sa.select(Assessment.criterion_id, Assessment.assessor_id, Assessment.value, Assessment.at)
        )
        assert sorted(map(tuple, rows)) == [
            (older.id, ana.id, 5, LATE), (newer.id, ana.id, 1, LATE), (alone.id, ana.id, 3, EARLY),
            (same.id, ana.id, 4, EARLY),
        ]  # fmt: skip


def test_what_else_of_the_funnel_names_a_person_passes_on(db, two):
    ana, other = two
    unit = make.org_unit(db)
    meeting, alone = (
        UnitMeeting(org_unit_id=unit.id, met_on=make.TODAY, led_by_id=other.id, created_at=make.NOW) for _ in range(2)
    )
    db.add_all((meeting, alone))
    db.flush()
    for room, somebody in ((meeting, ana), (meeting, other), (alone, other)):
        db.add(UnitMeetingPerson(meeting_id=room.id, person_id=somebody.id))
    make.funnel_item(db, owner_id=other.id, raised_by_id=other.id)
    make.commit(db)
    merge(ana, other)
    with reading() as fresh:
        came = sorted(map(tuple, fresh.execute(sa.select(UnitMeetingPerson.meeting_id, UnitMeetingPerson.person_id))))
        assert came == [(meeting.id, ana.id), (alone.id, ana.id)]
        assert set(fresh.scalars(sa.select(UnitMeeting.led_by_id))) == {ana.id}
        item = fresh.scalars(sa.select(FunnelItem)).one()
        assert (item.owner_id, item.raised_by_id) == (ana.id, ana.id)


def test_staff_stays_staff_and_who_left_stays_gone(db):
    make.organisation(db)
    unit = make.org_unit(db)
    guest, staff = make.person(db, kind=PersonKind.GUEST), make.person(db, org_unit_id=unit.id)
    left, visitor = make.person(db, active=False), make.person(db, kind=PersonKind.GUEST)
    make.commit(db)
    merge(guest, staff)
    merge(left, visitor)
    with reading() as fresh:
        kept = fresh.get_one(Person, guest.id)
        assert (kept.kind, kept.active, kept.org_unit_id) == (PersonKind.STAFF, True, unit.id)
        assert fresh.get_one(Person, left.id).active is False


def test_the_account_in_use_is_not_left_behind(db, two):
    ana, other = two
    make.account(db, ana, active=False)
    make.account(db, other)
    make.commit(db)
    with pytest.raises(Invalid, match="let that record stay"):
        merge(ana, other)
    merge(other, ana)
    with reading() as fresh:
        assert fresh.scalar(sa.select(Account.person_id).where(Account.active)) == other.id


def test_who_they_are_to_the_identity_provider_leads_to_the_account_that_stays(db, two):
    ana, other = two
    stays, closed = make.account(db, ana), make.account(db, other, active=False)
    for issuer, account in (("https://a.example", closed), ("https://b.example", closed), ("https://b.example", stays)):
        who = f"{account.id} there"
        db.add(
            ExternalIdentity(issuer=issuer, subject=who, account_id=account.id, created_at=make.NOW, used_at=make.NOW)
        )
    make.commit(db)
    merge(ana, other)
    with reading() as fresh:
        found = fresh.execute(sa.select(ExternalIdentity.issuer, ExternalIdentity.subject, ExternalIdentity.account_id))
        assert {tuple(row) for row in found} == {
            ("https://a.example", f"{closed.id} there", stays.id),
            ("https://b.example", f"{closed.id} there", closed.id),
            ("https://b.example", f"{stays.id} there", stays.id),
        }


def test_the_other_spelling_is_known_from_then_on(db, two):
    ana, other = two
    make.commit(db)
    merge(ana, other)
    with reading() as fresh:
        assert likely_pairs(fresh, SYSTEM, most=9) == ()
        assert person_card(fresh, SYSTEM, person_id=ana.id).handle == "anag"
        assert "gomez ana" in {key for (key,) in fresh.execute(sa.text("SELECT key FROM person_alias"))}


def test_what_is_refused(db, two):
    ana, other = two
    third = make.person(db, name="Third")
    make.account(db, ana)
    account = make.account(db, other)
    make.commit(db)
    with pytest.raises(Invalid, match="same record"):
        merge(ana, ana)
    with pytest.raises(Invalid, match="Both have an active account"):
        merge(ana, other)
    with pytest.raises(Conflict):
        merge(ana, third, gone_version=third.version + 1)
    with pytest.raises(NotFound):
        execute(merge_people, SYSTEM, now=make.NOW, keep_id=ana.id, keep_version=1, gone_id=9_999, gone_version=1)
    with transaction() as fresh:
        fresh.get_one(Account, account.id).active = False
    merge(ana, other)
    with pytest.raises(Invalid, match="merged already"), reading() as fresh:
        merge(ana, fresh.get_one(Person, other.id))


def test_two_people_are_not_suggested_again(db, two):
    ana, other = two
    make.commit(db)
    with reading() as fresh:
        (pair,) = likely_pairs(fresh, SYSTEM, most=9)
    assert {pair.first.name, pair.second.name} == {"Ana Gómez", "Gomez, Ana"}
    for first, second in ((ana, other), (other, ana)):  # whichever way round, once
        execute(keep_apart, SYSTEM, now=make.NOW, first_id=first.id, second_id=second.id)
    with reading() as fresh:
        assert likely_pairs(fresh, SYSTEM, most=9) == ()
        assert fresh.scalar(sa.select(sa.func.count()).select_from(DistinctPeople)) == 1
    with pytest.raises(NotFound):
        execute(keep_apart, SYSTEM, now=make.NOW, first_id=ana.id, second_id=ana.id)


def weighed(*records: Record):
    by_id = {record.id: record for record in sorted(records, key=lambda record: record.id)}
    return pairs(alike(tuple((record.id, record.name) for record in by_id.values())), by_id)


def test_evidence_by_hand():
    base = Record(
        1, "Ana Gómez", "ana.gomez@x.example", "", "IT", communities=frozenset({1, 2}), sessions=frozenset({1})
    )
    same = Record(2, "Gomez Ana", "", "ana.gomez", "IT", communities=frozenset({2}))
    (pair,) = weighed(base, same)
    assert pair.score == 100
    assert pair.speaks_for == (
        "names are 100 % alike",
        "an address or handle of one is the other's",
        "both in IT",
        "1 community in common",
    )
    met = Record(3, "Ana Gomes", "ana.gomes@x.example", "", "HR", sessions=frozenset({1}))
    (pair,) = weighed(base, met)
    assert pair.speaks_against == ("different e-mail addresses", "different org units", "both on the list of 1 session")
    assert pair.score == 89 - 6 - 12
    assert weighed(base, Record(4, "Bo Larsson")) == []


@given(st.lists(st.sampled_from(["Ana Gómez", "Gomez Ana", "Ben Okri", "", "李雷", "Ana"]), max_size=12))
def test_each_pair_once_and_in_order(names):
    records = [Record(number, name) for number, name in enumerate(names, 1)]
    found = weighed(*records)
    keys = [(pair.first.id, pair.second.id) for pair in found]
    assert len(set(keys)) == len(keys)
    assert all(first < second for first, second in keys)
    assert [pair.score for pair in found] == sorted((pair.score for pair in found), reverse=True)
    assert weighed(*records[::-1]) == found
