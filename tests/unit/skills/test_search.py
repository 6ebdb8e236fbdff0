"""Finding skills in the catalog, and what is taken along of it."""

from datetime import date

import pandas as pd
import pytest

from cop.db import reading
from cop.errors import Forbidden
from cop.permissions import SYSTEM
from cop.skills import exports
from cop.skills.search import matching
from tests import factories as make

ROWS = pd.DataFrame(
    {
        "name": ["SQL", "Cloud", "Old"],
        "area_id": pd.array([1, None, 1], dtype="Int64"),
        "archived": [False, False, True],
        "search": ["sql\ndata\nask", "cloud\n\nrun", "old\ndata\n"],
    }
)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["SQL", "Cloud"]),
        ({"archived": True}, ["SQL", "Cloud", "Old"]),
        ({"text": "DÁTA"}, ["SQL"]),
        ({"text": "ask sql"}, ["SQL"]),
        ({"text": "sql cloud"}, []),
        ({"areas": (1,)}, ["SQL"]),
        ({"areas": (1,), "archived": True}, ["SQL", "Old"]),
        ({"text": ".*"}, []),
    ],
)
def test_every_word_and_one_of_the_areas(asked, found):
    assert matching(ROWS, **asked)["name"].tolist() == found


@pytest.fixture
def world(db):
    make.organisation(db)
    sql = make.skill(db, name="SQL", description="Ask", level_2="Joins", area_id=make.area(db, name="Data").id)
    old = make.skill(db, name="=Old", archived_at=make.NOW)
    for skill in (sql, old):
        make.role_requirement(db, make.job_role(db, name=f"Role {skill.name}"), skill, 3)
        make.unit_requirement(db, make.org_unit(db, name=f"Unit {skill.name}"), skill, 4, needed=7, importance=2)
    make.role_requirement(db, make.job_role(db, name="Gone", active=False), sql, 4)
    make.commit(db)


def made(export, **params):
    with reading() as db:
        return export(db, SYSTEM, **params)


def test_the_tables_by_hand(world):
    head = ("Skill", "Area", "Description", "None", "Awareness", "Working", "Practitioner", "Expert", "Archived")
    found = made(exports.skills)
    assert (found.header, found.rows) == (head, [("SQL", "Data", "Ask", "", "", "Joins", "", "", False)])
    assert [row[0] for row in made(exports.skills, archived=True).rows] == ["=Old", "SQL"]
    roles, units = made(exports.role_levels), made(exports.unit_needs)
    assert roles.rows == [("Role SQL", "SQL", "Practitioner", date(2026, 1, 1), None)]
    assert units.rows == [("Unit SQL", "SQL", "Expert", 7, "High", date(2026, 1, 1), None)]
    assert len(roles.header) == 5
    assert len(units.header) == 7


@pytest.mark.parametrize("export", [exports.skills, exports.role_levels, exports.unit_needs])
def test_nobody_takes_them_along(engine, export):
    with reading() as db, pytest.raises(Forbidden):
        export(db, None)
