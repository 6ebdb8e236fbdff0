"""Feedback on sessions: who asks whom, what comes of it by session and community, which comments are told when."""

from collections import Counter
from datetime import date, timedelta

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cop import backup
from cop import db as database
from cop.choices import AttendanceKind, PersonKind, QuestionType, SessionStatus, SurveyKind, SurveyState
from cop.db import transaction
from cop.errors import Forbidden, Invalid, NotFound
from cop.kpis.metrics import ROTI as ROTI_METRIC
from cop.kpis.queries import months
from cop.kpis.scope import Selection
from cop.models import (
    Attendance,
    AuditEntry,
    Participation,
    PooledComment,
    Question,
    ReleasedComment,
    Survey,
    SurveyAudience,
    SurveyGroup,
)
from cop.periods import last_months
from cop.permissions import SYSTEM, Role
from cop.settings import settings
from cop.surveys import closing, feedback, feedback_exports, pool
from cop.surveys import feedback_queries as q
from cop.surveys.dimensions import ROTI
from cop.surveys.feedback_operations import ask_for_feedback
from tests import factories as make
from tests.unit.surveys.test_closing import Still, answers

DAY = make.TODAY - timedelta(days=1)


@pytest.fixture
def room(db):
    make.organisation(db)
    return make.community(db, name="Data Guild")


@pytest.fixture
def fay(db, room):
    return make.actor(db, Role.FACILITATOR, communities=[room])


def held(db, room, count=6, day=DAY, **values):
    people = [make.person(db) for _ in range(count)]
    return make.session(db, room, day, people, **values), people


def ask(db, actor, session, closes_on=None):
    key = ask_for_feedback(db, actor, now=make.NOW, session_id=session.id, closes_on=closes_on)
    return db.get(Survey, key)


def closed(db, actor, session, people, given_answers):
    """A wave that the people answered like this, closed without blur."""
    survey = ask(db, actor, session)
    answers(db, survey, dict(zip([person.id for person in people], given_answers, strict=True)))
    closing.close(db, survey, rng=Still())
    db.flush()
    return survey


def asked_of(db, survey):
    return list(db.scalars(sa.select(Question).where(Question.survey_id == survey.id).order_by(Question.place)))


def test_the_staff_on_the_list_are_asked_at_once_without_names(db, room, fay):
    session, people = held(db, room, title="Lightning talks")
    for values in ({"kind": PersonKind.GUEST, "email": None}, {"active": False}):
        db.add(Attendance(session_id=session.id, person_id=make.person(db, **values).id))
    [make.person(db) for _ in range(3)]  # didn't come
    survey = ask(db, fay, session)
    assert survey.name == f"Feedback: Data Guild, Lightning talks, {DAY.day} {DAY:%b %Y}"
    assert (survey.kind, survey.state, survey.session_id) == (SurveyKind.SESSION_FEEDBACK, SurveyState.OPEN, session.id)
    assert (survey.named, survey.opened_on, survey.closes_on) == (False, make.TODAY, make.TODAY + timedelta(days=7))
    found = db.scalars(sa.select(Participation).where(Participation.survey_id == survey.id)).all()
    assert {row.person_id for row in found} == {person.id for person in people}
    assert len({row.cohort_id for row in found}) == 1
    groups = db.scalars(sa.select(SurveyGroup).where(SurveyGroup.survey_id == survey.id)).all()
    assert [(group.kind.value, group.name, group.headcount) for group in groups] == [("whole", "Lightning talks", 6)]
    assert db.scalars(sa.select(SurveyAudience)).all() == []
    first, second = asked_of(db, survey)
    assert (first.type, first.dimension, first.options) == (QuestionType.LIKERT, ROTI, list(feedback.STEPS))
    assert (second.type, second.text) == (QuestionType.TEXT, "What would have made it worthwhile?")
    entry = db.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.operation, entry.community_id, entry.after["asked"]) == ("surveys.ask_for_feedback", room.id, 6)


def test_the_offices_newest_template_in_use_is_asked_and_the_return_always(db, room, fay):
    feedback_kind = {"kind": SurveyKind.SESSION_FEEDBACK}
    make.survey_template(db, [{"type": QuestionType.TEXT, "text": "Old?"}], **feedback_kind)
    own = {"type": QuestionType.LIKERT, "text": "Was it worth it?", "dimension": ROTI}
    make.survey_template(db, [own], purpose="To get better", **feedback_kind)
    make.survey_template(db, [{"type": QuestionType.TEXT, "text": "Gone?"}], archived_at=make.NOW, **feedback_kind)
    make.survey_template(db)  # a pulse
    survey = ask(db, fay, held(db, room)[0])
    assert ([row.text for row in asked_of(db, survey)], survey.purpose) == (["Was it worth it?"], "To get better")
    make.survey_template(db, [{"type": QuestionType.TEXT, "text": "What else?"}], **feedback_kind)
    survey = ask(db, fay, held(db, room)[0])
    assert [row.text for row in asked_of(db, survey)] == [feedback.ROTI_QUESTION.text, "What else?"]


@pytest.mark.parametrize(
    ("values", "count", "problem"),
    [
        ({}, 4, "At least 5 colleagues"),
        ({"status": SessionStatus.PLANNED, "attendance_kind": AttendanceKind.MISSING}, 0, "was held"),
        ({"status": SessionStatus.CANCELLED, "attendance_kind": AttendanceKind.MISSING}, 0, "was held"),
        ({"attendance_kind": AttendanceKind.MISSING}, 0, "No list"),
        ({"attendance_kind": AttendanceKind.COUNT, "headcount": 30}, 0, "No list"),
    ],
)
def test_who_cannot_be_asked(db, room, fay, values, count, problem):
    session, _people = held(db, room, count, **values)
    with pytest.raises(Invalid, match=problem):
        ask(db, fay, session)


def test_those_who_came_are_asked_once_and_by_who_records_there(db, room, fay):
    session, _people = held(db, room)
    for other in (make.actor(db), make.actor(db, Role.MANAGER), make.actor(db, Role.FACILITATOR), None):
        with pytest.raises(Forbidden):
            ask(db, other, session)
    with pytest.raises(Forbidden):
        q.could_be_asked(db, make.actor(db), community_id=room.id, session_id=session.id)
    assert q.could_be_asked(db, fay, community_id=room.id, session_id=session.id) == 6
    elsewhere, _people = held(db, make.community(db), 7)
    assert q.could_be_asked(db, fay, community_id=room.id, session_id=elsewhere.id) == 0
    ask(db, fay, session)
    with pytest.raises(Invalid, match="asked already"):
        ask(db, fay, session)
    with pytest.raises(NotFound):
        ask_for_feedback(db, SYSTEM, now=make.NOW, session_id=99_999)


def test_the_last_day_lies_ahead_and_not_too_far(db, room, fay):
    session, _people = held(db, room)
    for days in (-1, 61):
        with pytest.raises(Invalid) as refused:
            ask(db, fay, session, make.TODAY + timedelta(days=days))
        assert list(refused.value.errors) == ["closes_on"]
    assert ask(db, fay, session, make.TODAY).closes_on == make.TODAY


def test_an_archived_community_asks_nobody(db, room, fay):
    session, _people = held(db, room)
    room.archived_at = make.NOW
    with pytest.raises(Invalid, match="archived"):
        ask(db, fay, session)


def test_what_came_of_a_session(db, room, fay):
    """12 came, 10 answered with steps 1, 1, 1, 2, 3, 3, 4, 4, 4, 4 of 0–4, one of them doesn't know… so nine are left."""
    session, people = held(db, room, 12)
    steps = [1, 1, 1, 2, 3, 3, 4, 4, 4, None]
    closed(db, fay, session, people, [*((step,) for step in steps), None, None])
    found = q.session_feedback(db, make.actor(db), session_id=session.id)
    assert (found.is_open, found.asked) == (False, 12)
    # at least 1: 9 of 9, told as 8; 2: 6; 3: 5; 4: 3 → by step 1, 2, 1, 2, 3
    result = found.result
    assert (result.answered, result.n, result.response_rate, result.hidden) == (10, 9, 0.83, None)
    assert result.mean == pytest.approx((1 * 1 + 2 * 2 + 3 * 1 + 4 * 2 + 5 * 3) / 9)
    assert result.steps == tuple(
        (word, *band) for word, band in zip(feedback.STEPS, [(0, 2), (0, 2), (0, 2), (0, 2), (3, 3)], strict=True)
    )


def test_a_reversed_question_is_turned(db, room, fay):
    words = ["never again", "b", "c", "d", "wasted"][::-1]
    turned = {"type": QuestionType.LIKERT, "text": "A waste?", "dimension": ROTI, "reversed": True, "options": words}
    make.survey_template(db, [turned], kind=SurveyKind.SESSION_FEEDBACK)
    session, people = held(db, room, 8)
    closed(db, fay, session, people, [(0,)] * 8)
    result = q.session_feedback(db, fay, session_id=session.id).result
    assert result.mean == pytest.approx((5 * 7 + 1) / 8)  # at least 1: 0 of 8, told as 1, and so on up to 4
    assert [word for word, _fewest, _most in result.steps] == words[::-1]
    assert result.steps[4] == (words[0], 6, 8)


def test_nothing_is_told_while_it_is_open_nor_of_fewer_than_five(db, room, fay):
    session, people = held(db, room, 6)
    assert q.session_feedback(db, fay, session_id=session.id) is None
    survey = ask(db, fay, session)
    answers(db, survey, {person.id: (4, "So good") for person in people[:4]})
    found = q.session_feedback(db, SYSTEM, session_id=session.id)
    assert (found.is_open, found.result) == (True, None)
    assert q.by_session(db, SYSTEM, community_id=room.id, today=make.TODAY).empty
    closing.close(db, survey, rng=Still())
    result = q.session_feedback(db, SYSTEM, session_id=session.id).result
    assert (result.hidden, result.n, result.mean, result.steps) == ("few", None, None, ())
    rows = q.by_session(db, SYSTEM, community_id=room.id, today=make.TODAY)
    assert (rows["hidden"].tolist(), rows["mean"].isna().tolist()) == (["few"], [True])
    assert q.over_all(rows) == feedback.Roti(0, 0)
    with pytest.raises(Forbidden):
        q.session_feedback(db, None, session_id=session.id)


def test_a_communitys_return_is_the_sum_over_its_sessions_of_twelve_months(db, room, fay):
    """Unblurred and merged, all 3 of 6 people count as 1, 0, 0, 4, 1 and all 1 of 8 as 1, 6, 0, 0, 1 (of 0–4)."""
    first, six = held(db, room, 6, day=date(2025, 8, 1))
    last, eight = held(db, room, 8)
    old, _people = held(db, room, 6, day=date(2024, 1, 1))
    other, six_elsewhere = held(db, make.community(db), 6)
    assert make.TODAY.year == 2026
    closed(db, fay, first, six, [(3,)] * 6)
    closed(db, fay, last, eight, [(1,)] * 8)
    closed(db, fay, old, _people, [(4,)] * 6)
    closed(db, SYSTEM, other, six_elsewhere, [(4,)] * 6)
    rows = q.by_session(db, make.actor(db), community_id=room.id, today=make.TODAY)
    assert rows["session_id"].tolist() == [first.id, last.id]
    assert (rows["n"].tolist(), rows["asked"].tolist()) == ([6, 8], [6, 8])
    totals = [1 * 1 + 4 * 4 + 5 * 1, 1 * 1 + 2 * 6 + 5 * 1]
    assert rows["total"].tolist() == totals
    assert rows["mean"].tolist() == pytest.approx([22 / 6, 18 / 8])
    assert q.over_all(rows) == feedback.Roti(40.0, 14)
    assert q.over_all(rows).mean == pytest.approx(40 / 14)


def test_the_figures_hold_it_by_month_and_not_by_unit(db, room, fay):
    """As above: 22 of 6 answers in the session's month, 18 of 8 in that of the others; few are left out."""
    manager, unit = make.actor(db, Role.MANAGER), make.org_unit(db)
    last_month, other = make.TODAY.replace(month=5, day=31), make.community(db)
    for where, day, count, step in (
        (room, last_month, 6, 3),
        (room, DAY, 8, 1),
        (other, DAY, 8, 1),
        (other, DAY, 5, None),
    ):
        session, people = held(db, where, count, day=day)
        closed(db, SYSTEM, session, people, [None if step is None else (step,)] * count)
    period = last_months(3, make.TODAY)

    def of(actor, **chosen):
        found = months(db, actor, period=period, as_of=make.TODAY, selection=Selection(**chosen))
        return found[["roti_sum", "roti_answers"]].astype("object").to_numpy().tolist()

    assert of(manager) == [[0, 0], [22, 6], [36, 16]]
    assert of(manager, communities=(other.id,)) == [[0, 0], [0, 0], [18, 8]]
    assert of(fay) == [[0, 0], [22, 6], [18, 8]]
    assert of(SYSTEM, unit=unit.id) == [[pd.NA, pd.NA]] * 3
    assert (ROTI_METRIC.value(22, 6), ROTI_METRIC.value(0, 0)) == (pytest.approx(3.667, abs=0.001), None)


def test_feedback_on_another_session_is_no_earlier_answer_but_the_same_words_in_a_pulse_are(db, room, fay):
    """The second time one more person came: judged together that one would stand out; it is another session, though."""
    session, people = held(db, room, 6)
    closed(db, fay, session, people, [(3,)] * 6)
    again = make.session(db, room, make.TODAY, [*people, late := make.person(db)])
    closed(db, fay, again, [*people, late], [(3,)] * 7)
    assert q.session_feedback(db, fay, session_id=again.id).result.n == 7
    pulse = make.open_survey(db, [{"type": QuestionType.LIKERT, "text": feedback.ROTI_QUESTION.text}])
    answers(db, pulse, {person.id: (3,) for person in people[:5]})
    closing.close(db, pulse, rng=Still())
    hidden = db.scalars(sa.select(SurveyGroup.hidden).where(SurveyGroup.survey_id == pulse.id)).all()
    assert set(hidden) == {"difference"}


def test_comments_wait_by_community_until_there_are_ten_and_then_all_are_told(db, room, fay):
    elsewhere = make.community(db)
    for where, count in ((room, 6), (elsewhere, 9), (room, 3)):
        session, people = held(db, where, max(count, 5))
        said = [(2, f"{where.id}-{session.id}-{place}") for place in range(count)]
        survey = closed(db, SYSTEM, session, people, [*said, *[(2, " ")] * (len(people) - count)])
        assert db.scalars(sa.select(ReleasedComment)).all() == []
    for where in (room, elsewhere):
        assert q.comments(db, make.actor(db), community_id=where.id) == q.Comments((), some_wait=True)
    session, people = held(db, room, 5)
    closed(db, SYSTEM, session, people, [(2, "the last"), *[(2, None)] * 4])
    found = q.comments(db, make.actor(db), community_id=room.id)
    assert not found.some_wait
    assert (len(found.told), found.told.count("the last")) == (10, 1)
    assert Counter(text.split("-")[0] for text in found.told) == {str(room.id): 9, "the last": 1}
    assert q.comments(db, SYSTEM, community_id=elsewhere.id).told == ()
    session, people = held(db, room, 5)
    closed(db, SYSTEM, session, people, [(2, "a new pool"), *[(2, None)] * 4])
    later = q.comments(db, SYSTEM, community_id=room.id)
    assert (later.told, later.some_wait) == (found.told, True)
    assert db.scalar(sa.select(sa.func.count()).select_from(PooledComment)) == 20
    assert survey.state is SurveyState.CLOSED


def test_comments_stand_in_an_order_that_is_not_that_of_sessions(db, room):
    marks = []
    for number in range(4):
        session, people = held(db, room, 10)
        closed(db, SYSTEM, session, people, [(2, f"{number}-{place}") for place in range(10)])
        marks += [f"{number}-{place}" for place in range(10)]
    told = q.comments(db, SYSTEM, community_id=room.id).told
    assert sorted(told) == sorted(marks)
    assert list(told) != marks


def test_what_can_be_taken_along_is_what_everybody_reads(db, room, fay):
    session, people = held(db, room, 6, title="=Talk")
    other, few = held(db, room, 5, day=DAY - timedelta(days=7), title="Few")
    closed(db, fay, session, people, [(3, "So")] * 6)
    closed(db, fay, other, few, [(3, "So"), *[None] * 4])
    asked = {"community_id": room.id, "today": make.TODAY}
    sheet = feedback_exports.by_session(db, make.actor(db), **asked)
    # 3 of 6: told as 1, 0, 0, 4, 1 of 0-4, so (1 + 16 + 5) / 6 from 1 to 5
    told, hidden = (DAY, "=Talk", 6, 6, 3.67, None), (DAY - timedelta(days=7), "Few", 5, pd.NA, pd.NA, "few")
    assert [tuple(map(str, row)) for row in sheet.rows] == [tuple(map(str, row)) for row in (hidden, told)]
    assert feedback_exports.comments(db, make.actor(db), community_id=room.id).rows == []
    for export, params in (
        (feedback_exports.by_session, asked),
        (feedback_exports.comments, {"community_id": room.id}),
        (q.by_session, asked),
        (q.comments, {"community_id": room.id}),
    ):
        with pytest.raises(Forbidden):
            export(db, None, **params)


@given(
    st.text(min_size=1, max_size=120), st.text(min_size=1, max_size=200), st.integers(0, 12), st.dates(date(2000, 1, 1))
)
def test_every_wave_has_a_name_of_its_own_that_fits(community, title, others, day):
    names = []
    for _ in range(others + 1):
        names.append(feedback.wave_name(community, title, day, names))
    assert len({name.casefold() for name in names}) == len(names)
    assert all(len(name) <= 120 and str(day.year) in name for name in names)


@given(st.lists(st.lists(st.integers(0, 20), min_size=5, max_size=5).filter(any), max_size=5), st.booleans())
def test_the_return_lies_between_one_and_five_and_weighs_answers_alike(counts, is_reversed):
    parts = [feedback.roti(row, is_reversed=is_reversed) for row in counts]
    whole = feedback.together(parts)
    everybody = [sum(column) for column in zip(*counts, strict=True)] if counts else [0] * 5
    assert whole == feedback.roti(everybody, is_reversed=is_reversed)
    assert whole.mean is None if not counts else 1 <= whole.mean <= 5
    assert pd.notna(whole.n)


@pytest.mark.sqlite
def test_a_copy_holds_no_comment_that_waits(db, room, tmp_path):
    for told in (True, False):
        db.add(PooledComment(id=f"{told:032}", community_id=room.id, text=f"told: {told}", told=told))
    make.commit(db)
    backup.backup(settings(), tmp_path / "copy.sqlite3")
    body = (tmp_path / "copy.sqlite3").read_bytes()
    assert b"told: True" in body
    assert b"told: False" not in body


def test_a_server_tells_not_which_closing_a_waiting_comment_came_with(postgres):
    url = postgres.new_database()
    server = database.make_engine(url)
    try:
        with transaction(server) as db:
            make.organisation(db)
            room = make.community(db)
        for number in range(3):
            with transaction(server) as db:
                pool.add(db, room.id, [f"comment {number}"])
        with server.connect() as connection:
            wrote = connection.scalars(sa.text("SELECT xmin::text FROM pooled_comment")).all()
        assert (len(wrote), len(set(wrote))) == (3, 1)
        with transaction(server) as db:
            database.take_stock(db)
            sampled = db.scalars(sa.text("SELECT attname FROM pg_stats WHERE tablename = 'pooled_comment'")).all()
        assert sorted(sampled) == ["community_id", "id", "told"]  # its words would outlive the comment
    finally:
        server.dispose()
        postgres.drop(url)
