"""Questions as they are typed: what comes out is what went in, and what a type doesn't ask for waits."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cop.surveys.inputs import QuestionInput
from cop.surveys.starters import PULSE, SESSION_FEEDBACK, skill_gap
from cop.surveys.typed import TypedQuestion, TypedQuestions

WORDS = ("no", "hardly", "so so", "well", "very")
A, B, C = (QuestionInput("text", text) for text in "ABC")


def test_what_was_stored_comes_out_again():
    for question in (
        QuestionInput("likert", "Good?", "help", WORDS, reversed=True, dimension="Trust"),
        QuestionInput("likert", "Good?"),
        QuestionInput("single", "Which?", options=("a", "b", "c")),
        QuestionInput("multiple", "Which?", options=tuple("abcde")),  # five, as agreement has steps
        QuestionInput("level", "Cloud", skill_id=7),
        *PULSE.questions,
        *SESSION_FEEDBACK.questions,
        *skill_gap("Aero", (3, 4)).questions,
    ):
        assert TypedQuestion.of(question).as_input() == question


def test_what_another_type_asked_for_waits():
    typed = TypedQuestion.of(QuestionInput("single", "Which?", options=("a", "b")))
    typed.type = "text"
    assert typed.as_input() == QuestionInput("text", "Which?")
    typed.type = "multiple"
    assert typed.as_input().options == ("a", "b")


def test_empty_lines_are_no_options_and_empty_words_are_the_usual_ones():
    typed = TypedQuestion(type="single", text="Which?", lines=" a \n\n b\n")
    assert typed.as_input().options == ("a", "b")
    typed = TypedQuestion(text="Good?", own_words=True, words=["", " ", "", "", ""])
    assert typed.as_input().options == ()
    typed.words[2] = "so so"  # the operation says that the others are missing
    assert len(typed.as_input().options) == 5


def test_skills_are_asked_for_once_and_the_others_stay():
    typed = TypedQuestions.of((A, QuestionInput("level", "Cloud", "mine", skill_id=1)))
    assert typed.ask_for((1, 2, 3)) == 2
    typed.keep_skills({1, 3})
    assert [(one.skill_id, one.help) for one in typed.said] == [(None, ""), (1, "mine"), (3, "")]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from((-1, 1))), max_size=12))
def test_moving_loses_nothing_and_moving_back_undoes_it(moves):
    typed = TypedQuestions.of((A, B, C, A, B))
    for key, by in moves:
        before = list(typed.rows)
        typed.move(key, by)
        assert sorted(typed.rows) == sorted(before)
        place = before.index(key) + by
        assert list(typed.rows).index(key) == (place if 0 <= place < len(before) else before.index(key))
