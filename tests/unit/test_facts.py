"""The figures by month, against tables worked out by hand."""

from datetime import date

import sqlalchemy as sa

from cop.models import ActivityMonth, MemberActivity, MembershipMonth
from tests import factories as make


def _months(db, community):
    rows = db.scalars(
        sa.select(ActivityMonth).where(ActivityMonth.community_id == community.id).order_by(ActivityMonth.month),
        execution_options={"populate_existing": True},
    )
    return {row.month: row for row in rows}


def test_counts_by_hand(db):
    """Three members, one of them facilitating; January: two sessions with a list, one without."""
    room = make.community(db)
    lead, ana, ben, guest = (make.person(db) for _ in range(4))
    for somebody in (lead, ana, ben):
        make.membership(db, room, somebody, joined_on=date(2026, 1, 1))
    make.facilitator(db, room, lead)
    make.session(db, room, date(2026, 1, 10), people=[lead, ana, guest])
    make.session(db, room, date(2026, 1, 20), people=[lead, ana, ben])
    make.session(db, room, date(2026, 1, 25))  # no list: missing, not empty
    make.session(db, room, date(2026, 5, 20), people=[ana, ben])  # 130 and 120 days later
    make.contribution(db, room, date(2026, 1, 10), person_id=ben.id)
    make.commit(db)

    months = _months(db, room)
    january = months[date(2026, 1, 1)]
    assert (january.sessions_held, january.sessions_listed, january.headcount) == (3, 2, 6)
    assert january.attendances == 6
    # lead is left out of both: members on the day 2 + 2, came 1 (ana) + 2 (ana, ben)
    assert (january.attending_members, january.members_on_day) == (3, 4)
    assert (january.newcomers, january.returners, january.reactivated) == (4, 2, 0)
    assert january.contributions == 1
    assert january.active_members == 3  # the guest is no member
    assert months[date(2026, 3, 1)].active_members == 3  # 31 March is day 70 after the 20th
    assert date(2026, 4, 1) not in months  # by 30 April 100 days have passed
    may = months[date(2026, 5, 1)]
    assert (may.newcomers, may.returners, may.reactivated) == (0, 0, 2)
    assert may.active_members == 2


def test_amending_an_old_session_moves_later_figures(db):
    """A backfilled first attendance makes the later one a return."""
    room, ana = make.community(db), make.person(db)
    make.session(db, room, date(2026, 5, 20), people=[ana])
    make.commit(db)
    assert _months(db, room)[date(2026, 5, 1)].newcomers == 1
    make.session(db, room, date(2026, 4, 20), people=[ana])
    make.commit(db)
    months = _months(db, room)
    assert (months[date(2026, 4, 1)].newcomers, months[date(2026, 5, 1)].newcomers) == (1, 0)
    assert months[date(2026, 5, 1)].returners == 1


def test_members_come_and_go(db):
    room, ana, ben = make.community(db), make.person(db), make.person(db)
    make.membership(db, room, ana, joined_on=date(2026, 1, 5))
    make.membership(db, room, ben, joined_on=date(2026, 1, 5), left_on=date(2026, 3, 1))
    make.session(db, room, date(2026, 3, 2), people=[ana, ben])
    make.commit(db)
    moves = {row.month: (row.joined, row.left) for row in db.scalars(sa.select(MembershipMonth))}
    assert moves == {date(2026, 1, 1): (2, 0), date(2026, 3, 1): (0, 1)}
    assert _months(db, room)[date(2026, 3, 1)].active_members == 1  # ben is no member any more
    assert db.scalars(sa.select(MemberActivity.person_id)).all() == [ana.id]
