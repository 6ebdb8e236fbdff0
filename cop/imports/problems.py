"""What an import finds wrong, by file, row and column. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What a problem does: it refuses the whole import, or a rule of the mapping lets it pass and be reported."""

    REFUSED = "refused"
    LEFT_OUT = "left out"
    """The row is not imported."""
    EMPTIED = "left empty"
    """The row is imported without this cell."""


FILE_REASONS = {
    "missing_file": "There is no such file.",
    "too_large": "The file is larger than an import takes.",
    "wrong_format": "The file is not what its name says, or can't be read.",
    "encoding": "The text can't be decoded.",
    "nul": "The text holds a NUL character, so this is no CSV file or its encoding is another one.",
    "not_csv": "The quotes don't add up, or a cell is too long.",
    "no_header": "The file is empty: its first row must name the columns.",
    "duplicate_header": "Two columns have the same name.",
    "missing_column": "The mapping names a column that the file doesn't have.",
    "wave_is_there": "A wave of this name is there already, and what was told of it stays as it is.",
    "wave_to_come": "The day of the wave lies in the future.",
    "no_such_skill": "The mapping names a skill that isn't there.",
    "wrong_options": "A question needs 2 to 100 different options.",
    "too_few_respondents": "Fewer people answered than the smallest group, so nothing could be told.",
}
"""These always refuse the import."""

ROW_REASONS = {
    "too_many_cells": "The row has more cells than the header.",
    "too_few_cells": "The row has fewer cells than the header.",
    "missing": "The cell must not be empty.",
    "unreadable": "The cell can't be read as what it should be.",
    "ambiguous_date": "The day can be read in two ways: say which one is meant.",
    "too_long": "The text is longer than what can be stored.",
    "control_character": "The cell holds a control or broken character.",
    "unknown_value": "The mapping doesn't say what this value means.",
    "left_out": "The mapping leaves rows with this value out.",
    "duplicate": "An earlier row says the same.",
    "contradiction": "An earlier row says something else of the same.",
    "unknown_community": "No community has this key, address or name.",
    "unknown_session": "No session has this key.",
    "unknown_unit": "No org unit has this key or name.",
    "ambiguous_unit": "Several org units have this name.",
    "unknown_role": "No job role has this name.",
    "unknown_area": "No area has this name.",
    "unknown_skill": "No skill has this name.",
    "two_levels": "Rows give different levels, or needs, for the same skill and job role or unit: none of them is taken.",
    "overlapping_level": "Something else is required at that time already.",
    "needed_range": "At least 1 and at most 100,000 people can be needed.",
    "unit_ring": "The org unit would lie below itself.",
    "name_taken": "Something else has this name already.",
    "address_taken": "Another community has this address already.",
    "person_taken": "The e-mail address or handle belongs to somebody else.",
    "no_person": "Nothing says who it is.",
    "not_a_person": "The mapping says that this is not a person's name.",
    "incomplete_name": "A single name or initials don't tell who it is.",
    "unknown_person": "Nobody is known under this name, e-mail address, handle or key.",
    "similar_person": "The name is much like that of somebody else: the same person or another one?",
    "ambiguous_person": "Several people have this name.",
    "several_people": "Key, e-mail address and handle belong to different people.",
    "second_role": "The person has a stronger role in this community already.",
    "ends_before_start": "The end comes before the start.",
    "overlap": "The person is a member at that time already.",
    "not_held": "The session was not held, so nobody attended it.",
    "was_held": "The session was held, with people or a count on record: it can't become planned or cancelled.",
    "future": "This lies in the future.",
    "unreadable_rule": "It doesn't say on which days it meets in a way that can only be read as one rule.",
    "no_first_day": "It meets every few weeks, but nothing says in which week it begins: give a first day.",
    "unknown_zone": "This is no time zone. Say which one the value means, such as Europe/Madrid.",
    "too_long_session": "A session can't last longer than 24 hours.",
    "nothing_ahead": "No session would come of it: it has ended.",
    "skipped_hour": "Clocks skip this time on that day.",
    "ambiguous_item": "Several items of the funnel have this title.",
    "unknown_ring": "No ring that is in use has this name.",
    "unknown_quadrant": "No quadrant that is in use has this name.",
    "other_quadrant": "The trend stands in another quadrant.",
    "other_movement": "The trend's earlier rings say that it moved otherwise.",
    "no_answer": "The row answers none of the questions.",
    "answered_twice": "This respondent answered in an earlier row, which counts.",
}
"""These refuse the import too, unless the mapping lists them under `report`."""

ALWAYS_REPORTED = frozenset({"left_out"})
REASONS = FILE_REASONS | ROW_REASONS


@dataclass(frozen=True)
class Problem:
    """One problem; row 0 is the file as a whole. It never repeats what a cell of its own row says."""

    file: str
    row: int
    column: str
    reason: str
    outcome: Outcome
    detail: str = ""

    @property
    def concerns_file(self) -> bool:
        """Whether the file can't be read as it should, so that its rows say nothing."""
        return self.reason in FILE_REASONS

    @property
    def message(self) -> str:
        """For a human."""
        return f"{REASONS[self.reason]} {self.detail}".strip()


@dataclass
class Reporter:
    """Collects one file's problems; `allowed` are the reasons that its mapping lets pass."""

    file: str
    allowed: Collection[str] = ()
    problems: list[Problem] = field(default_factory=list)

    def refuse_file(self, reason: str, *, row: int = 0, column: str = "", detail: str = "") -> None:
        """The file can't be read as it should."""
        self.problems.append(Problem(self.file, row, column, reason, Outcome.REFUSED, detail))

    def leave_out(self, row: int, column: str, reason: str, detail: str = "") -> None:
        """The row can't be taken."""
        self._add(row, column, reason, Outcome.LEFT_OUT, detail)

    def leave_empty(self, row: int, column: str, reason: str, detail: str = "") -> None:
        """A cell can't be taken, the rest of the row can."""
        self._add(row, column, reason, Outcome.EMPTIED, detail)

    def _add(self, row: int, column: str, reason: str, outcome: Outcome, detail: str) -> None:
        passes = reason in self.allowed or reason in ALWAYS_REPORTED
        self.problems.append(Problem(self.file, row, column, reason, outcome if passes else Outcome.REFUSED, detail))
