"""What can be taken along of the catalog and of one community: each table as its screen shows it, read afresh."""

from collections.abc import Mapping
from datetime import date, datetime

import pandas as pd
from sqlalchemy.orm import Session as DbSession

from cop.catalog import queries
from cop.catalog.search import Order, Wanted, gifts_matching, matching, ordered
from cop.choices import label
from cop.exports import Sheet, sheet_of
from cop.organisation import time_zone
from cop.periods import last_months, local_day
from cop.permissions import Actor, Permission, may, require


def communities(db: DbSession, actor: Actor | None, *, wanted: Wanted, order: Order, now: datetime) -> Sheet:
    """The communities that fit, in the order asked for; attendances of each of the last 12 months, where known."""
    require(actor, Permission.COMMUNITY_VIEW)
    today = local_day(now, time_zone(db))
    rows = ordered(matching(queries.catalog(db, actor, now=now), wanted, today=today), order)
    shown = _renamed(
        rows,
        {
            "name": "Name",
            "focus": "Focus",
            "area": "Area",
            "stage": "Stage",
            "type": "Type",
            "unit": "Unit",
            "facilitators": "Facilitators",
            "members": "Members",
            "active_members": "Active members",
            "next_at": "Next session",
            "last_day": "Last session",
        },
        labels=("stage", "type"),
        days=("last_day",),
    )
    shown["Joined"] = rows["id"].isin(queries.my_communities(db, actor)).to_numpy()
    shown["Archived"] = rows["archived"].to_numpy()
    for place, month in enumerate(last_months(queries.SPARK_MONTHS, today).months):
        counts = [months[place] for months in rows["months"]]
        shown[f"Attendances {month:%Y-%m}"] = pd.Series(counts, dtype="object")  # else a gap makes them fractions
    return sheet_of("Communities", shown)


def sessions(db: DbSession, actor: Actor | None, *, community_id: int) -> Sheet:
    """A community's sessions; people is empty where no list or count was taken."""
    require(actor, Permission.COMMUNITY_VIEW)
    columns = {
        "day": "Day",
        "title": "Title",
        "kind": "Kind",
        "status": "Status",
        "starts_at": "Starts",
        "ends_at": "Ends",
        "people": "People",
    }
    rows = queries.sessions(db, actor, community_id=community_id)
    return sheet_of("Sessions", _renamed(rows, columns, labels=("kind", "status")))


def contributions(
    db: DbSession, actor: Actor | None, *, community_id: int, kinds: tuple[str, ...] = (), text: str = ""
) -> Sheet:
    """What a community gained, as far as it is of the kinds and holds the words asked for."""
    require(actor, Permission.COMMUNITY_VIEW)
    columns = {
        "day": "Day",
        "kind": "Kind",
        "title": "Contribution",
        "url": "Link",
        "person": "Given by",
        "session": "Session",
    }
    rows = gifts_matching(queries.contributions(db, actor, community_id=community_id), kinds, text)
    return sheet_of("Contributions", _renamed(rows, columns, labels=("kind",)))


def resources(db: DbSession, actor: Actor | None, *, community_id: int) -> Sheet:
    """What a community keeps at hand; the archived ones only for those who may restore them."""
    actor = require(actor, Permission.COMMUNITY_VIEW)
    columns = {"title": "Title", "kind": "Kind", "url": "Link", "added_by": "Added by", "added_at": "Added"}
    rows = queries.resources(db, actor, community_id=community_id)
    if may(actor, Permission.COMMUNITY_EDIT, community_id=community_id):
        columns["archived"] = "Archived"
    else:
        rows = rows[~rows["archived"].astype(bool)]
    return sheet_of("Resources", _renamed(rows, columns, labels=("kind",), flags=("archived",)))


def members(db: DbSession, actor: Actor | None, *, community_id: int) -> Sheet:
    """Who belongs to a community today."""
    require(actor, Permission.COMMUNITY_VIEW)
    columns = {"name": "Name", "unit": "Unit", "joined_on": "Member since"}
    return sheet_of("Members", _renamed(queries.members(db, actor, community_id=community_id), columns))


def moves(db: DbSession, actor: Actor | None, *, community_id: int) -> Sheet:
    """The last 100 who joined or left, with their reasons; for those who may edit the community."""
    require(actor, Permission.COMMUNITY_EDIT, community_id=community_id)
    columns = {"day": "Day", "name": "Name", "move": "Joined or left", "reason": "Reason"}
    return sheet_of("Joins and leaves", _renamed(queries.moves(db, actor, community_id=community_id), columns))


def _renamed(
    rows: pd.DataFrame,
    columns: Mapping[str, str],
    *,
    labels: tuple[str, ...] = (),
    days: tuple[str, ...] = (),
    flags: tuple[str, ...] = (),
) -> pd.DataFrame:
    """The columns under the names that people read; stored choices as words, days without a time."""
    shown = pd.DataFrame({name: rows[column].astype("object").to_numpy() for column, name in columns.items()})
    for column in labels:
        shown[columns[column]] = [label(value) for value in rows[column]]
    for column in days:
        shown[columns[column]] = pd.Series(map(_day, rows[column]), dtype="object")
    for column in set(flags) & columns.keys():
        shown[columns[column]] = rows[column].astype(bool).to_numpy()
    return shown


def _day(moment: pd.Timestamp) -> date | None:
    return None if pd.isna(moment) else moment.date()
