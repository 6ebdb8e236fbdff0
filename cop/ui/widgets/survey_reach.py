"""Whom a survey reaches and how much its results can show, before it opens and before it closes."""

import streamlit as st

from cop.surveys.audience_queries import Reach
from cop.ui.layout import link, opens
from cop.ui.widgets.survey_words import counted, people


def show(reach: Reach, smallest_group: int) -> None:
    """Warn where people can't sign in or few groups can have results, and lead to the accounts."""
    missing = reach.asked - reach.can_sign_in
    if missing:
        st.warning(
            f"{reach.can_sign_in:,} of {people(reach.asked)} can sign in. The other {missing:,} have no active account "
            "and can't answer.",
            icon=":material/no_accounts:",
        )
        if opens("accounts"):
            link("accounts", "Create accounts", icon=":material/manage_accounts:")
    st.text(_shown(reach, smallest_group))


def _shown(reach: Reach, smallest_group: int) -> str:
    groups = counted(reach.groups, "group")
    if not reach.can_show:
        return (
            f"The results will show nothing: no group has {smallest_group} people who can sign in. "
            f"Results for fewer than {smallest_group} answers are hidden."
        )
    return (
        f"The results can show at most {reach.can_show:,} of {groups} (whole organisation, units, job roles, communities): "
        f"those with at least {smallest_group} people who can sign in. The fewer of them answer, the less is shown."
    )
