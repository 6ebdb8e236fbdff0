"""A community's name in addresses. Pure."""

import unicodedata
from collections.abc import Collection

LENGTH = 80
NAMELESS = "community"
"""For a name of which no letter or digit of a to z and 0 to 9 is left."""


def slug(name: str, taken: Collection[str] = ()) -> str:
    """The name in lower-case letters, digits and hyphens; numbered where another community has it already."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in letters).split()
    base = "-".join(words)[:LENGTH].strip("-") or NAMELESS
    found, number = base, 2
    while found in taken:
        tail = f"-{number}"
        found, number = base[: LENGTH - len(tail)].rstrip("-") + tail, number + 1
    return found
