"""Names in free text: lines, bullets, commas, handles, chat excerpts; text in, one entry per person named out. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from cop.people.names import handle_key, name_key, without_invisible

IsName = Callable[[str], bool]
"""Whether a spelling is exactly somebody's name: decides what a comma means."""

_EMAIL = re.compile(r"<?(?:mailto:)?([^\s<>()\[\],;:\"'|]+@[^\s<>()\[\],;:\"'|]+\.[^\s<>()\[\],;:\"'|]+)>?")
_HANDLE = re.compile(r"(?<![\w@.])@([A-Za-z0-9][\w.-]{0,79})")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]*)\)")
_PROFILE = re.compile(r"https?://(?:www\.)?(?:github|gitlab)\.com/([\w.-]+)/?")
_BULLET = re.compile(r"^\s*(?:(?:[-*+•–—‣▪]|\d{1,3}[.)]|\(\d{1,3}\))\s+)+")
_BOX = re.compile(r"^\[([ xX✓✔])\]\s*")
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_QUOTED = re.compile(r"[\"“]([^\"“”]*)[\"”]")
_CLOCK = re.compile(r"\b\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b|\b\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?)?", re.IGNORECASE)
_LENGTH = re.compile(r"^(?:\d+\s*h)?\s*(?:\d+\s*m(?:in)?)?\s*(?:\d+\s*s)?$|^\d+$", re.IGNORECASE)
_HEADING = re.compile(
    r"^\s*(?:attendees|attendance|attended|participants|present|in attendance)\s*(?::|$)\s*", re.IGNORECASE
)
_SUFFIX = re.compile(r"\s+[-–—]\s+.*$|\s*\|.*$")
_COMMA = "\ue000"  # stands for a comma inside quotes while the others separate; no input holds it (see `entries`)

_ROLES: Final = {
    "attendee", "co-host", "cohost", "external", "guest", "host", "me", "name", "names", "organizer", "organiser",
    "presenter", "unverified", "you", "joined", "joined before", "left", "yes", "no",
    "invitado", "invitada", "externo", "externa", "organizador", "organizadora", "gast", "extern", "nicht verifiziert",
    "organisator", "organisatorin", "referent", "invité", "invitée", "externe", "organisateur", "organisatrice",
    "convidado", "convidada", "ospite", "esterno", "organizzatore", "organisatie", "anfitrión", "gastgeber", "hôte",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One person as the list names them; `hint` is a word in brackets that may be a handle."""

    text: str
    name: str = ""
    email: str = ""
    handle: str = ""
    hint: str = ""
    minutes: float | None = None
    """How long they stayed, where the list says so."""

    @property
    def key(self) -> str:
        """What makes two lines the same line."""
        return self.email or (f"@{self.handle}" if self.handle else name_key(self.name))


def entries(text: str, is_name: IsName) -> list[Entry]:
    """Every person named in the text, in its order, repetitions included."""
    clean = without_invisible(unicodedata.normalize("NFC", text)).replace(_COMMA, " ")
    lines = [line for line in clean.splitlines() if line.strip()]
    ticked = any((box := _BOX.match(_BULLET.sub("", line))) and box[1] != " " for line in lines)
    return [entry for line in lines for entry in _line(line, is_name, only_ticked=ticked)]


def _line(line: str, is_name: IsName, *, only_ticked: bool) -> Iterator[Entry]:
    text = _BULLET.sub("", line).strip()
    box = _BOX.match(text)
    if box:
        if only_ticked and box[1] == " ":
            return
        text = text[box.end() :]
    text = _HEADING.sub("", _LINK.sub(_unlink, text))
    text = _QUOTED.sub(lambda match: match[1].replace(",", _COMMA), text)
    if "\t" in text:
        yield from _tabbed([cell.strip() for cell in text.split("\t") if cell.strip()], is_name)
    elif ";" in text:
        for piece in text.split(";"):
            yield from _people(piece)
    else:
        yield from _commas([part.strip() for part in text.split(",") if part.strip()], is_name)


def _unlink(link: re.Match[str]) -> str:
    """A Markdown link as its text, and the handle where it leads to a profile."""
    profile = _PROFILE.fullmatch(link[2])
    return f"{link[1]} (@{profile[1]})" if profile and "@" not in link[1] else link[1]


def _tabbed(cells: list[str], is_name: IsName) -> Iterator[Entry]:
    """An export's row (a name, then times, actions, an e-mail), or people side by side."""
    if any(_is_detail(cell) for cell in cells[1:]):
        email = next((cell for cell in cells[1:] if _EMAIL.fullmatch(cell)), "")
        yield from _some(person(f"{cells[0]} <{email}>" if email else cells[0]))
    else:
        yield from _commas(cells, is_name)


def _is_detail(cell: str) -> bool:
    """Whether a cell of an export says something about the person before it: a time, a length, a role."""
    return bool(_CLOCK.search(cell) or _LENGTH.match(cell)) or cell.casefold() in _ROLES


def _commas(parts: list[str], is_name: IsName) -> Iterator[Entry]:
    """People between commas; "Family, Given" and "Name, e-mail" are one person each."""
    index = 0
    while index < len(parts):
        following = parts[index + 1] if index + 1 < len(parts) else ""
        if following and _is_one(parts[index], following, is_name, alone=len(parts) == 2):
            joined = f"{parts[index]} <{following}>" if _EMAIL.fullmatch(following) else f"{parts[index]},{following}"
            yield from _some(person(joined))
            index += 2
        else:
            yield from _people(parts[index])
            index += 1


def _is_one(left: str, right: str, is_name: IsName, *, alone: bool) -> bool:
    """Whether two neighbours name one person: a name and its e-mail, or "Family, Given"."""
    email = _EMAIL.fullmatch(right)
    if email:
        local = name_key(email[1].split("@")[0]).replace(" ", "")
        return not _EMAIL.search(left) and any(len(word) > 2 and word in local for word in name_key(left).split())
    first, second = person(left), person(right)
    if not first or not second or not first.name or first.email or first.handle or not second.name:
        return False
    if is_name(f"{second.name} {first.name}") and not is_name(first.name):
        return True
    single = " " not in first.name and " " not in second.name
    return alone and single and not is_name(first.name) and not is_name(second.name)


def _people(text: str) -> Iterator[Entry]:
    """Whom a piece names: one person, or as many as it holds e-mail addresses or handles in a row."""
    for pattern in (_EMAIL, _HANDLE):
        ends = [match.end() for match in pattern.finditer(text)]
        if len(ends) > 1:
            ends[-1] = len(text)
            for start, end in zip([0, *ends], ends, strict=False):
                yield from _some(person(text[start:end]))
            return
    yield from _some(person(text))


def person(text: str) -> Entry | None:
    """Return what one piece of text says of one person; None where it names nobody."""
    text = text.replace(_COMMA, ",").strip()
    rest, email = _take(_EMAIL, text)
    rest, handle = _take(_HANDLE, rest)
    inside = [(first or second).strip() for first, second in _BRACKETS.findall(rest)]
    hint = next(
        (word for word in inside if re.fullmatch(r"[A-Za-z0-9][\w.-]*", word) and word.casefold() not in _ROLES), ""
    )
    rest = _SUFFIX.sub("", _CLOCK.sub(" ", _BRACKETS.sub(" ", rest)))
    if rest.count(",") == 1:
        family, given = rest.split(",")
        rest = f"{given} {family}"
    name = " ".join(rest.strip(" \t,;:.*_`'\"<>()[]{}-–—/").split())
    if not any(char.isalpha() for char in name) or name.casefold() in _ROLES:
        name = ""
    if not (name or email or handle):
        return None
    return Entry(" ".join(text.split()), name, email.lower(), handle_key(handle), handle_key(hint))


def _take(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """The text without the pattern's first match, and that match."""
    match = pattern.search(text)
    return (text[: match.start()] + " " + text[match.end() :], match[1].rstrip(".")) if match else (text, "")


def _some(entry: Entry | None) -> Iterator[Entry]:
    if entry:
        yield entry


def single(text: str) -> str:
    """The text without what would make several people of it when pasted."""
    return " ".join(re.sub(r"[,;\t\n\r<>()\[\]|]", " ", text).split())
