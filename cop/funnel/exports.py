"""What can be taken along of the funnel: the list as its screen shows it, read afresh."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session as DbSession

from cop.exports import Sheet, sheet_of
from cop.funnel import queries
from cop.funnel.board import Wanted, in_stages, matching, ordered
from cop.funnel.board_rows import board_rows
from cop.funnel.cards import table
from cop.organisation import time_zone
from cop.periods import local_day
from cop.permissions import Actor, Permission, require


def items(db: DbSession, actor: Actor | None, *, wanted: Wanted, now: datetime) -> Sheet:
    """The items that fit, in the order of the board."""
    require(actor, Permission.FUNNEL_VIEW)
    today = local_day(now, time_zone(db))

    def ask(query: Callable[..., Any], **params: Any) -> Any:
        return query(db, actor, **params)

    found = in_stages(matching(board_rows(ask, now=now), wanted, today=today), wanted.shown_stages)
    return sheet_of("Items", table(ordered(found), ask(queries.choices, today=today).themes, today=today))
