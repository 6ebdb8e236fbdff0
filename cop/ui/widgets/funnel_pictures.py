"""The funnel's pictures, each with what it means, of how many and which items, and the rows behind it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from cop.choices import label
from cop.funnel import charts, picture_queries, score_queries
from cop.funnel import pictures as rules
from cop.funnel.score_queries import Bubbles
from cop.periods import Period, last_months
from cop.permissions import Actor, Permission, may
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.draw import drawn, show_chart
from cop.ui.navigation import address

_MONTHS = {"6 months": 6, "12 months": 12, "24 months": 24}
Ids = tuple[int, ...] | None


def show(actor: Actor, everything: pd.DataFrame, found: pd.DataFrame) -> None:
    """The pictures of the items that fit the filters."""
    pictures(actor, None if len(found) == len(everything) else tuple(found["id"].tolist()))


def pictures(actor: Actor, ids: Ids = None) -> None:
    """All of them, of these items or of all; value and effort only for those who see scores."""
    today = runs.current().today
    if may(actor, Permission.FUNNEL_SCORE):
        st.subheader("Value and effort", anchor=False)
        drawn(_bubbles, score_queries.bubbles, {"ids": ids}, as_of=today)
    st.subheader("Way through the funnel", anchor=False)
    chosen = st.segmented_control(
        "Entered in the last", list(_MONTHS), key="entered", default="12 months", required=True, bind="query-params"
    )
    period = last_months(_MONTHS.get(chosen or "", 12), today)
    drawn(_passage, picture_queries.stays, {"ids": ids, "period": period, "as_of": today})
    st.subheader("Age", anchor=False)
    drawn(_ageing, picture_queries.stays, {"ids": ids, "as_of": today})
    st.subheader("Channels", anchor=False)
    drawn(_balance, picture_queries.stays, {"ids": ids, "as_of": today})
    _behind(actor, ids, period, today)


def _bubbles(found: Bubbles, *, ids: Ids) -> None:
    rows = rules.only(found.rows, ids)
    blind, unscored = (len(keys if ids is None else keys & frozenset(ids)) for keys in (found.blind, found.unscored))
    st.caption(
        f"n = {len(rows)} open items. Value: mean of the assessed criteria of worth. Effort: mean of those of cost."
        f" Each from 0 to 100 % of its scale, unweighted. Size: people concerned; smallest where not known."
        f" Left out: {blind} that you have not marked yet, {unscored} without all marks."
    )
    if len(rows) < rules.ENOUGH_ITEMS:
        _too_few(f"{rules.ENOUGH_ITEMS} items with marks on worth and on cost are needed.")
        return
    show_chart(rows, charts.bubbles, rules.bubbles_words(rows))


def _passage(stays: pd.DataFrame, *, ids: Ids, period: Period, as_of: date) -> None:
    rows = rules.passage(rules.only(stays, ids), period, as_of=as_of)
    st.caption(
        f"{period.label}. Of the items that entered a stage in these months, those that entered the next one, then or"
        " later: recent months can still grow. One that skips a stage never entered it. Days: the median of completed stays that began in these months, from 10"
        f" stays on. n = {rows['entered'].sum()} entries."
    )
    if not rows["entered"].sum():
        _too_few("Nothing entered a stage in these months.")
        return
    show_chart(rows, charts.passage, rules.passage_words(rows))


def _ageing(stays: pd.DataFrame, *, ids: Ids, as_of: date) -> None:
    rows = rules.ageing(rules.only(stays, ids), as_of=as_of)
    st.caption(
        f"As of {words.day(as_of)}, n = {len(rows)} items on their way. The limit of a stage: 85 % of"
        " its completed stays took no longer; 30 days until there are 10 of them."
    )
    if rows.empty:
        _too_few("No item is waiting.")
        return
    show_chart(rows, charts.ageing, rules.ageing_words(rows))


def _balance(stays: pd.DataFrame, *, ids: Ids, as_of: date) -> None:
    rows = rules.balance(rules.only(stays, ids), as_of=as_of)
    st.caption(
        f"As of {words.day(as_of)}, n = {rows['items'].sum()} items. Taken on, which is prioritised or further:"
        f" {rules.taken_on_words(rows)}."
    )
    if not rows["items"].sum():
        _too_few("There is no item.")
        return
    show_chart(rows, charts.balance, rules.balance_words(rows))


def _too_few(why: str) -> None:
    st.info(f"{rules.NOT_ENOUGH}. {why}", icon=":material/hourglass_empty:")


def _behind(actor: Actor, ids: Ids, period: Period, today: date) -> None:
    """The rows behind one picture, with the way to each item."""
    offered: dict[str, Callable[[], None]] = {
        "Way through the funnel": lambda: drawn(
            _passage_table, picture_queries.stays, {"ids": ids, "period": period, "as_of": today}
        ),
        "Age": lambda: drawn(_ageing_table, picture_queries.stays, {"ids": ids, "as_of": today}),
        "Channels": lambda: drawn(_balance_table, picture_queries.stays, {"ids": ids, "as_of": today}),
    }
    if may(actor, Permission.FUNNEL_SCORE):
        offered["Value and effort"] = lambda: drawn(_bubbles_table, score_queries.bubbles, {"ids": ids}, as_of=today)
    chosen = st.pills("Rows behind a picture", list(offered), key="behind", bind="query-params")
    if chosen in offered:
        offered[chosen]()


def _bubbles_table(found: Bubbles, *, ids: Ids) -> None:
    rows = rules.only(found.rows, ids).sort_values("value", ascending=False)
    percent = st.column_config.NumberColumn(format="percent")
    _table(rows, {"value": "Value", "effort": "Effort", "people": "People"}, {"Value": percent, "Effort": percent})


def _ageing_table(stays: pd.DataFrame, *, ids: Ids, as_of: date) -> None:
    rows = rules.ageing(rules.only(stays, ids), as_of=as_of)
    shown = rows.assign(stage=rows["stage"].map(label))
    _table(shown, {"stage": "Stage", "days": "Days", "limit": "Limit", "overdue": "Beyond"}, {})


def _table(rows: pd.DataFrame, columns: dict[str, str], config: dict[str, Any]) -> None:
    shown = pd.DataFrame({"": [address("item", id=key) for key in rows["item"]], "Item": rows["title"].tolist()})
    shown["Channel"] = rows["channel"].map(label).tolist()
    for column, name in columns.items():
        shown[name] = rows[column].to_numpy()
    link = st.column_config.LinkColumn("", display_text="Open", width=50, pinned=True)
    st.dataframe(
        shown, hide_index=True, alt=f"{len(shown)} items behind the picture", column_config={"": link, **config}
    )


def _passage_table(stays: pd.DataFrame, *, ids: Ids, period: Period, as_of: date) -> None:
    rows = rules.passage(rules.only(stays, ids), period, as_of=as_of)
    shown = pd.DataFrame(
        {
            "From": rows["stage"].map(label),
            "To": rows["next_stage"].map(label),
            "Entered": rows["entered"],
            "Went on": rows["converted"],
            "Share": rows["share"],
            "Completed stays": rows["n"],
            "Median days": rows["median_days"],
        }
    )
    percent = st.column_config.NumberColumn(format="percent")
    st.dataframe(
        shown,
        hide_index=True,
        placeholder=words.NOT_ENOUGH,
        alt="Passage from stage to stage",
        column_config={"Share": percent},
    )


def _balance_table(stays: pd.DataFrame, *, ids: Ids, as_of: date) -> None:
    rows = rules.balance(rules.only(stays, ids), as_of=as_of)
    wide = rows.assign(channel=rows["channel"].map(label)).pivot_table(
        index="channel", columns="stage", values="items", aggfunc="sum", sort=False
    )
    shown = wide.rename(columns=label).rename_axis("Channel").reset_index()
    st.dataframe(shown, hide_index=True, alt="Items by channel and stage")
