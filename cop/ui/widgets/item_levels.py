"""The required levels that an item of the funnel raised, and the way to raise more."""

import streamlit as st

from cop.funnel.queries import Item
from cop.permissions import Actor, Permission, may
from cop.skills import queries
from cop.ui import format as words
from cop.ui.layout import link
from cop.ui.load import load
from cop.ui.widgets.skill_catalog import in_words

_WAYS = (
    ("Job roles", "Set what job roles require because of it", Permission.SKILL_EDIT),
    ("Units", "Set what units need because of it", Permission.REQUIREMENT_EDIT),
)


def levels(item: Item, actor: Actor) -> None:
    """Each with its days and the skill; for those who may set them, the grids with this item chosen."""
    raised = load(queries.raised_by, item_id=item.id)
    if raised:
        st.markdown("**Required levels that it raised**")
    for one in raised:
        until = f" until {words.day(one.until_on)}" if one.until_on else ""
        with st.container(gap=None):
            link("skills", one.skill, icon=":material/school:", q=one.skill)
            st.text(f"Required since {words.day(one.since_on)}{until}: {one.name}, {in_words(one)}")
    if item.merged_into:
        return
    for tab, label, permission in _WAYS:
        if may(actor, permission):
            link("skills", label, icon=":material/edit:", tab=tab, item=item.id)
