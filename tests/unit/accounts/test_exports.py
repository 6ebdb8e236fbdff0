"""The office's table of accounts leaves with the office only, and without anything secret."""

import pytest

from cop.accounts import exports
from cop.db import reading
from cop.errors import Forbidden
from tests import factories as make
from tests.permissions import OFFICE, PRINCIPALS, make_world

EVERYBODY = {"search": "", "closed": True, "today": make.TODAY}


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_for_the_office_only(db, principal):
    world = make_world(db)
    make.commit(db)
    with reading() as fresh:
        if principal not in OFFICE:
            with pytest.raises(Forbidden):
                exports.accounts(fresh, world.actors[principal], **EVERYBODY)
            return
        sheet = exports.accounts(fresh, world.actors[principal], **EVERYBODY)
        found = exports.accounts(fresh, world.actors[principal], **EVERYBODY | {"search": "manag", "closed": False})
    assert sheet.header == ("Name", "User name", "Unit", "Roles", "Active", "Last seen")
    assert len(sheet.rows) == 6
    assert [(row[0], row[3], row[4]) for row in found.rows] == [
        ("Manager Example", f"Manager of {world.unit.name}", True)
    ]
