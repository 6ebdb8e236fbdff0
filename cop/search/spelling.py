"""Words that somebody may have meant. Pure."""

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

SHORTEST = 4
"""Shorter words are one letter away from too many others."""
MOST = 3
"""How many words are suggested for one."""
_LONG = 8


def mistakes(word: str) -> int:
    """How many letters may be wrong: one in a short word, two in a long one."""
    return 1 if len(word) < _LONG else 2


def likely(word: str, known: Iterable[str], *, most: int | None = MOST) -> list[str]:
    """The known words that are meant most likely, the likeliest first; letters that changed places are one mistake."""
    others = sorted({other for other in known if other != word})
    found = process.extract(word, others, scorer=DamerauLevenshtein.distance, score_cutoff=mistakes(word), limit=most)
    return [other for other, _distance, _index in found]


def correct(text: str, known: Iterable[str]) -> str:
    """Replace each word that begins none of the known words by the likeliest one; empty where a word has none."""
    vocabulary = set(known)
    corrected = []
    for word in text.split():
        if any(other.startswith(word) for other in vocabulary):
            corrected.append(word)
            continue
        likeliest = likely(word, vocabulary) if len(word) >= SHORTEST else []
        if not likeliest:
            return ""
        corrected.append(likeliest[0])
    return " ".join(corrected)
