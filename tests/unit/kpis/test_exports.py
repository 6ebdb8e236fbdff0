"""What leaves the KPI screen: the right numbers, pictures that are pictures, nothing for those without KPIs."""

import csv
import io
import struct
from datetime import date
from typing import Any

import pytest

from cop.choices import AttendanceKind
from cop.db import reading
from cop.errors import Forbidden
from cop.exports import Sheet, sheet_to_csv
from cop.kpis import exports, panels
from cop.kpis.scope import Selection
from cop.periods import Period
from cop.permissions import Role
from tests import factories as make
from tests.permissions import ADMIN, DEACTIVATED, FACILITATOR, MANAGER, NOBODY, STAFF, make_world

TODAY = make.TODAY
SPRING = Period(date(2026, 4, 1), date(2026, 6, 1))
EVERYTHING = Selection()
BASE = {"period": SPRING, "selection": EVERYTHING}
EVERY_EXPORT = [
    *[(exports.panel_table, {"panel": panel.key, "as_of": TODAY}) for panel in panels.PANELS],
    (exports.panel_png, {"panel": "people", "as_of": TODAY, "about": "All communities"}),
    (exports.communities, {"as_of": TODAY}),
    (exports.sessions, {}),
]
by_export = pytest.mark.parametrize(
    ("export", "params"), EVERY_EXPORT, ids=[f"{export.__name__}-{p.get('panel', '')}" for export, p in EVERY_EXPORT]
)


def ask(export: Any, who: Any, **params: Any) -> bytes:
    """The file; a table's as CSV."""
    with reading() as db:
        made = export(db, who, **(BASE | params))
    return sheet_to_csv(made) if isinstance(made, Sheet) else made


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def office(db):
    make.organisation(db)
    return make.actor(db, Role.ADMIN)


@pytest.fixture
def room(db, office):
    """Two members in April and May; a list in April, none in May, a count in June."""
    found = make.community(db, slug="room", name="=Room")
    ana, ben = make.person(db, name="Canary Ana"), make.person(db, name="Canary Ben")
    for somebody in (ana, ben):
        make.membership(db, found, somebody)
    make.session(db, found, date(2026, 4, 7), people=[ana], title="+Talk")
    make.session(db, found, date(2026, 5, 7), title="＝cmd")
    make.session(db, found, date(2026, 6, 7), title="-7", attendance_kind=AttendanceKind.COUNT, headcount=12)
    make.contribution(db, found, date(2026, 5, 7), person_id=ben.id)
    make.commit(db)
    return found


def test_a_charts_table_by_hand(office, room):
    assert table(ask(exports.panel_table, office, panel="participation", as_of=TODAY)) == [
        [
            "Month",
            "Participation",
            "Attendances of members who don't facilitate",
            "Members who don't facilitate, on the day of each session with a list",
        ],
        ["2026-06", "", "0", "0"],
        ["2026-05", "", "0", "0"],
        ["2026-04", "0.5", "1", "2"],
    ]
    assert table(ask(exports.panel_table, office, panel="people", as_of=TODAY)) == [
        ["Month", "Members", "Active members"],
        ["2026-06", "2", "2"],
        ["2026-05", "2", "2"],
        ["2026-04", "2", "1"],
    ]


def test_the_communities_by_hand(office, room):
    header, row = table(ask(exports.communities, office, as_of=TODAY))
    assert dict(zip(header, row, strict=True)) == {
        "slug": "room",
        "name": "'=Room",
        "why": "no list for 2 of 3 sessions",
        "sessions_held": "3",
        "sessions_listed": "1",
        "attending_members": "1",
        "members_on_day": "2",
        "members": "2",
        "active_members": "2",
        "contributions": "1",
    }


def test_the_sessions_by_hand_and_no_title_runs(office, room):
    header, *rows = table(ask(exports.sessions, office))
    assert header == ["id", "day", "title", "community", "came", "known"]
    assert [row[1:] for row in rows] == [
        ["2026-06-07", "-7", "'=Room", "12", "count"],
        ["2026-05-07", "'＝cmd", "'=Room", "", "missing"],
        ["2026-04-07", "'+Talk", "'=Room", "1", "list"],
    ]


def test_the_sessions_file_holds_all(db, office, room):
    for number in range(230):
        make.session(db, room, date(2026, 5, 1 + number % 28))
    make.commit(db)
    assert len(table(ask(exports.sessions, office))) == 1 + 233


def size(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert picture[12:16] == b"IHDR"
    assert picture.rstrip(b"\x00")[-8:-4] == b"IEND"
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


@pytest.mark.parametrize("panel", panels.PANELS, ids=lambda panel: panel.key)
def test_a_chart_is_a_picture(office, room, panel):
    picture = ask(exports.panel_png, office, panel=panel.key, as_of=TODAY, about="All communities")
    width, height = size(picture)
    assert 1_700 < width < 2_400
    assert 700 < height < 1_200
    assert len(picture) > 10_000


def test_a_picture_stays_narrow_however_much_was_chosen(office, room):
    about = ", ".join(f"Community of practice number {number}" for number in range(50))
    width, height = size(ask(exports.panel_png, office, panel="people", as_of=TODAY, about=about))
    assert width < 2_400
    assert height < 1_600


def test_a_picture_of_nothing(db, office):
    make.commit(db)
    size(ask(exports.panel_png, office, panel="participation", as_of=TODAY, about="All communities"))


@by_export
def test_no_attendees_name_leaves(office, room, export, params):
    content = ask(export, office, **params)
    assert b"Canary" not in content
    assert b"@example.org" not in content


@by_export
@pytest.mark.parametrize("principal", [NOBODY, STAFF, DEACTIVATED])
def test_refused_to_those_without_kpis(db, principal, export, params):
    world = make_world(db)
    make.commit(db)
    with pytest.raises(Forbidden):
        ask(export, world.actors[principal], **params)


@by_export
def test_bounded_by_what_the_actor_may_see(db, export, params):
    world = make_world(db)
    elsewhere = make.org_unit(db)
    make.commit(db)
    own, other = Selection(communities=(world.community.id,)), Selection(communities=(world.other.id,))
    assert ask(export, world.actors[FACILITATOR], **params | {"selection": own})
    with pytest.raises(Forbidden):
        ask(export, world.actors[FACILITATOR], **params | {"selection": other})
    with pytest.raises(Forbidden):
        ask(export, world.actors[MANAGER], **params | {"selection": Selection(unit=elsewhere.id)})
    assert ask(export, world.actors[ADMIN], **params | {"selection": Selection(unit=elsewhere.id)})


def test_a_facilitators_files_hold_their_own_communities(db):
    world = make_world(db)
    for found in (world.community, world.other):
        make.session(db, found, date(2026, 5, 5), title=f"In {found.name}")
    make.commit(db)
    text = ask(exports.sessions, world.actors[FACILITATOR]).decode()
    assert world.community.name in text
    assert world.other.name not in text
    rows = table(ask(exports.communities, world.actors[FACILITATOR], as_of=TODAY))
    assert [row[1] for row in rows[1:]] == [world.community.name]


def test_figures_of_a_small_unit_are_withheld_in_files_too(db, office):
    """Four people of the unit belong to a community: one too few to tell of."""
    unit = make.org_unit(db)
    found = make.community(db, name="Small")
    people = [make.person(db, org_unit_id=unit.id) for _ in range(4)]
    for somebody in people:
        make.membership(db, found, somebody)
    make.session(db, found, date(2026, 6, 1), people=people)
    make.commit(db)
    of_unit = {"selection": Selection(unit=unit.id), "as_of": TODAY}
    for _month, members, active in table(ask(exports.panel_table, office, panel="people", **of_unit))[1:]:
        assert (members, active) == ("", "")
    assert len(table(ask(exports.communities, office, **of_unit))) == 1  # the header alone
    everybody = table(ask(exports.panel_table, office, panel="people", as_of=TODAY))
    assert everybody[1] == ["2026-06", "4", "4"]
