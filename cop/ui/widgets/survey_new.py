"""A new wave, made of a template."""

from datetime import timedelta

import streamlit as st

from cop.choices import SurveyKind
from cop.surveys import queries
from cop.surveys import wave_operations as operations
from cop.surveys.audit import LEAST
from cop.ui import run
from cop.ui.format import distinct
from cop.ui.layout import go, link
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets import kept, notice, survey_plan
from cop.ui.widgets.survey_plan import Plan

_DRAFT = "_survey_new"
_DAYS = 14


def page(of: int) -> None:
    """The form; `of` is the template that it starts with."""
    link("survey-office", "All surveys", icon=":material/arrow_back:", tab="Surveys")
    st.header("New survey", anchor=False)
    found = [row for row in load(queries.templates) if not row.archived and row.kind != SurveyKind.SESSION_FEEDBACK]
    if not found:
        st.info("A survey is made of a template, and there is none yet.", icon=":material/quiz:")
        link("survey-office", "Templates", icon=":material/quiz:", tab="Templates")
        return
    names = distinct({row.id: row.name for row in found})
    plan = st.session_state.setdefault(_DRAFT, _empty())
    name = f"new_survey:{plan.round}"
    kept.gather(name, plan, survey_plan.FIELDS)
    form = Form(name)
    if form.key("template_id") not in st.session_state and of in names:
        _fill(form, plan, of)
    template_id = st.selectbox(
        "Template",
        list(names),
        format_func=lambda key: names.get(key, str(key)),
        index=None,
        key=kept.seed(form, "template_id", of if of in names else None),
        placeholder="Whose questions it asks",
        on_change=_chosen,
        args=(form, plan),
    )
    form.slot("template_id")
    survey_plan.fields(form, plan)
    pressed = st.button(
        "Make it a draft", type="primary", key=form.key("submit"), disabled=template_id is None,
        help="Nobody is asked until you open it.",
    )  # fmt: skip
    if pressed and (done := form.perform(operations.create_wave, template_id=template_id, **plan.values())):
        st.session_state.pop(_DRAFT, None)
        notice.say(f"{plan.name} is a draft. Look at the preview, then open it.")
        go("survey-office", wave=done.value)


def _chosen(form: Form, plan: Plan) -> None:
    """Name and purpose follow the template."""
    template_id: int | None = st.session_state[form.key("template_id")]
    kept.gather(f"new_survey:{plan.round}", plan, survey_plan.FIELDS)
    if template_id is not None:
        _fill(form, plan, template_id)
        for name in ("name", "purpose"):
            st.session_state[form.key(name)] = getattr(plan, name)


def _fill(form: Form, plan: Plan, template_id: int) -> None:
    """Suggest a name and a purpose, where nothing stands but what was suggested before."""
    found = load(queries.template, template_id=template_id)
    before = st.session_state.get(form.key("suggested"), ("", ""))
    now = (f"{found.name[:100]}, {run.current().today:%B %Y}", found.purpose)
    plan.name = now[0] if plan.name in {"", before[0]} else plan.name
    plan.purpose = now[1] if plan.purpose in {"", before[1]} else plan.purpose
    st.session_state[form.key("suggested")] = now


def _empty() -> Plan:
    last_day = run.current().today + timedelta(days=_DAYS)
    return Plan("", "", False, [], [], [], LEAST, last_day)  # noqa: FBT003 - anonymous, unless somebody says otherwise
