"""The catalog's reads: who needs a skill, and what is searched."""

from datetime import date

import pytest

from cop.db import reading
from cop.models import CommunitySkill
from cop.permissions import SYSTEM, Actor, Role
from cop.skills import queries as q
from cop.skills.inputs import Need
from tests import factories as make


@pytest.fixture
def world(db):
    make.organisation(db)
    area = make.area(db, name="Données")
    sql = make.skill(db, name="SQL", area_id=area.id, description="Ask data", level_1="Reads", level_4="Tunes")
    make.skill(db, name="álgebra")
    make.skill(db, name="Zeppelin", archived_at=make.NOW)
    engineer, analyst = make.job_role(db, name="Engineer"), make.job_role(db, name="Analyst")
    retired = make.job_role(db, name="Retired", active=False)
    data, sales = make.org_unit(db, name="Data"), make.org_unit(db, name="Sales")
    make.role_requirement(db, engineer, sql, 4, until_on=date(2026, 5, 1))
    for role, level in ((engineer, 2), (analyst, 3), (retired, 4)):
        make.role_requirement(db, role, sql, level, since_on=date(2026, 5, 1))
    make.unit_requirement(db, data, sql, 2, needed=5)
    make.unit_requirement(db, sales, sql, 1, needed=1, importance=3)
    for room in (make.community(db, name="Open"), make.community(db, name="Closed", archived_at=make.NOW)):
        db.add(CommunitySkill(community_id=room.id, skill_id=sql.id))
    make.commit(db)
    return sql, engineer, data


def ask(query, **params):
    with reading() as db:
        return query(db, SYSTEM, **params)


def test_the_catalog_by_name_with_who_needs_it_today(world):
    rows = ask(q.skills)
    assert rows["name"].tolist() == ["álgebra", "SQL", "Zeppelin"]
    sql = rows.iloc[1]
    assert (sql["area"], sql["roles"], sql["units"], sql["communities"], sql["archived"]) == ("Données", 2, 2, 1, False)
    assert sql["search"] == "sql\ndonnees\nask data"
    assert rows["archived"].tolist() == [False, False, True]
    assert list(ask(q.offered).values()) == ["álgebra", "SQL"]


def test_an_empty_catalog_has_its_columns(engine):
    rows = ask(q.skills)
    assert rows.empty
    assert rows["archived"].dtype == bool


def test_one_skill_with_its_texts_and_needs(world):
    sql, _engineer, _data = world
    found = ask(q.skill, skill_id=sql.id)
    assert found.levels == ("", "Reads", "", "", "Tunes")
    assert found.roles == (q.RoleNeed("Analyst", 3), q.RoleNeed("Engineer", 2))
    assert found.units == (q.UnitNeed("Sales", Need(1, 1, 3)), q.UnitNeed("Data", Need(2, 5, 1)))
    assert [name for _slug, name in found.communities] == ["Open"]
    assert ask(q.skill, skill_id=999) is None


def test_the_grids_hold_what_counts_today(world):
    sql, engineer, data = world
    assert ask(q.role_levels, job_role_ids=(engineer.id, 999)) == {(sql.id, engineer.id): 2}
    assert ask(q.role_levels, job_role_ids=()) == {}
    assert ask(q.unit_needs, org_unit_id=data.id) == {sql.id: Need(2, 5, 1)}
    assert list(ask(q.job_roles).values()) == ["Analyst", "Engineer"]


def test_whose_needs_one_may_set():
    manager = Actor(1, 1, "M", frozenset({Role.STAFF, Role.MANAGER}), unit_ids=frozenset({3}))
    assert q.editable_units(manager) == {3}
    assert q.editable_units(SYSTEM) is None
