"""What can be taken along of the funnel: each table as its screen shows it, read afresh."""

from dataclasses import asdict

import pandas as pd
from sqlalchemy.orm import Session as DbSession

from cop.choices import label
from cop.exports import Sheet, sheet_of
from cop.funnel import round_queries
from cop.permissions import Actor, Permission, require

_PUBLISHED = {
    "rank": "Rank",
    "change": "Change",
    "title": "Item",
    "decision": "Decision",
    "reason": "Reason",
    "decided_by": "Decided by",
    "score": "Score",
    "top": "Share of weightings among the first three",
    "assessors": "Assessors",
    "votes": "Votes",
}


def published(db: DbSession, actor: Actor | None, *, round_id: int) -> Sheet:
    """The list of a published round."""
    require(actor, Permission.FUNNEL_VIEW)
    rows = [asdict(one) for one in round_queries.published(db, actor, round_id=round_id)]
    frame = pd.DataFrame(rows, columns=list(_PUBLISHED))
    frame["decision"] = frame["decision"].map(label)
    return sheet_of("Published list", frame.rename(columns=_PUBLISHED))
