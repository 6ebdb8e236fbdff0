"""A funnel item's rows: checked, found, stored, and read back as one value for audit and conflicts."""

from datetime import date, datetime
from math import isfinite
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.catalog.checks import one_line, same_version
from cop.choices import Channel, EvidenceKind, FunnelStage, Horizon
from cop.errors import Forbidden, Invalid, NotFound
from cop.funnel.inputs import MOST_PEOPLE, EvidenceInput, ItemInput
from cop.models import Area, Evidence, FunnelItem, ItemTheme, ItemUnit, OrgUnit, Person, Quadrant, StageStay, Theme
from cop.organisation import time_zone
from cop.periods import local_day
from cop.permissions import Actor, Permission, require
from cop.validation import LONG, Checks

ITEM = "funnel_item"
"""What the audit trail calls an item."""
EDITABLE = (
    "title", "description", "area_id", "horizon", "client", "deadline", "headcount", "unique_knowledge", "quadrant_id",
    "owner_id", "objective", "indicator", "baseline", "target", "judged_on",
)  # fmt: skip


def open_item(db: DbSession, item_id: int) -> FunnelItem:
    """The item, unless there is none or another stands for it."""
    row = db.get(FunnelItem, item_id)
    if row is None:
        raise NotFound
    if row.merged_into_id is not None:
        raise Invalid({"": "This item was merged into another one. Change that one, or undo the merge first."})
    return row


def require_editor(actor: Actor, row: FunnelItem) -> None:
    """Refuse all but those who triage, and who raised the item as long as it lies in the inbox."""
    raised_it = row.raised_by_id is not None and row.raised_by_id == actor.person_id
    if not (raised_it and row.stage is FunnelStage.INBOX):
        require(actor, Permission.FUNNEL_TRIAGE)


def current_item(db: DbSession, item_id: int, version: int) -> FunnelItem:
    """The item as it was read, or Conflict with what it is now."""
    row = open_item(db, item_id)
    same_version(db, row, version, current=lambda: as_typed(db, row) | {"stage": row.stage.value})
    return row


def require_person(actor: Actor) -> None:
    """Refuse with Forbidden the operator at the terminal, who is nobody of the organisation."""
    if not actor.person_id:
        raise Forbidden


def as_typed(db: DbSession, row: FunnelItem) -> dict[str, Any]:
    """The item's values as its form holds them."""
    values = {name: getattr(row, name) for name in EDITABLE}
    units = db.scalars(sa.select(ItemUnit.org_unit_id).where(ItemUnit.item_id == row.id).order_by(ItemUnit.org_unit_id))
    themes = db.scalars(sa.select(ItemTheme.theme_id).where(ItemTheme.item_id == row.id).order_by(ItemTheme.theme_id))
    horizon = row.horizon.value if row.horizon else None
    return values | {"horizon": horizon, "unit_ids": tuple(units), "theme_ids": tuple(themes)}


def snapshot(db: DbSession, row: FunnelItem) -> dict[str, Any]:
    """Everything of the item for the audit trail, as plain values."""
    db.flush()
    typed = as_typed(db, row)
    return audit.values(row) | {"unit_ids": list(typed["unit_ids"]), "theme_ids": list(typed["theme_ids"])}


def checked_values(db: DbSession, checks: Checks, channel: Channel, said: ItemInput) -> dict[str, Any]:
    """The columns of an item as said; problems go to `checks`. What another channel has is left empty."""
    need, trend = channel is Channel.NEED, channel is Channel.TREND
    horizon = checks.one_of("horizon", "The horizon", said.horizon, Horizon) if need and said.horizon else None
    values: dict[str, Any] = {
        "title": checks.text("title", "The title", one_line(said.title), limit=160, required=True),
        "description": checks.text("description", "The description", said.description, limit=LONG),
        "area_id": _existing(db, checks, "area_id", Area, said.area_id, "area"),
        "horizon": Horizon(horizon) if horizon else None,
        "client": checks.text("client", "The client", said.client, limit=120) if need else "",
        "deadline": said.deadline if need else None,
        "headcount": said.headcount,
        "unique_knowledge": said.unique_knowledge and not trend,
        "quadrant_id": _existing(db, checks, "quadrant_id", Quadrant, said.quadrant_id, "quadrant") if trend else None,
        "owner_id": _person(db, checks, said.owner_id),
        "objective": checks.text("objective", "The objective", said.objective, limit=300),
        "indicator": checks.text("indicator", "The indicator", said.indicator, limit=200),
        "baseline": said.baseline,
        "target": said.target,
        "judged_on": said.judged_on,
    }
    if said.headcount is not None and not 0 <= said.headcount <= MOST_PEOPLE:
        checks.fail("headcount", f"The number of people must lie between 0 and {MOST_PEOPLE:,}.")
    for field in ("baseline", "target"):
        finite(checks, field, values[field])
    if said.target is not None and said.target == said.baseline:
        checks.fail("target", "The target must differ from the start, or nothing would have to change.")
    for field, table, ids in (("unit_ids", OrgUnit, said.unit_ids), ("theme_ids", Theme, said.theme_ids)):
        if _unknown(db, table, ids):
            checks.fail(field, "One of these doesn't exist any more. Choose again.")
    return values


def finite(checks: Checks, field: str, value: float | None) -> None:
    """A number that can be counted with."""
    if value is not None and (not isfinite(value) or abs(value) > 1e12):
        checks.fail(field, "This number is too large to count with.")


def evidence_of(checks: Checks, said: EvidenceInput, *, today: date) -> dict[str, Any]:
    """The columns of a piece of evidence; problems go to `checks`, under `evidence_…`."""
    if said.dated_on is not None and said.dated_on > today:
        checks.fail("evidence_dated_on", "The day can't lie in the future.")
    return {
        "kind": EvidenceKind(checks.one_of("evidence_kind", "The kind of evidence", said.kind, EvidenceKind)),
        "title": checks.text("evidence_title", "The source", said.title, limit=300, required=True),
        "url": checks.url("evidence_url", "The link", said.url),
        "dated_on": said.dated_on or today,
    }


def add_evidence(db: DbSession, actor: Actor, item_id: int, values: dict[str, Any], *, now: datetime) -> Evidence:
    """Store a piece of evidence."""
    row = Evidence(item_id=item_id, added_by_id=actor.person_id or None, added_at=now, **values)
    db.add(row)
    db.flush()
    return row


def set_units_and_themes(db: DbSession, item_id: int, said: ItemInput) -> None:
    """Let the item concern exactly these units and serve exactly these themes."""
    _set_links(db, ItemUnit, ItemUnit.org_unit_id, item_id, set(said.unit_ids))
    _set_links(db, ItemTheme, ItemTheme.theme_id, item_id, set(said.theme_ids))


def _set_links(db: DbSession, table: Any, column: Any, item_id: int, wanted: set[int]) -> None:
    there = set(db.scalars(sa.select(column).where(table.item_id == item_id)))
    if there - wanted:
        db.execute(sa.delete(table).where(table.item_id == item_id, column.in_(there - wanted)))
    db.add_all(table(item_id=item_id, **{column.key: key}) for key in sorted(wanted - there))
    db.flush()


def enter_stage(
    db: DbSession, actor: Actor, row: FunnelItem, stage: FunnelStage, reason: str, *, now: datetime
) -> None:
    """End the item's stay in its stage and begin one in another."""
    before = audit.values(row)
    db.execute(sa.update(StageStay).where(StageStay.item_id == row.id, StageStay.left_at.is_(None)).values(left_at=now))
    db.add(StageStay(item_id=row.id, stage=stage, entered_at=now, moved_by_id=actor.person_id or None, reason=reason))
    row.stage, row.stage_since, row.stage_reason = stage, now, reason
    record_item(db, actor, now, "move_item", row, before=before)


def leave_last_stage(db: DbSession, actor: Actor, row: FunnelItem, *, now: datetime) -> None:
    """Let the item be where it was before its last move, as if that hadn't happened: its stay there goes on.

    The move and its undoing stay in the audit trail, and nowhere that figures are computed from.
    """
    last, previous = last_stays(db, row.id)
    before = audit.values(row)
    db.delete(last)
    db.flush()  # only one stay of an item may be open
    previous.left_at = None
    row.stage, row.stage_since, row.stage_reason = previous.stage, previous.entered_at, previous.reason
    record_item(db, actor, now, "undo_move", row, before=before)


def last_stays(db: DbSession, item_id: int) -> list[StageStay]:
    """The stay of an item that goes on and the one before it, where there is one."""
    newest_first = (StageStay.left_at.is_(None).desc(), StageStay.entered_at.desc(), StageStay.id.desc())
    stays = sa.select(StageStay).where(StageStay.item_id == item_id).order_by(*newest_first).limit(2)
    return list(db.scalars(stays))


def record_item(
    db: DbSession, actor: Actor, now: datetime, operation: str, row: FunnelItem, *, before: dict[str, Any] | None
) -> None:
    """Put a change of an item on record; with its units and themes where `before` holds them, or is none."""
    whole = before is None or "unit_ids" in before
    db.flush()
    after = snapshot(db, row) if whole else audit.values(row)
    record(db, actor, now, operation, row.id, before=before, after=after)


def record(
    db: DbSession, actor: Actor, now: datetime, operation: str, item_id: int, *topics: str, **values: Any
) -> None:
    """Put on record what was done to an item or to something that belongs to it."""
    audit.record(
        db,
        actor,
        now=now,
        operation=f"funnel.{operation}",
        topics=("funnel", *topics),
        object_type=ITEM,
        object_id=item_id,
        **values,
    )


def today_of(db: DbSession, now: datetime) -> date:
    """The day in the organisation's time zone."""
    return local_day(now, time_zone(db))


def _existing(db: DbSession, checks: Checks, field: str, table: Any, key: int | None, noun: str) -> int | None:
    if key is not None and db.get(table, key) is None:
        checks.fail(field, f"There is no such {noun} any more.")
    return key


def _person(db: DbSession, checks: Checks, key: int | None) -> int | None:
    person = db.get(Person, key) if key is not None else None
    if key is not None and (person is None or not person.active or person.merged_into_id is not None):
        checks.fail("owner_id", "Choose an active person.")
    return key


def _unknown(db: DbSession, table: Any, ids: tuple[int, ...]) -> bool:
    return bool(set(ids) - set(db.scalars(sa.select(table.id).where(table.id.in_(ids)))))
