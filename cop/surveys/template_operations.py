"""Writes on templates of surveys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session as DbSession

from cop import audit
from cop.catalog.checks import same_version
from cop.models import SurveyTemplate, TemplateQuestion
from cop.permissions import Actor, Permission, require
from cop.surveys import checks as checked
from cop.surveys.inputs import QuestionInput
from cop.validation import Checks


def add_template(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    name: str,
    kind: str,
    purpose: str,
    questions: Sequence[QuestionInput],
) -> int:
    """Add a template with its questions; returns its id. Raises Invalid, of questions by "questions.<place>"."""
    actor = require(actor, Permission.SURVEY_EDIT)
    checks = Checks()
    values = checked.head(db, checks, SurveyTemplate, name=name, kind=kind, purpose=purpose)
    asked = checked.question_values(db, checks, questions)
    checks.done()
    row = SurveyTemplate(**values)
    db.add(row)
    db.flush()
    _put_questions(db, row, asked)
    _record(db, actor, now, "add_template", row, after={"questions": checked.told(asked)})
    return row.id


def edit_template(
    db: DbSession,
    actor: Actor | None,
    *,
    now: datetime,
    template_id: int,
    version: int,
    name: str,
    kind: str,
    purpose: str,
    questions: Sequence[QuestionInput],
) -> int:
    """Change a template and its questions; waves that were made of it stay as they are.

    Raises Conflict where somebody else changed it since `version`.
    """
    actor = require(actor, Permission.SURVEY_EDIT)
    row = checked.find_template(db, template_id)
    same_version(
        db, row, version, current=lambda: audit.values(row) | {"questions": checked.template_questions(db, template_id)}
    )
    checks = Checks()
    values = checked.head(db, checks, SurveyTemplate, name=name, kind=kind, purpose=purpose, own_id=template_id)
    asked = checked.question_values(db, checks, questions)
    checks.done()
    before = audit.values(row) | {
        "questions": [question.text for question in checked.template_questions(db, template_id)]
    }
    for field, value in values.items():
        setattr(row, field, value)
    sa.orm.attributes.flag_modified(row, "name")  # its questions are part of it: the version goes up in any case
    db.flush()
    _put_questions(db, row, asked)
    _record(db, actor, now, "edit_template", row, before=before, after={"questions": checked.told(asked)})
    return row.id


def archive_template(db: DbSession, actor: Actor | None, *, now: datetime, template_id: int, version: int) -> int:
    """Put a template away: no wave is made of it any more."""
    actor = require(actor, Permission.SURVEY_EDIT)
    return _set_archived(db, actor, now, "archive_template", template_id, version, now)


def restore_template(db: DbSession, actor: Actor | None, *, now: datetime, template_id: int, version: int) -> int:
    """Take an archived template up again."""
    actor = require(actor, Permission.SURVEY_EDIT)
    return _set_archived(db, actor, now, "restore_template", template_id, version, None)


def _set_archived(
    db: DbSession, actor: Actor, now: datetime, operation: str, template_id: int, version: int, moment: datetime | None
) -> int:
    row = checked.find_template(db, template_id)
    same_version(db, row, version, current=lambda: audit.values(row))
    if (row.archived_at is None) != (moment is None):
        before = audit.values(row)
        row.archived_at = moment
        db.flush()
        _record(db, actor, now, operation, row, before=before, after={})
    return row.id


def _put_questions(db: DbSession, row: SurveyTemplate, questions: list[dict[str, Any]]) -> None:
    db.execute(sa.delete(TemplateQuestion).where(TemplateQuestion.template_id == row.id))
    db.add_all(TemplateQuestion(template_id=row.id, **question) for question in questions)
    db.flush()


def _record(
    db: DbSession,
    actor: Actor,
    now: datetime,
    operation: str,
    row: SurveyTemplate,
    *,
    after: dict[str, Any],
    before: dict[str, Any] | None = None,
) -> None:
    audit.record(
        db,
        actor,
        now=now,
        operation=f"surveys.{operation}",
        topics=("surveys",),
        object_type="survey_template",
        object_id=row.id,
        before=before,
        after=audit.values(row) | after,
    )
