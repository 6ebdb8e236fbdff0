"""Who is it? Read afresh from the database on every run, never kept in session state."""

import streamlit as st
from sqlalchemy.orm import Session as DbSession

from cop.accounts.queries import SignedIn, is_live, signed_in
from cop.db import reading
from cop.periods import utcnow
from cop.settings import settings

HEADER_CLAIM = "cop_session"
"""The name under which config.toml's trustedUserHeaders hands us the gate's header."""


def session_token() -> str | None:
    """The hash of this connection's session cookie, set by the gate; the one seam that tests replace."""
    try:
        value = st.user.get(HEADER_CLAIM)
    except (AttributeError, KeyError):
        return None
    return value if isinstance(value, str) and value else None


def who() -> SignedIn | None:
    """The live session of this connection, or None: signed out, expired, deactivated."""
    with reading() as db:
        return looked_up(db)


def looked_up(db: DbSession) -> SignedIn | None:
    """As `who`, for those who read more of the same moment."""
    return signed_in(db, session_token(), now=utcnow(), idle_seconds=settings().idle_limit.total_seconds())


def still_here() -> bool:
    """Whether this connection's session is still good, without asking who it is: for pollers."""
    token = session_token()
    if token is None:
        return False
    with reading() as db:
        return is_live(db, token, now=utcnow(), idle_seconds=settings().idle_limit.total_seconds())
