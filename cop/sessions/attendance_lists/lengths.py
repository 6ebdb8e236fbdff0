"""Lengths and times as meeting tools write them, in minutes. Pure."""

import re

_HOURS = r"(?:h|hr|hrs|hour|hours|std|stunde|stunden|hora|horas|heure|heures|ora|ore|uur|uren|u|tim|timmar|godz|hod)"
_MINUTES = r"(?:m|min|mins|mn|minute|minutes|minuten|minuto|minutos|minuti|minuter|minut)"
_SECONDS = r"(?:s|sec|secs|sek|second|seconds|sekunde|sekunden|segundo|segundos|seg|seconde|secondes|secondi|secondo|seconden|sekunder)"
_NUMBER = r"(\d+(?:[.,]\d+)?)"
_UNITS = re.compile(
    rf"(?:{_NUMBER}\s*{_HOURS}\b\.?)?[\s,:]*(?:{_NUMBER}\s*{_MINUTES}\b\.?)?[\s,:]*(?:{_NUMBER}\s*{_SECONDS}\b\.?)?",
    re.IGNORECASE,
)
_TIGHT = re.compile(r"(\d)\s*h\s*(\d{1,2})$", re.IGNORECASE)
"""French "1h04"."""
_ISO = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?", re.IGNORECASE)
_COLONS = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2})(?:\.\d+)?)?")
_CLOCK = re.compile(r"(\d{1,2})[:.h](\d{2})(?:[:.](\d{2}))?(?:\.\d+)?\s*([ap])?\.?\s?m?\.?", re.IGNORECASE)
_DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}\.? ?(?:de )?[a-zà-ÿ]{3,10}\.?,? ?(?:de )?\d{4}|[a-zà-ÿ]{3,10}\.? \d{1,2},? \d{4}",
    re.IGNORECASE,
)
_DAY = 24 * 60


def minutes(text: str, *, unit: str = "") -> float | None:
    """Return a length in minutes, of any form that tools write; a bare number counts as `unit`, minutes by default.

    "1h 38m 39s", "1 hr 2 min", "1 Std. 4 Min.", "01:02:33", "61", "PT1H2M". None where the text is no length.
    """
    text = " ".join(text.split())
    if not text or not any(char.isdigit() for char in text):
        return None
    if re.fullmatch(_NUMBER, text):
        return _float(text) * {"h": 60.0, "s": 1 / 60}.get(unit, 1.0)
    if found := _ISO.fullmatch(text):
        return _sum(*found.groups())
    if found := _COLONS.fullmatch(text):
        return _colons(*found.groups())
    if found := _TIGHT.match(text):
        return 60.0 * int(text.lower().split("h")[0]) + int(found[2])
    found = _UNITS.fullmatch(text)
    return _sum(*found.groups()) if found and any(found.groups()) else None


def unit_of(header: str) -> str:
    """Return "h", "m" or "s", the unit of bare numbers below this header; minutes where it names none."""
    words = set(re.findall(r"[^\W\d_]+", header.casefold()))
    if words & {"seconds", "second", "secs", "sec", "sekunden", "segundos", "secondes", "secondi", "seconden"}:
        return "s"
    if words & {"hours", "hour", "hrs", "stunden", "horas", "heures", "ore", "uren"}:
        return "h"
    return "m"


def is_moment(text: str) -> bool:
    """Whether a cell is a date, a time of day, or both."""
    text = text.strip()
    dated = _DATE.search(text) is not None and any(char.isdigit() for char in text)
    return (dated and len(text) <= 45) or (_CLOCK.fullmatch(text) is not None and _COLONS.fullmatch(text) is None)


def between(joined: str, left: str) -> float | None:
    """Return the minutes from one time of day to a later one; None where either says no time."""
    start, end = _clock(joined), _clock(left)
    return None if start is None or end is None else (end - start) % _DAY


def _clock(text: str) -> float | None:
    rest = _DATE.sub(" ", text).replace("T", " ")
    found = _CLOCK.search(rest)
    if not found:
        return None
    hour = int(found[1])
    if found[4]:
        hour = hour % 12 + (12 if found[4].lower() == "p" else 0)
    return hour * 60.0 + int(found[2]) + int(found[3] or 0) / 60


def _colons(first: str, second: str, third: str | None) -> float:
    """Three parts are hours, minutes, seconds; two are hours and minutes, or minutes and seconds above 12 hours."""
    if third is not None:
        return _sum(first, second, third)
    return _sum(first, second, None) if int(first) <= 12 else _sum(None, first, second)


def _sum(hours: str | None, whole: str | None, seconds: str | None) -> float:
    return 60 * _float(hours) + _float(whole) + _float(seconds) / 60


def _float(text: str | None) -> float:
    return float(text.replace(",", ".")) if text else 0.0
