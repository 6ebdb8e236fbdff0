"""Writing what may be told of answers that were collected elsewhere, within the caller's transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.db import slices
from cop.models import ReleasedCell, ReleasedComment, Survey, SurveyGroup
from cop.surveys import closing
from cop.surveys.collected import Collected


def publish(
    db: DbSession,
    collected: Collected,
    *,
    survey_id: int,
    question_ids: Mapping[int, int],
    group_ids: Mapping[int, int],
    rng: np.random.Generator,
) -> None:
    """Write the released table and the comments of a wave whose questions and groups are there, by their numbers."""
    day = db.get_one(Survey, survey_id).opened_on
    groups = {row.id: row for row in db.scalars(sa.select(SurveyGroup).where(SurveyGroup.survey_id == survey_id))}
    cells = [
        cell | {"group_id": group_ids[cell["group_id"]], "question_id": question_ids[cell["question_id"]]}
        for cell in collected.cells(rng)
    ]
    closing.with_required(db, survey_id, groups, cells, day)
    closing.insert(db, ReleasedCell, cells)
    told: list[dict[str, Any]] = collected.comments(rng)
    closing.insert(db, ReleasedComment, [row | {"question_id": question_ids[row["question_id"]]} for row in told])


def unpublish(db: DbSession, question_ids: Sequence[int]) -> None:
    """Delete what was told of these questions."""
    for part in slices(question_ids):
        db.execute(sa.delete(ReleasedCell).where(ReleasedCell.question_id.in_(part)))
        db.execute(sa.delete(ReleasedComment).where(ReleasedComment.question_id.in_(part)))
