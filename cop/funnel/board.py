"""The board's items: which fit a search, how they stand, in which order and lane they come. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeGuard

import pandas as pd

from cop.catalog.search import fold
from cop.choices import Channel, FunnelStage, label
from cop.funnel.gates import ASIDE, WAY

NEAR_DAYS = 30
"""A deadline within so many days is near."""
TAKEN_ON = (FunnelStage.PRIORITISED, FunnelStage.IN_PROGRESS)
"""Where an item counts for its channel's quota."""
DONE = (FunnelStage.DELIVERED, FunnelStage.EVALUATED, *ASIDE)
"""Where no deadline counts any more."""
_LARGEST = 2**31 - 1


class Lanes(StrEnum):
    """By what the board is cut into lanes."""

    NONE = "none"
    CHANNEL = "by channel"
    UNIT = "by unit"


@dataclass(frozen=True)
class Wanted:
    """What the visitor asked for; an empty choice means all, of the stages all on the way.

    `units` holds a unit and everything below it; `mine` is the person whose items are asked for.
    """

    text: str = ""
    channels: tuple[str, ...] = ()
    units: frozenset[int] | None = None
    areas: tuple[int, ...] = ()
    themes: tuple[int, ...] = ()
    owner: int | None = None
    mine: int | None = None
    unique: bool = False
    late: bool = False
    stages: tuple[str, ...] = ()

    @property
    def shown_stages(self) -> tuple[FunnelStage, ...]:
        """The stages to show, in the order of the way."""
        return tuple(stage for stage in FunnelStage if stage.value in self.stages) or WAY


_STANDING: dict[str, tuple[Any, Any]] = {
    "score": ("float64", float("nan")), "rank": ("Int64", pd.NA), "top_share": ("float64", float("nan")),
    "rank_low": ("Int64", pd.NA), "rank_high": ("Int64", pd.NA), "assessors": ("Int64", pd.NA),
    "disagree": ("bool", False), "confidence": ("object", ""), "blind": ("bool", False), "missing": ("object", ""),
    "votes_say": ("object", ""), "rice": ("float64", float("nan")), "wsjf": ("float64", float("nan")),
}  # fmt: skip
"""What is told of how an item stands: each column's type, and what it holds where nothing is known."""
_HIDDEN = ("score", "rank", "top_share", "rank_low", "rank_high", "disagree", "confidence", "votes_say", "rice", "wsjf")
"""What who is still to score an item may not know."""
NOTHING_TOLD = pd.DataFrame(columns=["item_id", *_STANDING])
"""The standings for those whose business they aren't before a round is published."""


def with_standings(items: pd.DataFrame, standings: pd.DataFrame) -> pd.DataFrame:
    """The items, each with how it stands; of an item that the actor is still to score, nothing is told.

    Where standings don't tell of an item at all, the number of its assessors is missing.
    """
    blind = set(standings.loc[standings["blind"].astype("bool"), "item_id"])
    columns = {}
    for name, (kind, nothing) in _STANDING.items():
        told = dict(zip(standings["item_id"], standings[name], strict=True))
        hidden = blind if name in _HIDDEN else ()
        values = [nothing if key in hidden else told.get(key, nothing) for key in items["id"]]
        columns[name] = pd.Series(values, index=items.index, dtype=kind)
    return items.assign(**columns)


def ageing(rows: pd.DataFrame) -> pd.Series:
    """Whether an item on its way has stood still for longer than is usual there."""
    return rows["age_days"] > rows["age_limit"]


def overdue(rows: pd.DataFrame, *, today: date) -> pd.Series:
    """Whether an item's deadline is over and it isn't delivered."""
    over = [day is not None and day < today for day in rows["deadline"]]
    return pd.Series(over, index=rows.index, dtype="bool") & ~rows["stage"].isin(DONE)


def matching(rows: pd.DataFrame, wanted: Wanted, *, today: date) -> pd.DataFrame:
    """The rows that satisfy every filter but the stages' and hold every word of the text somewhere."""
    keep = pd.Series(data=True, index=rows.index)
    for word in fold(wanted.text).split():
        keep &= rows["search"].str.contains(word, regex=False)
    for column, chosen in (("channel", wanted.channels), ("area_id", wanted.areas)):
        if chosen:
            keep &= rows[column].isin(chosen)
    for column, ids in (("unit_ids", wanted.units), ("theme_ids", frozenset(wanted.themes) or None)):
        if ids is not None:
            keep &= pd.Series([not ids.isdisjoint(linked) for linked in rows[column]], index=rows.index, dtype="bool")
    if wanted.owner is not None:
        keep &= rows["owner_id"].eq(wanted.owner).fillna(value=False)
    if wanted.mine is not None:
        carried = rows["owner_id"].eq(wanted.mine).fillna(value=False)
        keep &= carried | rows["raised_by_id"].eq(wanted.mine).fillna(value=False)
    if wanted.unique:
        keep &= rows["unique_knowledge"]
    if wanted.late:
        keep &= ageing(rows) | overdue(rows, today=today)
    return rows[keep.astype("bool")]


def in_stages(rows: pd.DataFrame, stages: Sequence[FunnelStage]) -> pd.DataFrame:
    """The rows that stand in one of these stages."""
    return rows[rows["stage"].isin(stages)]


def count_in(rows: pd.DataFrame, stages: Iterable[FunnelStage]) -> int:
    """How many rows stand in one of these stages."""
    return int(rows["stage"].isin(list(stages)).sum())


def ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """By rank, those without one last; then the most votes, the longest in their stage."""
    columns = ["rank", "votes", "age_days", "id"]
    return rows.sort_values(columns, ascending=[True, False, False, True], na_position="last")


@dataclass(frozen=True)
class Branch:
    """An org unit, with the ids of itself and all below it."""

    id: int
    name: str
    below: frozenset[int]


def branches(units: Sequence[Branch]) -> list[Branch]:
    """The highest units of a tree given in its order; those below the top one, where it is the only one."""
    tops, seen = list[Branch](), set[int]()
    for unit in units:
        if unit.id not in seen:
            tops.append(unit)
            seen |= unit.below
    below = [unit for unit in units if unit not in tops]
    return branches(below) if len(tops) == 1 and below else tops


SEVERAL, NO_UNIT = "Several or other units", "No unit"


def lane_names(rows: pd.DataFrame, lanes: Lanes, branches: Sequence[Branch]) -> list[str]:
    """Each row's lane; one without a name where there are no lanes."""
    if lanes is Lanes.CHANNEL:
        return [plural(channel) for channel in rows["channel"]]
    if lanes is Lanes.UNIT:
        return [_branch(unit_ids, branches) for unit_ids in rows["unit_ids"]]
    return [""] * len(rows)


def lane_order(lanes: Lanes, branches: Sequence[Branch]) -> list[str]:
    """All lanes that there may be, in their order."""
    if lanes is Lanes.CHANNEL:
        return [plural(channel) for channel in Channel]
    if lanes is Lanes.UNIT:
        return [*dict.fromkeys(branch.name for branch in branches), SEVERAL, NO_UNIT]
    return [""]


def plural(channel: str) -> str:
    """The channel's items: "Needs"."""
    return f"{label(channel)}s"


def _branch(unit_ids: Sequence[int], branches: Sequence[Branch]) -> str:
    names = {branch.name for branch in branches if not branch.below.isdisjoint(unit_ids)}
    if len(names) > 1 or (unit_ids and not names):
        return SEVERAL
    return names.pop() if names else NO_UNIT


def quotas(rows: pd.DataFrame, limits: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Of each channel with a quota, how many items are taken on and how many shall be at most."""
    taken = rows.loc[rows["stage"].isin(TAKEN_ON), "channel"].value_counts()
    return {channel: (int(taken.get(channel, 0)), limits[channel]) for channel in Channel if channel in limits}


@dataclass(frozen=True)
class Move:
    """A move as the browser asks for it: the item as it was seen, from where to where."""

    item_id: int
    version: int
    before: str
    stage: str


def asked_move(sent: object) -> Move | None:
    """What the browser sent, if it is a move at all; whether it may be done is the operation's to say."""
    if not isinstance(sent, dict):
        return None
    item_id, version = sent.get("id"), sent.get("version")
    before, stage = sent.get("from"), sent.get("to")
    if not (_is_id(item_id) and _is_id(version) and before in list(FunnelStage) and stage in list(FunnelStage)):
        return None
    return Move(item_id, version, before, stage)


def _is_id(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LARGEST
