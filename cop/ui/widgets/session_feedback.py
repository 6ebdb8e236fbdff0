"""Feedback on one session: asking those who came, until when they are asked, and what came of it."""

from datetime import timedelta

import streamlit as st

from cop.permissions import Actor, Permission, may
from cop.sessions.queries import SessionDetail
from cop.surveys import feedback, feedback_charts
from cop.surveys import queries as surveys
from cop.surveys.audit import LEAST, Reason
from cop.surveys.feedback_operations import ask_for_feedback
from cop.surveys.feedback_queries import Result, SessionFeedback, could_be_asked, session_feedback
from cop.ui import format as words
from cop.ui import layout
from cop.ui import run as runs
from cop.ui.draw import drawn, show_chart
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets import notice

REASONS = {
    Reason.FEW: f"Fewer than {LEAST} answered, so nothing is told: single answers could be guessed.",
    Reason.DIFFERENCE: "Together with other published results it would tell what few people answered, so it is hidden.",
}


def section(actor: Actor, session: SessionDetail) -> None:
    """What came of it; until somebody asked, the way to ask for those who may."""
    found = load(session_feedback, session_id=session.id)
    if found is None and (not _may_ask(actor, session) or _is_offered(session)):
        return
    st.subheader("Feedback", anchor=False)
    if found is None:
        _not_asked(session)
    elif found.is_open:
        _asking(session, found)
    elif found.result is None:
        st.text("Those who came were asked other questions than what it was worth to them.")
        _more(found)
    else:
        drawn(_result, session_feedback, session_id=session.id)
        _more(found)


def offer(actor: Actor, session: SessionDetail) -> None:
    """Right after recording: one tap to ask."""
    unasked = load(session_feedback, session_id=session.id) is None
    if unasked and _may_ask(actor, session) and _is_offered(session):
        _ask(session, _count(session))


def _is_offered(session: SessionDetail) -> bool:
    """Whether the word right after recording holds the button."""
    return bool(st.query_params.get("recorded")) and _count(session) >= LEAST


def _may_ask(actor: Actor, session: SessionDetail) -> bool:
    held = session.status == "held" and not session.archived
    return held and may(actor, Permission.SESSION_RECORD, community_id=session.community_id)


def _count(session: SessionDetail) -> int:
    """How many could be asked; nobody where no list was taken."""
    if session.attendance_kind != "list":
        return 0
    return load(could_be_asked, community_id=session.community_id, session_id=session.id)


def _not_asked(session: SessionDetail) -> None:
    count = _count(session)
    if session.attendance_kind != "list":
        st.caption("Only where a list of who came was taken can they be asked what the session was worth to them.")
    elif count < LEAST:
        st.caption(
            f"At least {LEAST} colleagues must have come to be asked what the session was worth to them; {count} did. "
            "Of fewer nothing could be told."
        )
    else:
        _ask(session, count)


def _ask(session: SessionDetail, count: int) -> None:
    today = runs.current().today
    box = st.popover("Ask those who came for feedback", icon=":material/rate_review:", key="ask_feedback")
    with box:
        form = Form(f"ask_feedback:{session.id}")
        st.write(
            f"{count:,} colleagues who came are asked, without names, what the session was worth to them. You can’t "
            "take it back. The results come once it is over."
        )
        until = st.date_input(
            "Last day to answer",
            today + timedelta(days=feedback.DAYS),
            min_value=today,
            max_value=today + timedelta(days=feedback.MOST_DAYS),
            format="YYYY-MM-DD",
            key=form.key("closes_on"),
        )
        form.slot("closes_on")
        if st.button("Ask them", type="primary", key=form.key("submit"), width="stretch"):
            done = form.perform(ask_for_feedback, session_id=session.id, closes_on=until)
            if done:
                notice.say("They are asked.")
                st.rerun()


def _asking(session: SessionDetail, found: SessionFeedback) -> None:
    st.text(
        f"{found.asked:,} colleagues who came are asked until {words.day(found.closes_on)}, without names. "
        "The results come once it is over."
    )
    waiting = load(surveys.waiting, today=runs.current().today)
    mine = waiting.loc[waiting["id"] == found.survey_id, "done"]
    if not mine.empty and not mine.iloc[0] and layout.opens("answer"):
        layout.link(
            "answer",
            f"Say what {session.title} was worth to you",
            icon=":material/rate_review:",
            survey=found.survey_id,
        )


def _result(found: SessionFeedback) -> None:
    """The figure with what it rests on, and how many chose which step; nothing of it is a widget."""
    result = found.result
    if result is None or result.mean is None:
        st.info(REASONS[Reason(result.hidden)] if result and result.hidden else words.NOT_ENOUGH)
        return
    st.metric("Return on time invested", f"{result.mean:.1f} of 5", help=feedback.DEFINITION)
    st.caption(_basis(found, result))
    rows = feedback_charts.step_rows(result.steps)
    summary = "; ".join(f"{step}: {people} people" for step, people in zip(rows["step"], rows["people"], strict=True))
    show_chart(rows, feedback_charts.steps, summary)
    st.caption(
        "Numbers of people are blurred a little and told as ranges at the ends, so that nobody’s answer can be worked out."
    )


def _basis(found: SessionFeedback, result: Result) -> str:
    rate = "" if result.response_rate is None else f" ({words.percent(result.response_rate)})"
    return (
        f"n = {result.n}; {result.answered} of {found.asked} who were asked answered{rate}. Frozen when it was closed."
    )


def _more(found: SessionFeedback) -> None:
    """All that was asked, where there is a screen for it."""
    if layout.opens("results"):
        layout.link("results", "All questions", icon=":material/bar_chart:", survey=found.survey_id)
