"""Which kind a file is and which of its columns stands for which field, by their names: a start, not a decision. Pure."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz, process

from cop.imports import dates
from cop.imports.inspection import Inspection, seems
from cop.imports.kinds import KINDS, PERSON_FIELDS, Field, Reading
from cop.imports.mapping import ImportMapping, mapping_of
from cop.imports.vocabulary import FLAG_WORDS, WORDS, english, plain

_TAG = re.compile(r"\s*<(?:p|div|span|ul|ol|h[1-6]|strong|b|em|a|br)\b", re.IGNORECASE)
_LAST_FIRST = re.compile(r"[^,]+, ?[^,\d]+")
_ALIKE = 88
"""Of 100, by which a column's name counts as the field's."""
_CLEAR = 0.4
"""By which a kind's score must exceed the next one's."""
_LEAST = 0.5


def kind_of(name: str, found: Inspection) -> str:
    """The kind that the columns, what they hold and the file's name speak for; "" where two fit equally well."""
    scores = scores_of(name, found)
    best, second = sorted(scores, key=lambda kind: -scores[kind])[:2]
    clear = scores[best] >= _LEAST and scores[best] - scores[second] >= _CLEAR
    return best if clear else ""


def scores_of(name: str, found: Inspection) -> dict[str, float]:
    """How well each kind fits a file."""
    chosen = {kind: columns_of(kind, found.columns) for kind in KINDS}
    claims = Counter(column for columns in chosen.values() for column in set(columns.values()))
    stem = f" {plain(name.rpartition('.')[0] or name)} "
    return {
        kind: sum(
            _weight(KINDS[kind][field], column, found) / claims[column] ** 0.5 for field, column in columns.items()
        )
        - _missing(kind, columns, found)
        + _named(kind, stem)
        + (_answers(found, chosen) if kind == "survey_answers" else 0)
        for kind, columns in chosen.items()
    }


_FILE_WORDS = {
    "people": (
        "people",
        "persons",
        "employees",
        "staff",
        "workers",
        "mitarbeiter",
        "personal",
        "empleados",
        "employes",
    ),
    "org_units": ("org units", "units", "departments", "abteilungen", "organisation", "departamentos"),
    "communities": ("communities", "cops", "comunidades", "groups"),
    "memberships": ("memberships", "members", "mitglieder", "miembros", "membres"),
    "facilitators": ("facilitators", "leaders", "leads"),
    "sessions": ("sessions", "meetings", "events", "sitzungen", "sesiones"),
    "attendance": ("attendance", "attendees", "teilnahme", "asistencia", "presences"),
    "survey_answers": ("survey", "answers", "responses", "umfrage", "encuesta", "enquete", "feedback"),
    "needs": ("needs", "issues", "backlog", "requests", "jira"),
    "skills": ("skills",),
    "role_requirements": ("role requirements",),
    "trends": ("trends", "radar"),
    "series": ("series",),
}


def _named(kind: str, stem: str) -> float:
    """What the file's name says for a kind: the longer the words, the more."""
    words = (*_FILE_WORDS.get(kind, ()), kind.replace("_", " "))
    return max((1 + 0.5 * len(word.split()) for word in words if f" {word} " in stem), default=0)


def _weight(field: Field, column: str, found: Inspection) -> float:
    """How much a column says for a field: one of days should hold days, one of addresses addresses."""
    dated = column in found.dates
    if field.reading is Reading.DATE:
        return 1.2 if dated else 0.3
    if field.reading is Reading.EMAIL:
        return 1.0 if holds_addresses(column, found) else 0.3
    return 0.4 if dated and field.reading is not Reading.TIME else 1.0


def _missing(kind: str, columns: Mapping[str, str], found: Inspection) -> float:
    """What counts against a kind: fields that it can't do without."""
    absent = {field for field, rule in KINDS[kind].items() if rule.required and field not in columns}
    if name_columns(found):
        absent -= {"name"}
    if kind in {"memberships", "facilitators", "attendance"} and not set(columns) & set(PERSON_FIELDS):
        absent.add("person")
    return sum(_NEEDED.get(field, _MISSED) for field in absent)


_MISSED = 1.3
_NEEDED = {"community": 2.2, "session": 2.2, "ring": 2.2, "skill": 2.0}
"""Where each row names one of these, hardly another kind of file does."""


_TIMES_OF_ANSWERS = {
    "timestamp",
    "zeitstempel",
    "marca temporal",
    "horodateur",
    "completion time",
    "submit date",
    "end date",
}
_TICKED = re.compile(r"(.+?) ?\[(.+)\]")
_QUESTION = re.compile(r"(?:\?|\)|:)$|^(?:how|what|which|wie|was|welche|cual|como|quel|comment)\b", re.IGNORECASE)


def _answers(found: Inspection, chosen: Mapping[str, Mapping[str, str]]) -> float:
    """What speaks for answers to a survey: questions as names, moments of sending, several header rows."""
    questions = sum(1 for column in found.columns if _asks(column))
    share = questions / len(found.columns)
    moments = any(plain(column) in _TIMES_OF_ANSWERS for column in found.columns)
    known = len(chosen["survey_answers"])
    return (2.5 if found.titles else 0) + 4 * share + (2 if moments and questions else 0) - (1.5 if not known else 0.5)


def _asks(column: str) -> bool:
    """Whether a column's name is a question, rather than what an office calls a field."""
    if english(column) != plain(column):
        return False
    return bool(_QUESTION.search(column) or _TICKED.fullmatch(column) or column.count(" ") >= _LONG)


_LONG = 3
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def holds_addresses(column: str, found: Inspection) -> bool:
    """Whether the first cells of a column are e-mail addresses."""
    place = found.columns.index(column)
    texts = [row[place].strip() for row in found.sample if row[place].strip()]
    return bool(texts) and all(_ADDRESS.fullmatch(text) for text in texts)


def columns_of(kind: str, columns: Sequence[str]) -> dict[str, str]:
    """By field, the column whose name says the same; a column stands for one field only."""
    free = {column: english(column) for column in columns}
    chosen: dict[str, str] = {}
    for field in KINDS[kind]:
        words = dict.fromkeys([field.replace("_", " "), *WORDS[kind].get(field, ())])
        best, most = "", 0.0
        for place, word in enumerate(words):
            match = process.extractOne(word, free, scorer=fuzz.ratio, score_cutoff=_ALIKE)
            if match and match[1] - place > most:
                best, most = str(match[2]), match[1] - place
        if best:
            chosen[field] = best
            del free[best]
    return chosen


def name_columns(found: Inspection) -> tuple[str, str] | None:
    """The columns of first and last names, where a file has both apart.

    “Name” beside a first name is the last name, unless it repeats the first one.
    """
    means = {english(column): column for column in reversed(found.columns)}
    first, last, name = (means.get(word) for word in ("first name", "last name", "name"))
    if not first and last and name:
        first = name
    if first and not last and name and not _repeats(found, first, name):
        last = name
    return (first, last) if first and last and first != last else None


def _repeats(found: Inspection, part: str, whole: str) -> bool:
    first, second = found.columns.index(part), found.columns.index(whole)
    return any(row[first].strip() and row[first].strip() in row[second] for row in found.sample)


def start(name: str, file_name: str, found: Inspection) -> dict[str, Any]:
    """A file's part of a mapping to begin with."""
    kind = kind_of(file_name, found)
    raw: dict[str, Any] = {"name": name, "path": file_name, "kind": kind, "part": found.part}
    raw |= {"encoding": found.encoding, "delimiter": found.delimiter}
    return raw | {"columns": origins(kind, found) if kind else {}}


def origins(kind: str, found: Inspection) -> dict[str, Any]:
    """Where the fields of a kind come from, as far as the columns' names say so."""
    columns = columns_of(kind, found.columns)
    both = name_columns(found)
    if both and "name" in KINDS[kind] and "email" in KINDS[kind]:
        columns = {field: column for field, column in columns.items() if column not in both}
    made = {field: origin(kind, field, column, found) for field, column in columns.items()}
    if both and "name" in KINDS[kind] and "email" in KINDS[kind]:
        first, last = both
        made["name"] = {"template": f"{{{first}}} {{{last}}}"}
    if "email" in KINDS[kind] and "email" not in made:
        addresses = [column for column in found.columns if holds_addresses(column, found)]
        made |= {"email": addresses[0]} if len(addresses) == 1 else {}
    return made


def origin(kind: str, field: str, column: str, found: Inspection) -> Any:
    """How a field reads a column: as it stands; of days, how they are written; of choices, what each spelling means."""
    rule = KINDS[kind][field]
    if rule.reading in {Reading.DATE, Reading.TIME}:
        return dated_origin(found, column)
    if field == "name" and "email" in KINDS[kind] and _last_first(column, found):
        return {"column": column, "transform": "last_first"}
    return choice_origin(rule, column, found)


def dated_origin(found: Inspection, column: str) -> Any:
    """A column of days or times, with the ways in which they are written, as far as these can be read in one way."""
    forms, _left = date_forms(found, column)
    if not forms or forms == [dates.ISO]:
        return column
    return {"column": column, "format": forms[0] if len(forms) == 1 else forms}


def date_forms(found: Inspection, column: str) -> tuple[list[str], list[str]]:
    """The forms of a column's days, and those of its days that can be read in none or in more than one way."""
    return dates.suggested(found.dates.get(column, ()))


def choice_origin(rule: Field, column: str, found: Inspection) -> Any:
    """A column, with what its spellings mean where they are a choice's own words; HTML without its tags."""
    if rule.reading is Reading.TEXT and _holds_html(column, found):
        return {"column": column, "transform": "without_html"}
    seen = (found.values or {}).get(column)
    if seen is None or not (rule.choices or rule.reading is Reading.FLAG):
        return column
    means = {value: meaning_of(rule, value) for value in seen}
    spellings = {value: meant for value, meant in means.items() if meant}
    return {"column": column, "values": spellings} if spellings else {"column": column}


def meaning_of(rule: Field, value: str) -> str:
    """What a spelling means for a field of choices, or of yes and no, where that is plain; else ""."""
    if rule.choices is None:
        return FLAG_WORDS.get(value.strip().casefold(), "")
    return {plain(choice.value): str(choice.value) for choice in rule.choices}.get(plain(value), "")


def _last_first(column: str, found: Inspection) -> bool:
    """Whether all names that are seen have the last name before a comma."""
    place = found.columns.index(column)
    names = [row[place] for row in found.sample if row[place]]
    return bool(names) and all(_LAST_FIRST.fullmatch(name) for name in names)


def _holds_html(column: str, found: Inspection) -> bool:
    place = found.columns.index(column)
    texts = [row[place] for row in found.sample if row[place]]
    return bool(texts) and all(_TAG.match(text) for text in texts)


def fitting(mappings: Mapping[str, Mapping[str, Any]], files: Mapping[str, Inspection]) -> dict[str, dict[str, str]]:
    """Of saved mappings, by name, those made for such files: for each of their files, which of these it is."""
    found: dict[str, dict[str, str]] = {}
    for title, raw in mappings.items():
        pairs = _pairs(mapping_of(raw), files)
        if pairs:
            found[title] = pairs
    return found


def _pairs(mapping: ImportMapping, files: Mapping[str, Inspection]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for file in mapping.files:
        fits = [name for name, found in files.items() if seems(found.columns, file.read_columns)]
        named = [name for name in fits if name == file.path]
        if not fits:
            return {}
        pairs[file.name] = (named or fits)[0]
    return pairs if set(pairs.values()) == set(files) else {}
