"""A pasted list of people: what was recognised, and a question for each line that wasn't surely."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from cop.errors import Invalid
from cop.people.directory import Directory
from cop.people.newcomers import Newcomer
from cop.sessions.attendance_lists.decoding import Unreadable, text_of
from cop.sessions.attendance_lists.free_text import entries, single
from cop.sessions.attendance_lists.reader import AUTOMATIC, EVERYBODY, ReadList, counted
from cop.sessions.roster import Answer, Line, Outcome, Roster, read, settle
from cop.ui import run as runs
from cop.ui.perform import Form
from cop.ui.text import plain
from cop.ui.widgets.record_state import Opened

_MOST_SHOWN = 200
"""Lines left out that are listed."""
_MOST_QUESTIONS = 30
"""Questions drawn at once: each is an element of the page."""
_WORDS = {Answer.GUEST: "A new guest", Answer.STAFF: "A new colleague", Answer.LEAVE_OUT: "No person, or leave out"}


@dataclass(frozen=True)
class Pasted:
    """What the pasted list comes to."""

    text: str = ""
    presence: str = AUTOMATIC
    least_minutes: int = 0
    answers: dict[str, Any] = field(default_factory=dict)
    left_out: list[int] = field(default_factory=list)
    people: tuple[int, ...] = ()
    newcomers: Mapping[str, Newcomer] = field(default_factory=dict)
    spellings: tuple[tuple[str, int], ...] = ()
    open: int = 0


def paste(opened: Opened, form: Form, people: Directory, usual: Collection[int]) -> Pasted:
    """The list's field and everything that follows from it."""
    text = _text(opened)
    form.slot("roster")
    if not text.strip():
        return Pasted(text=text)
    presence, least = _choices(opened)
    try:
        roster = _read(opened, text, people, usual, presence, least)
    except Invalid as refused:
        st.error(plain(refused.errors["roster"]), icon=":material/error:")
        return Pasted(text=text, answers=opened.kept.answers, left_out=opened.kept.left_out, open=1)
    _what_was_read(opened, roster.source)
    lines = list(roster.lines)
    left_out = _recognised(opened, lines, people)
    answers = _questions(opened, lines, people)
    settled = settle(lines, answers)
    if settled.same:
        st.caption(f"Named more than once, counted once: {plain(', '.join(settled.same))}")
    return Pasted(
        text=text,
        presence=presence,
        least_minutes=least,
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


def _text(opened: Opened) -> str:
    """The list: pasted, or read from a file that is dropped here."""
    st.file_uploader(
        "Drop an attendance list, or choose a file",
        type=["csv", "tsv", "txt", "md"],
        max_upload_size=2,
        key=opened.key("file"),
        on_change=_take_file,
        args=(opened,),
        help="The export of Teams, Zoom, Meet, Webex, Eventbrite, Luma and others, or a sign-in sheet.",
    )
    if opened.file_problem:
        st.error(plain(opened.file_problem), icon=":material/error:")
    return st.text_area(
        "Or paste a list",
        opened.start.roster,
        key=opened.key("roster"),
        height=80,
        placeholder="From the chat or the meeting’s export: names, e-mails or handles in any order",
    )


def _take_file(opened: Opened) -> None:
    """Put the file's text where it could have been pasted; what stands there already stays above it."""
    given = st.session_state.get(opened.key("file"))
    opened.file_problem = ""
    if given is None:
        return
    try:
        text = text_of(given.getvalue())
    except Unreadable as refused:
        opened.file_problem = str(refused)
        return
    key = opened.key("roster")
    before = st.session_state.get(key, opened.start.roster).strip()
    st.session_state[key] = f"{before}\n{text}" if before and before not in text else text


def _choices(opened: Opened) -> tuple[str, int]:
    """The column that says who came and the minimum of minutes, as chosen; they are drawn below what was read."""
    presence = st.session_state.get(opened.key("presence"), opened.start.presence)
    least = st.session_state.get(opened.key("least_minutes"), opened.start.least_minutes)
    return presence or AUTOMATIC, least or 0


def _what_was_read(opened: Opened, source: ReadList) -> None:
    """Which column said who came, how long one has to stay, and every line that was left out, with the reason."""
    if source.presence_columns:
        options = [AUTOMATIC, *source.presence_columns, EVERYBODY]
        chosen = st.session_state.get(opened.key("presence"), opened.start.presence)
        st.selectbox(
            "Who came, according to",
            options,
            options.index(chosen) if chosen in options else 0,
            format_func=lambda option: _presence_label(option, source),
            key=opened.key("presence"),
        )
    if source.registrations_only:
        st.warning(
            "This list says who registered, not who came. Take out those who did not come.", icon=":material/help:"
        )
    if source.has_lengths:
        st.number_input(
            "Minutes one has to stay to count (0: any)",
            min_value=0,
            max_value=600,
            value=opened.start.least_minutes,
            step=5,
            key=opened.key("least_minutes"),
        )
    if source.left_out:
        with st.expander(counted(source.left_out), icon=":material/playlist_remove:", key=opened.key("left_out_lines")):
            st.text("\n".join(f"{line.reason.value}: {line.text}" for line in source.left_out[:_MOST_SHOWN]))
            if len(source.left_out) > _MOST_SHOWN:
                st.caption(f"and {len(source.left_out) - _MOST_SHOWN:,} more")


def _presence_label(option: str, source: ReadList) -> str:
    if option == EVERYBODY:
        return "Everybody on the list"
    if option == AUTOMATIC:
        return (
            f"Recognised: {source.presence_column}" if source.presence_column else "Recognised: everybody on the list"
        )
    return f"Column “{option}”"


def _read(opened: Opened, text: str, people: Directory, usual: Collection[int], presence: str, least: int) -> Roster:
    """The list matched, once per text, choice and change of the people known."""
    key = (text, presence, least, runs.current().revisions.get("people", 0), tuple(usual))
    if opened.matched is None or opened.matched[0] != key:
        opened.matched = (key, read(text, people, usual, presence=presence, least_minutes=least))
    return opened.matched[1]


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
    """Answers for all at once, then a question per line that isn't sure; returns the answers given."""
    asked = [line for line in lines if line.outcome in {Outcome.ASK, Outcome.UNKNOWN}]
    before = {line.key: _answer(opened, line) for line in asked}
    left = [line for line in asked if before[line.key] is None]
    if len(left) > 1:
        _for_all(opened, left)
    elif opened.answered_at_once and not left:
        _undo_button(opened)
    shown = asked if len(asked) <= _MOST_QUESTIONS else (left or asked)[:_MOST_QUESTIONS]
    answers = before | {line.key: _ask(opened, line, people) for line in shown}
    if len(asked) > len(shown):
        st.caption(
            f"{len(asked):,} names need an answer; {len(shown):,} are shown. Answered ones make room for the next."
        )
    return {key: answer for key, answer in answers.items() if answer is not None}


def _answer(opened: Opened, line: Line) -> int | str | None:
    """The answer to a line, whether its question is drawn or not."""
    key = _question(opened, line.key)
    if key in st.session_state:
        answer = st.session_state[key]
    elif line.key in opened.answered:
        answer = opened.answered[line.key]
    else:
        answer = opened.start.answers.get(line.key)
    offered = {candidate.person_id for candidate in line.candidates} | set(Answer)
    return answer if answer in offered else None


def _for_all(opened: Opened, left: list[Line]) -> None:
    """Buttons that answer every open question at once, with the way back."""
    single = {line.key: line.candidates[0].person_id for line in left if len(line.candidates) == 1}
    st.caption(f"{len(left):,} names need an answer.")
    with st.container(horizontal=True):
        if single:
            label = "Take the only candidate" if len(single) == 1 else f"Take the only candidate for all {len(single)}"
            _at_once(opened, label, "single", single)
        for answer, words in (
            (Answer.GUEST, "Add all as new guests"),
            (Answer.STAFF, "Add all as new colleagues"),
            (Answer.LEAVE_OUT, "Leave all out"),
        ):
            _at_once(opened, words, answer.value, {line.key: answer for line in left})
        if opened.answered_at_once:
            _undo_button(opened)


def _at_once(opened: Opened, label: str, name: str, answers: Mapping[str, int | str]) -> None:
    st.button(label, key=opened.key(f"rest:{name}"), on_click=_answer_all, args=(opened, answers))


def _undo_button(opened: Opened) -> None:
    label = f"Undo ({len(opened.answered_at_once)} answers)"
    st.button(
        label, key=opened.key("rest:undo"), icon=":material/undo:", type="tertiary", on_click=_undo, args=(opened,)
    )


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

    before = _answer(opened, line)
    verb = "Who is" if line.candidates else "Nobody known by"
    opened.answered[line.key] = answer = st.pills(
        f"{verb} “{plain(line.entry.text)}”?" if line.candidates else f"{verb} “{plain(line.entry.text)}”",
        options,
        default=before if before in options else None,
        format_func=words,
        key=_question(opened, line.key),
    )
    return answer


def _question(opened: Opened, line_key: str) -> str:
    return opened.key(f"line:{line_key}")


def _answer_all(opened: Opened, answers: Mapping[str, int | str]) -> None:
    opened.answered_at_once = tuple(answers)
    opened.answered |= answers
    for line_key, answer in answers.items():
        st.session_state[_question(opened, line_key)] = answer


def _undo(opened: Opened) -> None:
    for line_key in opened.answered_at_once:
        opened.answered.pop(line_key, None)
        st.session_state[_question(opened, line_key)] = None
    opened.answered_at_once = ()


def _newcomer(line: Line, answer: Answer) -> Newcomer:
    return Newcomer(line.newcomer_name, answer.value, line.entry.email, line.entry.handle)
