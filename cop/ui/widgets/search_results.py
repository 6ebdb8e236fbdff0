"""Searching everything: what is looked for, and what was found, kind by kind."""

from dataclasses import dataclass
from math import ceil

import streamlit as st

from cop.search import queries
from cop.search.queries import Found, Hit, Kind
from cop.search.words import problem
from cop.ui import run
from cop.ui.load import load
from cop.ui.navigation import address
from cop.ui.text import plain
from cop.ui.widgets import hit_list
from cop.ui.widgets.same_tab import same_tab

_EVERYTHING = "everything"
_HEADS = {
    Kind.COMMUNITY: ("Communities", ":material/groups:"),
    Kind.SESSION: ("Sessions", ":material/event:"),
    Kind.CONTRIBUTION: ("Contributions", ":material/lightbulb:"),
    Kind.RESOURCE: ("Resources", ":material/link:"),
    Kind.ITEM: ("Needs and trends", ":material/filter_alt:"),
    Kind.SKILL: ("Skills", ":material/school:"),
    Kind.PERSON: ("People", ":material/person:"),
}
_FIRST = 5
_ON_A_PAGE = 20


@dataclass(frozen=True)
class Asked:
    """The text, and the one kind to show; None for all."""

    text: str
    kind: Kind | None


def ask() -> Asked | None:
    """Draw the field and the kinds; None where there is nothing to look for yet, with the reason beside the field."""
    text = st.text_input(
        "Search",
        key="q",
        type="search",
        bind="query-params",
        label_visibility="collapsed",
        placeholder="Community, topic, decision, lesson, skill, colleague …",
    )
    refused = problem(text or "")
    if refused:
        st.error(refused, icon=":material/error:")
        return None
    if not (text or "").strip():
        st.text(
            "Type words that should all be there and press Enter. Capitals and accents make no difference; "
            "the last word may be just its beginning."
        )
        return None
    kind = st.pills(
        "Show",
        [_EVERYTHING, *(kind.value for kind in Kind)],
        default=_EVERYTHING,
        required=True,
        format_func=lambda value: "Everything" if value == _EVERYTHING else _HEADS[Kind(value)][0],
        key="kind",
        bind="query-params",
        label_visibility="collapsed",
    )
    return Asked(text or "", Kind(kind) if kind and kind != _EVERYTHING else None)


def everything_for(text: str) -> None:
    """A link to the same words here. A plain one: Streamlit drops a parameter that two screens bind on its way over."""
    same_tab(f"Search everything for “{text}”", address("search", q=text), key="search_everything")


def results(asked: Asked) -> None:
    """The first of each kind, or one kind page by page."""
    found = {kind: _load(kind, asked.text, 0, _FIRST) for kind in Kind if asked.kind in (None, kind)}
    right = {kind for kind, result in found.items() if result.total and not result.instead}
    shown = right or {kind for kind, result in found.items() if result.total}
    if not shown:
        _nothing(asked)
        return
    for kind, result in found.items():
        if kind in shown:
            _section(kind, result, asked)


def _load(kind: Kind, text: str, start: int, count: int) -> Found:
    page = {"text": text, "start": start, "count": count, "today": run.current().today}
    if kind is Kind.PERSON:
        return load(queries.people, **page)
    return load(queries.things, kind=kind.value, **page)


def _nothing(asked: Asked) -> None:
    where = f" among {_HEADS[asked.kind][0].lower()}" if asked.kind else ""
    hints = "Try fewer words, or another word for it."
    if asked.kind in (None, Kind.PERSON):
        hints += " Colleagues who don’t facilitate are shown once they agree to it under *My account*."
    st.info(f"Nothing was found{where}. {hints}", icon=":material/search_off:")
    if asked.kind:
        st.button("Search everything", key="everything_instead", on_click=_choose, args=(_EVERYTHING,))


def _section(kind: Kind, found: Found, asked: Asked) -> None:
    name, icon = _HEADS[kind]
    count = f"more than {found.total:,}, the newest first" if found.more else f"{found.total:,}"
    head = f"#### {icon} {name} :small[:gray[{count}]]"
    if found.instead:
        head += f"\n\nNothing with your spelling. Showing results for **{plain(found.instead)}**."
    st.markdown(head)
    if asked.kind is None:
        _hits(found.hits, kind)
        if found.total > _FIRST:
            st.button(
                f"Show all {name.lower()}", key=f"all:{kind}", type="tertiary", on_click=_choose, args=(kind.value,)
            )
        return
    pages = ceil(found.total / _ON_A_PAGE)
    place = st.container(gap="xsmall")
    page = st.pagination(pages, key=f"search_page:{kind}:{hash(asked.text)}:{pages}") if pages > 1 else 1
    with place:
        _hits(_load(kind, asked.text, (page - 1) * _ON_A_PAGE, _ON_A_PAGE).hits, kind)


def _choose(kind: str) -> None:
    st.session_state["kind"] = kind


def _hits(hits: tuple[Hit, ...], kind: Kind) -> None:
    """All of them in one piece."""
    shown = [
        {
            "title": hit.title,
            "href": address(hit.page, **hit.params) if hit.page else None,
            "facts": " · ".join(hit.facts),
            "labels": list(hit.labels),
            "snippet": hit.snippet,
        }
        for hit in hits
    ]
    hit_list.hit_list(shown, key=f"hits:{kind}")
