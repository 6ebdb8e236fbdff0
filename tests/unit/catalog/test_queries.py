"""What the catalog and a community's page show, worked out by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
import sqlalchemy as sa

from cop.catalog import operations as o
from cop.catalog import queries as q
from cop.choices import AttendanceKind, FacilitatorRole, SessionStatus
from cop.db import reading
from cop.errors import Forbidden
from cop.execute import execute
from cop.models import Person
from cop.permissions import Role
from tests import factories as make

NOW, TODAY = make.NOW, make.TODAY
PLANNED = {"status": SessionStatus.PLANNED}


def _catalog(now=NOW):
    with reading() as db:
        return q.catalog(db, None, now=now).set_index("slug")


@pytest.fixture
def statements(engine):
    """The statements sent to the database."""
    sent = []
    sa.event.listen(engine, "before_cursor_execute", lambda _c, _cur, statement, *_: sent.append(statement))
    return sent


def test_an_empty_catalog_has_its_columns(engine):
    rows = _catalog()
    assert len(rows) == 0
    assert {"name", "next_day", "months", "search"} <= set(rows.columns)


def test_one_row_by_hand(db):
    make.organisation(db)
    data, unit = make.area(db, name="Data"), make.org_unit(db, name="IT")
    room = make.community(db, slug="a", name="Ágora", focus="Talk", area_id=data.id, org_unit_id=unit.id)
    lead, backup, past = (make.person(db, name=name) for name in ("Zoe", "Adam", "Gone"))
    make.facilitator(db, room, backup, role=FacilitatorRole.BACKUP)
    make.facilitator(db, room, lead)
    make.facilitator(db, room, past, until_on=TODAY)
    for somebody in (lead, backup):
        make.membership(db, room, somebody)
    make.membership(db, room, past, left_on=date(2026, 2, 1))
    make.session(db, room, date(2026, 1, 20), people=[lead, backup, past])
    make.session(db, room, date(2026, 2, 20))  # neither list nor count
    make.session(db, room, date(2026, 3, 20), attendance_kind=AttendanceKind.COUNT, headcount=7)
    make.session(db, room, date(2026, 4, 20), people=[lead])
    make.session(db, room, TODAY + timedelta(days=9), title="Later", **PLANNED)
    soon = make.session(db, room, TODAY + timedelta(days=2), title="Soon", **PLANNED)
    make.session(db, room, TODAY - timedelta(days=2), title="Not recorded yet", **PLANNED)
    make.session(db, room, TODAY + timedelta(days=1), title="Off", status=SessionStatus.CANCELLED)
    make.commit(db)

    row = _catalog().loc["a"]
    assert (row["area"], row["unit"], row["facilitators"]) == ("Data", "IT", "Zoe, Adam")
    assert (row["members"], row["active_members"]) == (2, 1)  # 20 April is 56 days ago, 20 January 146
    assert (row["next_id"], row["next_title"]) == (soon.id, "Soon")
    assert row["next_day"] == pd.Timestamp(2026, 6, 17)
    assert row["last_day"] == pd.Timestamp(2026, 4, 20)
    # July to December: before its first month; January 3; February unknown; March 7; April 1; then nothing held
    assert row["months"] == (None, None, None, None, None, None, 3, None, 7, 1, 0, 0)
    assert "agora" in row["search"]
    assert "zoe" in row["search"]
    assert "gone" not in row["search"]


def test_next_session_lasts_until_it_ends_and_days_are_local(db):
    make.organisation(db)  # Madrid
    room = make.community(db, slug="a")
    starts = datetime(2026, 6, 15, 22, 30, tzinfo=UTC)  # 00:30 on the 16th in Madrid
    make.session(db, room, date(2026, 6, 16), starts_at=starts, ends_at=starts + timedelta(hours=1), **PLANNED)
    make.commit(db)
    assert _catalog(starts + timedelta(minutes=59)).loc["a", "next_day"] == pd.Timestamp(2026, 6, 16)
    assert pd.isna(_catalog(starts + timedelta(hours=1)).loc["a", "next_day"])


def test_archived_and_merged(db):
    kept = make.community(db, slug="kept", name="Kept")
    gone = make.community(db, slug="gone", archived_at=NOW, merged_into_id=kept.id)
    make.session(db, gone, TODAY + timedelta(days=2), **PLANNED)
    make.commit(db)
    row = _catalog().loc["gone"]
    assert (row["archived"], row["merged_slug"], row["merged_name"]) == (True, "kept", "Kept")
    assert pd.isna(row["next_id"])


def test_memberships_end_with_the_community(db):
    """As in the figures: nobody belongs to what was archived."""
    make.organisation(db)
    room, member = make.community(db, slug="a"), make.person(db)
    make.membership(db, room, member)
    actor = make.actor(db, Role.ADMIN)
    make.commit(db)
    me = replace(actor, person_id=member.id)
    where = {"community_id": room.id, "version": room.version, "reason": "Done"}
    execute(o.archive_community, actor, now=NOW, **where)
    with reading() as after:
        assert q.detail(after, None, slug="a", today=TODAY).members == 0
        assert q.members(after, None, community_id=room.id).empty
        assert q.my_communities(after, me) == frozenset()
    assert _catalog().loc["a", "members"] == 0
    execute(o.reopen_community, actor, now=NOW, **where | {"version": room.version + 1})
    with reading() as after:
        assert list(q.members(after, None, community_id=room.id)["name"]) == [member.name]
        assert q.my_communities(after, me) == {room.id}


def test_500_communities_take_as_many_statements_as_one(db, statements):
    make.organisation(db)
    people = [make.person(db) for _ in range(20)]
    for number in range(500):
        room = make.community(db)
        make.membership(db, room, people[number % 20])
        make.facilitator(db, room, people[(number + 1) % 20])
        make.session(db, room, TODAY - timedelta(days=number % 300), people=[people[number % 20]])
        make.session(db, room, TODAY + timedelta(days=1 + number % 40), **PLANNED)
    make.commit(db)
    statements.clear()
    rows = _catalog()
    assert len(rows) == 500
    assert (rows["members"] == 1).all()
    assert rows["next_day"].notna().all()
    assert len([text for text in statements if text.startswith(("SELECT", "WITH"))]) <= 10


def test_units_come_in_the_trees_order_with_all_below(db):
    top = make.org_unit(db, name="Company")
    sales = make.org_unit(db, name="Sales", parent_id=top.id)
    it = make.org_unit(db, name="IT", parent_id=top.id)
    north = make.org_unit(db, name="North", parent_id=sales.id)
    closed = make.org_unit(db, name="Closed", active=False)
    orphan = make.org_unit(db, name="Orphan", parent_id=closed.id)
    found = q.units(db, None)
    assert [unit.path for unit in found] == [
        "Company",
        "Company / IT",
        "Company / Sales",
        "Company / Sales / North",
        "Orphan",
    ]
    below = {unit.id: unit.below for unit in found}
    assert below[top.id] == {top.id, sales.id, it.id, north.id}
    assert below[sales.id] == {sales.id, north.id}
    assert below[orphan.id] == {orphan.id}


def test_mine_are_those_i_belong_to_today(db):
    actor, other = make.actor(db), make.actor(db)
    rooms = [make.community(db) for _ in range(3)]
    me = db.get(Person, actor.person_id)
    make.membership(db, rooms[0], me)
    make.membership(db, rooms[1], me, left_on=TODAY)
    assert q.my_communities(db, actor) == {rooms[0].id}
    assert q.my_communities(db, other) == frozenset()
    with pytest.raises(Forbidden):
        q.my_communities(db, None)
    assert not q.my_communities.public


def test_detail(db):
    make.organisation(db)
    room = make.community(db, slug="a", charter="Why\n\nwe meet", archived_at=NOW, archive_reason="Done")
    make.facilitator(db, room, make.person(db, name="Adam"), role=FacilitatorRole.BACKUP)
    make.facilitator(db, room, make.person(db, name="Zoe"))
    make.commit(db)
    found = q.detail(db, None, slug="a", today=TODAY)
    assert [(carrier.name, carrier.role) for carrier in found.facilitators] == [("Zoe", "lead"), ("Adam", "backup")]
    assert (found.charter, found.archived_on, found.archive_reason) == ("Why\n\nwe meet", TODAY, "Done")
    assert (found.members, found.active_members, found.area, found.merged_slug) == (0, 0, "", "")
    assert q.detail(db, None, slug="nothing", today=TODAY) is None


def test_sessions_tell_no_list_from_nobody_came(db):
    room, ana = make.community(db), make.person(db)
    make.session(db, room, date(2026, 6, 1), people=[ana])
    make.session(db, room, date(2026, 6, 2), people=[])
    make.session(db, room, date(2026, 6, 3))
    make.session(db, room, date(2026, 6, 4), attendance_kind=AttendanceKind.COUNT, headcount=12)
    make.session(db, make.community(db), date(2026, 6, 5), people=[ana])
    rows = q.sessions(db, None, community_id=room.id)
    assert list(rows["people"].fillna(-1)) == [12, -1, 0, 1]


def test_the_next_session_of_a_community(db):
    room, other = make.community(db), make.community(db)

    def plan(community, hours, **values):
        starts = NOW + timedelta(hours=hours)
        day = starts.date()
        return make.session(
            db, community, day, starts_at=starts, ends_at=starts + timedelta(hours=1), **{**PLANNED, **values}
        )

    plan(room, 5, title="Later")
    running = plan(room, -0.5, title="Running")
    plan(room, 1, title="Called off", status=SessionStatus.CANCELLED, cancel_reason="ill")
    plan(room, -1, title="Over")
    plan(other, 0.5, title="Elsewhere")
    make.commit(db)
    found = q.next_session(db, None, community_id=room.id, now=NOW)
    assert (found.id, found.title) == (running.id, "Running")
    after = q.next_session(db, None, community_id=room.id, now=NOW + timedelta(minutes=30))
    assert after.title == "Later"
    assert q.next_session(db, None, community_id=room.id, now=NOW + timedelta(days=1)) is None


def test_activity_by_month(db):
    room, ana = make.community(db), make.person(db)
    make.session(db, room, date(2026, 5, 4), people=[ana])
    make.session(db, room, date(2026, 5, 5))
    make.session(db, room, date(2026, 6, 1))
    make.commit(db)
    rows = q.activity(db, None, community_id=room.id, today=TODAY)
    assert len(rows) == 12
    assert list(rows["sessions"])[-3:] == [0, 2, 1]
    assert list(rows["people"].fillna(-1))[-3:] == [0, 1, -1]


def test_no_name_of_an_attendee_is_in_a_public_query(db):
    """Who came is nobody's business here: only counts leave these queries."""
    room = make.community(db, slug="a")
    make.session(db, room, TODAY, people=[make.person(db, name="Canary Smith")])
    make.commit(db)
    shown = [
        q.catalog(db, None, now=NOW).to_csv(),
        str(q.detail(db, None, slug="a", today=TODAY)),
        q.sessions(db, None, community_id=room.id).to_csv(),
        q.members(db, None, community_id=room.id).to_csv(),
        q.activity(db, None, community_id=room.id, today=TODAY).to_csv(),
    ]
    assert not any("Canary" in text for text in shown)


def test_moves_are_for_those_who_may_edit(db):
    room, other = make.community(db), make.community(db)
    carrier = make.actor(db, Role.FACILITATOR, communities=[room])
    stranger = make.actor(db, Role.FACILITATOR, communities=[other])
    staff, manager = make.actor(db), make.actor(db, Role.MANAGER)
    make.commit(db)
    execute(o.join_community, staff, now=NOW, community_id=room.id, reason="To learn")
    execute(o.leave_community, staff, now=NOW + timedelta(days=1), community_id=room.id, reason="No time")
    with reading() as read:
        for refused in (staff, manager, stranger, None):
            with pytest.raises(Forbidden):
                q.moves(read, refused, community_id=room.id)
        moves = q.moves(read, carrier, community_id=room.id)
        assert [tuple(row) for row in moves[["day", "move", "reason"]].itertuples(index=False)] == [
            (date(2026, 6, 16), "left", "No time"),
            (date(2026, 6, 15), "joined", "To learn"),
        ]
