"""A pasted list of people: what was recognised, and a question for each line that wasn't surely."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from cop.errors import Invalid
from cop.people.directory import Directory
from cop.people.newcomers import Newcomer
from cop.sessions.roster import Answer, Line, Outcome, read, settle
from cop.sessions.roster_text import entries, single
from cop.ui import run as runs
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets.record_state import Opened

_WORDS = {Answer.GUEST: "A new guest", Answer.STAFF: "A new colleague", Answer.LEAVE_OUT: "Leave out"}


@dataclass(frozen=True)
class Pasted:
    """What the pasted list comes to."""

    text: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    left_out: list[int] = field(default_factory=list)
    people: tuple[int, ...] = ()
    newcomers: Mapping[str, Newcomer] = field(default_factory=dict)
    spellings: tuple[tuple[str, int], ...] = ()
    open: int = 0


def paste(opened: Opened, form: Form, people: Directory, usual: Collection[int]) -> Pasted:
    """The list's field and everything that follows from it."""
    text = st.text_area(
        "Or paste a list",
        opened.start.roster,
        key=opened.key("roster"),
        height=80,
        placeholder="From the chat or the meeting’s export: names, e-mails or handles in any order",
    )
    form.slot("roster")
    if not text.strip():
        return Pasted(text=text)
    try:
        lines = _read(opened, text, people, usual)
    except Invalid as refused:
        st.error(plain(refused.errors["roster"]), icon=":material/error:")
        return Pasted(text=text, answers=opened.kept.answers, left_out=opened.kept.left_out, open=1)
    left_out = _recognised(opened, lines, people)
    answers = _questions(opened, lines, people)
    settled = settle(lines, answers)
    if settled.same:
        st.caption(f"Named more than once, counted once: {plain(', '.join(settled.same))}")
    return Pasted(
        text=text,
        answers=answers,
        left_out=left_out,
        people=tuple(person for person in settled.people if person not in left_out),
        newcomers={line.key: _newcomer(line, answer) for line, answer in settled.newcomers},
        spellings=settled.spellings,
        open=len(settled.open),
    )


def add_guest(opened: Opened, name: str) -> None:
    """Put a guest on the list by name, as if pasted and answered."""
    key = opened.key("roster")
    name = single(name)
    st.session_state[key] = "\n".join(part for part in (st.session_state.get(key, ""), name) if part)
    for entry in entries(name, lambda _spelling: False):
        st.session_state[_question(opened, entry.key)] = Answer.GUEST
    st.session_state[opened.key("search")] = ""


def _read(opened: Opened, text: str, people: Directory, usual: Collection[int]) -> list[Line]:
    """The list matched, once per text and per change of the people known."""
    key = (text, runs.current().revisions.get("people", 0), tuple(usual))
    if opened.matched is None or opened.matched[0] != key:
        opened.matched = (key, read(text, people, usual))
    lines: list[Line] = opened.matched[1]
    return lines


def _recognised(opened: Opened, lines: list[Line], people: Directory) -> list[int]:
    """Chips of those surely recognised, all ticked; returns those whom the user took out."""
    found = [line.person_id for line in lines if line.outcome is Outcome.KNOWN and line.person_id is not None]
    if not found:
        return []
    # A changed list gets chips of its own, or its new people would come unticked.
    labels = people.distinct(found, short=True)
    kept = st.pills(
        f"Recognised: {len(found)}",
        found,
        selection_mode="multi",
        default=[person for person in found if person not in opened.kept.left_out],
        format_func=lambda person: plain(labels.get(person) or people.label(person)),
        key=opened.key(f"recognised:{hash(tuple(found))}"),
    )
    return [person for person in found if person not in kept]


def _questions(opened: Opened, lines: list[Line], people: Directory) -> dict[str, Any]:
    """One question per line that isn't sure; returns the answers given."""
    asked = [line for line in lines if line.outcome in {Outcome.ASK, Outcome.UNKNOWN}]
    answers = {line.key: _ask(opened, line, people) for line in asked}
    left = [line for line in asked if answers[line.key] is None]
    if len(left) > 1:
        st.caption(f"{len(left)} names still need an answer.")
        with st.container(horizontal=True):
            for answer, words in ((Answer.GUEST, "The rest are new guests"), (Answer.LEAVE_OUT, "Leave the rest out")):
                st.button(words, key=opened.key(f"rest:{answer}"), on_click=_answer_all, args=(opened, left, answer))
    return {key: answer for key, answer in answers.items() if answer is not None}


def _ask(opened: Opened, line: Line, people: Directory) -> int | str | None:
    options: list[int | str] = [candidate.person_id for candidate in line.candidates]
    scores = {candidate.person_id: candidate.score for candidate in line.candidates}
    options += [Answer.GUEST, Answer.STAFF, Answer.LEAVE_OUT]

    def words(option: int | str) -> str:
        if not isinstance(option, int):
            return _WORDS[Answer(option)]
        exact = scores[option] == 100  # of several with that name: what tells them apart
        beside = people.address(option) if exact else f"{scores[option]:.0f} % alike"
        return plain(f"{people.label(option)} · {beside}" if beside else people.label(option))

    before = opened.start.answers.get(line.key)
    verb = "Who is" if line.candidates else "Nobody known by"
    return st.pills(
        f"{verb} “{plain(line.entry.text)}”?" if line.candidates else f"{verb} “{plain(line.entry.text)}”",
        options,
        default=before if before in options else None,
        format_func=words,
        key=_question(opened, line.key),
    )


def _question(opened: Opened, line_key: str) -> str:
    return opened.key(f"line:{line_key}")


def _answer_all(opened: Opened, lines: list[Line], answer: Answer) -> None:
    for line in lines:
        st.session_state[_question(opened, line.key)] = answer


def _newcomer(line: Line, answer: Answer) -> Newcomer:
    return Newcomer(line.newcomer_name, answer.value, line.entry.email, line.entry.handle)
