"""A community's history, to be taken along."""

from sqlalchemy.orm import Session as DbSession

from cop.exports import Sheet
from cop.history.difference import Part
from cop.history.queries import history
from cop.history.words import Entry, TextChange
from cop.permissions import Actor, Permission, require

MOST = 5_000


def changes(db: DbSession, actor: Actor | None, *, community_id: int, group: str = "") -> Sheet:
    """The last 5,000 changes, of one group or all, the newest first."""
    require(actor, Permission.COMMUNITY_VIEW)
    page = history(db, actor, community_id=community_id, group=group, count=MOST)
    return Sheet("History", ("When", "Who", "What", "From → to"), [_row(entry) for entry in page.entries])


def _row(entry: Entry) -> tuple[object, ...]:
    what = " ".join(part for part in (entry.did, entry.it, entry.rest) if part)
    return entry.at, entry.by, what, "\n".join([*entry.lines, *map(_text, entry.texts)])


def _text(change: TextChange) -> str:
    marks = {Part.ADDED: "[+ {} +]", Part.REMOVED: "[- {} -]", Part.LEFT_OUT: "…{}", Part.SAME: "{}"}
    return f"{change.field}: {' '.join(marks[piece.part].format(piece.text.strip()) for piece in change.pieces)}"
