"""Reads of gaps in skills: all cells of a closed wave, and those of one group against an earlier wave."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.catalog.search import fold
from cop.choices import GroupKind, QuestionType, SurveyState
from cop.errors import NotFound
from cop.models import (
    Area,
    Question,
    Skill,
    Survey,
    SurveyGroup,
    UnitRequirement,
)
from cop.permissions import Actor, Permission, require
from cop.query import query
from cop.surveys import change
from cop.surveys.change import Change
from cop.surveys.queries import closed, readers, released_rows
from cop.surveys.result_queries import frozen_days, same_group
from cop.surveys.words import NOT_ASKED, NOTHING_REQUIRED

_GAPS = {
    "group_id": "int64", "kind": "str", "group": "str", "reference": "Int64", "headcount": "int64",
    "question_id": "int64", "skill_id": "int64", "skill": "str", "area_id": "Int64", "area": "str", "search": "str",
    "n": "Int64", "known": "Int64", "unknown": "Float64", "mean": "Float64", "counts": "object", "required": "Int64",
    "severity": "Float64", "importance": "int64", "needed": "Int64", "weighted": "Float64", "hidden": "object",
}  # fmt: skip


@dataclass(frozen=True)
class SkillName:
    """A skill as the rows name it."""

    name: str
    area_id: int | None
    area: str


@query("surveys", scope=readers)
def gap_waves(db: DbSession, actor: Actor | None) -> dict[int, str]:
    """The names of the closed waves that asked for levels of skills, by id: those that tell something, the latest first."""
    require(actor, Permission.SURVEY_RESULTS)
    asks = sa.exists().where(Question.survey_id == Survey.id, Question.type == QuestionType.LEVEL)
    tells = sa.exists().where(SurveyGroup.survey_id == Survey.id, SurveyGroup.hidden.is_(None)).label("tells")
    days = frozen_days(db)
    rows = db.execute(sa.select(Survey.id, Survey.name, tells).where(Survey.state == SurveyState.CLOSED, asks)).all()
    return {row.id: row.name for row in sorted(rows, key=lambda row: (row.tells, days[row.id], row.id), reverse=True)}


@query("surveys", "skills", "catalog", scope=readers)
def gap_rows(db: DbSession, actor: Actor | None, *, survey_id: int) -> pd.DataFrame:
    """A row per group and skill of a closed wave, also where nothing is told: `hidden` says why.

    `severity` is the wave's, `unknown` the share who don't know; `importance` (1–3; 1 where nothing is set) and `needed`
    people are the unit's of today, `weighted` is severity × importance; `search` is folded text. Raises NotFound.
    """
    require(actor, Permission.SURVEY_RESULTS)
    closed(db, survey_id)
    return rows_of(db, SurveyGroup.survey_id == survey_id)


def rows_of(db: DbSession, *where: Any) -> pd.DataFrame:
    """Rows as of `gap_rows`; whether their wave is closed is for the caller to ask."""
    found = released_rows(db, *where, Question.type == QuestionType.LEVEL)
    skills, needed = skill_names(db), needs(db)
    rows = [_gap(row, skills, needed) for row in found.to_dict("records")]
    return pd.DataFrame(rows, columns=list(_GAPS), dtype="object").astype(_GAPS)


def _gap(row: dict[Hashable, Any], skills: dict[int, SkillName], needs: dict[tuple[int, int], Any]) -> dict[str, Any]:
    skill = skills[row["skill_id"]]
    places = [row[name] for name in ("org_unit_id", "job_role_id", "community_id") if not pd.isna(row[name])]
    unit = None if pd.isna(row["org_unit_id"]) else row["org_unit_id"]
    _level, needed, importance = needs.get((unit or 0, row["skill_id"]), (None, None, 1))
    severity = None if pd.isna(row["severity"]) else float(row["severity"])
    return {str(name): value for name, value in row.items() if name in _GAPS} | {
        "reference": places[0] if places else None,
        "skill": skill.name,
        "area_id": skill.area_id,
        "area": skill.area,
        "search": _search(skill),
        "unknown": None if row["hidden"] else 1 - row["known"] / row["n"],
        "severity": severity,
        "importance": importance,
        "needed": needed,
        "weighted": None if severity is None else severity * importance,
        "hidden": _hidden(row),
    }


def _hidden(row: dict[Hashable, Any]) -> str | None:
    """Of units and job roles, that nothing is required comes before whatever else would hide it."""
    nothing = NOTHING_REQUIRED if pd.isna(row["required"]) else None
    has_levels = row["kind"] in {GroupKind.ORG_UNIT, GroupKind.JOB_ROLE}
    return nothing or row["hidden"] if has_levels else row["hidden"] or nothing


def _search(skill: SkillName) -> str:
    return fold(f"{skill.name}\n{skill.area}")


def skill_names(db: DbSession) -> dict[int, SkillName]:
    """All skills by id, archived ones too."""
    rows = db.execute(sa.select(Skill.id, Skill.name, Skill.area_id, Area.name).outerjoin(Area))
    return {key: SkillName(name, area_id, area or "") for key, name, area_id, area in rows}


def needs(db: DbSession) -> dict[tuple[int, int], tuple[int, int, int]]:
    """What units need today, by unit and skill: level, people, importance."""
    columns = (UnitRequirement.level, UnitRequirement.needed, UnitRequirement.importance)
    rows = db.execute(
        sa.select(UnitRequirement.org_unit_id, UnitRequirement.skill_id, *columns).where(
            UnitRequirement.until_on.is_(None)
        )
    )
    return {(unit, skill): (level, needed, importance) for unit, skill, level, needed, importance in rows}


@dataclass(frozen=True)
class Before:
    """The same group and skill in an earlier wave; `change` is by how much the gap has closed since."""

    severity: float | None
    required: int | None
    known: int
    change: Change | None


@dataclass(frozen=True)
class ProfileRow:
    """A skill of a group; without a question it is needed and wasn't asked for. `hidden` says why nothing is told."""

    question_id: int | None
    skill_id: int
    skill: str
    area_id: int | None
    search: str
    """Folded text."""
    required: int | None
    severity: float | None
    importance: int
    needed: int | None
    n: int | None
    known: int | None
    unknown: float | None
    counts: tuple[int, ...] | None
    hidden: str | None
    before: Before | None

    @property
    def weighted(self) -> float:
        """By which skills are sorted; -1 where there is no severity."""
        return -1 if self.severity is None else self.severity * self.importance


@query("surveys", "skills", "catalog", scope=readers)
def profile(
    db: DbSession, actor: Actor | None, *, survey_id: int, group_id: int, before_id: int | None = None
) -> tuple[ProfileRow, ...]:
    """The skills of one group of a closed wave, the worst first, against an earlier wave. Raises NotFound."""
    require(actor, Permission.SURVEY_RESULTS)
    closed(db, survey_id)
    group = db.get(SurveyGroup, group_id)
    if group is None or group.survey_id != survey_id:
        raise NotFound
    old = same_group(db, group, before_id)
    then = {row["skill_id"]: row for row in records(rows_of(db, SurveyGroup.id == old.id))} if old else {}
    rows = [_profile_row(row, then.get(row["skill_id"])) for row in records(rows_of(db, SurveyGroup.id == group_id))]
    rows += _not_asked(db, group, {row.skill_id for row in rows})
    return tuple(sorted(rows, key=lambda row: (-row.weighted, fold(row.skill))))


def records(rows: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """The rows as plain values, None for what is missing."""
    return rows.astype("object").where(rows.notna(), None).to_dict("records")


def _profile_row(row: dict[Hashable, Any], then: dict[Hashable, Any] | None) -> ProfileRow:
    names = [name for name in ProfileRow.__dataclass_fields__ if name != "before"]
    values = {name: row[name] for name in names}
    return ProfileRow(**values, before=against(row, then))


def against(row: dict[Hashable, Any], then: dict[Hashable, Any] | None) -> Before | None:
    """Both waves are measured against the level that the later one required."""
    if then is None or then["counts"] is None:
        return None
    moved = None
    if row["counts"] is not None and row["required"]:
        ends = (change.severity(one["counts"], row["required"]) for one in (then, row))
        found = change.change(*ends)
        moved = found.turned() if found else None
    return Before(then["severity"], then["required"], then["known"], moved)


def _not_asked(db: DbSession, group: SurveyGroup, asked: set[int]) -> Iterable[ProfileRow]:
    """What the unit needs today and the wave didn't ask for."""
    skills = skill_names(db)
    for (unit, key), (level, needed, importance) in needs(db).items():
        if unit == group.org_unit_id and key not in asked:
            skill = skills[key]
            yield ProfileRow(
                None, key, skill.name, skill.area_id, _search(skill), level, None, importance, needed,
                None, None, None, None, NOT_ASKED, None,
            )  # fmt: skip
