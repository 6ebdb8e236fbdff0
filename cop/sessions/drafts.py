"""What somebody has typed of a session and not yet saved, read straight from the database: drafts bump no revision."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.models import Draft
from cop.permissions import Actor

KIND = "record"


def draft_subject(community_id: int, session_id: int | None) -> str:
    """What a draft is about: a session that stands in the plan, or a community's unplanned one."""
    return f"community:{community_id}" if session_id is None else f"session:{session_id}"


def owned(actor: Actor, subject: str) -> sa.ColumnElement[bool]:
    """The actor's own draft of a subject; nobody else's can be asked for."""
    return sa.and_(Draft.account_id == actor.account_id, Draft.kind == KIND, Draft.subject == subject)


@dataclass(frozen=True)
class Kept:
    """A draft as it was last kept."""

    payload: dict[str, Any]
    updated_at: datetime
    version: str


@dataclass(frozen=True)
class Mark:
    """By which a draft's state is known again, and when it was kept."""

    version: str
    updated_at: datetime


def own_draft(db: DbSession, actor: Actor, subject: str) -> Kept | None:
    """The actor's own draft."""
    row = db.scalar(sa.select(Draft).where(owned(actor, subject)))
    return Kept(row.payload, row.updated_at, row.version) if row else None


def own_mark(db: DbSession, actor: Actor, subject: str) -> Mark | None:
    """The mark of the actor's own draft, without reading what is in it."""
    row = db.execute(sa.select(Draft.version, Draft.updated_at).where(owned(actor, subject))).one_or_none()
    return Mark(row.version, row.updated_at) if row else None


def own_subjects(db: DbSession, actor: Actor) -> dict[str, datetime]:
    """What the actor has drafts of, and when each was last kept."""
    rows = db.execute(
        sa.select(Draft.subject, Draft.updated_at).where(Draft.account_id == actor.account_id, Draft.kind == KIND)
    )
    return {row.subject: row.updated_at for row in rows}
