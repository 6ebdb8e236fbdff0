"""Templates to fill in: a kind's columns with an example, and what each of them holds. Pure."""

from cop.exports import Sheet, to_csv, to_xlsx
from cop.imports.kinds import KINDS, Field, Reading

_EXAMPLES = {
    "key": "1042",
    "name": "Ana Gomez",
    "email": "ana.gomez@example.org",
    "handle": "anag",
    "person": "1042",
    "community": "Data platform",
    "session": "S-17",
    "org_unit": "Sales",
    "parent": "Headquarters",
    "job_role": "Engineer",
    "area": "Technology",
    "skill": "SQL",
    "title": "Faster deploys",
    "ring": "Trial",
    "quadrant": "Tools",
    "weekday": "third Wednesday",
    "frequency": "monthly",
    "time": "16:30",
    "time_zone": "Europe/Madrid",
    "slug": "data-platform",
    "respondent": "R-001",
    "cadence": "every two weeks",
    "client": "Acme",
    "edition": "2026-1",
    "place": "Room 4",
}
_NAMES = {"org_units": "Sales", "communities": "Data platform", "skills": "SQL"}
"""What “name” names, where it isn't a person."""
_BY_READING = {
    Reading.LINE: "text",
    Reading.TEXT: "text, also of several paragraphs",
    Reading.DATE: "2026-03-05",
    Reading.TIME: "16:30",
    Reading.NUMBER: "12",
    Reading.FLAG: "yes",
    Reading.URL: "https://example.org/page",
    Reading.EMAIL: "ana.gomez@example.org",
    Reading.HANDLE: "anag",
    Reading.SLUG: "data-platform",
}
_HOLDS = {
    Reading.LINE: "A text of one line",
    Reading.TEXT: "A text",
    Reading.DATE: "A day",
    Reading.TIME: "A time",
    Reading.NUMBER: "A whole number",
    Reading.FLAG: "yes or no",
    Reading.URL: "An address that starts with https://",
    Reading.EMAIL: "An e-mail address",
    Reading.HANDLE: "A handle without @",
    Reading.SLUG: "Lower-case letters, digits and hyphens",
}


def columns(kind: str) -> tuple[str, ...]:
    """The header of a kind's template: its fields as people read them."""
    return tuple(title(field) for field in KINDS[kind])


def title(field: str) -> str:
    """A field's name as a column's."""
    return field.replace("_", " ").capitalize()


def as_csv(kind: str) -> bytes:
    """The header and an example, which an import passes over."""
    shown = [_example(kind, name, field) for name, field in KINDS[kind].items()]
    return to_csv(columns(kind), [[f"# Example: {shown[0]}", *shown[1:]]])


def as_xlsx(kind: str) -> bytes:
    """A sheet with the header alone, and one that says what each column holds."""
    explained = [
        (title(name), "yes" if field.required else "", _holds(field), _example(kind, name, field))
        for name, field in KINDS[kind].items()
    ]
    sheets = [
        Sheet("Fill in", columns(kind), []),
        Sheet("Columns", ("Column", "Needed", "Holds", "Example"), explained),
    ]
    return to_xlsx(sheets, time_zone="UTC")


def _example(kind: str, name: str, field: Field) -> str:
    if field.choices is not None:
        return str(next(iter(field.choices)))
    if name == "name" and kind in _NAMES:
        return _NAMES[kind]
    return _EXAMPLES.get(name) or _BY_READING[field.reading]


def _holds(field: Field) -> str:
    if field.choices is not None:
        return f"One of: {', '.join(field.choices)}"
    fits = f", at most {field.limit:,} characters" if field.reading in {Reading.LINE, Reading.TEXT} else ""
    return _HOLDS[field.reading] + fits
