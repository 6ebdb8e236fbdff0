"""Beside the charts: communities by need for help, and the sessions behind the figures."""

import pandas as pd
import streamlit as st

from cop.kpis import exports as kpi_exports
from cop.kpis import queries
from cop.kpis.metrics import PARTICIPATION
from cop.kpis.queries import Behind, Ranking
from cop.kpis.scope import Selection
from cop.kpis.words import NOT_ENOUGH
from cop.periods import Period
from cop.ui.draw import drawn
from cop.ui.load import load
from cop.ui.navigation import address
from cop.ui.widgets import downloads
from cop.ui.widgets.downloads import Offer
from cop.ui.widgets.kpi_filters import Asked

FIRST = 15
_LINE = 36
"""Characters that fit into one line of the column of warning signs."""
_LINES_HIGH = 66
"""Pixels of a row in which they have several: Streamlit wraps text in rows of more than 64."""


def communities(asked: Asked) -> None:
    """The communities, those first that show the most or heaviest warning signs."""
    st.caption(
        "Sorted by warning signs against each community's own past, not by size or success. "
        "A community without signs may still want to talk."
    )
    everything = st.toggle("Show all", key="all_communities", bind="query-params")
    drawn(_ranking, queries.communities, {}, **asked.params, limit=None if everything else FIRST)
    file = ("communities", *asked.months)
    downloads.menu("communities", Offer("Communities", kpi_exports.communities, asked.params, file))


def _ranking(found: Ranking) -> None:
    config = st.column_config
    rows = found.rows
    if rows.empty:
        st.info("No community fits these filters, or too few of the unit's people belong to any.")
        return
    share = [
        PARTICIPATION.value(came, places)
        for came, places in zip(rows["attending_members"], rows["members_on_day"], strict=True)
    ]
    shown = pd.DataFrame(
        {
            "name": rows["name"],
            "why": [words[:1].upper() + words[1:] or "–" for words in rows["why"]],
            "sessions": rows["sessions_held"],
            "share": [None if value is None else round(100 * value) for value in share],
            "n": rows["members_on_day"],
            "active": rows["active_members"],
            "members": rows["members"],
            "course": rows["course"],
            "open": [address("community", c=slug) for slug in rows["slug"]],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        height="content" if len(shown) <= FIRST else "auto",
        row_height=_LINES_HIGH if any(len(words) > _LINE for words in shown["why"]) else None,
        placeholder=NOT_ENOUGH,
        alt="Communities with their warning signs, sessions, participation and members",
        column_config={
            "name": config.TextColumn("Community", width=140),
            "why": config.TextColumn("What stands out", width=236),
            "sessions": config.NumberColumn("Sessions", width=70),
            "share": config.NumberColumn("Participation", width=120, format="%d %%", help=PARTICIPATION.definition),
            "n": config.NumberColumn(
                "n", width=46, help="Member places: members on the day, summed over sessions with a list."
            ),
            "active": config.NumberColumn("Active", width=54, help="Members who came or contributed in 90 days."),
            "members": config.NumberColumn("Members", width=68),
            "course": config.BarChartColumn("By month", width=76, help="People in the sessions of each month."),
            "open": config.LinkColumn("Page", display_text="Open", width=50),
        },
    )
    if len(rows) < found.total:
        st.caption(f"{len(rows)} of {found.total:,} communities.")


def behind(asked: Asked) -> None:
    """Choose a month or a community: the sessions behind its figures."""
    names = load(queries.choices).communities
    offered = [key for key in names if key in (asked.selection.communities or names)]
    months = {f"{month:%b %Y}": month for month in reversed(asked.period.months)}
    with st.container(horizontal=True):
        month = st.selectbox(
            "Month", list(months), index=None, key="month", bind="query-params", placeholder="The whole period"
        )
        community = st.selectbox(
            "Community",
            offered,
            index=None,
            format_func=lambda key: names.get(key, str(key)),
            key="within",
            bind="query-params",
            placeholder="All of the above",
        )
    if month is None and community is None:
        st.caption("Choose a month, a community or both.")
        return
    period = Period(months[month], months[month]) if month else asked.period
    chosen = asked.selection if community is None else Selection(asked.selection.areas, (community,))
    narrowed = Selection(chosen.areas, chosen.communities)
    drawn(_sessions, queries.sessions, {}, period=period, selection=narrowed)
    params = {"period": period, "selection": narrowed}
    downloads.menu("sessions", Offer("Sessions", kpi_exports.sessions, params, ("sessions", *asked.months)))


_UNKNOWN = "no list"


def _sessions(found: Behind) -> None:
    rows, config = found.rows, st.column_config
    if rows.empty:
        st.info("No session was held there and then.")
        return
    came = [
        _UNKNOWN if pd.isna(number) else f"{number:,}" + (" (counted)" if known == "count" else "")
        for number, known in zip(rows["came"], rows["known"], strict=True)
    ]
    shown = pd.DataFrame(
        {
            "day": rows["day"],
            "title": rows["title"],
            "community": rows["community"],
            "came": came,
            "open": [address("session", id=key) for key in rows["id"]],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        alt="Sessions with their date, community and how many came",
        column_config={
            "day": config.DateColumn("Date", format="D MMM YYYY"),
            "title": config.TextColumn("Session", width="large"),
            "community": config.TextColumn("Community"),
            "came": config.TextColumn("Came"),
            "open": config.LinkColumn("Page", display_text="Open"),
        },
    )
    more = (
        f"The latest {len(rows)} of {found.total:,} sessions; the download holds all."
        if len(rows) < found.total
        else ""
    )
    st.caption(f"{more} Who came stands on a session's page, for those who may see it.".strip())
