"""A look over one's answers before they are sent, and the sending: once, however often the button is pressed."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from cop.errors import CopError, Invalid
from cop.permissions import Permission, require
from cop.surveys import answering
from cop.surveys.answer_operations import answer_named
from cop.surveys.forms import Form, arranged, in_words, unanswered
from cop.ui.perform import perform, unexpected
from cop.ui.text import plain
from cop.ui.widgets import answer_state
from cop.ui.widgets.answer_state import Answering, Step


def show(form: Form, state: Answering) -> None:
    """What is said and what isn't, back to it, and on."""
    values = state.values
    shown = arranged(form, values, state.also).shown
    missing = unanswered(shown, values)
    known = len(shown) - len(missing)
    st.subheader("Before you send", anchor=False)
    if "" in state.errors:
        st.error(plain(state.errors[""]), icon=":material/error:")
    unknown = sum(values.get(question.id, ...) is None for question in shown)
    beside = f', {unknown} of them with "don\'t know"' if unknown else ""
    st.text(f"You answered {known} of {len(shown)} questions{beside}.")
    if missing:
        st.markdown("**Not answered, which is the same as not knowing**")
        st.text(" · ".join(question.text for question in missing))
    with st.expander("Your answers", key="answer_overview"):
        for question in shown:
            if question not in missing:
                with st.container(gap=None):
                    st.markdown(f"**{plain(question.text)}**")
                    st.text(in_words(question, values[question.id]))
    with st.bottom, st.container(horizontal=True):
        word = "Save" if state.code or (form.named and form.done) else "Send"
        st.button(word, key="answer_send", type="primary", on_click=_send, args=(form, state))
        st.button("Back to the questions", key="answer_back", on_click=_back, args=(state,))


def _back(state: Answering) -> None:
    state.step = Step.ANSWER


def _send(form: Form, state: Answering) -> None:
    """Send it; a button's callback, since a second press can't cut that short, and finds it sent."""
    if state.step is Step.SENT:
        return
    asked = {question.id for question in form.questions}
    values = {key: value for key, value in state.values.items() if key in asked}
    state.errors = {}
    try:
        state.receipt = _written(form, state, values) or ""
    except Invalid as invalid:
        state.errors = invalid.errors
        if set(invalid.errors) != {""}:  # it stands beside its question
            state.step = Step.ANSWER
        return
    except CopError as error:
        state.errors = {"": str(error)}
        return
    except Exception:  # noqa: BLE001 - logged with an id, told as that id
        state.errors = {"": unexpected(_operation(form, state))}
        return
    state.form, state.step = form, Step.SENT


def _written(form: Form, state: Answering, values: Mapping[int, Any]) -> str | None:
    if form.named:
        return perform(answer_named, survey_id=form.id, values=values)  # type: ignore[no-any-return]
    actor, today = answer_state.here()
    if state.code:
        require(actor, Permission.SURVEY_ANSWER)  # whoever holds the code, as long as they are signed in
        answering.change_answer(state.code, values=values, today=today)
        return None
    return answering.answer(actor, survey_id=form.id, values=values, today=today)


def _operation(form: Form, state: Answering) -> Callable[..., Any]:
    if form.named:
        return answer_named
    return answering.change_answer if state.code else answering.answer
