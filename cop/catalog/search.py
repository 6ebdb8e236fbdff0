"""Finding communities: words, filters and order over the catalog's rows. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import pandas as pd


class NextSession(StrEnum):
    """When the next session is."""

    WEEK = "within 7 days"
    MONTH = "within 30 days"
    NONE = "none planned"


DAYS = {NextSession.WEEK: 7, NextSession.MONTH: 30}


class Order(StrEnum):
    """How the catalog is sorted."""

    NAME = "name"
    NEXT = "next session"
    MEMBERS = "most members"
    ACTIVE = "most active members"


@dataclass(frozen=True)
class Wanted:
    """What the visitor asked for; an empty choice means all. `units` holds a unit and everything below it."""

    text: str = ""
    areas: tuple[int, ...] = ()
    stages: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    units: frozenset[int] | None = None
    next_session: NextSession | None = None
    only: frozenset[int] | None = None
    archived: bool = False


def fold(text: str) -> str:
    """Text as it is compared when searching: without case and accents."""
    if text.isascii():  # the most, and there is nothing to take apart
        return text.casefold()
    compatible = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in unicodedata.normalize("NFKD", compatible) if not unicodedata.combining(char))


def matching(rows: pd.DataFrame, wanted: Wanted, *, today: date) -> pd.DataFrame:
    """The rows that satisfy every filter and hold every word of the text somewhere."""
    keep = pd.Series(data=True, index=rows.index)
    if not wanted.archived:
        keep &= ~rows["archived"]
    for word in fold(wanted.text).split():
        keep &= rows["search"].str.contains(word, regex=False)
    for column, chosen in (("area_id", wanted.areas), ("stage", wanted.stages), ("type", wanted.types)):
        if chosen:
            keep &= rows[column].isin(chosen)
    if wanted.units is not None:
        keep &= rows["unit_id"].isin(wanted.units)
    if wanted.only is not None:
        keep &= rows["id"].isin(wanted.only)
    if wanted.next_session is not None:
        keep &= _next_session(rows["next_day"], wanted.next_session, today)
    return rows[keep]


def vocabulary(rows: pd.DataFrame) -> set[str]:
    """Return the words that stand in the rows' searched texts, folded."""
    return set(" ".join(rows["search"]).split())


def gifts_matching(rows: pd.DataFrame, kinds: Sequence[str], text: str) -> pd.DataFrame:
    """The contributions of these kinds (none: all) that hold every word of the text somewhere."""
    for word in fold(text).split():
        rows = rows[rows["search"].str.contains(word, regex=False)]
    return rows[rows["kind"].isin(kinds)] if kinds else rows


def _next_session(days: pd.Series, when: NextSession, today: date) -> pd.Series:
    if when is NextSession.NONE:
        return days.isna()
    return days.notna() & (days < pd.Timestamp(today + timedelta(days=DAYS[when])))


def ordered(rows: pd.DataFrame, order: Order) -> pd.DataFrame:
    """Sorted as asked; equal ones by name, those without a next session last."""
    columns, rising = {
        Order.NAME: (["sort_name"], [True]),
        Order.NEXT: (["next_at", "sort_name"], [True, True]),
        Order.MEMBERS: (["members", "sort_name"], [False, True]),
        Order.ACTIVE: (["active_members", "sort_name"], [False, True]),
    }[order]
    return rows.sort_values([*columns, "id"], ascending=[*rising, True], na_position="last")
