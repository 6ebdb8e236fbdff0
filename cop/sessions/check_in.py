"""The short code by which people check themselves in: when it is valid, and how it is written. Pure."""

import secrets
from datetime import datetime, timedelta

EARLY, LATE = timedelta(minutes=15), timedelta(minutes=30)
"""From when before a session's start until when after its end."""
LENGTH = 6
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without what looks alike on a screen across the room: I and 1, L, O and 0."""


def new_code() -> str:
    """One of 887 million; guessing costs a request each, gives a colleague's session at best, and is on record."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def as_typed(text: str) -> str:
    """The code meant, whatever its case, with or without spaces; empty for what none can be."""
    code = "".join(text.upper().split()).replace("-", "")
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def is_open(starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Whether people may check in to a session at this moment."""
    return starts_at - EARLY <= now <= ends_at + LATE
