"""Writes before and during a session: say whether one comes, open the check-in, check oneself in."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.choices import Answer, SessionStatus
from cop.errors import Invalid, NotFound
from cop.models import CheckIn, CheckInCode, CommunitySession, Registration
from cop.permissions import Actor, Permission, require
from cop.sessions import rows
from cop.sessions.check_in import is_open, new_code
from cop.validation import Checks

OBJECT_TYPE = "attending"
WRONG_CODE = "This code opens no session now. Look at it again, or ask the facilitator."


def answer(db: DbSession, actor: Actor | None, *, now: datetime, session_id: int, answer: str) -> int:
    """Say that one comes ("going") or doesn't ("declined"), or take the answer back (""); returns the session's id."""
    actor = require(actor, Permission.SESSION_ATTEND)
    session = _session(db, session_id)
    checks = Checks()
    said = checks.one_of("answer", "The answer", answer, [*Answer, ""])
    if session.status is not SessionStatus.PLANNED:
        checks.fail("", "This session is cancelled." if session.status is SessionStatus.CANCELLED else "It was held.")
    elif session.starts_at <= now:
        checks.fail("", "This session has begun: nobody registers any more.")
    checks.done()
    row = db.get(Registration, (session_id, actor.person_id))
    before = {"answer": row.answer.value if row else ""}
    if row is not None and not said:
        db.delete(row)
    elif row is not None:
        row.answer, row.at = Answer(said), now
    elif said:
        db.add(Registration(session_id=session_id, person_id=actor.person_id, answer=Answer(said), at=now))
    db.flush()
    if before["answer"] != said:
        _record(db, actor, session, now=now, operation="answer", before=before, after={"answer": said})
    return session_id


def open_check_in(db: DbSession, actor: Actor | None, *, now: datetime, session_id: int) -> int:
    """Show a new code for the room, from a quarter of an hour before the start; an earlier one stops working."""
    actor = require(actor, Permission.SESSION_RECORD, community_id=rows.community_of(db, session_id))
    session = _session(db, session_id)
    if session.status is not SessionStatus.PLANNED or not is_open(session.starts_at, session.ends_at, now):
        raise Invalid({"": "People check in from 15 minutes before a planned session until 30 minutes after it."})
    row = db.get(CheckInCode, session_id)
    if row is None:
        row = CheckInCode(session_id=session_id, code=new_code(), opened_at=now)
        db.add(row)
    else:
        row.code, row.opened_at, row.closed_at = new_code(), now, None
    db.flush()
    _record(db, actor, session, now=now, operation="open_check_in")
    return session_id


def close_check_in(db: DbSession, actor: Actor | None, *, now: datetime, session_id: int) -> int:
    """Let the code stop working; who checked in stays so."""
    actor = require(actor, Permission.SESSION_RECORD, community_id=rows.community_of(db, session_id))
    session, row = _session(db, session_id), db.get(CheckInCode, session_id)
    if row is not None and row.closed_at is None:
        row.closed_at = now
        db.flush()
        _record(db, actor, session, now=now, operation="close_check_in")
    return session_id


def check_in(db: DbSession, actor: Actor | None, *, now: datetime, code: str) -> int:
    """Say by the room's code that one is there; doing it twice changes nothing. Returns the session's id."""
    actor = require(actor, Permission.SESSION_ATTEND)
    session = rows.session_of_code(db, code, now=now)
    if session is None:
        raise Invalid({"code": WRONG_CODE})
    if db.get(CheckIn, (session.id, actor.person_id)) is None:
        db.add(CheckIn(session_id=session.id, person_id=actor.person_id, at=now))
        db.flush()
        _record(db, actor, session, now=now, operation="check_in")
    return session.id


def _session(db: DbSession, session_id: int) -> CommunitySession:
    session = db.get(CommunitySession, session_id)
    if session is None:
        raise NotFound
    rows.open_community(db, session.community_id)
    return session


def _record(
    db: DbSession,
    actor: Actor,
    session: CommunitySession,
    *,
    now: datetime,
    operation: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(
        db,
        actor,
        now=now,
        operation=f"sessions.{operation}",
        topics=("attending",),
        object_type=OBJECT_TYPE,
        object_id=session.id,
        community_id=session.community_id,
        before=before,
        after=after,
    )
