"""Who is meant: by key, e-mail address, handle, and last by a whole name that only one person has. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz, process

from cop.imports.cells import Unreadable
from cop.imports.changes import Id, Shelf
from cop.imports.keys import Keys
from cop.people.names import name_key

ALIKE = 85.0
"""From this likeness of two names (0-100) on, an unknown one may be a misspelling of the other."""
_IDEOGRAPHS = "\u2e80"
"""From here on scripts write whole names without spaces."""


def is_whole(key: str) -> bool:
    """Whether a name key tells a person apart: a first and a last name, neither of them an initial."""
    words = key.split()
    if len(words) == 1:
        return len(key) > 1 and key >= _IDEOGRAPHS
    return len(words) > 1 and min(len(words[0]), len(words[-1])) > 1


def best_spelling(spellings: Counter[str]) -> str:
    """The most frequent whole spelling, else the most frequent; of equals the longest, then the first by letter."""
    return min(spellings, key=lambda text: (not is_whole(name_key(text)), -spellings[text], -len(text), text))


class People:
    """Everybody known, before and after this import."""

    def __init__(self, person: Shelf, alias: Shelf, keys: Keys) -> None:
        self._person, self._alias, self._keys = person, alias, keys
        self._by: dict[str, dict[str, Id]] = {"email": {}, "handle": {}}
        self._names: dict[str, set[Id]] = defaultdict(set)
        self._spelt: dict[Id, set[str]] = defaultdict(set)
        for key in person.existing:
            self._learn(key)  # type: ignore[arg-type]
        for row in alias.existing.values():
            self._name(row["person_id"], row["key"])

    def _learn(self, key: Id) -> None:
        row = self._person.get(key)
        for column, known in self._by.items():
            if row.get(column):
                known[row[column]] = self.survivor(key)
        self._name(key, name_key(row["name"]))

    def _name(self, key: Id, spelling: str) -> None:
        self._names[spelling].add(self.survivor(key))
        self._spelt[key].add(spelling)

    def survivor(self, key: Id) -> Id:
        """The person that this record was merged into, or the person itself."""
        seen = {key}
        while (into := self._person.get(key).get("merged_into_id")) and into not in seen:
            key = into
            seen.add(key)
        return key

    def add(self, **values: Any) -> Id:
        """Somebody new."""
        key = self._person.add(**values)
        self._learn(key)
        return key

    def add_by_name(self, **values: Any) -> Id:
        """Somebody new of whom only the name is known: it is kept as a spelling too, in case they are renamed."""
        key = self.add(**values)
        self._alias.add(person_id=key, key=name_key(values["name"])[:200])
        return key

    def assign(self, key: Id, **values: Any) -> bool:
        """Change somebody; True where anything differs. The name they had stays one of their spellings."""
        before = self._person.get(key)
        changed = self._person.assign(key, **values)
        for column, known in self._by.items():
            if before.get(column) != self._person.get(key).get(column):
                known.pop(before.get(column) or "", None)
        self._learn(key)
        if name_key(before["name"]) != name_key(self._person.get(key)["name"]):
            self._spelt[key].discard(name_key(before["name"]))
            self.learn_spellings(key, [before["name"]])
        return changed

    def learn_spellings(self, key: Id, spellings: Iterable[str]) -> None:
        """Keep the whole names under which somebody was met, so that they match next time."""
        for spelling in sorted({name_key(text)[:200] for text in spellings}):
            if is_whole(spelling) and spelling not in self._spelt[key]:
                self._alias.add(person_id=key, key=spelling)
                self._name(key, spelling)

    def by(self, column: str, value: str | None) -> Id | None:
        """The person with this e-mail address or handle."""
        return self._by[column].get(value) if value else None

    def keyed(self, key: str | None) -> Id | None:
        """The person whom the import's source knows under this key."""
        found = self._keys.row("person", key) if key else None
        return None if found is None else self.survivor(found)

    def named(self, name: str) -> Id | None:
        """The one person with exactly this name; None where nobody has it. Raises Unreadable where several have."""
        found = self._names.get(name_key(name), set())
        if len(found) > 1:
            raise Unreadable("ambiguous_person")
        return next(iter(found), None)

    def is_known(self, name: str) -> bool:
        """Whether anybody has this name."""
        return bool(self._names.get(name_key(name)))

    def alike(self, keys: Iterable[str]) -> set[str]:
        """Those of the unknown name keys that may well be a known person's, or another of them, spelt otherwise."""
        unknown = set(keys)
        known = sorted({key for key in [*self._names, *unknown] if is_whole(key)})
        nameless = self._nameless()
        like_a_handle = {key for key in unknown if _is_near(key.replace(" ", ""), nameless)}
        return like_a_handle | _misspelt(unknown, known) | _longer_or_shorter(unknown, known)

    def _nameless(self) -> list[str]:
        """The handles of those of whom no whole name is known."""
        return [
            name_key(handle).replace(" ", "")
            for handle, person in self._by["handle"].items()
            if not any(is_whole(spelling) for spelling in self._spelt[person])
        ]


def _misspelt(unknown: Iterable[str], known: Sequence[str]) -> set[str]:
    """Those with another name almost like them, in whatever order the words are."""
    in_order = [" ".join(sorted(key.split())) for key in known]
    found = set()
    for key in unknown:
        own = " ".join(sorted(key.split()))
        near = process.extract(own, in_order, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=2)
        if any(known[index] != key for _text, _score, index in near):
            found.add(key)
    return found


def _longer_or_shorter(unknown: Iterable[str], known: Sequence[str]) -> set[str]:
    """Those with another name that has all of their words, or all of whose words they have."""
    with_word: dict[str, list[str]] = defaultdict(list)
    for key in known:
        for word in set(key.split()):
            with_word[word].append(key)
    return {
        key
        for key in unknown
        if any(_within(key, other) for word in set(key.split()) for other in with_word[word] if other != key)
    }


def _within(one: str, other: str) -> bool:
    words, others = set(one.split()), set(other.split())
    return len(words & others) > 1 and (words <= others or others <= words)


def _is_near(text: str, choices: Sequence[str]) -> bool:
    return process.extractOne(text, choices, scorer=fuzz.ratio, score_cutoff=ALIKE) is not None


def who(people: People, values: Mapping[str, Any]) -> Id | None:
    """The person whom a row's key, e-mail address or handle names; None where nobody has any of them.

    Raises Unreadable where they name different people.
    """
    named = {
        people.keyed(values.get("person")),
        *(people.by(column, values.get(column)) for column in ("email", "handle")),
    }
    found = named - {None}
    if len(found) > 1:
        raise Unreadable("several_people")
    return next(iter(found), None)


def has_identity(values: Mapping[str, Any]) -> bool:
    """Whether the row says more of the person than a name."""
    return bool(values.get("handle") or values.get("email") or values.get("person"))
