"""Which skills a community serves: told to everybody, chosen by those who carry it."""

import streamlit as st

from cop.catalog.queries import Detail
from cop.errors import Conflict
from cop.skills import queries
from cop.skills.operations import set_community_skills
from cop.ui.format import distinct
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.widgets import notice


def told(found: Detail) -> None:
    """The skills in a line; nothing where none was chosen."""
    names = load(queries.community_skills, community_id=found.id).values()
    if names:
        st.text(f"Serves these skills: {', '.join(names)}")


def manage(found: Detail) -> None:
    """Choose them."""
    skills = distinct(load(queries.offered))
    if not skills:
        st.text("There are no skills to choose from yet. The programme office adds them.")
        return
    form, kept = Form(f"community_skills:{found.id}"), f"_served:{found.id}"
    if form.key("skill_ids") not in st.session_state:  # what the form starts with, whatever others save meanwhile
        st.session_state[kept] = tuple(load(queries.community_skills, community_id=found.id))
    served: tuple[int, ...] = st.session_state[kept]
    with st.form(f"community_skills_form:{found.id}"):
        chosen = st.multiselect(
            "Skills that this community serves",
            list(skills),
            [key for key in served if key in skills],
            format_func=lambda key: skills.get(key, str(key)),
            key=form.key("skill_ids"),
            help="Whoever lacks one of them, or wants to learn it, finds this community in their profile.",
        )
        form.slot("skill_ids")
        pressed = st.form_submit_button("Save", type="primary", key=form.key("submit"))
    if pressed:
        try:
            done = form.perform(set_community_skills, community_id=found.id, seen_ids=served, skill_ids=tuple(chosen))
        except Conflict as conflict:
            st.session_state[kept] = tuple(conflict.current["skill_ids"])
            names = ", ".join(skills.get(key, str(key)) for key in conflict.current["skill_ids"]) or "none"
            form.fail({"": f"{conflict} Chosen by now: {names}. Save again to replace that with yours."})
            return
        if done:
            st.session_state[kept] = tuple(chosen)
            notice.say("Saved.")
            st.rerun()
