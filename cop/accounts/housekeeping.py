"""What has served its time is removed: ended sessions, failures that no longer count, dead links, keys of forms."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.models import IdempotencyKey, OneTimeLink, SignInFailure, SignInSession

KEEP_SESSIONS = timedelta(days=30)
KEEP_FAILURES = timedelta(days=1)
KEEP_KEYS = timedelta(days=7)
"""Longer than a form stays open: the browser signs in again before."""


def tidy(db: DbSession, *, now: datetime) -> None:
    """Delete what is old; done with each sign-in. Audited elsewhere: when a session began and ended."""
    old = now - KEEP_SESSIONS
    db.execute(sa.delete(SignInFailure).where(SignInFailure.at < now - KEEP_FAILURES))
    db.execute(sa.delete(SignInSession).where(sa.or_(SignInSession.expires_at < old, SignInSession.ended_at < old)))
    db.execute(sa.delete(IdempotencyKey).where(IdempotencyKey.at < now - KEEP_KEYS))
    db.execute(sa.delete(OneTimeLink).where(OneTimeLink.expires_at < old))
