"""From rows that name people to people: those known, those to be added, those who stay unclear. Pure.

Handles and e-mail addresses come first. A name alone identifies somebody only when it is whole and nobody else has it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from cop.choices import PersonKind
from cop.imports.cells import Unreadable
from cop.imports.changes import Id
from cop.imports.draft import Draft, Entry
from cop.imports.people import best_spelling, has_identity, is_whole, who
from cop.imports.records import is_listed
from cop.people.names import name_key


def introduce(draft: Draft, entries: Sequence[Entry]) -> None:
    """Add whom the mapping lets be added, and keep the spellings of those who are known by more than a name."""
    _introduce_handles(draft, entries)
    _introduce_names(draft, entries)


def _introduce_handles(draft: Draft, entries: Iterable[Entry]) -> None:
    spellings: dict[Id, Counter[str]] = defaultdict(Counter)
    strangers: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        if not has_identity(entry.record.values):
            continue
        known = _known(draft, entry)
        if known is not None:
            spellings[known].update(_spelling(entry))
        elif entry.sheet.mapping.options.people_with_handle:
            column = "handle" if entry.record.values.get("handle") else "email"
            strangers[column, entry.record.values.get(column) or ""].append(entry)
    for (column, value), group in sorted(strangers.items(), key=lambda item: item[0][0] != "handle"):
        if not value:
            continue
        person = draft.people.by(column, value)
        if person is None:
            person = _add(draft, column, value, group)
        spellings[person].update(text for entry in group for text in _spelling(entry))
    for person, found in spellings.items():
        draft.people.learn_spellings(person, found)


def _known(draft: Draft, entry: Entry) -> Id | None:
    try:
        return who(draft.people, entry.record.values)
    except Unreadable:
        return None


def _add(draft: Draft, column: str, value: str, group: Sequence[Entry]) -> Id:
    names = Counter(text for entry in group for text in _spelling(entry))
    email = next((entry.record.values["email"] for entry in group if entry.record.values.get("email")), None)
    if draft.people.by("email", email) is not None:
        email = None
    return draft.people.add(
        name=best_spelling(names) if names else value,
        kind=group[0].sheet.mapping.options.people_with_handle or PersonKind.GUEST,
        email=value if column == "email" else email,
        handle=value if column == "handle" else None,
    )


def _spelling(entry: Entry) -> list[str]:
    """The row's name, if it has one that may be a person's."""
    name = entry.record.values.get("name")
    return [name] if name and not is_listed(name, entry.sheet.mapping.options.not_people) else []


def _introduce_names(draft: Draft, entries: Iterable[Entry]) -> None:
    """Whole names that nobody has become people of their own, unless they are almost somebody else's."""
    strangers: dict[str, Counter[str]] = defaultdict(Counter)
    kinds: dict[str, PersonKind | None] = {}
    for entry in entries:
        if has_identity(entry.record.values):
            continue
        for name in _spelling(entry):
            if is_whole(name_key(name)) and not draft.people.is_known(name):
                strangers[name_key(name)][name] += 1
                kinds[name_key(name)] = kinds.get(name_key(name)) or entry.sheet.mapping.options.people_with_name
    draft.similar |= draft.people.alike(strangers)
    for key, names in strangers.items():
        kind = kinds[key]
        if kind is not None and key not in draft.similar:
            draft.people.add_by_name(name=best_spelling(names), kind=kind)


def person_of(draft: Draft, entry: Entry) -> Id | None:
    """Who the row is about; None where that stays unclear, which is reported."""
    try:
        return _person_of(draft, entry)
    except Unreadable as problem:
        by_name = not has_identity(entry.record.values) and entry.record.values.get("name")
        fields = ("name",) if by_name else ("handle", "email", "person", "name")
        draft.leave_out(entry.sheet, entry.record, problem.reason, *fields)
        return None


def _person_of(draft: Draft, entry: Entry) -> Id:
    values = entry.record.values
    if has_identity(values):
        found = who(draft.people, values)
        if found is None:
            raise Unreadable("unknown_person")
        return found
    name = values.get("name")
    if not name:
        raise Unreadable("no_person")
    if is_listed(name, entry.sheet.mapping.options.not_people):
        raise Unreadable("not_a_person")
    if not is_whole(name_key(name)):
        raise Unreadable("incomplete_name")
    found = draft.people.named(name)
    if found is None:
        raise Unreadable("similar_person" if name_key(name) in draft.similar else "unknown_person")
    return found
