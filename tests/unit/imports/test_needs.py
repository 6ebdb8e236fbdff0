"""Needs from a list: recognised, placed in a stage with one stay, linked, taken back."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from cop.choices import Channel, FunnelStage, Horizon
from cop.db import reading, transaction
from cop.errors import Invalid
from cop.execute import execute
from cop.imports.mapping import parse_mapping
from cop.imports.operations import import_files
from cop.imports.records import read_job
from cop.integrity import problems
from cop.models import (
    Area,
    Assessment,
    Community,
    Criterion,
    FunnelItem,
    ItemCommunity,
    ItemUnit,
    OrgUnit,
    StageStay,
    Vote,
)
from cop.permissions import SYSTEM
from tests import factories as make
from tests.unit.imports.helpers import bring, by_key, fates, found, plan_of, single
from tests.unit.imports.test_undo import last_import, snapshot, undo

MAPPING = """
source = "desk"
[[files]]
kind = "needs"
REPORT
[files.columns]
KEY
title = "what"
description = "why"
org_unit = "who"
community = "with"
area = "area"
horizon = "kind"
client = "client"
deadline = { column = "due", format = "%d/%m/%Y" }
headcount = "people"
raised_on = "raised"
stage_since = "since"
stage = { column = "state", values = { Open = "inbox", Doing = "in_progress", No = "rejected" }, leave_out = ["Old"] }
[files.options]
create = ["org_units", "areas"]
"""
COLUMNS = ("nr", "what", "why", "who", "with", "area", "kind", "client", "due", "people", "raised", "since", "state")


def needs(*rows: dict[str, str], keyed: bool = True, report: str = ""):
    lines = [",".join(COLUMNS), *(",".join(row.get(name, "") for name in COLUMNS) for row in rows)]
    mapping = MAPPING.replace("KEY", 'key = "nr"' if keyed else "").replace("REPORT", report)
    return single(mapping, "\n".join(lines), "needs")


FULL = {
    "nr": "7", "what": "Faster tests", "why": "They take an hour", "who": "IT; Law", "with": "data",
    "area": "Testing", "kind": "short_term", "client": "Acme", "due": "31/12/2026", "people": "40",
    "raised": "2026-01-05", "since": "2026-02-01", "state": "Doing",
}  # fmt: skip
BARE = {"nr": "8", "what": "Better coffee"}


@pytest.fixture
def room(db):
    make.organisation(db)
    made = make.community(db, slug="data")
    make.commit(db)
    return made


def _one(db, title: str) -> FunnelItem:
    return db.scalars(sa.select(FunnelItem).where(FunnelItem.title == title)).one()


def _linked(db, table, column, item: FunnelItem) -> set[int]:
    return set(db.scalars(sa.select(column).where(table.item_id == item.id)))


def test_all_of_a_need(room):
    bring(needs(FULL, BARE))
    with reading() as db:
        item = _one(db, "Faster tests")
        assert (item.channel, item.description, item.horizon, item.client, item.deadline, item.headcount) == (
            Channel.NEED, "They take an hour", Horizon.SHORT_TERM, "Acme", date(2026, 12, 31), 40,
        )  # fmt: skip
        assert db.get_one(Area, item.area_id).name == "Testing"
        units = _linked(db, ItemUnit, ItemUnit.org_unit_id, item)
        assert {db.get_one(OrgUnit, key).name for key in units} == {"IT", "Law"}
        assert _linked(db, ItemCommunity, ItemCommunity.community_id, item) == {room.id}
        assert by_key(db, FunnelItem, "7", "desk") is item
        # noon in Madrid, in winter
        assert (item.created_at, item.stage, item.stage_since, item.stage_reason) == (
            datetime(2026, 1, 5, 11, tzinfo=UTC), FunnelStage.IN_PROGRESS, datetime(2026, 2, 1, 11, tzinfo=UTC),
            "Imported from “desk”.",
        )  # fmt: skip
        (stay,) = db.scalars(sa.select(StageStay).where(StageStay.item_id == item.id))
        assert (stay.stage, stay.entered_at, stay.left_at) == (item.stage, item.stage_since, None)
        bare = _one(db, "Better coffee")
        assert (bare.stage, bare.stage_reason, bare.created_at, bare.stage_since) == (
            FunnelStage.INBOX, "", make.NOW, make.NOW,
        )  # fmt: skip
        assert problems(db, now=make.NOW) == []


@pytest.mark.parametrize("keyed", [True, False])
def test_again_changes_nothing(room, keyed):
    bring(needs(FULL, BARE, keyed=keyed))
    before = snapshot()
    plan = plan_of(needs(FULL, BARE, keyed=keyed))
    assert (plan.size, fates(plan, "needs")) == (0, {"unchanged": 2})
    assert bring(needs(FULL, BARE, keyed=keyed)) == 0
    assert snapshot() == before


def test_a_key_knows_a_need_by_another_title_and_its_stage_moves_on_the_board_only(room):
    bring(needs(FULL))
    renamed = FULL | {"what": "Tests in a minute", "who": "Ops", "state": "No", "since": "2026-03-01", "people": ""}
    plan = plan_of(needs(renamed))
    assert fates(plan, "needs") == {"changed": 1}
    bring(needs(renamed))
    with reading() as db:
        item = db.scalars(sa.select(FunnelItem)).one()
        assert (item.title, item.headcount, item.stage) == ("Tests in a minute", None, FunnelStage.IN_PROGRESS)
        assert len(_linked(db, ItemUnit, ItemUnit.org_unit_id, item)) == 3  # added, none taken away
        assert problems(db, now=make.NOW) == []


def test_a_new_unit_alone_is_a_change(room):
    bring(needs(FULL))
    plan = plan_of(needs(FULL | {"who": "IT;Law;Ops"}))
    assert fates(plan, "needs") == {"changed": 1}
    assert plan.counts == {"org_unit": (1, 0), "item_unit": (1, 0)}


def test_without_a_key_title_and_units_tell(room):
    one, other = FULL | {"who": "IT"}, FULL | {"who": "Law"}
    bring(needs(one, other, keyed=False))
    with reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(FunnelItem)) == 2
    assert plan_of(needs(one, other, keyed=False)).size == 0
    assert found(plan_of(needs(one, one | {"what": "FASTER TESTS"}, keyed=False))) == {
        ("needs", 3, "what", "duplicate")
    }
    nowhere = plan_of(needs(FULL | {"who": ""}, keyed=False))
    assert found(nowhere) == {("needs", 2, "what", "ambiguous_item")}


def test_keys_keep_needs_of_one_title_apart(room):
    bring(needs(FULL, FULL | {"nr": "9"}))
    with reading() as db:
        assert by_key(db, FunnelItem, "7", "desk") is not by_key(db, FunnelItem, "9", "desk")
    assert plan_of(needs(FULL, FULL | {"nr": "9"})).size == 0
    assert found(plan_of(needs(FULL, FULL))) == {("needs", 3, "nr", "duplicate")}


def test_what_was_made_by_hand_gets_the_key(room):
    with transaction() as db:
        mine = make.funnel_item(db, title="better COFFEE", stage=FunnelStage.PARKED)
        make.funnel_item(db, title="Better coffee", channel=Channel.GAP)
    bring(needs(BARE))
    with reading() as db:
        item = by_key(db, FunnelItem, "8", "desk")
        assert (item.id, item.title, item.stage) == (mine.id, "Better coffee", FunnelStage.PARKED)


def test_a_need_that_was_merged_stays_as_it_is(room):
    bring(needs(FULL, BARE))
    with transaction() as db:
        _one(db, "Better coffee").merged_into_id = _one(db, "Faster tests").id
    assert plan_of(needs(FULL, BARE | {"why": "It is cold"})).size == 0
    assert plan_of(needs(FULL, BARE | {"why": "It is cold"}, keyed=False)).size == 0


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"what": ""}, "what", "missing"),
        ({"what": "x" * 161}, "what", "too_long"),
        ({"with": "nobody"}, "with", "unknown_community"),
        ({"kind": "soon"}, "kind", "unknown_value"),
        ({"due": "2026-12-31"}, "due", "unreadable"),
        ({"people": "many"}, "people", "unreadable"),
        ({"people": "1000001"}, "people", "unreadable"),
        ({"raised": "2026-06-16", "since": ""}, "raised", "future"),
        ({"since": "2026-06-16"}, "since", "future"),
        ({"since": "2026-01-04"}, "since", "ends_before_start"),
        ({"state": "Stuck"}, "state", "unknown_value"),
    ],
)
def test_a_cell_that_is_wrong_is_told_and_nothing_is_written(room, change, column, reason):
    before = snapshot()
    plan = plan_of(needs(BARE, FULL | change))
    assert found(plan) == {("needs", 3, column, reason)}
    assert fates(plan, "needs") == {"created": 1, "refused": 1}
    with pytest.raises(Invalid):
        execute(import_files, SYSTEM, now=make.NOW, plan=plan)
    assert snapshot() == before


def test_what_is_done_with_is_left_out_and_told(room):
    plan = plan_of(needs(BARE, FULL | {"state": "Old"}))
    assert found(plan) == {("needs", 3, "state", "left_out")}
    assert fates(plan, "needs") == {"created": 1, "left out": 1}


def test_a_day_before_it_was_raised_leaves_the_one_on_which_it_was(room):
    bring(needs(FULL | {"since": "2026-01-04"}, report='report = ["ends_before_start"]'))
    with reading() as db:
        assert _one(db, "Faster tests").stage_since == datetime(2026, 1, 5, 11, tzinfo=UTC)


def test_an_import_is_taken_back_whole(room):
    with transaction() as db:
        make.funnel_item(db, title="Better coffee")
    before = snapshot()
    written = bring(needs(FULL, BARE | {"who": "IT", "with": "data"}))
    assert undo() >= written
    after = snapshot()
    for name, rows in before.items():
        if name != "funnel_item":  # its version went on
            assert after[name] == rows, name
    with reading() as db:
        assert problems(db, now=make.NOW) == []
        assert _one(db, "Better coffee").description == ""


def _moved(db, item):
    """As somebody moves it on the board."""
    db.scalars(sa.select(StageStay).where(StageStay.item_id == item.id)).one().left_at = make.NOW
    db.add(StageStay(item_id=item.id, stage=FunnelStage.PARKED, entered_at=make.NOW))
    item.stage, item.stage_since = FunnelStage.PARKED, make.NOW


def _scored(db, item):
    criterion = db.scalars(sa.select(Criterion)).first()
    person = make.person(db)
    mark = {"criterion_id": criterion.id, "assessor_id": person.id, "value": criterion.low, "at": make.NOW}
    db.add(Assessment(item_id=item.id, **mark))


def _voted(db, item):
    db.add(Vote(item_id=item.id, person_id=make.person(db).id, at=make.NOW))


def _edited(_db, item):
    item.title = "By hand"


def _worked_on(db, item):
    db.add(ItemCommunity(item_id=item.id, community_id=make.community(db).id, linked_at=make.NOW))


@pytest.mark.parametrize(
    ("built", "told"),
    [
        (_moved, "“funnel item” created by it was changed since"),
        (_scored, "“assessment” added since"),
        (_voted, "“vote” added since"),
        (_edited, "“funnel item” created by it was changed since"),
        (_worked_on, "“item community” added since"),
    ],
)
def test_what_others_built_on_it_stands_in_the_way(room, built, told):
    bring(needs(FULL))
    entry = last_import()
    with transaction() as db:
        built(db, by_key(db, FunnelItem, "7", "desk"))
    before = snapshot()
    with pytest.raises(Invalid, match=told):
        undo(entry)
    assert snapshot() == before


def test_the_community_of_a_need_may_come_with_it(engine):
    """Files build on each other: the community is created by the same import."""
    mapping = MAPPING.replace("KEY", "").replace("REPORT", "")
    both = f"{mapping}\n[[files]]\nkind = 'communities'\ncolumns = {{ key = 'id', name = 'name' }}\n"
    rows = [",".join(COLUMNS), ",".join(FULL.get(name, "") for name in COLUMNS).replace("data", "c1")]
    made = read_job(parse_mapping(both), {"needs": "\n".join(rows).encode(), "communities": b"id,name\nc1,Data\n"})
    bring(made)
    with reading() as db:
        item = _one(db, "Faster tests")
        (key,) = _linked(db, ItemCommunity, ItemCommunity.community_id, item)
        assert db.get_one(Community, key).name == "Data"
