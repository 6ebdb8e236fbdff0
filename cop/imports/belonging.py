"""Memberships and facilitators: who belongs to a community and who carries it. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from cop.choices import FacilitatorRole
from cop.imports.cells import EARLIEST, Unreadable
from cop.imports.changes import Id
from cop.imports.draft import Draft, Entry
from cop.imports.meeting import person_of
from cop.periods import local_day

_STRENGTH = (FacilitatorRole.LEAD, FacilitatorRole.CO_FACILITATOR, FacilitatorRole.BACKUP)


def in_communities(draft: Draft, kind: str) -> list[Entry]:
    """The rows of a kind whose community is known; the others are reported."""
    entries = []
    for sheet in draft.job.of(kind):
        for record in sheet.records:
            try:
                entries.append(Entry(sheet, record, draft.community(record.values["community"])))
            except Unreadable as problem:
                draft.leave_out(sheet, record, problem.reason, "community")
    return entries


def plan_memberships(draft: Draft, entries: Sequence[Entry]) -> None:
    """Stretches of belonging, known by community, person and first day; two of one person don't overlap."""
    shelf = draft.shelves["membership"]
    stays: dict[tuple[Id, Id], dict[date, Any]] = defaultdict(dict)
    for key, row in shelf.existing.items():
        stays[row["community_id"], row["person_id"]][row["joined_on"]] = key
    for entry in entries:
        person = person_of(draft, entry)
        if person is None:
            continue
        values = _begun(draft, entry, "joined_on", "left_on")
        if values is None:
            continue
        joined, left = values["joined_on"], values.get("left_on")
        own = stays[entry.target, person]
        key = own.get(joined)
        if key is not None and draft.is_claimed("membership", key):
            detail = f"({draft.named_place('membership', key, person)})"
            draft.leave_out(entry.sheet, entry.record, "duplicate", "joined_on", detail=detail)
            continue
        if key is not None and "left_on" not in values:
            left = shelf.get(key)["left_on"]
        others = [
            other
            for day, other in own.items()
            if day != joined and _overlap(joined, left, shelf.get(other)["joined_on"], shelf.get(other).get("left_on"))
        ]
        if others:
            detail = f"({draft.named_place('membership', others[0], person)})"
            draft.leave_out(entry.sheet, entry.record, "overlap", "joined_on", detail=detail)
            continue
        ready = {"left_on": left} | {
            name: values[name] or "" for name in ("join_reason", "leave_reason") if name in values
        }
        if key is None:
            key = shelf.add(community_id=entry.target, person_id=person, joined_on=joined, **ready)
            own[joined] = key
            draft.touch(entry.target, joined)
        elif shelf.assign(key, **ready):
            draft.touch(entry.target, joined)
        draft.claim(entry.sheet, entry.record, "membership", key)


def _begun(draft: Draft, entry: Entry, start: str, end: str) -> dict[str, Any] | None:
    """The row's values, without an end that is still to come; None where it can't be taken. Either is reported."""
    values = dict(entry.record.values)
    today = local_day(draft.now, draft.time_zone)
    first, last = values.get(start), values.get(end)
    if first is not None and first > today:
        draft.leave_out(entry.sheet, entry.record, "future", start)
        return None
    if first is not None and last is not None and last < first:
        draft.leave_out(entry.sheet, entry.record, "ends_before_start", end)
        return None
    if last is not None and last > today:
        draft.leave_empty(entry.sheet, entry.record, "future", end)
        values[end] = None
    return values


def _overlap(start: date, end: date | None, other_start: date, other_end: date | None) -> bool:
    return start < (other_end or date.max) and other_start < (end or date.max)


def plan_facilitators(draft: Draft, entries: Sequence[Entry]) -> None:
    """Assignments, known by community, person and first day; of two at a time the stronger role counts."""
    shelf = draft.shelves["facilitator"]
    known: dict[tuple[Id, Id], list[Any]] = defaultdict(list)
    for key, row in shelf.existing.items():
        known[row["community_id"], row["person_id"]].append(key)
    ranked = sorted(entries, key=lambda entry: _STRENGTH.index(entry.record.values["role"]))
    for entry in ranked:
        person = person_of(draft, entry)
        if person is None:
            continue
        values = _begun(draft, entry, "since_on", "until_on")
        if values is None:
            continue
        since, until = values.get("since_on"), values.get("until_on")
        own = known[entry.target, person]
        held = [key for key in own if draft.is_claimed("facilitator", key)]
        if any(_overlap(since or EARLIEST, until, *_span(shelf.get(key))) for key in held):
            detail = f"({draft.named_place('facilitator', held[0], person)})"
            draft.leave_out(entry.sheet, entry.record, "second_role", "role", detail=detail)
            continue
        key = _same_assignment(draft, [key for key in own if key not in held], since, until)
        ready = {"role": values["role"]} | {name: values[name] for name in ("since_on", "until_on") if name in values}
        if key is None:
            key = shelf.add(community_id=entry.target, person_id=person, **ready)
            own.append(key)
            draft.touch(entry.target, since or EARLIEST)
        else:
            before = shelf.get(key)["since_on"]
            if shelf.assign(key, **ready):
                draft.touch(entry.target, min(before or EARLIEST, shelf.get(key)["since_on"] or EARLIEST))
        draft.claim(entry.sheet, entry.record, "facilitator", key)


def _span(row: dict[str, Any]) -> tuple[date, date | None]:
    return row.get("since_on") or EARLIEST, row.get("until_on")


def _same_assignment(draft: Draft, keys: list[Any], since: date | None, until: date | None) -> Any:
    """The assignment there is already: with this first day, else the one that lasts if the row's does."""
    rows = {key: draft.shelves["facilitator"].get(key) for key in keys}
    same_day = [key for key, row in rows.items() if row.get("since_on") == since]
    current = [key for key, row in rows.items() if row.get("until_on") is None and until is None]
    return next(iter(same_day or current), None)
