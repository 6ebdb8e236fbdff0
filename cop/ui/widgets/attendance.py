"""Who came: chips for the usual people, a search for anybody else, a pasted list."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import streamlit as st

from cop.people.directory import Directory, unlike
from cop.people.newcomers import Newcomer
from cop.people.queries import directory
from cop.sessions.inputs import PersonRef
from cop.sessions.typed import Came
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import roster
from cop.ui.widgets.record_state import Opened

KINDS = {"list": "Names", "count": "Only a number", "missing": "No list taken"}


def who_came(opened: Opened, form: Form) -> tuple[dict[str, Any], Came]:
    """The attendance part of the form: its fields, and whom they add up to."""
    st.subheader("Who came?", anchor=False)
    kind = st.segmented_control(
        "Attendance",
        list(KINDS),
        default=opened.start.attendance,
        required=True,
        format_func=KINDS.__getitem__,
        key=opened.key("attendance"),
        label_visibility="collapsed",
    )
    form.slot("attendance")
    kept: dict[str, Any] = {
        name: getattr(opened.kept, name) for name in ("ticked", "extras", "roster", "answers", "left_out")
    }
    headcount = opened.kept.headcount
    came = Came()
    if kind != "list":  # Streamlit forgets widgets that a run doesn't draw: these come back as they were left
        opened.start = replace(opened.start, **kept, led=opened.kept.led, spoke=opened.kept.spoke)
    if kind == "count":
        headcount = st.number_input(
            "How many came?", 0, None, opened.kept.headcount, step=1, key=opened.key("headcount")
        )
        form.slot("headcount")
    elif kind == "missing":
        st.caption("The session counts as held; its attendance stays unknown, which is not the same as nobody.")
    else:
        kept, came = _names(opened, form)
    return {"attendance": kind, "headcount": headcount, **kept}, came


def _names(opened: Opened, form: Form) -> tuple[dict[str, Any], Came]:
    people = load(directory)
    ticked = _chips(opened, people)
    extras = _others(opened, people)
    pasted = roster.paste(opened, form, people, opened.usual.people)
    known = dict.fromkeys([*ticked, *extras, *pasted.people])
    came = Came((*known, *pasted.newcomers), pasted.newcomers, pasted.spellings, pasted.open)
    st.markdown(f"**{_count(len(came.attended))}**", text_alignment="left")
    form.slot("attended")
    fields: dict[str, Any] = {"ticked": [*ticked, *extras], "extras": list(opened.extras)}
    listed = {
        "roster": pasted.text,
        "presence": pasted.presence,
        "least_minutes": pasted.least_minutes,
        "answers": pasted.answers,
        "left_out": pasted.left_out,
    }
    return fields | listed, came


def _count(number: int) -> str:
    return {0: "Nobody yet", 1: "1 person"}.get(number, f"{number} people")


def _chips(opened: Opened, people: Directory) -> list[int]:
    """The usual people, most frequent first; a tap ticks."""
    if not opened.chips:
        return []
    last = [person for person in opened.usual.last_time if person in opened.chips]
    key = opened.key("ticked")
    if last:
        st.button(
            f"Same as last time ({len(last)})",
            key=opened.key("same"),
            icon=":material/done_all:",
            on_click=_tick,
            args=(key, last),
        )
    return st.pills(
        "Members and regulars",
        opened.chips,
        selection_mode="multi",
        default=[person for person in opened.start.ticked if person in opened.chips],
        format_func=_labels(people, opened.chips, short=True),
        key=key,
    )


def _others(opened: Opened, people: Directory) -> list[int]:
    """Anybody else: typed, found, tapped."""
    text = st.text_input(
        "Somebody else?",
        key=opened.key("search"),
        type="search",
        live=True,
        placeholder="Type a name, e-mail or handle",
        icon=":material/person_search:",
    )
    if text and text.strip():
        found = people.search(text, first=opened.chips)
        if found:
            st.pills(
                "Tap to add",
                found,
                format_func=_labels(people, found),
                key=opened.key("found"),
                on_change=_add,
                args=(opened,),
            )
        st.button(
            f"Add “{plain(text.strip())}” as a new guest",
            key=opened.key("new_guest"),
            icon=":material/person_add:",
            on_click=roster.add_guest,
            args=(opened, text.strip()),
        )
    if not opened.extras:
        return []
    return st.pills(
        "Also there",
        opened.extras,
        selection_mode="multi",
        default=[person for person in opened.start.ticked if person in opened.extras],
        format_func=_labels(people, opened.extras),
        key=opened.key("extras"),
    )


def _tick(key: str, people: list[int]) -> None:
    st.session_state[key] = list(dict.fromkeys([*st.session_state.get(key, []), *people]))


def _add(opened: Opened) -> None:
    person = st.session_state[opened.key("found")]
    if person is None:
        return
    if person in opened.chips:
        _tick(opened.key("ticked"), [person])
    else:
        if person not in opened.extras:
            opened.extras.append(person)
        _tick(opened.key("extras"), [person])
    st.session_state[opened.key("found")] = None
    st.session_state[opened.key("search")] = ""


def _labels(people: Directory, options: Iterable[int], *, short: bool = False) -> Callable[[int], str]:
    """Streamlit tells options apart by what is written on them, so no two may look the same."""
    labels = people.distinct(options, short=short)
    return lambda person: plain(labels.get(person) or people.label(person))


def names_of(came: Came, people: Directory) -> dict[PersonRef, str]:
    """Everybody on the list under a name that no other one there bears."""
    found: dict[PersonRef, str] = {}
    for ref in came.attended:
        name = people.label(ref) if isinstance(ref, int) else _newcomer(came.newcomers[ref])
        found[ref] = unlike(name, found.values())
    return found


def _newcomer(newcomer: Newcomer) -> str:
    return f"{newcomer.name} · new {'guest' if newcomer.kind == 'guest' else 'colleague'}"
