"""Who came: chips for the usual people, a search for anybody else, a pasted list."""

from collections.abc import Callable

import streamlit as st

from cop.people.directory import Directory
from cop.people.newcomers import Newcomer
from cop.people.queries import directory
from cop.sessions import queries
from cop.sessions.inputs import PersonRef
from cop.sessions.typed import Came
from cop.ui.load import load
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets import roster
from cop.ui.widgets.record_state import Opened

CHIPS = 60
"""More chips than this can't be taken in; anybody else is found by typing."""
KINDS = {"list": "Names", "count": "Only a number", "missing": "No list taken"}


def who_came(opened: Opened, form: Form) -> tuple[dict[str, object], Came]:
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
    kept = {name: getattr(opened.kept, name) for name in ("ticked", "extras", "roster", "answers", "left_out")}
    headcount = opened.kept.headcount
    came = Came()
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


def _names(opened: Opened, form: Form) -> tuple[dict[str, object], Came]:
    people = load(directory)
    usual = load(queries.usual, community_id=opened.community_id)
    ticked = _chips(opened, usual, people)
    extras = _others(opened, usual, people)
    pasted = roster.paste(opened, form, people, usual.people)
    known = dict.fromkeys([*ticked, *extras, *pasted.people])
    came = Came((*known, *pasted.newcomers), pasted.newcomers, pasted.spellings, pasted.open)
    st.markdown(f"**{_count(len(came.attended))}**", text_alignment="left")
    form.slot("attended")
    fields: dict[str, object] = {"ticked": [*ticked, *extras], "extras": list(opened.extras)}
    return {**fields, "roster": pasted.text, "answers": pasted.answers, "left_out": pasted.left_out}, came


def _count(number: int) -> str:
    return {0: "Nobody yet", 1: "1 person"}.get(number, f"{number} people")


def _chips(opened: Opened, usual: queries.Usual, people: Directory) -> list[int]:
    """The usual people, most frequent first; a tap ticks."""
    options = [person for person in usual.people if person in people.names][:CHIPS]
    if not options:
        return []
    last = [person for person in usual.last_time if person in options]
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
        options,
        selection_mode="multi",
        default=[person for person in opened.start.ticked if person in options],
        format_func=_literal(people),
        key=key,
    )


def _others(opened: Opened, usual: queries.Usual, people: Directory) -> list[int]:
    """Anybody else: typed, found, tapped."""
    chips = [person for person in usual.people if person in people.names][:CHIPS]
    text = st.text_input(
        "Somebody else?",
        key=opened.key("search"),
        type="search",
        live=True,
        placeholder="Type a name, e-mail or handle",
        icon=":material/person_search:",
    )
    if text and text.strip():
        found = people.search(text, first=chips)
        if found:
            st.pills(
                "Tap to add",
                found,
                format_func=_labels(people),
                key=opened.key("found"),
                on_change=_add,
                args=(opened, chips),
            )
        st.button(
            f"Add “{plain(text.strip())}” as a new guest",
            key=opened.key("new_guest"),
            icon=":material/person_add:",
            on_click=roster.add_guest,
            args=(opened, text.strip()),
        )
    opened.extras = [person for person in opened.extras if person in people.names and person not in chips]
    if not opened.extras:
        return []
    return st.pills(
        "Also there",
        opened.extras,
        selection_mode="multi",
        default=[person for person in opened.start.ticked if person in opened.extras],
        format_func=_labels(people),
        key=opened.key("extras"),
    )


def _tick(key: str, people: list[int]) -> None:
    st.session_state[key] = list(dict.fromkeys([*st.session_state.get(key, []), *people]))


def _add(opened: Opened, chips: list[int]) -> None:
    person = st.session_state[opened.key("found")]
    if person is None:
        return
    if person in chips:
        _tick(opened.key("ticked"), [person])
    else:
        if person not in opened.extras:
            opened.extras.append(person)
        _tick(opened.key("extras"), [person])
    st.session_state[opened.key("found")] = None
    st.session_state[opened.key("search")] = ""


def _literal(people: Directory) -> Callable[[int], str]:
    return lambda person: plain(people.names[person])


def _labels(people: Directory) -> Callable[[int], str]:
    return lambda person: plain(people.label(person))


def names_of(came: Came, people: Directory) -> dict[PersonRef, str]:
    """Everybody on the list under a name that no other one there bears."""
    found: dict[PersonRef, str] = {}
    for ref in came.attended:
        name = people.label(ref) if isinstance(ref, int) else _newcomer(came.newcomers[ref])
        taken = set(found.values())
        number = next(n for n in range(1, len(taken) + 2) if _numbered(name, n) not in taken)
        found[ref] = _numbered(name, number)
    return found


def _newcomer(newcomer: Newcomer) -> str:
    return f"{newcomer.name} · new {'guest' if newcomer.kind == 'guest' else 'colleague'}"


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name} ({number})"
