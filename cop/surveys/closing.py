"""From the answers of a wave to the table that everybody reads; the answers are gone afterwards.

A later wave is audited together with every closed one of its kind, and with those that asked a question of its own (on
the same skill, or in the same words): somebody who answers the same again must not stand out because somebody else came
or went.
"""

import secrets
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.choices import GroupKind, QuestionType, SurveyState
from cop.db import bump, reading, rewrite, slices, transaction
from cop.errors import Unwritable
from cop.models import (
    Answer,
    CommunitySession,
    NamedAnswer,
    Participation,
    PooledComment,
    Question,
    ReleasedCell,
    ReleasedComment,
    RoleRequirement,
    Survey,
    SurveyCohortGroup,
    SurveyGroup,
    UnitRequirement,
)
from cop.surveys import checks as checked
from cop.surveys import pool
from cop.surveys.answers import Asked, Column, columns, counted
from cop.surveys.audit import Reason
from cop.surveys.release import decide, pooled, release

_KINDS = [kind.value for kind in GroupKind]
_TOLD_OF_PEOPLE = (Answer.__tablename__, Participation.__tablename__, PooledComment.__tablename__)
"""What is written anew after closing."""


def close(db: DbSession, survey: Survey, *, rng: np.random.Generator | None = None) -> dict[str, int]:
    """Publish what may be published of an open wave and delete its answers; returns how many cells are told and hidden.

    Answers with a name are counted like the others and stay, for their person. The generator is for tests; without one it comes from the system's randomness and can't be run again.
    """
    rng = rng or np.random.default_rng(secrets.randbits(128))
    asked = checked.asked(db, survey.id)
    given = _given(db, survey.id)
    cells = _cells(db, survey, asked, given, rng)
    _insert(db, ReleasedCell, cells)
    _tell_comments(db, survey, asked, given, rng)
    db.execute(sa.delete(Answer).where(Answer.survey_id == survey.id))
    # On PostgreSQL each row tells the transaction that wrote it last: from now on all of them tell this one.
    rows = sa.update(Participation).where(Participation.survey_id == survey.id)
    db.execute(rows.values(done=Participation.done), execution_options={"synchronize_session": False})
    survey.state = SurveyState.CLOSED
    hidden = sum(cell["hidden"] is not None for cell in cells)
    return {"cells_told": len(cells) - hidden, "cells_hidden": hidden}


def _given(db: DbSession, survey_id: int) -> Sequence[Any]:
    """Cohort and values of every answer, without a name or with one."""
    anonymous = sa.select(Answer.cohort_id, Answer.values).where(Answer.survey_id == survey_id)
    named = (
        sa.select(Participation.cohort_id, NamedAnswer.values)
        .join(
            NamedAnswer,
            sa.and_(NamedAnswer.survey_id == Participation.survey_id, NamedAnswer.person_id == Participation.person_id),
        )
        .where(Participation.survey_id == survey_id)
    )
    return [*db.execute(anonymous), *db.execute(named)]


def clear(on: sa.Engine | None = None) -> None:
    """Write the database anew where answers of closed waves could still lie in its free pages and its log.

    Does nothing where that is done; what fails, as while somebody reads for long, is done by the next call.
    """
    with reading(on) as db:
        waiting = list(db.scalars(sa.select(Survey.id).where(Survey.state == SurveyState.CLOSED, ~Survey.cleared)))
    if not waiting or not rewrite(on, _TOLD_OF_PEOPLE):
        return
    try:
        with transaction(on) as db:
            rows = sa.update(Survey).where(Survey.id.in_(waiting)).values(cleared=True)
            db.execute(rows, execution_options={"synchronize_session": False})
            bump(db, ["surveys"])
    except Unwritable:  # told in the log; done again later, which does no harm
        return


def _cells(
    db: DbSession, survey: Survey, asked: Sequence[Asked], given: Sequence[Any], rng: np.random.Generator
) -> list[dict[str, Any]]:
    found = {column: levels for question in asked for column, levels in columns(question).items()}
    groups = {row.id: row for row in db.scalars(sa.select(SurveyGroup).where(SurveyGroup.survey_id == survey.id))}
    decided = _decide(db, survey)
    told_groups = set(decided.loc[decided["reason"].isna(), "group"])
    reasons = dict(zip(decided["group"], decided["reason"], strict=True))
    for key, group in groups.items():  # where nobody of a group answered there is no row
        group.hidden = None if key in told_groups else reasons.get(key, Reason.FEW.value)
    required = _required(db, groups)
    scales = {question.id for question in asked if question.is_scale}
    own = sa.select(Question.id, Question.skill_id).where(Question.survey_id == survey.id)
    skills = {key: skill_id for key, skill_id in db.execute(own)}  # noqa: C416 - dict() doesn't take rows
    told = _release(db, survey, asked, given, decided, found, rng)
    return [
        _cell(told.get((key, column)), key, column, column[0] in scales)
        | {"required": required.get((key, skills[column[0]] or 0))}
        for key in sorted(groups)
        for column in found
    ]


def _cell(row: dict[Any, Any] | None, group: int, column: Column, has_mean: bool) -> dict[str, Any]:
    cell: dict[str, Any] = {"group_id": group, "question_id": column[0], "option": column[1], "answers": None}
    cell |= {"known": None, "mean": None, "counts": None, "hidden": Reason.FEW.value}
    if row is None:
        return cell
    cell["answers"] = None if pd.isna(row["n"]) else int(row["n"])
    if not pd.isna(row["reason"]):
        return cell | {"hidden": row["reason"]}
    told = {"known": int(row["known"]), "counts": list(row["counts"]), "hidden": None}
    return cell | told | ({"mean": float(row["mean"])} if has_mean else {})


def _decide(db: DbSession, survey: Survey) -> pd.DataFrame:
    respondents = _respondents(db, [survey.id], SurveyGroup.kind)
    if respondents.empty:
        return pd.DataFrame({"group": [], "kind": [], "n": [], "reason": []}, dtype=object)
    past = [frame for key in _earlier(db, survey) if not (frame := _respondents(db, [key])).empty]
    return decide(respondents, _KINDS, k=survey.smallest_group, past=past)


def _respondents(db: DbSession, survey_ids: Sequence[int], *more: Any) -> pd.DataFrame:
    """person, group, kind where asked for: everybody who answered, in the groups of which something is told."""
    rows = db.execute(
        sa.select(Participation.person_id, SurveyCohortGroup.group_id, *more)
        .join(SurveyCohortGroup, SurveyCohortGroup.cohort_id == Participation.cohort_id)
        .join(SurveyGroup, SurveyGroup.id == SurveyCohortGroup.group_id)
        .where(Participation.survey_id.in_(survey_ids), Participation.done, SurveyGroup.hidden.is_(None))
    )
    return pd.DataFrame([tuple(row) for row in rows], columns=["person", "group", "kind"][: 2 + len(more)])


def _earlier(db: DbSession, survey: Survey) -> list[int]:
    """The closed waves of the same kind, and those that asked at least one of this wave's questions.

    Of feedback on a session, those on other sessions are left out.
    """
    closed = Survey.state == SurveyState.CLOSED
    if survey.session_id is not None:
        closed &= Survey.session_id.is_(None)
    own = {subject for key, subject in _subjects(db, Survey.id == survey.id)}
    asked = {key for key, subject in _subjects(db, closed) if subject in own}
    alike = db.scalars(sa.select(Survey.id).where(closed, Survey.kind == survey.kind))
    return sorted(asked | set(alike))


def _subjects(db: DbSession, which: Any) -> list[tuple[int, int | str]]:
    """Wave and what it asks, of each question that is counted: its skill, else its words."""
    rows = db.execute(
        sa.select(Question.survey_id, Question.skill_id, Question.text)
        .join(Survey, Survey.id == Question.survey_id)
        .where(which, Question.type != QuestionType.TEXT)
    )
    return [(row.survey_id, row.skill_id or checked.bare(row.text)) for row in rows]


def _release(
    db: DbSession,
    survey: Survey,
    asked: Sequence[Asked],
    given: Sequence[Any],
    decided: pd.DataFrame,
    found: dict[Column, int],
    rng: np.random.Generator,
) -> dict[tuple[int, Column], dict[Any, Any]]:
    """The rows of the release table, by group and column; none where nobody answered anything that is counted."""
    if not found or not given or decided.empty:
        return {}
    names = {f"{question}:{option}": (question, option) for question, option in found}
    table = release(
        _answers(asked, given, list(found)),
        _cohorts(db, survey),
        decided,
        {name: found[column] for name, column in names.items()},
        rng=rng,
        k=survey.smallest_group,
    )
    return {(row["group"], names[row["question"]]): row for row in table.to_dict("records")}


def _answers(asked: Sequence[Asked], given: Sequence[Any], found: Sequence[Column]) -> pd.DataFrame:
    """cohort, and each column by its name, missing for "don't know"."""
    rows = []
    for cohort_id, values in given:
        counts: dict[Column, int | None] = {}
        for question in asked:
            counts |= counted(question, values.get(str(question.id)))
        rows.append((cohort_id, *(counts[column] for column in found)))
    names = ["cohort", *(f"{question}:{option}" for question, option in found)]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[1:], "float64"))


def _cohorts(db: DbSession, survey: Survey) -> pd.DataFrame:
    rows = db.execute(
        sa.select(SurveyCohortGroup.cohort_id, SurveyCohortGroup.group_id)
        .join(SurveyGroup, SurveyGroup.id == SurveyCohortGroup.group_id)
        .where(SurveyGroup.survey_id == survey.id)
    )
    return pd.DataFrame([tuple(row) for row in rows], columns=["cohort", "group"])


def _required(db: DbSession, groups: dict[int, SurveyGroup]) -> dict[tuple[int, int], int]:
    """The level that counts today, by group and skill: of units and job roles; for others none is required."""
    found = {}
    for table, column in ((UnitRequirement, "org_unit_id"), (RoleRequirement, "job_role_id")):
        by_reference = {key: row.id for row in groups.values() if (key := getattr(row, column)) is not None}
        levels = sa.select(getattr(table, column), table.skill_id, table.level).where(table.until_on.is_(None))
        for reference, skill_id, level in db.execute(levels):
            if reference in by_reference:
                found[by_reference[reference], skill_id] = level
    return found


def _tell_comments(
    db: DbSession, survey: Survey, asked: Sequence[Asked], given: Sequence[Any], rng: np.random.Generator
) -> None:
    """Of a wave by question; of feedback on a session with those on the community's other sessions."""
    by_question = {
        question.id: [values.get(str(question.id), "") for _cohort, values in given]
        for question in asked
        if question.type is QuestionType.TEXT
    }
    if survey.session_id is None:
        told = {key: pooled(comments, rng) for key, comments in by_question.items()}
        _insert(db, ReleasedComment, [{"question_id": key, "text": text} for key in told for text in told[key]])
    else:
        community_id = db.get_one(CommunitySession, survey.session_id).community_id
        pool.add(db, community_id, chain.from_iterable(by_question.values()))


def _insert(db: DbSession, table: type[ReleasedCell | ReleasedComment], rows: Sequence[dict[str, Any]]) -> None:
    for part in slices(rows):
        db.execute(sa.insert(table), part)
