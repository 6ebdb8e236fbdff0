"""Moves of funnel items that were undone never happened for figures: their stays go, the one before goes on

Undoing was moving back with the reason "Undone", which only the button wrote. Such a pair is recognised by that reason,
the same person, the stage from before, and no more than a day between. The audit trail keeps both moves.
"""

from datetime import timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_UNDONE = "Undone"
_WITHIN = timedelta(days=1)
_STAY = sa.table(
    "stage_stay",
    *(sa.column(name) for name in ("id", "item_id", "stage", "moved_by_id", "reason")),
    sa.column("entered_at", sa.DateTime(timezone=True)),
    sa.column("left_at", sa.DateTime(timezone=True)),
)
_ITEM = sa.table(
    "funnel_item", sa.column("id"), sa.column("stage_since", sa.DateTime(timezone=True)), sa.column("stage_reason")
)


def upgrade() -> None:
    """Apply."""
    connection = op.get_bind()
    oldest_first = sa.select(_STAY).order_by(_STAY.c.item_id, _STAY.c.entered_at, _STAY.c.id)
    rows = connection.execute(oldest_first).mappings().all()
    for item_id, stays in groupby(rows, key=lambda row: row["item_id"]):
        _repair(connection, item_id, list(stays))


def _repair(connection: sa.Connection, item_id: int, stays: list[Any]) -> None:
    """Go through an item's stays, oldest first, and take away each pair of a move and its undoing."""
    kept: list[dict[str, Any]] = []
    gone: list[int] = []
    for row in stays:
        stay = dict(row)
        if _undoes(stay, kept):
            undone = kept.pop()
            kept[-1]["left_at"] = stay["left_at"]
            gone += [undone["id"], stay["id"]]
        else:
            kept.append(stay)
    if not gone:
        return
    connection.execute(sa.delete(_STAY).where(_STAY.c.id.in_(gone)))  # first: only one stay of an item may be open
    for stay in kept:
        connection.execute(sa.update(_STAY).where(_STAY.c.id == stay["id"]).values(left_at=stay["left_at"]))
    last = kept[-1]
    connection.execute(
        sa.update(_ITEM)
        .where(_ITEM.c.id == item_id)
        .values(stage_since=last["entered_at"], stage_reason=last["reason"])
    )


def _undoes(stay: dict[str, Any], before: list[dict[str, Any]]) -> bool:
    """Whether the stay came from undoing the move into the one before it."""
    if stay["reason"] != _UNDONE or len(before) < 2:
        return False
    origin, moved = before[-2:]
    return bool(
        stay["stage"] == origin["stage"]
        and stay["moved_by_id"] == moved["moved_by_id"]
        and stay["entered_at"] - moved["entered_at"] <= _WITHIN
    )
