"""A trend's rings: who may say what, what is refused, and what the history tells afterwards."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from cop.choices import Channel, FunnelStage
from cop.errors import Forbidden, Invalid, NotFound
from cop.funnel import trend_operations as o
from cop.funnel.queries import item as read_item
from cop.models import AuditEntry, Ring, RingChange
from cop.permissions import Role
from tests import factories as make
from tests.factories import NOW, TODAY

ADOPT, TRIAL = 1, 2
SAID = {"ring_id": TRIAL, "changed_on": date(2026, 4, 1), "source_kind": "report", "source": "A radar"}


@pytest.fixture
def manager(db):
    make.organisation(db)
    return make.actor(db, Role.MANAGER)


@pytest.fixture
def trend(db):
    return make.funnel_item(db, channel=Channel.TREND, title="Wasm")


def change(db, actor, item, **values):
    return o.change_ring(db, actor, now=NOW, item_id=item.id, **(SAID | values))


def told(db, actor, item):
    return [(one.ring, one.changed_on, one.withdrawn) for one in read_item(db, actor, item_id=item.id).rings]


def test_the_history_is_told_by_day_whatever_order_it_came_in(db, manager, trend):
    change(db, manager, trend, edition="  Vol.   2 ", url="https://example.org", rationale=" Ready ")
    change(db, manager, trend, ring_id=ADOPT, changed_on=TODAY, source="We")
    change(db, manager, trend, ring_id=ADOPT, changed_on=date(2025, 1, 1), edition="Vol. 1")
    names = {key: db.get_one(Ring, key).name for key in (ADOPT, TRIAL)}
    assert told(db, manager, trend) == [
        (names[ADOPT], TODAY, False),
        (names[TRIAL], date(2026, 4, 1), False),
        (names[ADOPT], date(2025, 1, 1), False),
    ]
    first = read_item(db, manager, item_id=trend.id).rings[1]
    assert (first.edition, first.url, first.rationale, first.source_kind) == (
        "Vol. 2", "https://example.org", "Ready", "report",
    )  # fmt: skip
    assert first.by
    entry = db.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).first()
    assert (entry.operation, entry.object_type, entry.object_id) == ("funnel.change_ring", "funnel_item", trend.id)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ring_id": None}, "ring_id"),
        ({"ring_id": 99}, "ring_id"),
        ({"changed_on": None}, "changed_on"),
        ({"changed_on": TODAY + timedelta(days=1)}, "changed_on"),
        ({"source": "  "}, "source"),
        ({"source": "x" * 301}, "source"),
        ({"source_kind": "rumour"}, "source_kind"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"edition": "x" * 61}, "edition"),
        ({"rationale": "bell \x07"}, "rationale"),
    ],
)
def test_what_is_refused_stands_at_its_field(db, manager, trend, values, field):
    with pytest.raises(Invalid) as refused:
        change(db, manager, trend, **values)
    assert list(refused.value.errors) == [field]
    assert db.scalar(sa.select(sa.func.count()).select_from(RingChange)) == 0


def test_a_ring_that_is_offered_no_longer_is_refused(db, manager, trend):
    db.get_one(Ring, TRIAL).active = False
    with pytest.raises(Invalid, match="Choose the ring"):
        change(db, manager, trend)


def test_today_is_the_organisation_s_own(db, trend):
    """At 23:30 UTC it is tomorrow already in Madrid."""
    make.organisation(db, time_zone="Europe/Madrid")
    late = NOW.replace(hour=23, minute=30)
    said = SAID | {"changed_on": TODAY + timedelta(days=1)}
    assert o.change_ring(db, make.actor(db, Role.MANAGER), now=late, item_id=trend.id, **said)


def test_needs_and_gaps_have_no_ring(db, manager):
    for channel in (Channel.NEED, Channel.GAP):
        with pytest.raises(Invalid, match="Only trends"):
            change(db, manager, make.funnel_item(db, channel=channel))


def test_a_merged_trend_is_left_alone(db, manager, trend):
    key = change(db, manager, trend)
    trend.merged_into_id = make.funnel_item(db, channel=Channel.TREND).id
    db.flush()
    with pytest.raises(Invalid, match="merged"):
        change(db, manager, trend, ring_id=ADOPT)
    with pytest.raises(Invalid, match="merged"):
        o.withdraw_ring_change(db, manager, now=NOW, ring_change_id=key)


def test_the_same_again_needs_another_source_or_edition(db, manager, trend):
    change(db, manager, trend)
    for day in (SAID["changed_on"], TODAY):
        with pytest.raises(Invalid, match="already"):
            change(db, manager, trend, changed_on=day, source="a RADAR")
    change(db, manager, trend, changed_on=TODAY, source="Another radar")
    change(db, manager, trend, changed_on=TODAY, source="Another radar", edition="Vol. 2")
    change(db, manager, trend, changed_on=SAID["changed_on"] - timedelta(days=1))  # earlier than was known: that is new


def test_back_and_forth_is_no_repetition(db, manager, trend):
    for number, ring in enumerate((TRIAL, ADOPT, TRIAL)):
        change(db, manager, trend, ring_id=ring, changed_on=TODAY - timedelta(days=10 - number))
    assert len(told(db, manager, trend)) == 3


def test_withdrawn_and_brought_back(db, manager, trend):
    key = change(db, manager, trend)
    o.withdraw_ring_change(db, manager, now=NOW, ring_change_id=key)
    o.withdraw_ring_change(db, manager, now=NOW, ring_change_id=key)
    assert [gone for _ring, _day, gone in told(db, manager, trend)] == [True]
    assert "a ring with its source" in read_item(db, manager, item_id=trend.id).missing
    change(db, manager, trend)  # what was withdrawn says nothing any more
    o.restore_ring_change(db, manager, now=NOW, ring_change_id=key)
    assert [gone for _ring, _day, gone in told(db, manager, trend)] == [False, False]
    done = [entry.operation for entry in db.scalars(sa.select(AuditEntry).order_by(AuditEntry.id))]
    assert done == [f"funnel.{name}_ring_change" if name != "change_ring" else "funnel.change_ring"
                    for name in ("change_ring", "withdraw", "change_ring", "restore")]  # fmt: skip


def test_who_raised_it_may_only_while_it_lies_in_the_inbox(db, manager):
    raiser = make.actor(db)
    trend = make.funnel_item(db, channel=Channel.TREND, raised_by_id=raiser.person_id)
    key = change(db, raiser, trend)
    trend.stage = FunnelStage.QUALIFIED
    db.flush()
    with pytest.raises(Forbidden):
        change(db, raiser, trend, ring_id=ADOPT)
    for operation in (o.withdraw_ring_change, o.restore_ring_change):
        with pytest.raises(Forbidden):
            operation(db, raiser, now=NOW, ring_change_id=key)
    with pytest.raises(Forbidden):
        change(db, make.actor(db), make.funnel_item(db, channel=Channel.TREND))


def test_nothing_there(db, manager):
    with pytest.raises(NotFound):
        o.change_ring(db, manager, now=NOW, item_id=99, **SAID)
    with pytest.raises(NotFound):
        o.withdraw_ring_change(db, manager, now=NOW, ring_change_id=99)
