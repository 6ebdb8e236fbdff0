"""Units, job roles, areas, settings: what is written, what is refused, and which figures follow."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from cop.accounts.queries import actor_of_account
from cop.choices import GrantedRole
from cop.db import reading, revisions, transaction
from cop.errors import Conflict, Invalid, NotFound
from cop.execute import execute
from cop.integrity import problems
from cop.kpis.queries import months
from cop.kpis.scope import Selection
from cop.models import (
    Account,
    ActivityMonth,
    ActivityUnitMonth,
    Area,
    AuditEntry,
    Community,
    CommunitySession,
    Contribution,
    FunnelItem,
    ItemUnit,
    JobRole,
    Organisation,
    OrgUnit,
    Person,
    RoleGrant,
    UnitMeeting,
)
from cop.periods import Period
from cop.permissions import SYSTEM, Role
from cop.structure import operations as o
from cop.structure import queries
from tests import factories as make

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
def office(engine):
    with transaction() as db:
        make.organisation(db)
        actor = make.actor(db, Role.ADMIN)
        make.grant(db, db.get(Account, actor.account_id), GrantedRole.ADMIN)
        return actor


@pytest.fixture
def tree(office):
    """Company > Technology > Data, and Company > Sales; ids and versions are looked up by name."""
    with transaction() as db:
        company = make.org_unit(db, name="Company")
        technology = make.org_unit(db, name="Technology", parent_id=company.id)
        make.org_unit(db, name="Data", parent_id=technology.id)
        make.org_unit(db, name="Sales", parent_id=company.id)


def unit(name):
    with reading() as db:
        return db.scalar(sa.select(OrgUnit).where(OrgUnit.name == name))


def at(name):
    return {"unit_id": unit(name).id, "version": unit(name).version}


def run(operation, actor, **values):
    return execute(operation, actor, now=make.NOW, **values)


def refused(operation, actor, **values):
    with pytest.raises(Invalid) as found:
        run(operation, actor, **values)
    return found.value.errors


def shown(office):
    with reading() as db:
        return {row.path: row for row in queries.units(db, office)}


def last_entry():
    with reading() as db:
        return db.scalar(sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))


def test_the_tree_with_what_is_in_it(tree, office):
    with transaction() as db:
        here = [make.person(db, org_unit_id=unit("Technology").id) for _ in range(2)]
        make.person(db, org_unit_id=unit("Data").id)
        make.person(db, org_unit_id=unit("Data").id, active=False)
        make.person(db, org_unit_id=unit("Data").id, merged_into_id=here[0].id)
        make.community(db, org_unit_id=unit("Data").id)
        make.community(db, org_unit_id=unit("Data").id, archived_at=make.NOW)
        make.grant(db, make.account(db, here[0]), GrantedRole.MANAGER, db.get(OrgUnit, unit("Technology").id))
    rows = shown(office)
    assert list(rows) == ["Company", "Company / Sales", "Company / Technology", "Company / Technology / Data"]
    assert [(row.depth, row.people, row.people_below, row.communities) for row in rows.values()] == [
        (0, 0, 3, 0),
        (1, 0, 0, 0),
        (1, 2, 3, 0),
        (2, 1, 1, 1),
    ]
    assert rows["Company / Technology"].managers == (here[0].name,)
    assert dict(rows["Company / Technology / Data"].hangs) == {
        "person": 3,
        "community": 2,
        "unit below it": 0,
        "manager": 0,
        "funnel item": 0,
        "meeting": 0,
        "required skill": 0,
    }


def test_a_unit_is_added_on_record(tree, office):
    made = run(o.add_unit, office, name="  Human   Resources ", parent_id=unit("Company").id)
    with reading() as db:
        row = db.get(OrgUnit, made)
        assert (row.name, row.parent_id) == ("Human Resources", unit("Company").id)
        assert revisions(db)["organisation"] == 1
    entry = last_entry()
    assert (entry.operation, entry.object_type, entry.object_id) == ("structure.add_unit", "org_unit", made)
    assert entry.after["name"] == "Human Resources"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "The name is missing."),
        ("sálES", "There is a unit of this name in the same place already."),
        ("x" * 121, "The name is too long: 121 characters, at most 120 fit."),
    ],
)
def test_a_bad_name_is_refused(tree, office, name, error):
    assert refused(o.add_unit, office, name=name, parent_id=unit("Company").id) == {"name": error}


def test_the_same_name_elsewhere_is_fine(tree, office):
    assert run(o.add_unit, office, name="Sales", parent_id=unit("Technology").id)


def test_nothing_goes_below_a_unit_that_is_gone(tree, office):
    assert refused(o.add_unit, office, name="X", parent_id=9_999) == {"parent_id": "There is no such unit any more."}


@pytest.mark.parametrize(
    ("below", "error"),
    [
        ("Technology", "A unit can't be moved below itself."),
        ("Data", "A unit can't be moved below a unit that lies below it."),
    ],
)
def test_a_unit_never_lies_below_itself(tree, office, below, error):
    values = {"name": "Technology", "parent_id": unit(below).id}
    assert refused(o.edit_unit, office, **at("Technology"), **values) == {"parent_id": error}


def test_a_manager_sees_what_was_moved_below_their_unit_and_its_figures(tree, office):
    with transaction() as db:
        sales = db.get(OrgUnit, unit("Sales").id)
        boss = make.account(db)
        make.grant(db, boss, GrantedRole.MANAGER, sales)
        room = make.community(db)
        people = [make.person(db, org_unit_id=unit("Data").id) for _ in range(5)]
        for person in people:
            make.membership(db, room, person, joined_on=date(2026, 3, 2))
        make.session(db, room, date(2026, 3, 10), people=people[:4])

    def attendances():
        with reading() as db:
            actor = actor_of_account(db, boss.id, now=make.NOW)
            found = months(
                db,
                actor,
                period=Period(MARCH, MARCH),
                selection=Selection(unit=unit("Sales").id),
                as_of=date(2026, 4, 2),
            )
            return found["attendances"].sum(), unit("Data").id in actor.unit_ids

    assert attendances() == (0, False)
    run(o.edit_unit, office, **at("Data"), name="Data & AI", parent_id=unit("Sales").id)
    assert unit("Data & AI").version == 2
    with reading() as db:
        actor = actor_of_account(db, boss.id, now=make.NOW)
        assert unit("Data & AI").id in actor.unit_ids
        found = months(
            db,
            actor,
            period=Period(MARCH, MARCH),
            selection=Selection(unit=unit("Sales").id),
            as_of=date(2026, 4, 2),
        )
        assert found["attendances"].sum() == 4
        assert problems(db, now=make.NOW) == []
    assert last_entry().before == {"name": "Data", "parent_id": unit("Technology").id, "version": 1}


def test_saving_what_is_there_changes_nothing(tree, office):
    before = last_entry()
    run(o.edit_unit, office, **at("Sales"), name="Sales", parent_id=unit("Company").id)
    assert unit("Sales").version == 1
    assert (last_entry() and last_entry().id) == (before and before.id)


def test_a_stale_edit_meets_the_other_version(tree, office):
    stale = at("Sales")
    run(o.edit_unit, office, **stale, name="Sales Europe", parent_id=unit("Company").id)
    for operation, values in (
        (o.edit_unit, {"name": "Sales World", "parent_id": None}),
        (o.merge_unit, {"into_id": unit("Data").id}),
        (o.delete_unit, {}),
    ):
        with pytest.raises(Conflict) as found:
            run(operation, office, **stale, **values)
        assert (found.value.current["name"], found.value.current["version"]) == ("Sales Europe", 2)
        assert found.value.changed_by == office.name


def test_a_unit_with_anything_on_it_is_not_deleted(tree, office):
    with transaction() as db:
        make.person(db, org_unit_id=unit("Technology").id, active=False)
        make.community(db, org_unit_id=unit("Technology").id, archived_at=make.NOW)
        make.grant(db, make.account(db), GrantedRole.MANAGER, db.get(OrgUnit, unit("Technology").id))
    assert refused(o.delete_unit, office, **at("Technology")) == {
        "": "Technology still has 1 person, 1 community, 1 unit below it and 1 manager. "
        "Merge it into another unit, or move them first."
    }
    assert unit("Technology") is not None


def test_an_empty_unit_is_deleted(tree, office):
    run(o.delete_unit, office, **at("Data"))
    assert unit("Data") is None
    assert (last_entry().operation, last_entry().before["name"]) == ("structure.delete_unit", "Data")


def test_merging_moves_everything_and_counts_again(tree, office):
    with transaction() as db:
        technology, data, sales = (db.get(OrgUnit, unit(name).id) for name in ("Technology", "Data", "Sales"))
        room = make.community(db, org_unit_id=technology.id)
        ana, ben = make.person(db, org_unit_id=technology.id), make.person(db, org_unit_id=sales.id)
        for person in (ana, ben):
            make.membership(db, room, person, joined_on=date(2026, 3, 2))
        make.session(db, room, date(2026, 3, 10), people=[ana, ben])
        both, one = make.account(db, ana), make.account(db)
        make.grant(db, both, GrantedRole.MANAGER, technology)
        make.grant(db, both, GrantedRole.MANAGER, sales)
        make.grant(db, one, GrantedRole.MANAGER, technology)
    assert run(o.merge_unit, office, **at("Technology"), into_id=sales.id) == sales.id
    with reading() as db:
        assert db.get(Person, ana.id).org_unit_id == sales.id
        assert db.get(Community, room.id).org_unit_id == sales.id
        assert db.get(OrgUnit, data.id).parent_id == sales.id
        assert list(db.execute(sa.select(RoleGrant.account_id, RoleGrant.org_unit_id).order_by(RoleGrant.id)))[1:] == [
            (both.id, sales.id)
        ]
        counted = db.execute(sa.select(ActivityUnitMonth.org_unit_id, ActivityUnitMonth.attendances)).all()
        assert counted[0] == (sales.id, 2)
        assert {row[0] for row in counted} == {sales.id}
        assert problems(db, now=make.NOW) == []
        topics = revisions(db)
    assert {"organisation", "people", "catalog", "memberships", "sessions", "accounts"} <= set(topics)
    entry = last_entry()
    assert entry.before["people"] == [ana.id]
    assert entry.before["communities"] == [room.id]
    assert entry.before["units"] == [data.id]
    assert entry.after["into_id"] == sales.id


def test_what_a_merged_unit_needs_and_was_met_about_passes_on_once(tree, office):
    with transaction() as db:
        data, sales = unit("Data").id, unit("Sales").id
        shared, own, foreign = (make.funnel_item(db) for _ in range(3))
        for item, units in ((shared, (data, sales)), (own, (data,)), (foreign, (sales,))):
            db.add_all(ItemUnit(item_id=item.id, org_unit_id=key) for key in units)
        meeting = UnitMeeting(org_unit_id=data, met_on=make.TODAY, created_at=make.NOW)
        db.add(meeting)
        db.flush()
        key = meeting.id
    assert "2 funnel items and 1 meeting" in refused(o.delete_unit, office, **at("Data"))[""]
    assert dict(shown(office)["Company / Technology / Data"].hangs)["funnel item"] == 2
    with reading() as db:
        before = revisions(db)
    run(o.merge_unit, office, **at("Data"), into_id=sales)
    with reading() as db:
        links = sorted(map(tuple, db.execute(sa.select(ItemUnit.item_id, ItemUnit.org_unit_id))))
        assert links == sorted([(shared.id, sales), (own.id, sales), (foreign.id, sales)])
        versions = {row.id: row.version for row in db.scalars(sa.select(FunnelItem))}
        assert versions == {shared.id: 2, own.id: 2, foreign.id: 1}
        assert (db.get(UnitMeeting, key).org_unit_id, db.get(UnitMeeting, key).version) == (sales, 2)
        after = revisions(db)
        assert problems(db, now=make.NOW) == []
    assert {topic for topic in ("funnel", "meetings") if after[topic] > before.get(topic, 0)} == {"funnel", "meetings"}
    entry = last_entry()
    assert (entry.before["funnel_items"], entry.before["unit_meetings"]) == ([shared.id, own.id], [key])


@pytest.mark.parametrize(
    ("into", "error"),
    [
        (None, "Choose another unit."),
        ("Technology", "Choose another unit."),
        ("Data", "Data lies below Technology. Move it elsewhere first."),
    ],
)
def test_where_a_unit_cant_be_merged_into(tree, office, into, error):
    into_id = unit(into).id if into else None
    assert refused(o.merge_unit, office, **at("Technology"), into_id=into_id) == {"into_id": error}


def test_units_of_one_name_are_not_mixed(tree, office):
    run(o.add_unit, office, name="data", parent_id=unit("Sales").id)
    assert refused(o.merge_unit, office, **at("Technology"), into_id=unit("Sales").id) == {
        "into_id": "Both hold a unit called Data. Rename or merge it first."
    }


def test_a_unit_that_is_gone_is_told_like_any_unknown_one(tree, office):
    with pytest.raises(NotFound):
        run(o.delete_unit, office, unit_id=9_999, version=1)


def row_of(table, key):
    with reading() as db:
        return db.get(table, key)


def test_a_job_role_lives_and_ends(office):
    key = run(o.add_job_role, office, name="Data  engineer")
    assert refused(o.add_job_role, office, name="DATA ENGINEER") == {"name": "This name is on the list already."}
    with transaction() as db:
        person = make.person(db, job_role_id=key)
    run(o.edit_job_role, office, job_role_id=key, version=1, name="Data Engineer", active=False)
    assert (row_of(JobRole, key).name, row_of(JobRole, key).active) == ("Data Engineer", False)
    with pytest.raises(Conflict):
        run(o.edit_job_role, office, job_role_id=key, version=1, name="Other", active=True)
    assert refused(o.delete_job_role, office, job_role_id=key, version=2) == {
        "": "Data Engineer still has 1 person. Switch it off: then it is offered no more, and they keep it."
    }
    with transaction() as db:
        db.get(Person, person.id).job_role_id = None
    with reading() as db:
        assert queries.job_roles(db, office) == (queries.Named(key, 2, "Data Engineer", active=False, used=0),)
    run(o.delete_job_role, office, job_role_id=key, version=2)
    assert row_of(JobRole, key) is None


def test_an_area_lives_and_ends(office):
    key = run(o.add_area, office, name="Cloud")
    assert refused(o.add_area, office, name="x" * 81) == {
        "name": "The name is too long: 81 characters, at most 80 fit."
    }
    with transaction() as db:
        room = make.community(db, area_id=key)
        item = make.funnel_item(db, area_id=key)
    with reading() as db:
        assert queries.areas(db, office) == (queries.Named(key, 1, "Cloud", active=True, used=1),)
    assert "1 community and 1 funnel item" in refused(o.delete_area, office, area_id=key, version=1)[""]
    with transaction() as db:
        db.get(FunnelItem, item.id).area_id = None
    run(o.edit_area, office, area_id=key, version=1, name="Cloud", active=False)
    assert row_of(Community, room.id).area_id == key
    assert last_entry().before == {"active": True, "version": 1}
    with transaction() as db:
        db.get(Community, room.id).area_id = None
    run(o.delete_area, office, area_id=key, version=2)
    assert row_of(Area, key) is None


def test_another_time_zone_gives_sessions_near_midnight_another_day(office):
    """22:30 UTC on 31 March is 1 April in Madrid and 31 March in New York; 21:30 is 31 March in both."""
    with transaction() as db:
        room, member = make.community(db), make.person(db)
        make.membership(db, room, member, joined_on=date(2026, 1, 1))
        late, early = (
            make.session(
                db,
                room,
                day,
                people=[member],
                starts_at=datetime(2026, 3, 31, hour, 30, tzinfo=UTC),
                ends_at=datetime(2026, 3, 31, hour, 59, tzinfo=UTC),
            )
            for hour, day in ((22, date(2026, 4, 1)), (21, date(2026, 3, 31)))
        )
        gift = make.contribution(db, room, date(2026, 4, 1), session_id=late.id)
        between = make.contribution(db, room, date(2026, 4, 1))

    def held():
        with reading() as db:
            rows = sa.select(ActivityMonth.month, ActivityMonth.sessions_held, ActivityMonth.contributions)
            return {month: (sessions, gifts) for month, sessions, gifts in db.execute(rows) if sessions or gifts}

    assert held() == {MARCH: (1, 0), APRIL: (1, 2)}
    assert run(o.edit_organisation, office, version=1, name="Orbis", time_zone="America/New_York") == 1
    assert held() == {MARCH: (2, 1), APRIL: (0, 1)}
    with reading() as db:
        assert (db.get(CommunitySession, late.id).day, db.get(CommunitySession, late.id).version) == (
            date(2026, 3, 31),
            2,
        )
        assert db.get(CommunitySession, early.id).version == 1
        assert db.get(Contribution, gift.id).day == date(2026, 3, 31)
        assert db.get(Contribution, between.id).day == date(2026, 4, 1)
        assert problems(db, now=make.NOW) == []
        assert {"organisation", "sessions", "memberships", "catalog"} <= set(revisions(db))
    assert last_entry().after == {"time_zone": "America/New_York", "version": 2, "sessions_on_another_day": 1}


def test_a_new_name_alone_counts_nothing(office):
    assert run(o.edit_organisation, office, version=1, name=" Orbis  Group ", time_zone="Europe/Madrid") == 0
    with reading() as db:
        assert db.get(Organisation, 1).name == "Orbis Group"
        assert revisions(db) == {"organisation": 1}
    entry = last_entry()
    assert run(o.edit_organisation, office, version=2, name="Orbis Group", time_zone="Europe/Madrid") == 0
    assert last_entry().id == entry.id  # what is there already is no change


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": " ", "time_zone": "UTC"}, "name"), ({"name": "Orbis", "time_zone": "Mars/Olympus"}, "time_zone")],
)
def test_bad_settings_are_refused(office, values, field):
    assert set(refused(o.edit_organisation, office, version=1, **values)) == {field}


def test_stale_settings_are_a_conflict(office):
    run(o.edit_organisation, SYSTEM, version=1, name="Orbis Group", time_zone="Europe/Madrid")
    with pytest.raises(Conflict) as found:
        run(o.edit_organisation, office, version=1, name="Mine", time_zone="Europe/Madrid")
    assert found.value.current["name"] == "Orbis Group"
