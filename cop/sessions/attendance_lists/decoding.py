"""An uploaded list as text: whatever encoding the tool that wrote it used. Pure."""

import codecs

from charset_normalizer import from_bytes

MOST_BYTES = 2_000_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_OTHERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")


class Unreadable(ValueError):
    """The file holds no text; the message says what to do."""


def text_of(data: bytes) -> str:
    """Return the text of a file. Raises Unreadable for workbooks, pictures and what is too large."""
    if len(data) > MOST_BYTES:
        raise Unreadable("This file is larger than 2 MB. Remove what is not the list, or paste the names.")
    if data.startswith(_WORKBOOKS):
        raise Unreadable("This is a workbook. Copy its cells and paste them below, or save it as CSV.")
    if data.startswith(_OTHERS):
        raise Unreadable("This file holds no text. Export the list as CSV, or paste the names below.")
    text = _decoded(data)
    if "\x00" in text:
        raise Unreadable("This file holds no text. Export the list as CSV, or paste the names below.")
    return text


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if encoding := _without_mark(data):
        return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        guess = from_bytes(data, cp_isolation=["cp1252", "cp1250", "cp1251", "mac_roman", "shift_jis"]).best()
        return data.decode(guess.encoding if guess else "cp1252", "replace")


def _without_mark(data: bytes) -> str:
    """UTF-16 without its mark: every other byte of Latin text is zero."""
    sample = data[:2000]
    if len(sample) < 4 or sample.count(0) < len(sample) // 4:
        return ""
    return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
