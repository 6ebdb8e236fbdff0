"""From a cell's text to a value, by the field's own rule. Pure."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from cop.catalog.slugs import slug
from cop.imports import dates
from cop.imports.kinds import Field, Reading
from cop.people.names import handle_key
from cop.validation import Checks

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
_BROKEN = {"Cc", "Cs", "Co", "Cn"}
_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_HANDLE = re.compile(r"[\w][\w.-]*")
ENGLISH_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
"""What counts as yes and no without a word in the mapping."""


class Unreadable(Exception):
    """A cell breaks its field's rule; `reason` is one of problems.ROW_REASONS."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(reason)


@dataclass(frozen=True)
class Written:
    """How a column's days and times are written, and the zone to which offsets are converted."""

    forms: Sequence[str] = ()
    """As `dates` knows them; none stand for 2026-03-05 and 16:30."""
    zone: str = "UTC"


def read_cell(text: str, field: Field, written: Written = Written()) -> Any:
    """The value of a cell that isn't empty; raises Unreadable."""
    text = unicodedata.normalize("NFC", text).strip()
    if field.reading is not Reading.TEXT:
        text = " ".join(text.split())
    if not text.isprintable() and any(unicodedata.category(char) in _BROKEN and char not in "\n\t\r" for char in text):
        raise Unreadable("control_character")
    value = _READERS[field.reading](text, field, written)
    if isinstance(value, str) and len(value) > field.limit:
        raise Unreadable("too_long", f"({len(value):,} characters, {field.limit:,} fit)")
    return value


def _text(text: str, _field: Field, _written: Written) -> str:
    return text


def _day(text: str, _field: Field, written: Written) -> date:
    day = _moment(text, written.forms or (dates.ISO,), written.zone).day
    if not EARLIEST <= day <= LATEST:
        raise Unreadable("unreadable", f"(a day between {EARLIEST.year} and {LATEST.year} is expected)")
    return day


def _time(text: str, _field: Field, written: Written) -> time:
    moment = _moment(text, written.forms or (*dates.TIME_FORMS, dates.ISO), written.zone)
    if moment.clock is None:
        raise Unreadable("unreadable", "(a time is expected)")
    return moment.clock


def clock_of(text: str, written: Written) -> time | None:
    """The time that a cell holds beside its day; None where there is none, or it can't be read."""
    text = " ".join(text.split())
    moments = dates.read(text, written.forms or (dates.ISO,), written.zone)
    clocks = {moment.clock for moment in moments}
    return next(iter(clocks)) if len(clocks) == 1 else None


def _moment(text: str, forms: Sequence[str], zone: str) -> dates.Moment:
    moments = dates.read(text, forms, zone)
    if len(moments) > 1:
        raise Unreadable("ambiguous_date", f"(expected as {' or '.join(forms)})")
    if not moments:
        raise Unreadable("unreadable", f"(expected as {' or '.join(forms)})")
    return next(iter(moments))


def _number(text: str, _field: Field, _written: Written) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Unreadable("unreadable", "(a whole number is expected)")
    return int(text)


def _flag(text: str, _field: Field, _written: Written) -> bool:
    if text.casefold() not in ENGLISH_FLAGS:
        raise Unreadable("unknown_value", "(known: yes, no)")
    return ENGLISH_FLAGS[text.casefold()]


def _choice(text: str, field: Field, _written: Written) -> Any:
    assert field.choices is not None  # noqa: S101 - every choice in KINDS has its values
    try:
        return field.choices(text)
    except ValueError:
        raise Unreadable("unknown_value", f"(known: {', '.join(field.choices)})") from None


def _url(text: str, field: Field, _written: Written) -> str:
    checks = Checks()
    checks.url("url", "The address", text)
    if checks.errors and len(text) <= field.limit:
        raise Unreadable("unreadable", "(an address that starts with https:// or http:// is expected)")
    return text


def _email(text: str, _field: Field, _written: Written) -> str:
    if not _EMAIL.fullmatch(text):
        raise Unreadable("unreadable", "(an e-mail address is expected)")
    return text.lower()


def _handle(text: str, _field: Field, _written: Written) -> str:
    handle = handle_key(text)
    if not _HANDLE.fullmatch(handle):
        raise Unreadable("unreadable", "(a handle of letters, digits, - . _ is expected)")
    return handle


def _slug(text: str, _field: Field, _written: Written) -> str:
    if slug(text) != text:
        raise Unreadable("unreadable", "(lower-case letters, digits and hyphens are expected)")
    return text


_READERS: dict[Reading, Callable[[str, Field, Written], Any]] = {
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
