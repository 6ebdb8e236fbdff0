"""The templates: found, made anew, from an example, or of the skills of an area, a job role or a unit."""

import streamlit as st

from cop.catalog.search import fold
from cop.choices import label
from cop.surveys import queries
from cop.surveys.queries import TemplateRow
from cop.surveys.starters import PULSE, SESSION_FEEDBACK, skill_gap
from cop.ui.layout import link
from cop.ui.load import load
from cop.ui.text import plain
from cop.ui.widgets import survey_skills, survey_template
from cop.ui.widgets.survey_words import counted


def tab() -> None:
    """What there is, and ways to more."""
    found = load(queries.templates)
    _new(found)
    for key, name in survey_template.unsaved().items():
        link("survey-office", f"Not saved yet: {name}", icon=":material/edit:", template=key)
    if not found:
        st.info("There are no templates yet. Start from an example above, or from nothing.", icon=":material/quiz:")
        return
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        text = st.text_input("Search", key="q", type="search", live=True, max_chars=200, bind="query-params")
    with right:
        archived = st.toggle("Include archived", key="archived", bind="query-params")
    shown = [row for row in found if (archived or not row.archived) and _fits(row, text or "")]
    if not shown:
        st.info("No template fits what you are looking for.", icon=":material/search_off:")
    for row in shown:
        _one(row)


def _fits(row: TemplateRow, text: str) -> bool:
    return all(word in fold(row.name) for word in fold(text).split())


def _one(row: TemplateRow) -> None:
    with st.container(border=True, gap="xsmall", key=f"template_{row.id}"):
        link("survey-office", row.name, strong=True, template=row.id)
        archived = " :gray-badge[Archived]" if row.archived else ""
        st.markdown(f":gray-badge[{label(row.kind)}]{archived} {counted(row.questions, 'question')}")


def _new(found: tuple[TemplateRow, ...]) -> None:
    """Examples are offered of kinds of which there is no template yet."""
    kinds = {row.kind for row in found}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button("New template", key="template_new", icon=":material/add:"):
            survey_template.begin(survey_template.EMPTY)
        _of_skills()
        for starter in (PULSE, SESSION_FEEDBACK):
            if starter.kind not in kinds and st.button(
                f"Start from an example: {label(starter.kind).lower()}",
                key=f"template_{starter.kind}",
                icon=":material/auto_awesome:",
                help=plain(f"{starter.purpose} You can change everything before you save it."),
            ):
                survey_template.begin(starter)


def _of_skills() -> None:
    with st.popover("Skill gap: from a job role, area or unit", icon=":material/school:", key="template_skills"):
        found = survey_skills.sources()
        source = st.selectbox(
            "Ask for the skills of",
            list(found),
            index=None,
            format_func=lambda key: found.get(key, str(key)),
            key="template_source",
            placeholder="An area, a job role, a unit",
        )
        skills = survey_skills.skills_of(source) if source in found else []
        if source in found and not skills:
            st.caption("No skill belongs there. Skills get their area, and who requires them, under Skills.")
        word = f"Build it of {counted(len(skills), 'skill')}" if skills else "Build it"
        if st.button(word, type="primary", key="template_build", disabled=not skills) and source in found:
            survey_template.begin(skill_gap(found[source].partition(": ")[2], skills))
