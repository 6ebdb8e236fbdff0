"""From a cell's text to a value, by the field's own rule. Pure."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from cop.catalog.slugs import slug
from cop.imports.kinds import Field, Reading
from cop.people.names import handle_key
from cop.validation import Checks

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
_BROKEN = {"Cc", "Cs", "Co", "Cn"}
_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_HANDLE = re.compile(r"[\w][\w.-]*")
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_FORMATS = {Reading.DATE: "%Y-%m-%d", Reading.TIME: "%H:%M"}


class Unreadable(Exception):
    """A cell breaks its field's rule; `reason` is one of problems.ROW_REASONS."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(reason)


def read_cell(text: str, field: Field, form: str = "") -> Any:
    """The value of a cell that isn't empty; raises Unreadable. `form` is strptime's, for dates and times."""
    text = unicodedata.normalize("NFC", text).strip()
    if field.reading is not Reading.TEXT:
        text = " ".join(text.split())
    if not text.isprintable() and any(unicodedata.category(char) in _BROKEN and char not in "\n\t\r" for char in text):
        raise Unreadable("control_character")
    value = _READERS[field.reading](text, field, form)
    if isinstance(value, str) and len(value) > field.limit:
        raise Unreadable("too_long", f"({len(value):,} characters, {field.limit:,} fit)")
    return value


def _text(text: str, _field: Field, _form: str) -> str:
    return text


def _day(text: str, _field: Field, form: str) -> date:
    day = _moment(text, form or _FORMATS[Reading.DATE]).date()
    if not EARLIEST <= day <= LATEST:
        raise Unreadable("unreadable", f"(a day between {EARLIEST.year} and {LATEST.year} is expected)")
    return day


def _time(text: str, _field: Field, form: str) -> time:
    return _moment(text, form or _FORMATS[Reading.TIME]).time()


def _moment(text: str, form: str) -> datetime:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the session's
    except ValueError:
        raise Unreadable("unreadable", f"(expected as {form})") from None


def _number(text: str, _field: Field, _form: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Unreadable("unreadable", "(a whole number is expected)")
    return int(text)


def _flag(text: str, _field: Field, _form: str) -> bool:
    if text.casefold() not in _FLAGS:
        raise Unreadable("unreadable", "(yes or no is expected)")
    return _FLAGS[text.casefold()]


def _choice(text: str, field: Field, _form: str) -> Any:
    assert field.choices is not None  # noqa: S101 - every choice in KINDS has its values
    try:
        return field.choices(text)
    except ValueError:
        raise Unreadable("unknown_value", f"(known: {', '.join(field.choices)})") from None


def _url(text: str, field: Field, _form: str) -> str:
    checks = Checks()
    checks.url("url", "The address", text)
    if checks.errors and len(text) <= field.limit:
        raise Unreadable("unreadable", "(an address that starts with https:// or http:// is expected)")
    return text


def _email(text: str, _field: Field, _form: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise Unreadable("unreadable", "(an e-mail address is expected)")
    return text.lower()


def _handle(text: str, _field: Field, _form: str) -> str:
    handle = handle_key(text)
    if not _HANDLE.fullmatch(handle):
        raise Unreadable("unreadable", "(a handle of letters, digits, - . _ is expected)")
    return handle


def _slug(text: str, _field: Field, _form: str) -> str:
    if slug(text) != text:
        raise Unreadable("unreadable", "(lower-case letters, digits and hyphens are expected)")
    return text


_READERS: dict[Reading, Callable[[str, Field, str], Any]] = {
    Reading.LINE: _text,
    Reading.TEXT: _text,
    Reading.DATE: _day,
    Reading.TIME: _time,
    Reading.NUMBER: _number,
    Reading.FLAG: _flag,
    Reading.CHOICE: _choice,
    Reading.URL: _url,
    Reading.EMAIL: _email,
    Reading.HANDLE: _handle,
    Reading.SLUG: _slug,
}
