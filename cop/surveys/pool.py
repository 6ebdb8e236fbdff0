"""Comments on sessions, kept by community until ten wait together; nothing says on which session they were made.

On SQLite they stand in the order of random ids. On PostgreSQL each row also tells the transaction that wrote it last,
so all that wait are written again with every closing: the latest says nothing of which of them it brought.
"""

import secrets
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.models import PooledComment
from cop.surveys.release import LEAST_COMMENTS


def add(db: DbSession, community_id: int, comments: Iterable[str]) -> None:
    """Let the comments of a closed wave wait; where enough of the community's wait, all of them are told at once."""
    written = [text for comment in comments if (text := comment.strip())]
    db.add_all(PooledComment(id=secrets.token_hex(16), community_id=community_id, text=text) for text in written)
    db.flush()
    waits = (PooledComment.community_id == community_id) & ~PooledComment.told
    count = db.scalar(sa.select(sa.func.count()).where(waits)) or 0
    rows = sa.update(PooledComment).where(waits).values(told=count >= LEAST_COMMENTS)
    db.execute(rows, execution_options={"synchronize_session": False})
