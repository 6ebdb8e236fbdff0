"""What those who came to a community's sessions said: the return on their time, session by session, and comments."""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from cop.catalog.queries import Detail
from cop.periods import last_months
from cop.permissions import Actor
from cop.surveys import feedback, feedback_charts, feedback_exports
from cop.surveys.audit import Reason
from cop.surveys.feedback_queries import by_session, comments, over_all
from cop.surveys.release import LEAST_COMMENTS
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.draw import draw
from cop.ui.layout import link
from cop.ui.load import load
from cop.ui.widgets import downloads
from cop.ui.widgets.downloads import Offer
from cop.ui.widgets.paging import page_of
from cop.ui.widgets.session_feedback import REASONS


def section(found: Detail, actor: Actor) -> None:  # noqa: ARG001 - every section has this shape
    """The figure over twelve months, its course, the sessions behind it, the comments."""
    asked: dict[str, Any] = {"community_id": found.id, "today": runs.current().today}
    rows = load(by_session, **asked)
    if rows.empty:
        st.text("No feedback on a session of the last twelve months yet.")
        st.caption("Who records a session can ask those who came, from the session’s page.")
    else:
        _figure(rows, asked["today"])
        if rows["mean"].notna().sum() > 1:
            draw(feedback_charts.course, by_session, summary=_course, **asked)
        _sessions(rows)
    _comments(found)
    if not rows.empty:
        downloads.menu(
            "feedback",
            Offer("Feedback by session", feedback_exports.by_session, asked, ("feedback", found.slug)),
            Offer("Comments", feedback_exports.comments, {"community_id": found.id}, ("comments", found.slug)),
        )


def _figure(rows: pd.DataFrame, today: date) -> None:
    whole, told = over_all(rows), int(rows["mean"].notna().sum())
    value = words.NOT_ENOUGH if whole.mean is None else f"{whole.mean:.1f} of 5"
    st.metric("Return on time invested", value, help=feedback.DEFINITION)
    hidden = len(rows) - told
    beside = f"; of {hidden} more nothing may be told" if hidden else ""
    period = last_months(feedback.MONTHS, today).label
    st.caption(f"{period}. n = {whole.n} answers on {told} {'session' if told == 1 else 'sessions'}{beside}.")


def _course(rows: pd.DataFrame) -> str:
    means = ["nothing may be told" if pd.isna(mean) else f"{mean:.1f}" for mean in rows["mean"]]
    return "; ".join(f"{words.day(day)}: {mean}" for day, mean in zip(rows["day"], means, strict=True))


def _sessions(rows: pd.DataFrame) -> None:
    """The latest first."""
    st.subheader("By session", anchor=False)
    for _, row in page_of(rows.iloc[::-1], "feedback").iterrows():
        with st.container(border=True, gap="xsmall"):
            link("session", row["title"], strong=True, id=row["session_id"])
            if row["hidden"]:
                st.caption(f"{words.day(row['day'])} · {REASONS[Reason(row['hidden'])]}")
            else:
                st.caption(f"{words.day(row['day'])} · {row['mean']:.1f} of 5 · n = {row['n']}")


def _comments(found: Detail) -> None:
    said = load(comments, community_id=found.id)
    st.subheader("What people wrote", anchor=False)
    told = pd.DataFrame({"text": list(said.told)})
    for _, row in page_of(told, "comments").iterrows():
        with st.container(border=True):
            st.text(row["text"])
    if said.told:
        st.caption("In random order; nothing says on which session they were made.")
    if not said.told or said.some_wait:
        more = "more " if said.told else ""
        st.caption(
            f"Too few {more}comments yet. They are collected over all sessions and told together from {LEAST_COMMENTS} on."
        )
