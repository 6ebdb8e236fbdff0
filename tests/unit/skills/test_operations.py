"""Skills, required levels, what communities serve: what is written, what is refused, what stays on record."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cop.db import reading, revisions, transaction
from cop.errors import Conflict, Forbidden, Invalid, NotFound
from cop.execute import execute
from cop.models import AuditEntry, CommunitySkill, FunnelItem, RoleRequirement, Skill, UnitRequirement
from cop.permissions import SYSTEM, Role
from cop.skills import exports
from cop.skills import operations as o
from cop.skills import queries as q
from cop.skills import requirement_operations as r
from cop.skills.inputs import Need, RoleCell, UnitCell
from cop.structure import operations as structure
from tests import factories as make

TEXTS = {"area_id": None, "description": "", "levels": ("",) * 5}


def run(operation, actor=SYSTEM, days=0, **params):
    return execute(operation, actor, now=make.NOW + timedelta(days=days), **params)


@pytest.fixture
def grid(db):
    """Two job roles, two skills, a unit below another, and one elsewhere."""
    make.organisation(db)
    top = make.org_unit(db, name="Technology")
    made = {
        "engineer": make.job_role(db, name="Data engineer").id,
        "analyst": make.job_role(db, name="Analyst").id,
        "sql": make.skill(db, name="SQL").id,
        "cloud": make.skill(db, name="Cloud").id,
        "top": top.id,
        "unit": make.org_unit(db, name="Data", parent_id=top.id).id,
        "other": make.org_unit(db, name="Sales").id,
    }
    make.commit(db)
    return made


def required():
    with reading() as db:
        rows = db.scalars(sa.select(RoleRequirement).order_by(RoleRequirement.id))
        return [(row.job_role_id, row.skill_id, row.level, row.since_on, row.until_on) for row in rows]


def last_entry():
    with reading() as db:
        return db.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()


def test_a_skill_is_kept_with_its_levels_texts(grid):
    key = run(
        o.add_skill, name="  Data  modelling ", area_id=None, description="Models", levels=("", "a", "b", "c", "d")
    )
    with reading() as db:
        row = db.get(Skill, key)
        assert (row.name, row.description, row.level_0, row.level_1, row.level_4) == (
            "Data modelling",
            "Models",
            "",
            "a",
            "d",
        )
    entry = last_entry()
    assert (entry.operation, entry.object_type, entry.object_id) == ("skills.add_skill", "skill", key)


def test_a_name_is_one_skills_only_also_an_archived_ones(grid):
    run(o.archive_skill, skill_id=grid["sql"], version=1)
    with pytest.raises(Invalid) as wrong:
        run(o.add_skill, name="sql", **TEXTS)
    assert wrong.value.errors == {"name": "Another skill has this name already, perhaps an archived one."}
    with pytest.raises(Invalid) as wrong:
        run(o.edit_skill, skill_id=grid["cloud"], version=1, name="SQL", **TEXTS)
    assert set(wrong.value.errors) == {"name"}


def test_everything_wrong_with_a_skill_is_told_at_once(grid):
    with pytest.raises(Invalid) as wrong:
        run(o.add_skill, name=" ", area_id=99, description="x" * 20_001, levels=("", "\x00", "", "", ""))
    assert set(wrong.value.errors) == {"name", "area_id", "description", "level_1"}


def test_editing_over_somebody_elses_change_is_a_conflict(grid):
    run(o.edit_skill, skill_id=grid["sql"], version=1, name="SQL queries", **TEXTS)
    with pytest.raises(Conflict) as found:
        run(o.edit_skill, skill_id=grid["sql"], version=1, name="Structured Query Language", **TEXTS)
    assert (found.value.current["name"], found.value.current["version"]) == ("SQL queries", 2)
    with pytest.raises(NotFound):
        run(o.edit_skill, skill_id=999, version=1, name="Nothing", **TEXTS)


def test_archiving_and_restoring_twice_changes_nothing_more(grid):
    run(o.archive_skill, skill_id=grid["sql"], version=1)
    run(o.archive_skill, skill_id=grid["sql"], version=2)
    assert last_entry().operation == "skills.archive_skill"
    run(o.restore_skill, skill_id=grid["sql"], version=2)
    with reading() as db:
        row = db.get(Skill, grid["sql"])
        assert (row.archived_at, row.version) == (None, 3)
        assert db.scalar(sa.select(sa.func.count(AuditEntry.id))) == 2


def test_a_changed_level_ends_today_and_another_begins(grid):
    place = (grid["engineer"], grid["sql"])
    assert run(r.set_role_requirements, cells=(RoleCell(*place, None, 2),)) == 1
    assert run(r.set_role_requirements, days=10, cells=(RoleCell(*place, 2, 3),)) == 1
    assert run(r.set_role_requirements, days=20, cells=(RoleCell(*place, 3, None),)) == 1
    assert required() == [
        (*place, 2, date(2026, 6, 15), date(2026, 6, 25)),
        (*place, 3, date(2026, 6, 25), date(2026, 7, 5)),
    ]
    assert last_entry().after == {"changed": ["Data engineer, SQL: Practitioner → –"]}


def test_what_began_today_leaves_no_history(grid):
    place = (grid["engineer"], grid["sql"])
    run(r.set_role_requirements, cells=(RoleCell(*place, None, 2),))
    run(r.set_role_requirements, cells=(RoleCell(*place, 2, 4),))
    assert required() == [(*place, 4, date(2026, 6, 15), None)]
    run(r.set_role_requirements, cells=(RoleCell(*place, 4, None),))
    assert required() == []


def test_a_grid_is_written_whole_or_not_at_all_and_names_each_wrong_cell(grid):
    good = RoleCell(grid["engineer"], grid["sql"], None, 2)
    run(o.archive_skill, skill_id=grid["cloud"], version=1)
    with pytest.raises(Invalid) as wrong:
        run(
            r.set_role_requirements,
            cells=(
                good,
                RoleCell(grid["analyst"], grid["sql"], None, 5),
                RoleCell(grid["analyst"], grid["cloud"], None, 1),
                RoleCell(999, grid["sql"], None, 1),
            ),
        )
    assert wrong.value.errors == {
        f"{grid['analyst']}:{grid['sql']}": "Analyst, SQL: the level must be one of Awareness, Working, Practitioner, Expert.",
        f"{grid['analyst']}:{grid['cloud']}": "Analyst, a skill: this skill isn't offered any more.",
        f"999:{grid['sql']}": "A job role, SQL: there is no such job role any more.",
    }
    with pytest.raises(Invalid):
        run(r.set_role_requirements, cells=(good, good))
    assert required() == []


def test_cells_that_somebody_else_set_meanwhile_are_told_with_their_levels(grid):
    """Ana opened the grid; Ben set two cells; one of them to what Ana wants, too."""
    one, two, three = (
        (grid["engineer"], grid["sql"]),
        (grid["engineer"], grid["cloud"]),
        (grid["analyst"], grid["sql"]),
    )
    run(r.set_role_requirements, cells=(RoleCell(*one, None, 4), RoleCell(*two, None, 1)))
    anas = (RoleCell(*one, None, 2), RoleCell(*two, None, 1), RoleCell(*three, None, 3))
    with pytest.raises(Conflict) as found:
        run(r.set_role_requirements, cells=anas)
    assert found.value.current == {f"{one[0]}:{one[1]}": 4}
    assert len(required()) == 2
    assert run(r.set_role_requirements, cells=(RoleCell(*one, 4, 2), *anas[1:])) == 2
    assert {row[:3] for row in required()} == {(*one, 2), (*two, 1), (*three, 3)}


def test_nothing_changed_leaves_no_trace(grid):
    assert run(r.set_role_requirements, cells=(RoleCell(grid["engineer"], grid["sql"], None, None),)) == 0
    assert run(r.set_role_requirements, cells=()) == 0
    with reading() as db:
        assert (last_entry(), revisions(db).get("skills")) == (None, None)


def test_a_unit_needs_people_at_a_level(grid):
    cells = (UnitCell(grid["sql"], None, 3, 2, 3), UnitCell(grid["cloud"], None, 1, 1, None))
    assert run(r.set_unit_requirements, org_unit_id=grid["unit"], cells=cells) == 2
    with reading() as db:
        rows = db.scalars(sa.select(UnitRequirement).order_by(UnitRequirement.id)).all()
        assert [(row.level, row.needed, row.importance) for row in rows] == [(3, 2, 3), (1, 1, 1)]
    assert last_entry().after == {
        "changed": [
            "SQL: – → Practitioner, 2 people, importance critical",
            "Cloud: – → Awareness, 1 person, importance normal",
        ]
    }
    more = (UnitCell(grid["sql"], Need(3, 2, 3), 3, 4, 3),)
    assert run(r.set_unit_requirements, days=1, org_unit_id=grid["unit"], cells=more) == 1
    with pytest.raises(Conflict) as found:
        run(
            r.set_unit_requirements,
            days=1,
            org_unit_id=grid["unit"],
            cells=(UnitCell(grid["sql"], Need(3, 2, 3), None, None, None),),
        )
    assert found.value.current == {str(grid["sql"]): Need(3, 4, 3)}


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ((3, None, 1), "SQL: how many people are needed?"),
        ((None, 2, 1), "SQL: at which level are people needed?"),
        ((3, 0, 1), "SQL: the people needed must be a number from 1 to 100,000."),
        ((3, 100_001, 1), "SQL: the people needed must be a number from 1 to 100,000."),
        ((3, 2, 4), "SQL: the importance must be one of Normal, High, Critical."),
        ((0, 2, 1), "SQL: the level must be one of Awareness, Working, Practitioner, Expert."),
    ],
)
def test_half_a_need_is_none(grid, typed, told):
    with pytest.raises(Invalid) as wrong:
        run(r.set_unit_requirements, org_unit_id=grid["unit"], cells=(UnitCell(grid["sql"], None, *typed),))
    assert wrong.value.errors == {str(grid["sql"]): told}


def test_an_importance_alone_is_no_need(grid):
    assert (
        run(r.set_unit_requirements, org_unit_id=grid["unit"], cells=(UnitCell(grid["sql"], None, None, None, 2),)) == 0
    )


def test_a_manager_sets_the_needs_of_their_own_units_only(db, grid):
    """Those granted and all below are the actor's scope; another unit looks like none."""
    manager = make.actor(db, Role.MANAGER)
    make.commit(db)
    manager = type(manager)(**{**manager.__dict__, "unit_ids": frozenset({grid["top"], grid["unit"]})})
    cells = (UnitCell(grid["sql"], None, 2, 1, 1),)
    assert run(r.set_unit_requirements, manager, org_unit_id=grid["unit"], cells=cells) == 1
    for unit in (grid["other"], 999):
        with pytest.raises(Forbidden):
            run(r.set_unit_requirements, manager, org_unit_id=unit, cells=cells)
    with pytest.raises(Forbidden):
        run(r.set_role_requirements, manager, cells=())
    with pytest.raises(Forbidden):
        run(r.set_unit_requirements, org_unit_id=999, cells=cells)


def test_what_a_community_serves_is_set_as_a_whole(db, grid):
    room = make.community(db)
    old = make.skill(db, name="Old")
    make._add(db, CommunitySkill(community_id=room.id, skill_id=old.id))
    make.commit(db)
    run(o.archive_skill, skill_id=old.id, version=1)
    both, one = [grid["sql"], grid["cloud"]], [grid["sql"]]
    run(o.set_community_skills, community_id=room.id, seen_ids=[], skill_ids=both)
    run(o.set_community_skills, community_id=room.id, seen_ids=both, skill_ids=one)
    entry = last_entry()
    assert (entry.community_id, entry.before, entry.after) == (
        room.id,
        {"skills": ["Cloud", "SQL"]},
        {"skills": ["SQL"]},
    )
    with reading() as fresh:
        there = set(fresh.scalars(sa.select(CommunitySkill.skill_id).where(CommunitySkill.community_id == room.id)))
        assert there == {grid["sql"], old.id}  # comes back with the skill
    run(o.set_community_skills, community_id=room.id, seen_ids=[], skill_ids=one)  # who wants what there is
    assert last_entry().id == entry.id
    with pytest.raises(Conflict) as found:
        run(o.set_community_skills, community_id=room.id, seen_ids=both, skill_ids=[])
    assert found.value.current == {"skill_ids": one}
    for wrong in ([old.id], [999]):
        with pytest.raises(Invalid):
            run(o.set_community_skills, community_id=room.id, seen_ids=one, skill_ids=wrong)


def test_an_archived_community_serves_what_it_served(db, grid):
    room = make.community(db, archived_at=make.NOW)
    make.commit(db)
    with pytest.raises(Invalid):
        run(o.set_community_skills, community_id=room.id, seen_ids=[], skill_ids=[grid["sql"]])
    with pytest.raises(NotFound):
        run(o.set_community_skills, community_id=999, seen_ids=[], skill_ids=[])


LEVEL = st.none() | st.integers(1, 4)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2), LEVEL), min_size=1, max_size=8))
def test_the_history_tells_the_level_of_every_day(grid, steps):
    """Whatever is set on whichever days: looked up by day, the history says what was set last on or before it."""
    with transaction() as db:
        db.execute(sa.delete(RoleRequirement))
    place, day, level, expected = (grid["engineer"], grid["sql"]), 0, None, {}
    for wait, wanted in steps:
        for passed in range(day, day + wait):
            expected[passed] = level
        day += wait
        run(r.set_role_requirements, days=day, cells=(RoleCell(*place, level, wanted),))
        level = wanted
    expected[day] = level
    start = make.NOW.date()
    for number, there in expected.items():
        on = start + timedelta(days=number)
        found = [row[2] for row in required() if row[3] <= on and (row[4] is None or row[4] > on)]
        assert found == ([] if there is None else [there]), on


def test_a_unit_that_is_merged_brings_what_the_other_says_nothing_of(db, grid):
    run(
        r.set_unit_requirements,
        org_unit_id=grid["unit"],
        cells=(UnitCell(grid["sql"], None, 3, 2, 3), UnitCell(grid["cloud"], None, 1, 1, 1)),
    )
    run(r.set_unit_requirements, org_unit_id=grid["other"], cells=(UnitCell(grid["sql"], None, 1, 1, 1),))
    with pytest.raises(Invalid, match="2 required skills"):
        run(structure.delete_unit, unit_id=grid["unit"], version=1)
    run(structure.merge_unit, unit_id=grid["unit"], version=1, into_id=grid["other"])
    with reading() as fresh:
        rows = fresh.scalars(sa.select(UnitRequirement)).all()
        assert {(row.org_unit_id, row.skill_id, row.level) for row in rows} == {
            (grid["other"], grid["sql"], 1),
            (grid["other"], grid["cloud"], 1),
        }


def test_what_requires_a_skill_or_holds_one_is_not_deleted(db, grid):
    area = make.area(db)
    db.get(Skill, grid["sql"]).area_id = area.id
    make.commit(db)
    run(r.set_role_requirements, cells=(RoleCell(grid["engineer"], grid["sql"], None, 2),))
    with pytest.raises(Invalid, match="1 required skill"):
        run(structure.delete_job_role, job_role_id=grid["engineer"], version=1)
    with pytest.raises(Invalid, match="1 skill"):
        run(structure.delete_area, area_id=area.id, version=1)


def test_what_raised_a_level_stands_beside_it_in_both_directions(db, grid):
    item, other = make.funnel_item(db, title="Cloud first"), make.funnel_item(db, title="Old wish")
    gone = make.funnel_item(db, title="The same", merged_into_id=item.id)
    make.commit(db)
    place = (grid["engineer"], grid["sql"])
    run(r.set_role_requirements, cells=(RoleCell(*place, None, 2),), item_id=other.id)
    run(r.set_role_requirements, cells=(RoleCell(*place, 2, 1),))  # corrected on its first day
    run(r.set_role_requirements, days=10, cells=(RoleCell(*place, 1, 3),), item_id=item.id)
    run(r.set_role_requirements, days=20, cells=(RoleCell(*place, 3, 4),))
    need = UnitCell(grid["sql"], None, 2, 4, 3)
    run(r.set_unit_requirements, days=20, org_unit_id=grid["unit"], cells=(need,), item_id=item.id)
    day = [make.TODAY + timedelta(days=days) for days in (0, 10, 20)]
    with reading() as read:
        raised = q.raised_by(read, SYSTEM, item_id=item.id)
        history = q.requirement_history(read, SYSTEM, skill_id=grid["sql"])
        entry = read.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        roles = exports.role_levels(read, SYSTEM)
        units = exports.unit_needs(read, SYSTEM)
    cloud = (item.id, "Cloud first")
    unit = q.Requirement("SQL", True, "Data", 2, 4, 3, day[2], None, cloud)  # noqa: FBT003
    role = q.Requirement("SQL", False, "Data engineer", 3, None, None, day[1], day[2], cloud)  # noqa: FBT003
    assert raised == (unit, role)
    assert [(one.level, one.since_on, one.until_on, one.item) for one in history if not one.of_unit] == [
        (4, day[2], None, None),
        (3, day[1], day[2], cloud),
        (1, day[0], day[1], (other.id, "Old wish")),
    ]
    assert entry.after["item_id"] == item.id
    assert (roles.header[-1], [row[-1] for row in roles.rows]) == ("Raised by", [None])
    assert [row[-1] for row in units.rows] == ["Cloud first"]
    for wrong in (gone.id, 99_999):
        with pytest.raises(Invalid) as refused:
            run(r.set_role_requirements, days=30, cells=(RoleCell(*place, 4, 1),), item_id=wrong)
        assert list(refused.value.errors) == ["item_id"]


def test_what_an_item_raised_stays_when_another_takes_its_place(db, grid):
    first, other = make.funnel_item(db), make.funnel_item(db)
    make.commit(db)
    place = (grid["engineer"], grid["sql"])
    run(r.set_role_requirements, cells=(RoleCell(*place, None, 2),), item_id=first.id)
    db.get(FunnelItem, first.id).merged_into_id = other.id
    make.commit(db)
    with reading() as read:
        assert [one.item[0] for one in q.raised_by(read, SYSTEM, item_id=other.id)] == [first.id]
