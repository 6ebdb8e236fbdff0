"""Writes on a round of prioritisation: opened, led from phase to phase, decided item by item, published."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.catalog.checks import same_version
from cop.choices import Decision, FunnelStage, RoundPhase
from cop.db import wait_for
from cop.errors import Conflict, Invalid, NotFound
from cop.funnel import rows
from cop.funnel.gates import missing
from cop.funnel.queries import votes_by_item
from cop.funnel.readiness import current_version, full_assessors, readiness
from cop.funnel.score_queries import standings_of
from cop.models import FunnelItem, FunnelRound, Person, RoundItem
from cop.permissions import Actor, Permission, require
from cop.validation import Checks

ROUND = "funnel_round"
_OPEN = "funnel_round open"
_NEXT = {
    RoundPhase.PROPOSING: (RoundPhase.SCORING,),
    RoundPhase.SCORING: (RoundPhase.DECIDING, RoundPhase.PROPOSING),
    RoundPhase.DECIDING: (RoundPhase.SCORING,),
}
"""Where a phase leads, back included; publishing is an operation of its own."""
_STAGES = {
    Decision.PRIORITISE: FunnelStage.PRIORITISED,
    Decision.PARK: FunnelStage.PARKED,
    Decision.REJECT: FunnelStage.REJECTED,
}


def open_round(db: DbSession, actor: Actor | None, *, now: datetime, name: str, note: str = "") -> int:
    """Begin a round by calling for proposals; one at a time, or it would be unclear in which an item is decided."""
    actor = require(actor, Permission.FUNNEL_SETUP)
    wait_for(db, _OPEN)
    checks = Checks()
    title = checks.text("name", "The name", " ".join(name.split()), limit=80, required=True)
    text = checks.text("note", "The note", note, limit=500)
    if title and db.scalar(sa.select(FunnelRound.id).where(FunnelRound.name == title)):
        checks.fail("name", "Another round has this name.")
    running = db.scalar(sa.select(FunnelRound.name).where(FunnelRound.phase != RoundPhase.PUBLISHED))
    if running is not None:
        checks.fail("", f"The round “{running}” is still open. Publish it first.")
    checks.done()
    row = FunnelRound(name=title, note=text, opened_at=now)
    db.add(row)
    db.flush()
    _record(db, actor, now, "open_round", row, before=None)
    return row.id


def lead_round(db: DbSession, actor: Actor | None, *, now: datetime, round_id: int, version: int, phase: str) -> int:
    """Lead a round on to its next phase, or one back.

    Scoring takes in every item that is qualified then, and fixes the weights; deciding closes the sheets.
    """
    actor = require(actor, Permission.FUNNEL_SETUP)
    row = _current(db, round_id, version)
    checks = Checks()
    wanted = RoundPhase(checks.one_of("phase", "The phase", phase, RoundPhase))
    if wanted not in _NEXT[row.phase]:
        checks.fail("phase", f"From {row.phase.value} it can't go to {wanted.value}.")
    checks.done()
    before = audit.values(row)
    if wanted is RoundPhase.SCORING:
        row.criteria_version_id = current_version(db)
        _take_in(db, row.id)
    if wanted is RoundPhase.DECIDING:
        _take_in(db, row.id)
        _same_weights(db, row)
        if not _items(db, row.id):
            raise Invalid({"phase": "No item is qualified: there is nothing to decide."})
    row.phase = wanted
    _record(db, actor, now, "lead_round", row, before=before)
    return row.id


def decide_item(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    round_id: int,
    item_id: int,
    version: int,
    decision: str,
    reason: str,
) -> int:
    """Decide on an item of the round, and say why; it takes effect when the round is published.

    Raises Conflict when somebody decided on it since `version`.
    """
    actor = require(actor, Permission.FUNNEL_TRIAGE)
    row = _round(db, round_id)
    entry = db.get(RoundItem, (round_id, item_id))
    if entry is None:
        raise NotFound
    if row.phase is not RoundPhase.DECIDING:
        raise Invalid({"": "Decisions are taken while the round is deciding."})
    if entry.version != version:
        raise _decided_meanwhile(db, entry)
    checks = Checks()
    wanted = Decision(checks.one_of("decision", "The decision", decision, Decision))
    why = checks.text("reason", "The reason", reason, limit=500, required=wanted is not Decision.KEEP)
    needs = missing(readiness(db, [item_id])[item_id], FunnelStage.PRIORITISED)
    if wanted is Decision.PRIORITISE and needs:
        checks.fail("decision", f"It can't be prioritised yet. It needs: {', '.join(needs)}.")
    checks.done()
    before = audit.values(entry)
    entry.decision, entry.reason = wanted, why
    entry.decided_by_id, entry.decided_at = actor.person_id or None, now
    db.flush()
    rows.record(db, actor, now, "decide_item", item_id, before=before, after=audit.values(entry))
    return item_id


def publish_round(db: DbSession, actor: Actor | None, *, now: datetime, round_id: int, version: int) -> int:
    """Publish the list: every item as it stands now, for good, and every decision put into effect."""
    actor = require(actor, Permission.FUNNEL_SETUP)
    row = _current(db, round_id, version)
    if row.phase is not RoundPhase.DECIDING:
        raise Invalid({"": "A round is published once it was decided."})
    _same_weights(db, row)
    entries = _items(db, row.id)
    items = {entry.item_id: db.get_one(FunnelItem, entry.item_id) for entry in entries}
    _still_here(items.values())
    undecided = [items[entry.item_id].title for entry in entries if entry.decision is None]
    if undecided:
        raise Invalid({"": f"Not decided yet: {', '.join(undecided[:5])}{' …' if len(undecided) > 5 else ''}."})
    _still_ready(db, entries, items)
    before = audit.values(row)
    _snapshot(db, entries, items, now=now)
    for entry in entries:
        stage = _STAGES.get(entry.decision) if entry.decision else None
        item = items[entry.item_id]
        if stage is not None:
            rows.enter_stage(db, actor, item, stage, f"{row.name}: {entry.reason}"[:500], now=now)
    row.phase, row.published_at = RoundPhase.PUBLISHED, now
    _record(db, actor, now, "publish_round", row, before=before)
    return row.id


def _decided_meanwhile(db: DbSession, entry: RoundItem) -> Conflict:
    person = db.get(Person, entry.decided_by_id) if entry.decided_by_id else None
    at = entry.decided_at.isoformat() if entry.decided_at else ""
    return Conflict(audit.values(entry), person.name if person else "", at)


def _still_here(items: Iterable[FunnelItem]) -> None:
    """What was moved or merged since the round took it in isn't decided on here."""
    gone = [row.title for row in items if row.merged_into_id is not None or row.stage is not FunnelStage.QUALIFIED]
    if gone:
        told = ", ".join(gone)
        raise Invalid({"": f"Moved or merged meanwhile: {told}. Lead the round back to scoring, and on again."})


def _still_ready(db: DbSession, entries: list[RoundItem], items: dict[int, FunnelItem]) -> None:
    """What was asked for when it was decided may have been taken away since."""
    found = readiness(db, items.keys())
    for entry in entries:
        needs = missing(found[entry.item_id], FunnelStage.PRIORITISED)
        if entry.decision is Decision.PRIORITISE and needs:
            title = items[entry.item_id].title
            raise Invalid({"": f"{title} can't be prioritised any more. It needs: {', '.join(needs)}."})


def _snapshot(db: DbSession, entries: list[RoundItem], items: dict[int, FunnelItem], *, now: datetime) -> None:
    """Keep how each item stands among those of the round."""
    found = standings_of(db, items, today=rows.today_of(db, now))
    assessors = full_assessors(db, items.keys())
    votes = votes_by_item(db)
    for entry in entries:
        standing = found[entry.item_id]
        entry.title, entry.rank, entry.top_share = items[entry.item_id].title, standing.rank, standing.top
        entry.score = standing.score.total if standing.score else None
        entry.assessors, entry.votes = len(assessors.get(entry.item_id, ())), votes.get(entry.item_id, 0)
    db.flush()


def _take_in(db: DbSession, round_id: int) -> None:
    """Let the round hold the items that are qualified, and no others; decisions on those that stay are kept."""
    qualified = sa.select(FunnelItem.id).where(
        FunnelItem.stage == FunnelStage.QUALIFIED, FunnelItem.merged_into_id.is_(None)
    )
    wanted, there = set(db.scalars(qualified)), {entry.item_id: entry for entry in _items(db, round_id)}
    for item_id in there.keys() - wanted:
        db.delete(there[item_id])
    db.add_all(RoundItem(round_id=round_id, item_id=item_id) for item_id in sorted(wanted - there.keys()))
    db.flush()


def _same_weights(db: DbSession, row: FunnelRound) -> None:
    if row.criteria_version_id != current_version(db):
        raise Invalid(
            {"": "The criteria were changed since scoring began. Lead the round back to scoring, and on again."}
        )


def _items(db: DbSession, round_id: int) -> list[RoundItem]:
    return list(db.scalars(sa.select(RoundItem).where(RoundItem.round_id == round_id).order_by(RoundItem.item_id)))


def _round(db: DbSession, round_id: int) -> FunnelRound:
    row = db.get(FunnelRound, round_id)
    if row is None:
        raise NotFound
    if row.phase is RoundPhase.PUBLISHED:
        raise Invalid({"": "This round is published: what was decided stays. The next round can decide anew."})
    return row


def _current(db: DbSession, round_id: int, version: int) -> FunnelRound:
    row = _round(db, round_id)
    same_version(db, row, version, current=lambda: audit.values(row))
    return row


def _record(
    db: DbSession, actor: Actor, now: datetime, operation: str, row: FunnelRound, *, before: dict[str, object] | None
) -> None:
    db.flush()
    audit.record(
        db,
        actor,
        now=now,
        operation=f"funnel.{operation}",
        topics=("funnel",),
        object_type=ROUND,
        object_id=row.id,
        before=before,
        after=audit.values(row),
    )
