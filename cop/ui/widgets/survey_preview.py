"""Questions as those who are asked see them; nothing here can be answered."""

from collections.abc import Sequence

import streamlit as st

from cop.choices import QuestionType
from cop.skills import queries
from cop.skills.levels import DONT_KNOW, LEVELS
from cop.surveys.answers import AGREEMENT
from cop.surveys.inputs import QuestionInput
from cop.ui.load import load
from cop.ui.text import plain
from cop.ui.widgets import skill_catalog
from cop.ui.widgets.survey_words import counted

_LONGEST_PILL = 40


def show(questions: Sequence[QuestionInput]) -> None:
    """All questions in their order."""
    names = load(queries.offered)
    levels = sum(question.type == QuestionType.LEVEL for question in questions)
    beside = " Of skills, everybody first sees those that their own job role requires." if levels else ""
    st.caption(f'{counted(len(questions), "question")}. "{DONT_KNOW}" is always possible.{beside}')
    for place, question in enumerate(questions, 1):
        with st.container(border=True, gap="xsmall"):
            text = question.text or names.get(question.skill_id or 0, "")
            st.markdown(f"**{place}. {plain(text)}**")
            if question.help:
                st.text(question.help)
            _answers(place, question)
            if question.type == QuestionType.LEVEL:
                _levels(place, question)


def _answers(place: int, question: QuestionInput) -> None:
    key = f"preview:{place}"
    if question.type == QuestionType.TEXT:
        st.text_area("Answer", key=key, disabled=True, label_visibility="collapsed", height=80)
        return
    if question.type == QuestionType.MULTIPLE:
        for number, option in enumerate(question.options):
            st.checkbox(plain(option), key=f"{key}:{number}", disabled=True)
        return
    scale = LEVELS.values() if question.type == QuestionType.LEVEL else AGREEMENT
    words = [*(question.options or scale), DONT_KNOW]
    if max(map(len, words)) > _LONGEST_PILL:
        st.radio("Answer", words, None, format_func=plain, key=key, disabled=True, label_visibility="collapsed")
    else:
        st.pills("Answer", words, format_func=plain, key=key, disabled=True, label_visibility="collapsed")


def _levels(place: int, question: QuestionInput) -> None:
    box = st.expander("What the levels mean", key=f"preview:{place}:levels", on_change="rerun", type="compact")
    if box.open:
        with box:
            found = load(queries.skill, skill_id=question.skill_id)
            if found is not None:
                skill_catalog.level_texts(found.levels)
