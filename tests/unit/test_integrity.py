"""`check` on a sound database and on one with each fault planted."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cop import integrity
from cop.choices import CriterionSource, FunnelStage, GrantedRole, RoundPhase
from cop.errors import DatabaseRefused
from cop.models import (
    ActivityMonth,
    Assessment,
    Attendance,
    AuditEntry,
    Community,
    CommunitySession,
    Contribution,
    CriteriaVersion,
    Criterion,
    CriterionWeight,
    FunnelItem,
    FunnelRound,
    MemberActivity,
    Membership,
    MembershipMonth,
    Organisation,
    OrgUnit,
    Person,
    Resource,
    RoleGrant,
    RoundItem,
    StageStay,
)
from cop.settings import settings
from tests import factories as make
from tests.factories import NOW, TODAY


@pytest.fixture
def world(db):
    """A small sound organisation, with something of everything that is checked."""
    make.organisation(db)
    parent = make.org_unit(db)
    unit = make.org_unit(db, parent_id=parent.id)
    make.grant(db, make.account(db), GrantedRole.ADMIN)
    for _ in range(2):
        room = make.community(db)
        people = [make.person(db, org_unit_id=unit.id) for _ in range(4)]
        for somebody in people[:3]:
            make.membership(db, room, somebody)
        make.membership(db, room, people[3], joined_on=date(2026, 2, 1), left_on=date(2026, 3, 1))
        make.membership(db, room, people[3], joined_on=date(2026, 3, 1), left_on=date(2026, 3, 9))
        make.facilitator(db, room, people[0])
        for day in (date(2025, 11, 3), date(2026, 1, 8), TODAY):
            row = make.session(db, room, day, people=people[:2])
        make.session(db, room, date(2026, 3, 3))
        make.contribution(db, room, TODAY, session_id=row.id, person_id=people[1].id)
        db.add(Resource(community_id=room.id, session_id=row.id, title="Slides", url="https://x.test", added_at=NOW))
    fill_funnel(db, people[0].id)
    for number in range(3):
        db.add(AuditEntry(at=NOW, account_id=None, actor_name="x", operation=f"test.{number}"))
    make.commit(db)
    return db


def fill_funnel(db, person_id) -> None:
    """Three items, of which one came through two stages in one moment and another is merged; a published round."""
    moved, merged, stands = make.funnel_item(db), make.funnel_item(db), make.funnel_item(db)
    merged.merged_into_id = stands.id
    db.execute(sa.update(StageStay).where(StageStay.item_id == moved.id).values(left_at=NOW))
    db.add(StageStay(item_id=moved.id, stage=FunnelStage.QUALIFIED, entered_at=NOW, left_at=NOW))
    db.flush()
    db.add(StageStay(item_id=moved.id, stage=FunnelStage.PARKED, entered_at=NOW))
    moved.stage = FunnelStage.PARKED
    assessed = db.scalars(sa.select(Criterion.id).where(Criterion.source == CriterionSource.ASSESSED)).all()
    for value, criterion in zip((1, 5), assessed, strict=True):  # both ends of the scale
        db.add(Assessment(item_id=moved.id, criterion_id=criterion, assessor_id=person_id, value=value, at=NOW))
    version = db.scalars(sa.select(CriteriaVersion.id)).one()
    past = FunnelRound(
        name="Autumn", phase=RoundPhase.PUBLISHED, criteria_version_id=version, opened_at=NOW, published_at=NOW
    )
    running = FunnelRound(name="Winter", opened_at=NOW)
    db.add_all((past, running))
    db.flush()
    db.add(RoundItem(round_id=past.id, item_id=moved.id, title="Item", rank=1, score=3.2, assessors=1, votes=0))
    db.add(RoundItem(round_id=running.id, item_id=stands.id))
    db.flush()


def check() -> list[str]:
    return integrity.check(settings(), now=NOW)


@pytest.mark.usefixtures("world")
def test_a_sound_database_has_no_problem():
    assert check() == []


@pytest.mark.usefixtures("engine")
def test_an_empty_database_has_no_problem():
    assert check() == []


def test_checking_writes_nothing(world, data_dir):
    world.execute(sa.update(ActivityMonth).values(contributions=77))
    world.commit()
    assert len(check()) == 2
    assert world.scalars(sa.select(ActivityMonth.contributions)).all()[0] == 77
    assert [file.name for file in data_dir.iterdir() if "check" in file.name] == []


def ids(db, column) -> list[int]:
    return sorted(db.scalars(sa.select(column)))


def plant_ring(db):
    top, below = ids(db, OrgUnit.id)
    db.execute(sa.update(OrgUnit).where(OrgUnit.id == top).values(parent_id=below))
    return [f"units_form_a_tree: org units [{top}, {below}] lie below each other"]


def plant_merges(db):
    one, two = ids(db, Person.id)[:2]
    for source, target in ((one, two), (two, one)):
        db.execute(sa.update(Person).where(Person.id == source).values(merged_into_id=target))
    first, second = ids(db, Community.id)
    for source, target in ((first, second), (second, first)):
        change = {"merged_into_id": target, "archived_at": NOW}
        db.execute(sa.update(Community).where(Community.id == source).values(**change))
    return [
        f"merges_end_somewhere: persons [{one}, {two}] are merged into each other",
        f"merges_end_somewhere: communities [{first}, {second}] are merged into each other",
    ]


def plant_zone(db):
    db.execute(sa.update(Organisation).values(time_zone="Mars/Base"))
    return ["zones_are_known: “Mars/Base” is not a time zone"]


def plant_day(db):
    """22:30 UTC is the next day in Madrid: a day kept in UTC is the classical fault."""
    row = ids(db, CommunitySession.id)[0]
    starts = NOW.replace(year=2025, month=11, day=2, hour=23, minute=30)
    change = {"starts_at": starts, "ends_at": starts + timedelta(hours=1), "day": date(2025, 11, 2)}
    db.execute(sa.update(CommunitySession).where(CommunitySession.id == row).values(**change))
    return [f"session_days_are_local: session {row} starts on 2025-11-03 in Europe/Madrid, but counts on 2025-11-02"]


def plant_future(db):
    row = max(ids(db, CommunitySession.id))
    starts = NOW + timedelta(days=3)
    change = {"starts_at": starts, "ends_at": starts + timedelta(hours=1), "day": starts.date()}
    db.execute(sa.update(CommunitySession).where(CommunitySession.id == row).values(**change))
    return [f"held_sessions_are_past: session {row} was held, but starts in the future"]


def plant_attendance(db):
    row = db.scalars(sa.select(CommunitySession.id).where(CommunitySession.attendance_kind == "missing")).first()
    somebody = db.scalars(sa.select(Person.id)).first()
    db.execute(sa.insert(Attendance).values(session_id=row, person_id=somebody, led=False, spoke=False, note=""))
    return [f"attendance_has_a_list: session {row} has 1 attendances but no list"]


def plant_overlap(db):
    first = db.scalars(sa.select(Membership).where(Membership.left_on == date(2026, 3, 1))).first()
    second = db.scalars(
        sa.select(Membership).where(Membership.person_id == first.person_id, Membership.id != first.id)
    ).one()
    db.execute(sa.update(Membership).where(Membership.id == first.id).values(left_on=date(2026, 3, 2)))
    stays = f"memberships {first.id} and {second.id}"
    whose = f"person {first.person_id} in community {first.community_id}"
    return [f"memberships_do_not_overlap: {stays} of {whose} overlap"]


def plant_stray(db):
    row = db.scalars(sa.select(Contribution).order_by(Contribution.id)).first()
    other = max(ids(db, Community.id))
    db.execute(sa.update(Contribution).where(Contribution.id == row.id).values(community_id=other))
    link = db.scalars(sa.select(Resource).order_by(Resource.id)).first()
    db.execute(sa.update(Resource).where(Resource.id == link.id).values(community_id=other))
    return [
        f"things_stay_in_their_community: contribution {row.id} is of session {row.session_id} of another community",
        f"things_stay_in_their_community: resource {link.id} is of session {link.session_id} of another community",
    ]


def plant_case(db):
    row = ids(db, Person.id)[0]
    db.execute(sa.update(Person).where(Person.id == row).values(email="Ana@Example.org"))
    return [f"names_are_lower_case: person {row}: email “Ana@Example.org” is not in lower case"]


def plant_no_admin(db):
    db.execute(sa.delete(RoleGrant))
    return ["somebody_can_administrate: no active account is admin"]


def plant_audit_gap(db):
    if db.get_bind().dialect.name == "postgresql":
        db.execute(sa.text("DROP TRIGGER audit_entry_append_only ON audit_entry"))
        return ["audit_trail_is_whole: the trigger audit_entry_append_only is missing"]
    db.execute(sa.text("DROP TRIGGER audit_entry_no_delete"))
    db.execute(sa.delete(AuditEntry).where(AuditEntry.id == 2))
    return [
        "audit_trail_is_whole: 1 of 3 entries are missing",
        "audit_trail_is_whole: the trigger audit_entry_no_delete is missing",
    ]


def plant_figures(db):
    first, second = ids(db, Community.id)
    db.execute(sa.update(ActivityMonth).where(ActivityMonth.community_id == first).values(headcount=99))
    db.execute(sa.delete(MembershipMonth).where(MembershipMonth.community_id == second))
    db.execute(sa.update(MemberActivity).where(MemberActivity.community_id == first).values(last_active_on=NOW.date()))
    db.execute(sa.delete(MemberActivity).where(MemberActivity.community_id == second))
    return [
        f"figures_are_right: activity_month of community {first} differs from a fresh count",
        f"figures_are_right: membership_month of community {second} differs from a fresh count",
        f"figures_are_right: member_activity of community {second} differs from a fresh count",
    ]


def plant_stage(db):
    moved, merged, stands = ids(db, FunnelItem.id)
    db.execute(sa.update(FunnelItem).where(FunnelItem.id == moved).values(stage=FunnelStage.REJECTED))
    db.execute(sa.delete(StageStay).where(StageStay.item_id == merged))
    later = NOW + timedelta(hours=1)
    db.execute(sa.update(FunnelItem).where(FunnelItem.id == stands).values(stage_since=later))
    whose = "items_are_where_they_went: funnel item"
    return [
        f"{whose} {moved} is rejected since 2026-06-15 10:00, but its open stay is parked since 2026-06-15 10:00",
        f"{whose} {merged} has no open stay",
        f"{whose} {stands} is inbox since 2026-06-15 11:00, but its open stay is inbox since 2026-06-15 10:00",
    ]


def plant_stays(db):
    moved = ids(db, FunnelItem.id)[0]
    first, second, third = db.scalars(sa.select(StageStay.id).where(StageStay.item_id == moved).order_by(StageStay.id))
    before, after = NOW - timedelta(days=2), NOW + timedelta(days=1)
    db.execute(sa.update(StageStay).where(StageStay.id == first).values(entered_at=before, left_at=after))  # overlaps
    db.execute(sa.update(StageStay).where(StageStay.id == second).values(left_at=before))
    return [
        f"stays_follow_each_other: stay {second} of funnel item {moved} ends before it begins",
        f"stays_follow_each_other: stay {second} of funnel item {moved} doesn't begin when stay {first} ends",
        f"stays_follow_each_other: stay {third} of funnel item {moved} doesn't begin when stay {second} ends",
    ]


def plant_chain(db):
    first, merged, stands = ids(db, FunnelItem.id)
    db.execute(sa.update(FunnelItem).where(FunnelItem.id == stands).values(merged_into_id=first))
    return [f"merged_items_do_not_chain: funnel item {merged} is merged into {stands}, which is merged into {first}"]


def plant_mark(db):
    low, high = db.execute(sa.select(Assessment.item_id, Assessment.criterion_id, Assessment.assessor_id)).all()
    for value, (_item, criterion, _person) in ((0, low), (6, high)):
        db.execute(sa.update(Assessment).where(Assessment.criterion_id == criterion).values(value=value))
    return [
        f"marks_are_on_their_scale: funnel item {item} has {value} of person {person} on criterion {criterion}, "
        "which goes from 1 to 5"
        for value, (item, criterion, person) in ((0, low), (6, high))
    ]


def plant_weights(db):
    judged = sa.select(Criterion.id).where(Criterion.source == CriterionSource.ASSESSED)
    zero, derived = CriteriaVersion(made_at=NOW), CriteriaVersion(made_at=NOW)
    empty = CriteriaVersion(made_at=NOW)
    db.add_all((zero, derived, empty))
    db.flush()
    themes = db.scalars(sa.select(Criterion.id).where(Criterion.source == CriterionSource.THEMES)).one()
    for version, criterion, weight in ((zero, db.scalars(judged).first(), 0.0), (derived, themes, 1.0)):
        values = {"name": "Value", "weight": weight, "anchors": {}, "place": 1}
        db.add(CriterionWeight(version_id=version.id, criterion_id=criterion, **values))
    db.flush()
    return [
        f"criteria_can_be_weighed: version {zero.id} of the criteria has no weight",
        f"criteria_can_be_weighed: version {derived.id} of the criteria has none that people judge",
        f"criteria_can_be_weighed: version {empty.id} of the criteria has no weight",
        f"criteria_can_be_weighed: version {empty.id} of the criteria has none that people judge",
    ]


def plant_round(db):
    past = ids(db, FunnelRound.id)[0]
    item = ids(db, FunnelItem.id)[0]
    db.execute(sa.update(FunnelRound).where(FunnelRound.id == past).values(criteria_version_id=None))
    db.execute(sa.update(RoundItem).where(RoundItem.round_id == past).values(assessors=None))
    return [
        f"published_rounds_are_kept: round {past} is published without its day or its criteria",
        f"published_rounds_are_kept: round {past} is published without a record of how item {item} stood",
    ]


def plant_search(db):
    db.execute(sa.text("DELETE FROM search_community"))
    return ["search_finds_what_is_there: 2 entries of search_community are missing or old"]


def plant_schema(db):
    db.execute(sa.text("DROP INDEX ix_person_name"))
    return ["schema: "]


PLANTS = {name.removeprefix("plant_"): plant for name, plant in globals().items() if name.startswith("plant_")}


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_a_planted_fault_is_named(world, plant):
    expected = plant(world)
    world.commit()
    found = check()
    for line in expected:
        assert any(problem.startswith(line) for problem in found), (line, found)
    rules = {line.split(":")[0] for line in expected}
    # a fault in the rows may make figures wrong too; nothing else may be blamed
    assert {problem.split(":")[0] for problem in found} <= rules | {"figures_are_right"}


def test_every_rule_has_a_planted_fault(world):
    named = {line.split(":")[0] for plant in PLANTS.values() for line in _harmlessly(world, plant)}
    assert {rule.__name__ for rule in integrity.RULES} <= named


def _harmlessly(db, plant) -> list[str]:
    try:
        return plant(db)
    finally:
        db.rollback()


@pytest.mark.sqlite
@pytest.mark.usefixtures("world")
def test_rows_without_what_they_refer_to(data_dir):
    with closing(sqlite3.connect(data_dir / "cop.sqlite3", isolation_level=None)) as connection:
        connection.execute("INSERT INTO role_grant (account_id, role, granted_on) VALUES (99, 'admin', '2026-01-01')")
        connection.execute("INSERT INTO external_key (source, kind, key, person_id) VALUES ('hr', 'person', '7', 99)")
    assert sorted(line.split(" row")[0] for line in check()) == [
        "foreign keys: external_key", "foreign keys: role_grant",
    ]  # fmt: skip


@pytest.mark.sqlite
def test_an_index_that_disagrees_with_its_table(world, data_dir):
    """What the quick check at the start doesn't see."""
    with closing(sqlite3.connect(data_dir / "cop.sqlite3", isolation_level=None)) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_person_name'").fetchone()[0]
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    world.get_bind().dispose()
    path = data_dir / "cop.sqlite3"
    body = bytearray(path.read_bytes())
    start = (page - 1) * 4096
    assert b"Person" in body[start : start + 4096]
    body[start : start + 4096] = body[start : start + 4096].replace(b"Person", b"Nosrep")
    path.write_bytes(body)
    found = check()
    assert found
    assert all(line.startswith("file: ") for line in found)


@pytest.mark.sqlite
def test_a_file_that_is_no_database(data_dir):
    (data_dir / "cop.sqlite3").write_bytes(b"rubbish" * 1000)
    with pytest.raises(DatabaseRefused):
        check()


@given(st.dictionaries(st.integers(1, 12), st.integers(1, 12)))
def test_rings_are_exactly_the_nodes_that_reach_themselves(links):
    def reaches_itself(node: int) -> bool:
        at, seen = links.get(node), set()
        while at is not None and at not in seen:
            if at == node:
                return True
            seen.add(at)
            at = links.get(at)
        return False

    found = list(integrity._rings(links.items()))
    assert sorted(node for ring in found for node in ring) == sorted(filter(reaches_itself, links))
