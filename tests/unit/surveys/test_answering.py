"""Answering: who may, once, in two transactions that leave nothing but a mark and an answer; the receipt code."""

from datetime import timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cop.choices import QuestionType
from cop.db import reading, transaction
from cop.errors import Forbidden, Invalid, NotFound
from cop.execute import execute
from cop.models import Answer, Base, Participation, Question
from cop.permissions import Role
from cop.surveys import answering, receipts
from cop.surveys.answers import Asked, checked, columns, counted
from cop.surveys.wave_operations import close_wave
from tests import factories as make

QUESTIONS = [
    {"type": QuestionType.LIKERT, "text": "I learn here"},
    {"type": QuestionType.SINGLE, "text": "Which?", "options": ["one", "two"]},
    {"type": QuestionType.MULTIPLE, "text": "Which ones?", "options": ["a", "b", "c"]},
    {"type": QuestionType.TEXT, "text": "Why?"},
]


@pytest.fixture
def wave(db):
    """An open wave of ten people with accounts; its id, its questions' ids, and the people."""
    make.organisation(db)
    people = [make.actor(db) for _ in range(10)]
    survey = make.open_survey(db, QUESTIONS)
    ids = list(db.scalars(sa.select(Question.id).where(Question.survey_id == survey.id).order_by(Question.place)))
    make.commit(db)
    return survey, ids, people


def give(wave, actor, today=make.TODAY, **values):
    survey, ids, _people = wave
    return answering.answer(actor, survey_id=survey.id, values=values.get("values", {ids[0]: 3}), today=today)


def stored():
    with reading() as db:
        return [(row.cohort_id, row.values) for row in db.scalars(sa.select(Answer))]


def done():
    with reading() as db:
        return set(db.scalars(sa.select(Participation.person_id).where(Participation.done)))


def everything():
    """All rows of all tables."""
    with reading() as db:
        return {table.name: sorted(map(repr, db.execute(sa.select(table)))) for table in Base.metadata.sorted_tables}


def test_an_answer_is_stored_as_it_was_given(wave):
    _survey, ids, people = wave
    give(wave, people[0], values={ids[0]: 4, ids[1]: None, ids[2]: [2, 0], ids[3]: "  Because "})
    assert [values for _cohort, values in stored()] == [{str(ids[0]): 4, str(ids[2]): [0, 2], str(ids[3]): "Because"}]
    assert done() == {people[0].person_id}


def test_nothing_but_a_mark_and_an_answer_is_written(wave):
    """No audit entry, no key, no draft, no session, no profile; of the revisions only that somebody took part."""
    before = everything()
    give(wave, wave[2][0])
    after = everything()
    assert {name for name in after if after[name] != before[name]} == {"participation", "answer", "revision"}
    changed = set(after["revision"]) - set(before["revision"])
    assert len(changed) == 1
    assert "participation" in changed.pop()
    assert {column.name for column in Answer.__table__.columns} == {
        "id", "survey_id", "cohort_id", "receipt_hash", "values",
    }  # fmt: skip
    assert {column.name for column in Participation.__table__.columns} == {
        "survey_id", "person_id", "cohort_id", "done",
    }  # fmt: skip


def test_only_who_is_asked_and_only_once(wave, db):
    give(wave, wave[2][0])
    with pytest.raises(Invalid, match="answered this survey already"):
        give(wave, wave[2][0])
    newcomer = make.actor(db, Role.ADMIN)
    make.commit(db)
    with pytest.raises(NotFound):
        give(wave, newcomer)
    with pytest.raises(Forbidden):
        give(wave, None)
    with pytest.raises(NotFound):
        answering.answer(wave[2][1], survey_id=99_999, values={}, today=make.TODAY)
    assert len(stored()) == 1


def test_not_after_the_last_day_and_not_once_closed(wave, db):
    survey, ids, people = wave
    receipt = give(wave, people[0], today=survey.closes_on)
    late = survey.closes_on + timedelta(days=1)
    for attempt in (
        lambda: give(wave, people[1], today=late),
        lambda: answering.change_answer(receipt, values={}, today=late),
    ):
        with pytest.raises(Invalid, match="any more"):
            attempt()
    office = make.actor(db, Role.ADMIN)
    make.commit(db)
    execute(close_wave, office, now=make.NOW, survey_id=survey.id, version=survey.version)
    with pytest.raises(Invalid, match="any more"):
        give(wave, people[1])
    for attempt in (
        lambda: answering.change_answer(receipt, values={ids[0]: 1}, today=make.TODAY),
        lambda: answering.answer_of(receipt),
    ):
        with pytest.raises(NotFound):
            attempt()


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, 5), (0, -1), (0, "3"), (0, 2.5), (1, 2), (2, [3]), (2, [-1]), (2, "ab"), (2, 1), (3, "x" * 2_001), (3, 7)],
)
def test_a_value_that_is_no_answer_marks_nobody_as_done(wave, place, value):
    _survey, ids, people = wave
    with pytest.raises(Invalid) as refused:
        give(wave, people[0], values={ids[place]: value})
    assert list(refused.value.errors) == [str(ids[place])]
    assert (done(), stored()) == (set(), [])


def test_a_question_of_another_wave_is_refused(wave):
    with pytest.raises(Invalid, match="isn't asked"):
        give(wave, wave[2][0], values={99_999: 1})


def test_a_crash_between_the_two_transactions_loses_the_answer(wave, monkeypatch):
    def crash(*_args):
        raise MemoryError

    before = everything()
    with monkeypatch.context() as patched, pytest.raises(MemoryError):
        patched.setattr(answering.receipts, "new", crash)
        give(wave, wave[2][0])
    after = everything()
    assert {name for name in after if after[name] != before[name]} == {"participation", "revision"}
    assert done() == {wave[2][0].person_id}
    with pytest.raises(Invalid, match="already"):
        give(wave, wave[2][0])


def test_a_wave_that_closes_between_the_two_takes_no_answer_any_more(wave, db):
    """Otherwise an answer would stay behind that no closing ever deletes."""
    survey, ids, people = wave
    office = make.actor(db, Role.ADMIN)
    make.commit(db)
    values = {ids[0]: 3}
    with transaction() as first:
        cohort_id = answering._mark_done(first, people[0], survey.id, values, make.TODAY)
    execute(close_wave, office, now=make.NOW, survey_id=survey.id, version=survey.version)
    with pytest.raises(Invalid, match="any more"), transaction() as second:
        answering._store(second, survey.id, cohort_id, values, make.TODAY)
    assert (done(), stored()) == ({people[0].person_id}, [])


def test_the_mark_and_the_answer_are_committed_apart(wave, engine):
    """Otherwise a database that numbers its transactions joins them."""
    seen = []
    sa.event.listen(engine, "before_cursor_execute", lambda _c, _cur, statement, *_: seen.append(statement))
    sa.event.listen(engine, "commit", lambda _c: seen.append("COMMIT"))
    give(wave, wave[2][0])
    order = [
        statement.split()[0] if statement == "COMMIT" else statement.split('"')[0].split()[:3]
        for statement in seen
        if statement == "COMMIT" or statement.startswith(("UPDATE participation", "INSERT INTO answer"))
    ]
    assert order == [["UPDATE", "participation", "SET"], "COMMIT", ["INSERT", "INTO", "answer"], "COMMIT"]


def test_with_the_code_and_nothing_else_an_answer_can_be_changed(wave):
    _survey, ids, people = wave
    receipt = give(wave, people[0])
    give(wave, people[1])
    answering.change_answer(f" {receipt.lower()} ", values={ids[0]: 0, ids[3]: "Better so"}, today=make.TODAY)
    assert answering.answer_of(receipt) == (wave[0].id, {ids[0]: 0, ids[3]: "Better so"})
    assert sorted(map(repr, (values for _cohort, values in stored()))) == sorted(
        map(repr, [{str(ids[0]): 3}, {str(ids[0]): 0, str(ids[3]): "Better so"}])
    )
    with pytest.raises(Invalid):
        answering.change_answer(receipt, values={ids[0]: 9}, today=make.TODAY)
    for wrong in ("", receipt[:-1], receipts.new()):
        with pytest.raises(NotFound):
            answering.change_answer(wrong, values={}, today=make.TODAY)


def test_the_code_is_nowhere_in_the_database(wave):
    receipt = give(wave, wave[2][0])
    assert len({receipts.new() for _ in range(1_000)}) == 1_000
    assert receipt not in repr(everything())
    assert receipt.replace("-", "") not in repr(everything())


def test_answers_lie_in_no_order_of_theirs(db):
    """The order in which the database gives rows, and that of their ids, has nothing to do with who answered when."""
    make.organisation(db)
    people = [make.actor(db) for _ in range(50)]
    survey = make.open_survey(db)
    question = db.scalar(sa.select(Question.id))
    make.commit(db)
    hashes = []
    for place in np.random.default_rng(7).permutation(50):
        receipt = answering.answer(people[place], survey_id=survey.id, values={question: 1}, today=make.TODAY)
        hashes.append(receipts.hashed(receipt))
    with reading() as read:
        by_id = list(read.scalars(sa.select(Answer.receipt_hash).order_by(Answer.id)))
        ids = sorted(read.scalars(sa.select(Answer.id)))
    ranks = [by_id.index(value) for value in hashes]
    assert (
        abs(np.corrcoef(ranks, range(50))[0, 1]) < 0.71
    )  # five standard deviations of chance; stored in order it is 1
    assert len({value[:4] for value in ids}) > 40


ASKED = (
    Asked(1, QuestionType.LEVEL, ()),
    Asked(2, QuestionType.SINGLE, ("a", "b", "c")),
    Asked(3, QuestionType.MULTIPLE, ("a", "b", "c")),
)


@given(
    st.fixed_dictionaries({
        1: st.none() | st.integers(0, 4), 2: st.none() | st.integers(0, 2), 3: st.none() | st.lists(st.integers(0, 2)),
    })
)  # fmt: skip
def test_every_answer_that_is_taken_can_be_counted(values):
    kept = checked(ASKED, values)
    assert kept.get("1") == values[1]
    for question in ASKED:
        found = counted(question, kept.get(str(question.id)))
        assert found.keys() == columns(question).keys()
        assert all(value is None or value in range(columns(question)[column]) for column, value in found.items())
    several = counted(ASKED[2], kept.get("3"))
    assert list(several.values()) == [None if values[3] is None else int(place in values[3]) for place in range(3)]
