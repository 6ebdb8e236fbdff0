"""Which kind a file is and which of its columns stands for which field, by their names: a start, not a decision. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz, process

from cop.imports import dates
from cop.imports.inspection import Inspection, seems
from cop.imports.kinds import KINDS, Field, Reading
from cop.imports.mapping import ImportMapping, mapping_of

_TAG = re.compile(r"\s*<(?:p|div|span|ul|ol|h[1-6]|strong|b|em|a|br)\b", re.IGNORECASE)
_ALIKE = 88
"""Of 100, by which a column's name counts as the field's."""
_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "org_units": {
        "key": ("key", "id", "code", "unit id", "unit code", "number"),
        "name": ("name", "unit", "org unit", "department", "title"),
        "parent": ("parent", "parent id", "parent unit", "belongs to", "reports to"),
    },
    "people": {
        "key": ("key", "id", "personnel number", "employee id", "staff id", "person id", "login"),
        "name": ("name", "full name", "employee", "person", "display name"),
        "email": ("email", "e mail", "mail", "email address"),
        "handle": ("handle", "github", "login", "user name", "username", "account"),
        "kind": ("kind", "person type", "employment"),
        "org_unit": ("org unit", "unit", "department", "company", "organisation", "organization"),
        "job_role": ("job role", "role", "job title", "position", "title"),
        "active": ("active", "is active", "employed"),
    },
    "communities": {
        "key": ("key", "id", "dir", "slug", "community id", "team id"),
        "name": ("name", "community", "team", "group", "title"),
        "slug": ("slug", "dir", "address"),
        "type": ("type", "kind", "category"),
        "stage": ("stage", "state", "phase", "status"),
        "focus": ("focus", "description", "mission", "purpose", "mission statement"),
        "charter": ("charter", "mission statement", "charter text"),
        "norms": ("norms", "rules"),
        "cadence": ("cadence", "frequency"),
        "channel_url": ("channel", "channel url", "chat", "mailing list"),
        "area": ("area", "topic", "subject"),
        "org_unit": ("org unit", "unit", "department"),
        "founded_on": ("founded on", "founded", "since", "created", "start date"),
    },
    "memberships": {
        "community": ("community", "community id", "team", "group", "chapter"),
        "person": ("person", "person id", "member id", "personnel number", "employee id"),
        "email": ("email", "e mail", "mail", "email address"),
        "handle": ("handle", "github", "login", "username"),
        "name": ("name", "member", "full name", "person name"),
        "joined_on": ("joined on", "joined", "member since", "since", "start", "start date", "from"),
        "left_on": ("left on", "left", "until", "end", "end date", "to"),
    },
    "facilitators": {
        "community": ("community", "community id", "community dir", "team", "group"),
        "person": ("person", "person id", "personnel number", "employee id"),
        "email": ("email", "e mail", "mail"),
        "handle": ("handle", "github", "login", "username"),
        "name": ("name", "facilitator", "leader", "full name"),
        "role": ("role", "function"),
        "since_on": ("since on", "since", "start", "from"),
        "until_on": ("until on", "until", "end", "to"),
    },
    "sessions": {
        "key": ("key", "id", "session id", "event id", "meeting id", "slug"),
        "community": ("community", "community id", "group", "chapter", "team"),
        "date": ("date", "day", "start", "start date", "held on"),
        "time": ("time", "start time"),
        "minutes": ("minutes", "duration", "length"),
        "title": ("title", "name", "topic", "subject", "event"),
        "kind": ("kind", "type"),
        "status": ("status", "state"),
        "place": ("place", "venue", "room", "location"),
        "link": ("link", "url"),
        "agenda": ("agenda",),
        "topics": ("topics", "notes", "minutes text"),
        "decisions": ("decisions",),
        "headcount": ("headcount", "attendees", "attendee count", "participants", "attendance"),
    },
    "series": {
        "community": ("community", "community id", "community dir", "group", "team"),
        "title": ("title", "name", "meeting", "description"),
        "weekday": ("weekday", "day", "day of week"),
        "frequency": ("frequency", "recurrence", "repeats", "how often"),
        "time": ("time", "start time"),
        "time_zone": ("time zone", "timezone", "tz"),
        "minutes": ("minutes", "duration", "length"),
        "starts_on": ("starts on", "start date", "first day"),
        "until_on": ("until on", "until", "last day", "end date"),
        "place": ("place", "venue", "room", "location"),
        "link": ("link", "url"),
        "agenda": ("agenda",),
    },
    "attendance": {
        "session": ("session", "session id", "event id", "meeting id"),
        "person": ("person", "person id", "employee id"),
        "email": ("email", "e mail", "mail"),
        "handle": ("handle", "github", "login", "username"),
        "name": ("name", "attendee", "participant", "full name"),
        "led": ("led", "host", "chair"),
        "spoke": ("spoke", "speaker"),
        "note": ("note", "role", "company"),
    },
    "skills": {
        "name": ("skill", "skill name", "competency", "capability"),
        "area": ("area", "topic", "subject", "category"),
        "description": ("description", "skill description"),
        "none": ("none", "level 0"),
        "awareness": ("awareness", "level 1"),
        "working": ("working", "level 2"),
        "practitioner": ("practitioner", "level 3"),
        "expert": ("expert", "level 4"),
    },
    "role_requirements": {
        "job_role": ("job role", "role", "role level", "position"),
        "skill": ("skill", "skill name", "competency", "capability"),
        "level": ("required level", "level", "target level", "skill level"),
        "since_on": ("since", "since on", "from"),
        "until_on": ("until", "until on", "to"),
    },
    "unit_needs": {
        "org_unit": ("unit", "org unit", "department"),
        "skill": ("skill", "skill name", "competency", "capability"),
        "level": ("level", "required level", "target level", "skill level"),
        "needed": ("people needed", "needed", "headcount", "how many"),
        "importance": ("importance", "priority", "weight"),
        "since_on": ("since", "since on", "from"),
        "until_on": ("until", "until on", "to"),
    },
    "community_skills": {
        "community": ("community", "community id", "team", "group"),
        "skill": ("skill", "skill name", "competency", "capability"),
    },
    "needs": {
        "key": ("key", "id", "need id", "number", "issue key"),
        "title": ("title", "need", "use case", "use case name", "summary"),
        "description": ("description", "purpose", "details"),
        "org_unit": ("org unit", "unit", "department", "agency", "business unit"),
        "community": ("community", "working group"),
        "area": ("area", "topic area", "topic"),
        "horizon": ("horizon",),
        "client": ("client", "customer"),
        "deadline": ("deadline", "due date", "due on", "due"),
        "headcount": ("headcount", "people affected"),
        "raised_on": ("raised on", "creation date", "created", "created on", "date initiated"),
        "stage": ("stage", "status", "state"),
        "stage_since": ("stage since", "last updated", "in stage since"),
    },
    "trends": {
        "title": ("title", "name", "trend", "technology", "blip"),
        "ring": ("ring",),
        "day": ("day", "date", "published on"),
        "quadrant": ("quadrant",),
        "edition": ("edition", "volume"),
        "status": ("status", "movement", "moved"),
        "rationale": ("rationale", "description", "reason"),
        "source": ("source",),
        "source_kind": ("source kind",),
        "url": ("url", "link"),
    },
    "survey_answers": {
        "respondent": ("respondent", "respondent id", "response id", "participant id", "unique id"),
        "org_unit": ("org unit", "unit", "department", "business unit"),
        "job_role": ("job role", "role", "job title", "position"),
        "community": ("community", "working group"),
    },
}


def kind_of(name: str, columns: Sequence[str]) -> str:
    """The kind whose required fields the columns fit best; the file's own name counts where that is even."""
    stem = _plain(name.rpartition(".")[0] or name)
    scores = {kind: _score(kind, columns) + (2 if kind.replace("_", " ") in stem else 0) for kind in KINDS}
    return max(scores, key=lambda kind: scores[kind])


def columns_of(kind: str, columns: Sequence[str]) -> dict[str, str]:
    """By field, the column whose name says the same; a column stands for one field only."""
    free = {column: _plain(column) for column in columns}
    chosen: dict[str, str] = {}
    for field, words in _WORDS[kind].items():
        best, most = "", 0.0
        for place, word in enumerate(words):
            found = process.extractOne(word, free, scorer=fuzz.ratio, score_cutoff=_ALIKE)
            if found and found[1] - place > most:
                best, most = str(found[2]), found[1] - place
        if best:
            chosen[field] = best
            del free[best]
    return chosen


def start(name: str, file_name: str, found: Inspection) -> dict[str, Any]:
    """A file's part of a mapping to begin with."""
    kind = kind_of(file_name, found.columns)
    raw: dict[str, Any] = {"name": name, "path": file_name, "kind": kind, "part": found.part}
    raw |= {"encoding": found.encoding, "delimiter": found.delimiter}
    columns = columns_of(kind, found.columns)
    return raw | {"columns": {field: origin(kind, field, column, found) for field, column in columns.items()}}


def origin(kind: str, field: str, column: str, found: Inspection) -> Any:
    """How a field reads a column: as it stands; of days, how they are written; of choices, what each spelling means."""
    rule = KINDS[kind][field]
    if rule.reading in {Reading.DATE, Reading.TIME}:
        return dated_origin(found, column)
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
    if rule.choices is None or column not in (found.values or {}):
        return column
    known = {_plain(choice.value): choice.value for choice in rule.choices}
    spellings = {value: known[_plain(value)] for value in (found.values or {})[column] if _plain(value) in known}
    return {"column": column, "values": spellings} if spellings else {"column": column}


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


def _score(kind: str, columns: Sequence[str]) -> float:
    chosen = columns_of(kind, columns)
    required = [field for field, rule in KINDS[kind].items() if rule.required]
    missing = sum(field not in chosen for field in required)
    return len(chosen) - 3 * missing


def _plain(text: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", spaced.lower()).split())
