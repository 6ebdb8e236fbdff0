"""Answering a survey: the questions, a look over them, the sending; the mode and the promise stand on each."""

import streamlit as st

from cop.errors import Invalid
from cop.permissions import Actor
from cop.surveys import form_queries
from cop.surveys.forms import Form, arranged, in_minutes, unanswered
from cop.ui import run
from cop.ui.format import day
from cop.ui.layout import go, link
from cop.ui.load import load
from cop.ui.text import plain
from cop.ui.widgets import (
    answer_code,
    answer_draft,
    answer_head,
    answer_questions,
    answer_review,
    answer_sent,
    answer_state,
    notice,
)
from cop.ui.widgets.answer_state import Answering, Step


def page(actor: Actor, survey_id: int) -> None:
    """The survey of the address, as far as the actor is with it."""
    notice.show()
    state = answer_state.begun(actor, survey_id)
    form = (state and state.form) or _read(actor, survey_id)
    if state is None:
        state = answer_state.begin(actor, survey_id, given=load(form_queries.prefilled, survey_id=survey_id))
    answer_head.show(form)
    if state.step is Step.SENT:
        answer_draft.drop(actor, form)
        answer_sent.show(form, state)
    elif form.done and not form.named and not state.code:
        answer_draft.drop(actor, form)
        _done(form, state)
    elif state.step is Step.REVIEW:
        answer_review.show(form, state)
        answer_draft.keep(actor, form, state)
    else:
        _questions(actor, form, state)


def _read(actor: Actor, survey_id: int) -> Form:
    try:
        return load(form_queries.form, survey_id=survey_id, today=run.current().today)
    except Invalid:  # its time is over, and so is that of a draft
        answer_draft.drop_by_id(actor, survey_id)
        link("surveys", "My surveys", icon=":material/arrow_back:")
        raise


def _done(form: Form, state: Answering) -> None:
    """Somebody who has answered without their name: only the code leads to the answer."""
    if "" in state.errors:
        st.info(plain(state.errors[""]), icon=":material/info:")
    else:
        st.info(f"You have answered this survey. Until {day(form.closes_on)} its receipt code leads to your answer.")
    answer_code.field()
    link("surveys", "My surveys", icon=":material/arrow_back:")


def _questions(actor: Actor, form: Form, state: Answering) -> None:
    found = arranged(form, state.values, state.also)
    _begun(form, state, len(found.shown))
    answer_questions.show(found, state)
    answer_draft.discard(state)
    answer_draft.keep(actor, form, state)
    left = len(unanswered(found.shown, state.values))
    done = len(found.shown) - left
    with st.bottom, st.container(horizontal=True, wrap=False, vertical_alignment="center"):
        st.progress(done / max(1, len(found.shown)), text=f"{done} of {len(found.shown)}")
        st.button(
            "Review and send",
            key="answer_review",
            type="secondary" if left else "primary",
            on_click=_go,
            args=(state, Step.REVIEW),
            disabled=not state.values,
        )


def _begun(form: Form, state: Answering, questions: int) -> None:
    if "" in state.errors:
        st.error(plain(state.errors[""]), icon=":material/error:")
    answer_draft.told(state)
    if state.code:
        st.info("This is the answer that the receipt code leads to.", icon=":material/key:")
        if st.button("Leave it as it was", key="answer_leave", type="tertiary", icon=":material/arrow_back:"):
            state.forget()
            go("surveys")
    elif form.named and form.done:
        st.info(f"You have answered. You can change it until {day(form.closes_on)}.", icon=":material/edit:")
    elif form.named and state.given and not state.draft:
        st.info("What your profile says is chosen already. Change what isn't right any more.")
    number = "1 question" if questions == 1 else f"{questions} questions"
    hint = " With a keyboard, digits choose a step and lead on." if answer_draft.takes_digits(form) else ""
    st.text(f"{number}, about {in_minutes(questions)}.{hint}")


def _go(state: Answering, step: Step) -> None:
    state.step = step
