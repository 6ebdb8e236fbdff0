"""The example's surveys: what was asked, what came of it, what waits for whom."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop.accounts.queries import actor_of_account
from cop.models import Account, Answer, AuditEntry, Participation, Survey
from cop.permissions import SYSTEM
from cop.surveys import queries
from cop.surveys.form_queries import reminders
from tests.unit.example.conftest import NOW

TODAY = NOW.date()


@pytest.fixture
def db(loaded):
    with DbSession(loaded[0]) as session:
        yield session


def wave(db, name):
    return db.scalars(sa.select(Survey).where(Survey.name.startswith(name)).order_by(Survey.id)).all()


def severity(db, survey, unit, skill):
    rows = queries.released(db, SYSTEM, survey_id=survey.id)
    own = (rows["kind"] == "org_unit") & (rows["group"] == unit) & (rows["question"] == skill)
    return rows[own]["severity"].item()


def test_what_there_is(db):
    rows = queries.waves(db, SYSTEM)
    assert rows[["kind", "state"]].value_counts().to_dict() == {
        ("skill_gap", "closed"): 2, ("pulse", "closed"): 1, ("skill_gap", "open"): 1,
    }  # fmt: skip
    assert rows["response_rate"].between(0.2, 0.8).all()
    assert not rows["named"].any()
    assert len(queries.templates(db, SYSTEM)) == 4


def test_some_units_are_strong_others_have_gaps_and_communities_close_some(db):
    before, after = wave(db, "Our skills")
    assert severity(db, before, "Metering", "Test automation") > 0.4
    assert severity(db, before, "Cloud Platform", "Cloud operations") < 0.2
    assert severity(db, after, "Metering", "Test automation") < severity(db, before, "Metering", "Test automation")
    shown = [queries.released(db, SYSTEM, survey_id=one.id) for one in (before, after)]
    for rows in shown:
        units = rows[rows["kind"] == "org_unit"]
        assert units["hidden"].isna().mean() > 0.6
    assert not queries.comments(db, SYSTEM, survey_id=wave(db, "Pulse")[0].id).empty


def test_one_waits_for_noor_and_its_answers_alone_are_still_there(db):
    account = db.scalars(sa.select(Account.id).where(Account.username == "noor")).one()
    noor = actor_of_account(db, account, now=NOW)
    (waiting,) = reminders(db, noor, today=TODAY)
    running = db.get_one(Survey, waiting.survey_id)
    assert waiting.name == "Before we choose a data platform"
    done = db.scalar(sa.select(sa.func.count()).where(Participation.survey_id == running.id, Participation.done))
    assert set(db.scalars(sa.select(Answer.survey_id))) == {running.id}
    assert db.scalar(sa.select(sa.func.count()).select_from(Answer)) == done > 0


def test_the_trail_tells_it_in_its_order(db):
    entries = db.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [one.at for one in entries] == sorted(one.at for one in entries)
    assert [one.operation for one in entries].count("surveys.close_wave") == 3
