"""Let a mapping know what a value means that it didn't know. Pure."""

from collections.abc import Mapping
from typing import Any

from cop.imports.kinds import KINDS, Reading

Raw = dict[str, Any]


def learned(raw: Raw, field: str, column: str, meanings: Mapping[str, str], *, empty: str, leave_out: str) -> Raw:
    """A file's part of a mapping in which values of a column have meanings for a field.

    `empty` and `leave_out` are the meanings that let a cell count as empty, and leave its row out.
    """
    given = raw["columns"][field]
    origins = given if isinstance(given, list) else [given]
    made = [
        _with(origin, raw["kind"], field, meanings, empty, leave_out) if _column(origin) == column else origin
        for origin in origins
    ]
    return raw | {"columns": raw["columns"] | {field: made if isinstance(given, list) else made[0]}}


def _column(origin: Any) -> str:
    return origin if isinstance(origin, str) else str(origin.get("column", ""))


def _with(origin: Any, kind: str, field: str, meanings: Mapping[str, str], empty: str, leave_out: str) -> Raw:
    known: Raw = {"column": origin} if isinstance(origin, str) else dict(origin)
    values = dict(known.get("values") or _own_words(kind, field))
    lists = {"empty": list(known.get("empty", ())), "leave_out": list(known.get("leave_out", ()))}
    for value, meant in meanings.items():
        if meant in {empty, leave_out}:
            lists["empty" if meant == empty else "leave_out"].append(value)
        else:
            values[value] = meant
    return known | {name: item for name, item in ({"values": values} | lists).items() if item}


def _own_words(kind: str, field: str) -> dict[str, str]:
    """What a field reads without a word in the mapping: a list of values would shut that out."""
    rule = KINDS[kind][field]
    if rule.reading is Reading.FLAG:
        return {word: word for word in ("yes", "no", "true", "false", "1", "0")}
    return {str(choice): str(choice) for choice in rule.choices or ()}
