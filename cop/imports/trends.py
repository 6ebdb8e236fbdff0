"""Trends, and the rings that editions of a radar put them into. Pure."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from cop.choices import Channel, EvidenceKind
from cop.funnel.radar import Movement, Placing, movement
from cop.imports.cells import Unreadable
from cop.imports.changes import Id, Shelf
from cop.imports.draft import Draft
from cop.imports.items import Titles, add_item, only
from cop.imports.records import Record, Sheet
from cop.periods import local_day

_COLUMNS = {"unknown_ring": "ring", "contradiction": "ring", "unknown_quadrant": "quadrant", "future": "day"}
"""Where a problem lies; elsewhere in the title."""


class _Radar:
    """The trends there are, what was said of their rings so far, and the rings and quadrants to choose from."""

    def __init__(self, draft: Draft) -> None:
        self.titles = Titles(draft, Channel.TREND)
        self.rings, self.quadrants = (_offered(draft.shelves[table]) for table in ("ring", "quadrant"))
        places = sorted(draft.shelves["ring"].existing.values(), key=lambda row: (row["place"], row["id"]))
        self.place = {row["id"]: place for place, row in enumerate(places)}
        self.said: dict[Id, list[Any]] = defaultdict(list)
        for key, row in draft.shelves["ring_change"].existing.items():
            self.said[row["item_id"]].append(key)


def _offered(shelf: Shelf) -> dict[str, int]:
    return {row["name"].casefold(): row["id"] for row in shelf.existing.values() if row["active"]}


def plan_trends(draft: Draft) -> None:
    """Trends, by title, each row one more word on its ring; days in order, whatever that of the rows."""
    radar = _Radar(draft)
    entries = [(sheet, record) for sheet in draft.job.of("trends") for record in sheet.records]
    for sheet, record in sorted(entries, key=lambda entry: entry[1].values["day"]):
        try:
            _plan_trend(draft, radar, sheet, record)
        except Unreadable as problem:
            draft.leave_out(sheet, record, problem.reason, _COLUMNS.get(problem.reason, "title"))


def _plan_trend(draft: Draft, radar: _Radar, sheet: Sheet, record: Record) -> None:
    """Put the trend into its ring. Raises Unreadable."""
    given = record.values
    ring = _known(radar.rings, given["ring"], "unknown_ring")
    quadrant = _known(radar.quadrants, given.get("quadrant"), "unknown_quadrant")
    if given["day"] > local_day(draft.now, draft.time_zone):
        raise Unreadable("future")
    item = only(radar.titles.named(given["title"]))  # one that was merged keeps a history of its own
    key = _said_already(draft, radar, item, given, ring) if item is not None else None
    if key is not None and draft.is_claimed("ring_change", key):
        raise Unreadable("duplicate" if draft.shelves["ring_change"].get(key)["ring_id"] == ring else "contradiction")
    if item is None:
        item = add_item(draft, record, {"channel": Channel.TREND, "title": given["title"], "quadrant_id": quadrant})
        radar.titles.learn(given["title"], item)
    else:
        _place_in_quadrant(draft, sheet, record, item, quadrant)
    if _moved_otherwise(draft, radar, item, given, ring):
        draft.leave_empty(sheet, record, "other_movement", "status")
    draft.claim(sheet, record, "ring_change", _say(draft, radar, item, key, given, ring))


def _known(names: dict[str, int], text: str | None, reason: str) -> Any:
    if text is None:
        return None
    if text.casefold() not in names:
        raise Unreadable(reason)
    return names[text.casefold()]


def _source(draft: Draft, given: Any) -> str:
    source: str = given.get("source") or draft.job.source
    return source


def _said_already(draft: Draft, radar: _Radar, item: Id, given: Any, ring: int) -> Any:
    """What was said of that day and edition already: by the same source, else the same by another one."""
    rows = {key: draft.shelves["ring_change"].get(key) for key in radar.said[item]}
    same = [
        key
        for key, row in rows.items()
        if row["changed_on"] == given["day"] and row["edition"] == (given.get("edition") or "")
    ]
    source = _source(draft, given).casefold()
    by_it = [key for key in same if rows[key]["source"].casefold() == source]
    return next(iter(by_it or [key for key in same if rows[key]["ring_id"] == ring]), None)


def _place_in_quadrant(draft: Draft, sheet: Sheet, record: Record, item: Id, quadrant: int | None) -> None:
    """A trend without a quadrant gets one; somebody chose the one that it has."""
    before = draft.shelves["funnel_item"].get(item)["quadrant_id"]
    if quadrant is None or quadrant == before:
        return
    if before is None:
        draft.shelves["funnel_item"].assign(item, quadrant_id=quadrant)
    else:
        draft.leave_empty(sheet, record, "other_quadrant", "quadrant")


def _moved_otherwise(draft: Draft, radar: _Radar, item: Id, given: Any, ring: int) -> bool:
    """Whether the row says another movement than the rings do; before the first known ring it can't be told."""
    told: Movement | None = given.get("status")
    day: date = given["day"]
    rows = [draft.shelves["ring_change"].get(key) for key in radar.said[item]]
    before = [
        Placing(radar.place[row["ring_id"]], row["changed_on"])
        for row in rows
        if row["changed_on"] < day and row.get("withdrawn_at") is None
    ]
    if told is None or not before:
        return False
    moved = movement([*before, Placing(radar.place[ring], day)], since=day - timedelta(days=1), as_of=day)
    return moved is not None and moved.movement is not told


def _say(draft: Draft, radar: _Radar, item: Id, key: Any, given: Any, ring: int) -> Any:
    """Note the ring; what the same source had said of that day is corrected, unless somebody took it back."""
    shelf = draft.shelves["ring_change"]
    source = _source(draft, given)
    values: dict[str, Any] = {"ring_id": ring}
    values |= {name: given[name] or "" for name in ("rationale", "url") if name in given}
    values |= {"source_kind": given["source_kind"]} if given.get("source_kind") else {}
    if key is None:
        values = {"source_kind": EvidenceKind.PUBLICATION} | values
        key = shelf.add(
            item_id=item, changed_on=given["day"], edition=given.get("edition") or "", source=source, **values
        )
        radar.said[item].append(key)
        return key
    before = shelf.get(key)
    if before.get("withdrawn_at") is None and before["source"].casefold() == source.casefold():
        shelf.assign(key, **values)
    return key
