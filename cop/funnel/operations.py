"""Writes on a funnel item: raised, described, backed by evidence, voted and commented on, linked, judged."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.catalog.checks import same_version
from cop.catalog.operations import create_community
from cop.choices import Channel, FunnelStage, Outcome
from cop.db import added, rowcount
from cop.errors import Forbidden, Invalid, NotFound
from cop.funnel import rows
from cop.funnel.gates import CLOSED
from cop.funnel.inputs import EvidenceInput, ItemInput
from cop.funnel.meetings import within
from cop.models import (
    Community,
    Evidence,
    FunnelItem,
    ItemComment,
    ItemCommunity,
    StageStay,
    UnitMeeting,
    Vote,
)
from cop.permissions import Actor, Permission, may, require
from cop.validation import LONG, Checks


def propose_item(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    channel: str,
    item: ItemInput,
    evidence: EvidenceInput | None = None,
    meeting_id: int | None = None,
) -> int:
    """Put a need, trend or gap into the inbox; who raises it may name no owner unless they triage."""
    actor = require(actor, Permission.FUNNEL_PROPOSE)
    checks = Checks()
    kind = Channel(checks.one_of("channel", "The channel", channel, Channel))
    values = rows.checked_values(db, checks, kind, item)
    found = rows.evidence_of(checks, evidence, today=rows.today_of(db, now)) if evidence is not None else None
    if item.owner_id is not None:
        require(actor, Permission.FUNNEL_TRIAGE)
    if meeting_id is not None:
        meeting = db.get(UnitMeeting, meeting_id)
        if meeting is None or not within(actor, meeting.org_unit_id):
            raise NotFound
    checks.done()
    raised_by = actor.person_id or None
    row = FunnelItem(
        channel=kind, raised_by_id=raised_by, meeting_id=meeting_id, created_at=now, stage_since=now, **values
    )
    db.add(row)
    db.flush()
    db.add(StageStay(item_id=row.id, stage=FunnelStage.INBOX, entered_at=now, moved_by_id=raised_by))
    rows.set_units_and_themes(db, row.id, item)
    if found is not None:
        rows.add_evidence(db, actor, row.id, found, now=now)
    meetings = () if meeting_id is None else ("meetings",)
    rows.record(db, actor, now, "propose_item", row.id, *meetings, after=rows.snapshot(db, row))
    return row.id


def edit_item(db: DbSession, actor: Actor | None, *, now: datetime, item_id: int, version: int, item: ItemInput) -> int:
    """Change what is said of an item: those who triage always, who raised it as long as it lies in the inbox.

    Raises Conflict with the present values when somebody changed or moved it since `version`.
    """
    actor = require(actor, Permission.FUNNEL_PROPOSE)
    row = rows.open_item(db, item_id)
    rows.require_editor(actor, row)
    rows.current_item(db, item_id, version)
    if item.owner_id != row.owner_id:
        require(actor, Permission.FUNNEL_TRIAGE)
    checks = Checks()
    values = rows.checked_values(db, checks, row.channel, item)
    if row.stage not in {FunnelStage.INBOX, FunnelStage.QUALIFIED, FunnelStage.PARKED, FunnelStage.REJECTED}:
        _still_judged_by(checks, values)
    checks.done()
    before = rows.snapshot(db, row)
    for name, value in values.items():
        setattr(row, name, value)
    sa.orm.attributes.flag_modified(row, "title")  # units and themes lie elsewhere, and are part of what was read
    rows.set_units_and_themes(db, row.id, item)
    rows.record_item(db, actor, now, "edit_item", row, before=before)
    return row.id


def _still_judged_by(checks: Checks, values: dict[str, Any]) -> None:
    """What was asked for at prioritising can be changed, not taken away."""
    needed = {
        "objective": "the objective",
        "indicator": "the success indicator",
        "target": "the target",
        "judged_on": "the day",
    }
    for field, noun in needed.items():
        if values[field] in (None, ""):
            checks.fail(field, f"This item is decided on already: {noun} by which it is judged can't be empty.")


def report_outcome(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    item_id: int,
    version: int,
    current: float | None,
    outcome: str | None,
    note: str = "",
) -> int:
    """Say where the indicator stands, and whether the objective was met."""
    actor = require(actor, Permission.FUNNEL_TRIAGE)
    row = rows.current_item(db, item_id, version)
    checks = Checks()
    rows.finite(checks, "current", current)
    result = Outcome(checks.one_of("outcome", "The outcome", outcome, Outcome)) if outcome else None
    text = checks.text("note", "The note", note, limit=1000)
    if result is not None and current is None:
        checks.fail("current", "Say where the indicator stands: without it nothing can be judged.")
    if result is None and row.stage is FunnelStage.EVALUATED:
        checks.fail("outcome", "This item is evaluated: its outcome can be corrected, not taken away.")
    checks.done()
    before = audit.values(row)
    row.current, row.outcome, row.outcome_note = current, result, text
    rows.record_item(db, actor, now, "report_outcome", row, before=before)
    return row.id


def add_evidence(db: DbSession, actor: Actor | None, *, now: datetime, item_id: int, evidence: EvidenceInput) -> int:
    """Add where one read or heard that it matters."""
    actor = require(actor, Permission.FUNNEL_PROPOSE)
    rows.open_item(db, item_id)
    checks = Checks()
    values = rows.evidence_of(checks, evidence, today=rows.today_of(db, now))
    checks.done()
    row = rows.add_evidence(db, actor, item_id, values, now=now)
    _record_part(db, actor, now, "add_evidence", item_id, row)
    return row.id


def withdraw_evidence(db: DbSession, actor: Actor | None, *, now: datetime, evidence_id: int) -> int:
    """Take back a piece of evidence: its giver, or those who triage; it stays on record."""
    actor = require(actor, Permission.FUNNEL_PROPOSE)
    return _shelve(db, actor, now, "withdraw_evidence", Evidence, "added_by_id", evidence_id, now)


def restore_evidence(db: DbSession, actor: Actor | None, *, now: datetime, evidence_id: int) -> int:
    """Undo withdrawing a piece of evidence."""
    actor = require(actor, Permission.FUNNEL_PROPOSE)
    return _shelve(db, actor, now, "restore_evidence", Evidence, "added_by_id", evidence_id, None)


def add_comment(db: DbSession, actor: Actor | None, *, now: datetime, item_id: int, text: str) -> int:
    """Say something to an item."""
    actor = require(actor, Permission.FUNNEL_PROPOSE)
    rows.require_person(actor)
    rows.open_item(db, item_id)
    checks = Checks()
    said = checks.text("text", "The comment", text, limit=LONG, required=True)
    checks.done()
    row = ItemComment(item_id=item_id, person_id=actor.person_id, text=said, at=now)
    db.add(row)
    db.flush()
    _record_part(db, actor, now, "add_comment", item_id, row)
    return row.id


def edit_comment(db: DbSession, actor: Actor | None, *, now: datetime, comment_id: int, version: int, text: str) -> int:
    """Put one's own comment differently."""
    actor = require(actor, Permission.FUNNEL_PROPOSE)
    row: ItemComment = _part(db, ItemComment, comment_id)
    if row.person_id != actor.person_id or row.withdrawn_at is not None:
        raise Forbidden
    same_version(db, row, version, current=lambda: audit.values(row))
    checks = Checks()
    said = checks.text("text", "The comment", text, limit=LONG, required=True)
    checks.done()
    before = audit.values(row)
    row.text = said
    _record_part(db, actor, now, "edit_comment", row.item_id, row, before=before)
    return row.id


def withdraw_comment(db: DbSession, actor: Actor | None, *, now: datetime, comment_id: int) -> int:
    """Take a comment back: its author, or those who triage; that there was one stays to be seen."""
    actor = require(actor, Permission.FUNNEL_PROPOSE)
    return _shelve(db, actor, now, "withdraw_comment", ItemComment, "person_id", comment_id, now)


def restore_comment(db: DbSession, actor: Actor | None, *, now: datetime, comment_id: int) -> int:
    """Undo withdrawing a comment."""
    actor = require(actor, Permission.FUNNEL_PROPOSE)
    return _shelve(db, actor, now, "restore_comment", ItemComment, "person_id", comment_id, None)


def vote(db: DbSession, actor: Actor | None, *, now: datetime, item_id: int) -> None:
    """Say that an item matters to oneself; voting twice changes nothing."""
    actor = require(actor, Permission.FUNNEL_PROPOSE)
    rows.require_person(actor)
    row = rows.open_item(db, item_id)
    if row.stage in CLOSED:
        raise Invalid({"": "This item is closed: nothing is decided on it any more."})
    if db.get(Vote, (item_id, actor.person_id)) is None and added(
        db, Vote(item_id=item_id, person_id=actor.person_id, at=now)
    ):
        rows.record(db, actor, now, "vote", item_id)


def take_vote_back(db: DbSession, actor: Actor | None, *, now: datetime, item_id: int) -> None:
    """No longer vote for an item, nor for one that was merged into it."""
    actor = require(actor, Permission.FUNNEL_PROPOSE)
    rows.open_item(db, item_id)
    stands = sa.select(FunnelItem.id).where(sa.or_(FunnelItem.id == item_id, FunnelItem.merged_into_id == item_id))
    gone = sa.delete(Vote).where(Vote.person_id == actor.person_id, Vote.item_id.in_(stands))
    if rowcount(db.execute(gone)):
        rows.record(db, actor, now, "take_vote_back", item_id)


def link_community(db: DbSession, actor: Actor | None, *, now: datetime, item_id: int, community_id: int) -> None:
    """Note that a community works on the item: those who triage, or who facilitates the community."""
    actor = require(actor, Permission.FUNNEL_PROPOSE)
    _may_link(actor, community_id)
    rows.open_item(db, item_id)
    community = db.get(Community, community_id)
    if community is None or community.archived_at is not None:
        raise Invalid({"community_id": "Choose a community that isn't archived."})
    if db.get(ItemCommunity, (item_id, community_id)) is None:
        db.add(ItemCommunity(item_id=item_id, community_id=community_id, linked_at=now))
        db.flush()
        _record_link(db, actor, now, "link_community", item_id, community_id)


def unlink_community(db: DbSession, actor: Actor | None, *, now: datetime, item_id: int, community_id: int) -> None:
    """Note that a community doesn't work on the item; that it did stays in the item's history."""
    actor = require(actor, Permission.FUNNEL_PROPOSE)
    _may_link(actor, community_id)
    row = rows.open_item(db, item_id)
    link = db.get(ItemCommunity, (item_id, community_id))
    if link is None:
        return
    others = db.scalar(sa.select(sa.func.count()).where(ItemCommunity.item_id == item_id)) or 0
    if others == 1 and row.stage in {FunnelStage.DELIVERED, FunnelStage.EVALUATED}:
        raise Invalid({"": "What is delivered was delivered by a community. Link the right one first."})
    db.delete(link)
    db.flush()
    _record_link(db, actor, now, "unlink_community", item_id, community_id)


def found_community(db: DbSession, actor: Actor | None, *, now: datetime, item_id: int, name: str, focus: str) -> int:
    """Found a community from an item and link the two; returns the community's id."""
    actor = require(actor, Permission.COMMUNITY_CREATE)
    row = rows.open_item(db, item_id)
    community_id = create_community(db, actor, now=now, name=name, focus=focus)
    community = db.get_one(Community, community_id)
    community.area_id = row.area_id
    db.add(ItemCommunity(item_id=item_id, community_id=community_id, linked_at=now))
    db.flush()
    _record_link(db, actor, now, "link_community", item_id, community_id)
    return community_id


def _may_link(actor: Actor, community_id: int) -> None:
    if not may(actor, Permission.FUNNEL_TRIAGE):
        require(actor, Permission.COMMUNITY_EDIT, community_id=community_id)


def _part(db: DbSession, table: type[Any], key: int) -> Any:
    """Something that belongs to an item which can be changed."""
    row = db.get(table, key)
    if row is None:
        raise NotFound
    rows.open_item(db, row.item_id)
    return row


def _shelve(
    db: DbSession,
    actor: Actor,
    now: datetime,
    operation: str,
    table: type[Any],
    giver: str,
    key: int,
    withdrawn_at: datetime | None,
) -> int:
    """Withdraw or bring back what somebody gave to an item: they themselves, or those who triage."""
    row = _part(db, table, key)
    if getattr(row, giver) != actor.person_id:
        require(actor, Permission.FUNNEL_TRIAGE)
    if (row.withdrawn_at is None) != (withdrawn_at is None):
        before = audit.values(row)
        row.withdrawn_at = withdrawn_at
        _record_part(db, actor, now, operation, row.item_id, row, before=before)
    return key


def _record_part(
    db: DbSession,
    actor: Actor,
    now: datetime,
    operation: str,
    item_id: int,
    row: Any,
    *,
    before: dict[str, Any] | None = None,
) -> None:
    """A change of what belongs to an item is a change of the item's history."""
    db.flush()
    rows.record(db, actor, now, operation, item_id, before=before, after=audit.values(row))


def _record_link(db: DbSession, actor: Actor, now: datetime, operation: str, item_id: int, community_id: int) -> None:
    after = {"community_id": community_id}
    rows.record(db, actor, now, operation, item_id, community_id=community_id, after=after)
