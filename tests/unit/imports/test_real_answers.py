"""Real answers by the ready mappings, against counts made with pandas from the files without our code."""

from collections import Counter

import pandas as pd
import pytest
import sqlalchemy as sa

from cop import integrity
from cop.choices import GroupKind, QuestionType
from cop.db import reading
from cop.models import Question, Survey
from cop.periods import utcnow
from cop.permissions import SYSTEM
from cop.surveys import queries
from cop.surveys.release import bands
from tests.unit.imports.test_real_funnel import EXAMPLES, _bring
from tests.unit.imports.test_undo import snapshot, undo

pytestmark = pytest.mark.real_data
ABILITIES = [f"{name}PostAbility" for name in ("LiveCoding", "Website", "ConceptMaps", "MCQ", "LearningObjectives")]
STEPS = ["Not at all able", "Slightly able", "Neutral", "Moderately able", "Extremely able"]
FAR = 14
"""Steps of blur: a count lies further off once in half a billion."""


def text_of(path):
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def told():
    """The released table of the one wave, with the options' words."""
    with reading() as db:
        survey_id = db.scalars(sa.select(Survey.id)).one()
        table = queries.released(db, SYSTEM, survey_id=survey_id)
        options = {row.id: row.options for row in db.scalars(sa.select(Question))}
        assert integrity.problems(db, now=utcnow()) == []
    words = [
        options[row.question_id][row.option - 1] if row.type == QuestionType.MULTIPLE else ""
        for row in table.itertuples()
    ]
    return table.assign(choice=words)


def test_self_ratings_after_a_training(engine, real_data, tmp_path):
    path = real_data / "carpentries-skills-survey" / "instructor_training_post_survey.csv"
    before = snapshot()
    reasons = _bring(EXAMPLES / "training-answers.toml", tmp_path, survey_answers=path)
    rows = text_of(path)
    asked = [*ABILITIES, *(name for name in rows if name.startswith("Knowledge"))]
    answered = rows[(rows[asked] != "").any(axis=1)]
    twice = answered["UniqueID"].ne("") & answered.duplicated("UniqueID")
    assert (len(rows), len(answered), twice.sum()) == (967, 237, 2)
    assert reasons == {"no_answer": 967 - 237, "answered_twice": 2}
    kept = answered[~twice]
    table = told()
    assert set(table.loc[table["kind"] == "whole", "n"]) == {235}
    whole = table[table["kind"] == "whole"].set_index("place")
    for place, column in enumerate(ABILITIES, 1):
        counts = kept[column].map(STEPS.index).value_counts()
        shown = bands(whole.loc[place, "counts"])
        assert whole.loc[place, "known"] == kept[column].ne("").sum()
        for step, (low, high) in enumerate(shown):
            assert low - FAR <= counts.get(step, 0) <= high + FAR, (column, step)
    sites = kept["MemberSite"].str.replace("\xa0", " ").value_counts()
    groups = table[table["kind"] == "community"].drop_duplicates("group").set_index("group")
    assert groups["headcount"].to_dict() == sites[sites.index != ""].to_dict()
    assert set(table.loc[table["headcount"] < 5, "hidden"]) == {"few"}
    undo()
    assert snapshot() == before


def test_technologies_worked_with_and_wanted(engine, real_data, tmp_path):
    path = real_data / "stackoverflow-2025-sample" / "survey_results_public_first1000.csv"
    reasons = _bring(EXAMPLES / "technology-answers.toml", tmp_path, survey_answers=path)
    rows = text_of(path)
    columns = [
        f"{kind}{what}"
        for kind in ("Language", "Database", "Platform")
        for what in ("HaveWorkedWith", "WantToWorkWith")
    ]
    given = rows[columns].apply(lambda column: ~column.isin(["", "NA"]))
    assert len(rows) == 1_000
    assert reasons == {"no_answer": (~given.any(axis=1)).sum()}
    assert given["LanguageHaveWorkedWith"].sum() == 961
    table = told()
    assert GroupKind.JOB_ROLE in set(table["kind"])
    for group, people in [("Everybody who answered", rows), *rows.groupby("DevType")]:
        mine, here = table[table["group"] == group], given.loc[people.index]
        assert set(mine["headcount"]) == ({here.any(axis=1).sum()} if len(mine) else set())
        for place, column in enumerate(columns, 1):
            chosen = Counter(choice for cell in people.loc[here[column], column] for choice in cell.split(";"))
            cells = mine[(mine["place"] == place) & mine["hidden"].isna()]
            assert set(cells["known"]) <= {here[column].sum()}
            for choice, counts in zip(cells["choice"], cells["counts"], strict=True):
                low, high = bands(counts)[1]
                assert low - FAR <= chosen[choice] <= high + FAR, (group, column, choice)
    shown = table["hidden"].isna()
    assert shown[table["headcount"] >= 15].mean() > 0.9
    assert not shown[table["headcount"] < 5].any()
