"""Closed waves about skills, as the tests of results need them."""

from datetime import timedelta

from cop.choices import QuestionType, SurveyKind
from cop.surveys import closing
from tests import factories as make
from tests.unit.surveys.test_closing import Still, answers


def level(skill):
    return {"type": QuestionType.LEVEL, "text": skill.name, "skill_id": skill.id}


def closed(db, questions, given, *, rng=None, **values):
    """A wave closed without blur; `given` are the values of each person by place, None where they didn't answer."""
    base = {"kind": SurveyKind.SKILL_GAP, "closes_on": make.TODAY + timedelta(days=14)}
    survey = make.open_survey(db, questions, **base | values)
    answers(db, survey, given)
    closing.close(db, survey, rng=rng or Still())
    db.flush()
    return survey
