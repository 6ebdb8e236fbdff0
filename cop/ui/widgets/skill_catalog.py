"""The catalog of skills: search, what each level means, who needs it, and for the office its care."""

import pandas as pd
import streamlit as st

from cop.permissions import Actor, Permission, may
from cop.skills import exports, queries
from cop.skills.levels import IMPORTANCE, LEVELS
from cop.skills.search import matching
from cop.ui import filters
from cop.ui import format as words
from cop.ui.layout import link
from cop.ui.live import watch
from cop.ui.load import load
from cop.ui.text import plain
from cop.ui.widgets import downloads, skill_form
from cop.ui.widgets.downloads import Offer
from cop.ui.widgets.paging import page_of


def tab(actor: Actor) -> None:
    """Search and what is found, ten skills at a time.

    Only this part of the page is live: a run in between could close the cell of a grid in which somebody types.
    """
    _found(actor)
    watch("skills", "organisation", "catalog", "funnel")


def _found(actor: Actor) -> None:
    rows = load(queries.skills)
    edits = may(actor, Permission.SKILL_EDIT)
    if edits:
        skill_form.new()
    if rows.empty:
        st.info("There are no skills yet. The programme office adds or imports them.")
        return
    text, areas, archived = ask(archived=edits)
    found = matching(rows, text=text, areas=areas, archived=archived)
    params = {"text": text, "areas": areas, "archived": archived}
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.text(f"{len(found):,} of {len(rows) if archived else int((~rows['archived']).sum()):,}")
        downloads.menu(
            "skills",
            Offer("Skills", exports.skills, params, ("skills",)),
            Offer("Job roles", exports.role_levels, {}, ("required-levels-of-job-roles",)),
            Offer("Units", exports.unit_needs, {}, ("skills-that-units-need",)),
        )
    if found.empty:
        st.info("No skill fits what you are looking for.", icon=":material/search_off:")
    for _, row in page_of(found, f"skills:{text}:{areas}:{archived}").iterrows():
        _one(row, edits=edits)


def ask(*, archived: bool) -> tuple[str, tuple[int, ...], bool]:
    """Words, areas, and, where the actor may see them, whether archived skills are wanted too."""
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        text = st.text_input(
            "Search", key="q", type="search", live=True, max_chars=200, bind="query-params", placeholder="Skill or area"
        )
    with right:
        areas = filters.areas()
    wanted = archived and st.toggle("Include archived", key="archived", bind="query-params")
    return text or "", areas, wanted


def _one(row: pd.Series, *, edits: bool) -> None:
    archived = " :gray-badge[Archived]" if row["archived"] else ""
    facts = [plain(row["area"]), _counted(row["roles"], "job role"), _counted(row["units"], "unit")]
    beside = " · ".join(fact for fact in facts if fact)
    label = f"**{plain(row['name'])}**{archived}" + (f" · {beside}" if beside else "")
    box = st.expander(label, key=f"skill:{row['id']}", on_change="rerun")
    if box.open:
        with box:
            found = load(queries.skill, skill_id=int(row["id"]))
            if found is not None:
                _details(found)
                if edits:
                    skill_form.care(found)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else f'{noun}s'}" if count else ""


def _details(found: queries.SkillDetail) -> None:
    if found.description:
        st.text(found.description)
    level_texts(found.levels)
    _needed(found)
    _came_about(found.id)
    if found.communities:
        st.markdown("**Communities that serve it**")
        for slug, name in found.communities:
            link("community", name, icon=":material/group:", c=slug)


def level_texts(levels: tuple[str, ...]) -> None:
    """How people at each level behave, as far as it was written down."""
    if not any(levels):
        st.caption("What each level means isn't written down for this skill.")
    for number, text in enumerate(levels):
        if text:
            with st.container(gap=None):
                st.markdown(f"**{number} {LEVELS[number]}**")
                st.text(text)


def _needed(found: queries.SkillDetail) -> None:
    if not found.roles and not found.units:
        st.caption("No job role and no unit requires it.")
        return
    with st.container(gap=None):
        st.markdown("**Who needs it**")
        for level in sorted({role.level for role in found.roles}, reverse=True):
            names = ", ".join(role.name for role in found.roles if role.level == level)
            st.text(f"{LEVELS[level]}: {names}")
        for unit in found.units:
            st.text(f"{unit.name}: {need_in_words(*unit.need)}")


def _came_about(skill_id: int) -> None:
    """Which items of the funnel raised what is required today; on demand, every level that ever was, with its days."""
    history = load(queries.requirement_history, skill_id=skill_id)
    for one in history:
        if one.item and one.until_on is None:
            with st.container(gap=None):
                st.caption(plain(f"{one.name}: {in_words(one)} since {words.day(one.since_on)}, raised by"))
                link("item", one.item[1], icon=":material/filter_alt:", id=one.item[0])
    if not history:
        return
    box = st.popover(
        "How it came to these levels", icon=":material/history:", key=f"came_{skill_id}", on_change="rerun"
    )
    if box.open:
        with box:
            for one in history:
                until = f" until {words.day(one.until_on)}" if one.until_on else ""
                raised = f", raised by “{one.item[1]}”" if one.item else ""
                st.text(f"{one.name}: {in_words(one)}, from {words.day(one.since_on)}{until}{raised}")


def in_words(one: queries.Requirement) -> str:
    """What was required, such as "practitioner", of a unit "3 people at practitioner, importance high"."""
    if one.needed is None or one.importance is None:
        return LEVELS[one.level].lower()
    return need_in_words(one.level, one.needed, one.importance)


def need_in_words(level: int, needed: int, importance: int) -> str:
    """Such as "3 people at practitioner, importance high"."""
    people = "1 person" if needed == 1 else f"{needed:,} people"
    return f"{people} at {LEVELS[level].lower()}, importance {IMPORTANCE[importance].lower()}"
