"""The gates of the funnel, moves along it, and merging; every expectation written out by hand."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cop.choices import Channel, EvidenceKind, FunnelStage, Horizon, Outcome
from cop.errors import Conflict, Invalid
from cop.funnel import move_operations as moves
from cop.funnel import queries
from cop.funnel.gates import ASIDE, WAY, Readiness, goes_back, missing
from cop.models import Assessment, AuditEntry, FunnelItem, ItemCommunity, ItemUnit, RingChange, StageStay
from cop.permissions import Role
from tests import factories as make
from tests.factories import NOW

EMPTY = Readiness(
    channel=Channel.NEED, description="", owned=False, units=0, horizon=None, client="", deadline=None, quadrant=False,
    rings=0, objective="", indicator="", target=None, judged_on=None, assessors=0, communities=0,
    outcome=None,
)  # fmt: skip
DONE = replace(
    EMPTY, description="Why", owned=True, units=1, horizon=Horizon.LONG_TERM, quadrant=True, rings=1, objective="Ship",
    indicator="Projects", target=3.0, judged_on=date(2026, 12, 1), assessors=1, communities=1, outcome=Outcome.MET,
)  # fmt: skip
QUALIFIED_NEED = ("a description", "an owner", "a unit that it concerns", "a horizon")
JUDGING = ("an objective", "a success indicator", "a target", "the day on which it is judged", "a score by at least one assessor")  # fmt: skip


def test_what_each_gate_asks_of_an_empty_need():
    assert missing(EMPTY, FunnelStage.INBOX) == ()
    assert missing(EMPTY, FunnelStage.QUALIFIED) == QUALIFIED_NEED
    assert missing(EMPTY, FunnelStage.PRIORITISED) == (*QUALIFIED_NEED, *JUDGING)
    assert missing(EMPTY, FunnelStage.IN_PROGRESS) == (*QUALIFIED_NEED, *JUDGING)
    delivered = (*QUALIFIED_NEED, *JUDGING, "a community that works on it")
    assert missing(EMPTY, FunnelStage.DELIVERED) == delivered
    assert missing(EMPTY, FunnelStage.EVALUATED) == (*delivered, "the outcome")
    assert [missing(EMPTY, stage) for stage in ASIDE] == [(), ()]


def test_what_is_asked_depends_on_the_channel():
    assert missing(replace(EMPTY, channel=Channel.TREND), FunnelStage.QUALIFIED) == (
        "a description", "an owner", "a quadrant", "a ring with its source",
    )  # fmt: skip
    assert missing(replace(EMPTY, channel=Channel.GAP), FunnelStage.QUALIFIED) == (
        "a description", "an owner", "a unit that it concerns",
    )  # fmt: skip
    soon = replace(EMPTY, horizon=Horizon.SHORT_TERM)
    assert missing(soon, FunnelStage.QUALIFIED)[-2:] == ("the client", "the deadline")


@given(st.sampled_from(list(Channel)), st.sampled_from(list(FunnelStage)))
def test_what_has_everything_passes_every_gate(channel, stage):
    assert missing(replace(DONE, channel=channel), stage) == ()


@given(st.sampled_from(WAY), st.sampled_from(WAY))
def test_back_is_against_the_way(before, after):
    assert goes_back(before, after) is (WAY.index(after) < WAY.index(before))


def test_a_target_of_zero_is_a_target():
    assert missing(replace(DONE, target=0.0), FunnelStage.EVALUATED) == ()


@pytest.fixture
def manager(db):
    make.organisation(db)
    return make.actor(db, Role.MANAGER)


def ready(db, **values) -> FunnelItem:
    """A need that may be prioritised once somebody scored it."""
    base = {
        "description": "Why", "owner_id": make.person(db).id, "horizon": Horizon.LONG_TERM, "objective": "Ship",
        "indicator": "Projects", "target": 3.0, "judged_on": date(2026, 12, 1),
    }  # fmt: skip
    row = make.funnel_item(db, **base | values)
    db.add(ItemUnit(item_id=row.id, org_unit_id=make.org_unit(db).id))
    db.flush()
    return row


def scored(db, item, assessor_id, *, only=None):
    """Mark it 3 on the two criteria that people judge (the first installation's), or on some of them."""
    for criterion_id in (1, 4) if only is None else only:
        db.add(Assessment(item_id=item.id, criterion_id=criterion_id, assessor_id=assessor_id, value=3, at=NOW))
    db.flush()


def move(db, actor, row, stage, reason="", now=NOW):
    return moves.move_item(db, actor, now=now, item_id=row.id, version=row.version, stage=stage, reason=reason)


def test_the_whole_way(db, manager):
    row = ready(db)
    move(db, manager, row, "qualified", now=NOW + timedelta(days=1))
    with pytest.raises(Invalid, match="It needs: a score by at least one assessor"):
        move(db, manager, row, "prioritised")
    scored(db, row, manager.person_id, only=(1,))
    with pytest.raises(Invalid):  # a half-filled sheet is no score
        move(db, manager, row, "prioritised")
    scored(db, row, manager.person_id, only=(4,))
    move(db, manager, row, "prioritised", now=NOW + timedelta(days=3))
    move(db, manager, row, "in_progress", now=NOW + timedelta(days=4))
    db.add(ItemCommunity(item_id=row.id, community_id=make.community(db).id, linked_at=NOW))
    db.flush()
    move(db, manager, row, "delivered", now=NOW + timedelta(days=40))
    row.outcome = Outcome.PARTLY
    db.flush()
    move(db, manager, row, "evaluated", now=NOW + timedelta(days=50))
    stays = db.execute(
        sa.select(StageStay.stage, StageStay.entered_at, StageStay.left_at)
        .where(StageStay.item_id == row.id)
        .order_by(StageStay.id)
    ).all()
    days = [0, 1, 3, 4, 40, 50, None]
    at = [None if day is None else NOW + timedelta(days=day) for day in days]
    assert [tuple(stay) for stay in stays] == [(WAY[n], at[n], at[n + 1]) for n in range(6)]
    assert (row.stage, row.stage_since) == (FunnelStage.EVALUATED, at[5])


def test_a_trend_needs_a_ring(db, manager):
    row = make.funnel_item(db, channel=Channel.TREND, description="Why", owner_id=make.person(db).id, quadrant_id=1)
    with pytest.raises(Invalid, match="a ring with its source"):
        move(db, manager, row, "qualified")
    ring = {"ring_id": 3, "changed_on": date(2026, 3, 1), "source_kind": EvidenceKind.REPORT, "source": "A report"}
    db.add(RingChange(item_id=row.id, added_at=NOW, **ring))
    db.flush()
    move(db, manager, row, "qualified")
    assert row.stage is FunnelStage.QUALIFIED


@pytest.mark.parametrize("stage", ["parked", "rejected"])
def test_aside_and_back_with_a_reason_only(db, manager, stage):
    row = ready(db, stage=FunnelStage.QUALIFIED)
    with pytest.raises(Invalid) as refused:
        move(db, manager, row, stage, "  ")
    assert set(refused.value.errors) == {"reason"}
    move(db, manager, row, stage, "No budget this year")
    assert (row.stage, row.stage_reason) == (FunnelStage(stage), "No budget this year")
    move(db, manager, row, "qualified")
    assert (row.stage, row.stage_reason) == (FunnelStage.QUALIFIED, "")


def test_back_on_the_way_asks_for_a_reason_but_for_no_gate(db, manager):
    row = make.funnel_item(db, stage=FunnelStage.PRIORITISED)
    with pytest.raises(Invalid):
        move(db, manager, row, "inbox")
    move(db, manager, row, "qualified", "Decided too early")
    assert row.stage is FunnelStage.QUALIFIED


def test_a_stale_move_is_refused_with_what_changed(db, manager):
    row = ready(db)
    read = row.version
    move(db, manager, row, "qualified")
    with pytest.raises(Conflict) as stale:
        moves.move_item(
            db, make.actor(db, Role.ADMIN), now=NOW, item_id=row.id, version=read, stage="parked", reason="Old"
        )
    assert stale.value.current["stage"] == "qualified"
    assert stale.value.changed_by == manager.name
    assert row.stage is FunnelStage.QUALIFIED


def test_moving_to_where_it_is_changes_nothing(db, manager):
    row = make.funnel_item(db)
    move(db, manager, row, "inbox")
    assert db.scalar(sa.select(sa.func.count()).select_from(StageStay)) == 1


def undo(db, actor, row, now):
    return moves.undo_move(db, actor, now=now, item_id=row.id, version=row.version)


def test_an_undone_move_never_happened_for_the_stay_but_is_on_record(db, manager):
    row = ready(db, stage=FunnelStage.QUALIFIED)
    late = NOW + timedelta(days=140)
    move(db, manager, row, "parked", "By mistake", now=late)
    undo(db, manager, row, late + timedelta(seconds=28))
    stays = db.execute(sa.select(StageStay.stage, StageStay.entered_at, StageStay.left_at)).all()
    assert [tuple(stay) for stay in stays] == [(FunnelStage.QUALIFIED, NOW, None)]
    assert (row.stage, row.stage_since, row.stage_reason) == (FunnelStage.QUALIFIED, NOW, "")
    done = db.scalars(sa.select(AuditEntry.operation).order_by(AuditEntry.id)).all()
    assert done == ["funnel.move_item", "funnel.undo_move"]
    move(db, manager, row, "parked", "Now I mean it", now=late + timedelta(days=1))
    assert row.stage_since == late + timedelta(days=1)


def test_only_ones_own_last_move_of_the_last_day_is_undone(db, manager):
    row = ready(db)
    with pytest.raises(Invalid):  # never moved
        undo(db, manager, row, NOW)
    move(db, manager, row, "qualified", now=NOW + timedelta(days=3))
    for actor, days in ((make.actor(db, Role.MANAGER), 3), (manager, 5)):
        with pytest.raises(Invalid, match="Only your own move"):
            undo(db, actor, row, NOW + timedelta(days=days))
    with pytest.raises(Conflict):
        moves.undo_move(db, manager, now=NOW, item_id=row.id, version=row.version - 1)
    undo(db, manager, row, NOW + timedelta(days=4))  # a day later to the second
    assert row.stage is FunnelStage.INBOX


def test_merging_keeps_both_and_can_be_undone(db, manager):
    one, two = make.funnel_item(db), make.funnel_item(db)
    moves.merge_items(db, manager, now=NOW, item_id=two.id, version=two.version, into_id=one.id)
    assert list(queries.items(db, None, now=NOW)["id"]) == [one.id]
    assert queries.item(db, manager, item_id=one.id).merged == {two.id: two.title}
    with pytest.raises(Invalid):
        move(db, manager, two, "parked", "No")
    moves.undo_merge(db, manager, now=NOW, item_id=two.id)
    assert sorted(queries.items(db, None, now=NOW)["id"]) == [one.id, two.id]
    with pytest.raises(Invalid):
        moves.undo_merge(db, manager, now=NOW, item_id=two.id)


def test_merges_never_form_chains(db, manager):
    one, two, three = (make.funnel_item(db) for _ in range(3))
    moves.merge_items(db, manager, now=NOW, item_id=two.id, version=two.version, into_id=one.id)
    for item, into in ((three, two), (one, three), (three, three)):
        with pytest.raises(Invalid):
            moves.merge_items(db, manager, now=NOW, item_id=item.id, version=item.version, into_id=into.id)


def test_one_item_stands_in_one_stage(db):
    row = make.funnel_item(db)
    db.add(StageStay(item_id=row.id, stage=FunnelStage.QUALIFIED, entered_at=NOW))
    with pytest.raises(sa.exc.IntegrityError):
        db.flush()
