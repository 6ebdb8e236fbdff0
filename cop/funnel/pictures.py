"""What the funnel's pictures show, as rows and in words: value and effort, passage, ageing, channels. Pure.

`stays` is the frame of cop.funnel.flow with the item's title and channel.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from statistics import fmean

import pandas as pd

from cop.choices import Channel, FunnelStage, label
from cop.funnel.flow import ASIDE, ENOUGH_STAYS, STAGES, conversion, stage_ages, time_in_stage
from cop.funnel.gates import JUDGED
from cop.funnel.scoring import Combined, Criterion
from cop.periods import Period

ENOUGH_ITEMS = 3
"""Fewer bubbles say nothing against each other."""
NOT_ENOUGH = "Not enough data yet"


def only(rows: pd.DataFrame, ids: Collection[int] | None) -> pd.DataFrame:
    """The rows of these items; all where none are named."""
    return rows if ids is None else rows[rows["item"].isin(ids)]


def value_and_effort(
    combined: Mapping[int, Combined], criteria: Sequence[Criterion]
) -> tuple[float, float] | tuple[None, None]:
    """The plain means over the criteria of worth, and over those of cost, each from 0 (least) to 1 (most).

    None where a criterion has no mark, or there are none of one kind. `criteria` are those that people judge;
    without weight they don't count.
    """
    counting = [one for one in criteria if one.weight > 0]
    if any(one.key not in combined for one in counting):
        return None, None
    shares = [(one.cost, one.normalised(combined[one.key].mean)) for one in counting]
    worth, costs = [share for cost, share in shares if not cost], [1 - share for cost, share in shares if cost]
    return (fmean(worth), fmean(costs)) if worth and costs else (None, None)


def bubbles_words(rows: pd.DataFrame) -> str:
    """What the bubbles show."""
    best = rows.assign(gain=rows["value"] - rows["effort"]).nlargest(3, "gain")
    named = "; ".join(
        f"{title} (value {value:.0%}, effort {effort:.0%})"
        for title, value, effort in zip(best["title"], best["value"], best["effort"], strict=True)
    )
    return f"Value against effort of {len(rows)} items. Most value over effort: {named}."


def passage(stays: pd.DataFrame, period: Period, *, as_of: date) -> pd.DataFrame:
    """How far those went who entered a stage in the period, and how long the stays took that began in it.

    Columns: stage (all that have a next one), next_stage, entered, converted, share (none without entries), n
    (completed stays), median_days (none with fewer than 10).
    """
    months = conversion(stays, as_of=as_of)
    inside = months[(months["month"] >= period.first) & (months["month"] <= period.last)]
    summed = inside.groupby("stage")[["entered", "converted"]].sum().reindex(STAGES[:-1], fill_value=0)
    entered = pd.to_datetime(stays["entered_on"]).dt.date
    took = time_in_stage(stays[(entered >= period.start) & (entered <= period.end)], as_of=as_of).set_index("stage")
    found = summed.assign(
        next_stage=STAGES[1:],
        share=summed["converted"] / summed["entered"].where(summed["entered"] > 0),
        n=took["n"],
        median_days=took["median_days"].where(took["n"] >= ENOUGH_STAYS),
    )
    return found.rename_axis("stage").reset_index()


def passage_words(rows: pd.DataFrame) -> str:
    """What the funnel shows."""
    parts = [
        f"{label(stage)}: {converted} of {entered} went on"
        + ("" if pd.isna(days) else f", half of those who left stayed no longer than {days:.0f} days")
        for stage, entered, converted, days in zip(
            rows["stage"], rows["entered"], rows["converted"], rows["median_days"], strict=True
        )
        if entered
    ]
    return f"Passage through the funnel. {'; '.join(parts)}."


def ageing(stays: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """The items where somebody is waited for, the longest first: item, title, channel, stage, days, limit, overdue."""
    ages = stage_ages(stays, as_of=as_of).dropna(subset="limit")
    names = stays.drop_duplicates("item").set_index("item")[["title", "channel"]]
    found = ages.join(names, on="item").sort_values(["days", "item"], ascending=[False, True])
    return found.reset_index(drop=True)


def ageing_words(rows: pd.DataFrame) -> str:
    """What the ages show."""
    late = rows[rows["overdue"]]
    first = f" Longest: {rows['title'].iloc[0]}, {rows['days'].iloc[0]} days." if len(rows) else ""
    return f"Days in stage of {len(rows)} items, {len(late)} of them beyond their stage's limit.{first}"


def balance(stays: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """How many items of each channel are in each stage: channel, stage (all, in order), items."""
    here = stays[pd.isna(stays["left_on"]) & (stays["entered_on"] <= as_of)]
    pairs = pd.MultiIndex.from_product([list(Channel), [*STAGES, *ASIDE]], names=["channel", "stage"])
    counts = here.groupby(["channel", "stage"]).size().reindex(pairs, fill_value=0)
    return counts.rename("items").reset_index()


def taken_on(rows: pd.DataFrame) -> pd.DataFrame:
    """Of each channel's items, those that were prioritised or are further: channel, taken, items, share."""
    taken = rows["items"].where(rows["stage"].isin([stage.value for stage in JUDGED]), 0)
    found = rows.assign(taken=taken).groupby("channel", sort=False)[["taken", "items"]].sum()
    found["share"] = found["taken"] / found["items"].where(found["items"] > 0)
    return found.reset_index()


def taken_on_words(rows: pd.DataFrame) -> str:
    """Such as Need: 3 of 4 (75%)."""
    found = taken_on(rows)
    return ", ".join(
        f"{label(channel)}: {taken} of {items}" + (f" ({share:.0%})" if items else "")
        for channel, taken, items, share in zip(
            found["channel"], found["taken"], found["items"], found["share"], strict=True
        )
    )


def balance_words(rows: pd.DataFrame) -> str:
    """What the channels show."""
    waiting = rows.loc[rows["stage"] == FunnelStage.INBOX.value, "items"].sum()
    return f"Items by channel and stage. Taken on: {taken_on_words(rows)}. {waiting} in the inbox."
