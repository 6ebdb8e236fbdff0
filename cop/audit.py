"""The audit trail: every write records who, when, what, from what to what, and which topics it changed."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Session as DbSession

from cop import db as database
from cop.errors import Conflict
from cop.models import AuditEntry
from cop.permissions import Actor

_SECRET = {"password_hash", "token_hash", "secret_hash"}


def values(row: DeclarativeBase, only: Iterable[str] | None = None) -> dict[str, Any]:
    """A row's columns as plain JSON values, without secrets."""
    names = only if only is not None else [column.key for column in sa.inspect(type(row)).column_attrs]
    return {name: _plain(getattr(row, name)) for name in names if name not in _SECRET}


def conflict(db: DbSession, object_type: str, object_id: int, current: Mapping[str, Any]) -> Conflict:
    """Build the Conflict for a stale version: the present values, and who changed the row last, and when."""
    last = db.execute(
        sa.select(AuditEntry.actor_name, AuditEntry.at, AuditEntry.account_id)
        .where(AuditEntry.object_type == object_type, AuditEntry.object_id == object_id)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return Conflict(current)
    return Conflict(current, last.actor_name, last.at.isoformat(), changed_by_account=last.account_id)


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))


def record(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    operation: str,
    topics: tuple[str, ...] = (),
    object_type: str = "",
    object_id: int | None = None,
    community_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    outcome: str = "done",
) -> None:
    """Add an entry and raise the topics' revisions, in the write's own transaction.

    Where both `before` and `after` are given, only what differs is kept of them.
    """
    if before is not None and after is not None:
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        before = {key: value for key, value in before.items() if key in changed}
        after = {key: value for key, value in after.items() if key in changed}
    db.add(
        AuditEntry(
            at=now,
            account_id=(actor.account_id or None) if actor else None,
            actor_name=actor.name if actor else "visitor",
            operation=operation,
            outcome=outcome,
            object_type=object_type,
            object_id=object_id,
            community_id=community_id,
            before=_plain(before) if before is not None else None,
            after=_plain(after) if after is not None else None,
        )
    )
    if topics:
        database.bump(db, topics)
