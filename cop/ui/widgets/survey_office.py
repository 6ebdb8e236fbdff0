"""Where the office's screen of surveys leads by its address: one wave, one template, or the lists of both."""

import streamlit as st

from cop.ui.address import address_id
from cop.ui.live import watch
from cop.ui.widgets import survey_new, survey_template, survey_templates, survey_wave, survey_waves


def page() -> None:
    """`?wave=…` (a number, or "new" with `of`, a template), `?template=…` (a number, or "new"), else the lists."""
    wave, template = st.query_params.get("wave", ""), st.query_params.get("template", "")
    if wave == "new":
        survey_new.page(address_id(st.query_params.get("of", "")))
    elif wave:
        survey_wave.page(address_id(wave))
    elif template:
        survey_template.page(template)
    else:
        _lists()
    watch("surveys", "skills", "organisation")


def _lists() -> None:
    waves, templates = st.tabs(["Surveys", "Templates"], key="tab", bind="query-params", on_change="rerun")
    if waves.open:
        with waves:
            survey_waves.tab()
    if templates.open:
        with templates:
            survey_templates.tab()
