"""User text on its way into Streamlit calls that read Markdown."""

import re

# Everything that Streamlit's Markdown gives a meaning: CommonMark, GFM, :color[…], :material/…:, $math$, HTML.
_ACTIVE = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:^=&@/\"'])")

# GFM makes links of bare addresses after all escapes are read; an invisible joiner in them keeps them text.
_ADDRESS = re.compile(r"https?:|www(?=\.)|@", re.IGNORECASE)
_JOINER = "\u2060"


def plain(text: str) -> str:
    """User text that any Markdown-reading call shows literally, on one line."""
    return _ACTIVE.sub(r"\\\1", _ADDRESS.sub(_apart, " ".join(text.split())))


def _apart(found: re.Match[str]) -> str:
    return found.group() + _JOINER
