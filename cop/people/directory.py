"""Everybody the programme knows, ready to be searched and matched. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from rapidfuzz import fuzz, process

from cop.people.names import handle_key, name_key

ALIKE = 78.0
"""From this likeness (0-100) on a spelling is offered as a candidate, never taken as a match."""


def unlike(label: str, taken: Collection[str]) -> str:
    """The label, numbered where it is taken."""
    numbered = (label if number == 1 else f"{label} ({number})" for number in range(1, len(taken) + 2))
    return next(each for each in numbered if each not in taken)


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be meant, and how alike the spellings are, 0-100."""

    person_id: int
    score: float


@dataclass(frozen=True)
class Directory:
    """People in columns, which a cache reads back quickly; those merged into another count as that other."""

    names: dict[int, str]
    units: dict[int, str]
    guests: frozenset[int]
    emails: dict[str, int]
    handles: dict[str, int]
    spellings: tuple[tuple[str, int], ...]
    """Name keys, confirmed spellings included, and whose they are."""
    merged: dict[int, int] = field(default_factory=dict)
    """Whom somebody counts as who was merged into another."""

    @cached_property
    def by_key(self) -> dict[str, frozenset[int]]:
        """Who is called exactly so."""
        found: dict[str, set[int]] = {}
        for key, person_id in self.spellings:
            found.setdefault(key, set()).add(person_id)
        return {key: frozenset(ids) for key, ids in found.items()}

    @cached_property
    def with_email(self) -> frozenset[int]:
        """Whose e-mail address is known."""
        return frozenset(self.emails.values())

    @cached_property
    def _sorted_keys(self) -> list[str]:
        """Each spelling with its words in alphabetical order: "gomez ana" is as good as "ana gomez"."""
        return [" ".join(sorted(key.split())) for key, _person in self.spellings]

    def address(self, person_id: int) -> str:
        """An e-mail address or handle, to tell people of one name apart."""
        for known in (self.emails, self.handles):
            for address, person in known.items():
                if person == person_id:
                    return address
        return ""

    def label(self, person_id: int) -> str:
        """The name, and the unit or "guest" beside it."""
        today = self.merged.get(person_id, person_id)
        beside = self.units.get(today) or ("guest" if today in self.guests else "")
        return f"{self.name(today)} · {beside}" if beside else self.name(today)

    def name(self, person_id: int) -> str:
        """The name on one line."""
        return " ".join(self.names.get(self.merged.get(person_id, person_id), "somebody").split())

    def distinct(self, people: Iterable[int], *, short: bool = False) -> dict[int, str]:
        """A label for each that no other one bears; `short` ones are the bare name where that is enough."""
        people = list(people)
        count = Counter(self.name(person) for person in people)
        found: dict[int, str] = {}
        for person in people:
            name = self.name(person)
            found[person] = unlike(name if short and count[name] == 1 else self.label(person), found.values())
        return found

    def search(self, text: str, first: Collection[int] = (), limit: int = 8) -> list[int]:
        """Whose name, e-mail or handle begins so, word by word; those in `first` come first. Else who is alike."""
        words = name_key(text).split()
        if not words:
            return []
        hits = {person for key, person in self.spellings if all(f" {word}" in f" {key}" for word in words)}
        plain = handle_key(text)
        for known in (self.emails, self.handles):
            hits |= {person for key, person in known.items() if key.startswith(plain)}
        if not hits:
            return [candidate.person_id for candidate in self.alike(" ".join(words), first, limit)]
        return sorted(hits, key=lambda person: (person not in first, self.names[person].casefold()))[:limit]

    def alike(self, key: str, usual: Collection[int] = (), limit: int = 4) -> list[Candidate]:
        """Who is spelt almost so; of the usual people also those of whom only a part is given ("Ana G.")."""
        target = " ".join(sorted(key.split()))
        scores: dict[int, float] = {}
        nearest = process.extract(target, self._sorted_keys, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=3 * limit)
        for _key, score, index in nearest:
            person = self.spellings[index][1]
            scores[person] = max(score, scores.get(person, 0.0))
        for known, person in self.spellings:
            if person in usual and person not in scores and _is_part(key, known):
                scores[person] = ALIKE
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0] not in usual, self.names[item[0]]))
        return [Candidate(person, round(score, 1)) for person, score in ranked[:limit]]


def _is_part(part: str, whole: str) -> bool:
    """Whether each word of one spelling begins a word of its own in the other, or the other way round."""
    return _begins(part.split(), whole.split()) or (len(whole.split()) > 1 and _begins(whole.split(), part.split()))


def _begins(words: list[str], targets: list[str]) -> bool:
    left = list(targets)
    for word in sorted(words, key=len, reverse=True):
        hit = next((target for target in left if target.startswith(word)), None)
        if hit is None:
            return False
        left.remove(hit)
    return bool(words)
