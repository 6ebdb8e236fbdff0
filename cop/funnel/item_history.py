"""A funnel item's history for everybody who sees the item: who changed what, when, from what to what.

The list allows: marks and decisions that aren't published are told nowhere here, and neither is who voted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.catalog.checks import one_line
from cop.choices import label
from cop.funnel.rows import EDITABLE, ITEM
from cop.models import AuditEntry
from cop.organisation import time_zone
from cop.permissions import Actor
from cop.query import query
from cop.trail import words
from cop.trail.names import names_of

_SAID = (*EDITABLE, "unit_ids", "theme_ids")
_RING = ("ring_id", "changed_on", "edition", "source_kind", "source", "url", "rationale")
_EVIDENCE = ("kind", "title", "url", "dated_on")
TOLD: dict[str, tuple[str, tuple[str, ...]]] = {
    "funnel.propose_item": ("raised it", ()),
    "funnel.edit_item": ("changed it", _SAID),
    "funnel.move_item": ("moved it", ("stage", "stage_reason")),
    "funnel.undo_move": ("undid the move", ("stage",)),
    "funnel.merge_items": ("merged it", ("merged_into_id",)),
    "funnel.undo_merge": ("parted it again", ()),
    "funnel.report_outcome": ("reported on it", ("current", "outcome", "outcome_note")),
    "funnel.add_evidence": ("added evidence", _EVIDENCE),
    "funnel.withdraw_evidence": ("withdrew evidence", ()),
    "funnel.restore_evidence": ("brought evidence back", ()),
    "funnel.link_community": ("linked a community", ("community_id",)),
    "funnel.unlink_community": ("unlinked a community", ("community_id",)),
    "funnel.change_ring": ("put it into a ring", _RING),
    "funnel.withdraw_ring_change": ("withdrew a ring", ()),
    "funnel.restore_ring_change": ("brought a ring back", ()),
}
"""The operations that are told: what was done, and the fields told of it."""
LEFT_OUT = {
    "funnel.vote": "who votes is for nobody to follow",
    "funnel.take_vote_back": "who votes is for nobody to follow",
    "funnel.assess_item": "marks are given blind",
    "funnel.withdraw_assessment": "marks are given blind",
    "funnel.decide_item": "decisions are told when their round is published",
    "funnel.set_urgency": "a part of the score, which isn't everybody's before it is published",
    "funnel.set_planning_figures": "a part of the score, which isn't everybody's before it is published",
    "funnel.add_comment": "stands in the discussion",
    "funnel.edit_comment": "stands in the discussion",
    "funnel.withdraw_comment": "stands in the discussion",
    "funnel.restore_comment": "stands in the discussion",
}
"""What is recorded of an item and not told, and why."""


@dataclass(frozen=True)
class Entry:
    """Who did what, when; `lines` say what is different now."""

    at: datetime
    by: str
    did: str
    lines: tuple[str, ...]


@query("funnel", "people", "organisation", "catalog", public=True)
def history(db: DbSession, _actor: Actor | None, *, item_id: int) -> tuple[Entry, ...]:
    """What was changed of the item, the newest first."""
    found = db.execute(
        sa.select(AuditEntry.at, AuditEntry.actor_name, AuditEntry.operation, AuditEntry.before, AuditEntry.after)
        .where(
            AuditEntry.object_type == ITEM,
            AuditEntry.object_id == item_id,
            AuditEntry.operation.in_(TOLD),
            AuditEntry.outcome == "done",
        )
        .order_by(AuditEntry.id.desc())
    ).all()
    told = [(row, *_told(row)) for row in found]
    names = names_of(
        db,
        {
            reference
            for _, before, after in told
            for part in (before, after)
            for reference in words.references(part, ITEM)
        },
    )
    zone = time_zone(db)
    return tuple(
        Entry(row.at, row.actor_name, TOLD[row.operation][0], _lines(before, after, names, zone))
        for row, before, after in told
    )


def _told(row: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Of an entry, the fields that are told; a choice as its word."""
    fields = TOLD[row.operation][1]
    return _part(row.before, fields), _part(row.after, fields)


def _part(values: Mapping[str, Any] | None, fields: tuple[str, ...]) -> dict[str, Any]:
    chosen = {name: value for name, value in (values or {}).items() if name in fields}
    for name in ("stage", "horizon", "outcome", "kind", "source_kind"):
        if chosen.get(name):
            chosen[name] = label(chosen[name])
    return chosen


def _lines(before: dict[str, Any], after: dict[str, Any], names: words.Names, zone: str) -> tuple[str, ...]:
    changes = words.changes(before, after, ITEM, names, zone)
    return tuple(
        f"{one.field}: {one_line(one.after)}"
        if one.before == "–"
        else f"{one.field}: {one_line(one.before)} → {one_line(one.after)}"
        for one in changes
    )
