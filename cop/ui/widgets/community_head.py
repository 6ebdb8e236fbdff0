"""The top of a community's page: what it is, who carries it, what comes next, joining and leaving."""

import pandas as pd
import streamlit as st

from cop.catalog import queries
from cop.catalog.words import FACILITATOR_ROLES, STAGES
from cop.periods import quarter_hour, utcnow
from cop.permissions import Actor, Permission, may
from cop.ui import format as words
from cop.ui import run as runs
from cop.ui.address import address_slug
from cop.ui.layout import link
from cop.ui.load import load
from cop.ui.text import plain
from cop.ui.widgets.membership import join_or_leave


def find() -> queries.Detail | None:
    """The community that the address names, or None."""
    slug = address_slug(st.query_params.get("c", ""))
    return load(queries.detail, slug=slug, today=runs.current().today) if slug else None


def not_found() -> None:
    """What an address says that names no community."""
    st.title("No such community")
    st.write("It may have another name by now. Look for it among all of them.")
    link("catalog", "All communities", icon=":material/groups:")


def head(found: queries.Detail, actor: Actor) -> None:
    """Name, focus, badges, facilitators, next session; join or leave."""
    link("catalog", "All communities", icon=":material/arrow_back:")
    st.title(plain(found.name), anchor=False)
    if found.archived_on:
        _archived(found)
    st.text(found.focus)
    st.markdown(_badges(found), help=plain(f"{words.label(found.stage)}: {STAGES[found.stage]}"))
    _people(found)
    if not found.archived_on:
        _next(found)
    member = found.id in load(queries.my_communities)
    with st.container(horizontal=True, vertical_alignment="center"):
        if may(actor, Permission.COMMUNITY_JOIN) and (member or not found.archived_on):
            join_or_leave(found.id, found.name, member=member)
        if may(actor, Permission.SESSION_RECORD, community_id=found.id) and not found.archived_on:
            link("record", "Record a session", icon=":material/edit_note:", community=found.slug)
            link("plan", "Plan a session", icon=":material/event_upcoming:", community=found.slug)


def _archived(found: queries.Detail) -> None:
    reason = plain(found.archive_reason).rstrip(".")
    st.warning(f"Archived on {words.day(found.archived_on)}: {reason}.", icon=":material/inventory_2:")
    if found.merged_slug:
        link("community", f"It is part of {found.merged_name} now", icon=":material/merge:", c=found.merged_slug)


def _badges(found: queries.Detail) -> str:
    badges = [f":blue-badge[{words.label(found.stage)}]", f":gray-badge[{words.label(found.type)}]"]
    badges += [f":gray-badge[{plain(text)}]" for text in (found.area, found.unit) if text]
    return " ".join(badges)


def _people(found: queries.Detail) -> None:
    noun = "member" if found.members == 1 else "members"
    st.markdown(f":material/group: {found.members:,} {noun}, {found.active_members:,} active in the last 90 days")
    names = [f"{plain(carrier.name)} ({FACILITATOR_ROLES[carrier.role].lower()})" for carrier in found.facilitators]
    who = ", ".join(names) or "nobody at the moment"
    st.markdown(f":material/person: Facilitated by {who}")


def _next(found: queries.Detail) -> None:
    planned = load(queries.next_session, community_id=found.id, now=quarter_hour(utcnow()))
    if planned is None:
        st.markdown(":material/event_busy: No session planned")
        return
    moment = words.moment(planned.starts_at, runs.current().time_zone)
    link("session", f"Next: {moment} · {planned.title}", icon=":material/event:", id=planned.id)


def when(row: pd.Series) -> str:
    """A session's start in the organisation's time."""
    return words.moment(row["starts_at"].to_pydatetime(), runs.current().time_zone)
