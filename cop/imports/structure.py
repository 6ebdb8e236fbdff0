"""Org units, people and communities: what stands by itself. Pure."""

from collections.abc import Callable, Iterator
from typing import Any

from cop.catalog.slugs import slug
from cop.imports.cells import Unreadable
from cop.imports.changes import Id
from cop.imports.draft import Draft
from cop.imports.people import who
from cop.imports.records import Record, Sheet
from cop.periods import local_day

_COMMUNITY_TEXTS = ("focus", "charter", "norms", "cadence", "channel_url")
_COMMUNITY_CHOICES = ("type", "stage")


def plan_units(draft: Draft) -> None:
    """Units, parents first, whatever their order in the file."""
    waiting = {record.values["key"]: (sheet, record) for sheet, record in _first_of_key(draft, "org_units")}
    placing: set[str] = set()

    def place(key: str) -> None:
        sheet, record = waiting[key]
        placing.add(key)
        parent: str | None = record.values.get("parent")
        if parent in placing:
            draft.leave_out(sheet, record, "unit_ring", "parent")
        else:
            if parent is not None and parent in waiting:
                place(parent)
            _plan_unit(draft, sheet, record)
        placing.discard(key)
        del waiting[key]

    while waiting:
        place(next(iter(waiting)))


def _plan_unit(draft: Draft, sheet: Sheet, record: Record) -> None:
    shelf, values = draft.shelves["org_unit"], {"name": record.values["name"]}
    if "parent" in record.values:
        try:
            values["parent_id"] = draft.unit(record.values["parent"])
        except Unreadable as problem:
            draft.leave_out(sheet, record, problem.reason, "parent")
            return
    key: Id | None = draft.keys.row("org_unit", record.values["key"])
    parent = values["parent_id"] if "parent_id" in values else (shelf.get(key).get("parent_id") if key else None)
    namesake = next(
        (row for row in draft.named("org_unit", values["name"]) if shelf.get(row).get("parent_id") == parent), None
    )
    if namesake is not None and namesake != key:
        if key is not None or draft.keys.has("org_unit", namesake):
            draft.leave_out(sheet, record, "name_taken", "name", detail=f"({draft.whose('org_unit', namesake)})")
            return
        key = namesake
    if key is not None and _lies_below(draft, parent, key):
        draft.leave_out(sheet, record, "unit_ring", "parent")
        return
    _keep(draft, sheet, record, "org_unit", key, values)


def _lies_below(draft: Draft, unit: Id | None, above: Id) -> bool:
    seen: set[Id] = set()
    while unit is not None and unit not in seen:
        if unit == above:
            return True
        seen.add(unit)
        unit = draft.shelves["org_unit"].get(unit).get("parent_id")
    return False


def plan_people(draft: Draft) -> None:
    """People; rows of one key are one person where the mapping says so."""
    groups: dict[str, list[tuple[Sheet, Record]]] = {}
    for sheet in draft.job.of("people"):
        for record in sheet.records:
            group = groups.setdefault(record.values["key"], [])
            if group and not sheet.mapping.options.merge_repeated:
                draft.leave_out(sheet, record, "duplicate", "key", detail=_rows(group))
                continue
            group.append((sheet, record))
    for group in groups.values():
        _plan_person(draft, group)


def _plan_person(draft: Draft, group: list[tuple[Sheet, Record]]) -> None:
    values = _merged(draft, group)
    external = group[0][1].values["key"]
    try:
        key = who(draft.people, {**values, "person": external})
    except Unreadable:
        key, taken = None, True
    else:
        has_another = draft.keys.has("person", key) and draft.people.keyed(external) is None
        taken = draft.is_claimed("person", key) or has_another
    if taken:
        column, detail = _taken_by(draft, values, external)
        for each_sheet, each in group:
            draft.leave_out(each_sheet, each, "person_taken", column, "handle", "email", "key", detail=detail)
        return
    ready = _person_values(draft, group, values)
    if key is None:
        key = draft.people.add(**ready)
    else:
        before = draft.shelves["person"].get(key)
        if isinstance(key, int) and "org_unit_id" in ready and ready["org_unit_id"] != before["org_unit_id"]:
            draft.moved.add(key)
        draft.people.assign(key, **ready)
    draft.keys.keep("person", external, key)
    for each_sheet, each in group:
        draft.claim(each_sheet, each, "person", key)


def _taken_by(draft: Draft, values: dict[str, Any], external: str) -> tuple[str, str]:
    """Which of a row's fields is another person's, and whose, for the message."""
    known = draft.people.keyed(external)
    for field, words in (("handle", "the handle"), ("email", "the address")):
        other = draft.people.by(field, values.get(field))
        if other is not None and other != known:
            return field, f"({words} of {draft.whose('person', other)})"
    return "key", f"({draft.whose('person', known)})" if known is not None else ""


def _rows(group: list[tuple[Sheet, Record]]) -> str:
    """The first row of a group, for a message."""
    return f"(row {group[0][1].row})"


def _merged(draft: Draft, group: list[tuple[Sheet, Record]]) -> dict[str, Any]:
    """What the rows say together: the first text of each field; another one is a contradiction."""
    values = dict(group[0][1].values)
    for sheet, record in group[1:]:
        for name, value in record.values.items():
            if values.get(name) is None:
                values[name] = value
            elif value is not None and value != values[name]:
                draft.leave_empty(sheet, record, "contradiction", name, detail=_rows(group))
    return values


def _person_values(draft: Draft, group: list[tuple[Sheet, Record]], values: dict[str, Any]) -> dict[str, Any]:
    ready: dict[str, Any] = {name: values[name] for name in ("name", "email", "handle") if name in values}
    ready |= {name: values[name] for name in ("kind", "active") if values.get(name) is not None}
    create = group[0][0].mapping.options.create
    lookups: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "org_unit": ("org_unit_id", lambda text: draft.unit(text, create="org_units" in create)),
        "job_role": (
            "job_role_id",
            lambda text: draft.by_name("job_role", text, create="job_roles" in create, reason="unknown_role"),
        ),
    }
    return ready | looked_up(draft, group, values, lookups)


def plan_communities(draft: Draft) -> None:
    """Communities, by key; one that is there without a key is known by its name."""
    for sheet, record in _first_of_key(draft, "communities"):
        key = draft.keys.row("community", record.values["key"])
        namesake = next(iter(draft.named("community", record.values["name"])), None)
        if namesake is not None and namesake != key:
            if key is not None or draft.keys.has("community", namesake):
                draft.leave_out(sheet, record, "name_taken", "name", detail=f"({draft.whose('community', namesake)})")
                continue
            key = namesake
        address = record.values.get("slug")
        owner = draft.slugs().get(address or "", key)
        if address and owner != key:
            draft.leave_out(sheet, record, "address_taken", "slug", detail=f"({draft.whose('community', owner)})")
            continue
        values = _community_values(draft, sheet, record)
        if address or key is None:
            values["slug"] = address or slug(values["name"], draft.slugs())
        _keep(draft, sheet, record, "community", key, values)


def _community_values(draft: Draft, sheet: Sheet, record: Record) -> dict[str, Any]:
    given = record.values
    values = {"name": given["name"]}
    values |= {name: given[name] or "" for name in _COMMUNITY_TEXTS if name in given}
    values |= {name: given[name] for name in _COMMUNITY_CHOICES if given.get(name) is not None}
    if "founded_on" in given:
        values["founded_on"] = given["founded_on"]
        if given["founded_on"] and given["founded_on"] > local_day(draft.now, draft.time_zone):
            draft.leave_empty(sheet, record, "future", "founded_on")
            values["founded_on"] = None
    create = sheet.mapping.options.create
    lookups: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "org_unit": ("org_unit_id", lambda text: draft.unit(text, create="org_units" in create)),
        "area": ("area_id", lambda text: draft.by_name("area", text, create="areas" in create, reason="unknown_area")),
    }
    return values | looked_up(draft, [(sheet, record)], given, lookups)


def looked_up(
    draft: Draft,
    group: list[tuple[Sheet, Record]],
    values: Any,
    lookups: dict[str, tuple[str, Callable[[Any], Any]]],
) -> dict[str, Any]:
    """The ids behind names and keys; one that isn't found is reported where it stands and left empty."""
    found: dict[str, Any] = {}
    for name, (column, lookup) in lookups.items():
        if name not in values:
            continue
        try:
            found[column] = lookup(values[name])
        except Unreadable as problem:
            found[column] = None
            for sheet, record in group:
                if record.values.get(name) is not None:
                    draft.leave_empty(sheet, record, problem.reason, name)
    return found


def _first_of_key(draft: Draft, kind: str) -> Iterator[tuple[Sheet, Record]]:
    """The rows of a kind, each key once; later rows of a key are reported."""
    seen: dict[str, tuple[Sheet, Record]] = {}
    for sheet in draft.job.of(kind):
        for record in sheet.records:
            first = seen.setdefault(record.values["key"], (sheet, record))
            if first[1] is not record:
                draft.leave_out(sheet, record, "duplicate", "key", detail=_rows([first]))
                continue
            yield sheet, record


def _keep(draft: Draft, sheet: Sheet, record: Record, table: str, key: Id | None, values: dict[str, Any]) -> None:
    """Create the row or set what differs."""
    shelf = draft.shelves[table]
    if key is None:
        key = shelf.add(**values)
    else:
        shelf.assign(key, **values)
    draft.learn(table, key, **values)
    draft.keys.keep(table, record.values["key"], key)
    draft.claim(sheet, record, table, key)
