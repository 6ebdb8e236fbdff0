"""What can be taken along of feedback on sessions: what everybody reads, no more."""

from datetime import date

from sqlalchemy.orm import Session as DbSession

from cop.exports import Sheet, sheet_of
from cop.permissions import Actor, Permission, require
from cop.surveys import feedback_queries as queries


def by_session(db: DbSession, actor: Actor | None, *, community_id: int, today: date) -> Sheet:
    """The return on time invested of a community's sessions in twelve months; empty where it isn't told, and why."""
    require(actor, Permission.SURVEY_RESULTS)
    rows = queries.by_session(db, actor, community_id=community_id, today=today)
    shown = rows[["day", "title", "asked", "n", "mean", "hidden"]].assign(mean=rows["mean"].round(2))
    return sheet_of(
        "Feedback",
        shown.set_axis(["Day", "Session", "People asked", "Answers", "Mean (1-5)", "Why it isn't told"], axis=1),
    )


def comments(db: DbSession, actor: Actor | None, *, community_id: int) -> Sheet:
    """The comments on a community's sessions that are told, in random order."""
    require(actor, Permission.SURVEY_RESULTS)
    told = queries.comments(db, actor, community_id=community_id).told
    return Sheet("Comments", ("Comment",), [(text,) for text in told])
