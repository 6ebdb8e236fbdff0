"""What can be taken along of the funnel: each table as its screen shows it, read afresh."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session as DbSession

from cop.choices import label
from cop.exports import Sheet, sheet_of
from cop.funnel import queries, radar_charts, round_queries, trend_queries, trends
from cop.funnel.board import Wanted, in_stages, matching, ordered
from cop.funnel.board_rows import board_rows
from cop.funnel.cards import table
from cop.organisation import time_zone
from cop.periods import local_day
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


def items(db: DbSession, actor: Actor | None, *, wanted: Wanted, now: datetime) -> Sheet:
    """The items that fit, in the order of the board."""
    require(actor, Permission.FUNNEL_VIEW)
    today = local_day(now, time_zone(db))

    def ask(query: Callable[..., Any], **params: Any) -> Any:
        return query(db, actor, **params)

    found = in_stages(matching(board_rows(ask, actor, now=now), wanted, today=today), wanted.shown_stages)
    return sheet_of("Items", table(ordered(found), ask(queries.choices, today=today).themes, today=today))


def radar(db: DbSession, actor: Actor | None, *, wanted: trends.Wanted, since: date, as_of: date) -> Sheet:
    """The trends on the radar that fit the filters."""
    return sheet_of("Radar", trends.told(_trends(db, actor, wanted, since=since, as_of=as_of)))


def build_your_own(db: DbSession, actor: Actor | None, *, wanted: trends.Wanted, since: date, as_of: date) -> Sheet:
    """The same trends in the form that Build Your Own Radar reads."""
    return sheet_of("Radar", trends.build_your_own(_trends(db, actor, wanted, since=since, as_of=as_of)))


def radar_png(db: DbSession, actor: Actor | None, *, wanted: trends.Wanted, since: date, as_of: date) -> bytes:
    """The radar as a picture on white."""
    import vl_convert  # noqa: PLC0415 - 40 MB that only a download needs

    require(actor, Permission.FUNNEL_VIEW)
    found = trend_queries.trends(db, actor, since=since, as_of=as_of)
    rows = trends.narrowed(found.rows, wanted)
    spec = radar_charts.picture(
        rows,
        title="Technology radar",
        subtitle=[
            f"{len(rows)} of {len(found.rows)} trends, as of {as_of.day} {as_of:%b %Y}",
            f"Movement since {since.day} {since:%b %Y}. Rings from the centre: {', '.join(found.rings)}",
        ],
        **radar_charts.options(found.rings, found.quadrants, found.layout, wanted),
    )
    return vl_convert.vegalite_to_png(spec, scale=2)


def _trends(db: DbSession, actor: Actor | None, wanted: trends.Wanted, *, since: date, as_of: date) -> pd.DataFrame:
    require(actor, Permission.FUNNEL_VIEW)
    return trends.narrowed(trend_queries.trends(db, actor, since=since, as_of=as_of).rows, wanted)
