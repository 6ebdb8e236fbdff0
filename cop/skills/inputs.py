"""What the operations on skills are given. Pure."""

from dataclasses import dataclass, replace
from typing import NamedTuple


class Need(NamedTuple):
    """What a unit needs of a skill: the level, how many people at it, and an importance of 1–3."""

    level: int
    needed: int
    importance: int


@dataclass(frozen=True)
class RoleCell:
    """A cell of the grid of job roles and skills: the level that was there, and the one wanted; None for neither."""

    job_role_id: int
    skill_id: int
    before: int | None
    level: int | None

    @property
    def key(self) -> str:
        """The cell's name among errors and conflicts."""
        return f"{self.job_role_id}:{self.skill_id}"

    def beginning_with(self, before: int | None) -> "RoleCell":
        """The same for who has seen what is there by now."""
        return replace(self, before=before)


@dataclass(frozen=True)
class UnitCell:
    """A unit's line on a skill: the need that was there, and what is typed now, all of it None for no need."""

    skill_id: int
    before: Need | None
    level: int | None
    needed: int | None
    importance: int | None

    @property
    def key(self) -> str:
        """The line's name among errors and conflicts."""
        return str(self.skill_id)

    def beginning_with(self, before: Need | None) -> "UnitCell":
        """The same for who has seen what is there by now."""
        return replace(self, before=before)

    @property
    def is_empty(self) -> bool:
        """Whether no need is left; an importance alone says nothing."""
        return self.level is None and self.needed is None


@dataclass(frozen=True)
class Answer:
    """What somebody says of themselves in one skill; a level of None is "don't know"."""

    skill_id: int
    level: int | None
    wants_to_learn: bool
    can_help: bool
