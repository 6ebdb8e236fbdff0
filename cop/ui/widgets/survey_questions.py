"""The questions of a template or a wave: added, changed, moved, taken out; several skills at once.

They stand outside a form, so that questions come, go and change places without losing what was typed beside them.
"""

from dataclasses import replace
from typing import Any

import streamlit as st

from cop.choices import QuestionType
from cop.skills import queries as skill_queries
from cop.surveys.answers import AGREEMENT
from cop.surveys.dimensions import INTERACTION, LEARNING, ROTI, SAFETY
from cop.surveys.typed import TypedQuestion, TypedQuestions
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets import kept, survey_skills
from cop.ui.widgets.survey_words import TYPES, heading

_TYPES = [type_ for type_ in TYPES if type_ != QuestionType.LEVEL]
_DIMENSIONS = (INTERACTION, LEARNING, SAFETY, ROTI)
_FIELDS = ("type", "text", "help", "lines", "own_words", "reversed", "dimension")
_LONG = 500


def gather(form: str, questions: TypedQuestions) -> None:
    """Take over what the fields say in the form of this name; call it before anything is drawn."""
    for key, row in questions.rows.items():
        kept.gather(form, row, _FIELDS, prefix=f"{key}:")
        for step, _word in enumerate(row.words):
            name = f"{form}:{key}:word_{step}"
            if name in st.session_state:
                row.words[step] = st.session_state[name]


def edit(form: Form, questions: TypedQuestions, *, skills: bool) -> None:
    """The editor, with the choice of skills unfolded or not; what fails of a question stands below it, by "questions.<place>"."""
    names = load(skill_queries.offered)
    survey_skills.panel(form, questions, names, expanded=skills)
    form.slot("questions")
    if not questions.rows:
        st.info("No question yet: choose skills above, or add a question.", icon=":material/quiz:")
    for place, (key, row) in enumerate(questions.rows.items(), 1):
        shown = replace(row.as_input(), text=row.text or names.get(row.skill_id or 0, ""))
        with _box(form, key, place, heading(shown)):
            if key in _opened(form):
                _one(form, questions, key)
        form.slot(f"questions.{place}")
    st.button(
        "Add a question", key=form.key("add"), icon=":material/add:", on_click=_add, args=(form, questions)
    )  # fmt: skip


def open_faulty(form: Form, questions: TypedQuestions) -> None:
    """After a refusal: from the next run on the questions with problems are open."""
    faulty = {key for place, key in enumerate(questions.rows, 1) if f"questions.{place}" in form.failed}
    _opened(form).update(dict.fromkeys(faulty - _opened(form).keys()))


def _opened(form: Form) -> dict[int, str | None]:
    """The questions whose boxes are open, with what stood on them then.

    To Streamlit a box with another label is another one: it would close, and take the focus away, while one types.
    """
    return st.session_state.setdefault(form.key("opened"), {})  # type: ignore[no-any-return]


def _box(form: Form, key: int, place: int, label: str) -> Any:
    opened = _opened(form)
    if key in opened:
        label = opened[key] = opened[key] or label
    return st.expander(
        f"{place}. {label}",
        expanded=key in opened,
        key=form.key(f"{key}:box"),
        on_change=_fold_or_unfold,
        args=(form, key),
    )


def _fold_or_unfold(form: Form, key: int) -> None:
    opened = _opened(form)
    if st.session_state[form.key(f"{key}:box")]:
        opened[key] = None
    else:
        opened.pop(key, None)


def _one(form: Form, questions: TypedQuestions, key: int) -> None:
    row = questions.rows[key]
    if row.type == QuestionType.LEVEL:
        st.caption("Asked in five levels, from none to expert, with what each level of the skill means.")
    else:
        _asked(form, key, row)
    st.text_input("Help (optional)", key=kept.seed(form, f"{key}:help", row.help), max_chars=_LONG)
    _buttons(form, questions, key)


def _asked(form: Form, key: int, row: TypedQuestion) -> None:
    left, right = st.columns([3, 2])
    with left:
        st.text_input("Question", key=kept.seed(form, f"{key}:text", row.text), max_chars=_LONG)
    with right:
        st.selectbox("Answered", _TYPES, format_func=TYPES.__getitem__, key=kept.seed(form, f"{key}:type", row.type))
    if row.type == QuestionType.LIKERT:
        _agreement(form, key, row)
    elif row.type in {QuestionType.SINGLE, QuestionType.MULTIPLE}:
        st.text_area("Options, one a line", key=kept.seed(form, f"{key}:lines", row.lines), height=120)


def _agreement(form: Form, key: int, row: TypedQuestion) -> None:
    options = list(dict.fromkeys((*_DIMENSIONS, *([row.dimension] if row.dimension else []))))
    st.selectbox(
        "Measures (optional)",
        options,
        index=None,
        key=kept.seed(form, f"{key}:dimension", row.dimension),
        accept_new_options=True,
        placeholder="Choose, or type a name of your own",
        help="Questions that measure the same are added up in the results.",
    )
    with st.container(horizontal=True):
        st.checkbox(
            "Reversed",
            key=kept.seed(form, f"{key}:reversed", row.reversed),
            help="Agreeing is the worse answer: results turn it round.",
        )
        st.checkbox("Own words for the five steps", key=kept.seed(form, f"{key}:own_words", row.own_words))
    if row.own_words:
        for step, word in enumerate(row.words):
            end = " (the least)" if step == 0 else " (the most)" if step == len(row.words) - 1 else ""
            st.text_input(
                f"Step {step + 1}{end}",
                key=kept.seed(form, f"{key}:word_{step}", word),
                max_chars=200,
                placeholder=AGREEMENT[step],
            )


def _buttons(form: Form, questions: TypedQuestions, key: int) -> None:
    order = list(questions.rows)
    with st.container(horizontal=True):
        for name, icon, by, off in (
            ("Up", "arrow_upward", -1, key == order[0]),
            ("Down", "arrow_downward", 1, key == order[-1]),
        ):
            st.button(
                name,
                key=form.key(f"{key}:{name.lower()}"),
                icon=f":material/{icon}:",
                disabled=off,
                on_click=_move,
                args=(form, questions, key, by),
            )
        st.button(
            "Take out",
            key=form.key(f"{key}:out"),
            icon=":material/remove:",
            on_click=_take_out,
            args=(form, questions, key),
        )


def _add(form: Form, questions: TypedQuestions) -> None:
    form.reset()
    _opened(form)[questions.add(TypedQuestion())] = None


def _move(form: Form, questions: TypedQuestions, key: int, by: int) -> None:
    """Problems stand by place, so they are cleared. What was typed is gathered before this run draws."""
    form.reset()
    questions.move(key, by)


def _take_out(form: Form, questions: TypedQuestions, key: int) -> None:
    form.reset()
    del questions.rows[key]
