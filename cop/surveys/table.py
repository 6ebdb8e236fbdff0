"""A wave's released table from its answers: a row per group and column, and the comments. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cop.choices import QuestionType
from cop.surveys.answers import Asked, Column, columns, counted
from cop.surveys.audit import Reason
from cop.surveys.release import pooled, release

Given = Sequence[tuple[int, Mapping[str, Any]]]
"""Of everybody who answered, their cohort and what they answered, by question."""


def columns_of(asked: Sequence[Asked]) -> dict[Column, int]:
    """Every column that is counted, with its levels."""
    return {column: levels for question in asked for column, levels in columns(question).items()}


def cells(
    asked: Sequence[Asked],
    given: Given,
    cohorts: pd.DataFrame,
    decided: pd.DataFrame,
    groups: Sequence[int],
    *,
    rng: np.random.Generator,
    k: int,
) -> list[dict[str, Any]]:
    """The cells of these groups as they are stored, by group and column; what isn't told says why.

    `cohorts`: cohort, group. `decided`: of `cop.surveys.release.decide`.
    """
    found = columns_of(asked)
    scales = {question.id for question in asked if question.is_scale}
    told = _release(asked, given, cohorts, decided, found, rng, k)
    return [_cell(told.get((key, column)), key, column, column[0] in scales) for key in groups for column in found]


def comments(asked: Sequence[Asked], given: Given, rng: np.random.Generator) -> list[dict[str, Any]]:
    """The comments that may be told, as they are stored."""
    return [
        {"question_id": key, "text": text}
        for key, texts in written(asked, given).items()
        for text in pooled(texts, rng)
    ]


def written(asked: Sequence[Asked], given: Given) -> dict[int, list[str]]:
    """All comments by question, empty ones too, before anything is decided about them."""
    return {
        question.id: [values.get(str(question.id), "") for _cohort, values in given]
        for question in asked
        if question.type is QuestionType.TEXT
    }


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


def _release(
    asked: Sequence[Asked],
    given: Given,
    cohorts: pd.DataFrame,
    decided: pd.DataFrame,
    found: dict[Column, int],
    rng: np.random.Generator,
    k: int,
) -> dict[tuple[int, Column], dict[Any, Any]]:
    """The rows of the release table, by group and column; none where nobody answered anything that is counted."""
    if not found or not given or decided.empty:
        return {}
    names = {f"{question}:{option}": (question, option) for question, option in found}
    levels = {name: found[column] for name, column in names.items()}
    table = release(_answers(asked, given, list(found)), cohorts, decided, levels, rng=rng, k=k)
    return {(row["group"], names[row["question"]]): row for row in table.to_dict("records")}


def _answers(asked: Sequence[Asked], given: Given, found: Sequence[Column]) -> pd.DataFrame:
    """cohort, and each column by its name, missing for "don't know"."""
    rows = []
    for cohort_id, values in given:
        counts: dict[Column, int | None] = {}
        for question in asked:
            counts |= counted(question, values.get(str(question.id)))
        rows.append((cohort_id, *(counts[column] for column in found)))
    names = ["cohort", *(f"{question}:{option}" for question, option in found)]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[1:], "float64"))
