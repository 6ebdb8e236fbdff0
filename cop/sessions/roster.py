"""Matching a pasted list to people: exact first, then alike with the user confirming each. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cop.errors import Invalid
from cop.people.directory import Candidate, Directory
from cop.people.names import name_key
from cop.sessions.attendance_lists.free_text import Entry
from cop.sessions.attendance_lists.reader import AUTOMATIC, ReadList, read_list

MAX_CHARACTERS = 1_000_000
MAX_LINES = 5_000
"""More than this isn't a session's roster; it would only keep everybody waiting."""
_MOST_SUGGESTIONS = 300
"""Unknown names for which similar ones are looked for; beyond, nobody answers one by one."""


class Outcome(StrEnum):
    """What is known of a line."""

    KNOWN = "known"
    ASK = "ask"
    UNKNOWN = "unknown"
    REPEATED = "repeated"


@dataclass(frozen=True)
class Line:
    """A line of the list: who it is, or who it may be; a repeated one names again whom an earlier line named."""

    entry: Entry
    outcome: Outcome
    person_id: int | None = None
    candidates: tuple[Candidate, ...] = ()

    @property
    def key(self) -> str:
        """The line's identity: answers are kept under it."""
        return self.entry.key

    @property
    def newcomer_name(self) -> str:
        """What a person made from this line is called."""
        return self.entry.name or self.entry.handle or self.entry.email.split("@")[0]


class Answer(StrEnum):
    """What the user may say of a line other than who it is."""

    GUEST = "guest"
    STAFF = "staff"
    LEAVE_OUT = "leave_out"


@dataclass(frozen=True)
class Settled:
    """What the list comes to, with the user's answers: nobody is in it twice."""

    people: tuple[int, ...]
    newcomers: tuple[tuple[Line, Answer], ...]
    spellings: tuple[tuple[str, int], ...]
    """Confirmed spellings, to be known next time."""
    open: tuple[Line, ...]
    """Lines that still need an answer."""
    same: tuple[str, ...]
    """Lines by which somebody was named again, and so counted once."""


@dataclass(frozen=True)
class Roster:
    """A list that was read: a line for each person it names, and what of it was left out."""

    lines: tuple[Line, ...]
    source: ReadList


def read(
    text: str,
    directory: Directory,
    usual: Collection[int],
    *,
    presence: str = AUTOMATIC,
    least_minutes: int = 0,
) -> Roster:
    """Read a list and match who it names; Invalid on `roster` when it is too long to be one.

    `usual` are the people who belong here: a first name alone can only mean one of them. `presence` and `least_minutes`
    are the user's choices of the column that says who came, and of how long one has to stay.
    """
    if len(text) > MAX_CHARACTERS:
        raise Invalid({"roster": f"This list is too long: {len(text):,} characters, at most {MAX_CHARACTERS:,} fit."})
    source = read_list(
        text,
        lambda spelling: name_key(spelling) in directory.by_key,
        presence=presence,
        least_minutes=least_minutes,
    )
    if len(source.entries) > MAX_LINES:
        raise Invalid({"roster": f"This list names {len(source.entries):,} people, at most {MAX_LINES:,} fit."})
    return Roster(tuple(_lines(source.entries, directory, frozenset(usual))), source)


def _lines(entries: Collection[Entry], directory: Directory, usual: frozenset[int]) -> Iterator[Line]:
    seen_keys: set[str] = set()
    seen_people: set[int] = set()
    suggestions = 0
    for entry in entries:
        if entry.key in seen_keys:
            line = Line(entry, Outcome.REPEATED)
        else:
            line = match(entry, directory, usual, suggest=suggestions < _MOST_SUGGESTIONS)
            suggestions += line.outcome is Outcome.UNKNOWN or bool(line.candidates)
        if line.person_id in seen_people:
            line = Line(entry, Outcome.REPEATED, line.person_id)
        seen_keys.add(entry.key)
        if line.person_id is not None:
            seen_people.add(line.person_id)
        yield line


def match(entry: Entry, directory: Directory, usual: frozenset[int], *, suggest: bool = True) -> Line:
    """Who an entry is. Where what it says points to different people, or the name to several, the user is asked."""
    named = directory.by_key.get(name_key(entry.name), frozenset()) if entry.name else frozenset()
    sure = _by_address(entry, directory)
    if len(sure) == 1 and (not named or sure <= named):
        return Line(entry, Outcome.KNOWN, next(iter(sure)))
    if sure:
        return _ask(entry, sure | named, usual)
    hinted = _by_hint(entry, directory)
    if hinted and (not named or hinted <= named):
        return Line(entry, Outcome.KNOWN, next(iter(hinted)))
    if len(named) == 1 and not hinted and _is_safe(entry, named, directory, usual):
        return Line(entry, Outcome.KNOWN, next(iter(named)))
    if named or hinted:
        return _ask(entry, named | hinted, usual)
    return _alike(entry, directory, usual) if suggest else Line(entry, Outcome.UNKNOWN)


def _by_address(entry: Entry, directory: Directory) -> frozenset[int]:
    """Whose e-mail address or handle it is, confirmed ones included."""
    found = {directory.emails.get(entry.email), directory.handles.get(entry.handle)}
    if not entry.name:
        found |= directory.by_key.get(name_key(_spelling(entry)), frozenset())
    return frozenset(person for person in found if person is not None)


def _spelling(entry: Entry) -> str:
    """The spelling to be learned; a handle is marked, so that it is never taken for somebody's first name."""
    return entry.name or entry.email or f"handle {entry.handle}"


def _by_hint(entry: Entry, directory: Directory) -> frozenset[int]:
    """Whose handle stands in brackets, or bare as the whole line."""
    found = {directory.handles.get(entry.hint), directory.handles.get(entry.name.casefold())}
    return frozenset(person for person in found if person is not None)


def _is_safe(entry: Entry, named: frozenset[int], directory: Directory, usual: frozenset[int]) -> bool:
    """Not when a single word names a stranger, or when an unknown e-mail stands by a name that has another one."""
    if " " not in name_key(entry.name) and not named <= usual:
        return False
    return not (entry.email and named <= directory.with_email)


def _ask(entry: Entry, people: Collection[int], usual: frozenset[int]) -> Line:
    ranked = sorted(people, key=lambda person: (person not in usual, person))
    return Line(entry, Outcome.ASK, candidates=tuple(Candidate(person, 100.0) for person in ranked))


def _alike(entry: Entry, directory: Directory, usual: frozenset[int]) -> Line:
    local = entry.email.split("@")[0]
    key = name_key(entry.name or local or entry.handle)
    candidates = tuple(directory.alike(key, usual)) if key else ()
    return Line(entry, Outcome.ASK if candidates else Outcome.UNKNOWN, candidates=candidates)


def settle(lines: Collection[Line], answers: Mapping[str, int | str]) -> Settled:
    """The list's people once the user has answered; an answer that isn't offered counts as none."""
    people: dict[int, str] = {
        line.person_id: line.entry.text for line in lines if line.outcome is Outcome.KNOWN and line.person_id
    }
    newcomers: list[tuple[Line, Answer]] = []
    spellings: list[tuple[str, int]] = []
    still_open: list[Line] = []
    same = [line.entry.text for line in lines if line.outcome is Outcome.REPEATED]
    for line in lines:
        if line.outcome not in {Outcome.ASK, Outcome.UNKNOWN}:
            continue
        answer = answers.get(line.key)
        if answer in {candidate.person_id for candidate in line.candidates} and isinstance(answer, int):
            if answer in people:
                same.append(line.entry.text)
            people.setdefault(answer, line.entry.text)
            spellings.append((_spelling(line.entry), answer))
        elif answer in {Answer.GUEST, Answer.STAFF}:
            newcomers.append((line, Answer(answer)))
        elif answer != Answer.LEAVE_OUT:
            still_open.append(line)
    return Settled(tuple(people), tuple(newcomers), tuple(spellings), tuple(still_open), tuple(same))
