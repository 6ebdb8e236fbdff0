"""What leaves the catalog and a community's page: the rows by hand, for those who see them on the screen."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cop.catalog import exports, queries
from cop.catalog.search import Order, Wanted
from cop.choices import SessionStatus
from cop.db import reading
from cop.errors import Forbidden
from cop.exports import Sheet
from cop.models import Resource
from tests import factories as make
from tests.permissions import (
    ADMIN,
    EVERYONE_SIGNED_IN,
    FACILITATOR,
    MANAGER,
    OTHER_FACILITATOR,
    PRINCIPALS,
    STAFF,
    World,
    make_world,
)

CATALOG = {"wanted": Wanted(), "order": Order.NAME, "now": make.NOW}
FOR_ALL = [exports.sessions, exports.contributions, exports.resources, exports.members]
FOR_EDITORS = [exports.moves]


@pytest.fixture
def world(db) -> World:
    """Data: two members, a session of two people in June and a planned one; Web: nothing."""
    made = make_world(db)
    made.community.name, made.community.slug, made.community.focus = "Data", "data", "=Pipelines"
    made.other.name, made.other.slug = "Web", "web"
    ana, ben = make.person(db, name="Ana", org_unit_id=made.unit.id), make.person(db, name="Ben")
    for somebody in (ana, ben):
        make.membership(db, made.community, somebody, joined_on=date(2026, 5, 1))
    make.session(db, made.community, date(2026, 6, 3), title="Lineage", people=[ana, ben])
    starts = make.NOW + timedelta(days=2)
    make.session(
        db,
        made.community,
        starts.date(),
        title="To come",
        status=SessionStatus.PLANNED,
        starts_at=starts,
        ends_at=starts + timedelta(hours=1),
    )
    make.contribution(db, made.community, date(2026, 6, 3), title="Small steps", kind="good_practice", person_id=ana.id)
    make.contribution(db, made.community, date(2026, 6, 4), title="-Beware", kind="lesson", url="https://a.example")
    for title, archived in (("Wiki", None), ("Old wiki", make.NOW)):
        row = {"community_id": made.community.id, "title": title, "url": "https://wiki.example", "added_at": make.NOW}
        db.add(Resource(**row, archived_at=archived))
    make.commit(db)
    return made


def ask(export: Any, who: Any, **params: Any) -> Sheet:
    with reading() as db:
        return export(db, who, **params)


def as_dicts(sheet: Sheet) -> list[dict[str, Any]]:
    return [dict(zip(sheet.header, row, strict=True)) for row in sheet.rows]


def test_the_catalog_by_hand(world):
    data, web = as_dicts(ask(exports.communities, world.actors[STAFF], **CATALOG))
    assert {name: value for name, value in data.items() if not name.startswith("Attendances")} == {
        "Name": "Data",
        "Focus": "=Pipelines",
        "Area": "",
        "Stage": "Potential",
        "Type": "Community",
        "Unit": "",
        "Facilitators": "Deactivated Example, Facilitator Example",
        "Members": 2,
        "Active members": 2,
        "Next session": datetime(2026, 6, 17, 10, tzinfo=UTC),
        "Last session": date(2026, 6, 3),
        "Joined": False,
        "Archived": False,
    }
    months = [name for name in data if name.startswith("Attendances")]
    assert (len(months), months[0], months[-1]) == (12, "Attendances 2025-07", "Attendances 2026-06")
    assert (data["Attendances 2026-06"], web["Attendances 2026-06"]) == (2, None)
    assert web["Last session"] is None


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({"wanted": Wanted(text="pipe")}, ["Data"]),
        ({"wanted": Wanted(text="nothing like it")}, []),
        ({"order": Order.MEMBERS}, ["Data", "Web"]),
        ({"wanted": Wanted(only=frozenset())}, []),
    ],
)
def test_the_catalog_is_filtered_and_sorted_as_on_the_screen(world, more, names):
    assert [row["Name"] for row in as_dicts(ask(exports.communities, world.actors[STAFF], **CATALOG | more))] == names


def test_a_communitys_tables_by_hand(world):
    here = {"community_id": world.community.id}
    staff = world.actors[STAFF]
    assert ask(exports.members, staff, **here) == Sheet(
        "Members",
        ("Name", "Unit", "Member since"),
        [("Ana", world.unit.name, date(2026, 5, 1)), ("Ben", "", date(2026, 5, 1))],
    )
    ahead, past = as_dicts(ask(exports.sessions, staff, **here))
    assert (past["Day"], past["Title"], past["Status"], past["People"]) == (date(2026, 6, 3), "Lineage", "Held", 2)
    assert (ahead["Starts"], ahead["Status"]) == (make.NOW + timedelta(days=2), "Planned")
    assert as_dicts(ask(exports.contributions, staff, **here)) == [
        {
            "Day": date(2026, 6, 4),
            "Kind": "Lesson",
            "Contribution": "-Beware",
            "Link": "https://a.example",
            "Given by": "",
            "Session": "",
        },
        {
            "Day": date(2026, 6, 3),
            "Kind": "Good practice",
            "Contribution": "Small steps",
            "Link": "",
            "Given by": "Ana",
            "Session": "",
        },
    ]
    narrowed = ask(exports.contributions, staff, **here, kinds=("lesson", "good_practice"), text="SMALL ana")
    assert [row[2] for row in narrowed.rows] == ["Small steps"]


def test_archived_resources_are_for_those_who_may_restore_them(world):
    here = {"community_id": world.community.id}
    for who in (STAFF, OTHER_FACILITATOR, MANAGER):
        sheet = ask(exports.resources, world.actors[who], **here)
        assert "Archived" not in sheet.header
        assert [row[0] for row in sheet.rows] == ["Wiki"]
    for who in (FACILITATOR, ADMIN):
        rows = as_dicts(ask(exports.resources, world.actors[who], **here))
        assert {row["Title"]: row["Archived"] for row in rows} == {"Wiki": False, "Old wiki": True}


def test_joins_and_leaves_by_hand(world):
    sheet = ask(exports.moves, world.actors[FACILITATOR], community_id=world.community.id)
    assert sheet.header == ("Day", "Name", "Joined or left", "Reason")
    assert sheet.rows == [(date(2026, 5, 1), "Ana", "joined", ""), (date(2026, 5, 1), "Ben", "joined", "")]


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_who_gets_what(world, principal):
    """The tables of a community that everybody sees; what only those who may edit it see; nothing for nobody."""
    here = {"community_id": world.community.id}
    wanted = [(export, here, EVERYONE_SIGNED_IN) for export in FOR_ALL]
    wanted += [(export, here, {FACILITATOR, ADMIN}) for export in FOR_EDITORS]
    wanted += [(exports.communities, CATALOG, EVERYONE_SIGNED_IN)]
    for export, params, allowed in wanted:
        if principal in allowed:
            assert ask(export, world.actors[principal], **params).header
        else:
            with pytest.raises(Forbidden):
                ask(export, world.actors[principal], **params)


def test_no_attendees_name_leaves_with_what_all_may_see(db, world):
    canary = make.person(db, name="Canary")
    make.session(db, world.community, date(2026, 6, 9), people=[canary])
    make.commit(db)
    for export in FOR_ALL:
        assert "Canary" not in repr(ask(export, world.actors[ADMIN], community_id=world.community.id))
    assert "Canary" not in repr(ask(exports.communities, world.actors[ADMIN], **CATALOG))


def test_nothing_is_kept_of_an_empty_catalog(db):
    make.organisation(db)
    who = make.actor(db)
    make.commit(db)
    sheet = ask(exports.communities, who, **CATALOG)
    assert sheet.rows == []
    assert len(sheet.header) == 13 + queries.SPARK_MONTHS
