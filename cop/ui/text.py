"""User text on its way into Streamlit calls that read Markdown."""

import re

# Everything that Streamlit's Markdown gives a meaning: CommonMark, GFM, :color[…], :material/…:, $math$, HTML.
_ACTIVE = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:^=&@/\"'])")

# What is looked for after all escapes are read: an invisible joiner inside keeps it text. GFM makes links of bare
# addresses; Streamlit makes icons of :streamlit: and :material_…:, and typographic signs of lone arrows and the like.
_LATE = re.compile(
    r"https?:|www(?=\.)|@|:(?=streamlit:|material_)|(?<![^\s\ufeff])[-<>~](?=(?:->|[->=])(?![^\s\ufeff]))",
    re.IGNORECASE,
)
_JOINER = "\u2060"


def plain(text: str) -> str:
    """User text that any Markdown-reading call shows literally, on one line."""
    return _ACTIVE.sub(r"\\\1", _LATE.sub(_apart, " ".join(text.split())))


def _apart(found: re.Match[str]) -> str:
    return found.group() + _JOINER
