"""The catalog's communities, as cards or as a table."""

from math import ceil
from typing import Any

import pandas as pd
import streamlit as st

from cop.catalog.search import Wanted
from cop.catalog.sparkline import in_words, picture
from cop.periods import last_months
from cop.permissions import Actor, Permission, may
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.layout import link
from cop.ui.navigation import address
from cop.ui.text import plain
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
            for column, row in zip(st.columns(COLUMNS), shown[start : start + COLUMNS], strict=False):
                with column, st.container(border=True, height="stretch", gap="xsmall"):
                    _card(row, actor, mine, zone)


def _card(row: dict[Any, Any], actor: Actor, mine: frozenset[int], zone: str) -> None:
    link("community", row["name"], strong=True, c=row["slug"])
    st.text(row["focus"])
    st.markdown(_badges(row))
    if row["facilitators"]:
        st.caption(f":material/person: {plain(row['facilitators'])}")
    if pd.isna(row["next_at"]):
        st.caption(":material/event_busy: No session planned")
    else:
        when = words.moment(row["next_at"].to_pydatetime(), zone)
        link("session", f"Next: {when}", icon=":material/event:", id=row["next_id"])
    _figures(row)
    _join(row, actor, mine)


def _badges(row: dict[Any, Any]) -> str:
    stage, kind = words.label(row["stage"]), words.label(row["type"])
    badges = [f":gray-badge[{plain(row['area'])}]"] if row["area"] else []
    badges += [f":blue-badge[{stage}]"]
    badges += [f":gray-badge[{kind}]"] if row["type"] != "community" else []
    badges += [":orange-badge[Archived]"] if row["archived"] else []
    return " ".join(badges)


def _figures(row: dict[Any, Any]) -> None:
    noun = "member" if row["members"] == 1 else "members"
    st.caption(f":material/group: {row['members']:,} {noun}, {row['active_members']:,} active in 90 days")
    total = sum(people or 0 for people in row["months"])
    if not total:
        st.caption(":material/bar_chart: No attendance on record in 12 months")
        return
    st.caption(f":material/bar_chart: {total:,} attendances in 12 months")
    calendar = last_months(len(row["months"]), runs.current().today).months
    st.image(picture(row["months"]), width="stretch", alt=in_words(row["months"], calendar))


def _join(row: dict[Any, Any], actor: Actor, mine: frozenset[int]) -> None:
    if row["archived"]:
        if row["merged_slug"]:
            link("community", f"Merged into {row['merged_name']}", icon=":material/merge:", c=row["merged_slug"])
    elif row["id"] in mine:
        st.badge("Joined", icon=":material/check:", color="green")
    elif may(actor, Permission.COMMUNITY_JOIN):
        join_button(row["id"], row["name"])


def table(rows: pd.DataFrame, mine: frozenset[int]) -> None:
    """All of them in one table, with a link to each."""
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
