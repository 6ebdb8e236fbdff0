"""Answering a survey on screen: every kind of question, the mode on each step, once only, the code, drafts, names."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from cop.accounts.queries import actor_of_account
from cop.choices import QuestionType, SurveyKind, SurveyState
from cop.db import reading
from cop.execute import execute
from cop.models import Answer, NamedAnswer, OrgUnit, Person, PersonSkill, Question, Survey
from cop.periods import local_day, utcnow
from cop.permissions import SYSTEM
from cop.surveys import answering, form_queries
from cop.surveys.wave_operations import close_wave
from cop.ui.widgets import answer_draft, answer_review
from tests import factories as make
from tests.pages.seats import open_page, take_seat

TODAY = local_day(utcnow(), "Europe/Madrid")
QUESTIONS = [
    {"type": QuestionType.LIKERT, "text": "I *learn* here"},
    {
        "type": QuestionType.SINGLE,
        "text": "Which?",
        "options": ["one", "two, which takes many more words to say than the first"],
    },
    {"type": QuestionType.MULTIPLE, "text": "Which ones?", "options": ["a", "b", "c"], "help": "Tick all"},
    {"type": QuestionType.TEXT, "text": "Why?"},
]
PROMISE = "After closing, administrators can't link answers to you from the database."


@pytest.fixture
def me(db, monkeypatch):
    """Somebody of ten, with a job role and a unit."""
    make.organisation(db)
    [make.person(db) for _ in range(9)]
    seat = take_seat(db, monkeypatch)
    person = db.get_one(Person, seat.account.person_id)
    person.job_role_id, person.org_unit_id = make.job_role(db).id, make.org_unit(db).id
    return seat


def wave(db, questions=QUESTIONS, **values):
    """An open wave; its questions' ids by their texts."""
    base = {"closes_on": TODAY + timedelta(days=9), "purpose": "To see *more*"}
    survey = make.open_survey(db, questions, **base | values)
    ids = {text: key for key, text in db.execute(sa.select(Question.id, Question.text))}
    make.commit(db)
    return survey, ids


def skills(db, me, **values):
    """A wave on three skills, of which the unit needs Cloud."""
    rows = [
        make.skill(db, name=name, level_2=f"Does {name}", level_4=f"Leads {name}") for name in ("Art", "Cloud", "SQL")
    ]
    unit = db.get_one(OrgUnit, db.get_one(Person, me.account.person_id).org_unit_id)
    make.unit_requirement(db, unit, rows[1])
    asked = [{"type": QuestionType.LEVEL, "text": row.name, "skill_id": row.id} for row in rows]
    return wave(db, asked, kind=SurveyKind.SKILL_GAP, **values)


def opened(survey):
    return open_page("answer", survey=str(survey.id))


def field(key, part="answer"):
    return f"question-{key}-{part}"


def tap(app, key, value):
    return app.button_group(key=field(key)).set_value(value).run()


def read(app):
    """All that is told, as it reads."""
    items = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.text, *app.info, *app.success, *app.error]
    return " ".join(item.value for item in items).replace("\\", "").replace("\u2060", "")


def state_of(app, me, survey):
    return app.session_state[f"_answering:{me.account.person_id}:{survey.id}"]


def actor_of(me):
    with reading() as db:
        return actor_of_account(db, me.account.id, now=utcnow())


def sent(app):
    return app.button(key="answer_review").click().run().button(key="answer_send").click().run()


def stored(table=Answer):
    with reading() as db:
        return [row.values for row in db.scalars(sa.select(table))]


def test_every_kind_of_question_and_the_mode_on_each_step(me, db):
    survey, ids = wave(db)
    agree, which, ones, why = ids.values()
    app = opened(survey)
    told = read(app)
    for words in (
        "Anonymous",
        PROMISE,
        "The programme office asks",
        "To see *more*",
        "fewer than 5 people",
        "I *learn* here",
    ):
        assert words in told, words
    assert app.button(key="answer_review").disabled
    app = tap(app, agree, 3)
    app = app.radio(key=field(which)).set_value(1).run()
    app = app.checkbox(key=field(ones, 0)).check().run()
    app = app.checkbox(key=field(ones, 2)).check().run()
    assert "Comments are told word for word" in read(app)
    app = app.text_area(key=field(why)).input("Because of *you*").run()
    app = app.button(key="answer_review").click().run()
    assert "You answered 4 of 4 questions." in read(app)
    assert PROMISE in read(app)
    app = app.button(key="answer_back").click().run()
    assert app.radio(key=field(which)).value == 1  # nothing is lost on the way back
    app = sent(app)
    assert stored() == [{str(agree): 3, str(which): 1, str(ones): [0, 2], str(why): "Because of *you*"}]
    assert PROMISE in read(app)
    assert answering.answer_of(app.code[0].value)[1][agree] == 3
    assert f"until {survey.closes_on.day} " in read(app)
    app = app.button(key="answer_done").click().run()
    assert app.title[0].value == "My surveys"
    app = opened(survey)
    assert "You have answered this survey." in read(app)
    assert not app.code


def test_not_knowing_and_none_of_these(me, db):
    survey, ids = wave(db)
    agree, _which, ones, _why = ids.values()
    app = tap(tap(opened(survey), agree, -1), ones, -2)
    app = app.button(key="answer_review").click().run()
    assert 'You answered 2 of 4 questions, 1 of them with "don\'t know".' in read(app)
    assert "Which? · Why?" in read(app)
    app.button(key="answer_send").click().run()
    assert stored() == [{str(ones): []}]  # to have none of them is an answer, not to know isn't


def test_skills_by_what_asks_for_them(me, db):
    survey, ids = skills(db, me)
    app = opened(survey)
    assert [item.value for item in app.subheader] == ["What your unit needs"]
    app = tap(app, ids["Cloud"], 2)
    assert "Does Cloud" in read(app)
    assert "Leads Cloud" not in read(app)
    app = app.selectbox(key="answer_more").set_value(ids["Art"]).run()
    app = tap(app, ids["Art"], 0)
    app = sent(app)
    assert stored() == [{str(ids["Cloud"]): 2, str(ids["Art"]): 0}]
    assert "Do you want to learn something" in read(app)
    with reading() as now:
        assert now.scalar(sa.select(sa.func.count()).select_from(PersonSkill)) == 0


def test_pressed_twice_and_in_two_tabs_it_is_written_once(me, db):
    survey, ids = wave(db)
    app, other = opened(survey), opened(survey)
    app, other = tap(app, ids["I *learn* here"], 3), tap(other, ids["I *learn* here"], 0)
    other = other.button(key="answer_review").click().run()
    app = sent(app)
    receipt = app.code[0].value
    state = state_of(app, me, survey)
    answer_review._send(state.form, state)  # the second press, which was on its way already
    assert state.receipt == receipt
    other = other.button(key="answer_send").click().run()
    assert "You have answered this survey already." in read(other)
    assert "Receipt code" in other.text_input[0].label
    assert stored() == [{str(ids["I *learn* here"]): 3}]


def test_with_the_code_anybody_changes_the_answer(me, db, monkeypatch):
    survey, ids = wave(db)
    agree = ids["I *learn* here"]
    receipt = answering.answer(actor_of(me), survey_id=survey.id, values={agree: 3}, today=TODAY)
    newcomer = take_seat(db, monkeypatch)
    make.commit(db)
    newcomer.sit()
    app = open_page("surveys")
    assert "No survey waits for you." in read(app)
    app.text_input(key="receipt:code").input("XXXXX")
    app = app.button(key="receipt:submit").click().run()
    assert "No answer has this code." in read(app)
    app.text_input(key="receipt:code").input(receipt.lower())
    app = app.button(key="receipt:submit").click().run()
    assert "the answer that the receipt code leads to" in read(app)
    app.switch_page("../../pages/surveys/answer.py")  # where the app went by itself; AppTest stays behind
    app.query_params["survey"] = str(survey.id)
    app = app.run()
    assert app.button_group(key=field(agree)).value == 3
    app = sent(tap(app, agree, 1))
    assert "Your answer is changed." in read(app)
    assert not app.code
    assert stored() == [{str(agree): 1}]


def test_once_it_is_closed_it_says_so(me, db):
    survey, ids = wave(db)
    app = tap(opened(survey), ids["I *learn* here"], 3)
    app = app.button(key="answer_review").click().run()
    execute(close_wave, SYSTEM, survey_id=survey.id, version=survey.version)
    app = app.button(key="answer_send").click().run()
    assert "doesn't take answers any more" in read(app)
    assert "Ended on" in read(open_page("surveys"))


def test_a_draft_comes_back_from_the_browser_and_can_be_discarded(me, db):
    survey, ids = wave(db)
    agree, which, *_rest = ids.values()
    app = tap(opened(survey), agree, 3)
    with reading() as now:
        form = form_queries.form(now, actor_of(me), survey_id=survey.id, today=TODAY)
    kept = {str(agree): 0, str(which): 1, "x": 2}
    answer_draft.bring_back(form, state_of(app, me, survey), kept)  # the component's callback, out of AppTest's reach
    app = app.run()
    assert "This browser had kept 1 answer of yours." in read(app)
    assert (app.button_group(key=field(agree)).value, app.radio(key=field(which)).value) == (3, 1)
    app = app.button(key="answer_review").click().run().button(key="answer_back").click().run()
    box = state_of(app, me, survey)
    answer_draft._discard(box)
    app = app.run()
    assert (box.values, app.button_group(key=field(agree)).value, app.radio(key=field(which)).value) == ({}, None, None)


def test_with_ones_name(me, db):
    survey, ids = skills(db, me, named=True)
    db.add(PersonSkill(person_id=me.account.person_id, skill_id=1, level=1, updated_at=make.NOW))
    make.commit(db)
    waiting = open_page("surveys")
    assert f"Until {survey.closes_on.day} {survey.closes_on:%b %Y}, about 1 minute." in read(waiting)
    app = opened(survey)
    assert "With your name" in read(app)
    assert "What your profile says is chosen already." in read(app)
    app = sent(tap(app, ids["Cloud"], 4))
    assert "Saved. You can change your answer until" in read(app)
    assert not app.code
    assert stored(NamedAnswer) == [{str(ids["Art"]): 1, str(ids["Cloud"]): 4}]
    app.button(key="answer_done").click().run()
    app = opened(survey)
    assert app.button_group(key=field(ids["Cloud"])).value == 4
    sent(tap(app, ids["Cloud"], -1))
    assert stored(NamedAnswer) == [{str(ids["Art"]): 1}]
    with reading() as now:
        version = now.get_one(Survey, survey.id).version
    execute(close_wave, SYSTEM, survey_id=survey.id, version=version)
    app = open_page("surveys")
    assert "Ended on" in read(app)
    app.session_state[f"my_answer:{survey.id}"] = True  # opens the box
    told = read(app.run())
    assert "Only you see this here." in told
    assert "**Art** " in told
    assert " Awareness" in told
    assert "Cloud" not in told


def test_feedback_on_a_session(me, db):
    room = make.community(db, name="Data Guild")
    session = make.session(db, room, title="Streaming")
    words = ["Not at all", "Hardly", "Partly", "Mostly", "Fully"]
    asked = [
        {"type": QuestionType.LIKERT, "text": "Worth it?", "options": words},
        {"type": QuestionType.TEXT, "text": "What else?"},
    ]
    survey, ids = wave(db, asked, kind=SurveyKind.SESSION_FEEDBACK, session_id=session.id)
    app = opened(survey)
    assert "Data Guild asks" in read(app)
    assert "Streaming, 15 Jun 2026" in app.title[0].value.replace("\\", "")
    app = tap(app, ids["Worth it?"], 4)
    assert not app.text_area
    app = tap(app, ids["Worth it?"], 1)
    app = app.text_area(key=field(ids["What else?"])).input("Examples").run()
    sent(app)
    assert stored() == [{str(ids["Worth it?"]): 1, str(ids["What else?"]): "Examples"}]


def test_who_is_not_asked_finds_nothing(me, db, monkeypatch):
    survey, _ids = wave(db)
    newcomer = take_seat(db, monkeypatch)
    make.commit(db)
    newcomer.sit()
    for app in (opened(survey), open_page("answer"), open_page("answer", survey="x' OR 1=1")):
        assert "doesn't exist" in read(app)
        assert not app.button_group
    with reading() as now:
        assert now.scalar(sa.select(Survey.state)) is SurveyState.OPEN
