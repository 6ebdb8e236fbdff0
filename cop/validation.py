"""Checks of what users type; each problem is kept under its field and all are told at once."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from cop.errors import Invalid

LONG = 20_000
_CONTROL = {"Cc", "Cs", "Co", "Cn"}


@cache
def known_time_zones() -> frozenset[str]:
    """The IANA zones of this machine, kept: looking them up walks through a thousand files."""
    return frozenset(available_timezones())


class Checks:
    """Collects problems by field; `done()` raises Invalid where there are any."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def fail(self, field: str, message: str) -> None:
        """Keep the first problem of a field."""
        self.errors.setdefault(field, message)

    def text(self, field: str, label: str, value: str | None, *, limit: int, required: bool = False) -> str:
        """Trimmed text in Unicode's composed form, without control characters, at most `limit` long."""
        text = unicodedata.normalize("NFC", value or "").strip()
        if len(text) > limit:
            self.fail(field, f"{label} is too long: {len(text):,} characters, at most {limit:,} fit.")
            return ""
        if any(unicodedata.category(char) in _CONTROL and char not in "\n\t\r" for char in text):
            self.fail(field, f"{label} holds a character that can't be stored (a control or broken character).")
            return ""
        if required and not text:
            self.fail(field, f"{label} is missing.")
        return text

    def url(self, field: str, label: str, value: str | None, *, required: bool = False) -> str:
        """An http or https address."""
        text = self.text(field, label, value, limit=500, required=required)
        if not text:
            return text
        try:
            parts = urlsplit(text)
            good = parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", text)
        except ValueError:
            good = False
        if not good:
            self.fail(field, f"{label} must be a web address that starts with https:// or http://.")
            return ""
        return text

    def time_zone(self, field: str, value: str) -> str:
        """An IANA time zone."""
        if value not in known_time_zones():
            self.fail(field, f"“{value}” is not a time zone. Use a name such as Europe/Madrid.")
            return "UTC"
        return value

    def one_of(self, field: str, label: str, value: str, allowed: Iterable[str]) -> str:
        """One of the allowed values."""
        allowed = [str(item) for item in allowed]
        if value not in allowed:
            self.fail(field, f"{label} must be one of: {', '.join(allowed)}.")
            return allowed[0]
        return value

    def done(self) -> None:
        """Raise Invalid with every problem found."""
        if self.errors:
            raise Invalid(self.errors)
