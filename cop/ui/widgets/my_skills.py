"""One's own skills, made for a phone: each answer is saved with the tap. Nobody else sees them, but for offers to help."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from cop.errors import CopError
from cop.skills import profile_queries, queries
from cop.skills.inputs import Answer
from cop.skills.levels import DONT_KNOW, LEVELS, in_words
from cop.skills.profile_operations import forget_skills, set_profile, stop_helping
from cop.skills.profile_queries import OwnSkill, Profile
from cop.ui import run
from cop.ui.format import distinct
from cop.ui.layout import link
from cop.ui.load import load
from cop.ui.perform import perform
from cop.ui.text import plain
from cop.ui.widgets import help_pause, skill_catalog
from cop.ui.widgets.membership import join_button

_ERROR = "_profile_error"
_NOTHING = -1
"""The choice of "don't know", which is no level."""
_CHOICES = {_NOTHING: DONT_KNOW} | LEVELS


def page() -> None:
    """Who I am to the catalog, where I stand, what I say of each skill."""
    profile = load(profile_queries.my_profile, also=_chosen())
    _standing(profile)
    failed = st.session_state.get(_ERROR, (None, ""))[0]
    if failed not in {own.id for own in profile.skills}:  # where it is among them, it is told there
        _failed(failed)
    answers, gaps = st.tabs(["What I can", "Gaps and communities"], key="tab", bind="query-params", on_change="rerun")
    if answers.open:
        with answers:
            _answers(profile)
    if gaps.open:  # apart from the answers: what grows above them would move them away under the thumb
        with gaps:
            _gaps([own for own in profile.skills if own.gap])
            _communities(profile)


def _answers(profile: Profile) -> None:
    required = [own for own in profile.skills if own.required is not None]
    needed = [own for own in profile.skills if own.required is None and own.unit_needs]
    others = [own for own in profile.skills if own.required is None and not own.unit_needs]
    _section(f"What your job role requires ({len(required)})", required)
    _section("What your unit needs", needed)
    st.subheader("Other skills", anchor=False)
    for own in others:
        _one(own)
    _more(profile)
    _offers()


def _standing(profile: Profile) -> None:
    st.caption(
        "Only you see what you say here. Where you offer help, colleagues see your name and e-mail address. Skill gaps"
        " shows how many of a unit are at the level it requires, counted over five or more people, without names."
    )
    if profile.job_role:
        beside = f" · {plain(profile.unit)}" if profile.unit else ""
        st.markdown(f"**{plain(profile.job_role)}**{beside}")
    else:
        st.info("Your job role isn't on record, so nothing is required of you. Ask the programme office to add it.")


def _gaps(gaps: Sequence[OwnSkill]) -> None:
    st.subheader("Your gaps", anchor=False)
    if not gaps:
        st.text("None that is known: what your job role requires and what you say of yourself is compared here.")
    offers = load(profile_queries.offers, today=run.current().today)
    for own in sorted(gaps, key=lambda own: -(own.gap or 0)):
        with st.container(gap=None):
            st.markdown(f"**{plain(own.name)}** {_badge(own)}")
            st.caption(f"{in_words(own.level)} now, {in_words(own.required).lower()} required")
            if own.id in offers:
                count = offers[own.id][1]
                people = "1 person offers" if count == 1 else f"{count:,} people offer"
                link("helpers", f"{people} help", icon=":material/handshake:", skill=own.name)


def _badge(own: OwnSkill) -> str:
    if own.required is None or not own.answered:
        return ""
    if own.level is None:
        return ":gray-badge[not known]"
    if not own.gap:
        return ":green-badge[reached]"
    return f":orange-badge[{own.gap} {'level' if own.gap == 1 else 'levels'} to go]"


def _communities(profile: Profile) -> None:
    fits = load(profile_queries.fitting_communities)
    st.subheader("Communities that fit", anchor=False)
    if not fits:
        lacking = any(own.gap or own.wants_to_learn for own in profile.skills)
        told = "None that you aren't in already" if lacking else "Say what you lack or want to learn to find some"
        st.text(f"{told}.")
    for fit in fits:
        with st.container(border=True, gap="xsmall"):
            link("community", fit.name, strong=True, c=fit.slug)
            st.text(fit.reason)
            join_button(fit.id, fit.name)


def _section(title: str, skills: Sequence[OwnSkill]) -> None:
    if skills:
        st.subheader(title, anchor=False)
        for own in skills:
            _one(own)


def _one(own: OwnSkill) -> None:
    """A skill with its level and ticks."""
    failed = st.session_state.get(_ERROR, (None, ""))[0] == own.id
    saved = {
        "level": None if not own.answered else _NOTHING if own.level is None else own.level,
        "learn": own.wants_to_learn,
        "help": own.can_help,
    }
    for name, value in saved.items():
        if not failed:  # what couldn't be saved stays as it was chosen
            st.session_state[_key(own.id, name)] = value
    with st.container(border=True, gap="small"):
        needs = f" · {in_words(own.required)} required" if own.required is not None else ""
        st.markdown(f"**{plain(own.name)}**{needs} {_badge(own)}".strip())
        st.pills(
            f"Your level in {plain(own.name)}",
            list(_CHOICES),
            format_func=lambda number: _CHOICES[number],
            key=_key(own.id, "level"),
            on_change=_answer,
            args=(own.id,),
            label_visibility="collapsed",
        )
        if own.answered and own.level is not None and own.levels[own.level]:
            st.text(own.levels[own.level])
        with st.container(horizontal=True):
            st.checkbox("I want to learn it", key=_key(own.id, "learn"), on_change=_answer, args=(own.id,))
            st.checkbox("I can help", key=_key(own.id, "help"), on_change=_answer, args=(own.id,))
        _failed(own.id)
        _beside(own)


def _beside(own: OwnSkill) -> None:
    """What the levels mean, and the way to take the answer back."""
    box = st.expander("What the levels mean", key=_key(own.id, "texts"), on_change="rerun", type="compact")
    if box.open:
        with box:
            if own.description:
                st.text(own.description)
            skill_catalog.level_texts(own.levels)
    if own.answered:
        st.button("Remove my answer", key=_key(own.id, "forget"), on_click=_forget, args=(own.id,), type="tertiary")


def _more(profile: Profile) -> None:
    known = {own.id for own in profile.skills if own.id != _chosen() or own.answered}
    skills = {key: name for key, name in distinct(load(queries.offered)).items() if key not in known}
    if skills:
        st.selectbox(
            "Say something of another skill",
            list(skills),
            index=None,
            format_func=lambda key: skills.get(key, str(key)),
            key="more",
            placeholder="Search all skills",
        )


def _chosen() -> int | None:
    """The other skill that was looked for, which may not have an answer yet."""
    chosen: int | None = st.session_state.get("more")
    return chosen


def _offers() -> None:
    names = load(profile_queries.my_offers)
    if names:
        st.subheader("You offer help", anchor=False)
        st.text(f"Colleagues find your name and e-mail address with: {', '.join(names)}.")
        help_pause.pause()
        st.button("Stop offering help", key="stop_helping", icon=":material/block:", on_click=stop)


def stop() -> None:
    """Take back every offer; a button's callback."""
    if _tried(None, stop_helping):
        st.toast("You are not shown any more.", icon=":material/check:")


def _answer(skill_id: int) -> None:
    level: int | None = st.session_state[_key(skill_id, "level")]
    answer = Answer(
        skill_id,
        None if level in (None, _NOTHING) else level,
        wants_to_learn=bool(st.session_state[_key(skill_id, "learn")]),
        can_help=bool(st.session_state[_key(skill_id, "help")]),
    )
    _tried(skill_id, set_profile, answers=(answer,))


def _forget(skill_id: int) -> None:
    _tried(skill_id, forget_skills, skill_ids=(skill_id,))


def _tried(skill_id: int | None, operation: Callable[..., Any], **params: Any) -> bool:
    st.session_state.pop(_ERROR, None)
    try:
        perform(operation, **params)
    except CopError as error:
        st.session_state[_ERROR] = (skill_id, str(error))
        return False
    return True


def _failed(skill_id: int | None) -> None:
    found = st.session_state.get(_ERROR)
    if found is not None and found[0] == skill_id:
        st.error(f"Not saved: {plain(found[1])}", icon=":material/error:")


def _key(skill_id: int, name: str) -> str:
    return f"own:{skill_id}:{name}"
