"""What waits for somebody, and how long it takes: counted as the form would show it."""

from datetime import timedelta

import pytest

from cop.choices import QuestionType
from cop.models import Participation, Person
from cop.surveys.form_queries import form, reminders
from cop.surveys.forms import arranged, in_minutes
from tests import factories as make


@pytest.mark.parametrize(("role", "unit", "shown"), [(0, 0, 61), (30, 0, 31), (20, 20, 41), (40, 30, 61), (0, 12, 13)])
def test_minutes_are_those_of_what_is_shown(db, role, unit, shown):
    """Of sixty skills the first so many are required by the job role, the last so many by the unit; and a comment."""
    make.organisation(db)
    actor = make.actor(db)
    engineer, team = make.job_role(db), make.org_unit(db)
    person = db.get_one(Person, actor.person_id)
    person.job_role_id, person.org_unit_id = engineer.id, team.id
    skills = [make.skill(db) for _ in range(60)]
    for skill in skills[:role]:
        make.role_requirement(db, engineer, skill)
        make.role_requirement(db, engineer, skill, since_on=make.TODAY - timedelta(days=900), until_on=make.TODAY)
    for skill in skills[60 - unit :]:
        make.unit_requirement(db, team, skill)
    asked = [{"type": QuestionType.LEVEL, "text": skill.name, "skill_id": skill.id} for skill in skills]
    questions = [*asked, {"type": QuestionType.TEXT, "text": "Why?"}]
    later = make.open_survey(db, questions, name="Later", closes_on=make.TODAY + timedelta(days=9))
    survey = make.open_survey(db, questions, name="Skills", closes_on=make.TODAY)
    make.survey(db, questions, name="A draft")
    (first, second) = reminders(db, actor, today=make.TODAY)
    assert (first.survey_id, first.name, first.closes_on) == (survey.id, "Skills", make.TODAY)
    assert first.minutes == in_minutes(shown)
    assert len(arranged(form(db, actor, survey_id=survey.id, today=make.TODAY), {}).shown) == shown
    db.get_one(Participation, (survey.id, actor.person_id)).done = True
    db.flush()
    assert [one.survey_id for one in reminders(db, actor, today=make.TODAY)] == [later.id] == [second.survey_id]
