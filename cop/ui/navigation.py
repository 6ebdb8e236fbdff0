"""Every screen: where its script lies, its address, its name, and the permission that opens it."""

from copy import copy
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

import streamlit as st
from streamlit.navigation.page import Page

from cop.permissions import Actor, Permission, may_somewhere
from cop.settings import ROOT

_ADDRESS = "_address"


@dataclass(frozen=True)
class PageSpec:
    """One screen. `in_menu` is False for those reached from another, with an object in the address."""

    script: str
    url: str
    title: str
    icon: str
    section: str
    permission: Permission
    in_menu: bool = True


PAGES = (
    PageSpec("communities/catalog.py", "catalog", "Communities", ":material/groups:", "Communities", Permission.COMMUNITY_VIEW),
    PageSpec("communities/calendar.py", "calendar", "Calendar", ":material/calendar_month:", "Communities", Permission.COMMUNITY_VIEW),
    PageSpec("home/search.py", "search", "Search", ":material/search:", "Communities", Permission.COMMUNITY_VIEW),
    PageSpec("communities/community.py", "community", "Community", ":material/group:", "Communities", Permission.COMMUNITY_VIEW, in_menu=False),
    PageSpec("communities/session.py", "session", "Session", ":material/event:", "Communities", Permission.COMMUNITY_VIEW, in_menu=False),
    PageSpec("communities/record_session.py", "record", "Record a session", ":material/edit_note:", "Communities", Permission.SESSION_RECORD),
    PageSpec("communities/plan_session.py", "plan", "Plan a session", ":material/event_upcoming:", "Communities", Permission.SESSION_RECORD),
    PageSpec("communities/check_in.py", "checkin", "Check in", ":material/how_to_reg:", "Communities", Permission.SESSION_ATTEND),
    PageSpec("discover/funnel.py", "funnel", "Technology funnel", ":material/filter_alt:", "Discover", Permission.FUNNEL_VIEW),
    PageSpec("discover/propose.py", "propose", "Propose", ":material/lightbulb:", "Discover", Permission.FUNNEL_PROPOSE),
    PageSpec("discover/item.py", "item", "Funnel item", ":material/filter_alt:", "Discover", Permission.FUNNEL_VIEW, in_menu=False),
    PageSpec("discover/trends.py", "trends", "Technology radar", ":material/radar:", "Discover", Permission.FUNNEL_VIEW),
    PageSpec("discover/rounds.py", "rounds", "Rounds", ":material/how_to_vote:", "Discover", Permission.FUNNEL_VIEW),
    PageSpec("discover/meetings.py", "meetings", "Meetings with units", ":material/handshake:", "Discover", Permission.UNIT_MEETING),
    PageSpec("discover/skills.py", "skills", "Skills", ":material/school:", "Discover", Permission.SKILL_VIEW),
    PageSpec("people/directory.py", "helpers", "Who can help", ":material/handshake:", "Discover", Permission.SKILL_VIEW),
    PageSpec("discover/skill_gaps.py", "gaps", "Skill gaps", ":material/stacked_bar_chart:", "Discover", Permission.SURVEY_RESULTS),
    PageSpec("evaluate/kpis.py", "kpis", "KPIs", ":material/monitoring:", "Evaluate", Permission.KPI_VIEW),
    PageSpec("surveys/results.py", "results", "Survey results", ":material/poll:", "Evaluate", Permission.SURVEY_RESULTS),
    PageSpec("surveys/mine.py", "surveys", "My surveys", ":material/ballot:", "Me", Permission.SURVEY_ANSWER),
    PageSpec("surveys/answer.py", "answer", "Answer a survey", ":material/edit_note:", "Me", Permission.SURVEY_ANSWER, in_menu=False),
    PageSpec("people/my_profile.py", "profile", "My skills", ":material/psychology:", "Me", Permission.OWN_PROFILE),
    PageSpec("home/account.py", "account", "My account", ":material/person:", "Me", Permission.OWN_ACCOUNT),
    PageSpec("admin/accounts.py", "accounts", "Accounts and roles", ":material/manage_accounts:", "Office", Permission.ACCOUNT_MANAGE),
    PageSpec("admin/organisation.py", "organisation", "Organisation", ":material/account_tree:", "Office", Permission.ORGANISATION_EDIT),
    PageSpec("admin/funnel_setup.py", "funnel-setup", "Funnel set-up", ":material/tune:", "Office", Permission.FUNNEL_SETUP),
    PageSpec("admin/surveys.py", "survey-office", "Surveys", ":material/ballot:", "Office", Permission.SURVEY_EDIT),
    PageSpec("admin/people.py", "people", "Same person?", ":material/merge:", "Office", Permission.PEOPLE_MERGE),
    PageSpec("admin/imports.py", "imports", "Imports", ":material/upload_file:", "Office", Permission.DATA_IMPORT),
    PageSpec("admin/data.py", "data", "Export", ":material/archive:", "Office", Permission.DATA_EXPORT),
    PageSpec("admin/audit.py", "audit", "Audit log", ":material/history:", "Office", Permission.AUDIT_VIEW),
)  # fmt: skip
"""The first one that the actor may open is the start page."""


def page_for(spec: PageSpec) -> Page:
    """Streamlit's page object of a screen, one for this run: Streamlit keeps in it whether it may be run."""
    return copy(_made(spec))


@cache
def _made(spec: PageSpec) -> Page:
    """Made once: each time, Streamlit would look the script up on the disk."""
    return st.Page(
        ROOT / "pages" / spec.script,
        title=spec.title,
        icon=spec.icon,
        url_path=spec.url,
        visibility="visible" if spec.in_menu else "hidden",
    )


def start_page(first: Page) -> Page:
    """What "/" opens: it moves on to the first screen, since Streamlit gives its default page no address of its own."""

    def move_on() -> None:
        st.switch_page(first)

    return st.Page(move_on, title="Start", default=True, visibility="hidden")


def show_address(page: Page) -> None:
    """Say the page's parameters again where they changed and the page did not.

    Streamlit follows a link to the page that one is on without showing its parameters in the address; the next run
    would then read the old ones from there.
    """
    here = (page.url_path, st.query_params.to_dict())
    before = st.session_state.get(_ADDRESS)
    st.session_state[_ADDRESS] = here
    if before is not None and before[0] == here[0] and before[1] != here[1]:
        st.query_params.update()


def allowed(actor: Actor) -> list[PageSpec]:
    """The screens that the actor may open."""
    return [spec for spec in PAGES if may_somewhere(actor, spec.permission)]


def address(url: str, **params: object) -> str:
    """A screen's address with its parameters (a list: each of its values), such as `/community?c=data-engineering`."""
    query = urlencode({key: value for key, value in params.items() if value is not None}, doseq=True)
    return f"/{url}?{query}" if query else f"/{url}"
