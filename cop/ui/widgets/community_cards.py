"""The catalog's communities, as cards or as a table."""

from collections.abc import Sequence
from math import ceil
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cop.catalog import exports
from cop.catalog.search import Wanted
from cop.catalog.sparkline import in_words, picture
from cop.periods import last_months, quarter_hour, utcnow
from cop.permissions import Actor, Permission, may
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.layout import link
from cop.ui.navigation import address
from cop.ui.text import plain
from cop.ui.widgets import downloads
from cop.ui.widgets.catalog_filters import Asked
from cop.ui.widgets.downloads import Offer
from cop.ui.widgets.membership import join_button

PER_PAGE = 24
COLUMNS = 3
_HEIGHT = 620


def cards(rows: pd.DataFrame, wanted: Wanted, actor: Actor, mine: frozenset[int]) -> None:
    """One card each, 24 on a page; another search starts on the first page again."""
    pages = max(1, ceil(len(rows) / PER_PAGE))
    place = st.container()
    page = st.pagination(pages, key=f"page:{hash(wanted)}") if pages > 1 else 1
    shown = rows.iloc[(page - 1) * PER_PAGE : page * PER_PAGE].to_dict("records")
    zone = runs.current().time_zone
    with place:
        for start in range(0, len(shown), COLUMNS):
            row = shown[start : start + COLUMNS]
            for place, community in zip(_places(len(row)), row, strict=True):
                with place:
                    _card(community, actor, mine, zone)


def _places(count: int) -> Sequence[DeltaGenerator]:
    """Boxes of the same width and height beside each other; none is drawn where no card comes."""
    if count == COLUMNS:
        return st.columns(COLUMNS, border=True)
    return [place.container(border=True) for place in st.columns(COLUMNS)[:count]]


def _card(row: dict[Any, Any], actor: Actor, mine: frozenset[int], zone: str) -> None:
    link("community", row["name"], strong=True, c=row["slug"])
    st.markdown(_facts(row, zone))
    if any(row["months"]):
        calendar = last_months(len(row["months"]), runs.current().today).months
        st.image(picture(row["months"]), width="stretch", alt=in_words(row["months"], calendar))
    _join(row, actor, mine)


def _facts(row: dict[Any, Any], zone: str) -> str:
    """All of a card that is text, in one piece: each piece of a page costs as much as the page's queries."""
    noun = "member" if row["members"] == 1 else "members"
    came = sum(people or 0 for people in row["months"])
    lines = [
        f":small[:material/person: {plain(row['facilitators'])}]" if row["facilitators"] else "",
        f":small[{_next(row, zone)}]",
        f":small[:material/group: {row['members']:,} {noun}, {row['active_members']:,} active in 90 days]",
        f":small[:material/bar_chart: {came:,} attendances in 12 months]"
        if came
        else ":small[:material/bar_chart: No attendance on record in 12 months]",
    ]
    return "\n\n".join([plain(row["focus"]), _badges(row), "  \n".join(line for line in lines if line)])


def _next(row: dict[Any, Any], zone: str) -> str:
    if pd.isna(row["next_at"]):
        return ":material/event_busy: No session planned"
    return f":material/event: Next: {words.moment(row['next_at'].to_pydatetime(), zone)}"


def _badges(row: dict[Any, Any]) -> str:
    stage, kind = words.label(row["stage"]), words.label(row["type"])
    badges = [f":gray-badge[{plain(row['area'])}]"] if row["area"] else []
    badges += [f":blue-badge[{stage}]"]
    badges += [f":gray-badge[{kind}]"] if row["type"] != "community" else []
    badges += [":orange-badge[Archived]"] if row["archived"] else []
    return " ".join(badges)


def _join(row: dict[Any, Any], actor: Actor, mine: frozenset[int]) -> None:
    if row["archived"]:
        if row["merged_slug"]:
            link("community", f"Merged into {row['merged_name']}", icon=":material/merge:", c=row["merged_slug"])
    elif row["id"] in mine:
        st.badge("Joined", icon=":material/check:", color="green")
    elif may(actor, Permission.COMMUNITY_JOIN):
        join_button(row["id"], row["name"])


def table(rows: pd.DataFrame, mine: frozenset[int], asked: Asked) -> None:
    """All of them in one table, with a link to each; what was asked for can be taken along."""
    shown = pd.DataFrame(
        {
            "open": [address("community", c=slug) for slug in rows["slug"]],
            "name": rows["name"],
            "focus": rows["focus"],
            "area": rows["area"],
            "stage": rows["stage"].map(words.label),
            "type": rows["type"].map(words.label),
            "unit": rows["unit"],
            "facilitators": rows["facilitators"],
            "members": rows["members"],
            "active": rows["active_members"],
            "next": rows["next_at"],
            "last": rows["last_day"],
            "months": [[float("nan") if count is None else count for count in months] for months in rows["months"]],
            "joined": rows["id"].isin(mine),
        }
    )
    config = st.column_config
    st.dataframe(
        shown,
        key="catalog_table",
        hide_index=True,
        height=min(_HEIGHT, 38 + 35 * max(1, len(shown))),
        alt=f"{len(shown)} communities with focus, stage, facilitators, members and sessions",
        column_config={
            "open": config.LinkColumn("", display_text="Open", width="small", pinned=True),
            "name": config.TextColumn("Name", pinned=True),
            "focus": config.TextColumn("Focus", width="medium"),
            "area": "Area",
            "stage": "Stage",
            "type": "Type",
            "unit": "Unit",
            "facilitators": "Facilitators",
            "members": config.NumberColumn("Members"),
            "active": config.NumberColumn("Active", help="Came or contributed in the last 90 days."),
            "next": config.DatetimeColumn(
                "Next session", format="ddd D MMM YYYY, HH:mm", timezone=runs.current().time_zone
            ),
            "last": config.DateColumn("Last session", format="D MMM YYYY"),
            "months": config.BarChartColumn("Attendance, 12 months"),
            "joined": config.CheckboxColumn("Joined"),
        },
    )
    params = {"wanted": asked.wanted, "order": asked.order, "now": quarter_hour(utcnow())}
    downloads.menu("catalog", Offer("Communities", exports.communities, params, ("communities",)))
