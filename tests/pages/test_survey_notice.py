"""The word that a survey waits: who sees it, when it insists, how it is put off."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from cop.models import Participation
from cop.periods import local_day, utcnow
from cop.ui.widgets import survey_notice
from tests import factories as make
from tests.pages.seats import open_page, take_seat

TODAY = local_day(utcnow(), "Europe/Madrid")
FAR = TODAY + timedelta(days=9)


@pytest.fixture
def seat(db, monkeypatch):
    monkeypatch.setattr(survey_notice, "_put_off", {})
    make.organisation(db)
    for _ in range(5):
        make.person(db)
    return take_seat(db, monkeypatch)


def told(app):
    return [item.value.replace("\\", "") for item in [*app.info, *app.warning] if "waits for you" in item.value]


def test_it_stands_on_every_screen_but_those_of_answering_until_one_has_answered(seat, db):
    survey = make.open_survey(db, name="Our *skills*", closes_on=FAR)
    make.commit(db)
    until = f"{FAR.day} {FAR:%b %Y}"
    app = open_page("skills")
    assert told(app) == [f"A survey waits for you: **Our *skills***. Until {until}, about 1 minute."]
    assert not told(open_page("surveys"))
    assert not told(open_page("answer", survey=str(survey.id)))
    db.execute(sa.update(Participation).where(Participation.person_id == seat.account.person_id).values(done=True))
    make.commit(db)
    assert not told(open_page("skills"))


def test_whoever_isnt_asked_sees_nothing(seat, db):
    make.survey(db, closes_on=FAR)
    make.open_survey(db, closes_on=TODAY - timedelta(days=1))
    make.commit(db)
    assert not told(open_page("skills"))


def test_it_insists_at_the_end_and_can_be_put_off_until_tomorrow(seat, db):
    make.open_survey(db, name="Later", closes_on=FAR)
    make.open_survey(db, name="Now", closes_on=TODAY)
    make.commit(db)
    app = open_page("skills")
    assert "Now" in app.warning[0].value
    assert "Today is the last day" in app.warning[0].value
    app.button(key="survey_later").click().run()
    assert "Later" in told(app)[0]
    assert told(open_page("skills")) == told(app)  # also after a reload
    survey_notice._put_off.update({key: TODAY - timedelta(days=1) for key in survey_notice._put_off})
    assert "Now" in told(open_page("skills"))[0]
