"""Comparing the spellings of a name. Pure."""

import unicodedata

_INVISIBLE_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that draw nothing though Unicode counts them among letters, marks or symbols."""


def without_invisible(text: str) -> str:
    """Return a text without characters that draw nothing: zero width, direction marks, variation selectors; tabs stay.

    Spaces of any width become ordinary ones.
    """
    if text.isascii():
        return text
    return "".join(" " if unicodedata.category(char) == "Zs" else char for char in text if not _is_invisible(char))


def _is_invisible(char: str) -> bool:
    is_selector = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    return unicodedata.category(char) == "Cf" or is_selector or char in _INVISIBLE_LETTERS


def name_key(text: str) -> str:
    """A spelling reduced to what identifies it: no case, no accents, no punctuation, single spaces."""
    decomposed = unicodedata.normalize("NFKD", without_invisible(text).casefold())
    kept = "".join(char if char.isalnum() else " " for char in decomposed if not unicodedata.combining(char))
    return " ".join(kept.split())


def handle_key(text: str) -> str:
    """A handle without @ and case."""
    return without_invisible(text).strip().lstrip("@").casefold()
