"""How items move through the funnel: age in a stage, time spent there, conversion from stage to stage. Pure.

All read a frame `stays` with a row per stay of an item in a stage: item, stage, entered_on, left_on (none while it is
there), and see it as it was known on the day `as_of`.
"""

from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from cop.funnel import gates

STAGES = tuple(stage.value for stage in gates.WAY)
"""The way of an item that is carried out; the others are ways aside."""
ASIDE = tuple(stage.value for stage in gates.ASIDE)
RESTING = frozenset({"evaluated", *ASIDE})
"""Where nobody is waited for: an item doesn't get overdue there."""
SET_LIMIT = 30
"""Days that an item may stay in a stage until enough stays are completed there to tell what is usual."""
ENOUGH_STAYS = 10
USUAL = 0.85
"""The share of the completed stays that took no longer than what counts as usual."""


def time_in_stage(stays: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """How long the completed stays took.

    Columns: stage (all, in order), n, median_days, usual_days (85 % took no longer; none with fewer than 10 stays).
    """
    known = _known(stays, as_of)
    days = known.loc[known["left_on"].notna()].groupby("stage")["days"]
    found = pd.DataFrame({"n": days.size(), "median_days": days.median(), "usual_days": days.agg(_usual)})
    found = found.reindex([*STAGES, *ASIDE]).astype("float64").fillna({"n": 0}).astype({"n": "int64"})
    return found.rename_axis("stage").reset_index()


def stage_ages(stays: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """How long items have been where they are.

    Columns: item, stage, days, limit (85 % of the stage's completed stays took no longer; 30 with fewer than 10; none
    in stages where nobody is waited for), overdue (older than the limit).
    """
    known = _known(stays, as_of)
    ages = known.loc[known["left_on"].isna(), ["item", "stage", "days"]].reset_index(drop=True)
    ages["limit"] = ages["stage"].map(stage_limits(stays, as_of=as_of)).astype("float64")
    ages["overdue"] = ages["days"] > ages["limit"]
    return ages


def stage_limits(stays: pd.DataFrame, *, as_of: date) -> dict[str, float | None]:
    """After how many days an item is overdue in each stage: as `limit` in `stage_ages`."""
    usual = time_in_stage(stays, as_of=as_of).set_index("stage")["usual_days"].fillna(SET_LIMIT)
    return {str(stage): None if stage in RESTING else float(days) for stage, days in usual.items()}


def conversion(stays: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """How many of those who entered a stage in a month went on to the next one, then or later.

    An item counts once in a stage, by the month of its first entry. The share of a recent month can still grow.
    Over several months: sum of converted ÷ sum of entered.
    Columns: month (its first day), stage, next_stage, entered, converted, share.
    """
    entries = _known(stays, as_of).groupby(["stage", "item"])["entered_on"].agg(["min", "max"])
    parts = [_converted(entries, stage, following) for stage, following in pairwise(STAGES)]
    found = pd.concat(parts, ignore_index=True)
    found["share"] = found["converted"] / found["entered"]
    return found


def _known(stays: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The stays as of a day, with their days so far; who leaves later is still there."""
    today = pd.Timestamp(as_of)
    entered, left = pd.to_datetime(stays["entered_on"]), pd.to_datetime(stays["left_on"])
    known = stays[["item", "stage"]].assign(entered_on=entered, left_on=left.where(left <= today))
    known["days"] = (known["left_on"].fillna(today) - known["entered_on"]).dt.days
    return known.loc[known["entered_on"] <= today]


def _usual(days: "pd.Series[int]") -> float:
    if len(days) < ENOUGH_STAYS:
        return float("nan")
    return float(np.quantile(days, USUAL, method="inverted_cdf"))


def _converted(entries: pd.DataFrame, stage: str, following: str) -> pd.DataFrame:
    """`entries`: first (min) and last (max) entry by stage and item."""
    first = entries.loc[entries.index.get_level_values("stage") == stage, "min"].droplevel("stage")
    later = entries.loc[entries.index.get_level_values("stage") == following, "max"].droplevel("stage")
    went_on = later.reindex(first.index) >= first  # back from the next stage isn't on to it
    months = first.dt.to_period("M").dt.start_time.dt.date.rename("month")
    counted = went_on.groupby(months).agg(["size", "sum"]).rename(columns={"size": "entered", "sum": "converted"})
    counted = counted.astype("int64").reset_index()
    counted.insert(1, "stage", stage)
    counted.insert(2, "next_stage", following)
    return counted
