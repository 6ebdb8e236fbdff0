"""Needs of units. Pure."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from cop.choices import Channel
from cop.funnel.inputs import MOST_PEOPLE
from cop.imports.cells import Unreadable
from cop.imports.changes import PAIRS, Id
from cop.imports.draft import Draft
from cop.imports.items import Titles, add_item, only, past_day, stands_for
from cop.imports.records import Record, Sheet
from cop.imports.structure import looked_up

_TEXTS = ("description", "client")
_PLAIN = ("horizon", "deadline", "headcount")
_LINKS = ("item_unit", "item_community")


class _Needs:
    """The needs there are, and the units and communities of each."""

    def __init__(self, draft: Draft) -> None:
        self.titles = Titles(draft, Channel.NEED)
        self.links: dict[str, dict[Id, set[Id]]] = {table: defaultdict(set) for table in _LINKS}
        for table in _LINKS:
            _, other = PAIRS[table]
            for row in draft.shelves[table].existing.values():
                self.links[table][row["item_id"]].add(row[other])


def plan_needs(draft: Draft) -> None:
    """Needs, by key, else by their title and units; the stage is where a new one begins, and moves on the board."""
    needs = _Needs(draft)
    for sheet in draft.job.of("needs"):
        for record in sheet.records:
            _plan_need(draft, needs, sheet, record)


def _plan_need(draft: Draft, needs: _Needs, sheet: Sheet, record: Record) -> None:
    create = sheet.mapping.options.create
    linked = {
        "item_unit": _each(
            draft, sheet, record, "org_unit", lambda text: draft.unit(text, create="org_units" in create)
        ),
        "item_community": _each(draft, sheet, record, "community", draft.community),
    }
    try:
        key = _meant(draft, needs, record, linked["item_unit"])
    except Unreadable as problem:
        draft.leave_out(sheet, record, problem.reason, "key", "title")
        return
    if key is None or stands_for(draft.shelves["funnel_item"].get(key)) is None:
        values = _values(draft, sheet, record)
        if key is None:
            key = _create(draft, sheet, record, values)
            needs.titles.learn(values["title"], key)
        else:
            draft.shelves["funnel_item"].assign(key, **values)
        for table, others in linked.items():
            _link(draft, needs, table, key, others)
    if record.values.get("key"):
        draft.keys.keep("funnel_item", record.values["key"], key)
    draft.claim(sheet, record, "funnel_item", key)


def _meant(draft: Draft, needs: _Needs, record: Record, units: list[Id]) -> Id | None:
    """The need that the row is about, None where it isn't there yet. Raises Unreadable."""
    external = record.values.get("key")
    key: Id | None = draft.keys.row("funnel_item", external) if external else None
    if key is None:
        same = needs.titles.named(record.values["title"])
        if units:
            same = [row for row in same if needs.links["item_unit"].get(row) == set(units)]
        if external:
            same = [row for row in same if not draft.keys.has("funnel_item", row)]
        key = only(same)
    if key is not None and draft.is_claimed("funnel_item", key):
        raise Unreadable("duplicate")
    return key


def _create(draft: Draft, sheet: Sheet, record: Record, values: dict[str, Any]) -> Id:
    raised, since = (past_day(draft, sheet, record, name) for name in ("raised_on", "stage_since"))
    if raised and since and since < raised:
        draft.leave_empty(sheet, record, "ends_before_start", "stage_since")
        since = None
    return add_item(draft, record, {"channel": Channel.NEED, **values}, raised=raised, since=since)


def _values(draft: Draft, sheet: Sheet, record: Record) -> dict[str, Any]:
    given = record.values
    values = {"title": given["title"]}
    values |= {name: given[name] or "" for name in _TEXTS if name in given}
    values |= {name: given[name] for name in _PLAIN if name in given}
    if (values.get("headcount") or 0) > MOST_PEOPLE:
        draft.leave_empty(sheet, record, "unreadable", "headcount")
        values["headcount"] = None
    create = "areas" in sheet.mapping.options.create
    areas = {"area": ("area_id", lambda text: draft.by_name("area", text, create=create, reason="unknown_area"))}
    return values | looked_up(draft, [(sheet, record)], given, areas)


def _each(draft: Draft, sheet: Sheet, record: Record, name: str, find: Callable[[str], Id]) -> list[Id]:
    """What a cell names, one or several with semicolons between; what isn't found is reported."""
    found: dict[Id, None] = {}
    for text in (record.values.get(name) or "").split(";"):
        if not text.strip():
            continue
        try:
            found[find(text.strip())] = None
        except Unreadable as problem:
            draft.leave_empty(sheet, record, problem.reason, name)
    return list(found)


def _link(draft: Draft, needs: _Needs, table: str, key: Id, others: list[Id]) -> None:
    """Add what isn't linked yet; an import takes no link away."""
    _, column = PAIRS[table]
    for other in others:
        if other not in needs.links[table][key]:
            draft.shelves[table].add(item_id=key, **{column: other})
            needs.links[table][key].add(other)
            draft.extended.add(("funnel_item", key))
