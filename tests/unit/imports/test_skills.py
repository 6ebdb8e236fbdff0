"""Skills and required levels from files: by name, dated, nothing guessed, all of it taken back."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from cop.db import reading
from cop.errors import Invalid
from cop.execute import execute
from cop.imports.mapping import parse_mapping
from cop.imports.operations import undo_import
from cop.imports.records import read_job
from cop.models import Area, AuditEntry, CommunitySkill, JobRole, OrgUnit, RoleRequirement, Skill, UnitRequirement
from cop.permissions import SYSTEM
from cop.skills.inputs import Answer, RoleCell
from cop.skills.profile_operations import set_profile
from cop.skills.requirement_operations import set_role_requirements
from tests import factories as make
from tests.unit.imports.helpers import bring, fates, found, plan_of

MAPPING = """
source = "framework"

[[files]]
kind = "skills"
options = { create = ["areas"] }
report = ["duplicate"]
columns = { name = "skill", area = "field", description = "about", working = "2", expert = "4" }

[[files]]
kind = "role_requirements"
options = { create = ["job_roles"] }
report = ["duplicate", "two_levels", "unknown_skill"]
[files.columns]
job_role = "role"
skill = "skill"
[files.columns.level]
column = "level"
values = { "Level 1" = "awareness", "Level 2" = "working", "Level 3" = "practitioner", "Level 4" = "expert" }
leave_out = ["NOT IN USE"]
"""
SKILLS = "skill,field,about,2,4\nSQL,Data,Ask,Joins,Tunes\nCloud,,,,\nsql,Data,Again,,\n"
LEVELS = (
    "role,skill,level\n"
    "Engineer,SQL,Level 3\n"  # 2
    "Engineer,Cloud,NOT IN USE\n"  # 3
    "engineer,sql,Level 3\n"  # 4: the same again
    "Analyst,SQL,Level 1\n"  # 5
    "Analyst,SQL,Level 2\n"  # 6: something else
    "Analyst,Welding,Level 1\n"  # 7
    "Buyer,Cloud,Level 4\n"  # 8
)


def job(skills=SKILLS, levels=LEVELS, mapping=MAPPING):
    return read_job(parse_mapping(mapping), {"skills": skills.encode(), "role_requirements": levels.encode()})


@pytest.fixture(autouse=True)
def house(db):
    make.organisation(db)
    make.commit(db)


def required():
    with reading() as db:
        rows = db.execute(
            sa.select(
                JobRole.name, Skill.name, RoleRequirement.level, RoleRequirement.since_on, RoleRequirement.until_on
            )
            .join(JobRole, JobRole.id == RoleRequirement.job_role_id)
            .join(Skill, Skill.id == RoleRequirement.skill_id)
            .order_by(RoleRequirement.id)
        )
        return [tuple(row) for row in rows]


TODAY = make.NOW.date()


def test_every_row_is_taken_or_told():
    plan = plan_of(job())
    assert found(plan) == {
        ("skills", 4, "skill", "duplicate"),
        ("role_requirements", 3, "level", "left_out"),
        ("role_requirements", 4, "skill", "duplicate"),
        ("role_requirements", 5, "level", "two_levels"),
        ("role_requirements", 6, "level", "two_levels"),
        ("role_requirements", 7, "skill", "unknown_skill"),
    }
    assert fates(plan, "skills") == {"created": 2, "left out": 1}
    assert fates(plan, "role_requirements") == {"created": 2, "left out": 5}
    bring(job())
    assert required() == [("Engineer", "SQL", 3, TODAY, None), ("Buyer", "Cloud", 4, TODAY, None)]
    with reading() as db:
        sql = db.scalars(sa.select(Skill).where(Skill.name == "SQL")).one()
        assert (sql.description, sql.level_0, sql.level_2, sql.level_4) == ("Ask", "", "Joins", "Tunes")
        assert db.get(Area, sql.area_id).name == "Data"
        assert set(db.scalars(sa.select(JobRole.name))) == {"Engineer", "Buyer"}  # none of which nothing is known


def test_unless_the_mapping_lets_it_pass_everything_is_refused():
    strict = MAPPING.replace('report = ["duplicate", "two_levels", "unknown_skill"]', "")
    with pytest.raises(Invalid):
        bring(job(mapping=strict))
    assert required() == []


def test_a_level_that_no_spelling_stands_for_is_refused():
    plan = plan_of(job(levels="role,skill,level\nEngineer,SQL,Level 5\nEngineer,Cloud,\n"))
    assert {(item.row, item.reason) for item in plan.refused} == {(2, "unknown_value"), (3, "missing")}


def test_job_roles_and_areas_come_only_where_the_mapping_says_so():
    bare = MAPPING.replace('options = { create = ["areas"] }', "").replace('options = { create = ["job_roles"] }', "")
    plan = plan_of(job(mapping=bare))
    reasons = {(item.file, item.row, item.reason) for item in plan.refused}
    assert reasons == {
        ("skills", 2, "unknown_area"),
        ("role_requirements", 2, "unknown_role"),
        ("role_requirements", 8, "unknown_role"),
    }


def test_the_same_files_again_change_nothing():
    bring(job())
    assert bring(job(), now=make.NOW + timedelta(days=30)) == 0


def test_a_level_that_changed_begins_on_the_day_of_the_import():
    bring(job())
    newer = LEVELS.replace("Level 3", "Level 4")
    later = make.NOW + timedelta(days=30)
    plan = plan_of(job(levels=newer), later)
    assert fates(plan, "role_requirements") == {"changed": 1, "unchanged": 1, "left out": 5}
    bring(job(levels=newer), later)
    assert required() == [
        ("Engineer", "SQL", 3, TODAY, date(2026, 7, 15)),
        ("Buyer", "Cloud", 4, TODAY, None),
        ("Engineer", "SQL", 4, date(2026, 7, 15), None),
    ]
    bring(job(levels=newer.replace("Level 4", "Level 2")), later)  # on the same day: corrected, not history
    assert required()[1:] == [
        ("Buyer", "Cloud", 4, TODAY, date(2026, 7, 15)),
        ("Engineer", "SQL", 2, date(2026, 7, 15), None),
        ("Buyer", "Cloud", 2, date(2026, 7, 15), None),
    ]


def test_texts_of_a_skill_are_brought_up_to_date_and_those_not_in_the_file_stay(db):
    db.add(Skill(name="sql", level_1="Reads", level_4="Old"))
    db.commit()
    bring(job())
    with reading() as fresh:
        row = fresh.scalars(sa.select(Skill).where(Skill.level_1 == "Reads")).one()
        assert (row.name, row.level_4, row.version) == ("SQL", "Tunes", 2)


def entries():
    with reading() as db:
        return list(db.scalars(sa.select(AuditEntry.id).where(AuditEntry.operation == "imports.import_files")))


def undo(entry_id, days=60):
    return execute(undo_import, SYSTEM, now=make.NOW + timedelta(days=days), entry_id=entry_id)


def test_imports_are_taken_back_one_after_the_other():
    bring(job())
    bring(job(levels=LEVELS.replace("Level 3", "Level 4")), make.NOW + timedelta(days=30))
    first, second = entries()
    assert undo(second) == 2
    assert required() == [("Engineer", "SQL", 3, TODAY, None), ("Buyer", "Cloud", 4, TODAY, None)]
    with pytest.raises(Invalid, match="changed"):  # its row was ended and begun again since
        undo(first)


def test_an_import_alone_is_taken_back_whole():
    bring(job())
    assert undo(entries()[0]) == 2 + 2 + 2 + 1
    with reading() as db:
        for table in (Skill, RoleRequirement, JobRole, Area):
            assert db.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_what_others_built_on_stands_in_the_way(db):
    bring(job())
    actor = make.actor(db)
    make.commit(db)
    with reading() as fresh:
        skill = fresh.scalar(sa.select(Skill.id).where(Skill.name == "Cloud"))
        place = fresh.execute(sa.select(RoleRequirement.job_role_id, RoleRequirement.skill_id)).first()
    execute(set_profile, actor, now=make.NOW, answers=(Answer(skill, 2, wants_to_learn=False, can_help=False),))
    execute(set_role_requirements, SYSTEM, now=make.NOW + timedelta(days=1), cells=(RoleCell(*place, 3, 2),))
    with pytest.raises(Invalid) as told:
        undo(entries()[0])
    text = " ".join(told.value.errors.values())
    assert "person skill" in text
    assert "1 row of “role requirement” created by it was changed since" in text
    assert len(required()) == 3


NEEDS = """
source = "plan"

[[files]]
kind = "unit_needs"
report = ["duplicate", "two_levels", "overlapping_level", "unknown_unit", "needed_range", "future", "ends_before_start", "missing"]
[files.columns]
org_unit = "unit"
skill = "skill"
level = "level"
needed = "people"
importance = { column = "weight", values = { x = "critical" } }
since_on = "since"
until_on = "until"

[[files]]
kind = "community_skills"
report = ["duplicate", "unknown_skill", "unknown_community"]
columns = { community = "community", skill = "skill" }
"""
HEAD = "unit,skill,level,people,weight,since,until\n"
UNIT_NEEDS = (
    f"{HEAD}"
    "Data,SQL,working,4,x,,\n"  # 2
    "data,sql,working,4,x,2026-05-01,\n"  # 3: the same
    "Data,Cloud,expert,1,,2026-02-01,\n"  # 4
    "Data,Cloud,working,2,,2025-02-01,2026-02-01\n"  # 5: until then
    "Data,Cloud,awareness,2,,2025-01-01,2025-03-01\n"  # 6: before, but not over by then
    "Sales,SQL,working,1,,,\n"  # 7
    "Sales,SQL,expert,1,,,\n"  # 8: something else
    "Nowhere,SQL,expert,1,,,\n"  # 9
    "Sales,Cloud,expert,0,,,\n"  # 10
    "Sales,Cloud,expert,1,,2026-07-01,\n"  # 11
    "Sales,Cloud,expert,1,,2026-02-01,2026-01-01\n"  # 12
    "Sales,Cloud,expert,1,,,2026-01-01\n"  # 13
)
SERVED = "community,skill\ndata,SQL\nData Guild,sql\ndata,Cloud\ndata,Fishing\nnobody,SQL\n"


@pytest.fixture
def places(db, house):
    units = {name: make.org_unit(db, name=name).id for name in ("Data", "Sales")}
    skills = {name: make.skill(db, name=name).id for name in ("SQL", "Cloud")}
    make.community(db, name="Data Guild", slug="data")
    make.commit(db)
    return units | skills


def needs_job(text=UNIT_NEEDS, served=SERVED):
    return read_job(parse_mapping(NEEDS), {"unit_needs": text.encode(), "community_skills": served.encode()})


def needs():
    with reading() as db:
        rows = db.execute(
            sa.select(OrgUnit.name, Skill.name, UnitRequirement)
            .select_from(UnitRequirement)
            .join(OrgUnit)
            .join(Skill)
            .order_by(Skill.name, UnitRequirement.since_on)
        )
        return [
            (unit, skill, row.level, row.needed, row.importance, row.since_on, row.until_on)
            for unit, skill, row in rows
        ]


def test_every_need_and_every_skill_of_a_community_is_taken_or_told(places):
    plan = plan_of(needs_job())
    assert found(plan) == {
        ("unit_needs", 3, "skill", "duplicate"),
        ("unit_needs", 5, "since", "overlapping_level"),
        ("unit_needs", 7, "level", "two_levels"),
        ("unit_needs", 8, "level", "two_levels"),
        ("unit_needs", 9, "unit", "unknown_unit"),
        ("unit_needs", 10, "people", "needed_range"),
        ("unit_needs", 11, "since", "future"),
        ("unit_needs", 12, "until", "ends_before_start"),
        ("unit_needs", 13, "since", "missing"),
        ("community_skills", 3, "skill", "duplicate"),
        ("community_skills", 5, "skill", "unknown_skill"),
        ("community_skills", 6, "community", "unknown_community"),
    }
    assert fates(plan, "unit_needs") == {"created": 3, "left out": 9}
    assert fates(plan, "community_skills") == {"created": 2, "left out": 3}
    bring(needs_job())
    assert needs() == [
        ("Data", "Cloud", 1, 2, 1, date(2025, 1, 1), date(2025, 3, 1)),
        ("Data", "Cloud", 4, 1, 1, date(2026, 2, 1), None),
        ("Data", "SQL", 2, 4, 3, TODAY, None),
    ]
    assert bring(needs_job(), now=make.NOW + timedelta(days=1)) == 0


def test_a_need_that_changed_begins_when_the_file_says_so_or_today(places):
    bring(needs_job(f"{HEAD}Data,SQL,working,4,,2026-01-01,\nSales,SQL,working,4,,2026-01-01,\n"))
    later = f"{HEAD}Data,SQL,expert,4,,2026-03-01,\nSales,SQL,working,9,x,2025-03-01,\n"
    assert fates(plan_of(needs_job(later)), "unit_needs") == {"changed": 2}
    bring(needs_job(later))
    assert sorted(needs()) == [
        ("Data", "SQL", 2, 4, 1, date(2026, 1, 1), date(2026, 3, 1)),
        ("Data", "SQL", 4, 4, 1, date(2026, 3, 1), None),
        ("Sales", "SQL", 2, 4, 1, date(2026, 1, 1), TODAY),
        ("Sales", "SQL", 2, 9, 3, TODAY, None),
    ]
    same_day = f"{HEAD}Data,SQL,awareness,4,,2026-03-01,\n"
    bring(needs_job(same_day))
    assert [row[2:] for row in needs() if row[0] == "Data"] == [
        (2, 4, 1, date(2026, 1, 1), date(2026, 3, 1)),
        (1, 4, 1, date(2026, 3, 1), None),
    ]


def test_needs_and_skills_of_communities_are_taken_back(places):
    bring(needs_job(f"{HEAD}Data,SQL,working,4,,2026-01-01,\n", "community,skill\ndata,SQL\n"))
    bring(needs_job(f"{HEAD}Data,SQL,expert,4,,2026-03-01,\n", "community,skill\ndata,SQL\ndata,Cloud\n"))
    second = entries()[-1]
    assert undo(second) == 3
    assert needs() == [("Data", "SQL", 2, 4, 1, date(2026, 1, 1), None)]
    with reading() as db:
        assert db.scalars(sa.select(CommunitySkill.skill_id)).all() == [places["SQL"]]
    with pytest.raises(Invalid, match="changed"):  # its row was ended and begun again since
        undo(entries()[0])
