"""Which skills are asked for: several at once, also all of an area, a job role or a unit."""

import streamlit as st

from cop.catalog.queries import areas, units
from cop.skills import queries
from cop.surveys.typed import TypedQuestions
from cop.ui.format import distinct
from cop.ui.load import load
from cop.ui.perform import Form

Source = tuple[str, int]
"""Where skills come from: an area, a job role or a unit, by its id."""


def sources() -> dict[Source, str]:
    """What skills can be taken from, in words."""
    return {
        **{("area", key): f"Area: {name}" for key, name in load(areas).items()},
        **{("role", key): f"Job role: {name}" for key, name in load(queries.job_roles).items()},
        **{("unit", unit.id): f"Unit: {unit.path}" for unit in load(units)},
    }


def skills_of(source: Source) -> list[int]:
    """The open skills of an area, those that a job role requires, or those that a unit needs; by name."""
    kind, key = source
    if kind == "area":
        rows = load(queries.skills)
        wanted = set(rows.loc[rows["area_id"] == key, "id"].astype(int))
    elif kind == "role":
        wanted = {skill for skill, _role in load(queries.role_levels, job_role_ids=(key,))}
    else:
        wanted = set(load(queries.unit_needs, org_unit_id=key))
    return [skill for skill in load(queries.offered) if skill in wanted]


def panel(form: Form, questions: TypedQuestions, names: dict[int, str], *, expanded: bool) -> None:
    """The skills that are asked for, to be changed at once."""
    asked = questions.skills
    labels = distinct(
        names | {key: f"{questions.rows[row].text} (archived)" for key, row in asked.items() if key not in names}
    )
    chosen = form.key("skills")
    st.session_state[chosen] = list(asked)
    told = f"{len(asked)} asked for" if asked else "none asked for"
    with st.expander(f"Skills: {told}", expanded=expanded, icon=":material/school:", key=form.key("skills_box")):
        st.multiselect(
            "Skills that are asked for",
            list(labels),
            format_func=lambda key: labels.get(key, str(key)),
            key=chosen,
            placeholder="Choose skills, or add all of an area, a job role or a unit below",
            on_change=_change,
            args=(form, questions),
        )
        found = sources()
        st.selectbox(
            "Add all skills of",
            list(found),
            index=None,
            format_func=lambda key: found.get(key, str(key)),
            key=form.key("skills_of"),
            placeholder="An area, a job role, a unit",
            on_change=_add_all,
            args=(form, questions),
        )
        if form.key("skills_added") in st.session_state:
            st.caption(st.session_state[form.key("skills_added")])


def _change(form: Form, questions: TypedQuestions) -> None:
    """Take out what isn't chosen any more, add what is new; the others keep their place and their help."""
    form.reset()
    wanted: list[int] = st.session_state[form.key("skills")]
    questions.keep_skills(wanted)
    questions.ask_for(wanted)


def _add_all(form: Form, questions: TypedQuestions) -> None:
    source: Source | None = st.session_state[form.key("skills_of")]
    if source is None:
        return
    form.reset()
    found = skills_of(source)
    added = questions.ask_for(found)
    st.session_state[form.key("skills_of")] = None
    st.session_state[form.key("skills_added")] = (
        f"{added} of {len(found)} skills added."
        if added
        else "All are there already."
        if found
        else "It has no skills."
    )
