"""The radar's picture, its table, and what can be taken along of it."""

import pandas as pd
import streamlit as st

from cop.funnel import exports, radar_charts
from cop.funnel import trend_queries as queries
from cop.funnel.trend_queries import Trends
from cop.funnel.trends import Wanted, narrowed, summary
from cop.permissions import Permission, may
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.draw import drawn, show_chart
from cop.ui.layout import link
from cop.ui.load import load
from cop.ui.navigation import address
from cop.ui.widgets import downloads, trend_filters
from cop.ui.widgets.downloads import Offer
from cop.ui.widgets.trend_filters import Asked

_HEIGHT = 560


def radar(asked: Asked) -> None:
    """The picture with its table below, or the way to the first trend."""
    found = load(queries.trends, **asked.days)
    if found.rows.empty:
        _nothing_yet()
    else:
        _shown(found, asked)
    if found.unplaced:
        _unplaced(found)


def _nothing_yet() -> None:
    st.info(
        "No trend is on the radar yet. It appears here once it has a quadrant and a ring with its source.",
        icon=":material/radar:",
    )
    link("propose", "Propose a trend", icon=":material/lightbulb:")


def _shown(found: Trends, asked: Asked) -> None:
    rows = narrowed(found.rows, asked.wanted)
    st.caption(
        f"n = {len(rows)} of {len(found.rows)} trends, as of {words.day(asked.as_of)}. Movement since"
        f" {words.day(asked.since)}: new was on no ring then, moved in is nearer to the centre than then."
        " One quadrant alone is drawn larger."
    )
    if rows.empty:
        st.info("No trend fits these filters.", icon=":material/filter_list_off:")
        trend_filters.clear_button("clear_trends")
        return
    if found.layout is None:
        st.info("The picture needs 3 to 6 quadrants and 2 to 8 rings. The table holds all trends.")
    else:
        drawn(_picture, queries.trends, {"wanted": asked.wanted}, **asked.days)
    _downloads(asked, picture=found.layout is not None)
    drawn(_table, queries.trends, {"wanted": asked.wanted}, **asked.days)


def _picture(found: Trends, *, wanted: Wanted) -> None:
    rows = narrowed(found.rows, wanted)
    with_what = radar_charts.options(found.rings, found.quadrants, found.layout, wanted)
    show_chart(rows, radar_charts.radar, summary(rows, found.rings), **with_what)


def _table(found: Trends, *, wanted: Wanted) -> None:
    rows = narrowed(found.rows, wanted)
    shown = pd.DataFrame(
        {
            "open": [address("item", id=key) for key in rows["id"]],
            "number": rows["number"],
            "title": rows["title"],
            "ring": rows["ring_name"],
            "movement": rows["movement"].map(words.label),
            "since": rows["since"],
            "votes": rows["votes"],
            "quadrant": rows["quadrant_name"],
            "source": rows["source"],
            "rationale": rows["rationale"],
        }
    )
    config = st.column_config
    st.dataframe(
        shown,
        hide_index=True,
        height=min(_HEIGHT, 38 + 35 * len(shown)),
        alt=f"{len(shown)} trends with ring, movement, quadrant, day, source, rationale and votes",
        column_config={
            "open": config.LinkColumn("", display_text="Open", width=50, pinned=True),
            "number": config.NumberColumn("No.", width=46, help="As in the picture."),
            "title": config.TextColumn("Trend", width=180),
            "ring": config.TextColumn("Ring", width=70),
            "movement": config.TextColumn("Movement", width=90),
            "quadrant": config.TextColumn("Quadrant", width=120),
            "since": config.DateColumn("Since", format="D MMM YYYY", width=90),
            "source": config.TextColumn("Source", width=160),
            "rationale": config.TextColumn("Rationale", width="medium"),
            "votes": config.NumberColumn("Votes", width=56),
        },
    )


def _downloads(asked: Asked, *, picture: bool) -> None:
    params = {"wanted": asked.wanted, **asked.days}
    day = asked.as_of.isoformat()
    with st.container(horizontal=True, vertical_alignment="center"):
        downloads.menu(
            "radar",
            Offer("Radar", exports.radar, params, ("radar", day)),
            Offer("Build Your Own Radar", exports.build_your_own, params, ("byor", day)),
        )
        if picture:
            downloads.picture("Picture as PNG", exports.radar_png, params, ("radar", day))
        if asked.wanted != Wanted():
            trend_filters.clear_button("clear_trends")
        if may(runs.current().actor, Permission.FUNNEL_PROPOSE):
            link("propose", "Propose a trend", icon=":material/lightbulb:")


def _unplaced(found: Trends) -> None:
    count = len(found.unplaced)
    with st.expander(f"{count} {'trend' if count == 1 else 'trends'} without a quadrant or a ring", key="unplaced"):
        for key, title in found.unplaced.items():
            link("item", title, id=key)
