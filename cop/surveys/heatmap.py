"""Which cells of a wave's table are looked at, in which order. It chooses among released rows and counts nothing. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from cop.catalog.search import fold
from cop.choices import GroupKind
from cop.surveys.words import NOTHING_REQUIRED

MOST_GROUPS = 16
MOST_SKILLS = 60
"""As many as a picture shows readably."""


class Order(StrEnum):
    """How skills are sorted."""

    WORST = "worst first"
    NAME = "by name"


@dataclass(frozen=True)
class Wanted:
    """Groups of which kind, which of them (none: all), which areas, which words, in which order.

    `references` are ids of units, job roles or communities; of a unit those below it are meant too, and named.
    """

    kind: str = GroupKind.ORG_UNIT.value
    references: frozenset[int] = frozenset()
    areas: tuple[int, ...] = ()
    text: str = ""
    order: Order = Order.WORST

    @property
    def words(self) -> list[str]:
        """What is looked for, folded; each word must stand somewhere."""
        return fold(self.text).split()


def narrowed(rows: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    """The rows of cop.surveys.gap_queries.gap_rows that are wanted, the worst first or by name."""
    of_kind = rows[rows["kind"] == wanted.kind]
    return ordered(_skills(_groups(of_kind, "reference", wanted), wanted), wanted.order)


def within(rows: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    """The rows of cop.surveys.coverage_queries.coverage that are wanted; they are of units, whatever kind is."""
    return _skills(_groups(rows, "unit_id", wanted) if wanted.kind == GroupKind.ORG_UNIT else rows, wanted)


def _groups(rows: pd.DataFrame, column: str, wanted: Wanted) -> pd.DataFrame:
    return rows[rows[column].isin(wanted.references)] if wanted.references else rows


def _skills(rows: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    if wanted.areas:
        rows = rows[rows["area_id"].isin(wanted.areas)]
    for word in wanted.words:
        rows = rows[rows["search"].str.contains(word, regex=False)]
    return rows


def ordered(rows: pd.DataFrame, order: Order) -> pd.DataFrame:
    """By severity × importance, what isn't told at the end; or by the skill's name."""
    by = ["search", "group"] if order is Order.NAME else ["weighted", "search", "group"]
    return rows.sort_values(by, ascending=[name != "weighted" for name in by], na_position="last", kind="stable")


def with_levels(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows in which a level is required, told or hidden."""
    return rows[rows["hidden"].isna() | (rows["hidden"] != NOTHING_REQUIRED)]


def for_picture(rows: pd.DataFrame, places: Mapping[int, int]) -> pd.DataFrame:
    """What a picture shows of the narrowed rows: the first groups in their order, the first skills of these.

    Skills stay in their order, groups come in that of `places` (by reference), others by name after them.
    """
    groups = rows["group_id"].drop_duplicates().head(MOST_GROUPS)
    of_groups = rows[rows["group_id"].isin(groups)]
    skills = of_groups["skill_id"].drop_duplicates().head(MOST_SKILLS)
    shown = of_groups[of_groups["skill_id"].isin(skills)]
    row = shown["skill_id"].map({key: place for place, key in enumerate(skills)})
    column = shown["reference"].map(places).astype("Float64").fillna(len(places))
    return shown.assign(row=row, column=column).sort_values(["row", "column", "group"], kind="stable")


def filled(shown: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of a picture with those between them in which no level is required, so that no field stays empty."""
    places = shown.drop_duplicates("skill_id").set_index("skill_id")["row"]
    columns = shown.drop_duplicates("group_id").set_index("group_id")["column"]
    all_ = rows[rows["group_id"].isin(columns.index) & rows["skill_id"].isin(places.index)]
    placed = all_.assign(row=all_["skill_id"].map(places), column=all_["group_id"].map(columns))
    return placed.sort_values(["row", "column", "group"], kind="stable")


def sizes(rows: pd.DataFrame) -> tuple[int, int]:
    """How many groups and skills there are among the rows."""
    return rows["group_id"].nunique(), rows["skill_id"].nunique()
