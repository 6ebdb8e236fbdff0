"""What an item's history tells, and what it never does."""

import pytest
import sqlalchemy as sa

from cop.db import finish
from cop.funnel import operations as o
from cop.funnel.inputs import EvidenceInput, ItemInput
from cop.funnel.item_history import LEFT_OUT, TOLD, history
from cop.models import AuditEntry, FunnelItem
from cop.permissions import Role
from tests import factories as make
from tests.factories import NOW
from tests.permissions import PRINCIPALS, make_world
from tests.unit.funnel.permission_cases import CASES


def test_a_change_in_words(db):
    make.organisation(db)
    unit, actor = make.org_unit(db, name="Trading"), make.actor(db, Role.MANAGER)
    key = o.propose_item(db, actor, now=NOW, channel="need", item=ItemInput(title="Streaming", horizon="long_term"))
    changed = ItemInput(title="Event streaming", horizon="short_term", unit_ids=(unit.id,))
    o.edit_item(db, actor, now=NOW, item_id=key, version=db.get_one(FunnelItem, key).version, item=changed)
    o.add_evidence(db, actor, now=NOW, item_id=key, evidence=EvidenceInput("report", "A report"))
    backed, edited, raised = history(db, None, item_id=key)
    assert (raised.did, raised.lines, raised.by, raised.at) == ("raised it", (), actor.name, NOW)
    assert set(edited.lines) == {
        "Title: Streaming → Event streaming", "Horizon: Long term → Short term", "Units: Trading",
    }  # fmt: skip
    assert backed.did == "added evidence"
    assert "Title: A report" in backed.lines


@pytest.mark.parametrize("operation", CASES, ids=lambda found: found.__name__)
def test_every_operation_on_an_item_is_told_or_left_out_on_purpose(db, operation):
    """Each operation, by the least of those whom it serves."""
    world = make_world(db)
    case = CASES[operation]
    actor = world.actors[next(principal for principal in PRINCIPALS if principal in case.allowed)]
    params = case.params(world, actor)
    start = db.scalar(sa.select(sa.func.max(AuditEntry.id))) or 0
    operation(db, actor, now=NOW, **params)
    finish(db)
    made = sa.select(AuditEntry.operation).where(AuditEntry.id > start, AuditEntry.object_type == "funnel_item")
    assert set(db.scalars(made)) <= TOLD.keys() | LEFT_OUT.keys()


def test_told_and_left_out_do_not_meet():
    assert TOLD.keys() & LEFT_OUT.keys() == set()
    assert all(LEFT_OUT.values())
