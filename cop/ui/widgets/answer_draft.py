"""The draft of an answer, in the browser: a reload loses nothing, and no server keeps what wasn't sent.

The component also keeps what is being typed, and leads to the next question after a tap or a digit. What it does in the
browser stands in `assets/answer.js`.
"""

from typing import Any

import streamlit as st

from cop.choices import QuestionType
from cop.permissions import Actor
from cop.settings import ROOT, settings
from cop.surveys.answers import Asked
from cop.surveys.drafts import draft_key, taken
from cop.surveys.forms import Form
from cop.ui.widgets.answer_questions import question_key
from cop.ui.widgets.answer_state import Answering

_KEY = "answer_draft"
_JS = (ROOT / "cop" / "ui" / "assets" / "answer.js").read_text("utf-8")
_CSS = "p { margin: 0; font: .875rem var(--st-font); color: var(--st-text-color); opacity: .75; }"
_FIRST: dict[str, int] = {QuestionType.LEVEL: 0, QuestionType.LIKERT: 1}
"""The digit that chooses the first step: levels are counted from 0."""
_draft = st.components.v2.component("cop_answer", html='<p role="status"></p>', css=_CSS, js=_JS)


def keep(actor: Actor, form: Form, state: Answering) -> None:
    """Keep what was said so far; an answer that was opened by its code is kept by that alone."""
    answered = [question.id for question in form.questions if question.id in state.values]
    data = {
        "key": "" if state.code else draft_key(actor.person_id, form.id, settings().data_dir),
        "values": {str(key): value for key, value in state.draft.items()},
        "read": state.read,
        "gone": False,
        "step": state.step.value,
        "answered": [question_key(key) for key in answered],
        "keys": {question_key(item.id): _FIRST[item.type] for item in form.questions if item.type in _FIRST},
        "texts": {question_key(item.id): str(item.id) for item in form.questions if item.type == QuestionType.TEXT},
    }
    _draft(key=_KEY, data=data, on_found_change=lambda: bring_back(form, state, st.session_state[_KEY].get("found")))


def takes_digits(form: Form) -> bool:
    """Whether a question of the form can be answered by a digit."""
    return any(question.type in _FIRST for question in form.questions)


def drop(actor: Actor, form: Form) -> None:
    """Take the draft out of the browser: it was sent."""
    drop_by_id(actor, form.id)


def drop_by_id(actor: Actor, survey_id: int) -> None:
    """Take the draft of a survey out of the browser."""
    key = draft_key(actor.person_id, survey_id, settings().data_dir)
    _draft(key=_KEY, data={"key": key, "gone": True, "step": "sent"})


def bring_back(form: Form, state: Answering, kept: Any) -> None:
    """Go on with what a browser kept; what was said in this tab meanwhile counts more."""
    asked = [Asked(item.id, QuestionType(item.type), item.options) for item in form.questions]
    found = taken(asked, kept)
    state.restored = len(found.keys() - state.draft.keys())
    state.draft = found | state.draft
    state.read = True


def told(state: Answering) -> None:
    """Say that a draft came back, with the way to be rid of it."""
    if state.restored:
        count = "1 answer" if state.restored == 1 else f"{state.restored} answers"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"This browser had kept {count} of yours.")
            _way_out("answer_restored", state)


def discard(state: Answering) -> None:
    """The way to be rid of what was said since; below the questions, so that it moves none of them."""
    if state.draft:
        _way_out("answer_discard", state)


def _way_out(key: str, state: Answering) -> None:
    box = st.popover("Discard", key=key, type="tertiary", icon=":material/delete:", on_change="rerun")
    if box.open:
        with box:
            st.text("All that you answered here and didn't send is gone then, also from this browser.")
            st.button("Discard my draft", key=f"{key}_sure", on_click=_discard, args=(state,))


def _discard(state: Answering) -> None:
    state.draft, state.restored, state.read = {}, 0, True
    state.also.clear()
