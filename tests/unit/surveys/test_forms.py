"""What somebody who is asked sees first, how answers read, and what is taken of a draft that a browser kept."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cop.choices import QuestionType
from cop.surveys.answers import Asked, checked
from cop.surveys.drafts import draft_key, taken
from cop.surveys.forms import Form, FormQuestion, arranged, in_minutes, in_words, unanswered


def skill(key, required=None, *, unit_needs=False):
    return FormQuestion(key, "level", f"Skill {key}", skill_id=key, required=required, unit_needs=unit_needs)


LIKERT, TEXT = FormQuestion(90, "likert", "Good?"), FormQuestion(91, "text", "Why?")
FORM = Form(
    id=1, name="Wave", kind="skill_gap", purpose="", named=False, smallest_group=5, closes_on=date(2026, 7, 1), done=False,
    questions=(LIKERT, skill(1), skill(2, unit_needs=True), skill(3, 2), skill(4, 4, unit_needs=True), skill(5), TEXT),
)  # fmt: skip


def shown(form, values=(), also=()):
    found = arranged(form, dict(values), also)
    return [(part.title, [item.id for item in part.questions]) for part in found.sections], [i.id for i in found.others]


def test_required_skills_come_first_and_the_rest_is_searched():
    first = [("What your job role requires", [3, 4]), ("What your unit needs", [2])]
    last = ("Questions", [90, 91])
    assert shown(FORM) == ([*first, last], [1, 5])
    assert shown(FORM, also=[5]) == ([*first, ("Other skills", [5]), last], [1])
    assert shown(FORM, {1: None}) == ([*first, ("Other skills", [1]), last], [5])


def test_where_nobody_asks_for_a_skill_all_are_shown():
    form = replace(FORM, questions=(skill(1), skill(2), LIKERT))
    assert shown(form) == ([("Skills", [1, 2]), ("Questions", [90])], [])
    assert shown(replace(FORM, questions=(LIKERT, TEXT))) == ([("", [90, 91])], [])


@pytest.mark.parametrize(
    ("values", "asked"), [({}, [90]), ({90: 0}, [90, 91]), ({90: 1}, [90, 91]), ({90: 2}, [90]), ({90: None}, [90])]
)
def test_after_a_session_that_was_not_worth_it_one_is_asked_why(values, asked):
    form = replace(FORM, kind="session_feedback", questions=(LIKERT, TEXT))
    assert shown(form, values)[0] == [("", asked)]
    assert shown(form, values | {91: "Typed"})[0] == [("", [90, 91])]  # what was typed isn't hidden


def test_what_is_missing_and_how_answers_read():
    several = FormQuestion(92, "multiple", "Which?", options=("a", "b", "c"))
    assert unanswered([LIKERT, TEXT, several], {90: None, 91: ""}) == [TEXT, several]
    read = [in_words(*pair) for pair in ((LIKERT, 4), (LIKERT, None), (TEXT, "x"), (several, [0, 2]), (several, []))]
    assert read == ["Strongly agree", "Don't know", "x", "a, c", "None of these"]
    assert in_words(skill(1), 2) == "Working"
    assert in_words(replace(LIKERT, options=("1", "2", "3", "4", "5")), 0) == "1"


def test_thirty_skills_take_three_minutes():
    assert [in_minutes(count) for count in (1, 14, 15, 30)] == ["1 minute", "1 minute", "2 minutes", "3 minutes"]


def test_a_draft_has_a_name_that_tells_nothing(tmp_path):
    names = {draft_key(person, survey, tmp_path) for person in range(1, 4) for survey in range(1, 4)}
    assert len(names) == 9
    assert draft_key(1, 23, tmp_path) != draft_key(12, 3, tmp_path)
    assert draft_key(1, 1, tmp_path) in names
    assert draft_key(1, 1, tmp_path / "another") not in names


ASKED = (
    Asked(1, QuestionType.LEVEL, ()),
    Asked(2, QuestionType.MULTIPLE, ("a", "b")),
    Asked(3, QuestionType.TEXT, ()),
)


def test_a_draft_comes_back_as_it_was():
    assert taken(ASKED, {"1": 4, "2": [], "3": "Words"}) == {1: 4, 2: [], 3: "Words"}
    assert taken(ASKED, {"1": None, "2": [1, 0]}) == {1: None, 2: [0, 1]}
    assert taken(ASKED, {"1": 5, "2": [2], "3": 7, "9": 1, "x": 1, "²": 1, "1" * 5_000: 1}) == {}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=50)
@given(anything | st.dictionaries(st.sampled_from(["1", "2", "3", "4"]), anything))
def test_whatever_a_browser_sends_only_answers_are_taken(found):
    kept = taken(ASKED, found)
    assert kept.keys() <= {1, 2, 3}
    assert checked(ASKED, kept) == {str(key): value for key, value in kept.items() if value is not None}
