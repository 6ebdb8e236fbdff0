"""Writes on a trend's ring: put into it by somebody's word, taken back, brought back."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.choices import Channel, EvidenceKind
from cop.errors import Invalid, NotFound
from cop.funnel import rows
from cop.models import FunnelItem, Ring, RingChange
from cop.permissions import Actor, Permission, require
from cop.validation import LONG, Checks


def change_ring(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    item_id: int,
    ring_id: int | None,
    changed_on: date | None,
    edition: str = "",
    source_kind: str,
    source: str,
    url: str = "",
    rationale: str = "",
) -> int:
    """Say since which day a trend is in a ring, and who says so; days may be told in any order.

    Those who triage always, who raised it as long as it lies in the inbox. Refused where the same source, in the same
    edition, had said the same the last time before: that tells nothing new.
    """
    actor = require(actor, Permission.FUNNEL_PROPOSE)
    _trend(db, actor, item_id)
    checks = Checks()
    values: dict[str, Any] = {
        "ring_id": _ring(db, checks, ring_id),
        "changed_on": _day(checks, changed_on, today=rows.today_of(db, now)),
        "source_kind": EvidenceKind(checks.one_of("source_kind", "The kind of source", source_kind, EvidenceKind)),
        "edition": checks.text("edition", "The edition", " ".join(edition.split()), limit=60),
        "source": checks.text("source", "The source", " ".join(source.split()), limit=300, required=True),
        "url": checks.url("url", "The link", url),
        "rationale": checks.text("rationale", "The rationale", rationale, limit=LONG),
    }
    checks.done()
    row = RingChange(item_id=item_id, added_by_id=actor.person_id or None, added_at=now, **values)
    if _says_the_same(_last_before(db, row), row):
        raise Invalid({"ring_id": "It is in this ring already, by the same source. Nothing would change."})
    db.add(row)
    _record(db, actor, now, "change_ring", row, before=None)
    return row.id


def withdraw_ring_change(db: DbSession, actor: Actor | None, *, now: datetime, ring_change_id: int) -> int:
    """Take back that a trend was put into a ring; it stays on record."""
    actor = require(actor, Permission.FUNNEL_PROPOSE)
    return _shelve(db, actor, now, "withdraw_ring_change", ring_change_id, now)


def restore_ring_change(db: DbSession, actor: Actor | None, *, now: datetime, ring_change_id: int) -> int:
    """Undo withdrawing."""
    actor = require(actor, Permission.FUNNEL_PROPOSE)
    return _shelve(db, actor, now, "restore_ring_change", ring_change_id, None)


def _trend(db: DbSession, actor: Actor, item_id: int) -> FunnelItem:
    row = rows.open_item(db, item_id)
    rows.require_editor(actor, row)
    if row.channel is not Channel.TREND:
        raise Invalid({"": "Only trends are on the radar."})
    return row


def _ring(db: DbSession, checks: Checks, key: int | None) -> int | None:
    ring = db.get(Ring, key) if key is not None else None
    if ring is None or not ring.active:
        checks.fail("ring_id", "Choose the ring.")
    return key


def _day(checks: Checks, day: date | None, *, today: date) -> date | None:
    if day is None:
        checks.fail("changed_on", "Since which day?")
    elif day > today:
        checks.fail("changed_on", "The day can't lie in the future.")
    return day


def _last_before(db: DbSession, row: RingChange) -> RingChange | None:
    """The one that counted on its day until now."""
    return db.scalar(
        sa.select(RingChange)
        .where(
            RingChange.item_id == row.item_id,
            RingChange.changed_on <= row.changed_on,
            RingChange.withdrawn_at.is_(None),
        )
        .order_by(RingChange.changed_on.desc(), RingChange.id.desc())
        .limit(1)
    )


def _says_the_same(before: RingChange | None, row: RingChange) -> bool:
    if before is None or before.ring_id != row.ring_id or before.edition != row.edition:
        return False
    return before.source.casefold() == row.source.casefold()


def _shelve(db: DbSession, actor: Actor, now: datetime, operation: str, key: int, withdrawn_at: datetime | None) -> int:
    row = db.get(RingChange, key)
    if row is None:
        raise NotFound
    _trend(db, actor, row.item_id)
    if (row.withdrawn_at is None) != (withdrawn_at is None):
        before = audit.values(row)
        row.withdrawn_at = withdrawn_at
        _record(db, actor, now, operation, row, before=before)
    return key


def _record(
    db: DbSession, actor: Actor, now: datetime, operation: str, row: RingChange, *, before: dict[str, object] | None
) -> None:
    """A change of its rings is a change of the item's history."""
    db.flush()
    rows.record(db, actor, now, operation, row.item_id, before=before, after=audit.values(row))
