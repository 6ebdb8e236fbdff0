"""What every screen shares: the sidebar, headings, links to other screens, the word for those signed out."""

from contextlib import suppress
from typing import NoReturn

import streamlit as st
from streamlit.navigation.page import Page

from cop.errors import CopError, Forbidden, Unwritable
from cop.execute import record_refusal
from cop.permissions import Actor, Permission, require_somewhere
from cop.ui import run
from cop.ui.navigation import PageSpec
from cop.ui.text import plain
from cop.ui.widgets import menu


def page_actor(permission: Permission) -> Actor:
    """A page's first line: the actor, or Forbidden."""
    return require_somewhere(run.current().actor, permission)


def signed_out() -> None:
    """What is left of the app in a tab whose session has ended: no data, a way back in."""
    st.header("You are signed out")
    st.write("Your session has ended. You are being taken to the sign-in page.")
    menu.leave_for_sign_in()


def sidebar(actor: Actor, specs: list[PageSpec], page: Page) -> None:
    """The menu, and on to the screen that was chosen there."""
    with st.sidebar:
        chosen = menu.menu(specs, current=page.url_path, organisation=run.current().organisation, person=actor.name)
    if chosen:
        go(chosen)


def run_page(page: Page) -> None:
    """Run a screen's script; what it refuses is told in its own words (faults of ours: cop.web.faults)."""
    try:
        page.run()
    except CopError as refusal:
        if isinstance(refusal, Forbidden):
            with suppress(Unwritable):  # refused it stays, also where that can't be put on record
                record_refusal(run.current().actor, f"page.{page.url_path}")
        st.error(plain(str(refusal)), icon=":material/block:")


def link(url: str, label: str, *, icon: str | None = None, strong: bool = False, **params: object) -> None:
    """A link to another screen, opened in place; `label` is user text and shown literally."""
    text = f"**{plain(label)}**" if strong else plain(label)
    st.page_link(_page(url), label=text, icon=icon, query_params=_texts(params))


def go(url: str, **params: object) -> NoReturn:
    """Open another screen."""
    st.switch_page(_page(url), query_params=_texts(params))


def opens(url: str) -> bool:
    """Whether the actor may open this screen."""
    return url in st.session_state["_pages"]


def _page(url: str) -> Page:
    pages: dict[str, Page] = st.session_state["_pages"]
    return pages[url]


def _texts(params: dict[str, object]) -> dict[str, str]:
    return {key: str(value) for key, value in params.items() if value is not None}
