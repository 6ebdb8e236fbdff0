"""What can be taken along of results: rows of released tables, never more than screens show of them."""

import pandas as pd
from sqlalchemy.orm import Session as DbSession

from cop.choices import QuestionType, label
from cop.exports import Sheet, sheet_of
from cop.permissions import Actor, Permission, require
from cop.skills.levels import IMPORTANCE, in_words
from cop.surveys import coverage_queries, gap_queries, queries, result_queries
from cop.surveys.heatmap import Wanted, narrowed, within
from cop.surveys.words import band_words, why


def released(db: DbSession, actor: Actor | None, *, survey_id: int) -> Sheet:
    """The whole released table of a closed wave: a row per group, question and option, also where nothing is told."""
    require(actor, Permission.SURVEY_RESULTS)
    head = result_queries.head(db, actor, survey_id=survey_id)
    rows = queries.released(db, actor, survey_id=survey_id)
    shown = pd.DataFrame(
        {
            "Kind of group": rows["kind"].map(label),
            "Group": rows["group"],
            "Asked": rows["headcount"],
            "Question": rows["question"],
            "Type": rows["type"].map(label),
            "Option": rows["option"].replace(0, None),
            "Answers": rows["n"],
            "Known": rows["known"],
            "Mean": [_mean(mean, type_) for mean, type_ in zip(rows["mean"], rows["type"], strict=True)],
            "People by answer, from the lowest": ["" if counts is None else " | ".join(band_words(counts)) for counts in rows["counts"]],
            "Required level": rows["required"],
            "Gap severity": rows["severity"],
            "Why hidden": _reasons(rows["hidden"], head.smallest_group),
        }
    )  # fmt: skip
    return sheet_of("Released table", shown)


def _mean(mean: float | None, type_: str) -> float | None:
    """Of agreement from 1 to 5, of levels from 0 to 4."""
    if mean is None or pd.isna(mean):
        return None
    return round(mean + 1, 2) if type_ == QuestionType.LIKERT.value else mean


def _reasons(hidden: pd.Series, smallest_group: int) -> list[str]:
    return ["" if reason is None or pd.isna(reason) else why(reason, smallest_group) for reason in hidden]


def gaps(db: DbSession, actor: Actor | None, *, survey_id: int, wanted: Wanted) -> Sheet:
    """The gaps of a closed wave that are wanted, in their order."""
    require(actor, Permission.SURVEY_RESULTS)
    head = result_queries.head(db, actor, survey_id=survey_id)
    rows = narrowed(gap_queries.gap_rows(db, actor, survey_id=survey_id), wanted)
    shown = pd.DataFrame(
        {
            "Group": rows["group"],
            "Skill": rows["skill"],
            "Area": rows["area"],
            "Gap severity": rows["severity"],
            "Importance": rows["importance"].map(IMPORTANCE),
            "Weighted severity": rows["weighted"],
            "Required level": [None if pd.isna(level) else in_words(level) for level in rows["required"]],
            "People needed": rows["needed"],
            "Asked": rows["headcount"],
            "Answers": rows["n"],
            "Known": rows["known"],
            "Don't know": rows["unknown"].round(2),
            "Average level": rows["mean"],
            **_by_level(rows["counts"]),
            "Why hidden": _reasons(rows["hidden"], head.smallest_group),
        }
    )
    return sheet_of("Skill gaps", shown)


def _by_level(counts: pd.Series) -> dict[str, list[str]]:
    told = [[""] * 5 if one is None else band_words(one) for one in counts]
    return {f"People at {in_words(level).lower()}": [row[level] for row in told] for level in range(5)}


def coverage(db: DbSession, actor: Actor | None, *, wanted: Wanted) -> Sheet:
    """Coverage and bus factor of what units need, as they are now."""
    require(actor, Permission.SURVEY_RESULTS)
    rows = within(coverage_queries.coverage(db, actor), wanted)
    shown = pd.DataFrame(
        {
            "Unit": rows["unit"],
            "Skill": rows["skill"],
            "Required level": [in_words(level) for level in rows["required"]],
            "People needed": rows["needed"],
            "Importance": rows["importance"].map(IMPORTANCE),
            "Known": rows["known"],
            "Bus factor at least": rows["fewest"],
            "Bus factor at most": rows["most"],
            "Coverage at least": (rows["fewest"] / rows["needed"]).round(2),
            "Coverage at most": (rows["most"] / rows["needed"]).round(2),
        }
    )
    return sheet_of("Coverage", shown)
