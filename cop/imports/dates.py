"""How files write days and times: many forms, month names in seven languages, serial numbers of spreadsheets. Pure.

A form is a text as `strptime` reads it, or one of two words: `iso` (2026-03-05, with a time and an offset where there
is one) and `serial` (45321 = 30 January 2024). A text that two chosen forms read differently is never guessed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

ISO, SERIAL = "iso", "serial"
_FIRST_SERIAL = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook knows no zone
_LATEST_SERIAL = 109_575
"""The year 2200."""
_LIKELY_SERIALS = range(20_000, 60_000)
"""1954 to 2064: a column of other numbers is rather one of amounts."""

_MONTHS = (
    "january jan januar jänner jän enero ene janvier janv janeiro gennaio gen januari",
    "february feb februar febrero février févr fév fevereiro fev febbraio februari febr",
    "march mar märz mär mrz marzo mars março maart mrt",
    "april apr abril abr avril avr aprile",
    "may mai mayo maio maggio mag mei",
    "june jun juni junio juin junho giugno giu",
    "july jul juli julio juillet juil julho luglio lug",
    "august aug agosto ago août agostus augustus",
    "september sep sept septiembre septembre setembro set settembre",
    "october oct oktober okt octubre octobre outubro out ottobre ott",
    "november nov noviembre novembre novembro",
    "december dec dezember dez diciembre dic décembre déc dezembro dicembre",
)
"""English, German, Spanish, French, Portuguese, Italian and Dutch, whole and short."""
_MONTH = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}
_WEEKDAYS = (
    "monday mon montag mo lunes lun lundi segunda segunda-feira lunedì maandag ma "
    "tuesday tue tues dienstag di martes mar mardi terça terça-feira martedì dinsdag "
    "wednesday wed mittwoch mi miércoles mié mercredi mer quarta quarta-feira mercoledì woensdag wo "
    "thursday thu thur thurs donnerstag do jueves jue jeudi jeu quinta quinta-feira giovedì gio donderdag "
    "friday fri freitag fr viernes vie vendredi ven sexta sexta-feira venerdì vrijdag vr "
    "saturday sat samstag sa sonnabend sábado sáb samedi sam sabato sab zaterdag za "
    "sunday sun sonntag so domingo dom dimanche dim domenica zondag zo"
)
_WEEKDAY = re.compile(
    rf"^(?:{'|'.join(sorted(map(re.escape, _WEEKDAYS.split()), key=len, reverse=True))})[.,]*\s+(?=\S)"
)

_PARTS = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>\d{1,2})",
    "b": r"(?P<b>[^\W\d_]+)\.?",
    "d": r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|º|°)?",
    "H": r"(?P<H>\d{1,2})",
    "I": r"(?P<I>\d{1,2})",
    "M": r"(?P<M>\d{2})",
    "S": r"(?P<S>\d{2}(?:[.,]\d{1,9})?)",
    "p": r"(?P<p>[ap])\.?\s?m\.?",
    "z": r"(?P<z>z|utc|gmt|(?:utc|gmt)?[+-]\d{2}:?\d{2})",
}
_SAME = {"B": "b", "e": "d", "f": "S"}
_DIRECTIVE = re.compile(r"%[%A-Za-z]")

_DAYS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
    "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%m-%y", "%d/%b/%Y", "%d/%b/%y", "%d-%b-%Y", "%d-%b-%y", "%d.%b.%Y",
    "%d %b %Y", "%d %b, %Y", "%d. %b %Y", "%d %b %y", "%d de %b de %Y", "%d de %b %Y", "%b %d, %Y", "%b %d %Y",
)  # fmt: skip
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %H:%M:%S", ", %I:%M %p", " %H:%M:%S %z")
FORMS = (ISO, SERIAL, *(f"{day}{clock}" for clock in _TIMES for day in _DAYS))
"""Forms that are recognised, from the likeliest on."""
PLAIN_FORMS = (ISO, SERIAL, *_DAYS)
TIME_FORMS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p", "%I %p", "%I%p")
"""How a time without a day may be written where the mapping says nothing: none of them contradicts another."""

_LETTERS = (
    ("yyyy", "%Y"), ("jjjj", "%Y"), ("aaaa", "%Y"), ("yy", "%y"), ("jj", "%y"), ("aa", "%y"), ("mmmm", "%b"),
    ("mmm", "%b"), ("dd", "%d"), ("tt", "%d"), ("gg", "%d"), ("hh", "%H"), ("ss", "%S"), ("am/pm", "%p"),
    ("d", "%d"), ("h", "%H"), ("a", "%p"),
)  # fmt: skip
"""How Excel and people write forms: DD.MM.YYYY, TT.MM.JJJJ, d/mmm/yy h:mm AM/PM. Of “mm” the place decides."""


class UnknownForm(ValueError):
    """A text is no form; the message says why, in a sentence without its full stop."""


@dataclass(frozen=True)
class Moment:
    """A day with its time, as clocks in the zone show it; without a time where the text has none."""

    day: date
    clock: time | None = None


def read(text: str, forms: Sequence[str], zone: str) -> set[Moment]:
    """What the forms make of a text: nothing, one moment, or several that contradict each other."""
    return set(_read(text, tuple(forms), zone))


@lru_cache(maxsize=50_000)
def _read(text: str, forms: tuple[str, ...], zone: str) -> frozenset[Moment]:
    return frozenset(moment for form in forms if (moment := read_as(text, form, zone)) is not None)


def read_as(text: str, form: str, zone: str) -> Moment | None:
    """The moment that one form makes of a text; None where it doesn't fit. Offsets are converted to the zone."""
    if form == SERIAL:
        return _serial(text)
    if form == ISO:
        return _iso(text, zone)
    plain = " ".join(text.split()).lower()
    found = _pattern(form).fullmatch(plain) or _pattern(form).fullmatch(_WEEKDAY.sub("", plain))
    return _moment(found.groupdict(), zone) if found else None


def _serial(text: str) -> Moment | None:
    if not re.fullmatch(r"\d{1,6}(?:[.,]\d+)?", text):
        return None
    number = float(text.replace(",", "."))
    if not 1 <= number < _LATEST_SERIAL:
        return None
    moment = _FIRST_SERIAL + timedelta(days=int(number), minutes=round(number % 1 * 24 * 60))
    return Moment(moment.date(), moment.time() if number % 1 else None)


_ISO = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}(?P<clock>[T ]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?",
    re.IGNORECASE,
)
_ISO_PATTERNS = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")


def _iso(text: str, zone: str) -> Moment | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    offset = found["zone"] or ""
    local = text[: found.start("zone")] if offset else text
    plain = re.sub(r"[T\s]+", " ", local.strip(), flags=re.IGNORECASE)
    for form in _ISO_PATTERNS:
        parts = _pattern(form).fullmatch(plain)
        if parts:
            whole = offset if len(offset) != len("+01") or offset.isalpha() else f"{offset}00"
            return _moment(parts.groupdict() | {"z": whole.lower() or None}, zone)
    return None


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """A form as a regular expression. Raises UnknownForm."""
    made, position = "", 0
    for directive in _DIRECTIVE.finditer(form):
        between = form[position : directive.start()]
        made += re.escape(between.lower())
        letter = _SAME.get(directive[0][1], directive[0][1])
        position = directive.end()
        if letter == "p":  # 9:30 PM and 9:30PM
            made = made.removesuffix(r"\ ") + " ?"
        if letter in "aA":  # a weekday says nothing more
            made += r"[^\W\d_]+(?:-[^\W\d_]+)?\.?"
            continue
        if letter != "%" and (letter not in _PARTS or f"(?P<{letter}>" in made):
            raise UnknownForm(f"“{directive[0]}” is not known here, or stands there twice")
        made += _PARTS.get(letter, "%")
    return re.compile(made + re.escape(form[position:].lower()), re.IGNORECASE)


def _moment(parts: dict[str, str | None], zone: str) -> Moment | None:
    """A moment from a text's parts; None where there is no such day or time."""
    month = parts.get("m") or _MONTH.get((parts.get("b") or "").rstrip("."), "" if parts.get("b") else 1)
    if not month:
        return None
    short = int(parts.get("y") or 0)
    year = int(parts.get("Y") or 0) or (short + (1900 if short >= 69 else 2000) if parts.get("y") else 1900)
    clock = _clock(parts)
    try:
        local = datetime(year, int(month), int(parts.get("d") or 1), *(clock or (0, 0, 0)))  # noqa: DTZ001 - a clock's
    except ValueError:
        return None
    if clock is None:
        return Moment(local.date())
    if parts.get("z"):
        local = local.replace(tzinfo=_offset(str(parts["z"]))).astimezone(ZoneInfo(zone))
    return Moment(local.date(), time(local.hour, local.minute))


def _clock(parts: dict[str, str | None]) -> tuple[int, int, int] | None:
    """Hour, minute, second; None where there is no time. An hour that no clock shows stays for `datetime` to refuse."""
    given = parts.get("H") or parts.get("I")
    if given is None:
        return None
    hour = int(given)
    if parts.get("p"):
        hour = (hour % 12 if 1 <= hour <= 12 else 99) + (12 if parts["p"] == "p" else 0)
    return hour, int(parts.get("M") or 0), int(float((parts.get("S") or "0").replace(",", ".")))


def _offset(text: str) -> timezone:
    digits = re.sub(r"\D", "", text)
    if not digits:
        return timezone.utc  # noqa: UP017 - beside other offsets
    length = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-length if "-" in text else length)


def has_offset(text: str) -> bool:
    """Whether a time says by how much it differs from UTC."""
    return re.search(r"\d\s?(?:z|utc|gmt|[+-]\d{2}:?\d{2})\s*$", text, re.IGNORECASE) is not None


def form_of(text: str) -> str:
    """A form that a person wrote: as strptime's, with letters (DD.MM.YYYY), or an example (10/Jan/26 12:00 AM).

    Raises UnknownForm.
    """
    given = " ".join(text.split())
    if given.lower() in {ISO, SERIAL}:
        return given.lower()
    if "%" not in given:
        given = _by_example(given) or _by_letters(given)
    given = re.sub(r"%S(?:\.%f)?\s?Z$", "%S%z", given)  # a Z at the end is an offset, not a letter
    pattern = _pattern(given).pattern
    if not any(f"(?P<{part}>" in pattern for part in "YyHI"):
        raise UnknownForm("it has neither a year nor an hour")
    return given


def _by_example(text: str) -> str:
    """The form that a day written out has; "" where the text is none. Raises UnknownForm where it can be read in two ways."""
    fits = [form for form in FORMS if read_as(text, form, "UTC") is not None]
    if len({moment for form in fits if (moment := read_as(text, form, "UTC"))}) > 1:
        raise UnknownForm("this day can be read in two ways: take one whose day is above 12, or write DD/MM/YYYY")
    return fits[0] if fits else ""


def _by_letters(text: str) -> str:
    """DD/MM/YYYY HH:mm as a form of strptime. Raises UnknownForm."""
    rest, made = text.lower(), ""
    twelve = "am/pm" in rest or rest.endswith(" a") or "%p" in rest
    while rest:
        token, directive = next(((token, found) for token, found in _LETTERS if rest.startswith(token)), ("", ""))
        if not token and rest.startswith("m"):
            token = "mm" if rest.startswith("mm") else "m"
            directive = "%M" if "%H" in made or "%I" in made else "%m"
        if not token and rest[0].isalpha() and not rest.startswith("de "):
            raise UnknownForm(f"“{text}” is no form: write it like DD/MM/YYYY, %d/%m/%Y, or give an example")
        made += directive.replace("%H", "%I" if twelve else "%H") if token else rest[0]
        rest = rest[max(1, len(token)) :]
    return made


_HINTS = {"%d/%m/": "day first", "%m/%d/": "month first", "%d-%m-": "day first", "%m-%d-": "month first"}
_SHOWN = datetime(2026, 3, 5, 16, 30)  # noqa: DTZ001 - an example


def example(form: str) -> str:
    """How a form looks, for a list to choose from."""
    if form == ISO:
        return "2026-03-05 (ISO)"
    if form == SERIAL:
        return "46086 (serial number)"
    hint = next((words for start, words in _HINTS.items() if form.startswith(start)), "")
    shown = _SHOWN.strftime(form.replace("%z", "+0100"))
    return f"{shown} ({hint})" if hint else shown


_DIGITS = re.compile(r"\d+")
LOOKS_LIKE_A_DAY = re.compile(
    r"\d{1,4}[-./ ]\s?(?:\d{1,2}|[^\W\d_]{3,10}\.?)[-./, ]\s?(?:\d{2,4}).*|\d{5}(?:[.,]\d+)?|\d{8}"
    r"|(?:[^\W\d_]{2,12}[.,]*\s)?(?:[^\W\d_]{3,10}\.?\s)?\d{1,2}(?:st|nd|rd|th|er|º|°)?\.?,?\s(?:de\s)?(?:[^\W\d_]{3,10}\.?,?\s)?(?:de\s)?\d{4}.*",
    re.IGNORECASE,
)


def shape(text: str) -> str:
    """What texts of one form have in common: digits and letters, not which."""
    digits = _DIGITS.sub(lambda run: "9" if len(run[0]) <= 2 else "9" * len(run[0]), text)
    return re.sub(r"[^\W\d_]+", "a", digits)


def says_which_is_the_day(text: str) -> bool:
    """Whether one of the first two numbers is above 12, which a month never is."""
    return any(int(number) > 12 for number in _DIGITS.findall(text)[:2] if len(number) <= 2)


def suggested(texts: Iterable[str], forms: Sequence[str] = FORMS) -> tuple[list[str], list[str]]:
    """The forms that texts of a column need, and those texts that can be read in none or in more than one way."""
    by_shape: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        by_shape[shape(text)].append(text)
    chosen: dict[str, None] = {}
    left: list[str] = []
    for group in by_shape.values():
        form = _only_form(group, forms)
        if form:
            chosen[form] = None
        else:
            left += group
    return list(chosen), left


def _only_form(group: Sequence[str], forms: Sequence[str]) -> str:
    """The form that reads all of the texts, if all that do agree; else ""."""
    readings = {
        form: moments
        for form in forms
        if None not in (moments := tuple(read_as(text, form, "UTC") for text in group))
        and (form != SERIAL or all(int(float(text.replace(",", "."))) in _LIKELY_SERIALS for text in group))
    }
    return next(iter(readings)) if len(set(readings.values())) == 1 else ""


def two_ways(text: str) -> tuple[str, str] | None:
    """Day first and month first, as an example of each, where a text can be read as both."""
    pairs = ((form, form.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")) for form in FORMS)
    for form, other in pairs:
        if form.startswith("%d") and "%m" in form and other in FORMS:
            first, second = read_as(text, form, "UTC"), read_as(text, other, "UTC")
            if first and second and first != second:
                return f"{first.day:%-d %B %Y}", f"{second.day:%-d %B %Y}"
    return None
