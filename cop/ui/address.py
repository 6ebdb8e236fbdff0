"""What an address may name: anybody can write anything there, and it names nothing then."""

_LARGEST_ID = 2**31 - 1
"""What a database's integer column can hold."""


def address_id(text: str) -> int:
    """The id that the text is; 0, which no row has, for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST_ID))):
        return 0
    return int(text) if int(text) <= _LARGEST_ID else 0


def address_slug(text: str) -> str:
    """The community's name in addresses; nothing for what no name can be, such as characters no database keeps."""
    return text if text.isprintable() else ""
