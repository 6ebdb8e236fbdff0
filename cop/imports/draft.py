"""An import being worked out: what all kinds of file share while their rows are compared with what is there. Pure."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cop.imports.cells import Unreadable
from cop.imports.changes import Fate, FileSummary, Id, New, Plan, Shelf, WaveAnswers
from cop.imports.keys import Keys
from cop.imports.layout import passed_words
from cop.imports.people import People
from cop.imports.problems import Outcome, Reporter
from cop.imports.records import Job, Record, Sheet


@dataclass(frozen=True)
class Entry:
    """A row that says something of a person: in a community, or at a session."""

    sheet: Sheet
    record: Record
    target: Id


class Draft:
    """The plan in the making."""

    def __init__(
        self, job: Job, shelves: Mapping[str, Shelf], *, now: datetime, time_zone: str, seen: Mapping[str, int]
    ) -> None:
        self.job, self.shelves, self.now, self.time_zone, self.seen = job, shelves, now, time_zone, seen
        self.keys = Keys(shelves["external_key"], job.source)
        self.people = People(shelves["person"], shelves["person_alias"], self.keys)
        self.similar: set[str] = set()
        """Name keys that are almost somebody else's."""
        self.headcounts: dict[Id, int | None] = {}
        """What the files say of how many came, by session."""
        self.touched: dict[Id, date] = {}
        self.moved: set[int] = set()
        self.extended: set[tuple[str, Hashable]] = set()
        """Rows that keep their own values and get something that belongs to them."""
        self.waves: list[WaveAnswers] = []
        self._reporters = {
            sheet.mapping.name: Reporter(sheet.mapping.name, sheet.mapping.report, list(sheet.problems))
            for sheet in job.sheets
        }
        self._claims: dict[str, dict[int, tuple[str, Hashable, bool]]] = defaultdict(dict)
        self._claimed: dict[tuple[str, Hashable], tuple[str, int]] = {}
        """By row of the database, the file and row that was about it first."""
        self._names = {
            table: _index(shelves[table], "name") for table in ("area", "job_role", "skill", "org_unit", "community")
        }
        self._slugs = {row["slug"]: key for key, row in shelves["community"].existing.items()}

    def leave_out(self, sheet: Sheet, record: Record, reason: str, *fields: str, detail: str = "") -> None:
        """Report a row that can't be taken; the column is that of the first of the fields which is mapped."""
        self._reporters[sheet.mapping.name].leave_out(record.row, sheet.column(*fields), reason, detail)

    def leave_empty(self, sheet: Sheet, record: Record, reason: str, *fields: str, detail: str = "") -> None:
        """Report a cell that can't be taken."""
        self._reporters[sheet.mapping.name].leave_empty(record.row, sheet.column(*fields), reason, detail)

    def refuse_file(self, sheet: Sheet, reason: str, *, column: str = "", detail: str = "") -> None:
        """Report what concerns a file as a whole; a column is named by its header."""
        arrangement = sheet.table.arrangement
        row = arrangement.header_row if column and arrangement else 0
        self._reporters[sheet.mapping.name].refuse_file(reason, row=row, column=column, detail=detail)

    def claim(self, sheet: Sheet, record: Record, table: str, key: Hashable) -> None:
        """Note which row of the database a row of the file is about; its fate follows from what happens to that."""
        again = (table, key) in self._claimed
        self._claimed.setdefault((table, key), (sheet.mapping.name, record.row))
        self._claims[sheet.mapping.name][record.row] = (table, key, again)

    def is_claimed(self, table: str, key: Hashable) -> bool:
        """Whether an earlier row was about the same."""
        return (table, key) in self._claimed

    def whose(self, table: str, key: Hashable) -> str:
        """A row of the database for a message: its name, and the row of the files that was about it."""
        name = str(self.shelves[table].get(key).get("name") or "")
        return ", ".join(filter(None, [name, self.place(table, key)]))

    def named_place(self, table: str, key: Hashable, person: Id) -> str:
        """A row of the database about a person, for a message: the person, and the row of the files that was about it."""
        name = str(self.shelves["person"].get(person)["name"])
        return ", ".join(filter(None, [name, self.place(table, key)]))

    def place(self, table: str, key: Hashable) -> str:
        """The row of the files that was about a row of the database first: “row 2”; "" where none was."""
        file, row = self._claimed.get((table, key), ("", 0))
        if not row:
            return ""
        return f"row {row}" if len(self.job.sheets) == 1 else f"row {row} of {file}"

    def touch(self, community: Id, day: date) -> None:
        """The community's figures change from the day on."""
        self.touched[community] = min(day, self.touched.get(community, day))

    def learn(self, table: str, key: Id, **values: Any) -> None:
        """Let later rows find a row that is created or changed by this import."""
        if values.get("name"):
            self._names[table].setdefault(values["name"].casefold(), set()).add(key)
        if values.get("slug"):
            self._slugs[values["slug"]] = key

    def named(self, table: str, name: str) -> set[Any]:
        """The rows with this name, whatever its case."""
        return {
            key
            for key in self._names[table].get(name.casefold(), set())
            if self.shelves[table].get(key)["name"].casefold() == name.casefold()
        }

    def slugs(self) -> dict[str, Any]:
        """The addresses that communities have, and whose they are."""
        return self._slugs

    def community(self, text: str) -> Any:
        """The community meant by a key, an address or a name. Raises Unreadable."""
        found = self.keys.row("community", text) or self._slugs.get(text)
        if found is None:
            found = next(iter(self.named("community", text)), None)
        if found is None:
            raise Unreadable("unknown_community")
        return found

    def unit(self, text: str | None, *, create: bool = False) -> Any:
        """The org unit meant by a key or a name, created by its name where that is allowed. Raises Unreadable."""
        if text is None:
            return None
        found = {self.keys.row("org_unit", text)} - {None} or self.named("org_unit", text)
        if len(found) > 1:
            raise Unreadable("ambiguous_unit")
        if found:
            return next(iter(found))
        if not create or len(text) > 120:
            raise Unreadable("unknown_unit")
        return self._add_named("org_unit", text)

    def by_name(self, table: str, text: str | None, *, create: bool, reason: str) -> Any:
        """An area or job role by its name, created where that is allowed. Raises Unreadable with the reason."""
        if text is None:
            return None
        found = next(iter(self.named(table, text)), None)
        if found is None and not create:
            raise Unreadable(reason)
        return found if found is not None else self._add_named(table, text)

    def _add_named(self, table: str, name: str) -> New:
        key = self.shelves[table].add(name=name)
        self.learn(table, key, name=name)
        return key

    def finish(self) -> Plan:
        """The plan as it stands."""
        problems = [*self.job.missing]
        for sheet in self.job.sheets:
            problems += sorted(
                self._reporters[sheet.mapping.name].problems, key=lambda item: (item.row, item.column, item.reason)
            )
        return Plan(
            source=self.job.source,
            shelves=self.shelves,
            seen=self.seen,
            touched=self.touched,
            moved=frozenset(self.moved),
            files=tuple(self._summary(sheet) for sheet in self.job.sheets),
            problems=tuple(problems),
            waves=tuple(self.waves),
        )

    def _summary(self, sheet: Sheet) -> FileSummary:
        problems = self._reporters[sheet.mapping.name].problems
        refused = {
            problem.row for problem in problems if problem.outcome is Outcome.REFUSED and not problem.concerns_file
        }
        claims = {row: claim for row, claim in self._claims[sheet.mapping.name].items() if row not in refused}
        fates = Counter(self._fate(*claim) for claim in claims.values())
        fates[Fate.REFUSED] = len(refused)
        fates[Fate.LEFT_OUT] = sheet.table.row_count - len(refused) - len(claims)
        return FileSummary(
            file=sheet.mapping.name,
            kind=sheet.mapping.kind,
            digest=sheet.table.digest,
            rows=sheet.table.row_count,
            fates=fates,
            reasons=Counter((problem.outcome, problem.reason) for problem in problems),
            passed=_passed(sheet),
        )

    def _fate(self, table: str, key: Hashable, again: bool) -> Fate:
        if again:
            return Fate.REPEATED
        if isinstance(key, New):
            return Fate.CREATED
        changed = key in self.shelves[table].updated or self.keys.is_new(table, key) or (table, key) in self.extended
        return Fate.CHANGED if changed else Fate.UNCHANGED


def _index(shelf: Shelf, column: str) -> dict[str, set[Any]]:
    found: dict[str, set[Any]] = defaultdict(set)
    for key, row in shelf.existing.items():
        found[row[column].casefold()].add(key)
    return found


def _passed(sheet: Sheet) -> str:
    found = sheet.table.arrangement
    return passed_words(found.passed.counts, found.unnamed) if found else ""
