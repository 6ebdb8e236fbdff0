"""The funnel's items as a table, to be sorted and taken along."""

import pandas as pd
import streamlit as st

from cop.funnel import cards, exports, queries
from cop.funnel.board import Wanted, in_stages, ordered
from cop.periods import quarter_hour, utcnow
from cop.ui import run
from cop.ui.load import load
from cop.ui.navigation import address
from cop.ui.widgets import downloads
from cop.ui.widgets.downloads import Offer

_HEIGHT = 620


def show(wanted: Wanted, found: pd.DataFrame) -> None:
    """Every column of the items that fit, with a link to each."""
    rows, today = ordered(in_stages(found, wanted.shown_stages)), run.current().today
    shown = cards.table(rows, load(queries.choices, today=today).themes, today=today)
    shown.insert(0, "open", [address("item", id=key) for key in rows["id"]])
    shown["Top 3 (share of weightings)"] *= 100
    config = st.column_config
    st.dataframe(
        shown,
        key="funnel_table",
        hide_index=True,
        height=min(_HEIGHT, 38 + 35 * max(1, len(shown))),
        placeholder="",
        alt=f"{len(shown)} items with their stage, score, rank, votes and objective",
        column_config={
            "open": config.LinkColumn("", display_text="Open", width="small", pinned=True),
            "Title": config.TextColumn(pinned=True, width="medium"),
            "Top 3 (share of weightings)": config.NumberColumn(format="%.0f %%"),
            "Deadline": config.DateColumn(format="D MMM YYYY"),
            "Judged on": config.DateColumn(format="D MMM YYYY"),
            "Raised": config.DatetimeColumn(format="D MMM YYYY", timezone=run.current().time_zone),
        },
    )
    params = {"wanted": wanted, "now": quarter_hour(utcnow())}
    downloads.menu("funnel", Offer("Items", exports.items, params, ("funnel",)))
