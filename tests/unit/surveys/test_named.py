"""Waves with names: stored beside the person, for them alone, with the levels in their profile; told like the others."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cop.backup import backup
from cop.choices import QuestionType, SurveyKind
from cop.db import reading, revisions
from cop.errors import Forbidden, Invalid, NotFound
from cop.execute import execute
from cop.models import (
    AuditEntry,
    HelpPause,
    NamedAnswer,
    Participation,
    Person,
    PersonSkill,
    Question,
    ReleasedCell,
    Survey,
    SurveyGroup,
)
from cop.people.operations import merge_people
from cop.permissions import SYSTEM, Role
from cop.settings import settings
from cop.surveys import answering, form_queries
from cop.surveys.answer_operations import answer_named
from cop.surveys.queries import waiting
from cop.surveys.wave_operations import close_wave
from tests import factories as make


@pytest.fixture
def wave(db):
    """An open wave with names that asks ten people about two skills and in words."""
    make.organisation(db)
    people = [make.actor(db) for _ in range(10)]
    skills = [make.skill(db, name=name) for name in ("SQL", "Cloud")]
    asked = [{"type": QuestionType.LEVEL, "text": skill.name, "skill_id": skill.id} for skill in skills]
    questions = [*asked, {"type": QuestionType.TEXT, "text": "Why?"}]
    survey = make.open_survey(db, questions, named=True, kind=SurveyKind.SKILL_GAP)
    ids = list(db.scalars(sa.select(Question.id).where(Question.survey_id == survey.id).order_by(Question.place)))
    make.commit(db)
    return survey, ids, people, [skill.id for skill in skills]


def give(wave, actor, values, now=make.NOW):
    return execute(answer_named, actor, now=now, survey_id=wave[0].id, values=values)


def own(wave, actor):
    with reading() as db:
        return form_queries.my_answer(db, actor, survey_id=wave[0].id).values


def levels(actor):
    with reading() as db:
        rows = db.execute(sa.select(PersonSkill).where(PersonSkill.person_id == actor.person_id)).scalars()
        return {row.skill_id: (row.level, row.wants_to_learn, row.can_help) for row in rows}


def test_it_is_kept_changed_and_becomes_the_profile(wave):
    _survey, (sql, cloud, why), people, skills = wave
    with reading() as before:
        revision = revisions(before)
    give(wave, people[0], {sql: 3, cloud: None, why: " Because "})
    assert own(wave, people[0]) == {sql: 3, why: "Because"}
    assert levels(people[0]) == {skills[0]: (3, False, False)}
    give(wave, people[0], {sql: 1, cloud: 0})
    assert own(wave, people[0]) == {sql: 1, cloud: 0}
    assert levels(people[0]) == {skills[0]: (1, False, False), skills[1]: (0, False, False)}
    with reading() as after:
        assert after.scalar(sa.select(sa.func.count()).where(Participation.done)) == 1
        changed = {topic for topic, number in revisions(after).items() if number != revision.get(topic)}
    assert changed == {"participation", "profiles"}


def test_a_level_taken_back_leaves_what_one_offers(wave, db):
    _survey, (sql, _cloud, _why), people, skills = wave
    for key in skills:
        db.add(PersonSkill(person_id=people[0].person_id, skill_id=key, level=2, can_help=True, updated_at=make.NOW))
    make.commit(db)
    give(wave, people[0], {sql: None})  # "don't know" to the one, nothing said of the other
    assert levels(people[0]) == {skills[0]: (None, False, True), skills[1]: (2, False, True)}
    assert own(wave, people[0]) == {}
    with reading() as read:
        assert form_queries.prefilled(read, people[0], survey_id=wave[0].id) == {}
        assert form_queries.prefilled(read, people[1], survey_id=wave[0].id) == {}
    with reading() as read:
        assert waiting(read, people[0], today=make.TODAY)[["named", "done"]].values.tolist() == [[True, True]]


def test_it_begins_with_the_profile(wave, db):
    _survey, (_sql, cloud, _why), people, skills = wave
    db.add(PersonSkill(person_id=people[0].person_id, skill_id=skills[0], level=None, updated_at=make.NOW))
    db.add(PersonSkill(person_id=people[0].person_id, skill_id=skills[1], level=3, updated_at=make.NOW))
    make.commit(db)
    with reading() as read:
        assert form_queries.prefilled(read, people[0], survey_id=wave[0].id) == {cloud: 3}


def test_the_audit_trail_knows_that_and_not_what(wave):
    _survey, (sql, _cloud, why), people, _skills = wave
    give(wave, people[0], {sql: 3, why: "Secret words"})
    give(wave, people[0], {sql: 3, why: "Secret words"})  # the same again is nothing new
    with reading() as db:
        (entry,) = db.scalars(sa.select(AuditEntry).where(AuditEntry.operation == "surveys.answer_named")).all()
    assert (entry.object_type, entry.object_id, entry.before, entry.after) == ("survey", wave[0].id, None, None)


def test_who_may_not(wave, db):
    survey, (sql, *_), people, _skills = wave
    newcomer, anonymous = make.actor(db, Role.ADMIN), make.open_survey(db)
    make.commit(db)
    with pytest.raises(Forbidden):
        give(wave, None, {sql: 3})
    with pytest.raises(NotFound):
        give(wave, newcomer, {sql: 3})
    with pytest.raises(Invalid, match="any more"):
        give(wave, people[0], {sql: 3}, now=make.NOW + timedelta(days=15))
    with pytest.raises(Invalid, match="Choose among"):
        give(wave, people[0], {sql: 5})
    with pytest.raises(Invalid, match="is anonymous"):
        execute(answer_named, people[0], now=make.NOW, survey_id=anonymous.id, values={})
    with pytest.raises(Invalid, match="with one's name"):  # nor the other way round
        answering.answer(people[0], survey_id=survey.id, values={sql: 3}, today=make.TODAY)
    give(wave, people[0], {sql: 3})
    for other in (people[1], newcomer):
        with reading() as read, pytest.raises(NotFound):
            form_queries.my_answer(read, other, survey_id=survey.id)
    with reading() as read:
        assert read.scalar(sa.select(sa.func.count()).select_from(NamedAnswer)) == 1


def closed(wave, db):
    office = make.actor(db, Role.ADMIN)
    make.commit(db)
    version = db.get(Survey, wave[0].id).version
    execute(close_wave, office, now=make.NOW, survey_id=wave[0].id, version=version)


def test_closing_counts_it_and_leaves_it_to_its_person(wave, db):
    survey, (sql, cloud, why), people, _skills = wave
    for person in people:
        give(wave, person, {sql: 2, why: f"Words {person.person_id}"})
    closed(wave, db)
    with reading() as read:
        cells = {
            cell.question_id: (cell.answers, cell.known, cell.hidden)
            for cell in read.scalars(sa.select(ReleasedCell))  # one group: the whole
        }
        assert cells[sql] == (10, 10, None)
        assert cells[cloud][2] is not None
        assert form_queries.my_answer(read, people[0], survey_id=survey.id).values[sql] == 2
        (over,) = form_queries.ended(read, people[0])
        assert (over.id, over.answered) == (survey.id, True)
    assert own(wave, people[1]) == {sql: 2, why: f"Words {people[1].person_id}"}
    with pytest.raises(Invalid, match="any more"):
        give(wave, people[0], {sql: 0})


def test_two_records_of_one_person(wave, db):
    """An answer passes on; where both answered, both stay, since both count."""
    _survey, (sql, *_), people, _skills = wave
    keep, first, second = people[0], people[1], people[2]
    give(wave, first, {sql: 3})
    for person, days in ((keep, 3), (first, 5)):
        db.add(HelpPause(person_id=person.person_id, until_on=make.TODAY + timedelta(days=days)))
    for person in (first, second):
        db.execute(sa.text("UPDATE account SET active = false WHERE person_id = :id"), {"id": person.person_id})
    make.commit(db)
    merged(keep, first)
    assert own(wave, keep) == {sql: 3}
    with reading() as read:
        pauses = read.execute(sa.select(HelpPause.person_id, HelpPause.until_on)).all()
        assert [tuple(row) for row in pauses] == [(keep.person_id, make.TODAY + timedelta(days=5))]
    give(wave, second, {sql: 1})
    merged(keep, second)
    assert own(wave, keep) == {sql: 3}
    with reading() as read:
        kept = read.execute(sa.select(NamedAnswer.person_id, NamedAnswer.values).order_by(NamedAnswer.person_id)).all()
        assert [tuple(row) for row in kept] == [(keep.person_id, {str(sql): 3}), (second.person_id, {str(sql): 1})]


def merged(keep, gone):
    with reading() as db:
        found = {key: db.get_one(Person, key).version for key in (keep.person_id, gone.person_id)}
    execute(
        merge_people,
        SYSTEM,
        now=make.NOW,
        keep_id=keep.person_id,
        keep_version=found[keep.person_id],
        gone_id=gone.person_id,
        gone_version=found[gone.person_id],
    )


def test_both_modes_are_judged_together(wave, db):
    """Who left between a wave with names and one without would stand out by the difference."""
    survey, (sql, *_), people, skills = wave
    for person in people:
        give(wave, person, {sql: 2})
    closed(wave, db)
    asked = [{"type": QuestionType.LEVEL, "text": "SQL", "skill_id": skills[0]}]
    later = make.open_survey(db, asked, kind=SurveyKind.SKILL_GAP)
    question = db.scalar(sa.select(Question.id).where(Question.survey_id == later.id))
    make.commit(db)
    for person in people[:9]:
        answering.answer(person, survey_id=later.id, values={question: 2}, today=make.TODAY)
    closed((later,), db)
    with reading() as read:
        hidden = {row.survey_id: row.hidden for row in read.scalars(sa.select(SurveyGroup))}
    assert hidden == {survey.id: None, later.id: "difference"}


@pytest.mark.sqlite
def test_a_backup_keeps_it(wave, tmp_path):
    _survey, (sql, *_), people, _skills = wave
    give(wave, people[0], {sql: 3})
    target = tmp_path / "copy.sqlite3"
    backup(settings(), target)
    with closing(sqlite3.connect(target)) as copy:
        done = copy.execute("SELECT person_id FROM participation WHERE done").fetchall()
        kept = copy.execute('SELECT person_id, "values" FROM named_answer').fetchall()
    assert done == [(people[0].person_id,)]
    assert kept == [(people[0].person_id, json.dumps({str(sql): 3}))]
