"""A draft's plan and a wave's questions, changed; what was typed stays until it is saved or discarded."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import streamlit as st

from cop.choices import SurveyKind
from cop.errors import Conflict
from cop.surveys import wave_operations as operations
from cop.surveys.inputs import Audience, QuestionInput
from cop.surveys.queries import WaveDetail
from cop.surveys.typed import TypedQuestions
from cop.ui.perform import Form
from cop.ui.widgets import conflict, kept, notice, survey_plan, survey_questions
from cop.ui.widgets.survey_plan import Plan
from cop.ui.widgets.survey_words import told

_DRAFTS = "_survey_waves"
_GONE = Audience((-1,))
"""For an audience of which nothing is there any more: it must be chosen anew."""
_rounds = count(1)


@dataclass
class _Plan:
    """A plan in the making, and the wave that it was made of."""

    base: WaveDetail
    plan: Plan

    @property
    def form(self) -> str:
        return f"plan_survey:{self.plan.round}"

    @property
    def is_changed(self) -> bool:
        return self.plan != _plan_of(self.base)


@dataclass
class _Asked:
    """Questions in the making, and the wave that they were made of."""

    base: WaveDetail
    questions: TypedQuestions
    round: int = field(default_factory=lambda: next(_rounds))

    @property
    def form(self) -> str:
        return f"questions_survey:{self.round}"

    @property
    def is_changed(self) -> bool:
        return self.questions.said != self.base.questions


def gather(found: WaveDetail) -> None:
    """Take over what the fields say, before anything is drawn."""
    plan, asked = _planned(found), _asked(found)
    kept.gather(plan.form, plan.plan, survey_plan.FIELDS)
    survey_questions.gather(asked.form, asked.questions)


def is_changed(found: WaveDetail) -> bool:
    """Whether something isn't saved yet."""
    return _planned(found).is_changed or _asked(found).is_changed


def forget(survey_id: int) -> None:
    """Drop what isn't saved."""
    for kind in ("plan", "questions"):
        _drafts().pop((kind, survey_id), None)


def _drafts() -> dict[tuple[str, int], Any]:
    return st.session_state.setdefault(_DRAFTS, {})  # type: ignore[no-any-return]


def _planned(found: WaveDetail) -> _Plan:
    """The plan as it is being changed; an untouched one follows what others save."""
    draft: _Plan | None = _drafts().get(("plan", found.id))
    if draft is None or (draft.base != found and not draft.is_changed):
        draft = _drafts()["plan", found.id] = _Plan(found, _plan_of(found))
    return draft


def _asked(found: WaveDetail) -> _Asked:
    """The questions as they are being changed; untouched ones follow what others save."""
    draft: _Asked | None = _drafts().get(("questions", found.id))
    if draft is None or (draft.base.questions != found.questions and not draft.is_changed):
        draft = _drafts()["questions", found.id] = _Asked(found, TypedQuestions.of(found.questions))
    return draft


def _plan_of(found: WaveDetail) -> Plan:
    audience = found.audience or _GONE
    return Plan(
        found.name,
        found.purpose,
        found.named,
        list(audience.unit_ids),
        list(audience.job_role_ids),
        list(audience.community_ids),
        found.smallest_group,
        found.closes_on,
    )


def plan(found: WaveDetail) -> None:
    """The plan's form."""
    draft = _planned(found)
    form = Form(draft.form)
    survey_plan.fields(form, draft.plan)
    # Saving questions raises the wave's version, too: what counts is whether the plan is still the one it was made of.
    is_same = _plan_of(draft.base) == _plan_of(found)
    _saving(
        form,
        operations.edit_wave,
        {"survey_id": found.id, "version": (found if is_same else draft.base).version, **draft.plan.values()},
        is_changed=draft.is_changed,
        labels=survey_plan.LABELS,
        words=survey_plan.told,
        drop=lambda: _drafts().pop(("plan", found.id), None),
    )


def questions(found: WaveDetail) -> None:
    """The questions' form."""
    draft = _asked(found)
    form = Form(draft.form)
    st.caption("Changes count for this survey alone; its template stays as it is.")
    survey_questions.edit(form, draft.questions, skills=found.kind == SurveyKind.SKILL_GAP)
    is_same = draft.base.questions == found.questions
    _saving(
        form,
        operations.set_questions,
        {
            "survey_id": found.id,
            "version": (found if is_same else draft.base).version,
            "questions": draft.questions.said,
        },
        is_changed=draft.is_changed,
        labels={"questions": "Questions"},
        words=lambda values: {**values, "questions": _lines(values["questions"])},
        drop=lambda: _drafts().pop(("questions", found.id), None),
        refused=lambda: survey_questions.open_faulty(form, draft.questions),
    )


def _lines(asked: tuple[QuestionInput, ...]) -> str:
    return "\n".join(told(question) for question in asked)


def _saving(
    form: Form,
    operation: Callable[..., Any],
    values: dict[str, Any],
    *,
    is_changed: bool,
    labels: dict[str, str],
    words: Callable[[dict[str, Any]], dict[str, Any]],
    drop: Callable[[], Any],
    refused: Callable[[], None] = lambda: None,
) -> None:
    """Save, discard, or both versions where somebody else was faster."""

    def save(version: int) -> None:
        try:
            done = form.perform(operation, **{**values, "version": version})
        except Conflict as found:
            now = found.with_current(words(found.current))
            conflict.remember(form.key("conflict"), now)
            st.rerun()
        if not done:
            refused()
            st.rerun()
        conflict.forget(form.key("conflict"))
        drop()
        notice.say("Saved.")
        st.rerun()

    with st.container(horizontal=True):
        pressed = st.button("Save", type="primary", key=form.key("submit"), disabled=not is_changed)
        if is_changed:
            with st.popover("Discard changes", icon=":material/undo:", key=form.key("discard")):
                st.write("Forget what isn't saved yet?")
                st.button("Forget it", key=form.key("again"), on_click=drop)
    if pressed:
        save(values["version"])
    conflict.show(form.key("conflict"), labels, words(values), again=save, drop=drop)
