"""Running an operation: one transaction, written once, refusals on record."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm.exc import StaleDataError

from cop import audit
from cop.db import added, is_passing, transaction
from cop.errors import Conflict, Forbidden
from cop.models import IdempotencyKey
from cop.periods import utcnow
from cop.permissions import Actor

Operation = Callable[..., Any]
_ATTEMPTS = 5


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

    With `once`, a key that the form carries, a second call that is the same in everything writes nothing and gives
    the first call's result (an id or None). Raises the operation's CopError; a Forbidden is audited.
    """
    moment = now or utcnow()
    name = operation_name(operation)

    def attempt() -> Any:
        with transaction(on) as db:
            if once is None:
                return operation(db, actor, now=moment, **params)
            return _once(db, actor, operation, _key(actor, name, once, params), moment, params)

    try:
        return _again_where_undone(attempt)
    except Forbidden:
        record_refusal(actor, name, now=moment, on=on, **params)
        raise
    except StaleDataError as stale:
        raise Conflict({}) from stale


def _again_where_undone(attempt: Callable[[], Any]) -> Any:
    """An operation depends on nothing but its arguments and the database, so it may run again from the start."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return attempt()
        except StaleDataError:  # a row changed between reading and writing it: the operation shall see it as it is now
            continue
        except sa.exc.DBAPIError as error:
            if not is_passing(error):
                raise
    return attempt()


def _once(
    db: DbSession, actor: Actor | None, operation: Operation, key: str, now: datetime, params: dict[str, Any]
) -> Any:
    row = IdempotencyKey(
        key=key,
        operation=operation_name(operation),
        account_id=(actor.account_id or None) if actor else None,
        result=None,
        at=now,
    )
    done = db.get(IdempotencyKey, key)
    if done is None and not added(db, row):  # a second writer waited here for the first
        done = db.get(IdempotencyKey, key)
    if done is not None:
        return done.result
    result = operation(db, actor, now=now, **params)
    row.result = result if isinstance(result, int) else None
    return result


def _key(actor: Actor | None, operation: str, once: str, params: dict[str, Any]) -> str:
    """One for each submission: a form that several operations share, or that was changed since, is another one."""
    parts = (actor.account_id if actor else 0, operation, once, sorted(params.items()))
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


def record_refusal(
    actor: Actor | None, what: str, *, now: datetime | None = None, on: sa.Engine | None = None, **params: Any
) -> None:
    """Put on record that somebody asked for what is not theirs, with the ids that they named."""
    with transaction(on) as db:
        audit.record(db, actor, now=now or utcnow(), operation=what, outcome="refused", after=_ids(params))


def operation_name(operation: Operation) -> str:
    """`sessions.record_session` for cop.sessions.operations.record_session."""
    room = operation.__module__.split(".")[1]
    return f"{room}.{operation.__name__}"[:64]


def _ids(params: dict[str, Any]) -> dict[str, Any]:
    """What a refused call named: ids only, never what was typed."""
    return {key: value for key, value in params.items() if key.endswith("_id") and isinstance(value, int | None)}
