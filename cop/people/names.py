"""Comparing the spellings of a name. Pure."""

import unicodedata


def name_key(text: str) -> str:
    """A spelling reduced to what identifies it: no case, no accents, no punctuation, single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(char if char.isalnum() else " " for char in decomposed if not unicodedata.combining(char))
    return " ".join(kept.split())


def handle_key(text: str) -> str:
    """A handle without @ and case."""
    return text.strip().lstrip("@").casefold()
