"""What was typed, as words: bounded, without any sign that a database would read as its own language. Pure."""

import unicodedata
from dataclasses import dataclass

LONGEST = 200
"""Characters that are looked at."""
MOST_WORDS = 12
_SHORTEST = 2


@dataclass(frozen=True)
class Asked:
    """What to look for: every word must be there, the last one may be the beginning of a word."""

    words: tuple[str, ...]

    def with_word(self, index: int, word: str) -> "Asked":
        """The same with another word in one place."""
        return Asked((*self.words[:index], word, *self.words[index + 1 :]))


def asked(text: str) -> Asked:
    """The words of a text: runs of letters, digits and marks, in lower case, without what is beyond the bounds."""
    composed = unicodedata.normalize("NFC", text[:LONGEST]).lower()
    spaced = "".join(char if unicodedata.category(char)[0] in "LMN" else " " for char in composed)
    words = [word for word in spaced.split() if any(char.isalnum() for char in word)]
    return Asked(tuple(words[:MOST_WORDS]))


def problem(text: str) -> str | None:
    """Why this can't be searched for, in words; None where it can."""
    if len(text) > LONGEST:
        return f"That is too long: {len(text):,} characters, at most {LONGEST:,} can be searched for."
    found = asked(text).words
    if not found:
        return "Type a word or a number." if text.strip() else None
    alone = len(found) == 1 and len(found[0]) < _SHORTEST
    if alone and ord(found[0]) < 0x2E80:  # a Chinese or Japanese character is a word by itself
        return f"Type at least {_SHORTEST} letters."
    return None


def fold(word: str) -> str:
    """A word without accents, as both databases keep it."""
    apart = unicodedata.normalize("NFKD", word)
    return "".join(char for char in apart if not "\u0300" <= char <= "\u036f").lower()


def fts5(asked: Asked) -> str:
    """As an expression of SQLite's FTS5: each word in quotes, so that none is AND, NEAR or a column's name."""
    return " AND ".join(f'"{word}"' for word in asked.words) + " *"


def tsquery(asked: Asked) -> str:
    """As an expression of PostgreSQL's to_tsquery, each word in quotes."""
    pieces = [piece for word in asked.words for piece in _pieces(fold(word))]
    return " & ".join(f"'{piece}'" for piece in pieces) + ":*"


def _pieces(word: str) -> list[str]:
    """What is left of a word that falls apart when folded, such as ½ (1⁄2)."""
    return "".join(char if unicodedata.category(char)[0] in "LMN" else " " for char in word).split()


def snippet(body: str, asked: Asked, *, around: int = 70) -> str:
    """The part of a text in which the first of the words stands; nothing where none does."""
    line = " ".join(body.split())
    low = [fold(char) for char in line]
    flat = "".join(low)
    places = [place for word in asked.words if (place := flat.find(fold(word))) >= 0]
    if not places:
        return ""
    at = _index(low, min(places))
    start, end = max(0, at - around), min(len(line), at + 2 * around)
    if start:
        start = line.find(" ", start, at) + 1 or start
    if end < len(line):
        end = line.rfind(" ", at, end) if line.rfind(" ", at, end) > at else end
    return f"{'… ' if start else ''}{line[start:end]}{' …' if end < len(line) else ''}"


def _index(low: list[str], place: int) -> int:
    """Which character of the text stands at a place of its folded form, whose characters may be longer or none."""
    for index, char in enumerate(low):
        place -= len(char)
        if place < 0:
            return index
    return len(low)
