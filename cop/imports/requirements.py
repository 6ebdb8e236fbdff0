"""Levels that job roles require of skills, and what units need of them: from a day until a day. Pure.

A row without an end says what counts today. Where something else does, that ends and the row's begins: on the day that
the row gives, if that one counted then already, else today. A row with an end is history: it is added where nothing else
counts in that time. Of rows that contradict each other none is taken: which one is meant?
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from cop.choices import Importance, RequiredLevel
from cop.imports.cells import Unreadable
from cop.imports.changes import Id
from cop.imports.draft import Draft
from cop.imports.records import Record, Sheet
from cop.periods import local_day
from cop.skills.levels import MOST_NEEDED

_LEVELS = {level: number for number, level in enumerate(RequiredLevel, 1)}
_IMPORTANCES = {importance: number for number, importance in enumerate(Importance, 1)}
_Row = tuple[Sheet, Record]


class _Group(NamedTuple):
    """What rows are about: whose level of which skill, and in which time that is over; None of what counts today."""

    owner: Any
    skill: Any
    over: tuple[date, date] | None


@dataclass(frozen=True)
class _Kind:
    """One kind of file: its table, the field and column of who requires, how both are read."""

    kind: str
    table: str
    field: str
    column: str
    known: Callable[[Draft, Record], Any]
    """What tells owners apart before any is created."""
    owner: Callable[[Draft, Sheet, Record], Any]
    values: Callable[[Record], dict[str, int]]


def plan_role_requirements(draft: Draft) -> None:
    """Required levels, by job role and skill."""
    _plan(draft, _OF_ROLES)


def plan_unit_needs(draft: Draft) -> None:
    """What units need, by unit and skill."""
    _plan(draft, _OF_UNITS)


def _role(draft: Draft, sheet: Sheet, record: Record) -> Any:
    create = "job_roles" in sheet.mapping.options.create
    return draft.by_name("job_role", record.values["job_role"], create=create, reason="unknown_role")


def _need(record: Record) -> dict[str, int]:
    importance = _IMPORTANCES[record.values.get("importance") or Importance.NORMAL]
    return _level(record) | {"needed": record.values["needed"], "importance": importance}


def _level(record: Record) -> dict[str, int]:
    return {"level": _LEVELS[record.values["level"]]}


_OF_ROLES = _Kind(
    "role_requirements",
    "role_requirement",
    "job_role",
    "job_role_id",
    lambda _draft, record: record.values["job_role"].casefold(),
    _role,
    _level,
)
_OF_UNITS = _Kind(
    "unit_needs",
    "unit_requirement",
    "org_unit",
    "org_unit_id",
    lambda draft, record: draft.unit(record.values["org_unit"]),
    lambda draft, _sheet, record: draft.unit(record.values["org_unit"]),
    _need,
)


def _plan(draft: Draft, kind: _Kind) -> None:
    planned = _Planned(draft, kind)
    groups = _groups(draft, kind)
    for group in sorted(groups, key=lambda one: one.over or (date.max, date.max)):  # history first
        rows = groups[group]
        if any(kind.values(record) != kind.values(rows[0][1]) for _sheet, record in rows):
            for sheet, record in rows:
                draft.leave_out(sheet, record, "two_levels", "level")
            continue
        planned.take(group, *rows[0])
        for sheet, record in rows[1:]:
            draft.leave_out(sheet, record, "duplicate", "skill")


def _groups(draft: Draft, kind: _Kind) -> dict[_Group, list[_Row]]:
    found: dict[_Group, list[_Row]] = defaultdict(list)
    for sheet in draft.job.of(kind.kind):
        for record in sheet.records:
            skill = next(iter(draft.named("skill", record.values["skill"])), None)
            problem, field = ("unknown_skill", "skill") if skill is None else _odd(draft, record)
            if problem:
                draft.leave_out(sheet, record, problem, field)
                continue
            until = record.values.get("until_on")
            over = (record.values["since_on"], until) if until else None
            try:
                found[_Group(kind.known(draft, record), skill, over)].append((sheet, record))
            except Unreadable as refused:
                draft.leave_out(sheet, record, refused.reason, kind.field)
    return found


def _odd(draft: Draft, record: Record) -> tuple[str, str]:
    """What a row's own cells contradict, and the field; nothing where they don't."""
    since, until, today = record.values.get("since_on"), record.values.get("until_on"), _today(draft)
    if until and not since:
        return "missing", "since_on"
    if until and since >= until:
        return "ends_before_start", "until_on"
    if (until or since or today) > today:
        return "future", "until_on" if until else "since_on"
    if not 1 <= record.values.get("needed", 1) <= MOST_NEEDED:
        return "needed_range", "needed"
    return "", ""


def _today(draft: Draft) -> date:
    return local_day(draft.now, draft.time_zone)


class _Planned:
    """What is required by whom of which skill, as it will be."""

    def __init__(self, draft: Draft, kind: _Kind) -> None:
        self._draft, self._kind, self._shelf = draft, kind, draft.shelves[kind.table]
        self._standing: dict[tuple[Any, Any], Id] = {}
        self._ended: dict[tuple[Any, Any], list[Id]] = defaultdict(list)
        for key, row in self._shelf.existing.items():
            pair = (row[kind.column], row["skill_id"])
            if row["until_on"] is None:
                self._standing[pair] = key  # type: ignore[assignment]
            else:
                self._ended[pair].append(key)  # type: ignore[arg-type]

    def take(self, group: _Group, sheet: Sheet, record: Record) -> None:
        """Plan what the row says, or report why it can't be taken."""
        try:
            owner = self._kind.owner(self._draft, sheet, record)
        except Unreadable as problem:
            self._draft.leave_out(sheet, record, problem.reason, self._kind.field)
            return
        pair, values = (owner, group.skill), self._kind.values(record)
        try:
            if group.over is None:
                key = self._count(pair, values, record.values.get("since_on"))
            else:
                key = self._remember(pair, values, *group.over)
        except Unreadable as problem:
            self._draft.leave_out(sheet, record, problem.reason, "since_on", "level")
            return
        self._draft.claim(sheet, record, self._kind.table, key)

    def _count(self, pair: tuple[Any, Any], values: dict[str, int], since: date | None) -> Id:
        """Let the values count today."""
        today, key = _today(self._draft), self._standing.get(pair)
        if key is None:
            start = since or today
            if any(self._shelf.get(ended)["until_on"] > start for ended in self._ended[pair]):
                raise Unreadable("overlapping_level")
            self._standing[pair] = self._add(pair, values, start, None)
            return self._standing[pair]
        row = self._shelf.get(key)
        if values.items() <= row.items():
            return key
        start = since if since and since >= row["since_on"] else today
        if start <= row["since_on"]:  # the same beginning, so it is the same, said better
            self._shelf.assign(key, **values)
            return key
        self._shelf.assign(key, until_on=start)
        self._add(pair, values, start, None)
        return key

    def _remember(self, pair: tuple[Any, Any], values: dict[str, int], since: date, until: date) -> Id:
        """Let the values have counted then."""
        for ended in self._ended[pair]:
            row = self._shelf.get(ended)
            if (row["since_on"], row["until_on"]) == (since, until) and values.items() <= row.items():
                return ended
            if row["since_on"] < until and since < row["until_on"]:
                raise Unreadable("overlapping_level")
        standing = self._standing.get(pair)
        if standing is not None and self._shelf.get(standing)["since_on"] < until:
            raise Unreadable("overlapping_level")
        key = self._add(pair, values, since, until)
        self._ended[pair].append(key)
        return key

    def _add(self, pair: tuple[Any, Any], values: dict[str, int], since: date, until: date | None) -> Id:
        owner, skill = pair
        place = {self._kind.column: owner, "skill_id": skill}
        return self._shelf.add(**place, **values, since_on=since, until_on=until)
