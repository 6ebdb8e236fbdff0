"""From the answers of a wave to the table that everybody reads; the answers are gone afterwards.

A later wave is audited together with every closed one of its kind, and with those that asked a question of its own (on
the same skill, or in the same words): somebody who answers the same again must not stand out because somebody else came
or went.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date
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
from cop.surveys import pool, table
from cop.surveys.answers import Asked, bare
from cop.surveys.audit import Reason
from cop.surveys.release import decide

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
    insert(db, ReleasedCell, cells)
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
    groups = {row.id: row for row in db.scalars(sa.select(SurveyGroup).where(SurveyGroup.survey_id == survey.id))}
    decided = _decide(db, survey)
    told_groups = set(decided.loc[decided["reason"].isna(), "group"])
    reasons = dict(zip(decided["group"], decided["reason"], strict=True))
    for key, group in groups.items():  # where nobody of a group answered there is no row
        group.hidden = None if key in told_groups else reasons.get(key, Reason.FEW.value)
    cells = table.cells(asked, given, _cohorts(db, survey), decided, sorted(groups), rng=rng, k=survey.smallest_group)
    with_required(db, survey.id, groups, cells)
    return cells


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
    return [(row.survey_id, row.skill_id or bare(row.text)) for row in rows]


def _cohorts(db: DbSession, survey: Survey) -> pd.DataFrame:
    rows = db.execute(
        sa.select(SurveyCohortGroup.cohort_id, SurveyCohortGroup.group_id)
        .join(SurveyGroup, SurveyGroup.id == SurveyCohortGroup.group_id)
        .where(SurveyGroup.survey_id == survey.id)
    )
    return pd.DataFrame([tuple(row) for row in rows], columns=["cohort", "group"])


def with_required(
    db: DbSession,
    survey_id: int,
    groups: Mapping[int, SurveyGroup],
    cells: Sequence[dict[str, Any]],
    day: date | None = None,
) -> None:
    """Write into the cells the level that their unit or job role required on the day, of None the one that counts now."""
    required = _required(db, groups, day)
    own = sa.select(Question.id, Question.skill_id).where(Question.survey_id == survey_id)
    skills = {key: skill_id for key, skill_id in db.execute(own)}  # noqa: C416 - dict() doesn't take rows
    for cell in cells:
        cell["required"] = required.get((cell["group_id"], skills[cell["question_id"]] or 0))


def _required(db: DbSession, groups: Mapping[int, SurveyGroup], day: date | None = None) -> dict[tuple[int, int], int]:
    """The required level by group and skill: of units and job roles; of others none is required."""
    found = {}
    for model, column in ((UnitRequirement, "org_unit_id"), (RoleRequirement, "job_role_id")):
        by_reference = {key: row.id for row in groups.values() if (key := getattr(row, column)) is not None}
        counts: Any = model.until_on.is_(None)
        if day is not None:
            counts = (model.since_on <= day) & (counts | (model.until_on > day))
        levels = sa.select(getattr(model, column), model.skill_id, model.level).where(counts)
        for reference, skill_id, level in db.execute(levels):
            if reference in by_reference:
                found[by_reference[reference], skill_id] = level
    return found


def _tell_comments(
    db: DbSession, survey: Survey, asked: Sequence[Asked], given: Sequence[Any], rng: np.random.Generator
) -> None:
    """Of a wave by question; of feedback on a session with those on the community's other sessions."""
    if survey.session_id is None:
        insert(db, ReleasedComment, table.comments(asked, given, rng))
    else:
        community_id = db.get_one(CommunitySession, survey.session_id).community_id
        pool.add(db, community_id, chain.from_iterable(table.written(asked, given).values()))


def insert(db: DbSession, model: type[ReleasedCell | ReleasedComment], rows: Sequence[dict[str, Any]]) -> None:
    """Write what is published."""
    for part in slices(rows):
        db.execute(sa.insert(model), part)
