"""What an import would change: rows to create and values to set, before anything is written. Pure."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

from cop.imports.problems import Outcome, Problem
from cop.surveys.collected import Collected


class New(NamedTuple):
    """A row that doesn't exist yet: its table and its place among the table's new rows."""

    table: str
    number: int


Id = int | New


class Shelf:
    """A table as it will be after the import: what is there, what is added, what is set."""

    def __init__(self, table: str, existing: Mapping[Hashable, Mapping[str, Any]] | None = None) -> None:
        self.table = table
        self.existing = dict(existing or {})
        self.created: dict[New, dict[str, Any]] = {}
        self.updated: dict[Hashable, dict[str, Any]] = {}

    def add(self, **values: Any) -> New:
        """A row to create."""
        key = New(self.table, len(self.created))
        self.created[key] = values
        return key

    def assign(self, key: Hashable, **values: Any) -> bool:
        """Set what differs; True where anything does."""
        if isinstance(key, New):
            self.created[key] |= values
            return True
        before = self.get(key)
        differing = {name: value for name, value in values.items() if before[name] != value}
        if differing:
            self.updated.setdefault(key, {}).update(differing)
        return bool(differing)

    def get(self, key: Hashable) -> dict[str, Any]:
        """A row as it will be."""
        if isinstance(key, New):
            return self.created[key]
        return {**self.existing[key], **self.updated.get(key, {})}

    def rows(self) -> dict[Hashable, dict[str, Any]]:
        """Every row as it will be."""
        return {key: self.get(key) for key in (*self.existing, *self.created)}


TABLES = (
    "area",
    "job_role",
    "skill",
    "role_requirement",
    "org_unit",
    "unit_requirement",
    "person",
    "person_alias",
    "community",
    "community_skill",
    "membership",
    "facilitator",
    "session_series",
    "community_session",
    "survey",
    "question",
    "survey_group",
    "funnel_item",
    "stage_stay",
    "ring_change",
    "external_key",
    "attendance",
    "item_unit",
    "item_community",
)
"""In the order in which they are written."""

PAIRS = {
    "attendance": ("session_id", "person_id"),
    "item_unit": ("item_id", "org_unit_id"),
    "item_community": ("item_id", "community_id"),
    "community_skill": ("community_id", "skill_id"),
}
"""The tables whose rows are known by a pair of others, and which."""


class Fate(StrEnum):
    """What becomes of a row of a file; each row has exactly one."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REPEATED = "repeated"
    """It says something of what an earlier row brought, too."""
    LEFT_OUT = "left out"
    REFUSED = "refused"


@dataclass(frozen=True)
class FileSummary:
    """One file's account: its rows by fate, its problems by outcome and reason. The fates add up to the rows."""

    file: str
    kind: str
    digest: str
    rows: int
    fates: Mapping[Fate, int]
    reasons: Mapping[tuple[Outcome, str], int]
    passed: str = ""
    """Which rows and columns of the file are no data, in a sentence."""


@dataclass(frozen=True)
class WaveAnswers:
    """A wave to be told of: its answers, which are never stored, and the rows that its table will hang on."""

    file: str
    name: str
    survey: New
    questions: Mapping[int, New]
    groups: Mapping[int, New]
    collected: Collected
    told: int
    """Cells of groups and questions that would be told."""
    hidden: int


@dataclass(frozen=True)
class Plan:
    """What an import comes to: the preview that is shown, and what is then written."""

    source: str
    shelves: Mapping[str, Shelf]
    seen: Mapping[str, int]
    """The revisions of what was compared; where they are still the same, so is the plan."""
    touched: Mapping[Id, date]
    """Communities whose figures change, and since when."""
    moved: frozenset[int]
    """People whose org unit changes."""
    files: tuple[FileSummary, ...]
    problems: tuple[Problem, ...]
    waves: tuple[WaveAnswers, ...] = ()
    fingerprint: str = field(init=False)
    """The same for the same changes, whatever else was written meanwhile."""

    def __post_init__(self) -> None:
        changes = [
            (table, list(shelf.created.values()), sorted(shelf.updated.items(), key=repr))
            for table, shelf in sorted(self.shelves.items())
        ]
        answers = [wave.collected.fingerprint for wave in self.waves]
        object.__setattr__(self, "fingerprint", sha256(repr((changes, answers)).encode("utf-8", "replace")).hexdigest())

    @property
    def refused(self) -> list[Problem]:
        """The problems for which nothing is imported."""
        return [problem for problem in self.problems if problem.outcome is Outcome.REFUSED]

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        """Rows to create and to change, by table."""
        sizes = {table: (len(self.shelves[table].created), len(self.shelves[table].updated)) for table in TABLES}
        return {table: size for table, size in sizes.items() if any(size)}

    @property
    def size(self) -> int:
        """How many rows are written."""
        return sum(created + changed for created, changed in self.counts.values())
