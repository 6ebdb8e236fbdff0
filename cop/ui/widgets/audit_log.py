"""The audit log's entries, a page at a time, and one of them in full."""

import pandas as pd
import streamlit as st

from cop.db import reading
from cop.permissions import Actor
from cop.trail import queries
from cop.trail.queries import Wanted
from cop.ui import run
from cop.ui.format import label, moment
from cop.ui.load import stable
from cop.ui.text import plain
from cop.ui.widgets import ticks

_TURNED = "_audit_pages"


def entries(actor: Actor, wanted: Wanted) -> None:
    """The newest entries that fit; older ones by turning the page, one in full by choosing its row."""
    turned = _turned(wanted)
    with reading() as db:
        page = queries.entries(db, actor, wanted=wanted, older_than=turned[-1] if turned else None)
    if page.rows.empty:
        st.info("Nothing on record fits these filters.")
    else:
        _table(actor, page.rows, f"audit_table:{stable(wanted)}:{len(turned)}")
    if turned or page.more:
        _turning(turned, page)


def _turned(wanted: Wanted) -> list[int]:
    """The last entry of each page before this one; none on the first, also after the filters were changed."""
    kept: tuple[Wanted, list[int]] = st.session_state.get(_TURNED, (wanted, []))
    if kept[0] != wanted:
        kept = (wanted, [])
    st.session_state[_TURNED] = kept
    return kept[1]


def _turning(turned: list[int], page: queries.Page) -> None:
    with st.container(horizontal=True):
        st.button(
            "Newer", key="newer", icon=":material/chevron_left:", disabled=not turned, on_click=_back, args=(turned,)
        )
        st.button(
            "Older",
            key="older",
            icon=":material/chevron_right:",
            disabled=not page.more,
            on_click=turned.append,
            args=(int(page.rows["id"].iloc[-1]) if page.more else 0,),
        )


def _back(turned: list[int]) -> None:
    turned.pop()


def _table(actor: Actor, rows: pd.DataFrame, key: str) -> None:
    config = st.column_config
    chosen = st.dataframe(
        rows.assign(outcome=rows["outcome"].map(label)),
        hide_index=True,
        key=key,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="–",
        alt=f"{len(rows)} entries: when, who, what, on what, in which community, done or refused",
        column_order=["at", "who", "operation", "object", "community", "outcome"],
        column_config={
            "at": config.DatetimeColumn("When", format="D MMM YYYY, HH:mm:ss", timezone=run.current().time_zone),
            "who": "Who",
            "operation": config.TextColumn("Operation", width="medium"),
            "object": config.TextColumn("Object", width="medium"),
            "community": "Community",
            "outcome": "Outcome",
        },
    )
    picked = ticks.ticked(chosen)
    if picked and picked[0] < len(rows):
        one(actor, int(rows["id"].iloc[picked[0]]))
    else:
        st.caption("Tick a row to see what was changed, from what to what.")


def one(actor: Actor, entry_id: int) -> None:
    """One entry in full."""
    with reading() as db:
        found = queries.entry(db, actor, entry_id=entry_id)
    with st.container(border=True):
        st.subheader(plain(found.operation), anchor=False)
        who = f"{found.who} ({found.username})" if found.username else found.who
        parts = [who, moment(found.at, run.current().time_zone), label(found.outcome), found.object, found.community]
        st.caption(plain(" · ".join(part for part in parts if part)))
        if not found.changes:
            st.text("It changed no field.")
            return
        st.dataframe(
            pd.DataFrame(
                [(change.field, change.before, change.after) for change in found.changes],
                columns=["field", "before", "after"],
            ),
            hide_index=True,
            key=f"audit_changes:{entry_id}",
            height="content" if len(found.changes) <= _FEW else "auto",
            row_height=_LINES_HIGH if _is_long(found) else None,
            alt=f"{len(found.changes)} fields, from what to what",
            column_config={
                "field": "Field",
                "before": st.column_config.TextColumn("Before", width="medium"),
                "after": st.column_config.TextColumn("After", width="medium"),
            },
        )


_FEW = 12
_LINE = 40
_LINES_HIGH = 66
"""Pixels of a row in which text has several lines: Streamlit wraps it in rows of more than 64."""


def _is_long(found: queries.Entry) -> bool:
    return any(max(len(change.before), len(change.after)) > _LINE for change in found.changes)
