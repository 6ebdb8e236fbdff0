"""Running an operation: one transaction, written once, refusals on record."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.exc import StaleDataError

from cop import audit
from cop.db import transaction
from cop.errors import Conflict, Forbidden
from cop.models import IdempotencyKey
from cop.periods import utcnow
from cop.permissions import Actor

Operation = Callable[..., Any]


def execute(
    operation: Operation,
    actor: Actor | None,
    *,
    on: sa.Engine | None = None,
    now: datetime | None = None,
    once: str | None = None,
    **params: Any,
) -> Any:
    """Call `operation(db, actor, now=…, **params)` in a transaction and return what it returns.

    With `once`, a key that the form carries, a second call with the same key and account writes nothing and
    gives the first call's result (an id or None). Raises the operation's CopError; a Forbidden is audited.
    """
    moment = now or utcnow()
    name = operation_name(operation)
    try:
        with transaction(on) as db:
            if once is None:
                return operation(db, actor, now=moment, **params)
            key = f"{actor.account_id if actor else 0}:{once}"[:64]
            done = db.get(IdempotencyKey, key)
            if done is not None:
                return done.result
            row = IdempotencyKey(
                key=key,
                operation=name,
                account_id=(actor.account_id or None) if actor else None,
                result=None,
                at=moment,
            )
            db.add(row)
            db.flush()  # on PostgreSQL a second writer waits here for the first
            result = operation(db, actor, now=moment, **params)
            row.result = result if isinstance(result, int) else None
            return result
    except Forbidden:
        with transaction(on) as db:
            audit.record(db, actor, now=moment, operation=name, outcome="refused", after=_ids(params))
        raise
    except StaleDataError as stale:
        raise Conflict({}) from stale


def operation_name(operation: Operation) -> str:
    """`sessions.record_session` for cop.sessions.operations.record_session."""
    room = operation.__module__.removeprefix("cop.").removesuffix(".operations")
    return f"{room}.{operation.__name__}"[:64]


def _ids(params: dict[str, Any]) -> dict[str, Any]:
    """What a refused call named: ids only, never what was typed."""
    return {key: value for key, value in params.items() if key.endswith("_id") and isinstance(value, int | None)}
