"""All meetings with units: whom to meet next, how units took it over time, what worries them."""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from cop.choices import Receptiveness
from cop.funnel import meeting_exports as exports
from cop.funnel import meeting_queries as queries
from cop.funnel.meetings import RECENT_MONTHS, Attention, Wanted, coverage, matching, of_units, reach
from cop.permissions import Actor
from cop.ui import filters, run
from cop.ui import format as words
from cop.ui.load import load
from cop.ui.navigation import address
from cop.ui.widgets import downloads, meeting_form, paging
from cop.ui.widgets.downloads import Offer
from cop.ui.widgets.hit_list import hit_list

_ATTENTION = {
    Attention.NEVER: "Never met",
    Attention.THREE: "Not met for 3 months",
    Attention.SIX: "Not met for 6 months",
    Attention.TWELVE: "Not met for 12 months",
    Attention.OVERDUE: "Next contact overdue",
}
_EMPTY: dict[str, Any] = {"unit": None, "received": [], "attention": None}
"""Every filter's key, which is also its name in the address, and its value when it filters nothing."""
_ALL_SHOWN = 25


def show(actor: Actor) -> None:
    """Counts, filters, the tables of units, meetings and concerns, and a form for another meeting."""
    st.title("Meetings with units", anchor=False)
    units = load(queries.units)
    if units.empty:
        st.info(_no_units(actor), icon=":material/account_tree:")
        return
    meeting_form.record(actor)
    today = run.current().today
    wanted = _ask(actor)
    fitting = matching(units, wanted, today=today)
    _counts(fitting, today)
    if wanted != Wanted():
        st.button("Clear filters", key="clear_filters", icon=":material/filter_list_off:", on_click=_clear)
    if fitting.empty:
        st.info("No unit fits these filters.", icon=":material/search_off:")
        return
    by_unit, meetings, concerns = st.tabs(
        ["Units", "Meetings", "Concerns"], key="tab", bind="query-params", on_change="rerun"
    )
    params = {"wanted": wanted, "today": today}
    if by_unit.open:
        with by_unit:
            _units(fitting, today)
            downloads.menu("units", Offer("Units", exports.units, params, ("units-met",)))
    if meetings.open:
        with meetings:
            _meetings(of_units(load(queries.meetings), units, wanted, today=today), params)
    if concerns.open:
        with concerns:
            _concerns(of_units(load(queries.concerns), units, wanted, today=today), params)


def _no_units(actor: Actor) -> str:
    if reach(actor) is None:
        return "There are no units yet. Add them under Organisation, or import them."
    return "You manage no unit that is still active. The programme office grants that, unit by unit."


def _ask(actor: Actor) -> Wanted:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        unit = filters.unit(within=reach(actor))
        received = st.multiselect(
            "How they took it, last",
            [value.value for value in Receptiveness],
            format_func=words.label,
            key="received",
            bind="query-params",
            placeholder="Any way",
        )
        attention = st.selectbox(
            "Who wants attention",
            [value.value for value in Attention],
            index=None,
            format_func=lambda value: _ATTENTION[Attention(value)],
            key="attention",
            bind="query-params",
            placeholder="All units",
        )
    return Wanted(unit.below if unit else None, tuple(sorted(received)), Attention(attention) if attention else None)


def _clear() -> None:
    for key, value in _EMPTY.items():
        st.session_state[key] = value


def _counts(units: pd.DataFrame, today: date) -> None:
    found = coverage(units, today=today)
    shown = {
        f"Met in the last {RECENT_MONTHS} months": f"{found.met:,} of {found.units:,}",
        "Never met": f"{found.never:,}",
        "Next contact overdue": f"{found.overdue:,}",
        "Open concerns": f"{found.concerns:,}",
    }
    with st.container(horizontal=True, gap="medium"):
        for title, value in shown.items():
            st.metric(title, value, width="content")
    st.caption("Met and never met: of the active units shown, those with people of their own.")


def _units(rows: pd.DataFrame, today: date) -> None:
    config = st.column_config
    shown = pd.DataFrame(
        {
            "unit": rows["name"],
            "last_met": [words.day(day) or "never" for day in rows["last_met"]],
            "course": [text or "–" for text in rows["course"]],
            "next": [_due(day, today) for day in rows["next_contact_on"]],
            "concerns": rows["open_concerns"],
            "meetings": rows["meetings"],
            "people": rows["people"],
            "path": [
                path.removesuffix(name).removesuffix(" / ")
                for path, name in zip(rows["unit"], rows["name"], strict=True)
            ],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        key="units_table",
        height="content" if len(shown) <= _ALL_SHOWN else "auto",
        alt=f"{len(shown)} units: when last met, how they took it over time, next contact, open concerns",
        column_config={
            "unit": config.TextColumn("Unit", width="medium"),
            "last_met": config.TextColumn("Last met", width=100),
            "course": config.TextColumn("How they took it", width="large", help="In the last meetings that tell it."),
            "next": config.TextColumn("Next contact", width=170),
            "concerns": config.NumberColumn("Open concerns"),
            "meetings": config.NumberColumn("Meetings"),
            "people": config.NumberColumn("People", help="Active people directly in this unit."),
            "path": config.TextColumn("Part of", width="medium"),
        },
    )


def _due(day: date | None, today: date) -> str:
    return "–" if day is None else f"{words.day(day)}, overdue" if day < today else words.day(day)


def _meetings(rows: pd.DataFrame, params: dict[str, Any]) -> None:
    shelved = int(rows["archived"].sum())
    if shelved and not st.toggle(f"Show archived ones ({shelved})", key="archived", bind="query-params"):
        rows = rows[~rows["archived"]]
    if rows.empty:
        st.text("No meeting with these units is recorded yet.")
        return
    page = paging.page_of(rows, "meetings")
    hit_list([_meeting(row, params["today"]) for row in page.to_dict("records")], key="meetings_list")
    downloads.menu("meetings", Offer("Meetings", exports.meetings, params, ("meetings-with-units",)))


def _meeting(row: dict[Any, Any], today: date) -> dict[str, object]:
    facts = [
        row["unit"] if row["unit"] != row["name"] else "",
        f"led by {row['led_by']}" if row["led_by"] else "",
        _counted(row["people"], "person took part", "people took part"),
        _counted(row["needs"], "need raised", "needs raised"),
        _counted(row["open_concerns"], "open concern", "open concerns"),
        f"next contact {_due(row['next_contact_on'], today)}" if row["latest"] and row["next_contact_on"] else "",
    ]
    labels = [words.label(row["receptiveness"])] if row["receptiveness"] else []
    return {
        "title": f"{words.day(row['met_on'])} · {row['name']}",
        "href": address("meetings", meeting=row["id"]),
        "facts": " · ".join(fact for fact in facts if fact),
        "labels": [*labels, "Archived"] if row["archived"] else labels,
        "snippet": "",
    }


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}" if count else ""


def _concerns(rows: pd.DataFrame, params: dict[str, Any]) -> None:
    settled = rows["settled_on"].notna()
    if settled.any() and not st.toggle(f"Show settled ones ({settled.sum()})", key="settled", bind="query-params"):
        rows = rows[~settled]
    if rows.empty:
        st.text("These units have no open concern.")
        return
    page = paging.page_of(rows, "concerns")
    hit_list([_concern(row, params["today"]) for row in page.to_dict("records")], key="concerns_list")
    downloads.menu("concerns", Offer("Concerns", exports.concerns, params, ("concerns-of-units",)))


def _concern(row: dict[Any, Any], today: date) -> dict[str, object]:
    settled, due = row["settled_on"], row["follow_up_on"]
    when = f"settled {words.day(settled)}" if settled else f"come back {_due(due, today)}" if due else "no day set"
    return {
        "title": row["concern"],
        "href": address("meetings", meeting=row["meeting_id"]),
        "facts": f"{row['unit']} · raised {words.day(row['raised_on'])} · {when}",
        "labels": ["Settled"] if settled else [] if row["answer"] else ["Not answered"],
        "snippet": row["answer"],
    }
