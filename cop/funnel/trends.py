"""Trends on the radar: what one looks for among them, what they say in words, how other radars take them. Pure."""

from dataclasses import dataclass

import pandas as pd

from cop.catalog.search import fold
from cop.choices import label
from cop.funnel.radar import Movement

MOVEMENTS = tuple(Movement)
_STATUS = {
    Movement.NEW: "new",
    Movement.MOVED_IN: "moved in",
    Movement.MOVED_OUT: "moved out",
    Movement.UNCHANGED: "no change",
}
"""As Build Your Own Radar calls them."""


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for among the trends; nothing means all."""

    text: str = ""
    quadrant: str = ""
    rings: tuple[str, ...] = ()
    movements: tuple[str, ...] = ()
    areas: tuple[int, ...] = ()


def narrowed(rows: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    """The rows that fit all of it; each word must stand somewhere in a trend's texts."""
    keep = pd.Series(data=True, index=rows.index)
    for word in fold(wanted.text).split():
        keep &= rows["search"].str.contains(word, regex=False)
    if wanted.quadrant:
        keep &= rows["quadrant_name"] == wanted.quadrant
    for column, chosen in (("ring_name", wanted.rings), ("movement", wanted.movements), ("area_id", wanted.areas)):
        if chosen:
            keep &= rows[column].isin(chosen)
    return rows[keep]


def summary(rows: pd.DataFrame, rings: tuple[str, ...]) -> str:
    """What the radar shows, for those who don't see it."""
    inside = [f"{(rows['ring_name'] == ring).sum()} in {ring}" for ring in rings]
    moved = [f"{(rows['movement'] == one).sum()} {label(one).lower()}" for one in MOVEMENTS]
    return (
        f"Technology radar with {len(rows)} {'trend' if len(rows) == 1 else 'trends'}: {', '.join(inside)};"
        f" {', '.join(moved)}. The table holds every one of them."
    )


def told(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as people take them along."""
    return pd.DataFrame(
        {
            "Number": rows["number"],
            "Trend": rows["title"],
            "Quadrant": rows["quadrant_name"],
            "Ring": rows["ring_name"],
            "Movement": rows["movement"].map(label),
            "Ring before": rows["ring_before"],
            "Since": rows["since"],
            "Edition": rows["edition"],
            "Kind of source": rows["source_kind"].map(label),
            "Source": rows["source"],
            "Link": rows["url"],
            "Rationale": rows["rationale"],
            "Area": rows["area"],
            "Stage": rows["stage"].map(label),
            "Votes": rows["votes"],
        }
    )


def build_your_own(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as Build Your Own Radar reads them: name, ring, quadrant, isNew, status, description."""
    return pd.DataFrame(
        {
            "name": rows["title"],
            "ring": rows["ring_name"],
            "quadrant": rows["quadrant_name"],
            "isNew": (rows["movement"] == Movement.NEW).map({True: "TRUE", False: "FALSE"}),
            "status": rows["movement"].map(_STATUS),
            "description": rows["description"].where(rows["description"] != "", rows["rationale"]),
        }
    )
