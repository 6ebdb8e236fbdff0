"""Whom the operations on surveys serve; without a name, answering is no operation: tests/unit/surveys/test_answering.py."""

from datetime import timedelta

import sqlalchemy as sa

from cop.models import SurveyGroup
from cop.surveys import answer_operations as a
from cop.surveys import gap_operations as g
from cop.surveys import template_operations as t
from cop.surveys import wave_operations as w
from cop.surveys.feedback_operations import ask_for_feedback
from cop.surveys.inputs import Audience, QuestionInput
from tests import factories as make
from tests.permissions import EVERYONE_SIGNED_IN, OFFICE, OWN_FACILITATOR, Case
from tests.unit.surveys.test_closing import asked
from tests.unit.surveys.waves import closed, level

_HEAD = {"name": "Pulse in autumn", "purpose": ""}
_QUESTIONS = {"questions": (QuestionInput("likert", "I learn here"),)}
_DAY = {"closes_on": make.TODAY + timedelta(days=7)}
_PLAN = {"audience": Audience(), "smallest_group": 5, "named": False, **_DAY}


def _template(world, actor):
    row = make.survey_template(world.db)
    return {"template_id": row.id, "version": row.version}


def _archived(world, actor):
    row = make.survey_template(world.db, archived_at=make.NOW)
    return {"template_id": row.id, "version": row.version}


def _draft(world, actor):
    row = make.survey(world.db)
    return {"survey_id": row.id, "version": row.version}


def _open(world, actor):
    row = make.open_survey(world.db)
    world.db.flush()
    return {"survey_id": row.id, "version": row.version}


def _named(world, actor):
    return {"survey_id": make.open_survey(world.db, named=True).id, "values": {}}


def _held(world, actor):
    people = [make.person(world.db) for _ in range(5)]
    return {"session_id": make.session(world.db, world.community, people=people).id}


def _gap(world, actor):
    unit, skill = make.org_unit(world.db), make.skill(world.db)
    make.unit_requirement(world.db, unit, skill, 3)
    people = [make.person(world.db, org_unit_id=unit.id) for _ in range(6)]
    wave = closed(world.db, [level(skill)], {person.id: (1,) for person in people}, closes_on=make.TODAY)
    group = world.db.scalars(
        sa.select(SurveyGroup).where(SurveyGroup.survey_id == wave.id, SurveyGroup.name == unit.name)
    )
    return {"group_id": group.one().id, "question_id": asked(world.db, wave)[0]}


def _overdue(world, actor):
    make.open_survey(world.db, closes_on=make.TODAY - timedelta(days=1))
    return {}


CASES = {
    a.answer_named: Case(EVERYONE_SIGNED_IN, _named),
    t.add_template: Case(OFFICE, lambda _w, _a: {**_HEAD, "kind": "pulse", **_QUESTIONS}),
    t.edit_template: Case(OFFICE, lambda w, a: {**_template(w, a), **_HEAD, "kind": "pulse", **_QUESTIONS}),
    t.archive_template: Case(OFFICE, _template),
    t.restore_template: Case(OFFICE, _archived),
    w.create_wave: Case(OFFICE, lambda w, _a: {"template_id": make.survey_template(w.db).id, **_HEAD, **_PLAN}),
    w.edit_wave: Case(OFFICE, lambda w, a: {**_draft(w, a), **_HEAD, **_PLAN}),
    w.set_questions: Case(OFFICE, lambda w, a: {**_draft(w, a), **_QUESTIONS}),
    w.move_last_day: Case(OFFICE, lambda w, a: {**_open(w, a), **_DAY}),
    w.open_wave: Case(OFFICE, _draft),
    w.close_wave: Case(OFFICE, _open),
    w.close_overdue_waves: Case(OFFICE, _overdue),
    w.delete_wave: Case(OFFICE, _draft),
    ask_for_feedback: Case(OWN_FACILITATOR, _held),
    g.raise_gap: Case(EVERYONE_SIGNED_IN, _gap),
}
