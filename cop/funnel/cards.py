"""What the board says of an item and of a column, in words, and all of it as one message for the browser. Pure."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from cop.choices import FunnelStage, label
from cop.funnel import board
from cop.funnel.board import NEAR_DAYS, Branch, Lanes

FIRST = 30
"""Cards that a part of a column shows before it is asked for more."""
TOO_MANY = "too many"
_VOTES = {"higher": "votes say higher", "lower": "nobody votes for it"}


def score_in_words(row: Mapping[Any, Any]) -> str:
    """The score and the rank, or why there is none."""
    if row["blind"]:
        return "Score it to see"
    if pd.isna(row["assessors"]):
        return ""
    if math.isnan(row["score"]):
        return "Not scored"
    rank = "" if pd.isna(row["rank"]) else f" · No. {row['rank']:,}"
    return f"Score {row['score']:.0f}{rank}"


def firmness(row: Mapping[Any, Any]) -> str:
    """How firmly it stands: among the first three under which share of weightings, and what speaks against it."""
    if math.isnan(row["score"]):
        return ""
    doubts = [f"{row['confidence']} confidence"] if row["confidence"] == "low" else []
    doubts += ["assessors disagree"] if row["disagree"] else []
    doubts += [_VOTES[row["votes_say"]]] if row["votes_say"] else []
    if not math.isnan(row["top_share"]):
        doubts.insert(0, f"top 3 in {share(row['top_share'])} of weightings")
    return ", ".join(doubts)[:1].upper() + ", ".join(doubts)[1:]


def share(value: float) -> str:
    """A share of 1 as a percentage that says neither "none" nor "all" where that isn't so."""
    if 0 < value < 0.01:
        return "under 1%"
    if 0.99 < value < 1:
        return "over 99%"
    return f"{value:.0%}"


def counted(count: int, noun: str) -> str:
    """Such as "1 vote" and "2 votes"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def age_in_words(days: int, *, late: bool) -> str:
    """How long it has been in its stage."""
    if days < 1:
        return "Here since today"
    return f"{counted(days, 'day')} here" + (", late" if late else "")


def ago(span: timedelta) -> str:
    """How long ago something was: "2 minutes ago"."""
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return "a moment ago"
    units = ((60 * 24, "day"), (60, "hour"), (1, "minute"))
    size, noun = next((size, noun) for size, noun in units if minutes >= size)
    return f"{counted(minutes // size, noun)} ago"


def deadline_in_words(deadline: date | None, *, today: date, open_: bool) -> str:
    """A deadline that is near or over, of an item that isn't delivered yet."""
    if deadline is None or not open_ or (deadline - today).days > NEAR_DAYS:
        return ""
    day = f"{deadline.day} {deadline:%b %Y}"
    return f"Overdue since {day}" if deadline < today else f"Due {day}"


def at_most(count: int, limit: int | None) -> str:
    """A count against its limit, with a word where it is over: "7 of 5, too many"; nothing without a limit."""
    if limit is None:
        return ""
    return f"{count:,} of {limit:,}" + (f", {TOO_MANY}" if count > limit else "")


def quotas_in_words(rows: pd.DataFrame, limits: Mapping[str, int]) -> str:
    """How many items of each channel with a quota are taken on; nothing where no channel has one."""
    found = board.quotas(rows, limits)
    return " · ".join(f"{board.plural(channel)} {at_most(*counts)}" for channel, counts in found.items())


def card(row: Mapping[Any, Any], *, href: str, today: date) -> dict[str, Any]:
    """An item as the browser draws it; short names, and what is empty left out."""
    open_ = row["stage"] not in board.DONE
    values = {
        "id": row["id"],
        "v": row["version"],
        "href": href,
        "title": row["title"],
        "facts": " · ".join(word for word in (label(row["channel"]), row["units"]) if word),
        "score": score_in_words(row),
        "firm": firmness(row),
        "age": age_in_words(row["age_days"], late=row["ageing"]),
        "ageing": bool(row["ageing"]),
        "over": bool(row["overdue"]),
        "due": deadline_in_words(row["deadline"], today=today, open_=open_),
        "said": ", ".join(
            counted(row[name], noun) for name, noun in (("votes", "vote"), ("comments", "comment")) if row[name]
        ),
        "owner": row["owner"],
    }
    return {name: value for name, value in values.items() if value not in ("", False)}


def columns(
    everything: pd.DataFrame, found: pd.DataFrame, stages: Sequence[FunnelStage], limits: Mapping[str, int]
) -> list[dict[str, Any]]:
    """The heads of the columns: how many fit the filters, and how full the stage is against its limit."""
    shown, all_ = (rows["stage"].value_counts() for rows in (found, everything))
    return [
        {
            "id": stage.value,
            "title": label(stage),
            "count": int(shown.get(stage, 0)),
            "full": at_most(int(all_.get(stage, 0)), limits.get(stage)),
            "over": int(all_.get(stage, 0)) > limits.get(stage, math.inf),
        }
        for stage in stages
    ]


def lanes(
    found: pd.DataFrame,
    stages: Sequence[FunnelStage],
    by: Lanes,
    branches: Sequence[Branch],
    *,
    href: str,
    today: date,
    more: Mapping[str, int],
    keep: int | None = None,
) -> list[dict[str, Any]]:
    """The cards by lane and column, each part's first ones; `found` comes in the order in which they stand.

    `more` is how many more a part shows, by its name; the item `keep`, which was just moved, is always among them.
    `href` ends where an item's id is put.
    """
    parts = defaultdict[tuple[str, str], list[dict[str, Any]]](list)
    for lane, row in zip(board.lane_names(found, by, branches), _records(found, today=today), strict=True):
        parts[lane, row["stage"]].append(row)
    filled = {lane for lane, _ in parts}
    names = [name for name in board.lane_order(by, branches) if by is Lanes.NONE or name in filled]
    made = []
    for name in names:
        cells = []
        for stage in stages:
            part, key = parts[name, stage.value], f"{name}/{stage}"
            shown = FIRST + more.get(key, 0)
            first = part[:shown] + [row for row in part[shown:] if row["id"] == keep]
            drawn = [card(row, href=f"{href}{row['id']}", today=today) for row in first]
            cells.append({"name": key, "count": len(part), "cards": drawn})
        made.append({"title": name, "cells": cells})
    return made


_OF_A_CARD = (
    "id", "version", "title", "channel", "units", "stage", "blind", "assessors", "score", "rank", "top_share",
    "confidence", "disagree", "votes_say", "age_days", "deadline", "votes", "comments", "owner",
)  # fmt: skip


def _records(rows: pd.DataFrame, *, today: date) -> Iterator[dict[str, Any]]:
    """What cards are made of; column by column, since `to_dict` is slow on a thousand rows of this many kinds."""
    values = {name: rows[name].tolist() for name in _OF_A_CARD}
    values |= {"ageing": board.ageing(rows).tolist(), "overdue": board.overdue(rows, today=today).tolist()}
    return (dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True))


def table(rows: pd.DataFrame, themes: Mapping[int, str], *, today: date) -> pd.DataFrame:
    """The items as a list that people read, under the names of its columns."""
    return pd.DataFrame(
        {
            "Title": rows["title"],
            "Channel": rows["channel"].map(label),
            "Stage": rows["stage"].map(label),
            "Days in stage": rows["age_days"],
            "Late": board.ageing(rows) | board.overdue(rows, today=today),
            "Score": rows["score"].round(1),
            "Rank": rows["rank"],
            "Rank at best": rows["rank_low"],
            "Rank at worst": rows["rank_high"],
            "Top 3 (share of weightings)": rows["top_share"],
            "RICE": rows["rice"].round(1),
            "WSJF": rows["wsjf"].round(2),
            "Assessors": rows["assessors"],
            "Assessors disagree": rows["disagree"],
            "Confidence": rows["confidence"].map(label),
            "Yours to score": rows["blind"],
            "Votes": rows["votes"],
            "Comments": rows["comments"],
            "Owner": rows["owner"],
            "Raised by": rows["raised_by"],
            "Units": rows["units"],
            "Communities": rows["communities"],
            "Area": rows["area"],
            "Themes": [", ".join(themes[key] for key in ids if key in themes) for ids in rows["theme_ids"]],
            "Horizon": rows["horizon"].map(label),
            "Client": rows["client"],
            "Deadline": rows["deadline"],
            "People affected": rows["headcount"],
            "Unique knowledge": rows["unique_knowledge"],
            "Objective": rows["objective"],
            "Indicator": rows["indicator"],
            "Start": rows["baseline"],
            "Target": rows["target"],
            "Now": rows["current"],
            "Judged on": rows["judged_on"],
            "Outcome": rows["outcome"].map(label),
            "Why it stands there": rows["stage_reason"],
            "Raised": rows["created_at"],
        }
    )
