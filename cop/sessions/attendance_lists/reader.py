"""Reading a list of people in whatever form it comes: who came, who is left out and why. Pure.

A list with a header is read as a table, whatever tool wrote it: columns are recognised by their words, and only those who
came are taken where a column says who did. Everything else is read as names in free text (`free_text`).
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from cop.people.names import name_key, without_invisible
from cop.sessions.attendance_lists import free_text, lengths, words
from cop.sessions.attendance_lists.cells import Row, delimiter_of, header_score, rows
from cop.sessions.attendance_lists.free_text import Entry, IsName
from cop.sessions.attendance_lists.words import Role

AUTOMATIC, EVERYBODY = "", "-"
"""Which column says who came: the one recognised, or none."""
_BLANK = {"", "-", "--", "---", "–", "—", "n/a", "null"}
_EVIDENCE = (Role.PRESENT, Role.ABSENT, Role.JOINED, Role.ANSWER)


class Reason(StrEnum):
    """Why a line of a list puts nobody on it."""

    ABSENT = "did not come"
    SHORT = "stayed too short"
    NOBODY = "names nobody"


@dataclass(frozen=True)
class LeftOut:
    """A line that was not taken."""

    text: str
    reason: Reason


@dataclass(frozen=True)
class ReadList:
    """What a list says: who came, the lines left out, and which columns decided."""

    entries: list[Entry]
    left_out: tuple[LeftOut, ...] = ()
    presence_columns: tuple[str, ...] = ()
    """Columns that may say who came."""
    presence_column: str = ""
    """The one that decided; empty where none did."""
    registrations_only: bool = False
    """Whether that column says who registered or accepted, not who came."""
    has_lengths: bool = False


@dataclass
class _Table:
    header: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)

    @cached_property
    def columns(self) -> dict[Role, int]:
        """Where each role stands; of several columns of a role the one that is filled best, names in letters.

        Worked out once, so not before all rows are there.
        """
        places: dict[Role, list[int]] = {}
        for at, head in enumerate(self.header):
            places.setdefault(words.header_role(head), []).append(at)
        return {role: max(among, key=lambda at: self._filled(at, role)) for role, among in places.items()}

    def _filled(self, at: int, role: Role) -> int:
        values = [row.cells[at] for row in self.rows[:200] if at < len(row.cells)]
        named = role in {Role.NAME, Role.FIRST, Role.LAST}
        return sum(
            any(char.isalpha() for char in value) if named else value.casefold() not in _BLANK for value in values
        )


def read_list(text: str, is_name: IsName, *, presence: str = AUTOMATIC, least_minutes: int = 0) -> ReadList:
    """Read a list; `presence` is the header of the column that says who came, chosen by the user.

    People who stayed fewer than `least_minutes` are left out where the list says how long they stayed.
    """
    clean = without_invisible(unicodedata.normalize("NFC", text))
    delimiter = delimiter_of(clean)
    tables, around, after = _tables(rows(clean, delimiter)) if delimiter else ([], [], [])
    if not tables:
        return ReadList(free_text.entries(clean, is_name))
    candidates = _candidates(tables)
    column, registrations = _chosen(tables, candidates, presence)
    entries: list[Entry] = []
    left_out = [LeftOut(row.text, Reason.NOBODY) for row in around]
    for table in tables:
        for row in table.rows:
            entry = _entry(table, row)
            if entry is None:
                left_out.append(LeftOut(row.text, Reason.NOBODY))
            elif not _came(table, row, column, registrations=registrations):
                left_out.append(LeftOut(row.text, Reason.ABSENT))
            else:
                entries.append(entry)
    merged = _once(entries)
    stayed = [entry for entry in merged if not _is_short(entry, least_minutes)]
    left_out += [LeftOut(entry.text, Reason.SHORT) for entry in merged if _is_short(entry, least_minutes)]
    added = [entry for row in after for entry in free_text.entries(row.text, is_name)]
    return ReadList(
        [*stayed, *added],
        tuple(left_out),
        tuple(candidates),
        column,
        registrations,
        any(entry.minutes is not None for entry in merged),
    )


def _is_short(entry: Entry, least_minutes: int) -> bool:
    return entry.minutes is not None and entry.minutes < least_minutes


def _tables(all_rows: Sequence[Row]) -> tuple[list[_Table], list[Row], list[Row]]:
    """Divide rows into tables, rows around them, and names that were added below the last table."""
    tables: list[_Table] = []
    around: list[Row] = []
    inside = False
    for number, row in enumerate(all_rows):
        if header_score(row):
            tables.append(_Table(row.cells))
            inside = True
        elif not inside:
            around.append(row)
        elif _is_title(row, tables[-1], all_rows[number + 1 : number + 13]):
            around.append(row)
            inside = False
        else:
            tables[-1].rows.append(row)
    after: list[Row] = []
    while tables and tables[-1].rows and _is_added(tables[-1].rows[-1], tables[-1]):
        after.insert(0, tables[-1].rows.pop())
    return tables, around, after


def _is_title(row: Row, table: _Table, following: Sequence[Row]) -> bool:
    """Whether a row is the heading of a further section, which has a header of its own."""
    alone = len(row.filled) == 1 and row.cells[0] != "" and len(table.header) > 1
    return alone and any(header_score(other) for other in following)


def _is_added(row: Row, table: _Table) -> bool:
    """Whether a row below a table is a bare name, as the form adds guests."""
    return len(row.cells) == 1 and len(table.header) > 1 and not words.is_total(row.cells[0])


def _cell(table: _Table, row: Row, role: Role) -> str:
    at = table.columns.get(role)
    value = row.cells[at] if at is not None and at < len(row.cells) else ""
    return "" if value.casefold() in _BLANK else value


def _entry(table: _Table, row: Row) -> Entry | None:
    """Return whom a row names; None for totals, headings, and rows without a name or address."""
    name, email = _name(table, row), _cell(table, row, Role.EMAIL)
    if words.is_total(row.cells[0]) and "@" not in email:
        return None
    if words.header_role(name) is Role.NAME and "@" not in email:
        return None
    if words.is_device(name) and "@" not in email:
        return Entry(name, name, minutes=_minutes(table, row))
    entry = free_text.person(f"{name} <{email}>" if "@" in email else name)
    if entry is None:
        return None
    handle = _cell(table, row, Role.HANDLE)
    handle = entry.handle or (handle.lstrip("@").casefold() if " " not in handle and "@" not in handle[1:] else "")
    return replace(entry, text=_label(entry), handle=handle, minutes=_minutes(table, row))


def _label(entry: Entry) -> str:
    return " ".join(part for part in (entry.name, f"<{entry.email}>" if entry.email else "") if part) or entry.text


def _name(table: _Table, row: Row) -> str:
    """Return the full name: of one column, or first and last name joined.

    Beside a column of first names alone, one called "Name", "Nom" or "Nome" may hold the full or the last name: it is the
    full one where it contains the first. Beside "Apellidos" alone, "Nombre" is the first name.
    """
    name, first, last = (_cell(table, row, role) for role in (Role.NAME, Role.FIRST, Role.LAST))
    has_first, has_last = Role.FIRST in table.columns, Role.LAST in table.columns
    if name and has_first and has_last:
        return name
    if name and has_first:
        return name if not first or name_key(first) in name_key(name) else f"{first} {name}"
    if name and has_last:
        return name if last and name_key(last) in name_key(name) else f"{name} {last}".strip()
    return name or f"{first} {last}".strip()


def _minutes(table: _Table, row: Row) -> float | None:
    at = table.columns.get(Role.MINUTES)
    if at is not None:
        value = row.cells[at] if at < len(row.cells) else ""
        return lengths.minutes(value, unit=lengths.unit_of(table.header[at]))
    return lengths.between(_cell(table, row, Role.JOINED), _cell(table, row, Role.LEFT))


def _candidates(tables: Sequence[_Table]) -> list[str]:
    """Return the headers of columns that may say who came, the most telling ones first."""
    found = dict.fromkeys(
        head for role in _EVIDENCE for table in tables for head in table.header if words.header_role(head) is role
    )
    return [head for head in found if any(_values(table, head) for table in tables)]


def _values(table: _Table, head: str) -> list[str]:
    if head not in table.header:
        return []
    at = table.header.index(head)
    return [value for row in table.rows if at < len(row.cells) and (value := row.cells[at]).casefold() not in _BLANK]


def _chosen(tables: Sequence[_Table], candidates: Sequence[str], presence: str) -> tuple[str, bool]:
    """Return the column that decides and whether it speaks of registrations only; none where no column tells apart."""
    if presence == EVERYBODY:
        return "", False
    if presence in candidates:
        return presence, not _says_who_came(tables, presence)
    telling = [head for head in candidates if _says_who_came(tables, head)]
    if telling:
        return telling[0], False
    going = {head: _goers(tables, head) for head in candidates if words.header_role(head) is not Role.JOINED}
    best = max(going, key=lambda head: going[head], default="")
    return (best, True) if going.get(best) else ("", False)


def _goers(tables: Sequence[_Table], head: str) -> int:
    values = [value for table in tables for value in _values(table, head)]
    return sum(words.is_going(value) or words.came(value) is True for value in values)


def _says_who_came(tables: Sequence[_Table], head: str) -> bool:
    """Whether some value of a column says that somebody came: a word, or the moment of checking in."""
    values = [value for table in tables for value in _values(table, head)]
    if words.header_role(head) is Role.ABSENT:
        return any(words.came(value) is not None for value in values)
    if words.header_role(head) is Role.ANSWER:
        return any(words.tells_attendance(value) for value in values)
    return any(words.came(value) or lengths.is_moment(value) or lengths.minutes(value) for value in values)


def _came(table: _Table, row: Row, column: str, *, registrations: bool) -> bool:
    """Whether a row is of somebody who came; a table without the deciding column lists those who did."""
    if not column or column not in table.header:
        return True
    at = table.header.index(column)
    value = row.cells[at] if at < len(row.cells) else ""
    if words.header_role(column) is Role.ABSENT:
        return not words.came(value)
    if value.casefold() in _BLANK:
        return False
    said = words.came(value)
    if said is not None:
        return said
    return words.is_going(value) if registrations else not words.is_going(value) and _is_evidence(value)


def _is_evidence(value: str) -> bool:
    length = lengths.minutes(value)
    return lengths.is_moment(value) or (length is not None and length > 0)


def _once(entries: Sequence[Entry]) -> list[Entry]:
    """Put rows of one person together: of one address, or of one name with at most one address; lengths add up."""
    addresses: dict[str, set[str]] = {}
    for entry in entries:
        if entry.name and entry.email:
            addresses.setdefault(name_key(entry.name), set()).add(entry.email)
    found: dict[str, Entry] = {}
    for entry in entries:
        key = entry.key
        known = addresses.get(name_key(entry.name), set()) if entry.name else set()
        if not entry.email and len(known) == 1:
            key = next(iter(known))
        before = found.get(key)
        found[key] = entry if before is None else _together(before, entry)
    return list(found.values())


def _together(one: Entry, other: Entry) -> Entry:
    minutes = None if one.minutes is None and other.minutes is None else (one.minutes or 0) + (other.minutes or 0)
    name, email = one.name or other.name, one.email or other.email
    merged = replace(one, name=name, email=email, handle=one.handle or other.handle, minutes=minutes)
    return replace(merged, text=_label(merged)) if name != one.name or email != one.email else merged


def counted(left_out: Sequence[LeftOut]) -> str:
    """Return how many lines were left out for which reason: "12 lines left out: 10 did not come, 2 name nobody"."""
    if not left_out:
        return ""
    reasons = Counter(line.reason for line in left_out)
    parts = ", ".join(f"{count:,} {_phrase(reason, count)}" for reason, count in reasons.most_common())
    lines = "1 line" if len(left_out) == 1 else f"{len(left_out):,} lines"
    return f"{lines} left out: {parts}"


def _phrase(reason: Reason, count: int) -> str:
    return "name nobody" if reason is Reason.NOBODY and count > 1 else reason.value
