"""Feedback on a session on screen: asked for by who records there, told to everybody once it is closed."""

from datetime import timedelta

import sqlalchemy as sa

from cop.db import reading, transaction
from cop.execute import execute
from cop.models import Account, Question, Survey
from cop.periods import utcnow
from cop.permissions import SYSTEM
from cop.surveys import answering
from cop.surveys.feedback_operations import ask_for_feedback
from cop.surveys.wave_operations import close_wave
from tests import factories as make
from tests.pages.seats import open_page, take_seat

TODAY = utcnow().date()


def a_room(db, monkeypatch, count=12):
    """A community with a session of yesterday to which so many colleagues came, its facilitator in the seat."""
    make.organisation(db)
    room = make.community(db, name="Data *Guild*", slug="data")
    fay = make.person(db, name="Fay Lead")
    make.facilitator(db, room, fay)
    people = [make.actor(db) for _ in range(count)]
    session = make.session(
        db,
        room,
        TODAY - timedelta(days=1),
        [db.get(make.Person, one.person_id) for one in people],
        title="Talk <b>1</b>",
    )
    take_seat(db, monkeypatch, make.account(db, fay))
    make.commit(db)
    return session.id, people


def wave():
    with reading() as db:
        row = db.scalars(sa.select(Survey)).one()
        return row.id, row.version, list(db.scalars(sa.select(Question.id).order_by(Question.place)))


def seen_by(actor, monkeypatch, session_id):
    """The session's page as this colleague sees it."""
    with transaction() as db:
        take_seat(db, monkeypatch, db.get(Account, actor.account_id))
    return open_page("session", id=str(session_id))


def said(app):
    return "\n".join(element.value for kind in ("text", "caption", "info", "error") for element in app.get(kind))


def test_asked_after_recording_answered_closed_and_shown_to_all(db, monkeypatch):
    session_id, people = a_room(db, monkeypatch)
    app = open_page("session", id=str(session_id), recorded="1")
    (asks,) = [one for one in app.button if one.key == f"ask_feedback:{session_id}:submit"]
    asks.click().run()
    assert not app.exception
    until = TODAY + timedelta(days=7)
    assert f"12 colleagues who came are asked until {until.day} {until:%b %Y}" in said(app)
    assert not [one for one in app.button if one.key == f"ask_feedback:{session_id}:submit"]
    survey_id, version, (roti, comment) = wave()
    links = [
        link.proto.label.replace("\\", "") for link in seen_by(people[0], monkeypatch, session_id).get("page_link")
    ]
    assert "Say what Talk <b>1</b> was worth to you" in links
    for place, one in enumerate(people[:11]):
        answering.answer(one, survey_id=survey_id, values={roti: 4, comment: f"*More* {place}"}, today=TODAY)
    app = seen_by(people[0], monkeypatch, session_id)
    assert "Return on time invested" not in [one.label for one in app.metric]
    assert not any("worth to you" in link.proto.label for link in app.get("page_link"))
    execute(close_wave, SYSTEM, survey_id=survey_id, version=version)
    with transaction() as later:
        take_seat(later, monkeypatch)  # somebody who wasn't there
    app = open_page("session", id=str(session_id))
    (metric,) = [one for one in app.metric if one.label == "Return on time invested"]
    assert 4.0 <= float(metric.value.split()[0]) <= 5.0
    assert "n = 11; 11 of 12 who were asked answered" in said(app)
    app = open_page("community", c="data", tab="Feedback")
    assert [one.label for one in app.metric] == ["Return on time invested"]
    assert "n = 11 answers on 1 session." in said(app)
    assert len({f"*More* {place}" for place in range(11)} & {one.value for one in app.text}) == 10  # a page of them


def test_what_stands_in_the_way_is_said_to_who_could_ask_only(db, monkeypatch):
    session_id, _people = a_room(db, monkeypatch, count=4)
    app = open_page("session", id=str(session_id), recorded="1")
    assert "At least 5 colleagues must have come" in said(app)
    with transaction() as later:
        take_seat(later, monkeypatch)
    assert "colleagues must have come" not in said(open_page("session", id=str(session_id)))
    assert "No feedback on a session" in said(open_page("community", c="data", tab="Feedback"))


def test_of_few_answers_the_reason_is_said(db, monkeypatch):
    session_id, people = a_room(db, monkeypatch, count=5)
    execute(ask_for_feedback, SYSTEM, session_id=session_id)
    survey_id, version, (roti, _comment) = wave()
    for one in people[:4]:
        answering.answer(one, survey_id=survey_id, values={roti: 0}, today=TODAY)
    execute(close_wave, SYSTEM, survey_id=survey_id, version=version)
    assert "Fewer than 5 answered" in said(open_page("session", id=str(session_id)))
    told = said(open_page("community", c="data", tab="Feedback"))
    assert "of 1 more nothing may be told" in told
    assert "Too few comments yet" in told
