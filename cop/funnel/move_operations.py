"""Writes that move a funnel item along its way, or let one item stand for another."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.choices import FunnelStage
from cop.db import wait_for
from cop.errors import Invalid
from cop.funnel import rows
from cop.funnel.gates import goes_back, in_a_sentence, missing
from cop.funnel.readiness import readiness
from cop.models import FunnelItem
from cop.permissions import Actor, Permission, require
from cop.validation import Checks

UNDO_WITHIN = timedelta(days=1)
"""For how long a move can be undone: what an item was for longer did happen, and figures count it."""


def move_item(
    db: DbSession, actor: Actor | None, *, now: datetime, item_id: int, version: int, stage: str, reason: str = ""
) -> int:
    """Put an item into a stage; back, aside and onwards again, each with what that asks for.

    Raises Conflict when somebody changed or moved it since `version`, Invalid with what is missing.
    """
    actor = require(actor, Permission.FUNNEL_TRIAGE)
    row = rows.current_item(db, item_id, version)
    checks = Checks()
    wanted = FunnelStage(checks.one_of("stage", "The stage", stage, FunnelStage))
    why = checks.text("reason", "The reason", reason, limit=500)
    checks.done()
    if wanted is row.stage:
        return row.id
    if goes_back(row.stage, wanted) and not why:
        checks.fail("reason", "Say why: whoever raised it will want to know.")
    needs = missing(readiness(db, [row.id])[row.id], wanted)
    if needs and not goes_back(row.stage, wanted):
        checks.fail("stage", f"It can't be {in_a_sentence(wanted)} yet. It needs: {', '.join(needs)}.")
    checks.done()
    rows.enter_stage(db, actor, row, wanted, why, now=now)
    return row.id


def undo_move(db: DbSession, actor: Actor | None, *, now: datetime, item_id: int, version: int) -> int:
    """Put an item back where it was before one's own last move of it; for figures that move never happened.

    Raises Conflict when somebody changed the item since `version`, Invalid where there is no such move, or one of more
    than a day ago.
    """
    actor = require(actor, Permission.FUNNEL_TRIAGE)
    row = rows.current_item(db, item_id, version)
    stays = rows.last_stays(db, row.id)
    was_moved = len(stays) > 1
    by_actor = stays[0].moved_by_id == (actor.person_id or None)
    if not (was_moved and by_actor and now - stays[0].entered_at <= UNDO_WITHIN):
        raise Invalid({"": "Only your own move of the last day can be undone. Move the item back instead."})
    rows.leave_last_stage(db, actor, row, now=now)
    return row.id


def merge_items(db: DbSession, actor: Actor | None, *, now: datetime, item_id: int, version: int, into_id: int) -> int:
    """Let another item stand for this one too. Each keeps its own history; undoing it parts them again."""
    actor = require(actor, Permission.FUNNEL_TRIAGE)
    wait_for(db, "funnel merge")  # two at once could make a ring or a chain
    row = rows.current_item(db, item_id, version)
    target = db.get(FunnelItem, into_id)
    if target is None or target.id == row.id or target.merged_into_id is not None:
        raise Invalid({"into_id": "Choose another item that isn't merged itself."})
    if db.scalar(sa.select(sa.func.count()).where(FunnelItem.merged_into_id == row.id)):
        raise Invalid({"into_id": "Other items were merged into this one. Merge it the other way round."})
    before = audit.values(row)
    row.merged_into_id = target.id
    rows.record_item(db, actor, now, "merge_items", row, before=before)
    return target.id


def undo_merge(db: DbSession, actor: Actor | None, *, now: datetime, item_id: int) -> int:
    """Part an item from the one that it was merged into; both are as they were."""
    actor = require(actor, Permission.FUNNEL_TRIAGE)
    row = db.get(FunnelItem, item_id)
    if row is None or row.merged_into_id is None:
        raise Invalid({"": "This item isn't merged into another one."})
    before = audit.values(row)
    row.merged_into_id = None
    rows.record_item(db, actor, now, "undo_merge", row, before=before)
    return row.id
