"""The questions of a survey, one below the other; each answer goes into the answer in the making."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from cop.choices import QuestionType
from cop.skills.levels import DONT_KNOW, in_words
from cop.surveys.answers import LONGEST_COMMENT
from cop.surveys.forms import Arrangement, FormQuestion
from cop.ui.format import distinct
from cop.ui.text import plain
from cop.ui.widgets import skill_catalog
from cop.ui.widgets.answer_state import Answering

_DONT_KNOW = -1
_NONE_OF_THESE = -2
_LONGEST_PILL = 40
"""Characters; longer words stand below each other."""
_WARNING = (
    "Write nothing by which you or others can be recognised: no names, teams or projects. Comments are told word for "
    "word, in random order, once there are ten."
)


def show(found: Arrangement, state: Answering) -> None:
    """Draw all that are shown, and the search for other skills."""
    for section in found.sections:
        if section.title:
            st.subheader(section.title, anchor=False)
        for question in section.questions:
            _one(question, state)
    if found.others:
        _more(found.others, state)


def _one(question: FormQuestion, state: Answering) -> None:
    with st.container(border=True, gap="xsmall", key=question_key(question.id)):
        wanted = f" · {in_words(question.required)} required" if question.required is not None else ""
        st.markdown(f"**{plain(question.text)}**{wanted}")
        if question.help:
            st.text(question.help)
        if question.type == QuestionType.TEXT:
            _text(question, state)
        elif question.type == QuestionType.MULTIPLE:
            _several(question, state)
        else:
            _choice(question, state)
        if question.type == QuestionType.LEVEL:
            _levels(question, state)
        if str(question.id) in state.errors:
            st.error(plain(state.errors[str(question.id)]), icon=":material/error:")


def question_key(question_id: int) -> str:
    """The key of a question's box."""
    return f"question-{question_id}"


def field_key(question_id: int, part: object = "answer") -> str:
    """The key of a question's field."""
    return f"question-{question_id}-{part}"


def _choice(question: FormQuestion, state: Answering) -> None:
    words = dict(enumerate(question.choices)) | {_DONT_KNOW: DONT_KNOW}
    value = state.values.get(question.id, ...)
    _put(question, _DONT_KNOW if value is None else None if value is ... else value)
    common: dict[str, Any] = {
        "key": field_key(question.id),
        "format_func": lambda place: plain(words[place]),
        "on_change": _chosen,
        "args": (state, question.id),
        "label_visibility": "collapsed",
    }
    if max(map(len, words.values())) > _LONGEST_PILL:
        st.radio(plain(question.text), list(words), index=None, **common)
    else:
        st.pills(plain(question.text), list(words), required=True, **common)


def _levels(question: FormQuestion, state: Answering) -> None:
    """What the chosen level means; all of them on demand."""
    level = state.values.get(question.id)
    if level is not None and question.levels[level]:
        st.text(question.levels[level])
    if not any(question.levels) and not question.description:
        return
    box = st.expander("What the levels mean", key=field_key(question.id, "levels"), on_change="rerun", type="compact")
    if box.open:
        with box:
            if question.description:
                st.text(question.description)
            skill_catalog.level_texts(question.levels)


def _several(question: FormQuestion, state: Answering) -> None:
    value = state.values.get(question.id, ...)
    with st.container(gap="xsmall"):
        for place, word in enumerate(question.choices):
            _put(question, isinstance(value, list) and place in value, place)
            st.checkbox(
                plain(word), key=field_key(question.id, place), on_change=_ticked, args=(state, question, place)
            )
    beside = {_NONE_OF_THESE: "None of these", _DONT_KNOW: DONT_KNOW}
    _put(question, _NONE_OF_THESE if value == [] else _DONT_KNOW if value is None else None)
    st.pills(
        f"None of the options of {plain(question.text)}",
        list(beside),
        key=field_key(question.id),
        format_func=lambda place: beside[place],
        on_change=_beside,
        args=(state, question.id),
        label_visibility="collapsed",
    )


def _text(question: FormQuestion, state: Answering) -> None:
    _put(question, state.values.get(question.id) or "")
    st.caption(_WARNING)
    st.text_area(
        plain(question.text),
        key=field_key(question.id),
        max_chars=LONGEST_COMMENT,
        on_change=_written,
        args=(state, question.id),
        label_visibility="collapsed",
    )


def _put(question: FormQuestion, value: Any, part: object = "answer") -> None:
    """Show what was said; a field that says so already is left alone, since somebody may be typing in it."""
    key = field_key(question.id, part)
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def _chosen(state: Answering, question_id: int) -> None:
    place = st.session_state[field_key(question_id)]
    _say(state, question_id, None if place == _DONT_KNOW else place)


def _ticked(state: Answering, question: FormQuestion, place: int) -> None:
    ticked = set(state.values.get(question.id) or ())
    ticked ^= {place}
    if ticked:
        _say(state, question.id, sorted(ticked))
    else:
        _unsay(state, question.id)


def _beside(state: Answering, question_id: int) -> None:
    place = st.session_state[field_key(question_id)]
    if place is None:
        _unsay(state, question_id)
    else:
        _say(state, question_id, [] if place == _NONE_OF_THESE else None)


def _written(state: Answering, question_id: int) -> None:
    _say(state, question_id, st.session_state[field_key(question_id)] or "")


def _say(state: Answering, question_id: int, value: Any) -> None:
    state.draft[question_id] = value
    state.errors.pop(str(question_id), None)


def _unsay(state: Answering, question_id: int) -> None:
    """Back to no answer at all."""
    state.draft.pop(question_id, None)
    state.given = {key: value for key, value in state.given.items() if key != question_id}


def _more(others: Sequence[FormQuestion], state: Answering) -> None:
    """Skills that neither job role nor unit asks for."""
    names = distinct({question.id: question.text for question in others})
    with st.container(border=True):
        st.markdown("**Other skills**")
        count = "1 more skill is" if len(others) == 1 else f"{len(others)} more skills are"
        st.caption(f"{count} asked for. Add those that you can say something of.")
        st.selectbox(
            "Add a skill",
            list(names),
            index=None,
            format_func=lambda key: names.get(key, str(key)),
            key="answer_more",
            placeholder="Search skills",
            on_change=_add,
            args=(state,),
        )
        ids = [question.id for question in others]
        st.button("Show all", key="answer_all", type="tertiary", on_click=state.also.extend, args=(ids,))


def _add(state: Answering) -> None:
    if st.session_state["answer_more"] is not None:
        state.also.append(st.session_state["answer_more"])
    st.session_state["answer_more"] = None
